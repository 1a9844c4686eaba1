"""Whatever goes wrong around the program ends in a sentence, never in a traceback."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from reconciler import errors
from reconciler.cli.failure import report_failure
from reconciler.diagnostic import Diagnostic
from reconciler.errors import ConfigurationError, ReconcilerError
from state import errors as state_errors
from state.errors import BrokenChain, Damaged, LockedElsewhere, StateError
from state.holder import Holder
from tests.cli.scenes import lab, settled, some
from tests.cli.terminal import RECONCILER, environment, piped
from tests.district import District, Ran

README = (Path(__file__).parents[2] / "README.md").read_text()
EXIT_CODES = {
    "ReconcilerError": 1,
    "ConfigurationError": 1,
    "ProviderError": 1,
    "Unauthorized": 3,
    "RateLimited": 6,
    "Unclear": 1,
    "GuardRefused": 4,
    "StalePlan": 5,
    "PartlyApplied": 7,
    "Locked": 8,
}
HOLDER = Holder("jane", "lab-mac", 4711, "2026-11-23T08:00:00+00:00", "")


def _classes(module: object, base: type[Exception]) -> list[type[Exception]]:
    return [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, base)]


def _sentence(ran: Ran, *words: str, code: int = 1) -> None:
    """The command failed with a sentence that holds these words."""
    assert ran.code == code, ran
    assert "Traceback" not in ran.err + ran.out
    assert "Error: " in ran.err
    for word in words:
        assert word in ran.err, ran.err


@pytest.mark.parametrize("kind", _classes(errors, ReconcilerError), ids=lambda kind: kind.__name__)
def test_every_error_has_its_documented_exit_code(kind: type[ReconcilerError], capsys: pytest.CaptureFixture[str]) -> None:
    """Each error ends the process with the code that the exception tree and the README document, and with its words on stderr."""
    error = kind([Diagnostic(None, "It broke.")]) if kind is ConfigurationError else kind("It broke.", "mend it")
    assert report_failure(error) == EXIT_CODES[kind.__name__]
    assert f"| {EXIT_CODES[kind.__name__]} |" in README
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "It broke." in printed.err
    assert kind is ConfigurationError or printed.err.endswith("Mend it\n")


@pytest.mark.parametrize("kind", _classes(state_errors, StateError), ids=lambda kind: kind.__name__)
def test_every_state_error_has_its_exit_code(kind: type[StateError], capsys: pytest.CaptureFixture[str]) -> None:
    """Each error of the state ends with 1, but the lock's with 8, and tells its words."""
    made: dict[type[StateError], Callable[[], StateError]] = {
        LockedElsewhere: lambda: LockedElsewhere(HOLDER),
        Damaged: lambda: Damaged(Path("record.tsv"), 3, "it broke", "mend it"),
        BrokenChain: lambda: BrokenChain(Path("ledger.jsonl"), 3, "it broke"),
    }
    error = made.get(kind, lambda: kind("it broke", "mend it"))()
    assert report_failure(error) == (8 if kind is LockedElsewhere else 1)
    assert error.message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "apply", "validate", "tasks", "show", "ledger"])
def test_a_folder_that_is_none(tmp_path: Path, command: str) -> None:
    """A folder that does not exist, or is a file, is an error that says which folder is wanted."""
    (tmp_path / "file").write_text("")
    more = ["--yes"] if command == "apply" else []
    for folder in (tmp_path / "missing", tmp_path / "file"):
        arguments = ["x/y", folder] if command == "show" else [folder]
        _sentence(piped(command, *more, *arguments), str(folder), "Give the folder that holds reconciler.yaml.")


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["tasks"], ["show"]])
def test_a_state_that_is_no_folder(district: District, command: list[str]) -> None:
    """A file where the state folder should be is an error that names it."""
    district.settings(state={"folder": "elsewhere"})
    district.write("elsewhere", "")
    _sentence(district.run(*command), "elsewhere")


def test_a_record_that_cannot_be_read(district: District) -> None:
    """A record that cannot be read is an error that names it and says what to check."""
    (district.folder / "state" / "record.tsv").mkdir()
    _sentence(district.run("plan"), "state/record.tsv: Is a directory.", "who may write to this folder")


def test_a_damaged_record(district: District) -> None:
    """A record that git merged wrongly is an error that names the line."""
    settled(district)
    record = district.folder / "state" / "record.tsv"
    record.write_text(record.read_text().replace("\n", "\n<<<<<<< HEAD\n", 2))
    _sentence(district.run("plan"), "record.tsv:2:")


