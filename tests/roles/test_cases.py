from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.load import load
from tests.config.trees import TODAY, Case, read_case

HERE = Path(__file__).parent
BROKEN, SOUND = ([read_case(path) for path in sorted((HERE / folder).glob("*.case"))] for folder in ("broken", "sound"))


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_what_is_wrong_is_found_at_once(case: Case, tmp_path: Path) -> None:
    """Everything wrong with roles, the frame and requests is found in one run, at its place, in words that name nobody."""
    with pytest.raises(ConfigurationError) as caught:
        load(case.write(tmp_path), TODAY)
    assert [str(finding) for finding in caught.value.diagnostics] == case.findings


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_what_is_unwise_is_a_warning(case: Case, tmp_path: Path) -> None:
    """What Apple allows and nobody should want is a warning at its place."""
    assert [str(finding) for finding in load(case.write(tmp_path), TODAY).warnings] == case.findings
