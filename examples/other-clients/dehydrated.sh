#!/bin/sh
# The hook of dehydrated, for domains whose DNS is at mijn.host: HOOK=/usr/local/lib/mijnhost/dehydrated.sh in its configuration
# docs/other-clients.md has all steps.
PATH=/opt/mijnhost/bin:/usr/local/bin:/usr/bin:/bin
exec mijnhost hook dehydrated "$@"
