"""What an administrator reads on a bad day: done, failed, not tried, and what the next run makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaign.child import BEFORE, SEND, Child, Point
from tests.campaign.hostile import heals, sent, truthful
from tests.campaign.scene import backend, end, uninterrupted
from tests.district import District

ARRIVALS, MOVERS, LEAVERS = (
    "Assign 9 devices to Jamf School",
    "Move 8 devices to Intune for Education",
    "Unassign 5 devices from Jamf School",
)


@pytest.mark.parametrize(
    "switch",
    [
        ("cut_connection", "after@post:1"),
        ("cut_connection", "midway@post:1"),
        ("server_error", "after@post:1"),
        ("broken_json", "always@post:1"),
    ],
    ids="=".join,
)
def test_an_answer_that_was_lost(scene: District, template: Path, switch: tuple[str, str]) -> None:
    """A write whose answer is lost after Apple took it is not sent again; it is looked for, found, and told as landed."""
    scene.switch(**dict([switch]))
    ran = scene.apply()
    assert ran.code == 0, ran
    assert f"{ARRIVALS}: 9 of 9 landed" in ran.out
    assert end(scene.folder) == uninterrupted(template).end


@pytest.mark.parametrize("switch", [("cut_connection", "before@post:1"), ("server_error", "before@post:1")], ids="=".join)
def test_a_request_that_was_lost(scene: District, template: Path, switch: tuple[str, str]) -> None:
    """A write that may have been taken and was not is told as failed, the steps after it are done, and the next run sends it again."""
    scene.switch(**dict([switch]))
    ran = scene.apply()
    assert ran.code == 7, ran
    assert f"{ARRIVALS}: 0 of 9 landed" in ran.out
    assert "Done: 13 of 22 landed" in ran.out
    assert "failed: " in ran.out
    assert "Apple's answer was lost, and the device is on no service" in ran.out
    assert scene.apply().code == 0
    assert end(scene.folder) == uninterrupted(template).end


def test_no_network(scene: District) -> None:
    """Where Apple cannot be reached at all, that is said once, with what to do, and nothing is recorded."""
    scene.switch(cut_connection="before")
    before = end(scene.folder)
    for command in (["plan"], ["apply", "--yes"]):
        ran = scene.run(*command)
        assert ran.code == 1, ran
        assert "the connection broke" in ran.err
        assert "Try again later." in ran.err
    assert end(scene.folder) == before


def test_a_lie(scene: District, template: Path) -> None:
    """An activity that reports success and moved half is told device by device, and only the other half is sent again."""
    scene.switch(lying="half@1")
    ran = scene.apply()
    assert ran.code == 7, ran
    assert f"{ARRIVALS}: 4 of 9 landed" in ran.out
    assert "Done: 17 of 22 landed" in ran.out
    assert "Apple reported success, and the device is on no service" in ran.out
    truthful(scene)
    heals(scene, uninterrupted(template).end)
    assert sorted(sent(scene).values()) == [1] * 17 + [2] * 5


def test_a_part_that_failed(scene: District, template: Path) -> None:
    """Devices that Apple's log says failed are told with Apple's word, and only those are sent again."""
    scene.switch(partial_failure="3@1")
    ran = scene.apply()
    assert ran.code == 7, ran
    assert f"{ARRIVALS}: 6 of 9 landed" in ran.out
    assert "(Apple: INTERNAL_ERROR)" in ran.out
    heals(scene, uninterrupted(template).end)
    assert sorted(sent(scene).values()) == [1] * 19 + [2] * 3


def test_an_activity_that_takes_too_long(scene: District, template: Path) -> None:
    """What Apple is still working on is left alone by the next runs, told every time, and recorded once it has landed."""
    scene.switch(activity_seconds="5400")
    ran = scene.apply()
    assert ran.code == 7, ran
    assert "unknown: " in ran.out
    assert "still running at Apple (activity " in ran.out
    activities = scene.activities()
    scene.switch(activity_seconds="20")
    meanwhile = scene.apply()
    assert meanwhile.code == 7, meanwhile
    assert "In flight since 2026-11-23 08:30 UTC: Move 8 devices" in meanwhile.out
    assert "Its end cannot be seen yet, so its 8 things are left alone." in meanwhile.out
    with scene.tenant() as tenant:
        tenant.clock.sleep(7200)
    later = scene.apply()
    assert later.code == 0, later
    assert "landed" in later.out
    assert scene.activities() == activities
    assert end(scene.folder) == uninterrupted(template).end


def test_a_token_that_is_taken_away(scene: District, template: Path) -> None:
    """Where the token is refused in the middle of a run, what landed stays done, the rest is not tried, and the words say why."""
    scene.switch(token_revoked="always@post:2-9")  # noqa: S106 - a switch, not a password
    ran = scene.apply()
    assert ran.code == 7, ran
    assert f"{ARRIVALS}: 9 of 9 landed" in ran.out
    assert "the sign-in was not accepted" in ran.out
    assert f"{LEAVERS}." in ran.out
    assert "Not tried (" in ran.out
    truthful(scene)
    heals(scene, uninterrupted(template).end)


def test_one_refused_token_is_renewed(scene: District, template: Path) -> None:
    """A token that is refused once is replaced by a new one, and the write is sent, once."""
    scene.switch(token_revoked="always@post:1")  # noqa: S106 - a switch, not a password
    assert scene.apply().code == 0
    assert end(scene.folder) == uninterrupted(template).end


def test_a_pause_that_can_be_waited_for(scene: District, template: Path) -> None:
    """A 429 with Retry-After 600 is waited for, and nothing is sent twice."""
    scene.switch(retry_after="600", rate_limited="always@post:1")
    assert scene.apply().code == 0
    assert end(scene.folder) == uninterrupted(template).end


def test_a_pause_that_is_too_long(scene: District, template: Path) -> None:
    """A 429 that asks for more than our patience ends the run with exit code 6, says how long Apple wants, and names what was not tried."""
    scene.connection(patience=300)
    scene.switch(retry_after="600", rate_limited="always@post:1")
    ran = scene.apply()
    assert ran.code == 6, ran
    assert "wants a pause of 10 min" in ran.out
    assert f": {MOVERS}" in ran.out
    assert f": {LEAVERS}." in ran.out
    assert ran.out.count("Not tried (") == 2
    heals(scene, uninterrupted(template).end)


@pytest.mark.parametrize(
    ("variant", "code", "landed"), [("async_error", 7, 8), ("silent_success", 7, 8), ("409", 7, 0), ("422", 7, 0)], ids=str
)
def test_a_device_that_is_released_meanwhile(scene: District, tmp_path: Path, variant: str, code: int, landed: int) -> None:
    """A device that leaves the organization between reading and sending is named as what it is, and the next run does the rest."""
    scene.switch(unknown_serial=variant)
    serial = scene.serials(None)[0]
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [Point(SEND, BEFORE, 1)], waits=True) as child:
        child.arrived()
        with scene.tenant() as tenant:
            tenant.portal.release_device(serial)
        child.go_on()
        ended = child.ended()
    assert ended.code == code, ended
    assert f"{ARRIVALS}: {landed} of 9 landed" in ended.out
    assert serial in ended.out.partition("Done: ")[2]
    if landed:
        assert f"not in the organization: {serial}" in ended.out
    assert "Traceback" not in ended.err
    assert scene.apply().code == 0
    assert scene.run("plan").code == 0
    assert serial in backend(scene.folder).record().awaited("device_assignment")
    truthful(scene)
