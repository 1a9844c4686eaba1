from __future__ import annotations

from math import ceil

import pytest

from providers.device_enrolment.provider import DeviceEnrolment
from reconciler.desired import Desired
from reconciler.diagnostic import Severity
from reconciler.errors import ProviderError, Unclear
from reconciler.kinds.profile import DISCOVERY, PROFILE
from reconciler.plan import Step
from reconciler.provider import Look, Receipt, Result
from tests.apple_school.school import servers
from tests.device_enrolment.changes import Office, address, change, gives, profile, want
from tests.device_enrolment.district import TITLES

LANDED = Result.LANDED


def _step(office: Office, *names: str) -> Step:
    office.observe()
    (step,) = office.provider.pack(gives(names or office.held(), profile()), office.observe())
    return step


def test_many_devices_take_one_definition_and_few_requests() -> None:
    """A profile is defined once, with its first thousand devices, and each further thousand takes one request."""
    office = Office(devices=4000)
    outcomes = office.apply(gives(office.held(), profile()))
    assert {outcome.result for outcome in outcomes.values()} == {LANDED}
    asked = office.district.asked
    assert (asked("POST /profile"), asked("POST /profile/devices"), asked("PUT /profile/devices")) == (1, ceil(len(outcomes) / 1000) - 1, 0)
    assert len(outcomes) > 1000


def test_a_profile_that_is_there_is_not_defined_again() -> None:
    """A content that devices of the service have already is given to others without a new definition, by another process, too."""
    office = Office()
    first, second = office.held()[:2]
    office.apply(gives([first], profile()))
    office.provider = DeviceEnrolment(office.services)
    assert office.apply(gives([second], profile()))[second].result is LANDED
    assert office.district.asked("POST /profile") == 1


def test_a_changed_profile_is_another_one() -> None:
    """A change of one field defines another profile and gives it to every device, and each device is read back."""
    office = Office()
    old, new = profile(), profile(department="Library")
    office.apply(gives(office.held(), old))
    outcomes = office.apply(gives(office.held(), new, old))
    assert {outcome.result for outcome in outcomes.values()} == {LANDED}
    seen = office.observe().items[PROFILE]
    assert {seen[serial].spec for serial in office.held()} == {new}


def test_what_apple_does_by_itself_is_no_difference() -> None:
    """A flag that is said as Apple has it anyway, an empty list and another order of panes are the same profile."""
    said = profile(allow_pairing=True, is_multi_user=False, department="", anchor_certs=[], skip_setup_items=["TOS", "Siri", "TOS"])
    assert said == profile(skip_setup_items=("Siri", "TOS"))


def test_an_answer_that_was_lost_is_looked_for() -> None:
    """A definition whose answer was lost is not sent again: its devices are read back, and the next batch uses what was found."""
    office = Office({"cut_connection": "after@define:1"})
    step = _step(office)
    with pytest.raises(Unclear):
        office.provider.send(step, office.note, office.district.report)
    outcomes = office.provider.settle(step, Receipt("", office.provider.clock.now()), office.district.report)
    assert {outcome.result for outcome in outcomes.values()} == {LANDED}
    assert office.district.asked("POST /profile") == 1


def test_a_write_that_never_arrived_is_known_after_a_while() -> None:
    """A definition that was lost on the way is reported as not done, after the time in which Apple's lists may trail behind."""
    office = Office({"cut_connection": "before@define:1"})
    step = _step(office)
    with pytest.raises(Unclear):
        office.provider.send(step, office.note, office.district.report)
    outcomes = office.provider.settle(step, Receipt("", office.provider.clock.now()), office.district.report)
    assert {outcome.result for outcome in outcomes.values()} == {Result.FAILED}
    assert sum(notice.wait for notice in office.district.waits) >= 600


def test_another_process_settles_what_was_sent() -> None:
    """After a kill a new process finds what became of a write from its reference, or without one."""
    office = Office()
    step = _step(office)
    receipt = office.provider.send(step, office.note, office.district.report)
    for reference in (receipt.reference, ""):
        other = DeviceEnrolment(office.services)
        outcomes = other.settle(step, Receipt(reference, receipt.sent), office.district.report)
        assert {outcome.result for outcome in outcomes.values()} == {LANDED}


HELD_BACK = {
    "throttled": ({"enrolment_throttled": "3"}, "assigned too often: try again after 2026-11-24"),
    "throttled, for an hour": ({"enrolment_throttled": "3", "enrolment_cool_down": "3600"}, "try again after 2026-11-23 09:00 UTC"),
    "throttled, in an old version": ({"enrolment_throttled": "3", "enrolment_newest_version": "8"}, "said FAILED"),
    "failed": ({"enrolment_assign_fails": "3"}, "said FAILED, which often means that the device is held back"),
    "left out": ({"enrolment_silent": "3"}, ""),
}


