"""Links that leave the repository, checked as far as possible without a network.

Links within the repository, with their anchors, are in ``test_docs.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = (
    *("*.md", "*.toml", "setup.py", "Makefile", "docs/**/*.md", "docs/conf.py", "docs/**/*.svg"),
    *("certbot_dns_mijnhost/**/*.py", "examples/**/*", "scripts/*", "benchmarks/**/*.py"),
    "debian/**/*",
)
FILES = sorted(
    path
    for place in PLACES
    for path in ROOT.glob(place)
    if path.is_file() and not {"_build", "__pycache__"} & set(path.parts)
)

API_PAGES = {
    *("api-3563872", "api-3563900", "api-3563905", "api-3563906", "api-3563907", "api-3600003"),
    *("api-4293957", "api-4048367", "doc-343216", "doc-343217"),
}
"""Pages below https://mijn.host/api/doc/ that are known to exist."""
HOSTS = {
    *("mijn.host", "letsencrypt.org", "acme-v02.api.letsencrypt.org", "github.com", "crt.sh"),
    *("acme-staging-v02.api.letsencrypt.org", "eff-certbot.readthedocs.io", "dnsviz.net"),
    *("hypothesis.readthedocs.io", "datatracker.ietf.org", "keepachangelog.com", "semver.org"),
    *("no-color.org", "img.shields.io", "www.textualize.io", "www.debian.org"),
}
RESERVED = re.compile(r"(?:.*\.)?(?:example|example\.(?:com|net|org|nl)|test|invalid)")
"""Hosts of examples."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NO_LINKS = {
    "http://www.w3.org/2000/svg": "the name of a format",
    "http://user:password@proxy:port": "the form of a proxy's address",
    "https://…": "the form of a URL",
}

URL = re.compile(r"\bhttps?://(?:\[[^\s\]]*\])?[^\s\"'<>`|\\^()\[\]]*", re.IGNORECASE)
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")


def urls(text: str) -> Iterator[str]:
    """Yield the URLs of a text, without the marks that end a sentence.

    A scheme alone is left out, as is a URL whose host is completed by code. Of another URL that is
    completed by code, this is the beginning.
    """
    for found in URL.findall(text):
        host = found.split("/")[2]
        if host and not re.search(r"[{$%]", host):
            yield re.split(r"[{$]", found)[0].rstrip(".,;:*")


def faults(url: str) -> list[str]:
    """Return what is wrong with a URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        return [str(error)]
    if url in NO_LINKS or host in LOOPBACK:
        return []
    page = parts.path.partition("/api/doc/")[2] if host == "mijn.host" else ""
    rules = {
        "not https": parts.scheme == "https",
        "more than a host, or capitals": parts.netloc == host,
        "not a host": HOST.fullmatch(host),
        "not a path": PATH.fullmatch(parts.path) and not re.search(r"//|\.\.", parts.path),
        "a host that HOSTS lacks": host in HOSTS or RESERVED.fullmatch(host),
        "a page that API_PAGES lacks": not page or page in API_PAGES,
    }
    return [name for name, holds in rules.items() if not holds]


def test_links_that_leave_the_repository_are_well_formed() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert {url: faults(url) for url in urls(text) if faults(url)} == {}, path


def test_links_are_found() -> None:
    found = {url for path in FILES for url in urls(path.read_text(errors="replace"))}
    for url in (
        "https://mijn.host/api/doc/doc-343217",
        "https://mijn.host/api/doc/api-3563872",
        "https://letsencrypt.org/docs/revoking/",
    ):
        assert url in found
    assert len(found) > 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](https://crt.sh).", ["https://crt.sh"]),
        ("(see https://crt.sh/a).", ["https://crt.sh/a"]),
        (
            "[![a](https://crt.sh/a.svg)](https://crt.sh/b)",
            ["https://crt.sh/a.svg", "https://crt.sh/b"],
        ),
        ("`https://crt.sh/x`, and <http://crt.sh>", ["https://crt.sh/x", "http://crt.sh"]),
        ('f"http://{host}:{port}/x" "https://crt.sh/{name}"', ["https://crt.sh/"]),
        ("file:///etc/passwd", []),
    ],
)
def test_a_link_ends_where_it_ends(text: str, expected: list[str]) -> None:
    assert list(urls(text)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://mijn.host/",
        "https://mijnhost.nl/",
        "https://mijn.host/api/doc/api-3563873",
        "https://mijn.host/api/doc/doc-343217/",
        "https://mijn.host/api/doc/doc-343217x",
        "https://user:password@mijn.host/",
        "https://mijn.host:8443/",
        "https://Mijn.host/",
        "https://mijn..host/",
        "https://mijn/",
        "https:///api",
        "https://[::1/",
        "https://mijn.host//api",
        "https://mijn.host/../api",
        "https://mijn.host/a b",
        "https://mijn.host/%zz",
        "http://example.nl/",
    ],
)
def test_the_check_of_links_finds_what_it_looks_for(url: str) -> None:
    assert faults(url)


def test_known_pages_are_links() -> None:
    for page in sorted(API_PAGES):
        assert faults(f"https://mijn.host/api/doc/{page}") == [], page
