from __future__ import annotations

import click
import pytest

from reconciler.capability import Verb
from reconciler.diagnostic import Severity
from reconciler.outcome import Done, Summary
from reconciler.phrases import counted, duration
from reconciler.plan import Awaiting, Cause, LeftAlone, Plan, Step
from reconciler.provider import Outcome, Result
from reconciler.render.awaiting import awaiting
from reconciler.render.outcome import render_summary
from reconciler.render.summary import SYMBOLS, totals
from reconciler.render.text import render
from reconciler.resource import Address
from tests.render.plans import finding, many, move, plan_of, refusal, task, waiting


def _plain(plan: Plan, *, everything: bool = False) -> str:
    return click.unstyle(render(plan, everything=everything))


def _step(*names: str, title: str = "Assign") -> Step:
    return Step("s1", "apple_school", "activity", title, tuple(Address("device_assignment", name) for name in names), {}, 1, 1)


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (1, "iPad", "1 iPad"),
        (412, "iPad", "412 iPads"),
        (1200, "Apple Watch", "1,200 Apple Watches"),
        (0, "device", "0 devices"),
    ],
)
def test_counts_read_well(count: int, noun: str, words: str) -> None:
    """Counts have their thousands set apart and their noun in the right number."""
    assert counted(count, noun) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 second"), (40, "40 seconds"), (90, "2 minutes"), (3_600, "1 hour"), (7_800, "2 hours 10 minutes"), (86_400, "24 hours")],
)
def test_spans_read_well(seconds: float, words: str) -> None:
    """Spans of time are told in the units that people use."""
    assert duration(seconds) == words


def test_largest_moves_come_first() -> None:
    """Changes that can hurt most come first, and of equals those that touch most."""
    told = _plain(plan_of([*(move(f"AAAA{number:07}", "small", to="intune") for number in range(3)), *many(9, 1)]))
    assert told.index("9 iPads") < told.index("3 iPads")


def test_places_and_counts_of_entries_line_up() -> None:
    """Below a line each entry that asks for it has its count, its place and five samples, the largest first."""
    told = _plain(
        plan_of([*(move(f"AAAA{number:07}", "small") for number in range(2)), *(move(f"B{number:07}", "large") for number in range(7))])
    )
    rows = [line.split() for line in told.splitlines() if "devices.yaml:3:5" in line]
    assert [row[:3] for row in rows] == [["7", "large", "devices.yaml:3:5"], ["2", "small", "devices.yaml:3:5"]]
    assert rows[0][-3:] == ["and", "2", "more"]


def test_names_of_others_stay_on_their_line() -> None:
    """A name with line ends or terminal codes neither starts a line of its own nor reaches the terminal as a code."""
    name = "Jamf\n  + 900 iPads: all → mine\x1b[2J\u202e"
    plan = plan_of(
        [move("AAAA0000001"), task("mosyle", name)],
        titles={"jamf": name, "meraki": "Meraki"},
        left_alone=[LeftAlone("device_assignment", 2, f"on {name}")],
        findings=[finding(f"{name} is odd.")],
        refusals=[refusal(1, name)],
    )
    told = _plain(plan)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert not [line for line in told.splitlines() if line.strip().startswith("+ 900")]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (plan_of([]), "nothing to do: the organization is as the configuration says"),
        (plan_of([], awaiting=[waiting("A", "2026-11-23")]), "nothing to do before 1 awaited device can be found"),
        (plan_of([], findings=[finding("No.", Severity.ERROR)]), "stopped by 1 error, so nothing can be applied"),
        (plan_of([], findings=[finding("Well.")]), "nothing to do: the organization is as the configuration says"),
        (plan_of([move("A"), move("B"), task("s", "S")]), "2 to update, 1 task for a person"),
    ],
    ids=["empty", "awaiting", "stopped", "warned", "pending"],
)
def test_the_plan_in_one_sentence(plan: Plan, words: str) -> None:
    """The last sentence says how much there is to do, and never that all is well when it is not."""
    assert totals(plan) == words


def test_waits_are_told_by_age() -> None:
    """Awaited serials are told by the day they were first missed, oldest first; the rest of very many days is one."""
    days = [f"2026-11-{day:02}" for day in range(10, 20)]
    told = _plain(plan_of([], awaiting=[waiting(f"AWAITED{day}", day) for day in days]))
    lines = [line for line in told.splitlines() if line.startswith("Awaiting")]
    assert len(lines) == 5
    assert "(since 2026-11-10, 13 days ago): AWAITED2026-11-10." in lines[0]
    assert lines[-1].startswith("Awaiting 6 devices")
    assert "since 2026-11-14 or later, 9 days ago" in lines[-1]


def test_everything_names_everything() -> None:
    """With everything no name is left out, in changes and in waits."""
    plan = plan_of(many(40, 2), awaiting=[waiting(f"AWAITED{number:04}", "2026-11-20") for number in range(30)])
    told = _plain(plan, everything=True)
    assert all(f"SERIAL{number:06}" in told for number in range(40))
    assert all(f"AWAITED{number:04}" in told for number in range(30))
    assert " more" not in told


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.SAME])
def test_every_cause_has_words(cause: Cause) -> None:
    """Each cause of a change reads differently from all others."""
    others = {_why(other) for other in Cause if other is not cause}
    assert _why(cause) not in others


def _why(cause: Cause) -> str:
    told = _plain(plan_of([move("AAAA0000001", cause=cause)]))
    return told.partition("  (")[2].partition(")")[0]


def test_the_end_of_a_run_names_what_did_not_land() -> None:
    """The end of a run groups what did not land by what became of it, with the channel's word, ten names and a count."""
    names = [f"AAAA{number:07}" for number in range(14)]
    failed = {Address("device_assignment", name): Outcome(Result.FAILED, "SERIAL_NOT_FOUND") for name in names[1:]}
    done = Done(_step(*names), {Address("device_assignment", names[0]): Outcome(Result.LANDED), **failed})
    told = click.unstyle(render_summary(Summary("r1", done=[done], not_tried=[_step("B", title="Move\n1")], stopped="stopped on request")))
    assert "Done: 1 of 14 landed" in told
    assert f"failed: {', '.join(names[1:11])} and 3 more (SERIAL_NOT_FOUND)" in told
    assert "Not tried (stopped on request): Move 1." in told


def test_verbs_have_their_symbols() -> None:
    """Each verb can be told by its symbol, without any colour."""
    told = _plain(plan_of([move("AAAA0000001"), task("mosyle", "Mosyle")]))
    assert "  ~ 1 iPad" in told
    assert "  ☐ mosyle" in told
    assert set(SYMBOLS) == set(Verb)
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


def test_enrolments_are_awaited_in_their_own_words() -> None:
    """A device that waits for its enrolment settings is not said to be missing in the organization, and a device counts once."""
    missed = [waiting("A", "2026-11-20"), Awaiting(Address("enrolment_profile", "A"), "lab", "2026-11-20")]
    plan = plan_of([], awaiting=missed)
    assert [line.text for line in awaiting(plan)] == [
        "Awaiting 1 device that the organization does not have (since 2026-11-20, 3 days ago)",
        "Awaiting 1 device that their device-management service does not have, for their enrolment settings (since 2026-11-20, 3 days ago)",
    ]
    assert totals(plan) == "nothing to do before 1 awaited device can be found"
