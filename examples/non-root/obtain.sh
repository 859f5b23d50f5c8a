#!/bin/sh
# Certbot as a plain user: certificates, keys and logs lie in folders of the user's own.
#
# Prepare:  install -d -m 700 ~/letsencrypt
#           install -m 600 examples/credentials/mijnhost.ini ~/letsencrypt/mijnhost.ini
#           (and write the key into it)
# Obtain:   examples/non-root/obtain.sh -d example.nl -d '*.example.nl'
# Renew:    examples/non-root/obtain.sh renew
# Cron:     crontab -e, and add, with the paths of Certbot and of your copy of this file:
#           17 3,15 * * * CERTBOT=/usr/local/bin/certbot $HOME/bin/obtain.sh renew --quiet
#
# All arguments go to Certbot. What may be set in the environment:
#   LETSENCRYPT  the folder for everything          (~/letsencrypt)
#   CERTBOT      the command                        (certbot)
set -eu

folder=${LETSENCRYPT:-$HOME/letsencrypt}
certbot=${CERTBOT:-certbot}

if [ "${1-}" = renew ]; then
    shift
    set -- renew "$@"
elif [ $# -gt 0 ]; then
    set -- certonly --authenticator dns-mijnhost \
        --dns-mijnhost-credentials "$folder/mijnhost.ini" "$@"
else
    printf '%s\n' "Name the domains: $0 -d example.nl -d '*.example.nl'" >&2
    exit 2
fi
exec "$certbot" "$@" \
    --config-dir "$folder/config" --work-dir "$folder/work" --logs-dir "$folder/logs"
