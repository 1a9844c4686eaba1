"""The README is true: its commands run, in order, and print what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.district import District
from tests.executed import ROOT, check_page

README = (ROOT / "README.md").read_text()


def test_the_tour_does_what_it_says(tmp_path: Path) -> None:
    """Every command of the README's tour runs in the order of the page and prints what the page shows."""
    check_page(README, tmp_path)


@pytest.mark.parametrize("target", ["demo", "test", "test-all", "lint", "bench", "docs"])
def test_the_make_targets_it_names_exist(target: str) -> None:
    """Every make target that the README names is in the Makefile."""
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_link_within_the_repository_leads_somewhere() -> None:
    """A relative link of the README names a file that exists."""
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_policies_that_it_shows_hold(district: District) -> None:
    """The silence and the rule that the README shows can be pasted as they stand, and the rule's tests pass."""
    (block,) = re.findall(r"```yaml\n(policies:.*?)```", README, re.DOTALL)
    district.settings(**YAML(typ="safe").load(block.replace("2027-06-30", '"2027-06-30"')))
    ran = district.run("policy", "test")
    assert (ran.code, ran.err) == (0, ""), ran.out + ran.err
    assert "RIV-001" in ran.out
