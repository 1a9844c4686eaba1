"""What is read through all channels at once becomes files; laws, tried on many worlds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.adopt.worlds import NAMES, Live, World, worlds
from tests.district import Ran

RELAXED = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TASKS = {"administrator"}
"""Kinds that nothing reads: what the files had of them before is still to be attested."""


def _live(world: World, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Live:
    live = Live(tmp_path_factory.mktemp("world") / "folder", capsys, devices=12)
    live.become(world)
    return live


def _silent(ran: Ran) -> None:
    assert not [name for name in NAMES if name in ran.out + ran.err]


def _imported(live: Live, world: World, *options: str) -> Ran:
    """Import, with the roster if there is one to be had."""
    roster = ["--roster", str(live.folder / "last.zip"), "--force"] if world.zipped else []
    ran = live.run("import", *options, *roster)
    _silent(ran)
    return ran


def _law(live: Live, world: World, *options: str) -> None:
    """After an import the plan only records, another import changes nothing, and once it is recorded nothing is left."""
    ran = _imported(live, world, *options)
    if world.zipped and "is not what Apple has" in ran.err:
        assert world.switches, "Apple tells what was uploaded"
        return
    assert (ran.code, ran.err) == (0, "")
    plan = live.plan()
    verbs = {group["verb"] for group in plan["changes"] if group["kind"] not in TASKS}
    assert verbs <= {"adopt"}
    assert plan["steps"] == []
    assert [finding for finding in plan["findings"] if finding["severity"] == "error"] == []
    before = live.contents()
    ran = live.run("import", *options, "--force")
    assert (ran.code, live.contents()) == (0, before)
    applied = live.apply()
    assert applied.code in (0, 2)
    _silent(applied)
    assert [group for group in live.plan()["changes"] if group["kind"] not in TASKS] == []
    assert live.run("import", *options, "--force").code == 0
    assert live.contents() == before


KINDS: dict[str, tuple[str, ...]] = {
    "enrolment profiles": ("profiles",),
    "discovery addresses": ("discovery",),
    "licences": ("licences",),
    "licences of people in a roster": ("licences", "roster", "zipped"),
    "roles": ("roles", "roster", "zipped"),
    "rosters": ("roster", "zipped"),
    "everything": (),
}


@pytest.mark.slow
@pytest.mark.parametrize("parts", KINDS.values(), ids=KINDS)
@given(data=st.data(), rules=st.booleans())
@RELAXED
def test_the_plan_after_an_import_only_records(
    parts: tuple[str, ...], data: Any, rules: bool, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever there is, alone or together: the plan right after an import only records, and importing twice changes nothing."""
    world = data.draw(worlds(*parts))
    _law(_live(world, tmp_path_factory, capsys), world, *["--rules"] * rules)
