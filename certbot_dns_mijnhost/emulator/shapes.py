"""The shapes of answers about domains and contacts, which differ from what is sent.

Each shape was seen in practice, by one client. The variants choose between them; each default is
the shape with the best evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certbot_dns_mijnhost.emulator.account_data import DEFAULT_PROFILE, ROLES
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import Domain

OWN_NAMESERVERS = ("ns1.mijn.host", "ns2.mijn.host", "ns3.mijn.host")


def domain_details(
    domain: Domain, profiles: Mapping[str, Mapping[str, Any]], variants: Variants
) -> dict[str, object]:
    """Return the fields of one domain that the list does not have."""
    details: dict[str, object] = {
        "is_locked": domain.is_locked,
        "managed_dns": domain.managed_dns,
    }
    if variants.domain_shape == "as_sent":
        return {**domain.settings, **details}
    settings = domain.settings
    hosts = _hosts(settings, profiles)
    return {
        **details,
        "is_lockable": True,
        "messages": [],
        "whitelabel_ns": False,
        "handles": _handles(settings.get("profile")),
        "nameservers": [
            {"hostname": host} if variants.domain_shape == "hosts_as_objects" else host
            for host in hosts
        ],
        **_forwarder(settings.get("forwarder")),
        **_dnssec(settings.get("dnssec")),
    }


def contact_in_list(contact: Mapping[str, Any], variants: Variants) -> dict[str, Any]:
    """Return a contact's fields in the list."""
    if variants.contact_list == "profiles":
        return {"id": contact["id"], "alias": contact["name"]}
    return contact_details(contact, variants)


def contact_details(contact: Mapping[str, Any], variants: Variants) -> dict[str, Any]:
    """Return a contact's fields in the answer about one contact."""
    profile = dict(contact["profile"])
    if variants.contact_shape == "profile":
        return {**contact, "profile": profile}
    if "company_name" in profile:
        profile["company"] = profile.pop("company_name")
    empty: dict[str, object] = {"company": "", "state": "", "street_suffix": "", "vat": ""}
    return {"id": contact["id"], "alias": contact["name"], **empty, **profile}


def _hosts(
    settings: Mapping[str, object], profiles: Mapping[str, Mapping[str, Any]]
) -> list[object]:
    sent: Any = settings.get("nameservers")
    alias: Any = settings.get("nameserver", DEFAULT_PROFILE)
    if sent is None and alias in profiles:
        sent = profiles[alias]["nameservers"]
    hosts = OWN_NAMESERVERS if sent is None else sent
    return [host if isinstance(host, str) else host["hostname"] for host in hosts]


def _handles(profile: object) -> dict[str, object]:
    sent: Any = profile or {}
    return {
        role: {"handle_id": sent[role], "name": f"Contact {sent[role]}", "type": role}
        if sent.get(role)
        else None
        for role in sorted(ROLES)
    }


def _forwarder(forwarder: object) -> dict[str, object]:
    sent: Any = forwarder or {}
    target = {"type": sent.get("type"), "url": sent["url"]} if sent.get("url") else None
    return {
        "forwarder": target,
        "forwarder_enabled": int(bool(sent.get("enabled"))),
        "forwarder_blocked_by_hosting": 0,
    }


def _dnssec(dnssec: object) -> dict[str, object]:
    sent: Any = dnssec or {}
    is_enabled = bool(sent.get("enabled"))
    key = {name: str(sent[name]) for name in ("alg", "flags", "pubKey")} if is_enabled else {}
    return {"dnssec_enabled": int(is_enabled), "dnssec_keys": [key] if key else []}
