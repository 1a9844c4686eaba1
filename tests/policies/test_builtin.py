from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.capability import Verb
from reconciler.policies.judge import POLICIES
from tests.cli.scenes import HELD_BY_MOST, lab, settled, some
from tests.district import District
from tests.policies.folder import CASES, found, ids, managers, people, write


def _written(tmp_path: Path, case: dict[str, Any], **settings: Any) -> Path:
    files = {name: content for name, content in case.items() if name.endswith(".yaml")}
    if "people" in case:
        files["people.yaml"] = people(**case["people"])
    if "managers" in case:
        files["roles.yaml"] = managers(case["managers"])
    return write(tmp_path / "config", {**case.get("settings", {}), **settings}, files)


@pytest.mark.parametrize("id_", CASES)
def test_each_policy_finds_what_it_is_for(id_: str, tmp_path: Path) -> None:
    """A configuration that goes against a policy is told so, with the place that a silence names."""
    assert {(id_, where) for where in CASES[id_]["where"]} <= ids(_written(tmp_path, CASES[id_]))


@pytest.mark.parametrize("id_", CASES)
def test_a_silence_holds_for_its_place_until_its_day(id_: str, tmp_path: Path) -> None:
    """A silence hides exactly the finding that it names, up to and including its last day, and for a reason."""
    case = CASES[id_]
    silence = {"id": id_, "where": case["where"][0], "until": "2026-11-23", "reason": "It is known and ends soon"}
    before = ids(_written(tmp_path, case))
    assert before - ids(_written(tmp_path, case, policies={"silence": [silence]})) == {(id_, case["where"][0])}
    assert (id_, case["where"][0]) in ids(_written(tmp_path, case, policies={"silence": [{**silence, "until": "2026-11-22"}]}))
    assert (id_, case["where"][0]) in ids(_written(tmp_path, case, policies={"silence": [{**silence, "where": "elsewhere"}]}))


def test_every_policy_of_the_files_has_a_case() -> None:
    """No policy over the files goes untried, and there are more than twenty in all."""
    assert set(CASES) == {policy.id for policy in POLICIES.values() if not policy.of_plan}
    assert len(POLICIES) > 20


def test_every_policy_says_why_and_who_says_so() -> None:
    """Each policy has a sentence, a reason and a page."""
    for policy in POLICIES.values():
        assert policy.says.endswith(".")
        assert policy.reason.endswith(".")
        assert policy.page


def test_a_sound_configuration_is_left_in_peace(tmp_path: Path) -> None:
    """Nothing is found in a small configuration that goes against no policy."""
    files = {"people.yaml": people(students=60, staff=6, in_class=60, grade="5")}
    del files["people.yaml"]["locations"]["south"]
    assert found(write(tmp_path / "config", {}, files)) == []


def test_nobody_is_named(tmp_path: Path) -> None:
    """Findings about rosters count people and quote nobody."""
    for id_ in (id_ for id_, case in CASES.items() if "people" in case):
        told = " ".join(map(str, found(_written(tmp_path, CASES[id_]))))
        assert "Hidden" not in told
        assert "Name" not in told
        assert "@" not in told


def test_an_expired_silence_says_so(tmp_path: Path) -> None:
    """A silence that has ended counts no more, and that is said with its place."""
    silence = {"id": "ORG-007", "until": "2026-11-22", "reason": "We had one administrator only"}
    told = [str(one) for one in found(write(tmp_path / "config", {"policies": {"silence": [silence]}}, {}))]
    assert any("policies.silence.until: ORG-007 is silent no more since 2026-11-22" in line for line in told)
    assert all(line.startswith("reconciler.yaml:1:") for line in told)


def test_a_silence_of_nothing_is_an_error(tmp_path: Path) -> None:
    """A silence that names no policy is an error with the id that was probably meant."""
    silence = {"id": "ORG-07", "until": "2027-11-22", "reason": "We had one administrator only"}
    finding = found(write(tmp_path / "config", {"policies": {"silence": [silence]}}, {}))[0]
    assert finding.severity == "error"
    assert finding.message == 'policies.silence.id: "ORG-07" is not a policy.'
    assert "Did you mean" in finding.hint


def _told(district: District, id_: str) -> list[str]:
    return [one["message"] for one in district.plan()["findings"] if one["message"].startswith(id_)]


def test_devices_without_a_service_are_told(district: District) -> None:
    """A plan that leaves devices without any service says how many and on which service they were."""
    serials = settled(district)
    lab(district, serials[2:])
    assert _told(district, "DEV-006") == ["DEV-006 (jamf): 2 devices of Jamf School would have no service: erased, nobody manages them."]
    assert district.names(district.plan(), verb=Verb.DELETE) == serials[:2]


def test_what_is_awaited_for_long_is_told(district: District) -> None:
    """A serial number that has been awaited for more than a month is told, a new one is not."""
    lab(district, ["AWAITED0001"])
    assert district.apply().code == 0
    assert not _told(district, "DEV-007")
    path = district.folder / "state" / "record.tsv"
    path.write_text(path.read_text().replace("2026-11-23", "2026-10-01"))
    assert _told(district, "DEV-007") == ["DEV-007 (lab): 1 serial numbers have been awaited for more than 30 days: AWAITED0001."]


def test_hundreds_at_once_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry that moves hundreds of devices in one go is told to try some first, and one with a rollout is not."""
    district = District(tmp_path / "large", capsys, devices=900)
    district.run("plan")
    serials = some(district, 250, HELD_BY_MOST)
    lab(district, serials)
    assert _told(district, "DEV-008") == ["DEV-008 (lab): 250 devices change their service in one go."]
    district.assign(lab={"server": "jamf", "devices": {"serials": serials}, "rollout": ["1%", "rest"]})
    assert not _told(district, "DEV-008")


def test_what_somebody_moved_is_told(district: District) -> None:
    """A plan that moves back many devices which somebody moved in the portal says so."""
    serials = settled(district, 12)
    with district.tenant() as tenant:
        ids_by_name = {one.name: id_ for id_, one in tenant.services().items()}
        tenant.portal.assign(serials, ids_by_name["Intune for Education"])
    assert _told(district, "DEV-009") == ["DEV-009 (lab): somebody moved 12 devices in the portal, and this plan moves them back."]


@pytest.mark.parametrize(
    ("id_", "was", "now"),
    [
        ("APP-004", '"role": "student"', '"role": "staff"'),
        ("APP-004", '"is_multi_user": true', '"is_multi_user": false'),
        ("APP-004", '"per": "user"', '"per": "user", "type": "book"'),
        ("APP-005", '["DMPX4K2Q1"]', '["DMPX4K2Q1", "DMPX4K2Q9"]'),
        ("APP-005", '["DMPX4K2Q1"]', '["DMPX4K2Q1"], "match": {"family": "iPad"}'),
        ("APP-005", '"configuration_web_url"', '"support_phone_number"'),
        ("APP-005", '"configuration_web_url"', '"is_multi_user": true, "configuration_web_url"'),
    ],
)
def test_an_app_that_fits_its_devices_is_left_in_peace(tmp_path: Path, id_: str, was: str, now: str) -> None:
    """Apps of staff, books, and devices that nobody, several people or nobody known has are not advised against."""
    text = json.dumps(CASES[id_])
    assert was in text
    assert id_ not in {one for one, _ in ids(_written(tmp_path, json.loads(text.replace(was, now))))}
