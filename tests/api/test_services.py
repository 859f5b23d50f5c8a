"""Any JSON as an answer about servers, certificates, account and affiliate."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import (
    CSR,
    VPS,
    AccountProfile,
    AffiliatePayment,
    Certificate,
    CertificateProduct,
    Commission,
    InvalidInputError,
    InvalidResponseError,
    Invoice,
    PayMethod,
    Ticket,
    TicketMessage,
    User,
    VPSAddress,
    VPSBackup,
    VPSImage,
    response_body,
)

from .test_resources import any_json

MODELS: list[Any] = [
    *(VPS, VPSAddress, VPSBackup, VPSImage, Certificate, CertificateProduct, CSR, AccountProfile),
    *(PayMethod, Invoice, User, Ticket, TicketMessage, Commission, AffiliatePayment),
]
FIELDS = sorted(
    {
        node.value
        for module in ("vps", "certificates", "account", "invoices", "users", "tickets")
        for node in ast.walk(
            ast.parse(
                (Path(response_body.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
            )
        )
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.replace("-", "_").isidentifier()
    }
)


@pytest.mark.parametrize("model", MODELS)
@given(data=st.one_of(any_json, st.dictionaries(st.sampled_from(FIELDS), any_json, max_size=40)))
def test_any_json_gives_a_model_or_an_error_of_the_client(model: Any, data: object) -> None:
    try:
        made = model.from_dict(data)
    except InvalidResponseError:
        return
    assert repr(made)
    json.dumps(made.to_dict())
    assert made == model.from_dict(data)
    if model is CSR:
        assert made.private_key.reveal() not in repr(made.raw).split("'")
    elif model is not VPSAddress or not isinstance(data, str):
        assert made.raw == data
    if model is AccountProfile:
        with_result_of(made.request_body)


def with_result_of(call: Callable[[], object]) -> None:
    try:
        call()
    except InvalidInputError as error:
        assert str(error)  # noqa: PT017  # either outcome is right
