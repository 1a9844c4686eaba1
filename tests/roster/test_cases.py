from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

from reconciler.diagnostic import Diagnostic
from reconciler.errors import ConfigurationError
from reconciler.load import load, read_upload
from tests.config.trees import TODAY, Case
from tests.roster.cases import cases

CASES = list(cases())
PERSONAL = (
    *("ximena", "inventada", "yorick", "fabricated", "zelda", "imagined", "quentin", "madeup", "gunda", "ersonnen", "ulla", "erfunden"),
    *("gma", "@pupils", "@staff", "xinventada", "zimagined"),
)
"""What tells who somebody is in the case files, in lower case."""


def findings(case: Case) -> list[Diagnostic]:
    """What is found in a case, from the current folder: the errors or, without any, the warnings; both where files go up as they are."""
    case.write(Path())
    if case.name.startswith("ready-"):
        return sorted(read_upload(Path("sis"))[1])
    try:
        return load(Path(), TODAY).warnings
    except ConfigurationError as error:
        return list(error.diagnostics)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    """Every mistake in a roster is found at once, at its place, in exactly these words, and nothing is found in a sound one."""
    with chdir(tmp_path):
        assert [str(finding) for finding in findings(case)] == case.findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_finding_tells_a_name(case: Case) -> None:
    """No expected finding holds a name, an address or a user name of anybody in the files."""
    said = " ".join(case.findings).lower()
    assert [word for word in PERSONAL if word in said] == []


def test_the_pile_of_broken_rosters_is_large() -> None:
    """At least sixty different mistakes in rosters have their expected words written down."""
    assert sum(bool(case.findings) for case in CASES) >= 60
