#!/bin/sh
# Deploy hook for Certbot: lets nginx use a renewed certificate.
#
# Install:  install -m 755 examples/deploy-hooks/nginx.sh /etc/letsencrypt/renewal-hooks/deploy/
#
# Certbot runs it once for each certificate that was renewed. With errors in its configuration nginx
# is left alone, and goes on with the certificate that it has.
set -eu

say() { printf 'nginx.sh: %s\n' "$*" >&2; }

: "${RENEWED_LINEAGE:?is set by Certbot; to try by hand: RENEWED_LINEAGE=/etc/letsencrypt/live/example.nl}"

if ! nginx -t -q; then
    say "nginx was not reloaded for ${RENEWED_DOMAINS:-$RENEWED_LINEAGE}: the check of its" \
        "configuration failed, see above. Correct it, then run: systemctl reload nginx"
    exit 1
fi
# Leaves a server that is stopped as it is. Without systemd: nginx -s reload
if ! systemctl try-reload-or-restart nginx; then
    say "nginx could not be reloaded for ${RENEWED_DOMAINS:-$RENEWED_LINEAGE}." \
        "See why: systemctl status nginx"
    exit 1
fi
