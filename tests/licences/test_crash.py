"""The crash campaign of licences: an apply is killed at every durable write and every request, and the next run makes it good.

What is left to do when it dies has something of everything: licences to take back and to give, for devices and for people, users to make
and to retire, at two locations. The whole campaign kills right after each of them: right before one, disk and Apple are as right after
the one before it, or (a file that is written and not yet synced) as right after it.
"""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
import pytest

from state.local import LocalBackend
from tests.campaign.child import AFTER, Child, Point, points
from tests.campaign.figures import CAMPAIGN
from tests.campaign.test_crash import NAMES, spread
from tests.licences.scene import MATHS, NORTH, PAGES, SOUTH, Scene
from tests.licences.test_people import CHILDREN, roster

PARTS, SAMPLES = 16, 5


@dataclass(frozen=True)
class End:
    """What must be the same however often a run was killed. `begun`: how often Apple was asked for each licence and each user."""

    held: Mapping[str, frozenset[tuple[str, str]]]
    users: Mapping[str, str]
    record: object
    begun: Mapping[tuple[str, str], int]


def _files(serials: list[str], *, later: bool) -> tuple[str, str]:
    """The apps and the roster, before and after."""
    some, south = (serials[4:10], serials[12:14]) if later else (serials[:6], serials[10:13])
    children = {id_: name for id_, name in CHILDREN.items() if (id_ != "s-1" if later else id_ != "s-3")}
    apps = (
        f"apps:\n  pages: {{adam_id: {PAGES}, allocate: {{north: {{devices: {{serials: [{', '.join(some)}]}}}},"
        f" south: {{devices: {{serials: [{', '.join(south)}]}}}}}}}}\n"
        f"  maths: {{adam_id: {MATHS}, per: user, allocate: {{north: {{people: {{role: student}}}}}}}}\n"
    )
    return apps, roster(children)


@pytest.fixture
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The school with something of everything left to do; made once in each test process, only copied."""
    folder = tmp_path_factory.getbasetemp() / "licences"
    if not folder.exists():
        folder.mkdir()
        scene = Scene(folder)
        scene.people(CHILDREN)
        for later in (False, True):
            apps, people = _files(scene.serials, later=later)
            scene.write(apps, roster=people)
            if not later:
                assert scene.apply()[0] == 0
    return folder


def _end(folder: Path) -> End:
    scene = Scene.at(folder)
    with scene.apple() as apple:
        events = apple.store.rows("SELECT type, body FROM apps_events")
    begun = Counter((type_, one) for type_, body in events for one in _asked(orjson.loads(body)))
    record = LocalBackend(folder / "state", "Riverside (rehearsal)").record()
    held = {location: frozenset(scene.held(location)) for location in (NORTH, SOUTH)}
    return End(held, scene.users(), record.entries, begun)


def _asked(body: dict[str, list[dict[str, str]]]) -> list[str]:
    """What one event was asked to do, one by one."""
    text = {name: [orjson.dumps(one).decode() for one in found] for name, found in body.items()}
    targets = [*text.get("serials", ()), *text.get("users", ())]
    return [f"{asset} {target}" for asset in text.get("assets", [""]) for target in targets]


@cache
def _uninterrupted(template: Path) -> tuple[End, Mapping[str, int]]:
    """How a run ends that nobody kills, and what it counted."""
    folder = template.with_name("licences-uninterrupted")
    shutil.copytree(template, folder)
    with Child(folder.with_name("licences-log"), ["apply", "--yes", str(folder)]) as child:
        ended = child.ended()
    assert ended.code == 0, ended
    return _end(folder), ended.counts


def _crash(template: Path, folder: Path, point: Point) -> None:
    """One crash, and the run after it."""
    shutil.copytree(template, folder)
    with Child(folder.with_name(f"{folder.name}-log"), ["apply", "--yes", str(folder)], [point]) as child:
        ended = child.ended()
    assert ended.code == -signal.SIGKILL, f"{point} was never reached: {ended}"
    scene = Scene.at(folder)
    code, said = scene.apply()
    assert code == 0, f"{point}: {said}"
    assert "Traceback" not in said + ended.err
    assert scene.run("plan")[0] == 0
    assert _end(folder) == _uninterrupted(template)[0], point
    assert LocalBackend(folder / "state", "Riverside (rehearsal)").ledger().verify() > 0
    shutil.rmtree(folder)


def test_the_run_that_is_killed_does_something_of_everything(template: Path) -> None:
    """The campaign's run asks for every licence and every user once, in every way there is."""
    end, counts = _uninterrupted(template)
    assert {type_ for type_, _ in end.begun} == {"ASSOCIATE", "DISASSOCIATE", "CREATE", "RETIRE"}
    assert max(end.begun.values()) == 1
    assert counts["request"] > 20


@pytest.mark.parametrize("sample", range(SAMPLES))
def test_a_kill_is_made_good(template: Path, tmp_path: Path, sample: int) -> None:
    """After a kill at any of a few instants the next run converges: no licence is asked for twice, and none is lost."""
    _crash(template, tmp_path / "killed", spread(points(_uninterrupted(template)[1]), SAMPLES)[sample])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_every_instant_is_made_good(
    template: Path, tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    """After a kill at every durable write and request the next run converges: each licence is asked for once, and none is lost."""
    instants = [point for point in points(_uninterrupted(template)[1]) if point.side == AFTER]
    for point in instants[part::PARTS]:
        _crash(template, tmp_path / str(point), point)
        record_property(f"{CAMPAIGN}kills of runs that give licences, after a {NAMES[point.site]}", 1)
