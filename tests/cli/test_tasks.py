from __future__ import annotations

import json

import pytest

from tests.district import District

DEFAULTS = "mdm_servers:\n  jamf: {name: Jamf School, default_for: [iPad]}\n  intune: {name: Intune for Education}\n"
DEFAULTS += "  meraki: {name: Meraki Systems Manager}\n"
PAGE = "https://support.apple.com/guide/apple-school-manager/"


@pytest.fixture
def tasked(district: District) -> District:
    """A district with one open task: iPads shall go to Jamf by default."""
    district.write("services.yaml", DEFAULTS)
    district.apply()
    return district


@pytest.fixture
def unreadable(district: District) -> District:
    """The same, where Apple does not tell what a service is the default for."""
    district.write("services.yaml", DEFAULTS)
    district.switch(service_attributes="absent")
    district.apply()
    return district


def _last(district: District) -> dict[str, object]:
    line: dict[str, object] = json.loads(district.run("ledger", "--json").out.splitlines()[-1])
    return line


def test_a_task_is_told_step_by_step(tasked: District) -> None:
    """tasks names what a person must do, why, step by step with the values of these files, and Apple's page."""
    ran = tasked.run("tasks")
    assert (ran.code, ran.err) == (0, "")
    assert '☐ mdm_server/jamf  jamf "Jamf School": default for none → iPad' in ran.out
    assert "  1. Sign in to https://school.apple.com" in ran.out
    assert "  3. Make its name Jamf School," in ran.out
    assert f"See {PAGE}" in ran.out


def test_tasks_for_machines(tasked: District) -> None:
    """tasks --json gives each task's address, verb, reason, steps and link."""
    (task,) = json.loads(tasked.run("tasks", "--json").out)
    assert (task["address"], task["verb"]) == ("mdm_server/jamf", "update")
    assert task["steps"][2].startswith("Make its name Jamf School,")
    assert task["reason"]
    assert task["link"].startswith(PAGE)


def test_no_tasks(district: District) -> None:
    """Where nothing is open tasks says so, and as JSON it is an empty list."""
    assert district.run("tasks").out == "No open tasks.\n"
    assert json.loads(district.run("tasks", "--json").out) == []


def test_what_is_done_is_ticked_off_by_reading(tasked: District) -> None:
    """A task that a person did in the portal is gone at the next look, without any attestation."""
    with tasked.tenant() as tenant:
        jamf = next(id_ for id_, service in tenant.services().items() if service.name == "Jamf School")
        tenant.portal.set_default_families(jamf, ["IPAD"])
    assert tasked.run("tasks").out == "No open tasks.\n"


def test_what_can_be_read_is_not_attested(tasked: District) -> None:
    """confirm refuses where Apple can be asked and says that it is not done."""
    ran = tasked.run("confirm", "mdm_server/jamf")
    assert (ran.code, ran.out) == (1, "")
    assert "mdm_server/jamf can be read, and it is not done yet, so it is not attested." in ran.err
    assert tasked.run("plan", "--strict").code == 2


def test_what_cannot_be_read_is_attested(unreadable: District) -> None:
    """confirm records who attested what and when where Apple does not tell, and the task is open no more."""
    assert unreadable.run("plan", "--strict").code == 2
    ran = unreadable.run("confirm", "mdm_server/jamf", "--note", "done with Ms Smith")
    assert (ran.code, ran.out) == (0, "Recorded: mdm_server/jamf was done.\n")
    assert unreadable.run("plan", "--strict").code == 0
    assert "attested 2026-11-23 " in unreadable.run("show", "mdm_server/jamf").out
    line = _last(unreadable)
    assert line["event"] == "attested"
    assert line["what"] == {"kind": "mdm_server", "names": ["jamf"], "note": "done with Ms Smith"}
    assert unreadable.run("ledger", "verify").code == 0


def test_an_attestation_is_of_one_state(unreadable: District) -> None:
    """What was attested does not stand for what the files want later: the task opens again."""
    unreadable.run("confirm", "mdm_server/jamf")
    unreadable.write("services.yaml", DEFAULTS.replace("[iPad]", "[iPad, Mac]"))
    assert unreadable.run("plan", "--strict").code == 2


def test_an_attestation_yields_to_what_is_read(unreadable: District) -> None:
    """Once Apple tells, its word counts and not the attestation."""
    unreadable.run("confirm", "mdm_server/jamf")
    unreadable.switch(service_attributes="present")
    assert "mdm_server/jamf" in unreadable.run("tasks").out


@pytest.mark.parametrize("address", ["mdm_server/intune", "mdm_server/nobody", "device_assignment/XXXXXXXX"])
def test_only_open_tasks_are_attested(tasked: District, address: str) -> None:
    """confirm of what is no open task is an error that says where the open ones are listed."""
    ran = tasked.run("confirm", address)
    assert ran.code == 1
    assert f"There is no open task for {address}." in ran.err
    assert "`reconciler tasks` lists the open ones." in ran.err


def test_a_word_that_is_no_address(tasked: District) -> None:
    """confirm of a word that is no address shows how an address is written."""
    ran = tasked.run("confirm", "jamf")
    assert ran.code == 1
    assert '"jamf" is not an address; write kind/name, for example' in ran.err


def test_forgetting_what_left_the_files(tasked: District) -> None:
    """confirm --forget gives up a service that left the configuration, so that nobody has to delete it."""
    tasked.write("services.yaml", DEFAULTS.replace("  meraki: {name: Meraki Systems Manager}\n", ""))
    assert "mdm_server/meraki" in tasked.run("tasks").out
    ran = tasked.run("confirm", "mdm_server/meraki", "--forget")
    assert (ran.code, ran.out) == (0, "Recorded: mdm_server/meraki is no longer ours.\n")
    assert "mdm_server/meraki" not in tasked.run("tasks").out
    assert "recorded: not ours" in tasked.run("show", "mdm_server/meraki").out
    assert _last(tasked)["event"] == "disowned"


def test_what_is_declared_is_not_forgotten(tasked: District) -> None:
    """confirm --forget refuses what the configuration still has."""
    ran = tasked.run("confirm", "mdm_server/jamf", "--forget")
    assert ran.code == 1
    assert "mdm_server/jamf is still in the configuration, so it stays ours." in ran.err
