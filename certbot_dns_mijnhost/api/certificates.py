"""Certificates that mijn.host sells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certbot_dns_mijnhost.api import declared, validation
from certbot_dns_mijnhost.api.contacts import PATTERNS
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import next_step_if_unclear
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.types import Model, Raw, Secret, present
from certbot_dns_mijnhost.api.undocumented import (
    UndocumentedResource,
    checked_identifier,
    new_identifier,
    path_of,
    secret_text,
)

VALIDATION_METHODS = ("dns", "http", "https", "email")
UNCLEAR = (
    "The order may have been placed all the same, and it was not sent again. Look at "
    "client.certificates.get_all(), or in mijn.host's control panel, before you order again."
)


@dataclass(frozen=True)
class Certificate(DeclaredModel):
    """A certificate, or the right to request one.

    :param domain: None if it is not requested yet.
    :param status: in the API's words; ``ACT`` means issued.
    :param certificate: PEM; None if it is not issued yet.
    :param intermediate_certificate: PEM.
    """

    id: Identifier = field(metadata=declared.number("id", "certificate_id"))
    domain: str | None = declared.text("domain", "common_name")
    status: str | None = declared.text("certificate_status", "status")
    is_requested: bool | None = declared.truth("requested", "is_requested")
    expires: date | None = declared.day(
        "expires", "expires_at", "expiry_date", "expire_date", "end_date"
    )
    certificate: str | None = declared.text("certificate", in_repr=False)
    intermediate_certificate: str | None = declared.text("intermediate_certificate", in_repr=False)
    raw: Raw = declared.everything()


@dataclass(frozen=True)
class CertificateProduct(DeclaredModel):
    """A certificate that can be ordered; its prices and durations are in `raw`."""

    product_id: Identifier = field(metadata=declared.number("product_id", "id"))
    name: str | None = declared.text("name", "product_name", "title")
    raw: Raw = declared.everything()


@dataclass(frozen=True)
class CSR(Model):
    """A certificate signing request and its private key.

    :param raw: the answer without the key.
    """

    csr: str
    private_key: Secret
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> CSR:
        """Read a request from an answer.

        :raises InvalidResponseError: if it is not an object, or the request or its key is missing.
        """
        fields = Fields(data, "a certificate signing request")
        key = fields.first_of(KEYS)
        others = {name: value for name, value in fields.raw.items() if name not in KEYS}
        return cls(csr=fields.name("csr"), private_key=Secret(fields.name(key)), raw=others)


KEYS = ("private_key", "privatekey", "key")


class CertificatesResource(UndocumentedResource):
    """``client.certificates``: certificates that mijn.host sells."""

    def get_all(self) -> Iterator[Certificate]:
        """Return an iterator over the certificates; each page is requested when it is reached."""
        names = ("certificates",)
        return self._pages("/certificates/", names, Certificate.from_dict)

    def get(self, id: Identifier) -> Certificate:  # noqa: A002  # the API's word
        """Return one certificate; its status shows whether the CA has issued it."""
        data = self._object(_path(id), "a certificate", "certificate")
        return Certificate.from_dict(data, id)

    def get_products(self) -> list[CertificateProduct]:
        """Return the certificates that can be ordered."""
        path, read = "/certificates/products", CertificateProduct.from_dict
        return self._list(path, ("products", "packages"), read)

    def order(self, product_id: Identifier, duration: Identifier) -> Identifier | None:
        """Buy the right to :meth:`request` a certificate, and return its number.

        **Hazard**: charges the account at once. Never sent twice.

        :param product_id: of a product that :meth:`get_products` lists.
        :param duration: one of the product's durations.
        :returns: None if the answer does not show the number; :meth:`get_all` lists it.
        """
        checked_identifier("product_id", product_id)
        checked_identifier("duration", duration)
        body = {"product_id": product_id, "duration": duration}
        with next_step_if_unclear(UNCLEAR):
            envelope = self._send("POST", "/certificates/order", body)
        return new_identifier(envelope, "certificate_id", "id")

    def create_csr(
        self,
        common_name: str,
        organization: str,
        email: str,
        *,
        country: str,
        state: str,
        locality: str,
        unit: str | None = None,
        bits: int | None = None,
    ) -> CSR:
        """Have mijn.host make a private key and a certificate signing request.

        **Hazard**: mijn.host has seen the private key. For a key that never leaves your machine,
        make the request with OpenSSL.

        :param common_name: the domain, or ``*.example.nl``.
        :param country: two letters, such as ``NL``.
        :param bits: the length of the RSA key; 2048 if left out.
        """
        _check_common_name(common_name)
        for name, value in (("organization", organization), ("state", state)):
            validation.text(name, value)
        validation.text("locality", locality)
        validation.matches("email", email, *PATTERNS["email"])
        validation.matches("country", country, *PATTERNS["country"])
        if unit is not None:
            validation.text("unit", unit)
        if bits is not None:
            validation.within("bits", bits, 2048, 16384)
        body = present(
            {
                "common_name": common_name,
                "organization": organization,
                "email": email,
                "country": country,
                "state": state,
                "locality": locality,
                "unit": unit,
                "bits": bits,
            }
        )
        envelope = self._send("POST", "/certificates/csr", body, personal=True)
        return CSR.from_dict(Fields(envelope, "an answer").child("data", "a CSR").raw)

    def request(
        self,
        id: Identifier,  # noqa: A002  # the API's word
        *,
        profile_id: int,
        csr: str,
        validation_method: str,
        approver_email: str,
        private_key: str | Secret | None = None,
        auto_setup_dns: bool | None = None,
        verify: bool = False,
    ) -> None:
        """Request the certificate that was ordered. Never sent twice.

        :param profile_id: of the contact whose organisation the certificate names.
        :param csr: PEM.
        :param validation_method: ``dns``, ``http``, ``https`` or ``email``.
        :param approver_email: who approves it if the method is ``email``.
        :param private_key: if mijn.host is to keep it with the certificate; the API never returns
            it.
        :param auto_setup_dns: add the validation record to the zone, if its DNS is at mijn.host.
        :param verify: read the certificate back, and fail if it is not requested.
        :raises NotAppliedError: if `verify` is true and the certificate is not requested.
        """
        validation.boolean("verify", verify)
        path = _path(id, "request")
        body: dict[str, Any] = {"profile_id": validation.number("profile_id", profile_id)}
        body["csr"] = validation.text("csr", csr)
        validation.one_word_of("validation_method", validation_method, VALIDATION_METHODS)
        validation.matches("approver_email", approver_email, *PATTERNS["email"])
        body.update(validation_method=validation_method, approver_email=approver_email)
        if private_key is not None:
            body["private_key"] = secret_text("private_key", private_key)
        if auto_setup_dns is not None:
            validation.boolean("auto_setup_dns", auto_setup_dns)
            body["auto_setup_dns"] = auto_setup_dns
        self._send("POST", path, body, personal=True)
        if verify:
            self._confirm(
                f"POST {path}", lambda: [] if self.get(id).is_requested else ["requested"]
            )


def _path(number: Identifier, *action: str) -> str:
    return path_of("/certificates", "id", number, *action)


def _check_common_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("*."):
        name = name[2:]
    validation.domain("common_name", name)
