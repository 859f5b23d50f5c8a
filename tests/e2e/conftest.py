"""What is built once for all tests of a worker, and shells for the commands of the docs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certbot import CertbotUser
from tests.support.docs_shell import ROOT, DocsShell, MachineShell
from tests.support.machine import Machine


@pytest.fixture(scope="session")
def programs() -> Path:
    """Return the directory of lego, dehydrated and uacme."""
    return Path(os.environ["CLIENTS"])


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("the wheel is built in a checkout")
    source = tmp_path_factory.mktemp("source")
    for name in ("certbot_dns_mijnhost", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(source / "dist")]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    [built] = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def debian_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package of the last commit; `make deb` also checks it."""
    directory = tmp_path_factory.mktemp("debian")
    command = [sys.executable, "-m", "scripts.build_deb", str(directory)]
    subprocess.run(command, check=True, cwd=ROOT)
    [built] = directory.glob("*.deb")
    return built


@pytest.fixture
def docs_shell(user: CertbotUser, tmp_path: Path, wheel: Path) -> DocsShell:
    return DocsShell(user, tmp_path / "root", wheel)


@pytest.fixture
def machine_shell(
    user: CertbotUser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, wheel: Path
) -> Iterator[MachineShell]:
    with Machine(tmp_path / "machine", tmp_path_factory.getbasetemp()) as machine:
        yield MachineShell(user, machine, wheel)
