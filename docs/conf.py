"""How Sphinx builds the documentation: ``make docs``."""

from __future__ import annotations

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import certbot_dns_mijnhost
from certbot_dns_mijnhost import api, zone

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
SOURCE = os.environ.get("DOCS_SOURCE_URL", "").rstrip("/")
"""URL of the repository's files, to which pages link; if it is empty, they offer the files."""
PAGES = {
    "README.md": "project/readme.md",
    "README.nl.md": "project/readme-nl.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/reporting.md",
    "examples": "client/programs.md",
}
"""Files and folders of the repository, and the pages that show them here."""
BADGE = re.compile(r"^\[!\[.*\n", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()([^)\s:#]+)(#[^)\s]*)?(?=\))")

project = "certbot-dns-mijnhost"
author = "The certbot-dns-mijnhost maintainers"
copyright = f"2026, {author}"  # noqa: A001  # Sphinx's name for it
version = release = certbot_dns_mijnhost.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
highlight_language = "none"
add_module_names = False
default_role = "literal"  # In docstrings, `name` is code.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_default_options = {"members": True, "member-order": "bysource", "undoc-members": True}
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = f"{project} {release}"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["custom.css"]

nitpicky = True
LIBRARIES = "collections|datetime|decimal|ipaddress|os|pathlib|random|requests|time|types|typing"
nitpick_ignore_regex = [
    # Python's own names and those of libraries: their documentation is not on this site.
    ("py:.*", rf"({LIBRARIES})\..*"),
]


def source_url(path: Path) -> str | None:
    """Return the URL of a file or folder of the repository; None to offer the file itself."""
    return f"{SOURCE}/{path.relative_to(ROOT)}" if SOURCE else None


def with_local_links(text: str, page: Path, shown_as: Path) -> str:
    """Return a page with links that lead to the right pages of this site, or to the source.

    :param page: the file whose text it is.
    :param shown_as: the page of this site that shows it.
    """

    def replace(link: re.Match[str]) -> str:
        target = (page.parent / link[1]).resolve()
        anchor = link[2] or ""
        if not target.is_relative_to(ROOT) or not target.exists():
            return link[0]
        name = str(target.relative_to(ROOT))
        if name in PAGES:
            target = ROOT / "docs" / PAGES[name]
        elif not target.is_relative_to(ROOT / "docs"):
            if url := source_url(target):
                return url
            target = target / "__init__.py" if target.is_dir() else target
        return os.path.relpath(target, shown_as.parent) + anchor

    return LINK.sub(replace, text)


def read_page(app: Sphinx, name: str, content: list[str]) -> None:
    """Mend the links of a page."""
    page = Path(app.env.doc2path(name))
    content[0] = with_local_links(content[0], page, page)


def read_included(app: Sphinx, path: Path, _parent: str, content: list[str]) -> None:
    """Mend the links of a page that another page includes, and leave out its badges.

    They are pictures of another host, which would learn who reads the page.
    """
    content[0] = BADGE.sub("", content[0])
    content[0] = with_local_links(
        content[0], ROOT / "docs" / path, Path(app.env.doc2path(app.env.docname))
    )


def is_left_out(_app: Sphinx, _what: str, name: str, _obj: object, skip: bool, _: object) -> bool:
    """Leave the resources out of the reference of the package: each has a page of its own."""
    return skip or name.endswith("Resource")


def show_signature(
    _app: Sphinx, what: str, name: str, _obj: object, _options: object, *signature: str | None
) -> tuple[str | None, str | None] | None:
    """Leave out how a resource is made, as the client makes it; write defaults as Python."""
    shown, returned = signature
    if what == "class" and name.endswith("Resource"):
        return "", ""
    return (shown.replace("<factory>", "{}"), returned) if shown else None


def find_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.TextElement
) -> nodes.reference | None:
    """Resolve a class, or a member of one, that is named by another module than its public one."""
    named = re.search(r"(?:^|\.)([A-Z]\w*(?:\.\w+)?)$", node.get("reftarget", ""))
    python = env.domains.python_domain
    for package in (api, zone):
        name = f"{package.__name__}.{named[1]}" if named else ""
        if name in python.objects:
            return python.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, shown)
    return None


def check_reference(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of public classes and functions that no page documents."""
    for package in (api, zone):
        names = [each for each in package.__all__ if callable(getattr(package, each))]
        for name in names:
            if f"{package.__name__}.{name}" not in env.domains.python_domain.objects:
                logger.warning("No page documents %s.%s", package.__name__, name)


def setup(app: Sphinx) -> None:
    """Register what happens while pages are read."""
    app.connect("autodoc-skip-member", is_left_out)
    app.connect("autodoc-process-signature", show_signature)
    app.connect("env-check-consistency", check_reference)
    app.connect("missing-reference", find_public_name)
    app.connect("source-read", read_page)
    app.connect("include-read", read_included)
