from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from providers.roster_upload.account import Account
from providers.simulator import Tenant
from providers.simulator.quirks import SWITCHES
from reconciler.cli import run
from tests.cli.terminal import RECONCILER, environment, piped
from tests.roster_upload.run import upload

CONFIG = "organization: {name: Port School, time_zone: UTC}\n"


@dataclass(frozen=True)
class Served:
    """A pretend organization behind a real port, and the settings that the command printed for it."""

    file: Path
    settings: str
    child: subprocess.Popen[str]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """`reconciler simulator serve` as a child process, on a free port."""
    file = tmp_path / "apple.sqlite"
    assert run(["simulator", "seed", str(file), "--devices", "12", "--service", "Jamf School", "--seed", "3"]) == 0
    command: list[str | Path] = [RECONCILER, "simulator", "serve", file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True) as child:
        assert child.stdout
        settings = ""
        while "token_url" not in settings:
            line = child.stdout.readline()
            assert line, child.stderr and child.stderr.read()
            settings += line
        yield Served(file, settings, child)
        child.kill()


def _folder(served: Served, folder: Path, settings: str = "") -> Path:
    folder.mkdir()
    (folder / "reconciler.yaml").write_text(CONFIG + (settings or served.settings))
    (folder / "services.yaml").write_text("mdm_servers:\n  jamf: {name: Jamf School}\n")
    serials = [serial for serial, held in _tenant(served).items() if held]
    (folder / "devices.yaml").write_text(f"device_assignments:\n  lab: {{server: jamf, devices: {{serials: [{', '.join(serials)}]}}}}\n")
    return folder


def _tenant(served: Served) -> dict[str, str | None]:
    with Tenant.open(served.file) as tenant:
        return tenant.devices()


def _secrets(served: Served) -> list[str]:
    """The lines of the private key that hold it, and every token that was given out."""
    with Tenant.open(served.file) as tenant:
        key = tenant.credentials().private_key_pem.splitlines()[1:-1]
    with closing(sqlite3.connect(served.file)) as database:
        return [*key, *(token for (token,) in database.execute("SELECT token FROM tokens"))]


def test_the_printed_settings_work(served: Served, tmp_path: Path) -> None:
    """What serve prints, put into reconciler.yaml, lets plan and apply reach the pretend organization over the port."""
    folder = _folder(served, tmp_path / "config")
    planned = piped("plan", folder)
    assert (planned.code, planned.err) == (2, "")
    assert "= adopt jamf" in planned.out
    applied = piped("apply", "--yes", folder)
    assert (applied.code, applied.err) == (0, "")
    assert piped("plan", folder).code == 0


def test_ctrl_c_ends_serving(served: Served) -> None:
    """Ctrl-C ends serve with a word and without a traceback."""
    served.child.send_signal(signal.SIGINT)
    _, err = served.child.communicate()
    assert (served.child.returncode, err.strip()) == (0, "Stopped.")


def test_the_printed_upload_settings_work(served: Served) -> None:
    """What serve prints below roster_upload lets an SFTP client in, and the password's file is its owner's alone."""
    assert served.child.stdout
    while served.child.stdout.readline() != "  roster_upload:\n":
        assert served.child.poll() is None
    given = dict(served.child.stdout.readline().strip().split(": ", 1) for _ in range(6))
    password = Path(given["password"].removeprefix("{file: ").removesuffix("}"))
    assert password.stat().st_mode & 0o077 == 0
    keys = tuple(given["host_keys"].strip("[]").split(", "))
    account = Account(given["host"], given["user"], keys, port=int(given["port"]), folder=given["folder"], password=password.read_text())
    assert upload(account).error is None


