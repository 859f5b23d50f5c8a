"""Imports between the packages go one way only."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "certbot_dns_mijnhost"
CERTBOT = {"certbot", "acme", "josepy", "zope", "configobj"}
HTTP = {"requests", "urllib3", "http", "httpx", "aiohttp"}

FORBIDDEN: dict[str, set[str]] = {
    "api": CERTBOT | {"dns"} | {f"{PACKAGE}.{package}" for package in ("zone", "propagation")},
    "zone": CERTBOT | HTTP | {f"{PACKAGE}.propagation", f"{PACKAGE}.settings"},
    "propagation": CERTBOT
    | HTTP
    | {f"{PACKAGE}.{package}" for package in ("api", "zone", "settings")},
    "emulator": CERTBOT
    | {"requests", "urllib3"}
    | {f"{PACKAGE}.{package}" for package in ("api", "zone", "propagation", "settings")},
    "doctor": (CERTBOT - {"configobj"}) | HTTP,
    "cli": CERTBOT | HTTP | {"dns"},
    "dns_mijnhost.py": HTTP | {"dns"},
    "challenges.py": CERTBOT | HTTP | {"dns"},
    "waiting.py": CERTBOT | HTTP | {"dns", f"{PACKAGE}.api"},
    # What Certbot stores is read, and nothing of Certbot loaded for it.
    "doctor/certbot_files.py": (CERTBOT - {"configobj"})
    | HTTP
    | {"dns"}
    | {f"{PACKAGE}.{package}" for package in ("api", "zone", "propagation", "settings")},
    "settings.py": CERTBOT | HTTP | {"dns", f"{PACKAGE}.api", f"{PACKAGE}.zone"},
}
ONLY_INSIDE = {
    f"{PACKAGE}.emulator": "emulator",
    f"{PACKAGE}.dns_mijnhost": "dns_mijnhost.py",
    f"{PACKAGE}.cli": "cli",
}
"""What only its own package imports."""


@functools.cache
def imports_of(source: str, *, relative: bool = False) -> frozenset[str]:
    """Return what a module imports, at the top, in functions, and for types only.

    :param relative: whether it may have relative imports, which are left out.
    """
    return frozenset(_imports(ast.parse(source), relative=relative))


def _imports(tree: ast.Module, *, relative: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if relative and node.level:
                continue
            assert node.level == 0, "imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offences(source: str, forbidden: set[str], *, relative: bool = False) -> set[str]:
    """Return the imports of a module that are forbidden to it."""
    return {
        name
        for name in imports_of(source, relative=relative)
        if any(name == wrong or name.startswith(f"{wrong}.") for wrong in forbidden)
    }


def modules(package: str) -> list[Path]:
    path = ROOT / PACKAGE / package
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_package_imports_only_what_it_may(package: str) -> None:
    paths = modules(package)
    assert paths, f"there is no package {package}"
    for path in paths:
        assert offences(path.read_text(), FORBIDDEN[package]) == set(), path


@pytest.mark.parametrize("target", ONLY_INSIDE)
def test_only_its_own_package_imports_it(target: str) -> None:
    inside = ROOT / PACKAGE / ONLY_INSIDE[target]
    for path in (ROOT / PACKAGE).rglob("*.py"):
        if path != inside and inside not in path.parents:
            assert offences(path.read_text(), {target}) == set(), path


def test_only_the_transport_sends_requests() -> None:
    allowed = {"transport.py", "client.py", "api_key.py", "response_body.py"}
    allowed |= {"network_errors.py", "network_settings.py"}
    for path in modules("api"):
        if path.name not in allowed:
            assert offences(path.read_text(), HTTP) == set(), path


def test_only_one_module_of_the_doctor_reads_certbots_configuration() -> None:
    for path in modules("doctor"):
        if path.name != "certbot_files.py":
            assert offences(path.read_text(), {"configobj"}) == set(), path


def test_zones_are_changed_without_dnspython_but_for_one_optional_module() -> None:
    for path in modules("zone"):
        if path.name != "rare_values.py":
            assert offences(path.read_text(), {"dns"}) == set(), path


def test_the_check_finds_what_it_looks_for() -> None:
    source = (
        "import json\n"
        "from certbot import errors\n"
        "def f():\n    import requests.adapters\n"
        "if TYPE_CHECKING:\n    from certbot_dns_mijnhost.api import client\n"
    )
    forbidden = {"certbot", "requests", f"{PACKAGE}.api"}
    assert offences(source, forbidden) == {
        "certbot",
        "certbot.errors",
        "requests.adapters",
        f"{PACKAGE}.api",
        f"{PACKAGE}.api.client",
    }
    assert offences("import certbots\n", {"certbot"}) == set()


def test_no_test_tool_in_the_package() -> None:
    for path in (ROOT / PACKAGE).rglob("*.py"):
        assert offences(path.read_text(), {"pytest", "hypothesis", "tests"}) == set(), path


def test_being_listed_costs_certbot_none_of_the_heavy_imports() -> None:
    program = (
        "import sys, certbot.main\n"
        "from certbot.plugins import dns_common\n"
        "before = set(sys.modules)\n"
        "import certbot_dns_mijnhost.dns_mijnhost\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(result.stdout.split()) == {
        PACKAGE,
        f"{PACKAGE}.dns_mijnhost",
        f"{PACKAGE}.certbot_adapter",
    }


def test_the_client_works_without_certbot_and_dnspython() -> None:
    program = (
        "import sys\n"
        "for name in ('certbot', 'acme', 'dns', 'configobj'):\n"
        "    sys.modules[name] = None\n"
        "from certbot_dns_mijnhost.api import MijnHostClient\n"
        "from certbot_dns_mijnhost.zone import ChallengeRecords\n"
        "print(MijnHostClient('key'))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "MijnHostClient(base_url='https://mijn.host/api/v2')" in result.stdout


def test_tests_share_code_only_through_their_support_package() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:2])
        shared = {
            name
            for name in imports_of(path.read_text(), relative=True)
            if name.split(".")[0] == "tests" and name != "tests"
        }
        foreign = {name for name in shared if name.split(".")[1] != "support"}
        assert {name for name in foreign if not name.startswith(package)} == set(), path


def test_only_the_test_of_the_examples_imports_them() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name != "test_examples.py":
            assert offences(path.read_text(), {"examples"}, relative=True) == set(), path


@pytest.mark.parametrize("folder", ["examples", "benchmarks", "scripts"])
def test_what_is_not_a_test_imports_no_test(folder: str) -> None:
    paths = list((ROOT / folder).rglob("*.py"))
    assert paths
    for path in paths:
        assert offences(path.read_text(), {"tests"}, relative=True) == set(), path
