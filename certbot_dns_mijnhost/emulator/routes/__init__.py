"""The routes of the API: one module for each subject."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.routes import (
    certificates,
    contacts,
    dns_records,
    dns_templates,
    domain_changes,
    domains,
    nameserver_profiles,
    orders,
    people,
    profile,
    vps,
    whoami,
)

ROUTES = (
    *domains.ROUTES,
    *domain_changes.ROUTES,
    *dns_records.ROUTES,
    *contacts.ROUTES,
    *nameserver_profiles.ROUTES,
    *dns_templates.ROUTES,
    *orders.ROUTES,
    *whoami.ROUTES,
    *vps.ROUTES,
    *certificates.ROUTES,
    *profile.ROUTES,
    *people.ROUTES,
)
