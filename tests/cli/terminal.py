"""The real command as a child process: with its output piped, or with a terminal (a pty) in front of it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.district import Ran

RECONCILER = Path(sys.executable).with_name("reconciler")


def environment(**more: str) -> dict[str, str]:
    """A plain user's environment: neither the tests' own nor a CI's."""
    home = os.environ.get("HOME", "/")
    return {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLUMNS": "250", **more}


def piped(
    *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, before: Callable[[], None] | None = None
) -> Ran:
    """Run the command with nothing that is a terminal; `before` runs in the child."""
    done = subprocess.run(
        [RECONCILER, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=dict(env or environment()),
        cwd=cwd,
        preexec_fn=before,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Answer:
    """What a person does when the terminal shows `prompt`: type `keys`, or press Ctrl-C."""

    prompt: str
    keys: str = ""


def on_terminal(*arguments: str | Path, answer: Answer | None = None, stdout: int | None = None) -> tuple[int, str]:
    """Run the command on a terminal (with `stdout` elsewhere, if given); its exit code and all that the terminal showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 250, 0, 0))
    out = theirs if stdout is None else stdout
    with subprocess.Popen([RECONCILER, *arguments], stdin=theirs, stdout=out, stderr=theirs, env=environment()) as child:
        os.close(theirs)
        try:
            shown = _watch(ours, child, answer)
        except BaseException:
            child.kill()  # or leaving the block would wait for it for ever
            raise
        code = child.wait()
    os.close(ours)
    return code, shown


def _watch(ours: int, child: subprocess.Popen[bytes], answer: Answer | None) -> str:
    shown = b""
    while piece := _read(ours, child, pressing=answer is not None and not answer.keys and _asked(shown, answer.prompt.encode())):
        shown += piece
        if answer and answer.keys and answer.prompt.encode() in shown:
            os.write(ours, answer.keys.encode())
            answer = None
    return shown.decode(errors="replace")


def _asked(shown: bytes, prompt: bytes) -> bool:
    """Whether the question is the last that the terminal shows: once anything is said after it, an earlier Ctrl-C was noticed."""
    return prompt in shown and b"\n" not in shown.rpartition(prompt)[2]


def _read(ours: int, child: subprocess.Popen[bytes], *, pressing: bool) -> bytes:
    """What the terminal shows next; nothing at the end. While it shows nothing, Ctrl-C is pressed (again), as people do: between showing
    a question and waiting for its answer Python does not notice the first."""
    while pressing and not select.select([ours], [], [], 1.0)[0]:
        child.send_signal(signal.SIGINT)
    try:
        return os.read(ours, 65_536)
    except OSError:  # how Linux says that the last one has left the terminal
        return b""
