"""``python -m tests.matrix``: the wheel alongside each Certbot that a supported system ships.

For each row: an environment with that system's Certbot, the wheel installed under the same
constraints, a check that pip moved nothing, and the tests run against what was installed, with an
end-to-end certificate among them. A Python that is missing is reported as not run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CONSTRAINTS = Path(__file__).resolve().parent / "constraints"
WATCHED = ("certbot", "acme", "josepy", "cryptography", "requests", "urllib3", "pyOpenSSL")
TESTS = (
    "tests/test_conformance.py",
    "tests/test_dns_mijnhost.py",
    "tests/test_challenges.py",
    "tests/test_waiting.py",
    "tests/test_credentials.py",
    "tests/test_settings.py",
    "tests/api",
    "tests/zone",
    "tests/cli",
    "tests/doctor",
    "tests/propagation",
    "tests/simulation/test_found.py",
    "tests/e2e/test_certificates.py",
    "tests/e2e/test_credentials_path.py",
)
QUICK_TESTS = (
    "tests/test_conformance.py",
    "tests/test_dns_mijnhost.py",
    "tests/e2e/test_certificates.py::test_apex_and_wildcard_are_issued_and_renewed",
    "tests/e2e/test_credentials_path.py",
)
TEST_TOOLS = ("pytest>=8", "pytest-timeout", "pytest-xdist", "hypothesis")
SYSTEM_PYTHON = Path("/usr/bin/python3")
SYSTEM_CERTBOT = Path("/usr/bin/certbot")


@dataclass(frozen=True)
class Row:
    """One system.

    :param python: such as ``3.9``; empty for the system's own with its own Certbot.
    """

    system: str
    constraints: str
    python: str


ROWS = (
    Row("Debian 11", "debian-11", "3.9"),
    Row("Ubuntu 22.04", "ubuntu-22.04", "3.10"),
    Row("Debian 12", "debian-12", "3.11"),
    Row("Ubuntu 24.04", "ubuntu-24.04", "3.12"),
    Row("RHEL 9 with EPEL", "epel-9", "3.9"),
    Row("Debian 13", "debian-13", "3.13"),
    Row("the newest of all", "newest", "3.10"),
    Row("the newest of all", "newest", "3.12"),
    Row("the newest of all", "newest", "3.13"),
    Row("apt's own Certbot", "", ""),
)
SDIST_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Result:
    """The result of a row."""

    row: Row
    certbot: str
    outcome: str
    details: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether it ran and did not pass."""
        return self.outcome.startswith("FAILED")


class FailedError(Exception):
    """A step of a row failed; holds its output."""


def main() -> int:
    """Run the rows and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--only", action="append", help="a row's constraints, or 'apt'")
    parser.add_argument("--quick", action="store_true", help="the certificate and little else")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", type=Path, help="write the table into this file")
    options = parser.parse_args()
    rows = [r for r in ROWS if not options.only or (r.constraints or "apt") in options.only]
    tests = QUICK_TESTS if options.quick else TESTS
    with tempfile.TemporaryDirectory(prefix="matrix-") as directory:
        wheel = build_wheel(Path(directory))
        with ThreadPoolExecutor(options.jobs) as threads:
            results = list(threads.map(lambda row: run(row, wheel, tests), rows))
            if not options.only:
                results += threads.map(run_sdist, SDIST_PYTHONS)
    table = as_table(results)
    print(f"\n{table}")
    if options.write:
        write(options.write, table)
    for result in results:
        if result.has_failed:
            print(f"\n== {result.row.system}, Python {result.row.python}\n{result.details}")
    return any(result.has_failed for result in results)


def run(row: Row, wheel: Path, tests: Sequence[str]) -> Result:
    """Run one row in a folder of its own."""
    python = find_python(row.python) if row.python else SYSTEM_PYTHON
    if python is None:
        return Result(row, "", f"not run: no Python {row.python} here")
    if not row.python and not SYSTEM_CERTBOT.exists():
        return Result(row, "", "not run: apt's certbot is not installed here")
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        directory = Path(name)
        try:
            version, summary = run_in(directory, row, python, wheel, tests)
        except FailedError as error:
            print(f"{row.system}, Python {row.python}: FAILED", flush=True)
            return Result(row, "", f"FAILED: {error.args[0]}", str(error.args[1]))
    print(f"{row.system}, Python {row.python or 'of the system'}: {summary}", flush=True)
    return Result(row, version, summary)


def run_sdist(version: str) -> Result:
    """Install the sdist into an empty environment, and ask Certbot for the plugin."""
    row = Row("the sdist, into an empty environment", "sdist", version)
    python = find_python(version)
    if python is None:
        return Result(row, "", f"not run: no Python {version} here")
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        directory = Path(name)
        try:
            step("the sdist", [sys.executable, str(ROOT / "scripts" / "build_dist.py"), name])
            [sdist] = directory.glob("*.tar.gz")
            step("a virtual environment", [str(python), "-m", "venv", str(directory / "venv")])
            own = str(directory / "venv" / "bin" / "python")
            step("pip", [own, "-m", "pip", "install", "--quiet", str(sdist)])
            folders = [f"--{part}-dir={directory / part}" for part in ("config", "work", "logs")]
            certbot = [str(directory / "venv" / "bin" / "certbot"), "plugins", *folders]
            if "* dns-mijnhost" not in step("certbot plugins", certbot):
                return Result(row, "", "FAILED: Certbot does not list the plugin")
            found = versions(directory / "venv")["certbot"]
        except FailedError as error:
            return Result(row, "", f"FAILED: {error.args[0]}", str(error.args[1]))
    return Result(row, found, "installed and listed")


def run_in(
    directory: Path, row: Row, python: Path, wheel: Path, tests: Sequence[str]
) -> tuple[str, str]:
    """Install, check that nothing moved, and run the tests; return Certbot's version and words."""
    environment = directory / "venv"
    is_own = bool(row.python)
    flags = [] if is_own else ["--system-site-packages"]
    step("a virtual environment", [str(python), "-m", "venv", *flags, str(environment)])
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    bounds = ["-c", str(CONSTRAINTS / f"{row.constraints}.txt")] if is_own else []
    if is_own:
        step("pip", [*pip, "--upgrade", "pip>=23.1"])
        # setuptools is what the older Certbots load their plugins with.
        step("Certbot", [*pip, *bounds, "certbot", "setuptools"])
    before = versions(environment)
    step("the wheel", [*pip, *bounds, str(wheel)])
    moved = {k: v for k, v in versions(environment).items() if before.get(k) != v}
    if moved:
        raise FailedError("pip moved what Certbot depends on", str(moved))
    step("the tests' tools", [*pip, *TEST_TOOLS])
    if versions(environment) != before:
        raise FailedError("the tests' tools moved what Certbot depends on", "")
    return before["certbot"], run_tests(directory, environment, row, tests)


