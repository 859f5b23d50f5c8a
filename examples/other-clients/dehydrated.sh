#!/bin/sh
# The hook of dehydrated, for domains whose DNS is at mijn.host: HOOK=/usr/local/lib/mijnhost/dehydrated.sh in its configuration
# docs/other-clients.md has all steps.
PATH=/opt/mijnhost/bin:/usr/local/bin:/usr/bin:/bin
# dehydrated calls this six more times for each certificate. The command ignores those calls, but takes time to start.
case ${1-} in
    deploy_challenge | clean_challenge) exec mijnhost hook dehydrated "$@" ;;
esac
