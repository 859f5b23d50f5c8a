"""The recipes for plain machines: files that people copy, so each is tried as it stands."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from packaging.requirements import Requirement

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.credentials import SYSTEMD_FILE, read
from certbot_dns_mijnhost.settings import KEY, KEY_FILE, PREFIX, Settings, settle

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
FOLDERS = ("delegation", "deploy-hooks", "install", "many-domains", "non-root", "staging")
SCRIPTS = sorted(path for folder in FOLDERS for path in (EXAMPLES / folder).glob("*.sh"))
UNITS = EXAMPLES / "systemd"
SERVICE = UNITS / "certbot-mijnhost.service"
TIMER = UNITS / "certbot-mijnhost.timer"
DROP_IN = UNITS / "certbot.service.d" / "mijnhost.conf"
ANALYZE = shutil.which("systemd-analyze")


def run(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever comes of it; both outputs are in ``stdout``."""
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=None if environment is None else dict(environment),
    )


class Stubs:
    """A PATH with nothing but the stubs and the few tools that the scripts may use."""

    TOOLS = ("basename", "cat", "chmod", "head", "mktemp", "mv", "printf", "rm", "sh", "shuf", "tr")

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self._log = directory / "calls"
        for tool in self.TOOLS:
            found = shutil.which(tool)
            assert found is not None, f"{tool} belongs to every system"
            (directory / tool).symlink_to(found)

    def add(self, name: str, exit_code: int = 0, says: str = "") -> None:
        path = self.directory / name
        path.write_text(
            f"#!/bin/sh\necho {name} \"$@\" >> '{self._log}'\n"
            f"[ -z '{says}' ] || echo '{says}' >&2\nexit {exit_code}\n"
        )
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(*command, environment={"PATH": str(self.directory), **environment})


@pytest.fixture
def stubs(tmp_path: Path) -> Stubs:
    return Stubs(tmp_path / "stubs")


# All scripts


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_plain_sh_and_clean(script: Path) -> None:
    text = script.read_text()
    assert text.startswith("#!/bin/sh\n# ")
    assert "\nset -eu\n" in text
    assert os.access(script, os.X_OK)
    beside = Path(sys.executable).with_name("shellcheck")
    shellcheck = str(beside) if beside.exists() else shutil.which("shellcheck")
    assert shellcheck is not None, "shellcheck is in the test extra"
    for command in ([shellcheck, "--enable=check-unassigned-uppercase"], ["sh", "-n"]):
        checked = run(*command, script)
        assert (checked.returncode, checked.stdout) == (0, "")
    if shutil.which("bash"):
        assert run("bash", "-n", script).returncode == 0


# The credentials file


