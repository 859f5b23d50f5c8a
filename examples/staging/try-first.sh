#!/bin/sh
# Obtains a certificate, but tries it against Let's Encrypt's staging CA first: its limits are
# generous, and nothing of it is kept.
#
# Run as root:  examples/staging/try-first.sh -d example.nl -d '*.example.nl'
#
# All arguments go to Certbot, twice: once with --dry-run and, only when that worked, once without.
# The dry run does everything but keep the certificate: it writes to your zone and cleans up.
#
# What may be set in the environment:
#   CERTBOT      the command                        (certbot)
#   CREDENTIALS  the credentials file               (/etc/letsencrypt/mijnhost.ini)
set -eu

certbot=${CERTBOT:-certbot}
credentials=${CREDENTIALS:-/etc/letsencrypt/mijnhost.ini}

say() { printf '%s\n' "$*" >&2; }

if [ $# -eq 0 ]; then
    say "Name the domains: $0 -d example.nl -d '*.example.nl'"
    exit 2
fi

set -- certonly --authenticator dns-mijnhost --dns-mijnhost-credentials "$credentials" "$@"
say "== Trying it against the staging CA"
if ! "$certbot" "$@" --dry-run; then
    say "The trial failed, so the real CA was not asked. Certbot's message is above."
    exit 1
fi
say "== The trial worked: now the real certificate"
exec "$certbot" "$@"
