"""Laws of adopting, tried on many organizations."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.format import format_text
from tests.adopt.organizations import Organization, organizations
from tests.district import District

RELAXED = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _district(made: Organization, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> District:
    district = District(tmp_path_factory.mktemp("law") / "district", capsys)
    district.connection(simulator={"clock": "2026-11-23T08:00:00"})
    (district.folder / "services.yaml").unlink()
    district.run("plan")
    made.fill(district)
    return district


@RELAXED
@given(made=organizations(), rules=st.booleans())
def test_the_plan_after_an_import_sends_nothing(
    made: Organization, rules: bool, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever an organization is like: the plan right after an import only records, and once it is recorded nothing is left."""
    district = _district(made, tmp_path_factory, capsys)
    ran = district.run("import", *["--rules"] * rules)
    assert (ran.code, ran.err) == (0, "")
    plan = district.plan()
    assert {group["verb"] for group in plan["changes"]} <= {"adopt"}
    assert plan["steps"] == []
    assert [finding for finding in plan["findings"] if finding["severity"] == "error"] == []
    assert district.apply().code == 0
    assert district.plan()["changes"] == []
    assert "Nothing to write" in district.run("import").out


@RELAXED
@given(made=organizations(), rules=st.booleans())
def test_whatever_is_not_adopted_is_counted(
    made: Organization, rules: bool, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every device and service is either adopted or counted among what is left out, and the files are in the canonical layout."""
    district = _district(made, tmp_path_factory, capsys)
    told = district.run("import", *["--rules"] * rules).out
    adopted = len(district.names(district.plan(), kind="device_assignment"))
    left = sum(
        int(line.split()[2])
        for line in told.splitlines()
        if line.startswith("Left out:") and " device" in line and "management" not in line
    )
    assert adopted + left == len(made.devices)
    for path in district.folder.rglob("*.yaml"):
        if path.name != "reconciler.yaml":
            text = path.read_text()
            assert format_text(text, path.relative_to(district.folder).as_posix()) == text
