from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import run
from tests.cli.scenes import lab, settled, some
from tests.district import District
from tests.policies.folder import found, write

LEAVING = 'changes.exists(c, c.kind == "device_assignment" && c.verb == "delete" && c.count > {})'


def _rule(when: str, **more: Any) -> dict[str, Any]:
    return {"rules": [{"id": "RIV-001", "when": when, "message": "Too many leave.", **more}]}


def _findings(district: District) -> list[tuple[str, str]]:
    told = district.plan()["findings"]
    return [(one["severity"], one["message"]) for one in told if one["message"].startswith("RIV")]


def test_a_rule_fires_on_the_plan(district: District) -> None:
    """A rule of one's own fires where its expression is true of the plan, and is silent where it is not."""
    serials = settled(district)
    lab(district, serials[3:])
    district.settings(policies=_rule(LEAVING.format(2)))
    assert _findings(district) == [("warning", "RIV-001: Too many leave.")]
    assert "reconciler.yaml:1:" in district.run("plan").out
    district.settings(policies=_rule(LEAVING.format(3)))
    assert _findings(district) == []


def test_an_error_stops_the_plan(district: District) -> None:
    """A rule whose severity is error stops the plan: it has no steps, apply changes nothing, and the reviewer still sees the changes."""
    serials = settled(district)
    lab(district, serials[3:])
    district.settings(policies=_rule(LEAVING.format(2), severity="error"))
    plan = district.plan()
    assert plan["steps"] == []
    assert district.names(plan, verb="delete") == serials[:3]
    before = district.activities()
    ran = district.apply()
    assert ran.code == 1
    assert "RIV-001: Too many leave." in ran.out
    assert "stop this plan" in ran.err
    assert district.activities() == before


def test_a_silenced_rule_is_silent(district: District) -> None:
    """A rule of one's own is silenced like any policy."""
    serials = settled(district)
    lab(district, serials[3:])
    silence = {"id": "RIV-001", "until": "2026-12-01", "reason": "The old tablets leave this week"}
    district.settings(policies={**_rule(LEAVING.format(2), severity="error"), "silence": [silence]})
    assert _findings(district) == []
    assert district.apply().code == 0


SEEN = """
plan.organization == "Test District" && plan.today == "2026-11-23" && plan.weekday == "Monday" && plan.total == 7 && plan.tasks == 0
&& plan.awaiting == 1 && plan.refusals == 0 && plan.reads > 0 && plan.writes == 1
&& changes.exists(c, c.kind == "device_assignment" && c.route == "automatic" && c.origin == "lab" && c.scope == "meraki"
  && c.before.server == "meraki" && c.after.server == "jamf" && c.takes_over && c.cause == "foreign" && c.waits_for == ""
  && size(c.names) == c.count)
&& changes.exists(c, c.kind == "mdm_server" && c.verb == "adopt" && c.names == ["jamf"])
"""


def test_what_rules_see(district: District) -> None:
    """A rule sees what the documentation lists: of the whole plan and of every group of changes."""
    lab(district, [*some(district, 4), "AWAITED0001"])
    district.settings(policies=_rule(SEEN))
    assert _findings(district) == [("warning", "RIV-001: Too many leave.")]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("plan.total >", "is not an expression of CEL (at character 13): mismatched input '<EOF>'"),
        ("plans.total > 1", 'knows nothing called "plans" (at character 6); there are plan and changes'),
        ('plan.total > 1 && "a" > 1', "found no matching overload for '_>_' applied to '(string, int)'"),
        ("size(changes)", "is of the sort int, and must be a question that is answered with true or false"),
        ("\ntrue &&\nchange.x", 'knows nothing called "change" (at line 3, character 7); there are plan and changes'),
    ],
)
def test_a_rule_that_is_no_question(when: str, said: str, tmp_path: Path) -> None:
    """A rule that cannot be compiled is an error with its place in the file, found before there is any plan."""
    told = found(write(tmp_path / "config", {"policies": _rule(when)}, {}))
    assert [one.severity for one in told] == ["error"]
    assert said in told[0].message
    assert str(told[0].source).startswith("reconciler.yaml:1:")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("plan.totl > 1", 'asks for "totl", which is not there in this plan; has(…) asks whether it is'),
        ("plan.total / 0 > 1", "could not be answered: divide by zero"),
        ("plan.total", 'answers "7", and must be true or false'),
    ],
)
def test_a_rule_that_cannot_be_answered(when: str, said: str, district: District) -> None:
    """A rule that ends in an error stops the plan and says why: nobody knows what it would have said."""
    lab(district, some(district, 4))
    district.settings(policies=_rule(when))
    (finding,) = _findings(district)
    assert finding[0] == "error"
    assert said in finding[1]


