"""Standard output that may be poor, or go away: few letters, a pipe whose reader has seen enough, a full disk."""

from __future__ import annotations

import io
import os
import sys

import click


def say(text: str) -> None:
    """Print a line of a run. What is being applied does not stop because nobody can read about it: the ledger tells it too."""
    shown = text if sys.stdout and sys.stdout.isatty() else click.unstyle(text)
    try:
        print(shown, flush=True)  # noqa: T201  click.echo goes past what rich has put in front of stdout, into the middle of its live line
    except OSError:
        mute()


def mute() -> None:
    """Send the rest of standard output nowhere, so that Python does not fail once more when it flushes at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def never_fail_on_a_letter() -> None:
    """In a terminal whose letters are few (Latin-1, Windows-1252) show "?" for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where there is no such stream at all
            stream.reconfigure(errors="replace")
