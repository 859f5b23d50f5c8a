#!/bin/sh
# The hook of uacme, for domains whose DNS is at mijn.host: uacme --hook /usr/local/lib/mijnhost/uacme.sh ...
# docs/other-clients.md has all steps.
PATH=/opt/mijnhost/bin:/usr/local/bin:/usr/bin:/bin
exec mijnhost hook uacme "$@"
