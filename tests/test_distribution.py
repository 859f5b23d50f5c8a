"""What people install: complete, without the tests, the same each time it is built."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from certbot_dns_mijnhost import __version__

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="built from the last commit of a checkout"
)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


def build(folder: Path) -> Path:
    script = str(ROOT / "scripts" / "build_dist.py")
    subprocess.run([sys.executable, script, str(folder)], check=True, capture_output=True)
    return folder


def names(dist: Path) -> tuple[set[str], set[str]]:
    [sdist], [wheel] = dist.glob("*.tar.gz"), dist.glob("*.whl")
    with tarfile.open(sdist) as tar, zipfile.ZipFile(wheel) as archive:
        return {m.name.split("/", 1)[-1] for m in tar.getmembers()}, set(archive.namelist())


def metadata(dist: Path) -> Message:
    [wheel] = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        return message_from_string(archive.read(name).decode())


def test_they_hold_what_they_must(dist: Path) -> None:
    in_sdist, in_wheel = names(dist)
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "HEAD", "certbot_dns_mijnhost"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    modules = {name for name in listed.splitlines() if name.endswith(".py")}
    assert len(modules) > 40
    assert modules | {"certbot_dns_mijnhost/py.typed"} <= in_sdist & in_wheel
    assert {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "setup.py"} <= in_sdist
    assert any(name.endswith("LICENSE") for name in in_wheel)
    for found in (in_sdist, in_wheel):
        assert not any(name.startswith(("tests/", "examples/", "benchmarks/")) for name in found)


def test_the_wheel_is_for_every_python_3_and_system(dist: Path) -> None:
    [wheel] = dist.glob("*.whl")
    assert wheel.name == f"certbot_dns_mijnhost-{__version__}-py3-none-any.whl"


def test_the_metadata_say_what_is_needed(dist: Path) -> None:
    found = metadata(dist)
    assert found["Name"] == "certbot-dns-mijnhost"
    assert found["Version"] == __version__
    assert found["Requires-Python"] == ">=3.9"
    assert "Apache-2.0" in (found["License-Expression"] or found["License"])
    needed = [line for line in found.get_all("Requires-Dist", []) if "extra" not in line]
    assert {line.split(">=")[0] for line in needed} == {
        *("acme", "certbot", "configobj", "dnspython", "idna", "requests", "urllib3"),
    }
    for line in needed:
        assert not set(line) & set("<~!=*,") - {"="}, f"a lower bound only: {line}"
        assert "==" not in line


def test_two_builds_are_equal(dist: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    for path in dist.iterdir():
        ours = hashlib.sha256(path.read_bytes()).hexdigest()
        assert hashlib.sha256((again / path.name).read_bytes()).hexdigest() == ours, path.name


def test_those_who_check_uploads_are_content(dist: Path) -> None:
    files = [str(path) for path in dist.iterdir() if path.suffix in {".gz", ".whl"}]
    wheels = [name for name in files if name.endswith(".whl")]
    for command in (["twine", "check", "--strict", *files], ["check_wheel_contents", *wheels]):
        finished = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.network
def test_the_sdist_installs_into_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    [sdist] = dist.glob("*.tar.gz")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path)], check=True)
    python = str(tmp_path / "bin" / "python")
    # With a checkout on its path, pip would not install what is there.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", str(sdist)],
        check=True,
        capture_output=True,
        env=environment,
    )
    listed = subprocess.run(
        [
            *(str(tmp_path / "bin" / "certbot"), "plugins", "--authenticators"),
            *("--config-dir", str(tmp_path / "c"), "--work-dir", str(tmp_path / "w")),
            *("--logs-dir", str(tmp_path / "l")),
        ],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert "* dns-mijnhost" in listed.stdout
