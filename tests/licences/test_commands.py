from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from reconciler.cli import run
from tests.licences.scene import ATLAS, MATHS, NORTH, PAGES, SETTINGS, SOUTH, Scene, given


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A school with two locations."""
    return Scene(tmp_path)


def test_licences_are_given_read_back_and_recorded(scene: Scene) -> None:
    """Devices that an app is declared for really have it after apply, and the next plan has nothing to do."""
    scene.write(given(scene.serials[:20]))
    code, said = scene.apply()
    assert code == 0
    assert "20 of 20 landed" in said
    assert scene.held() == {(PAGES, serial) for serial in scene.serials[:20]}
    code, said = scene.run("plan")
    assert (code, "nothing to do" in said) == (0, True)


def test_what_nothing_asks_for_comes_back_first(scene: Scene) -> None:
    """Devices that are no longer meant give their licences back before others get them, so that ten are enough for ten."""
    scene.write(given(scene.serials[:10], app=MATHS))
    scene.apply()
    scene.write(given(scene.serials[5:15], app=MATHS))
    code, _ = scene.apply()
    assert code == 0
    assert scene.held() == {(MATHS, serial) for serial in scene.serials[5:15]}
    assert scene.events() == ["ASSOCIATE", "DISASSOCIATE", "ASSOCIATE"]


def test_too_few_are_refused_before_anything_is_sent(scene: Scene) -> None:
    """A plan that lacks licences names how many, who would go without, what to buy and who has some idle; and sends nothing."""
    scene.write(given(scene.serials[:12], app=MATHS))
    code, said = scene.apply()
    without = sorted(scene.serials[:12])[10:]
    assert (code, scene.events()) == (4, [])
    assert f"2 licences are lacking; without one would go {', '.join(without)}." in said
    assert "Pages at North School: buy 2, so that there are 12" in said
    assert "enter the quantity 2" in said
    scene.write(
        given(scene.serials[:12], app=MATHS)[:-1].removesuffix("}}") + f", south: {{devices: {{serials: [{scene.serials[20]}]}}}}}}}}\n"
    )
    assert "Or transfer licences in the portal: South School has 9 idle." in scene.run("plan")[1]


def test_an_approval_serves_who_comes_first(scene: Scene, tmp_path: Path) -> None:
    """With leave, those who come first get what there is, the others wait without another refusal, and bought licences reach them."""
    serials = sorted(scene.serials)[:12]
    scene.write(given(serials, app=MATHS))
    leave = "approvals: [{allow: over_allocations, kind: app, scope: north.409203825.STDQ, up_to: 2, until: 2026-08-24, reason: pilot}]\n"
    main = tmp_path / "reconciler.yaml"
    main.write_text(main.read_text() + leave)
    assert scene.apply()[0] == 0
    assert scene.held() == {(MATHS, serial) for serial in serials[:10]}
    assert "Refused" not in scene.run("plan")[1]
    with scene.apple() as apple:
        apple.apps.buy(NORTH, MATHS, 2)
    assert scene.apply()[0] == 0
    assert scene.held() == {(MATHS, serial) for serial in serials}


def test_a_reserve_stays_free_and_costs_nobody_a_licence(scene: Scene) -> None:
    """A reserve that is asked for later takes no licence away: what lacks is to be bought."""
    scene.write(given(scene.serials[:10], app=MATHS))
    scene.apply()
    scene.write(given(scene.serials[:10], app=MATHS, extra=", reserve: 3"))
    code, said = scene.run("plan")
    assert "buy 3, so that there are 13" in said
    assert (code, scene.held()) == (0, {(MATHS, serial) for serial in scene.serials[:10]})


def test_a_cap_holds(scene: Scene) -> None:
    """No more than the cap are given, and who goes without is said."""
    scene.write(given(scene.serials[:8], extra=", cap: 5"))
    code, said = scene.apply()
    assert code == 0
    assert "has a cap of 5, so no licence for 3 devices" in said
    assert scene.held() == {(PAGES, serial) for serial in sorted(scene.serials[:8])[:5]}


def test_licences_of_others_stay(scene: Scene) -> None:
    """Licences that somebody else gave are counted, never taken back, and leave fewer to give."""
    scene.write(given(scene.serials[:4], app=MATHS))
    scene.apply()
    (scene.folder / "state" / "record.tsv").unlink()  # nothing of it is ours any more
    (scene.folder / "state" / "ledger.jsonl").unlink()
    scene.write(given(scene.serials[4:12], app=MATHS))
    code, said = scene.run("plan")
    assert code == 4
    assert "Left alone: 4 licences" in said
    assert "2 licences are lacking" in said


def test_lost_devices_give_back(scene: Scene) -> None:
    """A lost device loses its licence although a rule still claims it."""
    rule = "apps:\n  pages: {adam_id: 361309726, allocate: {north: {devices: {assignments: all}}}"
    assign = f"device_assignments: {{all: {{server: jamf, devices: {{serials: [{', '.join(scene.serials[:6])}]}}}}}}\n"
    scene.write(f"{rule}}}\n", devices=assign)
    assert scene.apply()[0] == 0
    lost = next(serial for serial in scene.serials[:6])
    assert (PAGES, lost) in scene.held()
    before = len(scene.held())
    scene.write(f"{rule}, reclaim: {{lost: {{serials: [{lost}]}}}}}}\n", devices=assign)
    assert scene.apply()[0] == 0
    assert ((PAGES, lost) in scene.held(), len(scene.held())) == (False, before - 1)


def test_another_manager_stops_the_plan(scene: Scene, tmp_path: Path) -> None:
    """Where another product manages a location nothing is planned, unless we are told to take over."""
    with scene.apple() as apple:
        library = apple.apps.library(NORTH)
        told = '{"id": "5b1c2d3e", "name": "Other MDM", "metadata": "v3"}'
        apple.store.rows("UPDATE apps_libraries SET mdm_info = ? WHERE id = ?", told, library)
    scene.write(given(scene.serials[:3]))
    code, said = scene.run("plan")
    assert code == 1
    assert "its apps and books are managed by Other MDM" in said
    main = tmp_path / "reconciler.yaml"
    main.write_text(main.read_text().replace("north: {simulator: {}}", "north: {simulator: {}, take_over: true}"))
    assert scene.apply()[0] == 0
    assert len(scene.held()) == 3


def test_a_token_of_another_location_stops_the_plan(scene: Scene) -> None:
    """A token that was mixed up is an error that names both locations."""
    scene.write(given(scene.serials[:3]))
    path = scene.folder / "apps.yaml"
    path.write_text(path.read_text().replace("location: North School", "location: Nord School"))
    code, said = scene.run("plan")
    assert code == 1
    assert 'is that of "North School", not of "Nord School".' in said


def test_half_an_event_is_told_licence_by_licence(scene: Scene) -> None:
    """Where Apple does a part, what landed is recorded, what did not is said to have failed, and the next run gives the rest alone."""
    scene.switch({"apps_partial_failure": "4"})
    scene.write(given(scene.serials[:8]))
    code, said = scene.apply()
    assert code not in (0, 4)
    assert "6 of 8 landed" in said
    scene.switch({"apps_partial_failure": "0"})
    assert "2 of 2 landed" in scene.apply()[1]
    assert len(scene.held()) == 8


def test_books_are_for_people(scene: Scene) -> None:
    """A book per device is refused in the files."""
    scene.write(f"apps: {{atlas: {{adam_id: {ATLAS}, type: book, allocate: {{north: {{devices: {{servers: jamf}}}}}}}}}}\n")
    code, said = scene.run("validate")
    assert code == 1
    assert "is a book per device, and Apple gives books to people only. Write per: user." in said


def test_locations_do_not_mix(scene: Scene) -> None:
    """Each location gives its own licences."""
    serials = scene.serials
    rows = f"north: {{devices: {{serials: [{serials[0]}]}}}}, south: {{devices: {{serials: [{serials[1]}]}}}}"
    scene.write(f"apps: {{pages: {{adam_id: {PAGES}, allocate: {{{rows}}}}}}}\n")
    assert scene.apply()[0] == 0
    assert (scene.held(NORTH), scene.held(SOUTH)) == ({(PAGES, serials[0])}, {(PAGES, serials[1])})


def test_a_rehearsal_without_apps_says_how_to_buy_some(tmp_path: Path) -> None:
    """Where nothing was bought for a location yet, the plan prints the command that buys some, and that command works as it is printed."""
    folder = tmp_path / "a school"
    folder.mkdir()
    (folder / "reconciler.yaml").write_text(SETTINGS)
    scene = Scene.at(folder)
    scene.write("apps: {}\n")
    for _ in range(2):
        code, said = scene.run("plan")
        assert code == 1
        words = shlex.split(said.partition("reconciler simulator")[2].partition("\n")[0])
        assert run(["simulator", *words]) == 0
    assert scene.run("plan")[0] == 2
