from __future__ import annotations

import pytest

from reconciler.load.sealed import VARIABLE
from tests.privacy.school import IDENTITY


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment holds the identity that opens what tests sealed."""
    monkeypatch.setenv(VARIABLE, str(IDENTITY))


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a test asks for it, there is no identity."""
    monkeypatch.delenv(VARIABLE, raising=False)