@pytest.mark.parametrize(("switches", "words"), HELD_BACK.values(), ids=HELD_BACK.keys())
def test_devices_that_are_held_back_are_told_one_by_one(switches: dict[str, str], words: str) -> None:
    """Devices that Apple refuses or leaves out are told by serial number with when to try again, and the others land."""
    office = Office(switches)
    office.apply(gives(office.held()[:1], profile()))
    outcomes = office.apply(gives(office.held()[1:], profile()))
    held = {outcome.word for outcome in outcomes.values() if outcome.result is not LANDED}
    assert len(held) == (1 if words else 0)
    assert all(words in word for word in held)
    assert sum(outcome.result is LANDED for outcome in outcomes.values()) > len(outcomes) // 2


def test_devices_that_are_held_back_are_left_alone_until_then() -> None:
    """A device that Apple holds back is not planned before its time, in another process, too, and is planned after it."""
    office = Office({"enrolment_throttled": "3", "enrolment_cool_down": "3600"})
    office.apply(gives(office.held()[:1], profile()))
    outcomes = office.apply(gives(office.held()[1:], profile()))
    waiting = {serial for serial, outcome in outcomes.items() if outcome.result is not LANDED}
    office.provider = DeviceEnrolment(office.services)
    observed = office.observe()
    assert set(observed.settled[PROFILE]) == waiting
    assert any(f"{len(waiting)} devices of jamf are held back by Apple" in str(finding) for finding in observed.findings)
    office.district.tenant.clock.sleep(3600)
    assert not office.observe().settled[PROFILE]


def test_success_is_not_believed() -> None:
    """An assignment that says SUCCESS and did nothing is found out by reading back."""
    outcomes = Office({"enrolment_lying": "nothing"}).apply(gives(Office().held(), profile()))
    assert {outcome.result for outcome in outcomes.values()} == {Result.FAILED}
    assert {outcome.word for outcome in outcomes.values()} == {"Apple said SUCCESS, and it has no profile"}


def test_a_device_of_another_service_is_named() -> None:
    """A device that this service does not have is told as that, and the others land."""
    office = Office()
    outcomes = office.apply(gives([office.held()[0], office.held("meraki")[0]], profile()))
    assert [outcomes[serial].result for serial in (office.held()[0], office.held("meraki")[0])] == [LANDED, Result.ABSENT]


def test_what_apple_does_not_keep_is_named() -> None:
    """A field that Apple's version of the protocol does not keep is named, instead of being planned for ever without a word."""
    office = Office({"enrolment_newest_version": "1"})
    outcomes = office.apply(gives(office.held()[:2], profile(is_multi_user=True)))
    assert {outcome.word for outcome in outcomes.values()} == {"Apple keeps this profile otherwise than it was sent: is_multi_user"}


def test_clearing_twice_is_harmless() -> None:
    """A device whose profile was taken off has none, and taking it off again lands, too."""
    office = Office()
    serial = office.held()[0]
    office.apply(gives([serial], profile()))
    for _ in range(2):
        assert office.apply(gives([serial], None, profile()))[serial].result is LANDED
    assert serial not in office.observe().items[PROFILE]


@pytest.mark.parametrize("status", ["400", "404"])
def test_a_profile_that_apple_does_not_find(status: str) -> None:
    """A device whose profile Apple cannot show has some profile that is nobody's content; the rest of the reading goes on."""
    office = Office({"enrolment_profile_not_found": status})
    office.apply(gives(office.held(), profile()))
    office.district.tenant.store.rows("DELETE FROM enrolment_profiles")
    seen = office.observe().items[PROFILE]
    assert {each.spec for each in seen.values()} == {profile(profile_name="(unknown to Apple)", url="")}


def test_a_rule_claims_devices_of_its_service_only() -> None:
    """Devices of other services are not present to a rule of this one, and are not read where no rule asks."""
    office = Office()
    observed = office.observe(want(match={"all": profile()}))
    assert [*observed.present[PROFILE]] == sorted(observed.present[PROFILE], key=[*observed.present[PROFILE]].index)
    assert observed.present[PROFILE].keys() == {*office.held()}
    assert observed.reads == {"device_enrolment": 3 + 1}


def test_named_devices_are_looked_up() -> None:
    """Where only serial numbers are named, only those are asked for; what no service has is not present."""
    office = Office()
    serial = office.held()[0]
    observed = office.observe(want({serial: profile(), "NOWHERE0001": profile()}))
    assert [*observed.present[PROFILE]] == [serial]
    assert office.district.asked("POST /server/devices") == 0