class Asked(dict[str, str]):
    """A file's settings, which notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__({KEY: "YOUR-KEY"})
        self.names = {KEY, KEY_FILE}

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


def test_the_credentials_file_holds_every_option_with_its_default(tmp_path: Path) -> None:
    source = EXAMPLES / "credentials" / "mijnhost.ini"
    shown = read(str(source))
    assert shown == {KEY: "YOUR-KEY"}, "all but the key is commented out"
    assert "mode 600" in source.read_text().lower()

    everything = tmp_path / "mijnhost.ini"
    everything.write_text(re.sub(rf"^#({PREFIX})", r"\1", source.read_text(), flags=re.MULTILINE))
    settings = read(str(everything))
    assert settle(lambda _: None, settings, str(everything)) == Settings("YOUR-KEY")
    asked = Asked()
    settle(lambda _: None, asked, "")
    assert set(settings) == asked.names
    in_readme = set(
        re.findall(rf"^\| .*`({PREFIX}\w+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    )
    assert set(settings) == in_readme


def test_every_default_is_written_out_where_there_is_one() -> None:
    text = (EXAMPLES / "credentials" / "mijnhost.ini").read_text()
    written = dict(re.findall(rf"^#{PREFIX}(\w+) =(.*)$", text, re.MULTILINE))
    defaults = Settings("")
    for name in ("ttl", "propagation_seconds", "api_url"):
        assert written[name].strip() == str(getattr(defaults, name))
    for name in ("follow_cname", "allow_zone_rewrite"):
        assert written[name].strip() == str(getattr(defaults, name)).lower()
    assert float(written["timeout"]) == defaults.timeout


# Cron


def numbers(field: str, least: int, most: int) -> set[int]:
    """Return what a field of a crontab means.

    :raises ValueError: where it is none.
    """
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{least}-{most}" if span == "*" else span).partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    if not found <= set(range(least, most + 1)):
        raise ValueError(f"{field} is not within {least} to {most}")
    return found


def test_the_cron_file_runs_certbot_twice_a_day(tmp_path: Path, stubs: Stubs) -> None:
    path = EXAMPLES / "cron" / "certbot-mijnhost"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", path.name), "cron passes over other names"
    assert path.stat().st_mode & 0o022 == 0, "cron passes over files that others can write"
    text = path.read_text()
    assert text.endswith("\n"), "cron passes over a last line without its end"
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=") for line in lines if re.match(r"\w+=", line))
    assert variables["SHELL"] == "/bin/sh"
    assert {"/usr/sbin", "/usr/bin"} <= set(variables["PATH"].split(":"))

    [entry] = [line for line in lines if not re.match(r"\w+=", line)]
    minute, hour, day, month, weekday, user, command = entry.split(maxsplit=6)
    assert len(numbers(minute, 0, 59)) == 1
    assert len(numbers(hour, 0, 23)) == 2
    assert (day, month, weekday, user) == ("*", "*", "*", "root")
    assert "%" not in command, "cron takes it for a line break"

    stubs.add("sleep")
    (tmp_path / "bin").mkdir()
    stubs.add("certbot")
    (stubs.directory / "certbot").rename(tmp_path / "bin" / "certbot")
    assert "/opt/certbot/bin/certbot " in command
    done = stubs.run("sh", "-c", command.replace("/opt/certbot", str(tmp_path)))
    assert (done.returncode, done.stdout) == (0, ""), "what it says would be mailed"
    [slept, renewed] = stubs.calls
    assert re.fullmatch(r"sleep \d{1,4}", slept)
    assert int(slept.split()[1]) < 3600
    assert renewed == "certbot renew --quiet --no-random-sleep-on-renew"


@pytest.mark.parametrize("path", ["docs/recipes.md", "examples/non-root/obtain.sh"])
def test_a_plain_users_cron_finds_the_certbot_with_the_plugin(path: str, tmp_path: Path) -> None:
    [line] = re.findall(
        r"^[# ]+(\d+ \d+,\d+ \* \* \* .*)$", (ROOT / path).read_text(), re.MULTILINE
    )
    command = line.split(maxsplit=5)[5]
    assert "%" not in command, "cron takes it for a line break"
    (tmp_path / "bin").mkdir()
    shutil.copy(EXAMPLES / "non-root" / "obtain.sh", tmp_path / "bin")
    local = Stubs(tmp_path / "local")
    local.add("certbot")
    # This is all that cron gives to a plain user.
    done = run(
        *("/bin/sh", "-c", command.replace("/usr/local/bin", str(local.directory))),
        environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
    )
    assert (done.returncode, done.stdout) == (0, "")
    [call] = local.calls
    assert call.startswith("certbot renew --quiet ")


# systemd


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
    """Return what the service's head tells to add for each deploy hook."""
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
        # It looks at the machine's own units too; only what is said of ours counts.
        said = [line for line in checked.stdout.splitlines() if "certbot" in line]
        assert said == []
        assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(ANALYZE is None, reason="its directives are checked above")
def test_systemd_finds_the_service_well_protected() -> None:
    checked = run(str(ANALYZE), "security", "--offline=true", "--threshold=30", SERVICE)
    if "unrecognized option" in checked.stdout:
        pytest.skip("systemd before 250 only looks at units that run")
    assert checked.returncode == 0, checked.stdout


# Deploy hooks


@pytest.fixture
def lineage(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.nl")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path / "live" / "example.nl"
    folder.mkdir(parents=True)
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, pkcs8, plain))
    return folder


