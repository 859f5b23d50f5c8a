#!/bin/sh
# The hook of lego, for domains whose DNS is at mijn.host: EXEC_PATH=/usr/local/lib/mijnhost/lego.sh lego --dns exec ...
# docs/other-clients.md has all steps.
PATH=/opt/mijnhost/bin:/usr/local/bin:/usr/bin:/bin
exec mijnhost hook lego "$@"
