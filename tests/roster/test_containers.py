from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from reconciler.load import read_upload
from reconciler.roster.write import to_files
from tests.roster.district import INVENTED, roster_of

FILES = to_files(roster_of(INVENTED))


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _said(path: Path) -> list[str]:
    return [str(finding).removeprefix(str(path.parent)) for finding in read_upload(path)[1]]


def test_a_zip_of_the_finder_is_read(tmp_path: Path) -> None:
    """What macOS adds to a zip is doubtful and does no harm."""
    path = _zip(tmp_path / "a.zip", {**FILES, "__MACOSX/._students.csv": b"x", ".DS_Store": b"x"})
    assert _said(path) == [
        "/a.zip/.DS_Store:1:1  The zip holds a file that Apple does not know.",
        "/a.zip/__MACOSX/._students.csv:1:1  The zip holds a file that Apple does not know.",
    ]


def test_a_zip_with_an_inner_folder_is_refused(tmp_path: Path) -> None:
    """A zip of the folder instead of its files is refused with the way to make it right, once for each file and no more."""
    said = _said(_zip(tmp_path / "a.zip", {f"export/{name}": content for name, content in FILES.items()}))
    assert len(said) == len(FILES)
    assert all("Zip the files themselves, not the folder around them." in one for one in said)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    """A zip whose content does not match its checksum is said to be damaged, and which file it is."""
    path = _zip(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    assert "/a.zip/students.csv:1:1  The file cannot be unpacked: the zip is damaged. Export it again." in _said(path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    """A zip with a password is refused in words."""
    path = _zip(tmp_path / "a.zip", FILES)
    data = path.read_bytes()
    central = data.index(b"PK\x01\x02")
    path.write_bytes(data[: central + 8] + b"\x01" + data[central + 9 :])
    assert "/a.zip/students.csv:1:1  The file is encrypted. Make the zip without a password." in _said(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(tmp_path: Path) -> None:
    """Two files of one name in a zip are refused: nobody knows which one Apple takes."""
    path = _zip(tmp_path / "a.zip", FILES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("staff.csv", b"x")
    assert _said(path) == ["/a.zip:1:1  The zip holds two files of the same name. Make it anew."]


def test_a_zip_without_directory_is_refused(tmp_path: Path) -> None:
    """Something that only ends like a zip is refused in words."""
    (tmp_path / "a.zip").write_bytes(b"junkPK\x05\x06" + b"\xff" * 16 + b"\0\0")
    assert _said(tmp_path / "a.zip") == ["/a.zip:1:1  The zip is damaged or cannot be read. Export it again."]


def test_nothing_is_said_to_be_nothing(tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    assert _said(tmp_path / "nowhere.zip") == ["/nowhere.zip:1:1  There is no such folder or zip."]
