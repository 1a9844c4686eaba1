"""A folder or a zip with CSV files at its top."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from reconciler.diagnostic import Diagnostic
from reconciler.load.sealed import Opener, twin, twins
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.sealed import ENDING, is_sealed

LARGEST = 1 << 30
"""Bytes of one file once unpacked; the largest districts have some tens of millions."""
JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Container:
    """`files`: name → how to read it. `name` is what messages call the container, `buried` the CSV files that lie in an inner folder.

    `sealed`: files that are sealed one by one; they are known here by the names that they had before.
    """

    name: str
    files: Mapping[str, Callable[[], bytes]]
    buried: tuple[str, ...] = ()
    junk: tuple[str, ...] = ()
    sealed: frozenset[str] = frozenset()

    def called(self, file: str) -> str:
        """What messages call one of the files."""
        return f"{self.name}/{file}{ENDING if file in self.sealed else ''}"

    @property
    def zipped(self) -> bool:
        """Whether it is a zip."""
        return self.name.removesuffix(ENDING).endswith(".zip")

    def elsewhere(self, file: str) -> bool:
        """Whether a file is there in an inner folder or with capitals in its name: that was said, so it is not called missing, too."""
        return any(name.rpartition("/")[2].lower() == file for name in (*self.buried, *self.files))


def open_container(path: Path, name: str, opener: Opener) -> Container:
    """What is at a path. Raises UnreadableError: nothing, no folder and no zip, nothing of use in it, or sealed and not to be opened."""
    name = name.rstrip("/") or "."
    if path.is_dir():
        return _folder(path, name, opener)
    if not path.exists():
        sealed = path.with_name(path.name + ENDING)
        hint = f"There is {name}{ENDING}: write that." if sealed.exists() else ""
        raise UnreadableError(Diagnostic(Source(name), "There is no such folder or zip.", hint))
    content = opener.read(path, name)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        message = "This is neither a folder nor a zip."
        raise UnreadableError(Diagnostic(Source(name), message, "Give the folder that holds the CSV files, or a zip of them."))
    return _zip(content, name)


def _folder(path: Path, name: str, opener: Opener) -> Container:
    here = [file.name for file in sorted(path.iterdir()) if file.is_file() and not _junk(file.name)]
    for double in twins(here):
        raise UnreadableError(twin(double))
    opener.check(here)
    sealed = frozenset(file.removesuffix(ENDING) for file in here if is_sealed(file))
    files = {file.removesuffix(ENDING): partial(opener.read, path / file, f"{name}/{file}") for file in here}
    buried = sorted(file.relative_to(path).as_posix() for ending in ("", ENDING) for file in path.glob(f"*/*.csv{ending}"))
    return Container(name, files, tuple(buried), sealed=sealed)


def _zip(content: bytes, name: str) -> Container:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError):
        raise UnreadableError(Diagnostic(Source(name), "The zip is damaged or cannot be read.", "Export it again.")) from None
    junk = tuple(sorted(info.filename for info in infos if _junk(info.filename)))
    real = [info for info in infos if not _junk(info.filename)]
    files = {info.filename: _member(content, info, name) for info in real if "/" not in info.filename}
    if len(files) < sum("/" not in info.filename for info in real):
        raise UnreadableError(Diagnostic(Source(name), "The zip holds two files of the same name.", "Make it anew."))
    buried = tuple(sorted(info.filename for info in real if "/" in info.filename and info.filename.lower().endswith(".csv")))
    return Container(name, files, buried, junk)


def _member(content: bytes, info: zipfile.ZipInfo, name: str) -> Callable[[], bytes]:
    place = Source(f"{name}/{info.filename}")

    def read() -> bytes:
        if info.flag_bits & 1:
            raise UnreadableError(Diagnostic(place, "The file is encrypted.", "Make the zip without a password."))
        if info.file_size > LARGEST:
            raise UnreadableError(Diagnostic(place, "The file is larger than a gigabyte once unpacked."))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return archive.read(info)
        except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, EOFError):  # a compression that Python lacks is the fourth
            raise UnreadableError(Diagnostic(place, "The file cannot be unpacked: the zip is damaged.", "Export it again.")) from None

    return read


def _junk(name: str) -> bool:
    return name.startswith(JUNK) or PurePosixPath(name).name in JUNK
