"""A program that uses the client passes a strict type check.

It needs mypy, which the environments of the matrix do not have.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = '''
"""A small program that uses much of the client."""

from __future__ import annotations

from decimal import Decimal

from certbot_dns_mijnhost.api import (
    UNSET,
    Contact,
    ContactsResource,
    DNSRecord,
    DNSTemplate,
    Domain,
    MijnHostClient,
    MijnHostError,
    RateLimitError,
)


def city_of(contacts: ContactsResource, number: int) -> str | None:
    return contacts.get(number).city


def main() -> list[str]:
    shown: list[str] = []
    with MijnHostClient("key", user_agent="program/1") as client:
        contacts: list[Contact] = client.contacts.get_all()
        for contact in contacts:
            shown.append(city_of(client.contacts, contact.id) or "?")
            client.contacts.update(contact.id, city="Elders", verify=True)
        templates: list[DNSTemplate] = client.dns_templates.get_all()
        for template in templates:
            client.dns_templates.update(template.id, default=True)
        domain: Domain = client.domains.get("example.nl")
        if domain.forwarder is not None and domain.is_active:
            client.domains.update(domain.domain, forwarder=domain.forwarder)
        if domain.profile is not None and domain.profile.owner is not UNSET:
            shown.append(str(domain.profile.owner))
        found = client.availability.check("free.nl")
        price: Decimal | None = found.premium_price.register if found.premium_price else None
        order = client.orders.register("free.nl", accept_premium_price=price)
        shown.append(str(order.to_dict()["id"]))
        record = DNSRecord.mx("example.nl.", 10, "mail.example.nl.", ttl=300)
        try:
            client.dns_records.update("example.nl", record)
        except RateLimitError as error:
            shown.append(f"wait {error.retry_after or 60.0:.0f} s")
        except MijnHostError as error:
            shown.append(f"{error} {error.may_have_taken_effect}")
        shown += [each.extension for each in client.extensions.get_all(search="n")]
    return shown
'''


def test_a_program_is_checked_strictly_and_mistakes_are_found(tmp_path: Path) -> None:
    good, bad = tmp_path / "program.py", tmp_path / "mistaken.py"
    good.write_text(PROGRAM)
    bad.write_text(PROGRAM.replace("domain.domain, forwarder", "5, forwarder"))
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", ""),
            *("--cache-dir", str(tmp_path / "cache"), str(good), str(bad)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert checked.returncode == 1, checked.stdout
    *found, summary = checked.stdout.splitlines()
    assert "checked 2 source files" in summary, "both are checked"
    [mistake] = [line for line in found if ": error: " in line]
    assert mistake.startswith(str(bad))
    assert "arg-type" in mistake
