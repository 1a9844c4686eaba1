"""The ledger as a page for auditors, read in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has annotations, but does not say so

from tests.cli.scenes import settled
from tests.district import District
from tests.render.html.conftest import Read

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ledger(district: District) -> str:
    """The page of a district whose lab has landed."""
    settled(district)
    page = district.folder / "ledger.html"
    assert district.run("ledger", "--html", str(page)).code == 0
    return page.read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
def test_accessibility_rules_hold(read: Read, ledger: str, scheme: str, viewport: dict[str, int]) -> None:
    """No rule of axe-core is broken, at any width, in light and dark, with everything opened; and nothing is wider than the screen."""
    page = read(ledger, color_scheme=scheme, viewport=viewport)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
