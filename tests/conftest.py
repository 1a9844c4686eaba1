"""What every test may ask for."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.campaign.figures import figures
from tests.district import District


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the crash campaign's figures. Under pytest-xdist the process that has the terminal loads this conftest and no deeper one."""
    if lines := figures(terminalreporter.getreports("passed")):
        terminalreporter.section("crash campaign")
        for line in lines:
            terminalreporter.write_line(line)


# A shell's background job, or a CI runner, starts us deaf to Ctrl-C, and our children with us; the tests of Ctrl-C need them to hear.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def district(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> District:
    """A district of 60 devices on three services, most of them held by one; nothing is recorded yet."""
    made = District(tmp_path / "district", capsys)
    made.run("plan")  # seeds the pretend organization
    return made
