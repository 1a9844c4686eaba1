"""How Sphinx builds these pages: `make docs`, then open docs/_build/index.html. It needs no network, built or read."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from reconciler import __version__

project = "reconciler"
version = release = __version__
copyright = "its authors, Apache 2.0"  # noqa: A001  Sphinx's name for it
extensions = ["myst_parser"]
html_theme = "furo"  # kept up, MIT, fonts of the system: no page asks another host for anything
html_title = f"reconciler {__version__}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wrap.css"]
html_show_search_summary = False  # it would fetch pages, which a browser refuses to do from a disk
html_show_sphinx = False
myst_heading_anchors = 3
exclude_patterns = ["_build"]
suppress_warnings = ["misc.highlighting_failure", "myst.header"]  # transcripts are no language; the README's tour begins at level 2
nitpicky = True

README = Path(__file__).parent.parent / "README.md"
_TOUR = re.compile(r"^## [^\n]*\btour\b[^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def tour(readme: str) -> str:
    """The README's tour as a page: pictures are beside it here, and files of the repository are named instead of linked."""
    found = _TOUR.search(readme)
    if found is None:
        raise ValueError('README.md has no section "## … tour …" any more, which docs/tour.md shows.')
    here = re.sub(r"\]\(docs/", "](", found[1])
    return re.sub(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)[^)]*\)", r"\1", here)


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    if page == "tour":
        app.env.note_dependency(str(README))
        source[0] += tour(README.read_text(encoding="utf-8"))


def setup(app: Sphinx) -> None:
    """See Sphinx."""
    app.connect("source-read", _read)