def test_importing_reads_everything() -> None:
    """Where everything is asked for, every device and address is read, and an organization that cannot have an address has none."""
    office = Office({"enrolment_discovery": "unsupported"})
    office.apply(gives(office.held("meraki")[:2], profile("meraki")))
    observed = office.observe(Look(Desired(), {}, everything=True))
    assert observed.present[PROFILE].keys() == {*office.held(), *office.held("meraki"), *office.held("intune")}
    assert observed.items[PROFILE].keys() == {*office.held("meraki")[:2]}


def test_named_devices_cost_no_more_than_they_are() -> None:
    """Serial numbers are asked for at their own service, and elsewhere only those that are not there."""
    office = Office()
    office.observe(want({**dict.fromkeys(office.held(), profile()), **dict.fromkeys(office.held("meraki"), profile("meraki"))}))
    assert office.district.asked("POST /devices") == 2


def _said(office: Office, **look: object) -> list[str]:
    return [str(finding) for finding in office.observe(want(**look)).findings]  # type: ignore[arg-type] # as the caller says


def test_choices_that_are_fixed_are_said_before() -> None:
    """What only erasing a device takes back is said in the plan, with the number of devices, until it has been done."""
    office, spec = Office(), profile(is_supervised=True, is_mdm_removable=False, is_multi_user=True)
    (said,) = _said(office, match={"grade-6": spec})
    assert (
        f"makes {len(office.held())} devices, when they are set up: Shared iPad, management cannot be removed by the user, supervised"
        in said
    )
    assert "only erasing a device takes it back" in said
    office.apply(gives(office.held(), spec))
    assert _said(office, match={"grade-6": spec}) == []


def test_devices_in_use_keep_what_they_have() -> None:
    """A plan that changes the profile of devices that were set up already says how many keep the old one until they are erased."""
    office = Office()
    office.apply(gives(office.held(), profile()))
    office.district.tenant.store.rows("UPDATE enrolment_devices SET profile_status = 'pushed', pushed_at = 0")
    (said,) = _said(office, match={"grade-6": profile(department="Library")})
    assert f'{len(office.held())} devices of "grade-6" were set up with another profile already and keep it' in said


def test_devices_on_another_service_wait() -> None:
    """A device that an entry names for a service which does not have it yet is said, with where it is, and waits."""
    office = Office()
    serial = office.held("meraki")[0]
    observed = office.observe(want({serial: profile()}))
    assert serial not in observed.present[PROFILE]
    assert f'1 devices of "entry" are on meraki, not on jamf: {serial}.' in str(observed.findings[0])


def test_tokens_that_were_mixed_up_stop_the_plan() -> None:
    """A server token that belongs to another of our services is an error that names both."""
    office = Office()
    office.provider = DeviceEnrolment({"jamf": office.services["meraki"]})
    (finding,) = office.observe(want(named=servers(TITLES.values()))).findings
    assert finding.severity is Severity.ERROR
    assert 'is the one of "Meraki", not of "Jamf School". It belongs under meraki.' in str(finding)


def test_a_service_without_a_token_is_said() -> None:
    """Entries of a service whose server token nobody gave are an error at their place, with what to add."""
    office = Office()
    office.provider = DeviceEnrolment({"jamf": office.services["jamf"]})
    findings = office.observe(want(match={"carts": profile("meraki")}, addresses={"intune": "https://a.example/x"})).findings
    assert [finding.severity for finding in findings] == [Severity.ERROR] * 2
    assert 'enrolment.yaml:1:1  "carts" needs the server token of meraki' in str(findings[0])


def test_an_organization_without_service_discovery() -> None:
    """Where Apple does not offer the address, asking for it is an error in words."""
    office = Office({"enrolment_discovery": "unsupported"})
    with pytest.raises(ProviderError, match="does not offer this to this organization"):
        office.observe(want(addresses={"jamf": "https://a.example/x"}))


def test_addresses_are_set_changed_and_removed() -> None:
    """A service-discovery address is set, changed and removed, and each is read back."""
    office, first, second = Office(), address("https://a.example/x"), address("https://b.example/x")
    for before, after in ((None, first), (first, second), (second, None)):
        assert office.apply([change(DISCOVERY, "jamf", before, after)])["jamf"].result is LANDED
        seen = office.observe(want(addresses={"jamf": "https://a.example/x"})).seen(DISCOVERY, "jamf")
        assert (seen.spec if seen else None) == after


def test_terms_stop_a_write_before_anything_happens() -> None:
    """Terms that nobody accepted refuse a write for good: it is journaled as refused, and the words say what a person must do."""
    office = Office()
    step = _step(office)
    office.district.tenant.switches.set("enrolment_terms", "unsigned")
    with pytest.raises(ProviderError, match="terms and conditions"):
        office.provider.send(step, office.note, office.district.report)
    assert [event for event, _ in office.notes] == ["sending", "refused"]
