#!/bin/sh
# Writes the API key that acme.sh has saved into a credentials file for certbot-dns-mijnhost.
#
#   sh from-acme-sh.sh [/etc/letsencrypt/mijnhost.ini [ACCOUNT.CONF]]
#
# Run it as the user who may write the credentials file. Without ACCOUNT.CONF it reads the one of that
# user's acme.sh. It does not print the key, and does not overwrite files. docs/moving-over.md has all steps.

set -eu

if [ "$#" -gt 2 ]; then
    echo "Usage: from-acme-sh.sh [/etc/letsencrypt/mijnhost.ini [ACCOUNT.CONF]]" >&2
    exit 2
fi
credentials="${1:-/etc/letsencrypt/mijnhost.ini}"
account="${2:-${LE_CONFIG_HOME:-${LE_WORKING_DIR:-$HOME/.acme.sh}}/account.conf}"

if [ ! -r "$account" ]; then
    echo "$account cannot be read. Name the account.conf of acme.sh: $0 $credentials ACCOUNT.CONF" >&2
    exit 1
fi
if [ -e "$credentials" ] || [ -L "$credentials" ]; then
    echo "$credentials exists already, and was left as it is. Name another file." >&2
    exit 1
fi
# What an INI file takes without quotes, between the quotes of acme.sh or between none.
saved="^SAVED_MIJNHOST_API_KEY='\{0,1\}\([0-9A-Za-z._~+/=:-][0-9A-Za-z._~+/=:-]*\)'\{0,1\}\$"
if ! grep -q "$saved" "$account"; then
    echo "$account holds no SAVED_MIJNHOST_API_KEY in the form that acme.sh saves." >&2
    echo "Write the credentials file by hand: dns_mijnhost_api_key = YOUR-KEY" >&2
    exit 1
fi

# Created by this command or not at all (-C), and never readable by others (umask). The key goes from
# file to file: no argument and no variable holds it, so that no trace and no process list can.
mkdir -p "$(dirname "$credentials")"
umask 077
set -C
sed -n "\\#$saved#{s//dns_mijnhost_api_key = \1/p;q;}" "$account" >"$credentials"
echo "Written: $credentials"
