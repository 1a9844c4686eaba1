from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from providers.portal.capabilities import STEPS, capability
from reconciler.capability import Verb
from tests.district import District

PEOPLE = """\
locations: {north: {name: North School}}
people:
  t-100: {role: staff, first_name: Zorabel, last_name: Quillfeather, locations: north}
  s-100: {role: student, first_name: Milovan, last_name: Fennimore, locations: north, grade: 7}
administrators:
  jane: {first_name: Janique, last_name: Doeling, email: janique@riverside.example, first: true}
  john: {first_name: Johnathan, last_name: Roesler, email: johnathan@riverside.example}
"""
ADMINISTRATORS = """\
  one: {person: jane, role: Administrator, locations: north}
  two: {person: john, role: Administrator, locations: north}
"""
ROLES = f"roles:\n{ADMINISTRATORS}  lead: {{person: t-100, role: Manager, locations: north}}\n"
NAMES = ("Zorabel", "Quillfeather", "Milovan", "Fennimore", "Janique", "Doeling", "Johnathan", "Roesler", "t-100", "s-100")


@pytest.fixture
def school(district: District) -> District:
    """A district with people and roles, of which nothing is done yet."""
    district.write("people.yaml", PEOPLE)
    district.write("roles.yaml", ROLES)
    return district


def _confirm(district: District, *addresses: str) -> None:
    for address in addresses:
        ran = district.run("confirm", address, "--note", "done")
        assert ran.code == 0, ran.err


def _tasks(district: District) -> list[str]:
    return [task["address"] for task in json.loads(district.run("tasks", "--json").out)]


def test_what_is_attested_is_open_no_more(school: District) -> None:
    """A role is a task until somebody confirms it, and comes back as a task to take away once it has left the files."""
    lead = next(address for address in _tasks(school) if address.endswith("/manager/north"))
    _confirm(school, lead)
    assert lead not in _tasks(school)
    school.write("roles.yaml", f"roles:\n{ADMINISTRATORS}")
    plan = school.run("plan").out
    assert f"To do by hand for {lead} (Roles above Instructor are taken away in the portal only.)" in plan
    assert "remove Manager at north" in plan
    _confirm(school, lead)
    assert lead not in _tasks(school)


def test_what_changes_is_a_task_again(school: District) -> None:
    """What was attested stands for what the files said then, not for what they say now."""
    school.write("policies.yaml", "passcode_policies: {north: {passcode: 4}}\n")
    _confirm(school, "passcode_policy/north")
    assert "passcode_policy/north" not in _tasks(school)
    school.write("policies.yaml", "passcode_policies: {north: {passcode: 6}}\n")
    assert "the configuration changed" in school.run("plan").out
    assert "passcode_policy/north" in _tasks(school)


def test_the_last_administrators_stay(school: District) -> None:
    """A plan that leaves fewer administrators than the guard wants is refused, and shows the approval that would lift it."""
    _confirm(school, "role/jane/administrator/north", "role/john/administrator/north")
    school.write("roles.yaml", "roles:\n  one: {person: jane, role: Administrator, locations: north}\n")
    ran = school.run("plan")
    assert ran.code == 4
    assert "Refused: 1 would lose the role Administrator, which leaves 1; 2 must remain." in ran.out
    approval = {"allow": "administrators", "kind": "role", "scope": "*", "up_to": 1, "until": "2026-11-30", "reason": "John left"}
    school.settings(approvals=[approval])
    assert "Refused" not in school.run("plan").out


def test_steps_follow_one_another(district: District) -> None:
    """A domain is verified before it is locked, locked before it is captured, captured before it is federated."""
    district.write(
        "frame.yaml",
        "domains: {riverside.example: {added: 2026-11-01}}\n"
        "domain_locks: {riverside.example: {reason: decided}}\n"
        "domain_captures: {riverside.example: {acknowledged: 2026-11-01, acknowledged_by: jane, reason: decided, started: 2026-11-20}}\n"
        "federations: {entra: {provider: entra_id, domains: riverside.example}}\n",
    )
    order = [f"{kind}/riverside.example" for kind in ("domain", "domain_lock", "domain_capture")] + ["federation/entra"]
    for first, then in pairwise(order):
        assert f"{then} waits until {first} is there" in district.run("confirm", then).err
        _confirm(district, first)
    _confirm(district, "federation/entra")
    assert _tasks(district) == []


def test_what_is_overdue_leads(district: District) -> None:
    """Tasks with a day come first, soonest first, and say how far it is."""
    district.write(
        "frame.yaml",
        "domains: {late.example: {added: 2026-11-01}, soon.example: {added: 2026-11-20}, never.example: {}}\n"
        "follow_ups: {left: {what: account_reuse, since: 2026-08-01}}\n",
    )
    told = [line.rpartition("  ")[2] for line in district.run("tasks").out.splitlines() if line.startswith("☐")]
    assert told[:3] == ["due 2026-11-15 (overdue by 8 days)", "due 2026-11-29 (in 6 days)", "due 2026-12-04 (in 11 days)"]
    assert "never.example" in told[3]
    markdown = district.run("plan", "--markdown").out
    assert "- [ ] **domain/late.example** due 2026-11-15 (overdue by 8 days): " in markdown
    page = district.folder / "plan.html"
    district.run("plan", "--html", str(page))
    assert "Due 2026-11-15 (overdue by 8 days). " in page.read_text()


