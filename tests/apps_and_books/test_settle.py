from __future__ import annotations

import pytest

from providers.apps_and_books import calls
from providers.apps_and_books.batches import Batch
from providers.apps_and_books.decode import Licence, Manager, Pricing
from providers.apps_and_books.ownership import ours
from providers.apps_and_books.settle import holders
from providers.wire.words import Refused
from reconciler.errors import ProviderError, Unclear
from reconciler.provider import Result
from tests.apps_and_books.campus import APP, Campus
from tests.simulator.apps.library import ATLAS, HERE, MATHS

US = Manager("7c1e", "reconciler", "1")
THEM = Manager("5b1c", "Example MDM", "v3")


@pytest.fixture
def campus() -> Campus:
    """One library."""
    return Campus()


def _results(campus: Campus, wanted: list[Licence], *, given: bool = True) -> dict[Licence, Result]:
    """What we say became of each, after checking it against what is really so."""
    outcomes = campus.move(wanted, given=given)
    assert set(outcomes) == set(wanted)
    for licence, outcome in outcomes.items():
        assert (outcome.result is Result.LANDED) == ((licence in campus.held()) == given), (licence, outcome)
        assert outcome.result is Result.LANDED or outcome.word
    return {licence: outcome.result for licence, outcome in outcomes.items()}


def test_licences_are_given_and_taken_back(campus: Campus) -> None:
    """What lands is told licence by licence, with one write, looks at the event half a minute apart, and one list read back."""
    wanted = campus.licences(20)
    assert set(_results(campus, wanted).values()) == {Result.LANDED}
    assert (campus.requests("POST assets/associate"), campus.requests("GET status"), campus.requests("GET assignments")) == (1, 2, 1)
    assert [notice.wait for notice in campus.waits] == [10.0, 30.0]
    assert set(_results(campus, wanted[:5], given=False).values()) == {Result.LANDED}
    assert campus.held() == set(wanted[5:])


TROUBLES = [
    "apps_event_end=half",
    "apps_event_end=failed",
    "apps_event_end=stuck",
    "apps_event_end=stuck_after",
    "apps_event_lies=nothing",
    "apps_event_lies=half",
    "apps_partial_failure=3",
    "apps_lag=60",
    "apps_event_memory=1",
    "apps_event_seconds=500",
    "apps_already_assigned=failure",
    "apps_not_assigned=failure",
]