def run_tests(directory: Path, environment: Path, row: Row, tests: Sequence[str]) -> str:
    """Run the tests away from the source, so that they import what was installed."""
    for folder in ("tests", "examples", "scripts"):
        shutil.copytree(ROOT / folder, directory / folder)
    shutil.copy(ROOT / "README.md", directory)
    command = [str(environment / "bin" / "python"), "-m", "pytest", "-q", "-n", "2", *tests]
    command += ["-p", "no:cacheprovider", "-o", "markers=e2e", "--timeout", "900"]
    command += ["--require", "pebble"]
    if row.constraints == "newest":
        # That Certbot ends its support of a Python does not concern this plugin.
        command += ["-W", "error", "-W", "ignore:Python 3:DeprecationWarning"]
    output = step("the tests", command, cwd=directory)
    return output.strip().splitlines()[-1].split(" in ")[0].strip("= ")


def step(what: str, command: Sequence[str], cwd: Path | None = None) -> str:
    """Run a command and return its output."""
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONPATH": ""},
    )
    if finished.returncode != 0:
        raise FailedError(what, finished.stdout[-6000:])
    return finished.stdout


def versions(environment: Path) -> dict[str, str]:
    """Return the versions of what a plugin must not move."""
    program = (
        "import sys\n"
        "from importlib.metadata import version, PackageNotFoundError\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        print(name, version(name))\n"
        "    except PackageNotFoundError:\n        pass\n"
    )
    output = step("versions", [str(environment / "bin" / "python"), "-c", program, *WATCHED])
    return dict(line.split() for line in output.splitlines())


def find_python(version: str) -> Path | None:
    """Return a Python of this version: on the path, or of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # Another user's folder may not be readable.
    found = sorted(pyenv.glob(f"{version}.*/bin/python")) if os.access(pyenv, os.R_OK) else []
    candidates = [shutil.which(f"python{version}"), *found]
    for candidate in candidates:
        if candidate and works(str(candidate), version):
            return Path(candidate)
    return None


def works(python: str, version: str) -> bool:
    """Tell whether a Python starts and has the version; pyenv's shims may not."""
    program = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        found = step("a Python", [python, "-c", program])
    except (FailedError, OSError):
        return False
    return found.strip() == version


def build_wheel(directory: Path) -> Path:
    """Build the wheel of this source, in a copy: setuptools keeps what it built before."""
    source = directory / "source"
    shutil.copytree(ROOT / "certbot_dns_mijnhost", source / "certbot_dns_mijnhost")
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    step("the wheel", [*pip, "--wheel-dir", str(directory), str(source)])
    [wheel] = directory.glob("*.whl")
    return wheel


def as_table(results: Iterable[Result]) -> str:
    """Return the results as a table in Markdown."""
    lines = ["| system | Certbot | Python | outcome |", "|---|---|---|---|"]
    for result in results:
        python = result.row.python or "the system's"
        lines.append(f"| {result.row.system} | {result.certbot} | {python} | {result.outcome} |")
    return "\n".join(lines)


def write(path: Path, table: str) -> None:
    """Put the table between the marks of a file."""
    text = path.read_text(encoding="utf-8")
    start, end = "<!-- matrix -->\n", "<!-- end of matrix -->"
    head, rest = text.split(start)
    path.write_text(f"{head}{start}{table}\n{end}{rest.split(end)[1]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