def _inspect(district: District, serial: str, until: str) -> None:
    district.write(
        "requests.yaml",
        f"inspections: {{case: {{account: s-100, requested_by: jane, approved_by: john, device: {serial}, reason: Case 17,"
        f" from: 2026-11-01, until: {until}}}}}\n",
    )


def test_an_inspection_ends_in_the_ledger(school: District) -> None:
    """An inspection that was performed is confirmed, found by who asked, account and completion, and outlives its entry."""
    _inspect(school, school.serials("Jamf School")[0], "2026-11-30")
    assert "15 minutes" in school.run("tasks").out
    assert "inspection/case  open" in school.run("ledger", "--inspections", "--open").out
    _confirm(school, "inspection/case")
    school.write("requests.yaml", "inspections: {}\n")
    for asked in (["--requester", "jane"], ["--account", "s-100"], ["--completed"], ["--since", "2026-11", "--until", "2026-11"]):
        assert "inspection/case  completed on " in school.run("ledger", "--inspections", *asked).out
    for asked in (["--requester", "john"], ["--account", "t-100"], ["--open"], ["--until", "2026-10"]):
        assert school.run("ledger", "--inspections", *asked).out == ""
    assert "inspection/case" not in _tasks(school)


def test_an_inspection_that_nobody_performed_expires(school: District) -> None:
    """The next apply after its last day records that it expired unperformed, once."""
    _inspect(school, school.serials("Jamf School")[0], "2026-11-05")
    assert "it ended, and nobody performed it" in school.run("plan").out
    assert "inspection/case" not in _tasks(school)
    school.apply()
    assert "inspection/case  expired, not performed on " in school.run("ledger", "--inspections").out
    assert "inspection" not in school.run("plan").out


def test_an_inspection_needs_a_device_of_ours(school: District) -> None:
    """A device that the organization does not have cannot be inspected on."""
    _inspect(school, "ZZZZZZZZZ", "2026-11-30")
    ran = school.run("confirm", "inspection/case")
    assert "inspection/case waits until device_assignment/ZZZZZZZZZ is there" in ran.err


def test_nobody_is_named(school: District, tmp_path: Path) -> None:
    """No name, address or id of anybody is in a plan, a saved plan, a task, the record, the ledger or an answer about access."""
    _inspect(school, school.serials("Jamf School")[0], "2026-11-30")
    saved = tmp_path / "plan.json"
    said = [school.run("plan", "--out", str(saved)), school.run("plan", "--markdown"), school.run("plan", "--json"), school.run("tasks")]
    lead = next(address for address in _tasks(school) if address.endswith("/manager/north"))
    _confirm(school, lead, "administrator/jane", "inspection/case")
    said += [school.run("access"), school.run("access", "--person", "t-100"), school.run("access", "--on", "s-100")]
    said += [school.run("ledger"), school.run("ledger", "--inspections"), school.run("apply", "--yes")]
    kept = [
        path.read_text(errors="replace") for path in (school.folder / "state").rglob("*") if path.is_file() and path.suffix != ".sqlite"
    ]
    everything = "\n".join([*kept, saved.read_text(), *(ran.out + ran.err for ran in said)])
    assert [name for name in NAMES if name in everything] == []


def test_show_of_a_student_tells_the_passcode_policy(school: District) -> None:
    """show of a student tells the passcode policy that holds and who decided it; of staff, who have no other than the standard, none."""
    school.write("policies.yaml", "passcode_policies: {north: {passcode: 4}}\n")
    shown = school.run("show", "person/s-100").out
    assert "  passcode: four digits (the location's default; cannot be changed in the portal)" in shown
    assert "passcode: " not in school.run("show", "person/t-100").out


def test_access_is_answered(school: District) -> None:
    """Who may do what to whom is answered by pseudonym and role, with a student's passcode policy, and names need a terminal."""
    school.write("policies.yaml", "passcode_policies: {north: {passcode: 4}}\n")
    answers = json.loads(school.run("access", "--person", "jane", "--on", "s-100", "--json").out)
    assert [(one["who"], one["may"], one["where"]) for one in answers] == [
        ("jane", "edit, reset the credentials of, inspect", "north"),
    ]
    assert "four digits (the location's default; cannot be changed in the portal)" in school.run("access", "--on", "s-100").out
    assert "Instructor of north  may edit, reset the credentials of, inspect  1 Student  at north" in school.run("access").out
    assert school.run("access", "--at", "south").out == "Nobody, by Apple's hierarchy.\n"
    assert "Names are shown on a terminal only." in school.run("access", "--names").err
    assert "Nobody in the roles and rosters of these files is called so." in school.run("access", "--person", "x").err


def test_every_task_says_how() -> None:
    """Every kind that a person does has steps, a reason and Apple's page, and those that outlive their entry say how to undo them."""
    for kind, verbs in STEPS.items():
        assert Verb.CREATE in verbs, kind
        assert capability(kind, Verb.CREATE).attested == (kind not in ("dns_record", "discovery_document"))
        for task in verbs.values():
            assert task.steps, kind
            assert task.reason.endswith("."), kind
            assert task.link.startswith("https://support.apple.com/"), kind
