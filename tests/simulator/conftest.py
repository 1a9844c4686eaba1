from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.rehearsal import Rehearsal


@pytest.fixture
def wire() -> Iterator[Rehearsal]:
    """A small organization and a client that has signed in."""
    rehearsal = Rehearsal()
    yield rehearsal.sign_in()
    rehearsal.http.close()
    rehearsal.tenant.close()
