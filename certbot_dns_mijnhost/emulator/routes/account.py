"""The account: whoami, profile, payment methods, invoices, and affiliate commissions.

Seen in practice: whoami. Documented by a client: the other paths and bodies. Assumed: the answers.
"""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, File, Reply, Route

NEEDED = (
    *("firstname", "lastname", "address", "house_number", "zipcode", "city", "country_code"),
    *("phone", "email"),
)
READ_ONLY = ("company", "account_type")
KEPT = ("email_invoices", "company_vat_number")
PDF = b"%%PDF-1.4\n%% invoice %d\n%%%%EOF\n"


def whoami(account: Account, call: Call) -> Reply:
    """Return the caller's address and customer number (seen in practice).

    Assumed: the names of the fields; an answer also to an address that is not in the whitelist; no
    expiry date of the key.
    """
    data: dict[str, object] = {"ip": call.address, "customer_number": account.customer_number}
    if account.variants.key_expiry:
        data["key_expires_at"] = account.variants.key_expiry
    return Reply(data)


def get_profile(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """Return the profile."""
    return Reply(account.data.services.profile)


def replace_profile(account: Account, call: Call) -> Reply:
    """Replace the profile. Documented: fields that are left out are cleared, except two."""
    sent = call.json()
    for name in NEEDED:
        bodies.text(sent, name)
    before = account.data.services.profile
    stays = {name: before.get(name) for name in (*READ_ONLY, *KEPT)}
    account.data.services.profile = {
        **dict.fromkeys(before),
        **stays,
        **{name: value for name, value in sent.items() if name not in READ_ONLY},
    }
    return Reply(None)


def get_pay_methods(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the payment methods."""
    return bodies.listing(account, "paymethods", account.data.services.pay_methods)


def set_pay_method(account: Account, call: Call) -> Reply:
    """Set the default one. Documented: ``paymethod`` overrides ``default_paymethod_id``."""
    sent = call.json()
    if "paymethod" in sent:
        bodies.one_of(sent, "paymethod", {"bank_transfer"})
    chosen = sent.get("paymethod") or bodies.text(sent, "default_paymethod_id")
    methods = account.data.services.pay_methods
    if chosen not in [method["id"] for method in methods]:
        raise bodies.invalid("default_paymethod_id")
    for method in methods:
        method["is_default"] = method["id"] == chosen
    return Reply(None)


def get_invoices(account: Account, call: Call) -> Reply:
    """List the invoices, a page at a time."""
    invoices = account.data.services.invoices
    return bodies.listing(account, "invoices", bodies.page(account, call, invoices, "invoice_nr"))


def get_invoice(account: Account, call: Call) -> Reply:
    """Return an invoice."""
    return Reply(bodies.item(account.data.services.invoices, call.parameters["number"]))


def get_invoice_pdf(account: Account, call: Call) -> File:
    """Return an invoice as an empty PDF."""
    found = bodies.item(account.data.services.invoices, call.parameters["number"])
    return File("application/pdf", PDF % found["invoice_nr"])


def get_commissions(account: Account, call: Call) -> Reply:
    """List the commissions, a page at a time."""
    return bodies.listing(
        account, "commissions", bodies.page(account, call, account.data.services.commissions)
    )


def get_commission(account: Account, call: Call) -> Reply:
    """Return a commission."""
    return Reply(bodies.item(account.data.services.commissions, call.parameters["id"]))


def get_payments(account: Account, call: Call) -> Reply:
    """List the payments, a page at a time."""
    return bodies.listing(
        account, "payments", bodies.page(account, call, account.data.services.payments)
    )


def get_payment(account: Account, call: Call) -> Reply:
    """Return a payment."""
    return Reply(bodies.item(account.data.services.payments, call.parameters["id"]))


ROUTES = (
    Route("GET", "whoami", whoami, needs_whitelist=False),
    Route("GET", "account/profile", get_profile),
    Route("PUT", "account/profile", replace_profile),
    Route("GET", "account/paymethods", get_pay_methods),
    Route("PUT", "account/paymethods", set_pay_method),
    Route("GET", "account/invoices", get_invoices),
    Route("GET", "account/invoices/{number}", get_invoice),
    Route("GET", "account/invoices/{number}/pdf", get_invoice_pdf),
    Route("GET", "affiliate/commissions", get_commissions),
    Route("GET", "affiliate/commissions/{id}", get_commission),
    Route("GET", "affiliate/payments", get_payments),
    Route("GET", "affiliate/payments/{id}", get_payment),
)
