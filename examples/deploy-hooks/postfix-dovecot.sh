#!/bin/sh
# Deploy hook for Certbot: lets Postfix and Dovecot, or the one that is there, use a renewed
# certificate.
#
# Install:  install -m 755 examples/deploy-hooks/postfix-dovecot.sh \
#               /etc/letsencrypt/renewal-hooks/deploy/
#
# A program whose configuration has errors is left alone and goes on with the certificate that it
# has; the other one is still reloaded.
set -eu

# Name the mail server here (mail.example.nl) to pass over certificates of other names.
mail_name=${MAIL_NAME:-}

failed=
say() { printf 'postfix-dovecot.sh: %s\n' "$*" >&2; }

# reload NAME CHECK...: reloads the service where the check finds no errors.
reload() {
    service=$1
    shift
    if ! "$@" > /dev/null; then
        say "$service was not reloaded for ${RENEWED_DOMAINS:-$RENEWED_LINEAGE}: the check of its" \
            "configuration failed, see above. Correct it, then run: systemctl reload $service"
        failed=yes
    # Leaves a server that is stopped as it is.
    elif ! systemctl try-reload-or-restart "$service"; then
        say "$service could not be reloaded for ${RENEWED_DOMAINS:-$RENEWED_LINEAGE}." \
            "See why: systemctl status $service"
        failed=yes
    fi
}

: "${RENEWED_LINEAGE:?is set by Certbot; to try by hand: RENEWED_LINEAGE=/etc/letsencrypt/live/example.nl}"

case " ${RENEWED_DOMAINS:-} " in
    *" $mail_name "*) ;;
    *) [ -z "$mail_name" ] || exit 0 ;;
esac

if command -v postfix > /dev/null; then
    reload postfix postfix check
fi
if command -v doveconf > /dev/null; then
    # -n alone does not open the certificate files; a key that cannot be read shows at the reload.
    reload dovecot doveconf -n
fi
[ -z "$failed" ]
