"""A docs_shell who types what the README says, and nothing else.

The commands are the README's own. Where it can be, they are typed on a new Debian, with nothing of
them changed: there, apt installs its Certbot, systemd starts the renewal, and the folders are the
real ones. Elsewhere the folders below /opt, /etc and /usr/local lie in the test's own. What the CA
and the API's address are set in Certbot's and the plugin's configuration.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from scripts.local_ca import names_of
from tests.support.docs_shell import README, ROOT, DocsShell, MachineShell, blocks

pytestmark = pytest.mark.timeout(1500)

OTHER_CLIENTS = ROOT / "docs" / "other-clients.md"
INSTALL = ("Install with pip", "Install alongside apt's Certbot")


def obtain(docs_shell: DocsShell, *, needs_cron: bool) -> None:
    """Type what follows the installation.

    :param needs_cron: whether nothing renews yet.
    """
    write, doctor, trial, real = blocks("First certificate")
    cron, renew = blocks("Renewal")
    before = docs_shell.user.zone
    docs_shell.configure_ca()
    docs_shell.type(write)
    docs_shell.configure_api()
    assert "No problems found." in docs_shell.type(doctor)
    assert "The dry run was successful" in docs_shell.type(trial)
    assert not docs_shell.path("/etc/letsencrypt/live").exists()
    docs_shell.type(real)
    assert names_of(docs_shell.certificate()) == {
        docs_shell.user.domain,
        f"*.{docs_shell.user.domain}",
    }
    if needs_cron:
        docs_shell.type(cron)
    assert "all simulated renewals succeeded" in docs_shell.type(renew)
    assert docs_shell.user.zone == before


def renew(docs_shell: DocsShell, command: str) -> None:
    """Do what starts by itself: it is quiet, and it renews."""
    assert docs_shell.type(command) == ""
    first = docs_shell.certificate().serial_number
    docs_shell.type(f"{command} --force-renewal")
    assert docs_shell.certificate().serial_number != first


def try_pips_certbot(docs_shell: DocsShell) -> None:
    [install] = blocks("Install with pip")
    docs_shell.type(install)
    obtain(docs_shell, needs_cron=True)
    _, line = docs_shell.path("/etc/cron.d/certbot-mijnhost").read_text().splitlines()
    *times, user, command = line.split(" ", 6)
    assert len(times) == 5
    assert user == "root"
    renew(docs_shell, command)


def test_pips_certbot(docs_shell: DocsShell) -> None:
    try_pips_certbot(docs_shell)


def cron_renews(docs_shell: MachineShell) -> bool:
    """Tell whether the real cron does, with the line of the README at each minute."""
    docs_shell.make_due()
    # As nginx and its like are, useradd is in a folder that cron's own path lacks.
    hook = "/etc/letsencrypt/renewal-hooks/deploy/hook"
    docs_shell.write(hook, "#!/bin/sh\ncommand -v useradd > /srv/found\n")
    docs_shell.type(f"chmod 755 {hook}")
    file = docs_shell.path("/etc/cron.d/certbot-mijnhost")
    path, line = file.read_text().splitlines()
    command = line.split(" ", 5)[5]
    first = docs_shell.certificate()
    trust = f"REQUESTS_CA_BUNDLE={docs_shell.ca_certificate()}"
    file.write_text(f"{trust}\n{path}\n* * * * * {command}\n")
    deadline = time.monotonic() + 600
    while not docs_shell.path("/srv/found").exists() and time.monotonic() < deadline:
        time.sleep(1)
    file.unlink()
    assert docs_shell.path("/srv/found").read_text() == "/usr/sbin/useradd\n"
    return docs_shell.certificate() != first


def test_pips_certbot_on_a_new_machine(machine_shell: MachineShell) -> None:
    [first] = re.findall(r"On Debian and Ubuntu, first run `(.*)`", README.read_text())
    machine_shell.type(first)
    try_pips_certbot(machine_shell)
    assert cron_renews(machine_shell)


def test_apts_certbot_on_a_new_machine(machine_shell: MachineShell, debian_package: Path) -> None:
    machine = machine_shell
    shutil.copy(debian_package, machine.path("/srv"))
    [install] = blocks("Install alongside apt's Certbot")
    machine.type(install)
    assert "* dns-mijnhost" in machine.type("certbot plugins --authenticators")
    obtain(machine, needs_cron=False)
    assert "certbot.timer" in machine.type("systemctl list-timers")
    machine.make_due()
    first = machine.certificate().serial_number
    machine.type("systemctl start certbot.service || journalctl -u certbot.service")
    assert machine.certificate().serial_number != first
    doctor = blocks("First certificate")[1]
    assert "Certbot has what it needs to renew" in machine.type(doctor)
    _is_whole(machine)
    _leaves_nothing(machine)


def _is_whole(machine: MachineShell) -> None:
    """Check that the manual pages and the completion exist, and that apt's files are unchanged."""
    for page in ("man1/mijnhost.1", "man7/certbot-dns-mijnhost.7"):
        assert "mijn" in machine.type(f"zcat /usr/share/man/{page}.gz")
    machine.type("apt-get install --no-install-recommends bash-completion")
    complete = (
        ". /usr/share/bash-completion/bash_completion; _completion_loader mijnhost || true; "
        "COMP_WORDS=(mijnhost chal); COMP_CWORD=1; COMP_LINE='mijnhost chal'; COMP_POINT=13; "
        "COMP_TYPE=9; _python_argcomplete mijnhost; printf '%s' \"${COMPREPLY[*]}\""
    )
    machine.write("/srv/complete", complete)
    assert machine.type("bash /srv/complete").split() == ["challenges"]
    # The test itself tells Certbot in this file where the CA is.
    changed = machine.type("dpkg --verify certbot python3-certbot").splitlines()
    assert [line for line in changed if not line.endswith(" c /etc/letsencrypt/cli.ini")] == []


