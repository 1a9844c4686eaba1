from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from providers.roster_upload import connect
from reconciler.connections import RosterUploadConnection
from reconciler.desired import Desired
from reconciler.errors import ReconcilerError
from reconciler.provider import Context, Look, Provider
from reconciler.roster.part import Roster
from reconciler.settings import Settings
from tests.plan.cases import Memory
from tests.roster.district import roster_of
from tests.roster_upload.academy import people
from tests.roster_upload.test_reaching import KEY

ACCOUNT = {"user": "somebody", "host": "school.invalid"}
PASSWORD, NO_KEY = {"password": {"env": "PASSWORD"}}, {"private_key": {"env": "NO_KEY"}}
ENVIRONMENT = {"PASSWORD": "correct horse", "NO_KEY": "battery staple", "NAMES": "0123456789abcdef"}


def _provider(folder: Path, **section: object) -> Provider:
    rosters = RosterUploadConnection.model_validate({**ACCOUNT, **section})
    settings = TypeAdapter(Settings).validate_python(
        {
            "organization": {"name": "Test", "time_zone": "UTC"},
            "connections": {
                "apple_school": {"client_id": "c", "key_id": "k", "private_key": {"env": "NO_KEY"}},
                "roster_upload": {**ACCOUNT, **section},
            },
            "privacy": {"key": {"env": "NAMES"}},
        }
    )
    return connect(rosters, Context(folder, ENVIRONMENT, Memory(), settings))


def _look(roster: Roster) -> Look:
    return Look(Desired({}), {}, roster)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"host_keys": "ssh-ed25519 AAAA", **PASSWORD}, "host_keys, line 1: this is not a host key."),
        ({"host_keys": f"other.example {KEY}", **PASSWORD}, "host_keys holds no key for school.invalid"),
        ({"host_keys": KEY, **NO_KEY}, "private_key holds no private key that we can read."),
    ],
)
def test_keys_that_cannot_be_used_are_said_by_the_plan(tmp_path: Path, section: dict[str, object], words: str) -> None:
    """Whoever plans an upload hears of keys that no upload could use, without a connection; who uploads nothing does not."""
    provider = _provider(tmp_path, **section)
    with pytest.raises(ReconcilerError) as caught:
        provider.observe(_look(roster_of(people())), lambda _: None)
    assert words in caught.value.message
    assert "battery" not in caught.value.message + caught.value.hint
    assert provider.observe(_look(Roster()), lambda _: None).findings


def test_usable_keys_let_a_plan_pass(tmp_path: Path) -> None:
    """A plan with usable keys is made although nobody can reach the server: it connects nowhere."""
    provider = _provider(tmp_path, host_keys=KEY, **PASSWORD)
    assert not provider.observe(_look(roster_of(people())), lambda _: None).items["person"]


def test_commands_that_upload_nothing_load_no_ssh() -> None:
    """The channel is connected without loading the SSH library, which costs every command a quarter of a second."""
    code = "import sys, providers.roster_upload.connect; print('asyncssh' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
