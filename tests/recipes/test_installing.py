"""Installing into a virtual environment, alone or alongside apt's Certbot."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from certbot_dns_mijnhost import __version__
from tests.support.commands import EXAMPLES, ROOT, StubCommands, run


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

    def __init__(self, directory: Path, wheels: Path, stubs: StubCommands) -> None:
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
            # Certbot compiles what it imports.
            "PIP_NO_COMPILE": "1",
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
def machine(tmp_path: Path, stubs: StubCommands) -> Machine:
    """Return a machine on which nothing gets as far as pip."""
    return Machine(tmp_path / "machine", tmp_path / "no-wheels", stubs)


@pytest.mark.long
def test_a_cautious_root_installs_certbot_and_the_plugin_for_all_and_again(
    tmp_path: Path, wheels: Path, stubs: StubCommands
) -> None:
    # An installation takes long, so this one test looks at all that it leaves.
    machine = Machine(tmp_path / "machine", wheels, stubs)
    command = ("sh", "-c", 'umask 077; exec "$0"', EXAMPLES / "install" / "venv.sh")
    first = machine.run(*command)
    assert first.returncode == 0, first.stdout
    assert f"Installed: {machine.bin}/certbot" in first.stdout
    assert "snap" not in first.stdout

    # Snap's Certbot, whose timer has no plugin, came in the meantime.
    stubs.add("snap")
    again = machine.run(*command)
    assert again.returncode == 0, again.stdout
    assert f"Installed: {machine.bin}/certbot" in again.stdout
    assert again.stdout.endswith("certificates stay: snap remove certbot\n")
    assert stubs.calls[-1] == "snap list certbot"

    assert (machine.bin / "certbot").resolve() == (machine.prefix / "bin" / "certbot").resolve()
    assert "* dns-mijnhost" in machine.certbot("plugins", "--authenticators").stdout
    for path in (machine.bin, *machine.prefix.rglob("*")):
        needed = 0o005 if path.is_dir() else 0o004
        assert path.stat().st_mode & needed == needed, path
    assert (machine.bin / "certbot").stat().st_mode & 0o777 == 0o755


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
def test_snaps_certbot_is_not_taken_for_apts(machine: Machine, stubs: StubCommands) -> None:
    stubs.add("snap")
    refused = machine.install("debian.sh")
    assert refused.returncode == 1
    assert "snap remove certbot" in refused.stdout
    assert "apt-get install certbot python3-venv" in refused.stdout
    assert not machine.prefix.exists()
