from __future__ import annotations

from collections import Counter
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.apps_and_books.batches import batches
from providers.apps_and_books.decode import Licence, Limits

LIMITS = Limits(assets=3, users=4, serials=5)
ONE = st.builds(
    Licence, st.sampled_from("ABCDE"), st.sampled_from(("STDQ", "PLUS")), st.just(""), st.integers(0, 20).map(lambda n: f"S{n}")
) | st.builds(Licence, st.sampled_from("ABCDE"), st.just("STDQ"), st.integers(0, 20).map(lambda n: f"u{n}"), st.just(""))


@settings(deadline=None)
@given(st.sets(ONE), st.randoms())
def test_every_licence_is_in_one_batch(licences: set[Licence], chance: object) -> None:
    """Batches hold each wanted licence once and no other, keep the limits, and do not depend on the order."""
    made = batches(licences, LIMITS)
    assert Counter(one for batch in made for one in batch.licences()) == Counter(licences)
    for batch in made:
        assert 0 < len(batch.assets) <= LIMITS.assets
        assert len(batch.users) <= LIMITS.users
        assert len(batch.serials) <= LIMITS.serials
    shuffled = sorted(licences)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert batches(shuffled, LIMITS) == made


@settings(max_examples=30, deadline=None)  # no test of ours is about time
@given(st.integers(1, 60), st.integers(1, 300), st.integers(0, 300))
def test_the_same_apps_for_all_take_the_fewest_requests(apps: int, devices: int, people: int) -> None:
    """Apps that all go to the same targets take as many requests as the limits say and no more, people and devices together."""
    limits = Limits(assets=25, users=20, serials=20)
    targets = [("", f"S{n}") for n in range(devices)] + [(f"u{n}", "") for n in range(people)]
    licences = [Licence(str(app), "STDQ", *target) for app in range(apps) for target in targets]
    assert len(batches(licences, limits)) == ceil(apps / 25) * max(ceil(devices / 20), ceil(people / 20))


def test_assets_with_the_same_targets_share_requests() -> None:
    """Where every target gets something else but whole apps go to the same targets, apps share a request."""
    odd = [Licence("A", "STDQ", "", f"S{n}") for n in range(10)] + [Licence("B", "STDQ", "", f"S{n}") for n in range(5)]
    assert len(batches(odd, Limits())) == 2
