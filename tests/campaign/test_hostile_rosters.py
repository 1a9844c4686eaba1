"""A roster and a lying, slow, half-dead Apple: words, no second upload, and nothing said to have landed that has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.campaign.rosters import QUICK, Case, arrived, cases, copied, cycle, expected, heals, lines, prepare, switches, truthful

CODES = expected()
WELL = (2, 0, 0)


@pytest.fixture
def schools(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> dict[bool, Path]:
    """Blind or not → the folder of such a school, made once in each test process and only copied."""
    base = tmp_path_factory.getbasetemp()
    found = {blind: base / f"rosters-{blind}" for blind in (False, True)}
    for blind, folder in found.items():
        if not folder.exists():
            prepare(folder, capsys, blind=blind)
    return found


def _chosen() -> list[Any]:
    return [pytest.param(case, id=str(case), marks=[] if case.quick else [pytest.mark.slow]) for case in cases()]


@pytest.mark.parametrize("case", _chosen())
def test_a_quirk_of_rosters_ends_in_words_and_in_the_truth(
    schools: dict[bool, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Case
) -> None:
    """With any switch thrown, what is said to have landed has landed, at most one zip arrives, and all is well once Apple is."""
    academy = copied(schools[case.blind], tmp_path / "school", capsys, blind=case.blind)
    told, before = len(lines(academy)), academy.imports()
    codes = cycle(academy, case)
    assert academy.imports() - before <= 1, "uploaded twice"
    truthful(academy, told)
    assert codes == CODES.get(str(case), WELL)
    if codes == WELL and not case.blind:
        arrived(academy)
    else:
        heals(academy)


def test_every_switch_of_rosters_is_thrown() -> None:
    """No switch is left out, what runs every day exists, and no exit code is expected of a case that does not."""
    thrown = {str(case) for case in cases()}
    assert {switch.name for switch in switches()} <= {case.switch for case in cases()}
    assert thrown >= {*QUICK, *CODES}
