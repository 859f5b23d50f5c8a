#!/bin/sh
# A check for Nagios and Icinga: problems of the doctor, and the days left of each certificate.
#
# Run:  examples/monitoring/check_mijnhost.sh [option of mijnhost doctor ...]
#
# One line, with performance data, and the exit code of a Nagios plugin: 0 OK, 1 WARNING,
# 2 CRITICAL, 3 UNKNOWN. The doctor runs with --no-write, so it only reads. It asks the API and
# name servers: once an hour is often enough, with a timeout of two minutes.
#
# What may be set in the environment:
#   MIJNHOST  the command  (mijnhost)
set -eu

mijnhost=${MIJNHOST:-mijnhost}

# It exits with 1 if it finds a problem; its JSON says which.
found=$("$mijnhost" doctor --json --no-write "$@" 2>/dev/null) || true
line=$(printf '%s' "$found" | jq -er '
    def texts(state): [.findings[] | select(.state == state) | .message];
    def plain: gsub("[|\n]"; "/");
    def days: [.findings[] | select(.check == "horizon")];
    def figures: [days[] | "'\''\(.certificate)'\''=\(.days)"] | join(" ");
    if .error then "3 UNKNOWN - \(.error | plain)"
    elif .complete != true then "3 UNKNOWN - the doctor was interrupted"
    else
        (if (texts("failed") | length) > 0 then "2 CRITICAL - " + (texts("failed") | join(" "))
         elif (texts("warning") | length) > 0 then "1 WARNING - " + (texts("warning") | join(" "))
         elif (days | length) > 0 then "0 OK - \(days[0].certificate): \(days[0].days) days left"
         else "0 OK - no problems" end | plain)
        + (if (days | length) > 0 then " | " + figures else "" end)
    end' 2>/dev/null) || line="3 UNKNOWN - the doctor printed no JSON. Run it by hand"

[ -n "$line" ] || line="3 UNKNOWN - the doctor printed no JSON. Run it by hand"
printf '%s\n' "${line#* }"
exit "${line%% *}"
