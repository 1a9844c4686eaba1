"""Laws that hold for every organization and every configuration, tried on many."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.capability import Verb
from reconciler.guard import allowance
from reconciler.plan import Plan
from reconciler.render.document import digest, load_plan, save, to_document
from reconciler.settings import Limit
from tests.district import District
from tests.plan.cases import Case, plan_of

SERIALS = [f"AAAA0000{number:02}" for number in range(12)]
PLACES = ["jamf", "intune", None]
RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SERVERS = {"jamf": {"name": "Jamf School", "id": "J1"}, "intune": {"name": "Intune", "id": "I1"}}

placements = st.dictionaries(st.sampled_from(SERIALS), st.sampled_from(PLACES), max_size=len(SERIALS))


def _situation(declared: dict[str, str | None], recorded: dict[str, str | None], observed: dict[str, str | None], **more: Any) -> Case:
    lists = {server: sorted(serial for serial, place in declared.items() if place == server) for server in ("jamf", "intune")}
    entries = {f"to-{server}": {"server": server, "devices": {"serials": serials}} for server, serials in lists.items() if serials}
    config = {"mdm_servers": {name: {"name": server["name"]} for name, server in SERVERS.items()}, "device_assignments": entries}
    there = {serial: place for serial, place in observed.items() if place}
    return Case(
        "law",
        {
            "declared": json.dumps(config),
            "recorded": {"device_assignment": {serial: place for serial, place in recorded.items() if place}},
            "observed": {"mdm_server": SERVERS, "device_assignment": there, "present": {serial: {"family": "iPad"} for serial in observed}},
            **more,
        },
    )


@RELAXED
@given(declared=placements, recorded=placements, observed=placements)
def test_every_change_is_covered_by_exactly_one_step(
    declared: dict[str, str | None],
    recorded: dict[str, str | None],
    observed: dict[str, str | None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Every automatic change that waits for nothing is covered by exactly one step, and steps cover nothing else."""
    plan = plan_of(_situation(declared, recorded, observed), tmp_path_factory.mktemp("law"))
    covered = [address for step in plan.steps for address in step.covers]
    assert sorted(covered) == sorted(change.address for change in plan.changes if change.verdict.sendable)