def _tested(folder: Path, capsys: pytest.CaptureFixture[str], rules: dict[str, Any]) -> tuple[int, str, str]:
    write(folder, {"policies": rules}, {})
    capsys.readouterr()
    code = run(["policy", "test", str(folder)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_rules_are_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """policy test runs each rule on the small plans of its tests, and fails where one does not do as expected."""
    fires = {"name": "thirty leave", "changes": [{"verb": "delete", "count": 30}], "expect": "fires"}
    silent = {"name": "one leaves", "changes": [{"verb": "delete", "names": ["DMPX4K2Q1"]}], "expect": "silent"}
    code, out, err = _tested(tmp_path / "good", capsys, _rule(LEAVING.format(10), tests=[fires, silent]))
    assert (code, err) == (0, "")
    assert out == "ok  RIV-001: thirty leave\nok  RIV-001: one leaves\n2 as expected, 0 not.\n"
    code, out, _ = _tested(tmp_path / "bad", capsys, _rule(LEAVING.format(30), tests=[fires, silent]))
    assert code == 1
    assert "FAILED  RIV-001: thirty leave: the rule is silent, and should fire" in out


def test_a_test_gives_what_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a test, the weekday follows from the day, totals follow from the groups, and flags and numbers are such."""
    when = 'plan.weekday == "Friday" && plan.total == 5 && plan.tasks == 2 && changes.all(c, c.takes_over || c.after.name == "7")'
    given = [
        {"count": 3, "takes_over": True},
        {"kind": "mdm_server", "count": 2, "route": "task", "after": {"name": "7"}},
    ]
    test = {"name": "all", "plan": {"today": "2026-11-27"}, "changes": given, "expect": "fires"}
    assert _tested(tmp_path / "config", capsys, _rule(when, tests=[test]))[0] == 0


def test_untested_and_missing_rules_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """policy test names rules without tests, and says where to write rules if there are none."""
    assert "RIV-001 has no tests" in _tested(tmp_path / "one", capsys, _rule("true"))[2]
    code, out, _ = _tested(tmp_path / "none", capsys, {})
    assert code == 0
    assert "There are no rules of your own" in out


def test_an_id_is_used_once(tmp_path: Path) -> None:
    """Two rules, or a rule and a policy, cannot share an id: silences go by it."""
    rules = [{"id": id_, "when": "false", "message": "Never."} for id_ in ("DEV-001", "RIV-1", "RIV-1")]
    told = [one.message for one in found(write(tmp_path / "config", {"policies": {"rules": rules}}, {}))]
    assert told == [
        'policies.rules.id: "DEV-001" is already the id of a policy.',
        'policies.rules.id: "RIV-1" is already the id of a policy.',
    ]


def test_the_list_explains_all(district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """policy list explains every policy and one's own rules, with what is silenced, and needs no configuration."""
    silence = {"id": "ORG-007", "where": "administrators", "until": "2027-06-30", "reason": "There is one of us"}
    district.settings(policies={**_rule("true"), "silence": [silence]})
    capsys.readouterr()
    assert run(["policy", "list", str(district.folder)]) == 0
    out = capsys.readouterr().out
    assert "ORG-007  warning  Fewer than two administrators must remain." in out
    assert "Silenced for administrators until 2027-06-30: There is one of us" in out
    assert "See https://support.apple.com/guide/apple-school-manager/" in out
    assert "RIV-001  warning  Too many leave." in out
    assert run(["policy", "list", str(tmp_path)]) == 0


def test_rules_are_loaded_only_where_there_are_some(district: District) -> None:
    """Without rules of one's own, a plan does not load the engine that answers them."""
    lab(district, some(district, 2))
    code = f"import sys; from reconciler.cli import run; run(['plan', {str(district.folder)!r}]); print('cel_expr_python' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "False"
