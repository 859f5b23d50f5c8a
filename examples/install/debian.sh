#!/bin/sh
# Debian and Ubuntu: puts the plugin alongside apt's own Certbot, without moving any of apt's files.
#
# Run as root:  apt-get install certbot python3-venv
#               examples/install/debian.sh
#
# The plugin goes into a virtual environment that sees apt's packages. From then on
#   * `certbot` is a small command in /usr/local/bin that runs apt's Certbot with the plugin;
#   * apt's certbot.timer does the same, by a drop-in of its certbot.service.
# Run it again after an upgrade to a new release of the system, since that brings another Python.
#
# What may be set in the environment:
#   PREFIX       where to install                   (/opt/certbot-mijnhost)
#   REQUIREMENT  the plugin, as pip names it        (certbot-dns-mijnhost)
#   BIN_DIR      where the command goes             (/usr/local/bin)
#   UNIT_DIR     where the drop-in goes             (/etc/systemd/system)
# pip's own settings work too: PIP_INDEX_URL, PIP_NO_INDEX, PIP_FIND_LINKS, PIP_CONSTRAINT ...
set -eu
# Where root's files are for root alone, others could not run what is installed here.
umask 022

prefix=${PREFIX:-/opt/certbot-mijnhost}
requirement=${REQUIREMENT:-certbot-dns-mijnhost}
bin_dir=${BIN_DIR:-/usr/local/bin}
unit_dir=${UNIT_DIR:-/etc/systemd/system}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
drop_in=$here/../systemd/certbot.service.d/mijnhost.conf

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

has_snap() { command -v snap > /dev/null && snap list certbot > /dev/null 2>&1; }

# The system's Python knows apt's Certbot and no other: /usr/bin/certbot may be a link to snap's.
if [ ! -x /usr/bin/certbot ] || ! /usr/bin/python3 -c 'import certbot' 2> /dev/null; then
    has_snap && say "Certbot is here as a snap, which sees no plugin that pip installed. Remove it" \
        "first; certificates stay: snap remove certbot"
    fail "apt's Certbot is not here: apt-get install certbot python3-venv"
fi
[ -r "$drop_in" ] || fail "$drop_in is missing. Run this from a checkout, where it lies."
# The README's own command of that name runs the same, and is replaced.
if [ -e "$bin_dir/certbot" ] && ! grep -qF "$prefix/bin/python" "$bin_dir/certbot"; then
    fail "$bin_dir/certbot belongs to another installation. Remove it, or set BIN_DIR."
fi

# apt's Certbot runs on the system's Python, even if another Python comes first on the path.
/usr/bin/python3 -m venv --system-site-packages "$prefix" ||
    fail "Python's venv module is incomplete: apt-get install python3-venv"
"$prefix/bin/python" -m pip install --quiet --upgrade "$requirement"

# A Certbot in the environment would hide apt's.
found=$("$prefix/bin/python" -c 'import certbot; print(certbot.__file__)')
case $found in
    "$prefix"/*) fail "pip brought a Certbot of its own ($found). Use venv.sh instead." ;;
esac

mkdir -p "$bin_dir" "$unit_dir/certbot.service.d"
cat > "$bin_dir/certbot.new" << END
#!/bin/sh
# Made by certbot-dns-mijnhost's debian.sh: apt's Certbot, with the plugin alongside it.
exec "$prefix/bin/python" /usr/bin/certbot "\$@"
END
chmod 755 "$bin_dir/certbot.new"
mv -f "$bin_dir/certbot.new" "$bin_dir/certbot"
if [ -x "$prefix/bin/mijnhost" ] && [ ! -e "$bin_dir/mijnhost" ]; then
    ln -s "$prefix/bin/mijnhost" "$bin_dir/mijnhost"
fi

sed "s|/opt/certbot-mijnhost/|$prefix/|" "$drop_in" > "$unit_dir/certbot.service.d/mijnhost.conf"
chmod 644 "$unit_dir/certbot.service.d/mijnhost.conf"
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi

folders=$(mktemp -d)
trap 'rm -rf "$folders"' EXIT
"$bin_dir/certbot" plugins --authenticators --config-dir "$folders" --work-dir "$folders" \
    --logs-dir "$folders" 2>&1 | grep -q 'dns-mijnhost' ||
    fail "Certbot does not list the plugin. See why: $bin_dir/certbot plugins"

say "Installed: $bin_dir/certbot is apt's Certbot with the authenticator dns-mijnhost."
if has_snap; then
    say "Certbot is here as a snap too, and its timer would try these certificates without the" \
        "plugin. Remove it; certificates stay: snap remove certbot"
fi