def _plain_user() -> None:
    """Take from root what makes it pass over file permissions; for everybody else nothing changes."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="root is made an ordinary user by a call of Linux")
def test_a_state_that_may_not_be_written(district: District) -> None:
    """Where the state may not be written apply sends nothing, names the file and says what to check."""
    lab(district, some(district, 3))
    district.settings(state={"folder": "elsewhere"})
    folder = district.folder / "elsewhere"
    folder.mkdir(mode=0o500)
    try:
        _sentence(
            piped("apply", "--yes", district.folder, before=_plain_user), "elsewhere", "Permission denied", "who may write to this folder"
        )
    finally:
        folder.chmod(0o700)
    assert district.activities() == 0


def _tiny_files() -> None:
    """No file may grow beyond this many bytes: what a full disk feels like."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def test_a_full_disk(district: District) -> None:
    """A disk that fills up while applying ends in a sentence that names the file; with space again the next run completes."""
    with _port(district):
        _sentence(piped("apply", "--yes", district.folder, before=_tiny_files), "File too large", "free space")
        assert piped("apply", "--yes", district.folder).code == 0
        assert piped("plan", district.folder).code == 0
        assert piped("ledger", "verify", district.folder).code == 0


@contextmanager
def _port(district: District) -> Iterator[None]:
    """While it lasts the pretend Apple is in another process, so that what fills up is our own state and not its."""
    pretend = district.folder.with_name("pretend.sqlite")
    piped("simulator", "seed", pretend, "--devices", "12", "--service", "Jamf School", "--service", "Intune for Education")
    command: list[str | Path] = [RECONCILER, "simulator", "serve", pretend]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True) as child:
        assert child.stdout
        connection = "".join(child.stdout.readline() for _ in range(7))
        district.write("reconciler.yaml", f"organization: {{name: Port School, time_zone: UTC}}\nstate: {{folder: real}}\n{connection}")
        try:
            yield
        finally:
            child.terminate()


