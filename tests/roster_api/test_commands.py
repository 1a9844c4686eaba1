from __future__ import annotations

import json

from tests.roster_api.staff import JANE, JOHN, LEAD, NAMES, ONE, TWO, Staff, grant, who


def test_what_was_granted_ticks_itself_off(staff: Staff) -> None:
    """A role is a task until it is granted in the portal; then no plan asks for it, and apply records it without anybody's word."""
    lead = grant("t-0", "Manager")
    assert sorted(staff.tasks()) == sorted((JANE, JOHN, lead))
    staff.done()
    assert staff.tasks() == []
    assert [group for group in staff.plan()["changes"] if group["kind"] == "role"] == []
    assert "attested" not in staff.run("show", lead).out


def test_nobody_confirms_what_is_read(staff: Staff) -> None:
    """A role that Apple does not show cannot be confirmed, neither that it was granted nor that it was taken away."""
    assert "can be read, and it is not done yet" in staff.run("confirm", JANE).err
    staff.done()
    staff.grants(ONE, TWO)
    lead = grant("t-0", "Manager")
    assert "can be read, and it is not done yet" in staff.run("confirm", lead).err
    staff.take("t-0", "Manager")
    assert staff.tasks() == []
    assert staff.apply().code == 0
    assert "not ours" in staff.run("show", lead).out


def test_what_somebody_took_away_is_drift(staff: Staff) -> None:
    """A role of ours that is gone at Apple's is a task again, and drift."""
    staff.done()
    staff.take("t-0", "Manager")
    lead = grant("t-0", "Manager")
    assert staff.tasks() == [lead]
    drift = staff.run("drift")
    assert drift.code == 2
    assert who("t-0") in drift.out
    assert "personal details, which are not shown  (it was ours and has vanished)" in staff.run("plan").out


def test_what_nobody_declared_is_counted(staff: Staff) -> None:
    """Roles that nobody declared are left alone and counted, and an Administrator more than declared is pointed out."""
    staff.done()
    staff.give("t-1", "Content Manager")
    staff.give("t-2", "Administrator", "south")
    told = staff.run("plan").out
    assert "2 roles" in told
    assert f"1 account is Administrator where these files do not say so ({who('t-2')})." in told
    assert staff.tasks() == []


def test_the_lockout_guard_counts_who_is_live(staff: Staff) -> None:
    """A plan that takes the role Administrator away is refused by who really holds it, not by who is declared."""
    staff.done()
    staff.take("Johnathan", "Administrator")
    staff.grants(TWO, LEAD)
    ran = staff.run("plan")
    assert ran.code == 4
    assert "Refused: 1 would lose the role Administrator, which leaves 0; 2 must remain." in ran.out
    staff.give("Johnathan", "Administrator")
    staff.give("t-5", "Administrator", "west")
    assert "Refused" not in staff.run("plan").out


def test_too_few_administrators_are_pointed_out(staff: Staff) -> None:
    """Fewer live Administrators than the guard wants are a warning even if the files have enough."""
    staff.give("Janique", "Administrator")
    assert "Apple has 1 of the 2 Administrators that guards.administrators.minimum asks for." in staff.run("plan").out


def test_nobody_is_named(staff: Staff) -> None:
    """No name, address, id or secret of anybody or of the connection is in any output, or in anything that is kept."""
    staff.give("t-3", "Administrator", "south")
    saved = staff.folder / "plan.json"
    said = [staff.run("plan", "--out", str(saved)), staff.run("plan", "--json"), staff.run("plan", "--markdown"), staff.run("tasks")]
    staff.done()
    said += [staff.apply(), staff.run("drift"), staff.run("confirm", JANE), staff.run("ledger"), staff.run("doctor")]
    with staff.tenant() as tenant:
        kept = ("roster_client_secret", "roster_refresh_token")
        hidden = [*NAMES, *(str(tenant.store.meta(name)) for name in kept)]
        hidden += [token for (token,) in tenant.store.rows("SELECT token FROM roster_tokens")]
        hidden += [person.unique_identifier for person in tenant.academic.persons()]
    state = [path for path in (staff.folder / "state").rglob("*") if path.is_file() and not path.name.startswith("simulator")]
    everything = "\n".join([*(path.read_text(errors="replace") for path in [*state, saved]), *(ran.out + ran.err for ran in said)])
    assert [name for name in hidden if name in everything] == []


def test_the_price_counts_what_is_read(staff: Staff) -> None:
    """Sixty-eight people are one request; where no roles are declared and none is ours, nobody is read."""
    assert [price["observe_reads"] for price in staff.plan()["prices"] if price["channel"] == "roster_api"] == [1]
    staff.grants()
    before = staff.requests().get("GET /rosterapi/v1/users", 0)
    assert "roster_api" not in json.dumps(staff.plan()["prices"])
    assert staff.requests().get("GET /rosterapi/v1/users", 0) == before
