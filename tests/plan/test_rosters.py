"""Plan logic of rosters by data files: each case in rosters/*.yaml is a requirement."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from reconciler.plan import Plan
from reconciler.render import text
from tests.plan.cases import Case, read_cases
from tests.plan.roster_cases import called, plan_of

CASES = read_cases(Path(__file__).parent / "rosters")


def _told(plan: Plan, case: Case) -> dict[str, object]:
    """Everything that a case may expect of a plan but its sentences; people under their person_id."""
    names = called(case.given)
    return {
        "verbs": {
            f"{change.verdict.kind}/{names.get(change.name, change.name)}": f"{change.verdict.verb} {change.verdict.cause}"
            + " taking over" * change.verdict.takes_over
            for change in plan.changes
        },
        "covers": sum(len(step.covers) for step in plan.steps),
        "left_alone": [f"{left.count} {left.kind} {left.why}" for left in plan.left_alone],
        "refused": [f"{refusal.guard} {refusal.scope}: {refusal.count} of {refusal.allowed} allowed" for refusal in plan.refusals],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_roster_case(case: Case, tmp_path: Path) -> None:
    """Each case file's sentence holds: what is expected is exactly what the plan says, and its sentences are in the text."""
    plan = plan_of(case, tmp_path)
    expected = dict(case.given["expect"])
    shown = click.unstyle(text.render(plan))
    for sentence in expected.pop("says", ()):
        assert sentence in shown, shown
    for sentence in expected.pop("never says", ()):
        assert sentence not in shown, shown
    told = _told(plan, case)
    assert {key: told[key] for key in expected} == expected, shown


def test_the_cases_cover_verbs_causes_and_guards() -> None:
    """Every verb, every cause of a roster's change and every guard of rosters is expected by at least one case."""
    expected = " ".join(str(case.given["expect"]) for case in CASES)
    words = ("create", "adopt", "update", "delete", "forget", "new", "intent", "drift", "vanished", "foreign", "undeclared", "same")
    guards = ("roster_files", "roster_locations", "roster_classes", "take_overs")
    assert [word for word in (*words, *guards) if word not in expected] == []
