"""Renewal by a service and a timer of systemd, in a sandbox."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from certbot_dns_mijnhost.credentials import SYSTEMD_FILE
from tests.support.commands import EXAMPLES, run

UNITS = EXAMPLES / "systemd"
SERVICE = UNITS / "certbot-mijnhost.service"
TIMER = UNITS / "certbot-mijnhost.timer"
DROP_IN = UNITS / "certbot.service.d" / "mijnhost.conf"
ANALYZE = shutil.which("systemd-analyze")


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return a unit's sections: for each name its values, in order."""
    sections: dict[str, dict[str, list[str]]] = {}
    for line in path.read_text().splitlines():
        if not line or line[0] in "#;":
            continue
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
            continue
        name, sign, value = line.partition("=")
        assert sign, f"{path.name}: {line}"
        assert re.fullmatch(r"[A-Z]\w+", name), f"{path.name}: {line}"
        section.setdefault(name, []).append(value)
    return sections


def test_the_service_may_do_what_renewal_needs_and_no_more() -> None:
    service = unit(SERVICE)["Service"]
    assert service["ExecStart"] == [
        "/opt/certbot/bin/certbot renew --quiet --no-random-sleep-on-renew"
    ]
    assert service["Type"] == ["oneshot"]
    assert service["LoadCredential"] == [f"{SYSTEMD_FILE}:/etc/letsencrypt/mijnhost.ini"]
    folders = {"/etc/letsencrypt", "/var/lib/letsencrypt", "/var/log/letsencrypt"}
    assert service["ProtectSystem"] == ["strict"]
    assert set(service["ReadWritePaths"][0].split()) == folders
    for name in ("ProtectHome", "PrivateTmp", "PrivateDevices", "NoNewPrivileges"):
        assert service[name] == ["yes"]
    for name in ("KernelTunables", "KernelModules", "KernelLogs", "ControlGroups", "Clock"):
        assert service[f"Protect{name}"] == ["yes"]
    assert service["CapabilityBoundingSet"] == ["CAP_CHOWN CAP_FOWNER"]
    assert service["SystemCallFilter"] == ["@system-service"]
    families = set(service["RestrictAddressFamilies"][0].split())
    assert families == {"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"}


def test_the_timer_starts_the_service_twice_a_day() -> None:
    timer = unit(TIMER)
    assert TIMER.stem == SERVICE.stem
    assert timer["Timer"]["OnCalendar"] == ["*-*-* 03,15:00:00"]
    assert timer["Timer"]["Persistent"] == ["true"]
    assert timer["Timer"]["RandomizedDelaySec"] == ["1h"]
    assert timer["Install"]["WantedBy"] == ["timers.target"]


def test_the_drop_in_replaces_the_command_of_the_package() -> None:
    command = "/opt/certbot-mijnhost/bin/python /usr/bin/certbot -q renew"
    assert unit(DROP_IN) == {
        "Service": {"ExecStart": ["", f"{command} --no-random-sleep-on-renew"]}
    }


def relaxations() -> dict[str, list[str]]:
    """Return what the service's head says to add for each deploy hook."""
    found: dict[str, list[str]] = {}
    for line in SERVICE.read_text().partition("[Unit]")[0].splitlines():
        hook = re.match(r"# (\S+\.sh): ", line)
        if hook:
            hook_lines = found.setdefault(hook[1], [])
        elif found and line.startswith("#     "):
            hook_lines.append(line.removeprefix("#     "))
    return found


def test_what_to_relax_is_said_for_each_hook() -> None:
    hooks = {path.name for path in (EXAMPLES / "deploy-hooks").iterdir()}
    assert set(relaxations()) == hooks
    for lines in relaxations().values():
        assert all(re.match(r"(ReadWritePaths|CapabilityBoundingSet)=\S", line) for line in lines)


@pytest.mark.skipif(ANALYZE is None, reason="its directives are checked above")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = str(Path(sys.executable).resolve())
    for path in (SERVICE, TIMER, DROP_IN):
        copy = tmp_path / path.relative_to(UNITS)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(re.sub(r"/opt/certbot\S*", program, path.read_text()))
    (tmp_path / "certbot.service").write_text(f"[Service]\nType=oneshot\nExecStart={program}\n")
    for hook, lines in relaxations().items():
        drop_in = tmp_path / "certbot-mijnhost.service.d" / f"{hook}.conf"
        drop_in.parent.mkdir(exist_ok=True)
        drop_in.write_text("\n".join(["[Service]", *lines, ""]))
    for name in (SERVICE.name, TIMER.name, "certbot.service"):
        checked = run(str(ANALYZE), "verify", "--man=no", tmp_path / name)
        # It looks at the machine's own units too; only what it reports of ours counts.
        reported = [line for line in checked.stdout.splitlines() if "certbot" in line]
        assert reported == []
        assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(ANALYZE is None, reason="its directives are checked above")
def test_systemd_finds_the_service_well_protected() -> None:
    checked = run(str(ANALYZE), "security", "--offline=true", "--threshold=30", SERVICE)
    if "unrecognized option" in checked.stdout:
        pytest.skip("systemd before 250 only looks at units that run")
    assert checked.returncode == 0, checked.stdout
