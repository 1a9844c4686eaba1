"""Plan logic of licences by data files: each case in licences/*.yaml is a requirement."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from reconciler.kinds.licences import APP, DERIVED
from reconciler.plan import Plan
from reconciler.render import text
from tests.plan.cases import Case, read_cases
from tests.plan.licence_cases import holder, plan_of

CASES = read_cases(Path(__file__).parent / "licences")
NUMBERS = ("owned", "used", "planned", "others", "reserve", "short", "idle")


def _told(plan: Plan, case: Case) -> dict[str, object]:
    """What a case may expect of a plan but its sentences. `verbs` are of licences and their users, `tasks` of apps."""
    names = {holder(one): one for one in case.given.get("people", ())}
    verbs = {}
    for change in plan.changes:
        name, _, who = change.name.rpartition(".")
        if change.verdict.kind in DERIVED - {APP}:
            verbs[f"{change.verdict.kind}/{name}.{names.get(who, who)}".replace(".STDQ", "")] = str(change.verdict.verb)
    return {
        "verbs": verbs,
        "tasks": {
            change.name.replace(".STDQ", ""): getattr(change.verdict.after, "buy", 0) for change in plan.tasks if change.verdict.kind == APP
        },
        "numbers": {one.app.replace(".STDQ", ""): " ".join(f"{what} {getattr(one, what)}" for what in NUMBERS) for one in plan.balances},
        "steps": [step.title for step in plan.steps],
        "left_alone": [f"{left.count} {left.why}" for left in plan.left_alone if left.kind in DERIVED],
        "refused": [f"{one.guard} {one.scope}: {one.count} of {one.allowed} allowed" for one in plan.refusals],
        "errors": [finding.message for finding in plan.errors],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_licence_case(case: Case, tmp_path: Path) -> None:
    """Each case file's sentence holds: what is expected is exactly what the plan says, and its sentences are, or are not, in the text."""
    plan = plan_of(case, tmp_path)
    expected = dict(case.given["expect"])
    shown = click.unstyle(text.render(plan))
    for sentence in expected.pop("says", ()):
        assert sentence in shown, shown
    for sentence in expected.pop("says_not", ()):
        assert sentence not in shown, shown
    told = _told(plan, case)
    assert {key: told[key] for key in expected} == expected, shown


def test_the_cases_cover_verbs_and_numbers() -> None:
    """Every verb that licences know and every number of the arithmetic, other than zero, is expected by at least one case."""
    expected = [case.given["expect"] for case in CASES]
    verbs = {str(verb) for one in expected for verb in one.get("verbs", {}).values()}
    assert verbs == {"create", "adopt", "delete", "forget"}
    numbers = " ".join(text for one in expected for text in one.get("numbers", {}).values())
    assert [what for what in NUMBERS if not re.search(rf"{what} [1-9]", numbers)] == []
