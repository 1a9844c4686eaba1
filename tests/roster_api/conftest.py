from __future__ import annotations

from pathlib import Path

import pytest

from tests.roster_api.staff import Staff


@pytest.fixture
def staff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Staff:
    """A school whose Roster API is connected; nobody has a role above Instructor yet."""
    made = Staff(tmp_path / "district", capsys)
    made.open()
    return made
