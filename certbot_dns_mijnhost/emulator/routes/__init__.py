"""The routes of the API: one module for each subject."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.routes import (
    account,
    certificates,
    contacts,
    dns_records,
    dns_templates,
    domains,
    nameserver_profiles,
    orders,
    users_tickets,
    vps,
)

ROUTES = (
    *domains.ROUTES,
    *dns_records.ROUTES,
    *contacts.ROUTES,
    *nameserver_profiles.ROUTES,
    *dns_templates.ROUTES,
    *orders.ROUTES,
    *vps.ROUTES,
    *certificates.ROUTES,
    *account.ROUTES,
    *users_tickets.ROUTES,
)
