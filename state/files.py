"""Files that survive a kill and a power cut: whole or not at all, and on the disk before we say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from state.errors import Unavailable

Guard = Callable[[], AbstractContextManager[None]]
"""Makes the place ready for writing and keeps other writers out while it is held."""

_PATIENCE = 60.0  # seconds; a guard covers one small write, so a longer wait means a process that hangs


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Hold an OS lock on `path`, which dies with the process, while one small write is made. Raises Unavailable after a minute."""
    lock = FileLock(path, timeout=_PATIENCE, poll_interval=0.005, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise Unavailable(f"{path} is held by a process that does not let go", "end that process, then try again") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses about `path` into words for people."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(f"cannot use {path}: {reason}", "check the disk's free space and who may write to this folder") from error


def sync_folder(folder: Path) -> None:
    """Make names created, renamed or removed in `folder` last; where the system cannot open folders (Windows) it does so itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, chunks: Iterable[bytes], mode: int = 0o666) -> None:
    """Replace `path` so that a reader, and a crash at any instant, finds the old content or the new, never a mixture.

    The caller holds whatever keeps other writers out: the temporary name is fixed, so that a crash leaves at most one behind and
    the next write takes it over.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    with explained(path):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
