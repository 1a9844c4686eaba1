"""Takes the README's pictures of the HTML plan, of the example district, in the system's Chromium.

Run it from the repository after a change of the page's looks: .venv/bin/python docs/screenshots.py
It needs /usr/bin/chromium (apt-get install --no-install-recommends chromium) and writes docs/plan-phone.png and docs/plan-desktop.png.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
EXAMPLE = DOCS.parent / "examples" / "riverside"
PICTURES = (("plan-phone.png", 390, 1180, 2), ("plan-desktop.png", 1280, 2350, 1))  # name, width, height, pixels a point
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


def page(folder: Path) -> Path:
    """The example's plan as a page. Planned on a copy, as the pretend organization is kept beside the configuration."""
    copy, file = folder / "riverside", folder / "plan.html"
    shutil.copytree(EXAMPLE, copy)
    command = [sys.executable, "-m", "reconciler", "plan", str(copy), "--html", str(file)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603  our own command, which ends with 2: changes are pending
    return file


def main() -> None:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = page(Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        for name, width, height, scale in PICTURES:
            shown = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light")
            shown.goto(file.as_uri())
            shown.screenshot(path=DOCS / name)
        browser.close()


if __name__ == "__main__":
    main()
