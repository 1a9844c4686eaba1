from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest

from tests.roster_upload.sshd import Server, serving


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    """One OpenSSH server for all."""
    with serving() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server, with an empty folder."""
    yield running
    for file in (running.files / "dropbox").iterdir():
        file.unlink()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that failed in the background cries out afterwards: without a handler such a log is a traceback on stderr."""
    yield
    gc.collect(1)  # where exceptions that nobody took come to light
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert not [record.getMessage() for record in records if record.levelno >= logging.WARNING]
