"""A reviewed plan is applied once, as it is, or refused with what moved."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.campaign.child import AFTER, SEND, Child, Point
from tests.campaign.scene import JAMF, converges, end, prepare, uninterrupted
from tests.district import District, Ran


@pytest.fixture
def plan(scene: District, tmp_path: Path) -> Path:
    """The plan of the scene, saved."""
    path = tmp_path / "plan.json"
    assert scene.run("plan", "--out", str(path)).code == 2
    return path


def applied(scene: District, plan: Path) -> Ran:
    return scene.run("apply", "--plan", str(plan))


def refused(scene: District, plan: Path, code: int, *words: str) -> Ran:
    """Apply the plan, and see it refused in these words before anything is sent or recorded."""
    before = end(scene.folder)
    ran = applied(scene, plan)
    assert ran.code == code, ran
    for word in words:
        assert word in ran.err, ran.err
    assert "Traceback" not in ran.err
    assert end(scene.folder) == before
    return ran


def test_it_is_applied_as_it_is(scene: District, template: Path, plan: Path) -> None:
    """A saved plan that still fits is applied without a question and leaves nothing to do."""
    assert applied(scene, plan).code == 0
    assert scene.run("plan").code == 0
    assert end(scene.folder) == uninterrupted(template).end


def test_it_is_used_once(scene: District, plan: Path) -> None:
    """A plan that was applied is refused the next time, and it is said when it was applied and by which run."""
    assert applied(scene, plan).code == 0
    refused(scene, plan, 5, "This plan was already applied on ", "(run ", "reconciler plan --out")


def test_an_interrupted_one_is_used_up(scene: District, template: Path, plan: Path, tmp_path: Path) -> None:
    """A saved plan whose run was killed is looked after by the next apply, refused as used, and the rest takes a new plan."""
    with Child(tmp_path / "log", ["apply", "--plan", str(plan), str(scene.folder)], [Point(SEND, AFTER, 1)]) as child:
        child.ended()
    ran = applied(scene, plan)
    assert ran.code == 5, ran
    assert "Looked again: 9 of 9 landed" in ran.out
    assert "already applied" in ran.err
    converges(scene, told=False)
    assert end(scene.folder) == uninterrupted(template).end


def test_every_serial_that_moved_is_named(scene: District, plan: Path) -> None:
    """After somebody moved devices in the portal, a saved plan that touches them is refused, naming each with where it was and is."""
    document = scene.plan()
    serials = scene.names(document, kind="device_assignment", verb="update")[:2]
    with scene.tenant() as tenant:
        ids = {service.name: id_ for id_, service in tenant.services().items()}
        tenant.portal.assign(serials[:1], ids[JAMF])
        tenant.portal.assign(serials[1:], None)
    refused(
        scene,
        plan,
        5,
        "2 of the things that this plan touches have moved",
        f"device_assignment/{serials[0]}: was on Meraki Systems Manager, is now on Jamf School",
        f"device_assignment/{serials[1]}: was on Meraki Systems Manager, is now not there",
    )


def test_other_moves_do_not_matter(scene: District, plan: Path) -> None:
    """What somebody moved in the portal and the plan does not touch is no reason to refuse it."""
    untouched = min(set(scene.serials("Meraki Systems Manager")) - set(scene.names(scene.plan(), kind="device_assignment")))
    with scene.tenant() as tenant:
        tenant.portal.assign([untouched], None)
    assert applied(scene, plan).code == 0


@pytest.mark.parametrize("where", ["title", "serial", "step"])
def test_a_plan_changed_by_hand_is_refused(scene: District, plan: Path, where: str) -> None:
    """A plan file that was changed after it was saved is not executed."""
    document = orjson.loads(plan.read_bytes())
    if where == "title":
        document["steps"][0]["title"] = "Assign nothing to nobody"
    elif where == "serial":
        document["binding"]["serial"] += 1
    else:
        del document["steps"][0]
    plan.write_bytes(orjson.dumps(document))
    refused(scene, plan, 1, "was changed after it was saved, so it is not executed")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 99}', b"\x00\xff", b"plan"])
def test_what_is_no_plan_is_refused(scene: District, plan: Path, content: bytes) -> None:
    """A file that is no plan at all is refused in words."""
    plan.write_bytes(content)
    refused(scene, plan, 1, str(plan), "reconciler plan --out")


def test_a_plan_that_is_not_there_is_refused(scene: District, tmp_path: Path) -> None:
    """A plan file that does not exist is named."""
    refused(scene, tmp_path / "nowhere.json", 1, "nowhere.json")


def test_the_plan_of_another_organization_is_refused(
    scene: District, tmp_path: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan is applied to the organization that it was made for and to no other."""
    del scene
    other = prepare(tmp_path / "other", capsys)
    refused(other, plan, 5, "This plan was made for another organization")


def test_a_plan_from_before_another_apply_is_refused(scene: District, plan: Path) -> None:
    """A plan is refused once anything else was applied since, and it is said from which serial of the record to which."""
    assert scene.run("apply", "--yes", "--target", "device_assignment/arrivals").code == 0
    refused(scene, plan, 5, "The record has moved from serial 1 to ")


def test_a_plan_for_a_state_made_anew_is_refused(scene: District, plan: Path) -> None:
    """A plan is refused where the record that it was made from has been replaced by another one."""
    (scene.folder / "state" / "record.tsv").unlink()
    refused(scene, plan, 5, "This plan was made from another record")
