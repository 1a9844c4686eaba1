from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.licences.balance import balance, share
from reconciler.licences.library import UNLIMITED, Owned

NAMES = st.sets(st.sampled_from("ABCDEFGHIJ"))
FREE = st.none() | st.integers(-3, 12)


@given(NAMES, NAMES, st.none() | st.integers(0, 12), FREE)
def test_everybody_is_served_or_told_why_not(wanted: set[str], held: set[str], cap: int | None, free: int | None) -> None:
    """Who should have a licence gets one, or goes without as there are too few, or as there is a cap; exactly one of the three."""
    shares = share(wanted, held, cap, free)
    assert sorted([*shares.served, *shares.without, *shares.capped]) == sorted(wanted)
    assert cap is None or len(shares.served) <= cap
    assert free is None or len(shares.served) <= max(free, len(held & wanted))


@given(NAMES, NAMES, FREE)
def test_nobody_loses_a_licence_to_somebody_else(wanted: set[str], held: set[str], free: int | None) -> None:
    """Without a cap whoever is meant and has a licence keeps it, however few there are."""
    assert held & wanted <= set(share(wanted, held, None, free).served)


@given(NAMES, NAMES, FREE)
def test_the_order_of_files_does_not_matter(wanted: set[str], held: set[str], free: int | None) -> None:
    """Who gets what there is depends on names and on what is held, on nothing else."""
    backwards = share(sorted(wanted, reverse=True), sorted(held, reverse=True), None, free)
    assert set(backwards.served) == set(share(sorted(wanted), sorted(held), None, free).served)


@given(NAMES, NAMES, st.integers(0, 20), st.integers(0, 4), st.integers(0, 4))
def test_the_books_balance(wanted: set[str], held: set[str], total: int, others: int, reserve: int) -> None:
    """What is owned and to be bought is planned, lacking, with others, reserved or idle; and never short and idle at once."""
    shares = share(wanted, held, None, total - others - reserve)
    one = balance("north.1.STDQ", Owned(total, len(held)), shares, others, reserve)
    assert one.owned + one.short == one.planned + len(shares.without) + one.others + one.reserve + one.idle
    assert not (one.short and one.idle)
    assert one.needed >= one.owned


def test_apps_without_a_limit_never_lack() -> None:
    """Of a free app without a limit there are always enough."""
    one = balance("north.1.STDQ", Owned(UNLIMITED), share({"A"}, (), None, None), 0, 5)
    assert (one.owned, one.short, one.idle) == (-1, 0, 0)
