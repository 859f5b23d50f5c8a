#!/bin/sh
# Lets certificates that certbot-dns-mijn-host obtained be renewed by certbot-dns-mijnhost.
#
#   sh from-certbot-dns-mijn-host.sh --dry-run      shows what would change, and changes nothing
#   sh from-certbot-dns-mijn-host.sh                changes it
#
# Install certbot-dns-mijnhost first, and remove the other plugin last: docs/moving-over.md has all
# the steps. Certbot's folder can be named as the last word; it is /etc/letsencrypt otherwise.
#
# In each renewal/*.conf of that plugin it changes the authenticator and the name of the setting for
# the credentials file, and drops the wait, which was a fixed one: here it would be a ceiling. The
# credentials file itself is read as it is. A copy from before is kept in renewal-before-mijnhost/.
# It can be run again at any time.

set -eu

usage() {
    echo "Usage: from-certbot-dns-mijn-host.sh [--dry-run] [/etc/letsencrypt]" >&2
    exit 2
}

# Prints the renewal configuration $1 as it has to be.
rewritten() {
    awk '
        NR == FNR { renamed = renamed || /^[ \t]*dns_mijn_host_credentials[ \t]*=/; next }
        /^[ \t]*dns_mijn_host_propagation_seconds[ \t]*=/ { next }
        # Left from an earlier attempt; Certbot reads no file that names a setting twice.
        renamed && /^[ \t]*dns_mijnhost_credentials[ \t]*=/ { next }
        /^[ \t]*authenticator[ \t]*=/ { sub(/dns-mijn-host/, "dns-mijnhost") }
        /^[ \t]*dns_mijn_host_credentials[ \t]*=/ { sub(/dns_mijn_host/, "dns_mijnhost") }
        { print }
    ' "$1" "$1"
}

# Puts the renewal configuration $1 as it has to be, and keeps the one from before.
replace() {
    mkdir -p "$copies"
    copy="$copies/$(basename "$1")"
    number=1
    while [ -e "$copy" ]; do
        number=$((number + 1))
        copy="$copies/$(basename "$1").$number"
    done
    cp -p "$1" "$copy"
    # A copy first, for its mode and owner; then one move, so that it is never half a file.
    cp -p "$1" "$1.new"
    rewritten "$1" >"$1.new"
    mv "$1.new" "$1"
    echo "== as it was: $copy"
}

dry_run=no
if [ "${1-}" = "--dry-run" ]; then
    dry_run=yes
    shift
fi
case "$#:${1-}" in
    0:*) config=/etc/letsencrypt ;;
    1:-* | 1:) usage ;;
    1:*) config="$1" ;;
    *) usage ;;
esac
copies="$config/renewal-before-mijnhost"
vendor="^[[:blank:]]*authenticator[[:blank:]]*=[[:blank:]]*[\"']\{0,1\}dns-mijn-host[\"']\{0,1\}[[:blank:]]*\$"
relative="^[[:blank:]]*dns_mijnhost_credentials[[:blank:]]*=[[:blank:]]*[\"']\{0,1\}[^/\"'[:blank:]]"

if [ ! -d "$config/renewal" ]; then
    echo "There is no folder $config/renewal. Name Certbot's folder: $0 /etc/letsencrypt" >&2
    exit 1
fi

count=0
for file in "$config"/renewal/*.conf; do
    [ -f "$file" ] || continue
    grep -q "$vendor" "$file" || continue
    count=$((count + 1))
    echo "== $file"
    rewritten "$file" | diff -u "$file" - || [ "$?" -eq 1 ]
    if rewritten "$file" | grep -q "$relative"; then
        echo "The path of the credentials file is not absolute: correct it in $file" >&2
    fi
    if [ "$dry_run" = no ]; then
        replace "$file"
    fi
done

if [ -f "$config/cli.ini" ] && grep -q 'dns[-_]mijn[-_]host' "$config/cli.ini"; then
    echo "$config/cli.ini names dns-mijn-host too: change it there by hand." >&2
fi
if [ "$count" -eq 0 ]; then
    echo "Nothing to do: no certificate in $config/renewal is renewed by dns-mijn-host."
elif [ "$dry_run" = yes ]; then
    echo "$count to change. Nothing was changed."
else
    echo "$count changed. Now try the renewal: certbot renew --dry-run"
fi
