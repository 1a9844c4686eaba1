"""Plan logic by data files: each case in cases/*.yaml is a requirement."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.capability import Verb
from reconciler.kinds import KINDS
from reconciler.plan import Change, Plan
from tests.plan.cases import Case, plan_of, read_cases

CASES = read_cases(Path(__file__).parent / "cases")


def _told(plan: Plan) -> dict[str, object]:
    """Everything that a case may expect of a plan, in the words of the case files."""
    words = {}
    for change in plan.changes:
        flags = " taking over" * change.verdict.takes_over + (f" waits for {change.verdict.waits_for}" if change.verdict.waits_for else "")
        route = " by hand" if change in plan.tasks else ""
        words[str(change.address)] = f"{change.verdict.verb} {change.verdict.cause}{route}{flags}"
    return {
        "verbs": words,
        "steps": [
            f"{step.body['activity']} {step.body.get('server', '')}: {' '.join(address.name for address in step.covers)}"
            for step in plan.steps
        ],
        "due": {str(change.address): str(day) for change in plan.tasks if (day := _due(change))},
        "writes": sum(price.writes for price in plan.prices),
        "awaiting": {item.address.name: item.since + (" vanished" if item.vanished else "") for item in plan.awaiting},
        "left_alone": [f"{left.count} {left.kind} {left.why}" for left in plan.left_alone],
        "refused": [f"{refusal.guard} {refusal.scope}: {refusal.count} of {refusal.allowed} allowed" for refusal in plan.refusals],
        "errors": [str(finding.message) for finding in plan.errors],
    }


def _due(change: Change) -> date | None:
    spec = change.verdict.after
    return KINDS[change.verdict.kind].due(spec) if spec else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    """Each case file's sentence holds: what is expected is exactly what the plan says."""
    plan = plan_of(case, tmp_path)
    told = _told(plan)
    expected = case.given["expect"]
    assert {key: told[key] for key in expected} == expected


def test_the_cases_cover_the_verdict_table() -> None:
    """Every verb of the verdict table is expected by at least one case."""
    expected = " ".join(str(case.given["expect"].get("verbs")) for case in CASES)
    assert all(verb in expected for verb in Verb)
