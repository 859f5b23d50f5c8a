"""Adds the records of a DNS template to the zone of a domain that exists already.

Set the API key, look at the changes, then make them::

    export MIJNHOST_API_KEY=...
    python examples/apply_template.py example.nl mail --dry-run
    python examples/apply_template.py example.nl mail

Other records stay as they are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from certbot_dns_mijnhost.api import (
    DNSRecord,
    DNSTemplate,
    MijnHostClient,
    MijnHostError,
    TemplateRecord,
)
from certbot_dns_mijnhost.zone import ZoneEditor

DEFAULT_TTL = 3600


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the changes, and make them unless it is a dry run."""
    options = parser().parse_args(arguments)
    domain = options.domain.rstrip(".")
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            templates = client.dns_templates.get_all()
            found = [each for each in templates if options.template in {each.alias, str(each.id)}]
            if len(found) != 1 or found[0].id is None:
                print(problem(options.template, templates, len(found)), file=sys.stderr)
                return 1
            template = client.dns_templates.get(found[0].id)
            records = [record_of(each, domain) for each in template.records]
            plan = ZoneEditor(client, domain).add(*records, dry_run=options.dry_run)
    except (MijnHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The zone has these records already." if plan.is_empty else plan)
    return 0


def record_of(template: TemplateRecord, domain: str) -> DNSRecord:
    """Return the record of a zone that a template's record makes."""
    value = template.value
    if template.priority is not None:
        value = f"{template.priority} {value}"
    name = f"{template.name}.{domain}." if template.name not in {"", "@"} else f"{domain}."
    return DNSRecord(template.type, name, value, template.ttl or DEFAULT_TTL)


def problem(wanted: str, templates: Sequence[DNSTemplate], count: int) -> str:
    """Return why no single template was found."""
    known = ", ".join(f"{each.alias} ({each.id})" for each in templates) or "none"
    kind = f"{count} templates are" if count > 1 else "No template is"
    return f"{kind} called {wanted}. Give the id of one. Templates of the account: {known}."


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Add the records of a DNS template to a zone.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("template", help="alias or id of the template")
    made.add_argument("--dry-run", action="store_true", help="show the changes only")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
