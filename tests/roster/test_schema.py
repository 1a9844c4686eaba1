from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from reconciler.errors import ConfigurationError
from reconciler.load import load
from reconciler.schema import config_schema
from tests.config.trees import PLAIN, TODAY

FRAGMENTS = """
good locations: {a: {name: North}}
bad  locations: {a: {}}
bad  locations: {a: {name: ~}}
good people: {a: {role: student, first_name: Made, last_name: Up, locations: [n], grade: 7, passcode: 4, number: 007}}
good people: {a: {role: student, first_name: Made, last_name: Up, locations: n, passcode: "8"}}
good people: {a: {role: staff, first_name: Made, last_name: Up, locations: n, middle_name: X, email: a@b.example, sis_username: x}}
bad  people: {a: {role: staff, first_name: Made, last_name: Up, locations: n, grade: 7}}
bad  people: {a: {role: staff, first_name: Made, last_name: Up, locations: n, passcode: 4}}
bad  people: {a: {role: student, first_name: Made, last_name: Up, locations: n, passcode: 5}}
bad  people: {a: {role: student, first_name: Made, last_name: Up, locations: n, passcode: ~}}
bad  people: {a: {role: teacher, first_name: Made, last_name: Up, locations: n}}
bad  people: {a: {role: student, first_name: Made, last_name: Up, locations: []}}
bad  people: {a: {role: student, first_name: Made, last_name: Up}}
bad  people: {a: {role: student, first_name: ~, last_name: Up, locations: n}}
bad  people: {a: Made Up}
bad  people: {a: ~}
good courses: {a: {location: n}}
good courses: {a: {location: n, number: 1, name: Science}}
bad  courses: {a: {name: Science}}
good classes: {a: {course: c, location: n, instructors: t}}
good classes: {a: {course: c, location: n, instructors: [], students: []}}
bad  classes: {a: {course: c, location: n, students: ~}}
bad  classes: {a: {course: c}}
good roster: {}
good roster: {account_format: first_name, federated_domains: [], primary_location: p, directory_sync: false}
bad  roster: {sources: [{}]}
bad  roster: {sources: [{apple_csv: a, oneroster: b}]}
bad  roster: {sources: [{apple_csv: ~}]}
bad  roster: {sources: [{apple_csv: a, kinds: [roster]}]}
bad  roster: {sources: [{apple_csv: a, locations: []}]}
bad  roster: {account_format: [surname]}
bad  roster: {directory_sync: yes}
"""
AROUND = """
locations: {n: {name: North}}
courses: {c: {location: n}}
people: {t: {role: staff, first_name: Made, last_name: Up, locations: n}}
"""
VERDICTS = [line.split(maxsplit=1) for line in FRAGMENTS.strip().splitlines()]


def _files(text: str) -> dict[str, str]:
    section = text.partition(":")[0]
    around = "\n".join(line for line in AROUND.splitlines() if not line.startswith(f"{section}:"))
    around = around.replace("locations: n}", "locations: a}") if section == "locations" else around
    around = around.replace("location: n}", "location: a}") if section == "locations" else around
    if section == "people":
        text = text.replace("people: {", "people: {t: {role: staff, first_name: Made, last_name: Up, locations: n}, ")
        around = "\n".join(line for line in around.splitlines() if not line.startswith("people:"))
    return {"reconciler.yaml": PLAIN + around + "\n" + text + "\n"}


@pytest.mark.parametrize(("verdict", "text"), VERDICTS)
def test_schema_and_models_judge_rosters_alike(verdict: str, text: str, tmp_path: Path) -> None:
    """Each entry of a roster is accepted by both the schema, which editors use, and the models, or refused by both."""
    files = _files(text)
    (tmp_path / "reconciler.yaml").write_text(files["reconciler.yaml"])
    document = json.loads(json.dumps(YAML(typ="safe", pure=True).load(files["reconciler.yaml"])))
    judged = {"schema": Draft202012Validator(config_schema()).is_valid(document), "models": _models_accept(tmp_path)}
    assert judged == dict.fromkeys(judged, verdict == "good")


def _models_accept(folder: Path) -> bool:
    try:
        load(folder, TODAY)
    except ConfigurationError:
        return False
    return True
