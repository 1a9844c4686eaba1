from __future__ import annotations

from tests.district import District

UNTIDY = """\
# our services
mdm_servers:
      jamf: {'name': "Jamf School"} # the board decided
      intune:
            allow_release: false
            name:   'Intune for Education'
"""
TIDY = """\
# yaml-language-server: $schema=.schemas/config.schema.json

# our services
mdm_servers:
  jamf: {name: Jamf School} # the board decided
  intune:
    name: Intune for Education
    allow_release: false
"""


def test_untidy_files_are_laid_out(district: District) -> None:
    """fmt rewrites what is not canonical, names it, keeps comments, and finds nothing to do the second time."""
    district.write("services.yaml", UNTIDY)
    ran = district.run("fmt")
    assert (ran.code, ran.err) == (0, "")
    assert "services.yaml: laid out anew" in ran.out
    assert (district.folder / "services.yaml").read_text() == TIDY
    assert district.run("fmt").out == "All 2 files are in the canonical layout.\n"
    assert district.run("fmt", "--check").code == 0
    assert district.run("plan").code in (0, 2)


def test_check_and_diff_write_nothing(district: District) -> None:
    """--check fails and names the files, --diff shows the lines; neither writes."""
    district.run("fmt")
    district.write("services.yaml", UNTIDY)
    checked = district.run("fmt", "--check")
    assert checked.code == 1
    assert "services.yaml: not in the canonical layout" in checked.out
    assert "reconciler fmt" in checked.err
    shown = district.run("fmt", "--diff")
    assert shown.code == 0
    assert "+  jamf: {name: Jamf School} # the board decided\n" in shown.out
    assert (district.folder / "services.yaml").read_text() == UNTIDY


def test_a_file_with_errors_is_left_alone(district: District) -> None:
    """A file with an error keeps every byte and is named with the error; the other files are laid out."""
    district.write("services.yaml", UNTIDY)
    broken = "device_assignments:\n    lab: {server: jmf, devices: {serials: [AAAA000001]}}\n"
    district.write("devices.yaml", broken)
    ran = district.run("fmt")
    assert ran.code == 1
    assert 'devices.yaml:2:19  server: "jmf" is not a known mdm_server' in ran.err
    assert "Left as they are: devices.yaml." in ran.err
    assert (district.folder / "devices.yaml").read_text() == broken
    assert (district.folder / "services.yaml").read_text() == TIDY
