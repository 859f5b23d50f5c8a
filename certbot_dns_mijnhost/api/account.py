"""The account itself: the caller, the profile, and how it pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from certbot_dns_mijnhost.api import declared, validation
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import Model, Raw, private
from certbot_dns_mijnhost.api.undocumented import UndocumentedResource, checked_identifier

PROFILE = "/account/profile/"
PAY_METHODS = "/account/paymethods/"
BANK_TRANSFER = "bank_transfer"
NEEDED = (
    *("firstname", "lastname", "address", "house_number", "zipcode", "city", "country_code"),
    *("phone", "email"),
)
OPTIONAL = ("phone_country_code", "email_invoices", "company_vat_number")
READ_ONLY = ("company", "account_type")
TEXTS = (*NEEDED, *OPTIONAL, *READ_ONLY)


@dataclass(frozen=True)
class Whoami(Model):
    """The caller's public IP address and customer number.

    The names of the fields are not documented: those that are known or likely are tried, and `raw`
    has all fields.
    """

    ip_address: str | None = None
    customer_number: str | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Whoami:
        """Read the answer's data.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "the caller")
        return cls(
            ip_address=fields.first_text("ip", "ip_address", "remote_ip", "public_ip"),
            customer_number=fields.first_text("customer_number", "customer_id", "customer"),
            raw=fields.raw,
        )


class WhoamiResource(Resource):
    """``client.whoami``."""

    def get(self) -> Whoami:
        """Return the caller's public IP address and customer number."""
        return self._get("/whoami", Whoami.from_dict, "the caller")


@dataclass(frozen=True, repr=False)
class AccountProfile(Model):
    """Who has the account; its repr shows nothing of it. What an answer lacks is None.

    :param country_code: two letters, such as ``NL``.
    :param phone: with the country's code, or without it if `phone_country_code` is given.
    :param phone_country_code: digits, such as ``31``.
    :param company: cannot be changed, nor can `account_type`.
    :param raw: the profile as it was read.
    """

    firstname: str | None = None
    lastname: str | None = None
    address: str | None = None
    house_number: str | None = None
    zipcode: str | None = None
    city: str | None = None
    country_code: str | None = None
    phone: str | None = None
    email: str | None = None
    phone_country_code: str | None = None
    email_invoices: str | None = None
    company_vat_number: str | None = None
    company: str | None = None
    account_type: str | None = None
    raw: Raw = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return "AccountProfile(***)"

    @classmethod
    def from_dict(cls, data: object) -> AccountProfile:
        """Read a profile from an answer.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "a profile")
        texts: dict[str, Any] = {name: fields.optional_text(name) for name in TEXTS}
        return cls(raw=private(fields.raw), **texts)

    def request_body(self) -> dict[str, Any]:
        """Return what is sent: each field as it was read, except those that were changed.

        :raises InvalidInputError: naming the field and the rule, and not the value.
        """
        listed = AccountProfile.from_dict(self.raw)
        sent = {name: value for name, value in self.raw.items() if name not in READ_ONLY}
        for name in (*NEEDED, *OPTIONAL):
            value = getattr(self, name)
            if value is None and name in OPTIONAL:
                if getattr(listed, name) is not None:
                    sent[name] = None
            elif value != getattr(listed, name) or value is None:
                validation.text(name, value)
                sent[name] = value
        return sent


@dataclass(frozen=True)
class PayMethod(DeclaredModel):
    """A way to pay; its repr shows no names and bank accounts, which may be in `raw`."""

    id: Identifier = field(metadata=declared.number("id", "paymethod_id", "paymethod"))
    name: str | None = declared.text("name", "description", "type", in_repr=False)
    is_default: bool | None = declared.truth("is_default", "default")
    raw: Raw = declared.everything(is_private=True)


class AccountResource(UndocumentedResource):
    """``client.account``: the profile of the account and how it pays. Personal data.

    Nothing that is sent or answered here is shown in a repr or logged. If a refusal of the API
    repeats it, it is masked.
    """

    def get_profile(self) -> AccountProfile:
        """Return the profile of the account."""
        data = self._object(PROFILE, "a profile", "profile")
        return AccountProfile.from_dict(data)

    def replace_profile(self, profile: AccountProfile, *, verify: bool = False) -> None:
        """Replace the profile of the account.

        ::

            profile = client.account.get_profile()
            client.account.replace_profile(dataclasses.replace(profile, city="Utrecht"))

        **Hazard**: the API clears fields that are left out. Start from the profile that was read:
        its fields are then sent along, also those that this class does not know. Another `email`
        holds only after its owner has confirmed it.

        :param verify: read the profile back, and fail if a field other than `email` does not
            have the value that was sent.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises NotAppliedError: if `verify` is true and a field does not have that value.
        """
        validation.boolean("verify", verify)
        if not isinstance(profile, AccountProfile):
            raise InvalidInputError("profile: must be an AccountProfile.")
        sent = profile.request_body()
        self._send("PUT", PROFILE, sent, personal=True)
        if verify:
            self._confirm(f"PUT {PROFILE}", lambda: _different(self.get_profile(), sent))

    def get_pay_methods(self) -> list[PayMethod]:
        """Return the ways to pay."""
        names = ("paymethods", "pay_methods")
        return self._list(PAY_METHODS, names, PayMethod.from_dict)

    def set_default_pay_method(
        self,
        id: Identifier,  # noqa: A002  # the API's word
        *,
        verify: bool = False,
    ) -> None:
        """Make one of :meth:`get_pay_methods` the default.

        **Hazard**: the account is charged in this way from now on.

        :param verify: read the ways to pay back, and fail if this one is not the default.
        :raises InvalidInputError: if `id` is not a number or a text; nothing was sent.
        :raises NotAppliedError: if `verify` is true and this one is not the default.
        """
        validation.boolean("verify", verify)
        checked_identifier("id", id)
        body = {"default_paymethod_id": str(id)}
        self._send("PUT", PAY_METHODS, body, personal=True)
        if verify:
            self._confirm_default("default_paymethod_id", lambda each: str(each.id) == str(id))

    def set_bank_transfer(self, *, verify: bool = False) -> None:
        """Make bank transfer the default. **Hazard**: invoices are no longer paid automatically.

        :param verify: read the ways to pay back, and fail if bank transfer is not the default.
        :raises NotAppliedError: if `verify` is true and bank transfer is not the default.
        """
        validation.boolean("verify", verify)
        self._send("PUT", PAY_METHODS, {"paymethod": BANK_TRANSFER})
        if verify:
            self._confirm_default("paymethod", lambda each: BANK_TRANSFER in each.raw.values())

    def _confirm_default(self, name: str, is_wanted: Callable[[PayMethod], bool]) -> None:
        def missing() -> list[str]:
            defaults = [each for each in self.get_pay_methods() if each.is_default]
            return [] if any(map(is_wanted, defaults)) else [name]

        self._confirm(f"PUT {PAY_METHODS}", missing)


def _different(profile: AccountProfile, sent: Raw) -> list[str]:
    """Return the names of the fields that do not have the values that were sent, except `email`."""
    shown, wanted = vars(profile), vars(AccountProfile.from_dict(sent))
    names = [name for name in (*NEEDED, *OPTIONAL) if name in sent and name != "email"]
    return [name for name in names if (shown[name] or None) != (wanted[name] or None)]