@pytest.mark.parametrize("told", ["grouped", "each", "numbers", "missing"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_licence_is_told_as_it_is(campus: Campus, trouble: str, told: str) -> None:
    """However an event ends, and however it tells its failures, each licence is said to have landed if and only if it has."""
    campus.wire.finish(campus.wire.associate(campus.wire.serials[:2]))
    campus.tenant.switches.set(*trouble.split("="))
    campus.tenant.switches.set("apps_failures_told", told)
    _results(campus, campus.licences(8))
    _results(campus, campus.licences(4), given=False)


@pytest.mark.parametrize("manner", ["assigned", "silent", "failure"])
def test_a_device_that_apple_does_not_have(campus: Campus, manner: str) -> None:
    """A licence for an unknown serial number is told by what the list says afterwards, not by the event."""
    campus.tenant.switches.set("apps_unknown_serial", manner)
    stranger = Licence(MATHS, "STDQ", "", "NOSUCHDEVICE")
    results = _results(campus, [*campus.licences(2), stranger])
    assert results[stranger] is (Result.LANDED if manner == "assigned" else Result.FAILED)


@pytest.mark.parametrize(("manner", "landed"), [("some", 30), ("none", 0)])
def test_too_few_licences(campus: Campus, manner: str, landed: int) -> None:
    """Where there are too few licences, those who got one and those who did not are told apart, with Apple's number for why."""
    campus.tenant.switches.set("apps_short", manner)
    outcomes = campus.move(campus.licences(36))
    assert [outcome.result for outcome in outcomes.values()].count(Result.LANDED) == landed == len(campus.held())
    assert {outcome.word for outcome in outcomes.values() if outcome.word} == {"Apple: there are not enough licences (9709)"}


def test_words_are_of_the_right_licence(campus: Campus) -> None:
    """A failure that names its target is told of that target only."""
    campus.tenant.switches.set("apps_unknown_serial", "failure")
    people = Batch((APP,), ("nobody",), (*campus.wire.serials[:1], "NOSUCHDEVICE"))
    event = campus.library.send(lambda config: calls.associate(config, "Moving licences", people), campus.report, campus.note)
    words = {(one.user or one.serial): outcome.word for one, outcome in campus.settle(people, event).items()}
    assert "9609" in words["nobody"]
    assert "9602" in words["NOSUCHDEVICE"]
    assert words[campus.wire.serials[0]] == ""


@pytest.mark.parametrize("fault", ["cut_connection=after", "cut_connection=midway", "server_error=after", "broken_json=always"])
def test_a_lost_answer_is_read_back_and_not_sent_again(campus: Campus, fault: str) -> None:
    """A write whose answer is lost is Unclear, is sent once, and what became of it is read back without the event's id."""
    campus.tenant.switches.set(*f"{fault}@appsmanage:1".split("="))
    batch = Batch((APP,), (), tuple(campus.wire.serials[:5]))
    with pytest.raises(Unclear):
        campus.library.send(lambda config: calls.associate(config, "Moving licences", batch), campus.report, campus.note)
    assert [event for event, _ in campus.notes] == ["sending"]
    assert {outcome.result for outcome in campus.settle(batch, "").values()} == {Result.LANDED}
    assert campus.tenant.apps.events(HERE) == ["ASSOCIATE"]


def test_a_write_that_never_arrived_is_told_after_ten_minutes(campus: Campus) -> None:
    """A write whose answer was lost and that Apple never took is told as failed, once it can no longer show up."""
    before = campus.tenant.clock.now()
    outcomes = campus.settle(Batch((APP,), (), tuple(campus.wire.serials[:2])), "")
    assert {outcome.word for outcome in outcomes.values()} == {"Apple's answer was lost, and it is not assigned"}
    assert 600 <= (campus.tenant.clock.now() - before).total_seconds() < 700


def test_a_refused_write_is_journaled(campus: Campus) -> None:
    """A write that is refused at once raises with Apple's number in words, and is journaled as refused."""
    with pytest.raises(Refused, match=r"this cannot be assigned to devices \(9707\)"):
        campus.move([Licence(ATLAS, "STDQ", "", campus.wire.serials[0])])
    assert [event for event, _ in campus.notes] == ["sending", "refused"]


def test_a_write_waits_out_a_429(campus: Campus) -> None:
    """A 429 is a definite no: the write is sent again after the pause, and done once."""
    campus.tenant.switches.set("apps_rate_limited", "always@appsmanage:1-2")
    assert {outcome.result for outcome in campus.move(campus.licences(3)).values()} == {Result.LANDED}
    assert campus.tenant.apps.events(HERE) == ["ASSOCIATE"]


def test_limits_that_changed_are_kept(campus: Campus) -> None:
    """Batches are made by the limits of the day, and take as many requests as these say."""
    campus.tenant.switches.set("apps_max_serial_numbers", 4)
    assert set(_results(campus, campus.licences(10)).values()) == {Result.LANDED}
    assert campus.requests("POST assets/associate") == 3


@pytest.mark.parametrize(
    "trouble", ["apps_event_end=complete", "apps_event_end=half", "apps_event_lies=nothing", "apps_event_end=stuck_after"]
)
@pytest.mark.parametrize("told", ["grouped", "missing"])
def test_users_come_and_go(campus: Campus, trouble: str, told: str) -> None:
    """Each user is said to have come or gone if and only if it is so, and one who was retired can come again."""
    campus.tenant.switches.set("apps_failures_told", told)
    for verb in ("create", "retire", "create"):
        campus.tenant.switches.set(*trouble.split("="))
        results = campus.people(verb, "ann", "ben", "cai")
        active = {id_ for id_, status in campus.tenant.apps.users(HERE) if status == "Associated"}
        assert {id_ for id_, result in results.items() if result is Result.LANDED} == (
            active if verb == "create" else {"ann", "ben", "cai"} - active
        )
        campus.tenant.switches.reset("apps_event_end", "apps_event_lies")
        campus.people(verb, "ann", "ben", "cai")


def test_an_account_that_nobody_has(campus: Campus) -> None:
    """A user whose account cannot be linked is told as failed beside those who came."""
    assert campus.people("create", "ann", "stranger") == {"ann": Result.LANDED, "stranger": Result.FAILED}


def test_licences_of_people(campus: Campus) -> None:
    """Books and apps go to users, and apps are taken back before the user retires."""
    campus.people("create", "ann", "ben")
    wanted = [Licence(asset, "STDQ", user, "") for asset in (MATHS, ATLAS) for user in ("ann", "ben")]
    assert set(_results(campus, wanted).values()) == {Result.LANDED}
    assert set(_results(campus, wanted[:1], given=False).values()) == {Result.LANDED}
    assert campus.people("retire", "ann") == {"ann": Result.LANDED}


def test_another_manager_stops_us(campus: Campus) -> None:
    """A location that another MDM manages is refused with its name, unless we were told to take over; then we say that we manage it."""
    where = campus.library.read(calls.location, campus.report)
    assert ours(where, US, take_over=False) is False
    campus.library.send(lambda config: calls.claim(config, THEM), campus.report, campus.note)
    where = campus.library.read(calls.location, campus.report)
    with pytest.raises(ProviderError, match="North Campus: its apps and books are managed by Example MDM"):
        ours(where, US, take_over=False)
    assert ours(where, US, take_over=True) is False
    where = campus.library.send(lambda config: calls.claim(config, US), campus.report, campus.note)
    assert ours(where, US, take_over=False) is True


def test_no_token_is_written_anywhere(campus: Campus) -> None:
    """Nothing that a run reports, journals or keeps holds the token."""
    campus.move(campus.licences(2))
    campus.tenant.apps.revoke_tokens(HERE)
    with pytest.raises(ProviderError) as caught:
        campus.move(campus.licences(2), given=False)
    written = f"{campus.notes}{campus.waits}{caught.value!r}{caught.value.hint}{vars(campus.library)}"
    assert campus.token.text not in written


WAYS = {
    "few targets": (1, 3, 0, 1),
    "few apps": (20, 1, 0, 1),
    "a small location": (8, 6, 48, 1),
    "two apps": (20, 2, 600, 2),
    "a large location": (8, 6, 9_000, 8),
}


@pytest.mark.parametrize(("targets", "apps", "held", "reads"), WAYS.values(), ids=WAYS.keys())
def test_reading_back_takes_the_fewest_requests(campus: Campus, targets: int, apps: int, held: int, reads: int) -> None:
    """Who has what is read target by target, app by app, or from the whole list, whichever takes fewer requests, with the same result."""
    assets = tuple(Pricing(str(number)) for number in range(apps))
    for asset in assets:
        campus.tenant.apps.buy(HERE, asset.adam_id, 100)
    batch = Batch(assets, (), tuple(campus.wire.serials[:targets]))
    campus.wire.finish(campus.wire.associate(batch.serials, (), *(asset.adam_id for asset in assets)))
    counts = dict.fromkeys(assets, held // apps) if held else {}
    config = campus.library.config(campus.report)
    found = campus.library.read(lambda _: holders(config, batch, counts), campus.report)
    assert set(batch.licences()) == found
    assert campus.requests("GET assignments") == reads
