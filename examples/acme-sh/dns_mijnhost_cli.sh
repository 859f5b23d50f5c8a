#!/usr/bin/env sh
# The command mijnhost as a DNS API of acme.sh: acme.sh --issue --dns dns_mijnhost_cli -d example.nl
# Put this file into ~/.acme.sh/dnsapi/. docs/other-clients.md has all steps.
#
# MIJNHOST_CREDENTIALS names the file with dns_mijnhost_api_key; acme.sh saves the path, not the key.

dns_mijnhost_cli_add() {
  _mijnhost_cli add "$1" "$2"
}

dns_mijnhost_cli_rm() {
  _mijnhost_cli remove "$1" "$2"
}

_mijnhost_cli() {
  MIJNHOST_CREDENTIALS="${MIJNHOST_CREDENTIALS:-$(_readaccountconf_mutable MIJNHOST_CREDENTIALS)}"
  MIJNHOST_CREDENTIALS="${MIJNHOST_CREDENTIALS:-/etc/letsencrypt/mijnhost.ini}"
  _saveaccountconf_mutable MIJNHOST_CREDENTIALS "$MIJNHOST_CREDENTIALS"
  PATH="/opt/mijnhost/bin:$PATH" mijnhost challenges "$1" --credentials "$MIJNHOST_CREDENTIALS" -- "$2" "$3"
}
