"""The API's chapters: one module each, with the routes it answers."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.chapters import dns_records, domains, whoami

ROUTES = (*domains.ROUTES, *dns_records.ROUTES, *whoami.ROUTES)
