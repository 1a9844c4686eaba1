from __future__ import annotations

import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import Rule
from reconciler.errors import ReconcilerError
from reconciler.kinds.match import Match, MatchEntry, Traits
from reconciler.kinds.secret import Secret
from reconciler.load import Configuration, load
from reconciler.resolve import Claims
from reconciler.resource import Declared, Source, Spec
from tests.config.trees import PLAIN, TODAY

ENTRIES = [
    "mdm_servers: {jamf: {name: Jamf School, default_for: [iPad]}}",
    "mdm_servers: {intune: {name: Intune}}",
    "device_assignments: {grade-6: {server: jamf, devices: {serials: [DMPX4K2Q1, DMPX4K2Q2]}}}",
    "device_assignments: {grade-7: {server: jamf, devices: {match: {family: iPad}}}}",
    "device_assignments: {staff: {server: intune, devices: {file: lists/staff.csv}, until: 2026-12-31}}",
    "device_assignments: {later: {server: intune, devices: {serials: [DMPX4K2Q9]}, from: 2027-01-01}}",
]


def _essence(configuration: Configuration) -> object:
    """What is wanted, without where it was written."""
    desired = configuration.desired
    items = {(kind, name): (one.spec, one.origin) for kind, named in desired.items.items() for name, one in named.items()}
    rules = {(kind, rule.declared.origin, rule.declared.spec) for kind, listed in desired.rules.items() for rule in listed}
    return items, rules, set(desired.dormant)


def _write(folder: Path, files: dict[str, list[str]]) -> Path:
    (folder / "lists").mkdir(parents=True)
    (folder / "lists" / "staff.csv").write_text("serial_number\nDMPX4K2Q5\n")
    for name, entries in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((PLAIN if name == "reconciler.yaml" else "") + _merged(entries))
    return folder


def _merged(entries: list[str]) -> str:
    """Entries of one kind under one key: a file may not say the key twice."""
    sections: dict[str, list[str]] = {}
    for entry in entries:
        section, _, body = entry.partition(": ")
        sections.setdefault(section, []).append(body.removeprefix("{").removesuffix("}"))
    return "".join(f"{section}: {{{', '.join(bodies)}}}\n" for section, bodies in sections.items()) or "# nothing\n"


@settings(deadline=None)  # files are written, on a machine that may be busy
@given(places=st.lists(st.sampled_from(["reconciler.yaml", "a.yaml", "z/b.yml", "z/y/c.yaml"]), min_size=6, max_size=6), seed=st.integers())
def test_order_and_splitting_do_not_matter(places: list[str], seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same entries mean the same, in whatever order and in however many files they stand."""
    base = tmp_path_factory.mktemp("base")
    whole = load(_write(base / "whole", {"reconciler.yaml": ENTRIES}), TODAY)
    files: dict[str, list[str]] = {"reconciler.yaml": []}
    shuffled = list(zip(places, ENTRIES, strict=True))
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    for place, entry in shuffled:
        files.setdefault(place, []).append(entry)
    assert _essence(load(_write(base / "split", files), TODAY)) == _essence(whole)


def test_all_devices_of_an_entry_share_one_declaration(tmp_path: Path) -> None:
    """A bulk entry costs one object, not one per device."""
    configuration = load(_write(tmp_path / "c", {"reconciler.yaml": ENTRIES}), TODAY)
    items = configuration.desired.of("device_assignment")
    assert items["DMPX4K2Q1"] is items["DMPX4K2Q2"]


def test_today_is_a_day_of_the_organization(tmp_path: Path) -> None:
    """Without a day given, entries are judged by the day that it is where the organization is."""
    far = PLAIN.replace("America/Los_Angeles", "Pacific/Kiritimati")
    (tmp_path / "reconciler.yaml").write_text(far)
    assert load(tmp_path).today >= date.today()


def _claims(asked: dict[str, object], traits: Traits) -> list[Declared]:
    rule = Rule(Match(MatchEntry.model_validate(asked)), Declared(Spec(), Source("devices.yaml"), "entry"))
    return Claims([rule]).on(traits)


IPAD = Traits(family="iPad", model="iPad (10th generation)", order="PO-2026-114", color="", added=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("asked", "claimed"),
    [
        ({"family": "ipad"}, True),
        ({"family": ["Mac", "iPad"]}, True),
        ({"family": "Mac"}, False),
        ({"family": "*"}, True),
        ({"color": "*"}, True),
        ({"color": "SILVER"}, False),
        ({"model": "iPad (10th*"}, True),
        ({"model": "iPad (1"}, False),
        ({"model": "*10TH*"}, True),
        ({"model": "iPad .10th generation."}, False),
        ({"family": "iPad", "order": "PO-2026-114"}, True),
        ({"family": "iPad", "order": "PO-2026-115"}, False),
        ({"added": {"from": "2026-03-01", "to": "2026-03-01"}}, True),
        ({"added": {"from": "2026-03-02"}}, False),
        ({"added": {"to": "2026-02-28"}}, False),
    ],
)
def test_a_match_claims_what_all_its_lines_allow(asked: dict[str, object], claimed: bool) -> None:
    """All lines hold at once, a list means any, * is the only wildcard, and case does not matter."""
    assert bool(_claims(asked, IPAD)) is claimed


def test_a_device_without_date_is_in_no_period() -> None:
    """A device of which Apple says no date was not added between two dates."""
    assert not _claims({"added": {"from": "2000-01-01"}}, Traits(family="iPad"))


def test_secrets_come_from_where_the_files_say(tmp_path: Path) -> None:
    """A secret is read from its file or variable, and when it is not there the place is named."""
    (tmp_path / "key.pem").write_text("-----BEGIN")
    assert Secret(file="key.pem").read(tmp_path, {}) == "-----BEGIN"
    assert Secret(env="KEY").read(tmp_path, {"KEY": "abc"}) == "abc"
    with pytest.raises(ReconcilerError, match="variable KEY is not set"):
        Secret(env="KEY").read(tmp_path, {})
    with pytest.raises(ReconcilerError, match=r"none\.pem cannot be read"):
        Secret(file="none.pem").read(tmp_path, {})


def test_validate_works_offline(tmp_path: Path) -> None:
    """`reconciler validate` imports neither an HTTP client nor a provider, nor what only other commands need."""
    folder = _write(tmp_path / "c", {"reconciler.yaml": ENTRIES})
    code = (
        "import sys\nfrom reconciler.cli import cli\n"
        "cli.main(['validate', sys.argv[1]], standalone_mode=False)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    imported = run.stdout.splitlines()[-1]
    assert "Riverside: the configuration is sound." in run.stdout
    assert [name for name in ("httpx", "providers", "deepdiff", "jsonschema", "rich") if f"'{name}'" in imported] == []


def test_validate_shows_every_error_and_fails(tmp_path: Path) -> None:
    """`reconciler validate` on broken files prints each finding and exits with 1."""
    (tmp_path / "reconciler.yaml").write_text(PLAIN + "mdm_servers: {jamf: {nmae: Jamf School}}\n")
    run = subprocess.run([sys.executable, "-m", "reconciler", "validate", str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert 'reconciler.yaml:3:22  nmae: is not known here. Did you mean "name"?' in run.stderr
    assert "Traceback" not in run.stderr