@RELAXED
@given(declared=placements, recorded=placements, observed=placements, percent=st.integers(0, 100), count=st.integers(0, 12))
def test_a_plan_that_is_not_refused_exceeds_no_guard(
    declared: dict[str, str | None],
    recorded: dict[str, str | None],
    observed: dict[str, str | None],
    percent: int,
    count: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever passes the guards stays, per service, within the count and the percentage that they allow."""
    guards = f"guards: {{deletes: {{percent: {percent}, count: {count}}}}}\n"
    plan = plan_of(_situation(declared, recorded, observed, settings=guards), tmp_path_factory.mktemp("law"))
    for server in SERVERS:
        total = sum(place == server for place in observed.values())
        gone = sum(change.verdict.verb is Verb.DELETE and change.verdict.scope == server for change in plan.changes)
        refused = any(refusal.guard == "deletes" and refusal.scope == server for refusal in plan.refusals)
        assert refused == (gone > allowance(Limit(percent=percent, count=count), total))
        assert refused or gone <= max(1, total * percent // 100)
        assert refused or gone <= count


@RELAXED
@given(declared=placements, recorded=placements, observed=placements)
def test_saving_and_loading_keeps_the_digest_and_the_plan(
    declared: dict[str, str | None],
    recorded: dict[str, str | None],
    observed: dict[str, str | None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A saved plan is, once loaded, the same document with the same digest."""
    folder = tmp_path_factory.mktemp("law")
    plan = plan_of(_situation(declared, recorded, observed), folder)
    save(plan, folder / "plan.json")
    loaded = load_plan(folder / "plan.json")
    assert digest(loaded) == digest(plan)
    assert to_document(loaded) == to_document(plan)
    assert loaded.steps == plan.steps


@RELAXED
@given(declared=placements, observed=placements, order=st.randoms(use_true_random=False))
def test_the_order_and_splitting_of_files_do_not_matter(
    declared: dict[str, str | None], observed: dict[str, str | None], order: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same entries in other files, in another order, make the same changes and steps."""
    whole = plan_of(_situation(declared, {}, observed), tmp_path_factory.mktemp("whole"))
    folder = tmp_path_factory.mktemp("split")
    case = _situation(declared, {}, observed)
    config = json.loads(case.given["declared"])
    entries = list(config["device_assignments"].items())
    order.shuffle(entries)
    for number, (name, entry) in enumerate(entries):
        order.shuffle(entry["devices"]["serials"])
        (folder / f"part-{number}.yaml").write_text(json.dumps({"device_assignments": {name: entry}}))
    case.given["declared"] = json.dumps({"mdm_servers": config["mdm_servers"]})
    assert _essence(plan_of(case, folder)) == _essence(whole)


def _essence(plan: Plan) -> tuple[list[tuple[str, str]], list[tuple[str, tuple[object, ...]]]]:
    changes = [(str(change.address), str(change.verdict.verb)) for change in plan.changes]
    return changes, [(step.id, step.covers) for step in plan.steps]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_plan_after_apply_is_empty(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is declared of whatever organization: after apply nothing is left to do, and devices are where they were declared."""
    district = District(tmp_path_factory.mktemp("law"), capsys, devices=30)
    district.run("plan")
    serials = sorted(
        serial
        for service in ("Jamf School", "Intune for Education", "Meraki Systems Manager", None)
        for serial in district.serials(service)
    )
    for _ in range(data.draw(st.integers(1, 2), label="rounds")):
        wanted = data.draw(st.dictionaries(st.sampled_from(serials), st.sampled_from(["jamf", "intune", "meraki"])), label="wanted")
        lists: dict[str, list[str]] = {}
        for serial, server in wanted.items():
            lists.setdefault(server, []).append(serial)
        district.assign(**{f"to-{server}": {"server": server, "devices": {"serials": names}} for server, names in lists.items()})
        applied = district.apply()
        assert applied.code == 0, applied.out + applied.err
        assert district.run("plan").code == 0
        placed = {"jamf": "Jamf School", "intune": "Intune for Education", "meraki": "Meraki Systems Manager"}
        for server, names in lists.items():
            assert set(names) <= set(district.serials(placed[server]))


def test_requests_equal_the_formula(district: District) -> None:
    """Observing costs one token, one read of services, one per service, one of devices only if needed; applying one write per service."""
    before = district.requests()
    district.assign(lab={"server": "jamf", "devices": {"serials": district.serials("Jamf School")[:1]}})
    district.run("plan")
    assert _spent(before, district.requests()) == {
        "POST /auth/oauth2/token": 1, "GET /v1/mdmServers": 1, "GET /v1/mdmServers/{id}/relationships/devices": 3,
    }  # fmt: skip
    before = district.requests()
    district.assign(lab={"server": "jamf", "devices": {"match": {"family": "*"}}})
    plan = district.plan()
    assert _spent(before, district.requests()) == {
        "POST /auth/oauth2/token": 1, "GET /v1/mdmServers": 1, "GET /v1/mdmServers/{id}/relationships/devices": 3, "GET /v1/orgDevices": 1,
    }  # fmt: skip
    assert [price["writes"] for price in plan["prices"]] == [1]
    before = district.requests()
    assert district.apply().code == 0
    assert _spent(before, district.requests())["POST /v1/orgDeviceActivities"] == 1


def _spent(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, 0) for name, count in after.items() if count > before.get(name, 0)}


def test_today_is_the_day_of_the_organizations_clock(district: District) -> None:
    """Dates are judged by the organization's own clock, which in a rehearsal is the rehearsal's."""
    district.assign(lab={"server": "jamf", "from": "2026-11-24", "devices": {"match": {"family": "*"}}})
    assert district.names(district.plan(), kind="device_assignment") == []
    with district.tenant() as tenant:
        tenant.clock.sleep(86_400)
    assert district.names(district.plan(), kind="device_assignment")
