"""`reconciler plan` on a world: the same code from loading the folder to the rendered text, but Apple's answers come from disk.

Run as a child: `python -m benchmarks.product WORLD` prints the plan, then how many devices change.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.tape import Player
from providers.apple_school.connect import Door, through
from providers.apple_school.oauth import Key
from reconciler.load import load
from reconciler.provider import Notice
from reconciler.render import text
from reconciler.session import Session, open_backend


class RacingClock:
    """A `reconciler.clock.Clock` that waits for nothing: waiting for the rate budget is not what is measured."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def now(self) -> datetime:
        """See Clock."""
        return self._moment

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        self._moment += timedelta(seconds=seconds)


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def show_plan(world: Path) -> None:
    """Plan, render, print."""
    configuration = load(world / "config")
    options = configuration.settings.connections.apple_school
    backend = open_backend(configuration)
    assert options.client_id
    assert options.key_id
    assert options.private_key
    key = Key.read(options.client_id, options.key_id, options.private_key.read(configuration.folder, os.environ))
    provider = through(Door("benchmark", key, RacingClock(), Player(world / "tape"), lambda: None), options, backend.scratch)
    plan, _ = Session(configuration, backend, provider, {}).plan(_unseen)
    sys.stdout.write(text.render(plan))
    provider.close()
    sys.stdout.write(f"\n{len(plan.changes)}\n")


if __name__ == "__main__":
    show_plan(Path(sys.argv[1]))
