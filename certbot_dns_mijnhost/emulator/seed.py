"""An account out of a JSON file.

::

    {"domains": [{"domain": "example.nl", "tags": ["web"], "managed_dns": true,
                  "published_at": [], "odd_entries": [null],
                  "records": [["A", "www.example.nl.", "192.0.2.1", 3600]]}],
     "contacts": [{"id": 1, "name": "us", "profile": {}}],
     "nameservers": [{"alias": "ours", "nameservers": []}],
     "templates": [{"id": 2, "alias": "web", "default": 0, "records": []}],
     "vps": [{"id": 3, "hostname": "a.example.nl", "status": "running", "ip-addresses": [],
              "details": {"vps_locked": false}}],
     "certificates": [{"id": 4, "domain": "", "certificate_status": "new", "requested": false}],
     "invoices": [{"invoice_nr": 5, "date": "2026-11-01", "total": "1.21"}]}

Each part may be missing; a domain without records gets those of a new customer. Servers,
certificates and invoices take the place of those that an account has at first.
"""

from __future__ import annotations

import json
from pathlib import Path

from certbot_dns_mijnhost.emulator.account import Account


def load(account: Account, path: Path) -> None:
    """Add to an account what a file holds.

    :raises OSError: where the file can't be read
    :raises ValueError: where it is no JSON of this form
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    try:
        for domain in content.get("domains", []):
            records = domain.get("records")
            account.add_domain(
                domain["domain"],
                records=None if records is None else [tuple(record) for record in records],
                managed_dns=domain.get("managed_dns", True),
                tags=domain.get("tags", []),
                published_at=domain.get("published_at", []),
            ).odd_entries.extend(domain.get("odd_entries", []))
        mine = account.data
        mine.contacts.update({each["id"]: each for each in content.get("contacts", [])})
        mine.profiles.update({each["alias"]: each for each in content.get("nameservers", [])})
        mine.templates.update({each["id"]: each for each in content.get("templates", [])})
        for name, key in (("vps", "id"), ("certificates", "id"), ("invoices", "invoice_nr")):
            if name in content:
                setattr(mine.services, name, {each[key]: each for each in content[name]})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no account: {error!r}") from error