def test_the_key_file_is_private(served: Served) -> None:
    """The key that serve writes beside the organization is readable by its owner only."""
    key = served.file.with_suffix(".pem")
    assert str(key.resolve()) in served.settings
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["file", "env"])
def test_no_secret_gets_out(served: Served, tmp_path: Path, place: str) -> None:
    """Neither the private key nor a token is in any file of the state, in a saved plan, or in what commands print."""
    pem = served.file.with_suffix(".pem")
    settings = served.settings if place == "file" else re.sub(r"\{file: .*\}", "{env: APPLE_SCHOOL_KEY}", served.settings)
    folder = _folder(served, tmp_path / "config", settings)
    env = environment(APPLE_SCHOOL_KEY=pem.read_text())
    saved = tmp_path / "plan.json"
    printed = [
        piped(*command, folder, env=env)
        for command in (["plan", "--json", "--out", str(saved)], ["apply", "--yes"], ["ledger", "--json"], ["show"], ["tasks"])
    ]
    assert [ran.code for ran in printed] == [2, 0, 0, 0, 0]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert folder / "state" / "ledger.jsonl" in files
    told = "\n".join([*(ran.out + ran.err for ran in printed), saved.read_text(), *(path.read_text() for path in files)])
    secrets = _secrets(served)
    assert len(secrets) > 3
    assert not [secret for secret in secrets if secret in told]


def test_seeding_is_reproducible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed makes the same organization, and seed says how large it is."""
    files = [tmp_path / "one.sqlite", tmp_path / "deeper" / "two.sqlite"]
    for file in files:
        assert run(["simulator", "seed", str(file), "--devices", "40", "--service", "Jamf School", "--clock", "2026-11-23"]) == 0
    assert f"{files[0]}: 40 devices, 1 services" in capsys.readouterr().out.replace("1 service\n", "1 services\n")
    with Tenant.open(files[0]) as one, Tenant.open(files[1]) as two:
        assert one.devices() == two.devices()


def test_switches_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """switches lists every switch with its default, its values and what it does."""
    assert run(["simulator", "switches"]) == 0
    told = capsys.readouterr().out
    for switch in SWITCHES.values():
        assert f"{switch.name} = {switch.default}   ({' | '.join(switch.values)})\n    {switch.explains}" in told


def test_switches_are_thrown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """switches --set throws switches of the organization in FILE and shows those that differ; --reset puts all back."""
    file = str(tmp_path / "apple.sqlite")
    run(["simulator", "seed", file])
    capsys.readouterr()
    assert run(["simulator", "switches", file, "--set", "linkage_lag=0", "--set", "log=missing@2"]) == 0
    assert capsys.readouterr().out == "linkage_lag = 0\nlog = missing@2\n"
    assert run(["simulator", "switches", file, "--reset"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("linkage_lga=3", 'The simulator has no switch "linkage_lga".\nDid you mean "linkage_lag"?'),
        ("log=mising", 'The switch log does not know "mising".\nDid you mean "missing"?'),
        ("kid=required@1", "The switch kid takes no @strike"),
        ("log=missing@never", '"never" does not say which requests log should strike'),
    ],
)
def test_a_switch_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, words: str) -> None:
    """A switch or value that does not exist is an error with the probable word."""
    file = str(tmp_path / "apple.sqlite")
    run(["simulator", "seed", file])
    assert run(["simulator", "switches", file, "--set", change]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--set", "linkage_lag=3"], ["--reset"]])
def test_switches_of_no_organization(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """--set and --reset without FILE are errors, not a list that looks as if all were done."""
    assert run(["simulator", "switches", *option]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Name the FILE" in printed.err


@pytest.mark.parametrize("command", [["serve"], ["switches"], ["portal", "create"]])
def test_an_organization_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """Where FILE does not exist the error says how to make it, and nothing is made."""
    file = tmp_path / "missing.sqlite"
    assert run(["simulator", *command, str(file), *(["Jamf"] if command[0] == "portal" else [])]) == 1
    assert f"Make one with: reconciler simulator seed {file}" in capsys.readouterr().err
    assert not file.exists()


def test_a_port_that_is_taken(served: Served) -> None:
    """A port that is in use is an error in one sentence."""
    port = served.settings.rpartition(":")[0] and re.search(r"base_url: http://127\.0\.0\.1:(\d+)", served.settings)
    assert port
    ran = piped("simulator", "serve", served.file, "--port", port[1])
    assert ran.code == 1
    assert "in use" in ran.err
    assert "Traceback" not in ran.err
