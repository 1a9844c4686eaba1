"""What the rate budget costs us ourselves."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import FrameType

from providers.wire.budget import Limit, Window
from tests.wire.host import START, Hours


def _steps(window: Window) -> int:
    """How often Python goes into a function, or back into a generator, while a window says what is left."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        window.left()
    finally:
        sys.setprofile(None)
    return steps


def _window(spent: int) -> Window:
    return Window(Limit(100_000, 60, "many"), Hours(), [int(START.timestamp() * 1000)] * spent)


def test_telling_what_is_left_takes_no_longer_the_more_was_spent() -> None:
    """What is left is told after every request, so it is not counted anew: a plan of many requests would cost their square."""
    assert _steps(_window(10_000)) == _steps(_window(10))


def test_what_is_left_is_what_was_not_spent_in_the_window() -> None:
    """Requests older than the window leave room again."""
    clock = Hours()
    moments = [int((START - timedelta(seconds=ago)).timestamp() * 1000) for ago in (61, 60, 59, 0)]
    assert Window(Limit(10, 60, "ten"), clock, moments).left() == 8
