"""Certificates that mijn.host sells, against the emulator."""

from __future__ import annotations

from datetime import date

from certbot_dns_mijnhost.api import CertificateProduct, MijnHostClient, Secret
from certbot_dns_mijnhost.emulator import Emulator

from .service_calls import CSR_TEXT
from .test_whole_api import PROFILE


def test_a_certificate_is_ordered_and_requested(client: MijnHostClient, emulator: Emulator) -> None:
    [product] = client.certificates.get_products()
    assert product == CertificateProduct(71, "Domain certificate")
    number = client.certificates.order(product.product_id, 1)
    assert number is not None
    assert [charge.amount for charge in emulator.account.ledger] == ["9.95"]
    assert client.certificates.get(number).is_requested is False
    contact = client.contacts.create("us", PROFILE)
    assert contact is not None
    assert contact.id is not None
    client.certificates.request(
        number,
        profile_id=contact.id,
        csr=CSR_TEXT,
        validation_method="dns",
        approver_email="admin@example.nl",
        private_key=Secret("invented"),
        auto_setup_dns=True,
    )
    issued, pending = client.certificates.get_all()
    assert (issued.domain, issued.status, issued.expires) == ("example.nl", "ACT", date(2027, 3, 1))
    assert (issued.certificate or "").startswith("-----BEGIN CERTIFICATE-----")
    assert "BEGIN" not in repr(issued)
    assert (pending.id, pending.status, pending.is_requested) == (number, "pending", True)


def test_a_signing_request_comes_with_its_secret_key(client: MijnHostClient) -> None:
    made = client.certificates.create_csr(
        "*.example.nl",
        "Voorbeeld BV",
        "admin@example.nl",
        country="NL",
        state="Utrecht",
        locality="Utrecht",
        unit="IT",
        bits=4096,
    )
    assert "BEGIN CERTIFICATE REQUEST" in made.csr
    assert "key-of-*.example.nl" in made.private_key.reveal()
    assert "key-of" not in f"{made!r} {made.raw!r}"
