#!/bin/sh
# Prints the CNAME records that lead the challenges of names to a zone for challenges alone.
#
# Run:  examples/delegation/cname-records.sh challenges.nl example.com '*.example.com' www.example.com
#
# The first word is the zone, at mijn.host; the others are the names of your certificates. Add each
# record that is printed, once, at the DNS provider of its domain. A name and its wildcard share one.
set -eu
# So that *.example.com is a name and no pattern of files.
set -f

say() { printf '%s\n' "$*" >&2; }

# plain NAME: the name in lower case, without *. before it and without a final dot.
plain() {
    name=$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]')
    name=${name#\*.}
    printf '%s' "${name%.}"
}

if [ $# -lt 2 ]; then
    say "Name the zone for challenges and the names of your certificates:" \
        "$0 challenges.nl example.com '*.example.com'"
    exit 2
fi
zone=$(plain "$1")
shift

printed=' '
for each; do
    name=$(plain "$each")
    case $name in
        '' | *[!0-9a-z._-]*)
            say "'$each' is not a domain name. Write names with other letters in their xn-- form."
            exit 2
            ;;
        "$zone" | *".$zone")
            say "$name is in $zone itself, and needs no record."
            continue
            ;;
    esac
    case $printed in
        *" $name "*) continue ;;
    esac
    printed="$printed$name "
    printf '_acme-challenge.%s.  300  IN  CNAME  _acme-challenge.%s.%s.\n' "$name" "$name" "$zone"
done
