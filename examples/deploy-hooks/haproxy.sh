#!/bin/sh
# Deploy hook for Certbot: gives HAProxy a renewed certificate, and lets it use it.
#
# Install:  install -d -m 700 /etc/haproxy/certs
#           install -m 755 examples/deploy-hooks/haproxy.sh /etc/letsencrypt/renewal-hooks/deploy/
# In haproxy.cfg:  bind :443 ssl crt /etc/haproxy/certs/
# First time:      RENEWED_LINEAGE=/etc/letsencrypt/live/example.nl \
#                      /etc/letsencrypt/renewal-hooks/deploy/haproxy.sh
#
# HAProxy wants the certificates and the key in one file. It is written under another name and
# moved into place, so HAProxy never reads half of it. It skips names that begin with a dot.
set -eu
umask 077

certificates=${HAPROXY_CERTIFICATES:-/etc/haproxy/certs}
configuration=${HAPROXY_CONFIGURATION:-/etc/haproxy/haproxy.cfg}

say() { printf 'haproxy.sh: %s\n' "$*" >&2; }

: "${RENEWED_LINEAGE:?is set by Certbot; to try by hand: RENEWED_LINEAGE=/etc/letsencrypt/live/example.nl}"

name=$(basename "$RENEWED_LINEAGE")
if ! joined=$(mktemp "$certificates/.$name.XXXXXX"); then
    say "Nothing could be written for ${RENEWED_DOMAINS:-$name}. Make the folder:" \
        "install -d -m 700 $certificates; in a sandbox of systemd, allow it: ReadWritePaths="
    exit 1
fi
trap 'rm -f "$joined"' EXIT
trap 'exit 1' HUP INT TERM
cat "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem" > "$joined"
chmod 600 "$joined"
mv -f "$joined" "$certificates/$name.pem"

if ! haproxy -c -q -f "$configuration"; then
    say "HAProxy was not reloaded for ${RENEWED_DOMAINS:-$name}: the check of its configuration" \
        "failed, see above. The new file $certificates/$name.pem is in place. Correct the" \
        "configuration, then run: systemctl reload haproxy"
    exit 1
fi
# Leaves a server that is stopped as it is.
if ! systemctl try-reload-or-restart haproxy; then
    say "HAProxy could not be reloaded for ${RENEWED_DOMAINS:-$name}." \
        "See why: systemctl status haproxy"
    exit 1
fi
