"""Certificates. Documented by a client: paths and bodies. Assumed: the answers."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.account_data import Charge
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

METHODS = {"dns", "http", "https", "email"}
# Placeholders: the emulator has no cryptography.
CSR = "-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nkey-of-{}\n-----END PRIVATE KEY-----\n"


def get_all(account: Account, call: Call) -> Reply:
    """List the certificates, a page at a time."""
    return bodies.listing(
        account,
        "certificates",
        bodies.page(account, call, account.data.services.certificates),
    )


def get(account: Account, call: Call) -> Reply:
    """Return a certificate."""
    return Reply(bodies.item(account.data.services.certificates, call.parameters["id"]))


def get_products(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the products."""
    return bodies.listing(account, "products", account.data.services.products)


def order(account: Account, call: Call) -> Reply:
    """Order a certificate. Documented: this charges the account immediately."""
    sent = call.json()
    products = account.data.services.products
    found = [each for each in products if each["product_id"] == sent.get("product_id")]
    if not found:
        raise bodies.invalid("product_id")
    duration = str(sent.get("duration"))
    if duration not in found[0]["prices"]:
        raise bodies.invalid("duration")
    number = account.data.next_number()
    price = found[0]["prices"][duration]
    account.data.ledger.append(Charge(number, "", "certificate", price))
    made = {"id": number, "domain": "", "certificate_status": "new", "requested": False}
    account.data.services.certificates[number] = made
    return Reply({"id": number})


def create_csr(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """Create a signing request and its private key."""
    sent = call.json()
    for name in ("common_name", "organization", "email", "country", "state", "locality"):
        bodies.text(sent, name)
    bodies.whole(sent, "bits", 2048, 8192)
    name = sent["common_name"]
    return Reply({"csr": CSR.format(name), "private_key": KEY.format(name)})


def request(account: Account, call: Call) -> Reply:
    """Request an ordered certificate. Assumed: 400 if it was already requested."""
    certificate = bodies.item(account.data.services.certificates, call.parameters["id"])
    sent = call.json()
    bodies.text(sent, "csr")
    bodies.one_of(sent, "validation_method", METHODS)
    bodies.text(sent, "approver_email")
    if sent.get("profile_id") not in account.data.contacts:
        raise bodies.invalid("profile_id")
    if certificate["requested"]:
        raise bodies.invalid("id")
    name = sent["csr"].splitlines()[1] if "\n" in sent["csr"] else ""
    certificate.update(domain=name, requested=True, certificate_status="pending")
    return Reply(None)


ROUTES = (
    Route("GET", "certificates", get_all),
    Route("GET", "certificates/products", get_products),
    Route("GET", "certificates/{id}", get),
    Route("POST", "certificates/order", order),
    Route("POST", "certificates/csr", create_csr),
    Route("POST", "certificates/{id}/request", request),
)