class Hook:
    """A deploy hook, called as Certbot calls it."""

    def __init__(self, stubs: Stubs, lineage: Path, directory: Path) -> None:
        self.stubs = stubs
        self.lineage = lineage
        self.certificates = directory / "certs"
        self.certificates.mkdir()
        stubs.add("systemctl")

    def run(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.stubs.run(
            EXAMPLES / "deploy-hooks" / name,
            **{
                "RENEWED_LINEAGE": str(self.lineage),
                "RENEWED_DOMAINS": "example.nl *.example.nl",
                "HAPROXY_CERTIFICATES": str(self.certificates),
                **environment,
            },
        )

    @property
    def joined(self) -> Path:
        return self.certificates / "example.nl.pem"


@pytest.fixture
def hook(stubs: Stubs, lineage: Path, tmp_path: Path) -> Hook:
    return Hook(stubs, lineage, tmp_path)


CHECKS = {
    "nginx.sh": {"nginx": "nginx -t -q"},
    "haproxy.sh": {"haproxy": "haproxy -c -q -f /etc/haproxy/haproxy.cfg"},
    "postfix-dovecot.sh": {"postfix": "postfix check", "dovecot": "doveconf -n"},
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_checks_and_then_reloads(hook: Hook, name: str) -> None:
    expected = []
    for service, check in CHECKS[name].items():
        hook.stubs.add(check.split()[0])
        expected += [check, f"systemctl try-reload-or-restart {service}"]
    done = hook.run(name)
    assert (done.returncode, done.stdout) == (0, "")
    assert hook.stubs.calls == expected


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_leaves_a_bad_configuration_alone_and_says_so(hook: Hook, name: str) -> None:
    for check in CHECKS[name].values():
        hook.stubs.add(check.split()[0], exit_code=1, says="line 7 is wrong")
    done = hook.run(name)
    assert done.returncode == 1
    assert hook.stubs.calls == list(CHECKS[name].values())
    assert "line 7 is wrong" in done.stdout
    assert "for example.nl *.example.nl: the check of its configuration failed" in done.stdout
    for service in CHECKS[name]:
        assert f"run: systemctl reload {service}" in done.stdout


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_tells_of_a_reload_that_fails(hook: Hook, name: str) -> None:
    for check in CHECKS[name].values():
        hook.stubs.add(check.split()[0])
    hook.stubs.add("systemctl", exit_code=1)
    done = hook.run(name)
    assert done.returncode == 1
    for service in CHECKS[name]:
        assert f"See why: systemctl status {service}" in done.stdout


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_that_certbot_did_not_start_does_nothing(hook: Hook, name: str) -> None:
    done = hook.stubs.run(EXAMPLES / "deploy-hooks" / name)
    assert done.returncode != 0
    assert "RENEWED_LINEAGE: is set by Certbot" in done.stdout
    assert hook.stubs.calls == []


def test_haproxy_gets_one_file_that_only_root_can_read(hook: Hook) -> None:
    hook.stubs.add("haproxy")
    hook.joined.write_text("the one before")
    hook.joined.chmod(0o644)
    before = hook.joined.stat().st_ino
    assert hook.run("haproxy.sh").returncode == 0
    assert hook.joined.stat().st_mode & 0o777 == 0o600
    assert hook.joined.stat().st_ino != before, "it was moved into place"
    assert list(hook.certificates.iterdir()) == [hook.joined]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(hook.joined)


def test_haproxys_file_stays_as_it_is_where_the_new_one_is_incomplete(hook: Hook) -> None:
    hook.stubs.add("haproxy")
    hook.joined.write_text("the one before")
    (hook.lineage / "privkey.pem").unlink()
    assert hook.run("haproxy.sh").returncode != 0
    assert hook.joined.read_text() == "the one before"
    assert list(hook.certificates.iterdir()) == [hook.joined]
    assert hook.stubs.calls == []


def test_dovecot_is_reloaded_though_postfix_has_errors(hook: Hook) -> None:
    hook.stubs.add("postfix", exit_code=1)
    hook.stubs.add("doveconf")
    assert hook.run("postfix-dovecot.sh").returncode == 1
    assert hook.stubs.calls == [
        "postfix check",
        "doveconf -n",
        "systemctl try-reload-or-restart dovecot",
    ]


def test_mail_servers_pass_over_certificates_of_other_names(hook: Hook) -> None:
    hook.stubs.add("postfix")
    for mail_name, reloaded in (("mail.example.nl", False), ("*.example.nl", True)):
        assert hook.run("postfix-dovecot.sh", MAIL_NAME=mail_name).returncode == 0
        assert ("systemctl try-reload-or-restart postfix" in hook.stubs.calls) is reloaded


# Installing


def wheel_of_installed(name: str, folder: Path) -> None:
    """Pack an installed distribution into the wheel that it came from, as far as pip cares."""
    found = importlib.metadata.distribution(name)
    text = found.read_text("WHEEL")
    assert text is not None, f"{name} was not installed by pip"
    tags = [tag.split("-") for tag in re.findall(r"^Tag: (.+)$", text, re.MULTILINE)]
    tag = "-".join(".".join(dict.fromkeys(column)) for column in zip(*tags))
    spelled = re.sub(r"[-_.]+", "_", found.metadata["Name"])
    files = [path for path in found.files or [] if ".." not in path.parts and path.suffix != ".pyc"]
    [record] = [path for path in files if path.match("*.dist-info/RECORD")]
    with zipfile.ZipFile(folder / f"{spelled}-{found.version}-{tag}.whl", "w") as archive:
        rows = [[str(record), "", ""]]
        for path in files:
            installed = Path(str(path.locate()))
            if path == record or not installed.exists():
                continue
            content = installed.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            archive.writestr(str(path), content)
            rows.append([str(path), f"sha256={digest.decode()}", str(len(content))])
        with archive.open(str(record), "w") as raw:
            raw.write("".join(f"{','.join(row)}\n" for row in rows).encode())


def needed_by(name: str) -> Iterator[str]:
    """Yield what a distribution requires in this environment."""
    for line in importlib.metadata.requires(name) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with wheels of this package and of all it needs: there is no network."""
    folder = tmp_path_factory.mktemp("wheels")
    source = tmp_path_factory.mktemp("source")
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "certbot_dns_mijnhost", source / "certbot_dns_mijnhost")
    built = run(
        *(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"),
        *("--wheel-dir", folder, source),
    )
    assert built.returncode == 0, built.stdout
    waiting = ["pip", "certbot", *needed_by("certbot-dns-mijnhost")]
    packed: set[str] = set()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in packed:
            packed.add(name)
            wheel_of_installed(name, folder)
            waiting += needed_by(name)
    return folder


class Machine:
    """A system to install into, below one folder."""

    def __init__(self, directory: Path, wheels: Path, stubs: Stubs) -> None:
        self.prefix = directory / "opt"
        self.bin = directory / "bin"
        self.units = directory / "units"
        self.folders = [f"--{name}-dir={directory / name}" for name in ("config", "work", "logs")]
        stubs.add("systemctl")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        self.environment = {
            **kept,
            "PATH": f"{stubs.directory}{os.pathsep}{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "REQUIREMENT": f"certbot-dns-mijnhost=={__version__}",
            "PREFIX": str(self.prefix),
            "BIN_DIR": str(self.bin),
            "UNIT_DIR": str(self.units),
            "PYTHON": sys.executable,
        }

    def install(self, name: str) -> subprocess.CompletedProcess[str]:
        return self.run(EXAMPLES / "install" / name)

    def certbot(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.bin / "certbot", *arguments, *self.folders)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return run(*command, environment=self.environment)


@pytest.fixture
def machine(tmp_path: Path, wheels: Path, stubs: Stubs) -> Machine:
    return Machine(tmp_path / "machine", wheels, stubs)


def test_pips_certbot_and_the_plugin_go_into_a_virtual_environment(machine: Machine) -> None:
    for _ in ("first", "again"):
        installed = machine.install("venv.sh")
        assert installed.returncode == 0, installed.stdout
        assert f"Installed: {machine.bin}/certbot" in installed.stdout
    assert (machine.bin / "certbot").resolve() == (machine.prefix / "bin" / "certbot").resolve()
    assert "* dns-mijnhost" in machine.certbot("plugins", "--authenticators").stdout


def test_others_can_run_what_a_cautious_root_installs(machine: Machine) -> None:
    installed = machine.run("sh", "-c", 'umask 077; exec "$0"', EXAMPLES / "install" / "venv.sh")
    assert installed.returncode == 0, installed.stdout
    for path in (machine.bin, *machine.prefix.rglob("*")):
        needed = 0o005 if path.is_dir() else 0o004
        assert path.stat().st_mode & needed == needed, path
    assert (machine.bin / "certbot").stat().st_mode & 0o777 == 0o755


def test_it_tells_of_snaps_certbot_whose_timer_has_no_plugin(
    machine: Machine, stubs: Stubs
) -> None:
    stubs.add("snap")
    installed = machine.install("venv.sh")
    assert installed.returncode == 0, installed.stdout
    assert installed.stdout.endswith("certificates stay: snap remove certbot\n")
    assert stubs.calls[-1] == "snap list certbot"


def test_somebody_elses_command_is_not_overwritten(machine: Machine) -> None:
    machine.bin.mkdir(parents=True)
    (machine.bin / "certbot").write_text("#!/bin/sh\n")
    refused = machine.install("venv.sh")
    assert refused.returncode == 1
    assert "belongs to another installation" in refused.stdout
    assert (machine.bin / "certbot").read_text() == "#!/bin/sh\n"
    assert not machine.prefix.exists()


def has_apts_certbot() -> bool:
    python = Path("/usr/bin/python3")
    return Path("/usr/bin/certbot").exists() and (
        run(python, "-c", "import certbot, ensurepip").returncode == 0
    )


@pytest.mark.skipif(Path("/usr/bin/certbot").exists(), reason="apt's Certbot is here")
def test_without_apts_certbot_it_says_what_to_install(machine: Machine) -> None:
    refused = machine.install("debian.sh")
    assert refused.returncode == 1
    assert "apt-get install certbot python3-venv" in refused.stdout
    assert not machine.prefix.exists()


@pytest.mark.skipif(has_apts_certbot(), reason="apt's Certbot is here")
def test_snaps_certbot_is_not_taken_for_apts(machine: Machine, stubs: Stubs) -> None:
    stubs.add("snap")
    refused = machine.install("debian.sh")
    assert refused.returncode == 1
    assert "snap remove certbot" in refused.stdout
    assert "apt-get install certbot python3-venv" in refused.stdout
    assert not machine.prefix.exists()


# The page


def test_the_page_links_every_recipe_and_nothing_that_is_not_there() -> None:
    page = ROOT / "docs" / "recipes.md"
    text = page.read_text()
    assert "\n## Containers\n\nSee [containers](containers.md).\n" in text
    links = set(re.findall(r"\]\(([^)#:]+)\)", text)) - {"containers.md"}
    for link in links:
        assert (page.parent / link).resolve().exists(), link
    linked = {(page.parent / link).resolve() for link in links}
    folders = (*FOLDERS, "credentials", "cron", "systemd")
    files = {path for folder in folders for path in (EXAMPLES / folder).rglob("*")}
    assert {path for path in files if path.is_file()} <= linked
    for pattern in re.findall(r"\bexamples/[\w./*-]*[\w*]", text):
        assert list(ROOT.glob(pattern)), pattern


def test_the_page_shows_what_the_delegation_prints() -> None:
    text = (ROOT / "docs" / "recipes.md").read_text()
    block = r"^ {7}(examples/delegation/.*)\n\n +prints\n\n((?: {7}.*\n)+)"
    shown = re.search(block, text, re.MULTILINE)
    assert shown is not None
    printed = run("sh", "-c", f"cd {shlex.quote(str(ROOT))}; {shown[1]}")
    assert printed.stdout == re.sub(r"^ {7}", "", shown[2], flags=re.MULTILINE)


def test_the_commands_of_the_page_are_shell() -> None:
    text = (ROOT / "docs" / "recipes.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    for block in blocks:
        checked = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, ""), block
