"""A lying, slow, half-dead Apple: whatever it does, words, no second activity, and nothing said to be done that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from providers.simulator import SCHOOL_SWITCHES
from tests.campaign.hostile import Case, arrived, cases, cycle, expected, heals, truthful
from tests.campaign.scene import copied, prepare, uninterrupted
from tests.district import District

PAGING = ("pages", "next_link", "next_cursor", "end_cursor", "cursor_life", "bad_cursor", "bad_limit", "paging_total")
CODES = expected()
WELL = (2, 0, 0)


def chosen(*, paging: bool) -> list[Any]:
    """The cases that need lists of several pages, or the others."""
    wanted = (case for case in cases() if (case.switch in PAGING) == paging)
    return [pytest.param(case, id=str(case), marks=[pytest.mark.slow] if case.slow else []) for case in wanted]


def survived(district: District, template: Path, case: Case) -> None:
    """Plan, apply and plan end as they should, in the truth, and all is well once Apple is."""
    codes, wanted = cycle(district, case), uninterrupted(template).end
    assert codes == CODES.get(str(case), WELL)
    truthful(district)
    if codes == WELL:
        arrived(district, wanted)
    else:
        heals(district, wanted)


@pytest.fixture
def pages(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same district with so many devices that lists have three pages."""
    folder = tmp_path_factory.getbasetemp() / "pages"
    if not folder.exists():
        prepare(folder, capsys, devices=2300)
    return folder


@pytest.mark.parametrize("case", chosen(paging=False))
def test_a_quirk_ends_in_words_and_in_the_truth(scene: District, template: Path, case: Case) -> None:
    """With any switch thrown, what is said to have landed has landed, nothing is sent twice, and all is well once Apple is."""
    survived(scene, template, case)


@pytest.mark.parametrize("case", chosen(paging=True))
def test_a_quirk_of_pages_ends_in_words_and_in_the_truth(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    """However lists of several pages go wrong, what is said to have landed has landed, and all is well once Apple is."""
    survived(copied(pages, tmp_path / "district", capsys), pages, case)


def test_every_switch_is_thrown() -> None:
    """No switch of the simulator is left out, and no exit code is expected of a case that does not exist."""
    thrown = {str(case) for case in cases()}
    assert {case.switch for case in cases()} == SCHOOL_SWITCHES.keys()
    assert not CODES.keys() - thrown
    for switch in SCHOOL_SWITCHES.values():
        values = {case.value for case in cases() if case.switch == switch.name}
        assert set(switch.values) - {switch.default, "<number>"} <= values
