from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from reconciler.cli.schema import command
from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.load import load
from reconciler.schema import SCHEMAS, config_schema, outdated
from tests.config.trees import TODAY, Case, cases

ROOT = Path(__file__).parents[2]
NOT_SAID_BY_A_SCHEMA = {
    "approval-unknown-kind": "names that refer to something",
    "colon-in-braces": "what libyaml's parser refuses and others read",
    "dates-backwards": "two dates in order",
    "deadline-too-far": "today",
    "empty-file": "that a file of no bytes is a mistake",
    "freeze-names": "names that refer to something",
    "empty-settings": "that reconciler.yaml must hold something",
    "merge-key": "YAML that is refused although others read it",
    "name-missing": "what libyaml's parser refuses and others read",
    "serials-twice": "serial numbers that differ only in case",
    "server-unknown": "names that refer to something",
    "settings-elsewhere": "which file it is",
    "settings-missing": "which file it is",
    "time-zone": "the list of time zones",
    "time-zone-offset": "the list of time zones",
    **{case.name: "what is in other files" for case in cases("broken") if case.name.startswith("csv-")},
    **{f"duplicate-{what}": "uniqueness across entries and files" for what in ("across-entries", "display-name", "entry", "family", "id")},
    **{f"duplicate-{what}": "what is in other files" for what in ("serial-in-csv", "serials-many")},
}
"""Broken cases that the schema cannot refuse, and what it would have to know. It also cannot judge the length of a serial number that YAML
takes for a number, nor numbers in other notations than ours (0x1F, 1e1 and 10.0 are whole
numbers to a schema, and 1_000 is one to ruamel)."""
UNREADABLE_ELSEWHERE = {"alias-of-itself", "complex-key", "nesting-five-megabytes"}
"""Documents that are none in JSON's terms, or that ruamel's own parser takes minutes to refuse."""
FRAGMENTS = {
    "server": "mdm_servers: {{a: {}}}",
    "assignment": "device_assignments: {{a: {}}}",
    "connection": "connections: {{apple_school: {}}}",
    "guards": "guards: {}",
    "approvals": "approvals: {}",
}


class CoreConstructor(SafeConstructor):
    """YAML 1.2's core schema, which has no dates."""


CoreConstructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: node.value)


def _reading(content: bytes) -> object:
    """A file as any YAML 1.2 reader sees it, in JSON's types."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = CoreConstructor
    return json.loads(json.dumps(yaml.load(content.decode("utf-8-sig"))))


def _schema_accepts(case: Case, validator: Draft202012Validator) -> bool:
    try:
        documents = [_reading(text) for name, text in case.files.items() if name.endswith((".yaml", ".yml")) and not _skipped(name)]
    except (YAMLError, UnicodeDecodeError):
        return False
    return all(document is None or validator.is_valid(document) for document in documents)


def _skipped(name: str) -> bool:
    return name.startswith((".", "state/"))


def _models_accept(case: Case, folder: Path) -> bool:
    try:
        load(case.write(folder), TODAY)
    except ConfigurationError:
        return False
    return True


@pytest.fixture(scope="module")
def config() -> Draft202012Validator:
    return Draft202012Validator(config_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _pile(folder: str) -> list[Case]:
    return [case for case in cases(folder) if case.name not in UNREADABLE_ELSEWHERE]


@pytest.mark.parametrize("case", [*_pile("broken"), *_pile("sound")], ids=lambda case: case.name)
def test_schema_and_models_judge_folders_alike(case: Case, tmp_path: Path, config: Draft202012Validator) -> None:
    """What the models refuse the schema refuses too, but for what a schema cannot say; what they accept it accepts."""
    expected = _models_accept(case, tmp_path) or case.name in NOT_SAID_BY_A_SCHEMA
    assert _schema_accepts(case, config) == expected


def _fragments() -> Iterator[tuple[str, str]]:
    for line in (Path(__file__).parent / "verdicts.txt").read_text().splitlines():
        if not line.startswith("#"):
            verdict, where, fragment = line.split(maxsplit=2)
            yield verdict, FRAGMENTS[where].format(fragment)


def _around(text: str) -> dict[str, bytes]:
    """A folder that is sound but for the fragment."""
    lines = ["organization: {name: Riverside, time_zone: America/Los_Angeles}", text]
    lines += [] if text.startswith("connections") else ["connections: {apple_school: {simulator: {}}}"]
    lines += [] if text.startswith("mdm_servers") else ["mdm_servers: {jamf: {name: Jamf School}}"]
    return {"reconciler.yaml": "\n".join(lines).replace("device_assignments: {a: {", "device_assignments: {a: {server: jamf, ").encode()}


@pytest.mark.parametrize(("verdict", "text"), list(_fragments()))
def test_schema_and_models_judge_fragments_alike(verdict: str, text: str, tmp_path: Path, config: Draft202012Validator) -> None:
    """Each single value is accepted by both or refused by both."""
    case = Case("", _around(text), [], [])
    judged = {"models": _models_accept(case, tmp_path), "schema": _schema_accepts(case, config)}
    assert judged == dict.fromkeys(judged, verdict == "good")


def test_the_schemas_in_the_repository_are_up_to_date() -> None:
    """What is committed in schemas/ is what this version writes."""
    assert list(outdated(ROOT / "schemas")) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    """Every schema is valid, says what it is for, and each of its examples is accepted where it stands."""
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    for part in _parts(schema):
        validator = Draft202012Validator({**part, "$defs": schema.get("$defs", {})})
        assert all(validator.is_valid(example) for example in part.get("examples", ())), part
    assert schema["title"].startswith("reconciler: ")


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from _parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _parts(inner)


def test_every_key_that_people_write_is_explained() -> None:
    """Editors show help on every key of the files."""
    schema = config_schema()
    definitions = {name: part for name, part in schema["$defs"].items() if "properties" in part}
    bare = [
        f"{name}.{key}"
        for name, part in definitions.items()
        for key, one in part["properties"].items()
        if "description" not in one and "$ref" not in one
    ]
    assert bare == []


def test_the_command_writes_and_checks(tmp_path: Path) -> None:
    """`schema --out` writes every schema, and `--check` fails, naming it, when one of them differs."""
    runner = CliRunner()
    assert runner.invoke(command, ["--out", str(tmp_path)], catch_exceptions=False).exit_code == 0
    assert runner.invoke(command, ["--out", str(tmp_path), "--check"], catch_exceptions=False).exit_code == 0
    (tmp_path / "plan.schema.json").write_text("{}")
    result = runner.invoke(command, ["--out", str(tmp_path), "--check"])
    assert isinstance(result.exception, ReconcilerError)
    assert "plan.schema.json" in str(result.exception)
