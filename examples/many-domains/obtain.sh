#!/bin/sh
# Obtains many certificates: one for each line of a file.
#
# Run:  examples/many-domains/obtain.sh FILE [option of Certbot ...]
#
# A line holds the names of one certificate, separated by spaces; # begins a comment:
#   example.nl *.example.nl
#   example.com www.example.com
# Certbot asks nothing here, so that the first run has to say: --agree-tos -m you@example.nl
# The first name, without a *., is the certificate's name. Run it again at any time: what is there
# and not due stays, a line whose names changed gets a new certificate, and a line that is gone
# leaves its certificate alone (`certbot delete` removes it). Certbot's timer renews them all.
#
# A line that fails does not stop the others. Exit code: 0 all are there, 1 some failed (they are
# named at the end), 2 nothing was tried.
#
# What may be set in the environment:
#   CERTBOT      the command                        (certbot)
#   CREDENTIALS  the credentials file               (/etc/letsencrypt/mijnhost.ini)
set -eu
# So that *.example.nl is a name and no pattern of files.
set -f

certbot=${CERTBOT:-certbot}
credentials=${CREDENTIALS:-/etc/letsencrypt/mijnhost.ini}

say() { printf '%s\n' "$*" >&2; }

if [ $# -eq 0 ] || [ ! -r "$1" ]; then
    say "Name a readable file with the names of one certificate in each line:" \
        "$0 domains.txt [option of Certbot ...]"
    exit 2
fi
file=$1
shift

kept='certificates are there'
for option in "$@"; do
    [ "$option" != --dry-run ] || kept='trials worked, and nothing was kept'
done

obtained=0
failed=
seen=' '

# obtain NAMES OPTIONS...: obtains one certificate.
obtain() {
    names=$1
    shift
    for name in $names; do
        set -- "$@" -d "$name"
    done
    "$certbot" certonly --non-interactive --authenticator dns-mijnhost \
        --dns-mijnhost-credentials "$credentials" --cert-name "$certificate" \
        --keep-until-expiring --renew-with-new-domains "$@" < /dev/null
}

while IFS= read -r line || [ -n "$line" ]; do
    # Files written on Windows have a carriage return before each line's end.
    names=$(printf '%s' "${line%%#*}" | tr '\r\t' '  ')
    # shellcheck disable=SC2086  # to get at the first word
    certificate=$(printf '%s\n' $names | head -n 1)
    certificate=${certificate#\*.}
    [ -n "$certificate" ] || continue
    case $seen in
        *" $certificate "*)
            say "$certificate: an earlier line has a certificate of this name already." \
                "Put all its names into one line, or begin this line with another name."
            failed="$failed $certificate"
            continue
            ;;
    esac
    seen="$seen$certificate "
    say "== $certificate"
    if obtain "$names" "$@"; then
        obtained=$((obtained + 1))
    else
        failed="$failed $certificate"
    fi
done < "$file"

if [ -n "$failed" ]; then
    say "$obtained there, failed:$failed. Certbot's messages are above."
    exit 1
fi
if [ "$obtained" -eq 0 ]; then
    say "$file names no domain."
    exit 2
fi
say "All $obtained $kept."
