# shellcheck shell=sh
# Functions of the scripts here; sourced by them.

say() { printf '%s\n' "$*" >&2; }

# Runs a command as root, if that is possible without asking for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}