def _leaves_nothing(machine: MachineShell) -> None:
    """Purge the package, and see what is left: what the user and Certbot wrote."""
    machine.type("apt-get purge python3-certbot-dns-mijnhost")
    left = machine.type(
        "find / -xdev \\( -path /srv -o -path /proc -o -path /tmp \\) -prune -o "
        "-name '*mijnhost*' -print; find /run -name '*mijnhost*'"
    )
    assert left.split() == ["/etc/letsencrypt/mijnhost.ini"]
    assert "* dns-mijnhost" not in machine.type("certbot plugins --authenticators")


def test_certbot_without_the_plugin_on_a_new_machine(
    machine_shell: MachineShell,
) -> None:
    machine = machine_shell
    machine.type("apt-get update; apt-get install certbot python3-venv")
    machine.type(blocks("Install the command", OTHER_CLIENTS)[0])
    machine.type(blocks("The key", OTHER_CLIENTS)[0])
    machine.configure_ca()
    machine.configure_api()
    before = machine.user.zone
    [obtain_it] = blocks("Certbot's manual hooks", OTHER_CLIENTS)
    machine.type(obtain_it)
    first = machine.certificate()
    assert names_of(first) == {machine.user.domain, f"*.{machine.user.domain}"}
    assert "all simulated renewals succeeded" in machine.type("certbot renew --dry-run")
    machine.make_due()
    machine.type("systemctl start certbot.service || journalctl -u certbot.service")
    assert machine.certificate().serial_number != first.serial_number
    assert machine.user.zone == before
    assert "dns-mijnhost" not in machine.type("certbot plugins --authenticators")


def test_the_dutch_commands_are_the_same() -> None:
    dutch = (ROOT / "README.nl.md").read_text()
    for heading in (*INSTALL, "First certificate", "Renewal"):
        for block in blocks(heading):
            assert re.sub(r"^", "    ", block.rstrip("\n"), flags=re.MULTILINE) in dutch


def test_the_badges_are_true() -> None:
    badges = dict(re.findall(r"\[!\[([^:\]]+?)[: ]+([^\]]*)\]", README.read_text()))
    setup = (ROOT / "setup.py").read_text()
    pythons = re.findall(r"Python :: (3\.\d+)\"", setup)
    assert badges["Python"] == f"{pythons[0]} to {pythons[-1]}"
    rows = (ROOT / "docs" / "matrix.md").read_text()
    certbots = sorted(
        {
            tuple(map(int, version.split(".")))
            for version in re.findall(r"\| (\d+\.\d+)\.\d+ \|", rows)
        }
    )
    oldest, newest = (".".join(map(str, version)) for version in (certbots[0], certbots[-1]))
    assert badges["Certbot"] == f"{oldest} to {newest}"
    assert f'license="{badges["Licence"]}"' in setup
    assert "strict = true" in (ROOT / "pyproject.toml").read_text()


def test_the_first_command_is_the_one_that_is_tried() -> None:
    first = next(block for block in re.findall(r"(?:^    .*\n)+", README.read_text(), re.MULTILINE))
    real = blocks("First certificate")[3]
    assert re.sub(r"^    ", "", first, flags=re.MULTILINE) == real
