from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import certbot_dns_mijnhost.api as package
from certbot_dns_mijnhost.api import (
    BadRequestError,
    DNSNotManagedError,
    DNSRecord,
    Domain,
    InvalidResponseError,
    MethodNotAllowedError,
    MijnHostClient,
    NotFoundError,
)
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from tests.support.json_values import any_json

RECORD = DNSRecord("TXT", "_acme-challenge.example.nl.", "value", 60)


def test_domains_are_listed(client: MijnHostClient, emulator: Emulator) -> None:
    emulator.account.add_domain("tagged.nl", tags=["web"])
    found = client.domains.get_all()
    assert [domain.domain for domain in found] == ["example.nl", "example.com", "tagged.nl"]
    assert isinstance(found[0].renewal_date, date)
    assert found[0].raw["domain"] == "example.nl"
    assert [domain.domain for domain in client.domains.get_all(tags=["web"])] == ["tagged.nl"]


def test_one_domain_shows_whether_its_dns_is_managed(
    client: MijnHostClient, emulator: Emulator
) -> None:
    emulator.account.add_domain("elsewhere.nl", managed_dns=False)
    assert client.domains.get("example.nl").managed_dns is True
    assert client.domains.get("elsewhere.nl").managed_dns is False
    with pytest.raises(DNSNotManagedError, match="default-mijnhost"):
        client.dns_records.get_all("elsewhere.nl")


@pytest.mark.parametrize("final_dot", [True, False])
def test_a_domain_of_another_account_is_refused(
    client: MijnHostClient, emulator: Emulator, final_dot: bool
) -> None:
    emulator.variants = Variants(no_access_final_dot=final_dot)
    with pytest.raises(BadRequestError, match="no access"):
        client.domains.get("example.org")


def test_a_record_is_written_listed_and_removed(client: MijnHostClient) -> None:
    before = client.dns_records.get_all("example.nl")
    client.dns_records.update("example.nl", RECORD)
    assert RECORD in client.dns_records.get_all("example.nl")
    client.dns_records.delete("example.nl", RECORD)
    assert client.dns_records.get_all("example.nl") == before
    with pytest.raises(NotFoundError):
        client.dns_records.delete("example.nl", RECORD)


def test_a_zone_is_replaced_as_a_whole(client: MijnHostClient) -> None:
    before = client.dns_records.get_all("example.nl")
    client.dns_records.replace_all("example.nl", [RECORD])
    assert client.dns_records.get_all("example.nl") == [RECORD]
    client.dns_records.replace_all("example.nl", before)
    assert client.dns_records.get_all("example.nl") == before


def test_all_values_of_a_name_are_cleared_if_the_api_can(
    client: MijnHostClient, emulator: Emulator
) -> None:
    client.dns_records.update("example.nl", RECORD)
    with pytest.raises(BadRequestError):
        client.dns_records.clear("example.nl", "TXT", RECORD.name)
    emulator.variants = Variants(null_patch="removes")
    client.dns_records.clear("example.nl", "TXT", RECORD.name)
    assert RECORD not in client.dns_records.get_all("example.nl")


@pytest.mark.parametrize("delete", ["wrong_method", "method_not_allowed"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_missing_method_has_an_error_of_its_own(
    client: MijnHostClient, emulator: Emulator, delete: str, inside: bool
) -> None:
    emulator.variants = Variants(delete=delete, errors_inside_200=inside)
    with pytest.raises(MethodNotAllowedError):
        client.dns_records.delete("example.nl", RECORD)


def test_whoami(client: MijnHostClient) -> None:
    found = client.whoami()
    assert found.ip_address == "127.0.0.1"
    assert found.customer_number == "100001"


def test_a_raw_request_returns_the_whole_envelope(client: MijnHostClient) -> None:
    envelope = client.request("GET", "/domains", params={"tags": "web"})
    assert envelope["status"] == 200
    assert envelope["data"]["domains"] == []


def test_an_odd_list_of_records_is_never_an_empty_zone(
    client: MijnHostClient, emulator: Emulator
) -> None:
    odd: list[object] = [None, {}, [], {"records": None}, {"records": {}}, {"records": "x"}, "x"]
    for data in odd:
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}))
        with pytest.raises(InvalidResponseError):
            client.dns_records.get_all("example.nl")


def test_numbers_may_come_as_texts_and_fields_may_be_new() -> None:
    record = DNSRecord.from_dict(
        {"type": "A", "name": "x.", "value": "192.0.2.1", "ttl": "300", "note": "new"}
    )
    assert record == DNSRecord("A", "x.", "192.0.2.1", 300)
    assert record.raw["note"] == "new"
    assert record.to_dict()["note"] == "new", "what is not known is not lost in a write"
    domain = Domain.from_dict(
        {"domain": "x.nl", "managed_dns": 0, "renewal_date": "2027-01-02T00:00"}
    )
    assert domain.managed_dns is False
    assert domain.renewal_date == date(2027, 1, 2)
    assert domain.status is None


@given(st.integers(100, 599), any_json)
def test_any_answer_gives_an_envelope_or_an_error_of_the_client(status: int, data: object) -> None:
    try:
        envelope = read_envelope(status, {}, json.dumps(data).encode(), request="GET /x")
    except package.MijnHostError as error:
        assert str(error).startswith("GET /x")  # noqa: PT017  # either outcome is right
        return
    assert status < 300
    assert envelope == data


@given(st.binary(max_size=80), st.integers(200, 299))
def test_any_bytes_give_an_envelope_or_an_error_of_the_client(body: bytes, status: int) -> None:
    try:
        envelope = read_envelope(status, {}, body, request="GET /x")
    except package.MijnHostError:
        return
    assert isinstance(envelope, dict)


def test_a_status_of_thousands_of_digits_is_a_refusal() -> None:
    with pytest.raises(package.APIError):
        read_envelope(200, {}, b'{"status": "' + b"9" * 5000 + b'"}', request="GET /x")


def test_the_public_names_are_those_that_exist() -> None:
    public = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and type(value).__name__ != "module"
    }
    assert public == set(package.__all__)
    assert list(package.__all__) == sorted(package.__all__, key=lambda n: (not n.isupper(), n))
