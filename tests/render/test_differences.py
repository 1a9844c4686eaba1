from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.diff import explain
from reconciler.resource import Spec


class Panes(Spec):
    skip: tuple[str, ...]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("ABC", "AB", "A, B, C → A, B"),
        ("ABCDEF", "ABCDEFG", "adds G"),
        ("ABCDEF", "BCDEF", "drops A"),
        ("ABCDEF", "BCXEF", "adds X; drops A, D"),
        ("ABCDEF", "FEDCBA", "the same in another order"),
        ("", "ABCDEFG", "none → A, B, C, D, E, F, G"),
    ],
)
def test_a_long_list_is_told_by_what_comes_and_goes(was: Sequence[str], now: Sequence[str], said: str) -> None:
    """A short list is shown before and after; of a long one, what comes and what goes."""
    (difference,) = explain(Panes(skip=tuple(was)), Panes(skip=tuple(now)))
    assert str(difference) == said
