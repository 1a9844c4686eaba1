from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.pseudonyms import REHEARSED
from reconciler.roster.desired import content, declare
from reconciler.roster.part import Roster
from tests.roster.district import roster_of
from tests.roster_upload.academy import people


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_sources_and_rows_does_not_matter(random: object) -> None:
    """The same people and classes, in any order and from any number of sources, are declared the same."""
    rows = people()
    parts = [{name: [row for at, row in enumerate(listed) if at % 3 == third] for name, listed in rows.items()} for third in range(3)]
    for part in parts:
        for listed in part.values():
            random.shuffle(listed)  # type: ignore[attr-defined] # hypothesis's own Random
    random.shuffle(parts)  # type: ignore[attr-defined] # likewise
    together = Roster()
    for part in parts:
        together.merge(roster_of(part))
    whole, mixed = (declare(roster, REHEARSED) for roster in (roster_of(rows), together))
    assert content(whole) == content(mixed)
    assert {kind: dict(one.fingerprints) for kind, one in whole.items()} == {kind: dict(one.fingerprints) for kind, one in mixed.items()}
    assert all(whole[kind].spec(name) == mixed[kind].spec(name) for kind in whole for name in whole[kind])


def test_a_declared_thing_is_one_object() -> None:
    """Asked for twice, a declared thing is the same object: the planner remembers its verdict by that."""
    declared = declare(roster_of(people()), REHEARSED)
    assert all(one[name] is one[name] for one in declared.values() for name in one)