def test_an_output_that_takes_nothing(district: District) -> None:
    """Standard output on a full disk is an error in one sentence, without a second complaint at the end."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([RECONCILER, "plan", district.folder], stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert done.returncode == 1
    told = done.stderr.decode().splitlines()
    assert told[0] == "Error: The output could not be written: No space left on device."
    assert len(told) == 2


def test_a_reader_that_has_seen_enough(district: District) -> None:
    """A plan that is piped into `head` ends without a word on stderr."""
    lab(district, district.serials("Meraki Systems Manager") + [f"AWAITED{number:05}" for number in range(20_000)])
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as out:
        command: list[str | Path] = [RECONCILER, "plan", "--all", district.folder]
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=environment())
    assert os.read(reading, 20).startswith(b"Test District")
    os.close(reading)
    _, told = child.communicate()
    assert told == b""


@pytest.mark.parametrize("coding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_of_few_letters(district: District, coding: str) -> None:
    """Where the terminal cannot show all letters the plan is printed all the same, and JSON stays JSON."""
    district.settings(organization={"name": "Škola Žižkov", "time_zone": "UTC"}, state={"folder": "other"})
    lab(district, some(district, 3))
    env = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING=coding)
    ran = piped("plan", district.folder, env=env)
    assert (ran.code, ran.err) == (2, "")
    assert "3 to update" in ran.out
    document = json.loads(piped("plan", "--json", district.folder, env=env).out)
    assert document["binding"]["organization"] == "Škola Žižkov"


def test_a_plain_c_locale(district: District) -> None:
    """In the C locale of a bare CI container a plan is what it is elsewhere."""
    lab(district, some(district, 3))
    assert piped("plan", district.folder, env=environment(LC_ALL="C")) == piped("plan", district.folder)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "../../etc/passwd", "UTC+1", "", "/etc/localtime"])
def test_a_time_zone_that_is_none(district: District, zone: str) -> None:
    """A time zone that does not exist is an error at its place in the file."""
    district.settings(organization={"name": "Test District", "time_zone": zone})
    _sentence(district.run("plan"), "reconciler.yaml:1:", "time_zone")


def _crafted(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A plan file that was changed by somebody who also mended the digest."""
    document = json.loads(path.read_text())
    change(document)
    del document["digest"]
    document["digest"] = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["changes"][0].update(kind="person"),
        lambda plan: plan["changes"][0].update(before={"shoe": 42}),
        lambda plan: plan["changes"][0].update(waits_for="nobody"),
        lambda plan: plan["binding"].update(time_zone="Europe/Atlantis"),
        lambda plan: plan["binding"].update(time_zone="Europe"),
        lambda plan: plan.update(format=2),
        lambda plan: plan.update(more=True),
    ],
    ids=["kind", "spec", "address", "zone", "zones", "format", "key"],
)
def test_a_crafted_plan(district: District, tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A plan file that holds what no plan of this version holds is refused in a sentence, even if its digest is right."""
    lab(district, some(district, 3))
    path = tmp_path / "plan.json"
    district.run("plan", "--out", str(path))
    _crafted(path, change)
    _sentence(district.run("apply", "--plan", str(path)), f"{path} is not a plan of this version", "reconciler plan --out plan.json")
    assert district.activities() == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b"PK\x03\x04"])
def test_a_file_that_is_no_plan(district: District, tmp_path: Path, content: bytes) -> None:
    """A file that is no plan at all is refused in a sentence."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    _sentence(district.run("apply", "--plan", str(path)), "is not a plan of this version of reconciler.")


def test_a_plan_that_is_not_there(district: District, tmp_path: Path) -> None:
    """A plan file that is missing, or is a folder, is named."""
    _sentence(district.run("apply", "--plan", str(tmp_path / "plan.json")), f"There is no plan file {tmp_path / 'plan.json'}.")
    _sentence(district.run("apply", "--plan", str(tmp_path)), f"The plan file {tmp_path} cannot be read: Is a directory.")


def _real(district: District, **changes: object) -> None:
    """The same district with credentials instead of a simulator."""
    settings = {"client_id": "SCHOOLAPI.x", "key_id": "k", "private_key": {"file": "key.pem"}, **changes}
    district.settings(connections={"apple_school": settings}, state={"folder": "real"})


def _key(district: District) -> None:
    with district.tenant() as tenant:
        district.write("key.pem", tenant.credentials().private_key_pem)


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        ("", "is not a private key in PEM form"),
        ("-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n", "is not a private key in PEM form"),
        ("ssh-ed25519 AAAAC3Nza secret", "is not a private key in PEM form"),
    ],
    ids=["empty", "broken", "ssh"],
)
def test_a_wrong_key(district: District, pem: str, words: str) -> None:
    """A key file that holds no usable key is an error that does not quote it."""
    _real(district)
    district.write("key.pem", pem)
    ran = district.run("plan")
    _sentence(ran, words)
    assert not [line for line in pem.splitlines() if line and "BEGIN" not in line and line in ran.err]


def test_a_key_that_is_not_there(district: District) -> None:
    """A key file or variable that does not exist is named."""
    _real(district)
    _sentence(district.run("plan"), "key.pem cannot be read: No such file or directory.")
    _real(district, private_key={"env": "NO_SUCH_VARIABLE"})
    _sentence(district.run("plan"), "The environment variable NO_SUCH_VARIABLE is not set.")


@contextmanager
def _garbage(answer: bytes) -> Iterator[str]:
    """An address at which somebody answers every connection with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # the test is over
                    return
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        threading.Thread(target=speak, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", id="html"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnothing", id="text", marks=pytest.mark.slow),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="ssh", marks=pytest.mark.slow),
    ],
)
def test_somebody_else_answers(district: District, answer: bytes) -> None:
    """A host that does not speak Apple's language is an error that says what was being done there."""
    _key(district)
    with _garbage(answer) as address:
        _real(district, base_url=address, token_url=f"{address}/token")
        ran = district.run("plan")
    assert ran.code in (1, 3)
    _sentence(ran, "Signing in to Apple School Manager", code=ran.code)


@pytest.mark.slow
def test_nobody_answers(district: District) -> None:
    """An address at which nobody listens is an error that says what was tried, after some patience."""
    _key(district)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    _real(district, base_url=address, token_url=f"{address}/token")
    _sentence(district.run("plan"), "Signing in to Apple School Manager", "no connection could be made")


def test_arguments_that_do_not_exist() -> None:
    """A command, option or value that does not exist is an error with code 1, because 2 means pending changes."""
    for arguments in (["paln"], ["plan", "--al"], ["simulator", "seed", "x", "--devices", "many"]):
        ran = piped(*arguments)
        assert ran.code == 1
        assert "Error: " in ran.err
        assert "Traceback" not in ran.err
