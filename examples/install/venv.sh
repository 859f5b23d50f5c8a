#!/bin/sh
# Installs the newest Certbot and the plugin into a virtual environment of their own. Running it
# again upgrades both.
#
# Run as root:  examples/install/venv.sh
#
# It needs Python 3.9 or later with its venv module (Debian, Ubuntu: apt-get install python3-venv).
# What may be set in the environment:
#   PREFIX       where to install                   (/opt/certbot)
#   REQUIREMENT  the plugin, as pip names it        (certbot-dns-mijnhost)
#   BIN_DIR      where to link the commands         (/usr/local/bin)
#   PYTHON       the Python to use                  (python3)
# pip's own settings work too: PIP_INDEX_URL, PIP_NO_INDEX, PIP_FIND_LINKS, PIP_CONSTRAINT ...
set -eu
# Where root's files are for root alone, others could not run what is installed here.
umask 022

prefix=${PREFIX:-/opt/certbot}
requirement=${REQUIREMENT:-certbot-dns-mijnhost}
bin_dir=${BIN_DIR:-/usr/local/bin}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

ours_or_absent() {
    if [ -e "$1" ] || [ -L "$1" ]; then
        [ "$(readlink "$1")" = "$2" ]
    fi
}

ours_or_absent "$bin_dir/certbot" "$prefix/bin/certbot" ||
    fail "$bin_dir/certbot belongs to another installation. Remove it, or set BIN_DIR."
"$python" -m venv "$prefix" ||
    fail "Python's venv module is incomplete. On Debian and Ubuntu: apt-get install python3-venv"

# Old versions of pip do not know today's wheels and would try to compile.
"$prefix/bin/python" -m pip install --quiet --upgrade pip
"$prefix/bin/python" -m pip install --quiet --upgrade certbot "$requirement"

mkdir -p "$bin_dir"
for command in certbot mijnhost; do
    if [ -x "$prefix/bin/$command" ] && ours_or_absent "$bin_dir/$command" "$prefix/bin/$command"
    then
        ln -sf "$prefix/bin/$command" "$bin_dir/$command"
    fi
done

folders=$(mktemp -d)
trap 'rm -rf "$folders"' EXIT
"$prefix/bin/certbot" plugins --authenticators --config-dir "$folders" --work-dir "$folders" \
    --logs-dir "$folders" 2>&1 | grep -q 'dns-mijnhost' ||
    fail "Certbot does not list the plugin. See why: $prefix/bin/certbot plugins"

say "Installed: $bin_dir/certbot with the authenticator dns-mijnhost."
if [ -e /lib/systemd/system/certbot.timer ]; then
    say "The system's own Certbot is here too, and its timer would try these certificates without" \
        "the plugin. Turn it off: systemctl disable --now certbot.timer"
fi
if command -v snap > /dev/null && snap list certbot > /dev/null 2>&1; then
    say "Certbot is here as a snap too, and its timer would try these certificates without the" \
        "plugin. Remove it; certificates stay: snap remove certbot"
fi
