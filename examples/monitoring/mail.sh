#!/bin/sh
# Mails what the doctor finds, if something needs attention. Silent otherwise.
#
# Run:  examples/monitoring/mail.sh ADDRESS [option of mijnhost doctor ...]
# Once a day from cron:
#   30 6 * * * root /usr/local/sbin/mijnhost-mail you@example.nl -d example.nl -d '*.example.nl'
#
# The doctor runs with --no-write, so it only reads. Exit code: that of the mail command; 0 if
# there is nothing to mail, 2 if no address is given.
#
# What may be set in the environment:
#   MIJNHOST  the command            (mijnhost)
#   MAIL      the command that mails (mail)
set -eu

mijnhost=${MIJNHOST:-mijnhost}
mail=${MAIL:-mail}

if [ $# -eq 0 ]; then
    echo "Give the address to mail to, and then any options of mijnhost doctor." >&2
    exit 2
fi
address=$1
shift

# It exits with 1 if it finds a problem; its JSON says which.
found=$("$mijnhost" doctor --json --no-write "$@" 2>/dev/null) || true
text=$(printf '%s' "$found" | jq -r '
    if .error then "The doctor could not run: " + .error
    else .findings[]
        | select(.state == "failed" or .state == "warning")
        | "\(.state): \(.message)" + (if .next_step == "" then "" else "\n  -> " + .next_step end)
    end' 2>/dev/null) || text="The doctor printed no JSON. Run it by hand: $mijnhost doctor"
[ -n "$found" ] || text="The doctor printed nothing. Run it by hand: $mijnhost doctor"

[ -n "$text" ] || exit 0
printf '%s\n' "$text" | "$mail" -s "mijnhost doctor on $(uname -n)" "$address"
