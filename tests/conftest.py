"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.district import District


@pytest.fixture
def district(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> District:
    """A district of 60 devices on three services, most of them held by one; nothing is recorded yet."""
    made = District(tmp_path / "district", capsys)
    made.run("plan")  # seeds the pretend organization
    return made
