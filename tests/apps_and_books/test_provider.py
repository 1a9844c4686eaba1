from __future__ import annotations

from math import ceil

import pytest

from reconciler.errors import Unclear
from reconciler.provider import Receipt, Result
from tests.apps_and_books.office import Office, app, gives, makes, takes, want, who
from tests.simulator.apps.library import ATLAS, HERE, MATHS

PAGE = 7


def test_requests_are_the_fewest_that_the_limits_allow() -> None:
    """So many licences take ⌈apps / 25⌉ × ⌈devices / limit⌉ writes, and a reading one request for each list and its location."""
    office = Office()
    office.tenant.switches.set("apps_max_serial_numbers", "7")
    changes = gives(office.serials[:20])
    observed = office.observe(want(changes))
    assert observed.reads["apps_and_books"] == 2  # the location and what it owns: nobody has anything yet
    steps = office.provider.pack(changes, observed)
    assert sum(step.writes for step in steps) == ceil(20 / 7)
    for step in steps:
        assert {outcome.result for outcome in office.run(step).values()} == {Result.LANDED}
    assert office.writes() == ceil(20 / 7)


@pytest.mark.parametrize(("apps", "devices", "people"), [(1, 20, 0), (2, 9, 3), (3, 40, 3)])
def test_a_whole_location_is_read_in_as_many_requests_as_it_has_pages(apps: int, devices: int, people: int) -> None:
    """A reading takes one request for the location, ⌈apps / page⌉, ⌈licences / page⌉ and, where people have some, ⌈users / page⌉."""
    office = Office()
    names, numbers = ("ann", "ben", "cai")[:people], [MATHS, *(str(2000 + app) for app in range(apps - 1))]
    for number in numbers:
        office.tenant.apps.buy(HERE, number, 100)
    changes = [one for number in numbers for one in gives([*office.serials[:devices], *map(who, names)], number)]
    office.apply([*makes(*names), *changes], *names)
    office.tenant.switches.set("apps_page_size", str(PAGE))
    with_book = apps + 1
    users = ceil(people / PAGE)
    observed = office.observe(want([*makes(*names), *changes], *names))
    assert sum(map(len, observed.libraries["north"].held.values())) == apps * (devices + people)
    assert observed.reads["apps_and_books"] == 1 + ceil(with_book / PAGE) + ceil(apps * (devices + people) / PAGE) + users


def test_licences_come_back_before_others_get_them() -> None:
    """Of all that a plan does, taking back comes first, then users are made, then licences are given."""
    office = Office()
    office.apply(gives(office.serials[:3]))
    changes = [*gives([*office.serials[3:6], who("ann")]), *takes(office.serials[:3]), *makes("ann")]
    steps = office.provider.pack(changes, office.observe(want(changes, "ann")))
    assert [str(step.action) for step in steps] == ["take", "create", "give"]


def test_a_lost_answer_is_read_back_and_never_sent_again() -> None:
    """Where the answer to a write is lost, the licences are found by reading, and Apple is asked once."""
    office = Office()
    changes = gives(office.serials[:4])
    (step,) = office.provider.pack(changes, office.observe(want(changes)))
    office.tenant.switches.set("cut_connection", "after@appsmanage:1")
    moment = office.tenant.clock.now()
    with pytest.raises(Unclear):
        office.provider.send(step, office.campus.note, office.campus.report)
    outcomes = office.provider.settle(step, Receipt("", moment), office.campus.report)
    assert {outcome.result for outcome in outcomes.values()} == {Result.LANDED}
    assert office.writes() == 1


def test_of_undeclared_apps_nothing_is_read() -> None:
    """An app that nobody declares and of which nothing is ours is no part of a reading."""
    office = Office()
    changes = gives(office.serials[:2])
    observed = office.observe(want(changes))
    assert set(observed.libraries["north"].owned) == {app(MATHS)}
    assert app(ATLAS) not in observed.items["app"]
