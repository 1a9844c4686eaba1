from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from reconciler.cli import COMMANDS
from tests.executed import ROOT, check_page, examples

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
WRITTEN = [path for path in PAGES if path.parent.name != "reference"]
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with every warning an error: a link to a page or heading that is not there is one."""
    pytest.importorskip("sphinx", reason="the site's generator comes with the extra `docs`")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(out / "doctrees"), str(DOCS), str(out / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.mark.parametrize("path", [path for path in WRITTEN if examples(path.read_text())], ids=lambda path: path.stem)
def test_the_pages_do_what_they_say(path: Path, tmp_path: Path) -> None:
    """Every command block of a page that is marked as executable runs, in order, and prints what the page shows."""
    check_page(path.read_text(), tmp_path)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_command_that_is_named_exists(path: Path) -> None:
    """A page names no command that reconciler does not have."""
    named = re.findall(r"`reconciler (?:--\S+ \S+ )?([a-z]+)", path.read_text())
    assert [name for name in named if name not in COMMANDS] == []


def test_every_safety_rule_names_its_tests() -> None:
    """Each rule of the page of safety rules names tests that exist."""
    rows = [line for line in (DOCS / "safety.md").read_text().splitlines() if line.startswith("| ") and "held by" not in line]
    assert len(rows) >= 10
    for row in rows:
        held = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", row)
        assert held, row
        for file, name in held:
            tree = ast.parse((ROOT / file).read_text())
            assert any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree)), f"{file} has no {name}"


def test_the_reference_is_up_to_date() -> None:
    """The reference pages are what the schemas, capability tables, commands, errors and switches say today."""
    done = subprocess.run([sys.executable, "docs/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class _Addresses(HTMLParser):
    """Gathers what a page links to, what it loads, and the places that others may link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        values = {name: value or "" for name, value in attrs}
        self.places.add(values.get("id", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif (tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload")) or tag in ("script", "img", "iframe"):
            self.loaded.extend(values[name] for name in ("href", "src") if name in values)


def _built(site: Path) -> Iterator[tuple[Path, _Addresses]]:
    for path in sorted(site.rglob("*.html")):
        yield path, _Addresses(path.read_text())


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    """A link to a page of the site leads to a page, and to a place of it that exists."""
    pages = dict(_built(site))
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if not parts.scheme and not parts.netloc:
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                assert target.is_file(), f"{path.name}: {link}"
                assert not parts.fragment or parts.fragment in pages[target].places, f"{path.name}: {link}"


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """No page of the site asks another host for a style, script, font or picture."""
    for path, page in _built(site):
        assert [link for link in page.loaded if urlsplit(link).scheme or urlsplit(link).netloc] == [], path.name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", style.read_text()), style.name


def test_the_tour_is_the_readmes(site: Path) -> None:
    """The tour of the site is that of the README, whole."""
    tour = (site / "tour.html").read_text()
    assert tour.count('class="highlight') >= (ROOT / "README.md").read_text().count("```console")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium")
def test_the_site_opens_offline(site: Path) -> None:
    """Opened from a disk without a network, pages show, nothing fails, a phone needs no sideways scrolling, and the search finds."""
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("requestfailed", lambda request: problems.append(request.url))
        for name in ("index.html", "tour.html", "reference/capabilities.html", "reference/files.html", "how-to/refused-plan.html"):
            page.goto((site / name).as_uri())
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, f"{name} is {width} wide"
        page.goto(f"{(site / 'search.html').as_uri()}?q=drift")
        page.wait_for_selector("ul.search li a")
        browser.close()
    assert problems == []
