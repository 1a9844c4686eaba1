from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.load import load
from tests.config.trees import TODAY, Case, cases, meaning

BROKEN = cases("broken")
SOUND = cases("sound")


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_broken_files_give_exactly_these_findings(case: Case, tmp_path: Path) -> None:
    """Every mistake in the files is found at once, at its place, in words that say what to do."""
    with pytest.raises(ConfigurationError) as caught:
        load(case.write(tmp_path), TODAY)
    assert [str(finding) for finding in caught.value.diagnostics] == case.findings


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_sound_files_mean_exactly_this(case: Case, tmp_path: Path) -> None:
    """Sound files mean what they say, each thing is found at its exact place, and what has lost its effect is a warning."""
    configuration = load(case.write(tmp_path), TODAY)
    assert [str(finding) for finding in configuration.warnings] == case.findings
    assert list(meaning(configuration)) == case.desired


def test_the_pile_of_broken_folders_is_large() -> None:
    """At least sixty different mistakes have their expected words written down."""
    assert len(BROKEN) >= 60


def test_a_folder_without_main_file_is_no_configuration(tmp_path: Path) -> None:
    """A folder without reconciler.yaml is refused with the way to the right one."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, TODAY)
    assert "holds no reconciler.yaml" in str(caught.value.diagnostics[0])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder that does not exist is named."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "nowhere", TODAY)
    assert f"There is no folder {tmp_path / 'nowhere'}." in str(caught.value.diagnostics[0])


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """A file behind a link that leads out of the folder is an error, a folder behind one a warning, and neither is read."""
    folder = Case("", {"reconciler.yaml": SOUND[0].files["reconciler.yaml"]}, [], []).write(tmp_path / "config")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more.yaml").write_text("mdm_servers: {jamf: {name: Jamf School}}")
    (folder / "linked").symlink_to(tmp_path / "outside")
    configuration = load(folder, TODAY)
    assert [str(warning.source) for warning in configuration.warnings] == ["linked:1:1"]
    assert not configuration.desired.of("mdm_server")
    (folder / "more.yaml").symlink_to(tmp_path / "outside" / "more.yaml")
    with pytest.raises(ConfigurationError) as caught:
        load(folder, TODAY)
    assert [str(error.source) for error in caught.value.diagnostics] == ["more.yaml:1:1"]


def test_a_csv_file_behind_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A list of devices comes from the configuration's folder even if a link pretends so."""
    main = SOUND[0].files["reconciler.yaml"]
    entry = b"mdm_servers: {jamf: {name: J}}\ndevice_assignments: {a: {server: jamf, devices: {file: a.csv}}}\n"
    folder = Case("", {"reconciler.yaml": main, "a.yaml": entry}, [], []).write(tmp_path / "config")
    (tmp_path / "a.csv").write_text("serial_number\nDMPX4K2Q1\n")
    (folder / "a.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(ConfigurationError) as caught:
        load(folder, TODAY)
    assert "lies outside the configuration folder" in str(caught.value.diagnostics[0])
