"""The district of the campaign, made once in each test process and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaign.scene import copied, prepare
from tests.district import District


@pytest.fixture
def template(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder of the district with something of everything left to do; never applied to, only copied."""
    folder = tmp_path_factory.getbasetemp() / "campaign"
    if not folder.exists():
        prepare(folder, capsys)
    return folder


@pytest.fixture
def scene(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> District:
    """A copy of that district for one test."""
    return copied(template, tmp_path / "district", capsys)
