"""A real Chromium, that of the system, reads the page. It is told to keep its own business off the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from reconciler.render.html.page import render

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

Read = Callable[..., Page]
"""Opens a page: read(html, **options of the browser's context). Whatever it asks of a network or complains of fails the test."""
Show = Callable[..., Page]
"""Opens a plan in the same way: show(plan, **options)."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def read(browser: Browser, tmp_path: Path) -> Iterator[Read]:
    file = tmp_path / "page.html"
    asked: list[str] = []
    complaints: list[str] = []
    contexts = []

    def open_page(html: str, **options: Any) -> Page:  # Any: Playwright's own options
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**{"reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.extend(_elsewhere(request, file)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert asked == []
    assert complaints == []


@pytest.fixture
def show(read: Read) -> Show:
    return lambda plan, **options: read(render(plan), **options)


def _elsewhere(request: Request, file: Path) -> list[str]:
    return [] if request.url.partition("#")[0] == file.as_uri() else [request.url]
