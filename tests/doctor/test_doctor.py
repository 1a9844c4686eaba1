from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from state.holder import Holder
from state.local import LocalBackend
from tests.audit.repository import Repository
from tests.cli.scenes import settled
from tests.district import District
from tests.doctor.door import closed_port, door, write_key

NAME = "Test District (rehearsal)"


def _found(district: District, *arguments: str) -> dict[str, dict[str, Any]]:
    document = json.loads(district.run("doctor", "--json", *arguments).out)
    return {one["subject"]: one for one in document["findings"]}


def _status(district: District, subject: str) -> str:
    return str(_found(district)[subject]["status"])


def _backend(district: District) -> LocalBackend:
    return LocalBackend(district.folder / "state", NAME)


def _real(district: District, address: str, key: Path) -> None:
    account = {"client_id": "SCHOOLAPI.1", "key_id": "k", "private_key": {"file": str(key)}, "base_url": address, "token_url": address}
    district.settings(connections={"apple_school": account})


def test_a_sound_place_is_well(district: District, tmp_path: Path) -> None:
    """Where everything is in order, doctor says OK of each thing, ends with 0, and has changed nothing at Apple."""
    settled(district)
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    repository = Repository(district.folder, tmp_path / "home")
    repository.commit()
    repository.git("remote", "add", "origin", str(remote))
    repository.git("push", "--quiet", "--set-upstream", "origin", "main")
    before = district.activities()
    ran = district.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert {line.split()[0] for line in ran.out.splitlines()[:-1]} == {"OK"}
    assert "OK    apple_school sign-in: The credentials were accepted." in ran.out
    assert "OK    ledger: The ledger is whole" in ran.out
    assert district.activities() == before


def test_permissions_are_proven_by_reading(district: District) -> None:
    """--read reads as a plan does, and says with how many requests."""
    finding = _found(district, "--read")["apple_school permissions"]
    assert finding["status"] == "OK"
    assert "requests" in finding["says"]


def test_a_broken_configuration_hides_nothing_else(district: District) -> None:
    """A configuration that cannot be read fails with its first problem, versions are told all the same, and the rest is skipped aloud."""
    district.assign(lab={"server": "jmf", "devices": {"serials": ["AAAA0000001"]}})
    ran = district.run("doctor")
    assert ran.code == 1
    assert "FAIL  configuration: 1 problem in the configuration; the first: devices.yaml:1:" in ran.out
    assert "OK    Python" in ran.out
    assert "SKIP  everything else" in ran.out


def test_a_damaged_ledger_fails_alone(district: District) -> None:
    """A damaged ledger fails with the line at fault, and everything else is looked at."""
    settled(district)
    path = district.folder / "state" / "ledger.jsonl"
    path.write_text(path.read_text().replace('"n":2', '"n":7', 1))
    found = _found(district)
    assert found["ledger"]["status"] == "FAIL"
    assert "ledger.jsonl:2: " in found["ledger"]["says"]
    assert found["ledger"]["todo"]
    assert [subject for subject, one in found.items() if one["status"] == "FAIL"] == ["ledger"]
    assert found["apple_school sign-in"]["status"] == "OK"


def test_a_damaged_record_fails_alone(district: District) -> None:
    """A record that cannot be understood fails with its place, and everything else is looked at."""
    settled(district)
    path = district.folder / "state" / "record.tsv"
    path.write_text(path.read_text() + "<<<<<<< HEAD\n")
    found = _found(district)
    assert [subject for subject, one in found.items() if one["status"] == "FAIL"] == ["record"]
    assert "record.tsv" in found["record"]["says"]


def test_an_interrupted_run_is_told(district: District) -> None:
    """A journal that is open warns, and says what the next apply does."""
    _backend(district).journal().append("begin", run="r1")
    finding = _found(district)["journal"]
    assert finding["status"] == "WARN"
    assert "was interrupted" in finding["says"]
    assert "reconciler apply" in finding["todo"]


def test_a_lock_that_is_held_names_who(district: District) -> None:
    """A lock that somebody holds warns with who and since when."""
    with _backend(district).lock().acquire(Holder("jane", "office", os.getpid(), "2026-11-23T08:00:00+00:00", "")):
        finding = _found(district)["lock"]
    assert finding["status"] == "WARN"
    assert "jane@office" in finding["says"]
    assert _status(district, "lock") == "OK"


def test_a_lock_of_the_dead_is_told(district: District) -> None:
    """A lock whose holder died says who left it behind, and that nothing is to be done."""
    code = (
        "import os; from pathlib import Path; from state.local import LocalBackend; from state.holder import Holder; "
        f"LocalBackend(Path({str(district.folder / 'state')!r}), {NAME!r}).lock().acquire(Holder('joe', 'pc', 1, '', '')); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    finding = _found(district)["lock"]
    assert finding["status"] == "WARN"
    assert "left behind by joe@pc" in finding["says"]


def test_a_host_that_cannot_be_reached(district: District, tmp_path: Path) -> None:
    """A host that does not answer fails, signing in is not tried, and state and files are looked at all the same."""
    _real(district, closed_port(), write_key(tmp_path / "key.pem"))
    found = _found(district)
    assert found["apple_school network"]["status"] == "FAIL"
    assert "cannot be reached" in found["apple_school network"]["says"]
    assert found["apple_school sign-in"]["status"] == "SKIP"
    assert found["ledger"]["status"] == "OK"
    assert found["connections.apple_school.private_key"]["status"] == "OK"


def test_credentials_that_are_refused(district: District, tmp_path: Path) -> None:
    """A key that Apple refuses fails with what to compare, and no secret is shown."""
    key = write_key(tmp_path / "key.pem")
    with door(accepts=False) as address:
        _real(district, address, key)
        ran = district.run("doctor")
    assert ran.code == 1
    assert "FAIL  apple_school sign-in" in ran.out
    assert "→ " in ran.out
    assert key.read_text().splitlines()[1] not in ran.out + ran.err


def test_credentials_that_are_accepted(district: District, tmp_path: Path) -> None:
    """Credentials that are accepted are OK, the clocks agree, and the token is not shown."""
    with door() as address:
        _real(district, address, write_key(tmp_path / "key.pem"))
        ran = district.run("doctor")
    assert "OK    apple_school sign-in: The credentials were accepted." in ran.out
    assert "OK    apple_school clock" in ran.out
    assert "secret-token" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("off", "status", "says"),
    [
        (timedelta(minutes=3), "WARN", "3 min behind"),
        (timedelta(minutes=-10), "FAIL", "10 min ahead of"),
        (timedelta(hours=5), "FAIL", "5 h behind"),
    ],
)
def test_a_clock_that_is_off(district: District, tmp_path: Path, off: timedelta, status: str, says: str) -> None:
    """A clock that is off by minutes warns, and fails where signatures would be refused, in both directions."""
    with door(off=off) as address:
        _real(district, address, write_key(tmp_path / "key.pem"))
        finding = _found(district)["apple_school clock"]
    assert finding["status"] == status
    assert f"This machine's clock is {says} that of 127.0.0.1" in finding["says"]


def test_a_token_that_has_ended(district: District, tmp_path: Path) -> None:
    """A server token that has ended fails with the day on which it did."""
    simulator = {"devices": 1, "services": ["Jamf School"], "clock": "2024-03-01T08:00:00"}
    past = {"apple_school": {"simulator": simulator}, "device_enrolment": {"jamf": {"simulator": {}}}}
    district.write("services.yaml", "mdm_servers: {jamf: {name: Jamf School}}")
    (district.folder / "state" / "private" / "simulator.sqlite").unlink()
    district.settings(connections=past)
    assert "device_enrolment.jamf expiry: It lasts until 2025-03-01." in district.run("doctor").out
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("jamf.p7m", "jamf.pem"):
        (kept / name).write_bytes((district.folder / "state" / "private" / f"simulator-{name}").read_bytes())
    _real(district, closed_port(), write_key(tmp_path / "key.pem"))
    token = {"server_token": {"file": str(kept / "jamf.p7m")}, "private_key": {"file": str(kept / "jamf.pem")}, "base_url": closed_port()}
    connections = json.loads((district.folder / "reconciler.yaml").read_text())["connections"]
    district.settings(connections={**connections, "device_enrolment": {"jamf": token}})
    finding = _found(district)["device_enrolment.jamf expiry"]
    assert (finding["status"], finding["says"]) == ("FAIL", "It ended on 2025-03-01.")


def test_secrets_are_looked_at_one_by_one(district: District, tmp_path: Path) -> None:
    """A secret that others can read warns, one that git keeps fails, one that is missing fails with its name, and none is shown."""
    key = write_key(district.folder / "key.pem")
    key.chmod(0o644)
    account = {"client_id": "a", "key_id": "b", "private_key": {"file": "key.pem"}, "base_url": closed_port(), "token_url": closed_port()}
    privacy = {"key": {"env": "NOWHERE_SET"}}
    district.settings(connections={"apple_school": account}, privacy=privacy)
    found = _found(district)
    assert found["connections.apple_school.private_key"]["status"] == "WARN"
    assert found["privacy.key"]["status"] == "FAIL"
    assert "NOWHERE_SET is not set" in found["privacy.key"]["says"]
    Repository(district.folder, tmp_path / "home").commit()
    found = _found(district)
    assert found["connections.apple_school.private_key"]["status"] == "FAIL"
    assert "Revoke it" in found["connections.apple_school.private_key"]["todo"]


def test_the_budget_that_is_left(district: District) -> None:
    """What is left of the rate budget is told from what earlier runs spent, and an empty one warns."""
    assert _status(district, "apple_school budget") == "OK"
    district.connection(budget={"reads_per_minute": 1, "writes_per_hour": 10})
    finding = _found(district)["apple_school budget"]
    assert finding["status"] == "WARN"
    assert finding["says"] == "Left: 0 of 1 reads a minute, 10 of 10 writes an hour."


def test_what_is_installed_is_compared_with_the_lock(district: District) -> None:
    """A package that is not what the folder's lock file pins is told."""
    district.write("requirements.lock", "click==0.0.1 \\\n    --hash=sha256:00\nnowhere-to-be-had==1.0\n")
    finding = _found(district)["requirements.lock"]
    assert finding["status"] == "WARN"
    assert "2 packages differ" in finding["says"]
    assert "nowhere-to-be-had missing instead of 1.0" in finding["says"]


def test_git_is_looked_at(district: District, tmp_path: Path) -> None:
    """No repository, files and state that are not committed, and a missing remote are each told with what to do."""
    assert _found(district)["git"]["status"] == "WARN"
    settled(district)
    repository = Repository(district.folder, tmp_path / "home")
    found = _found(district)
    assert "not committed" in found["git files"]["says"]
    assert "record.tsv and state/ledger.jsonl are not committed" in found["git state"]["says"]
    repository.commit()
    found = _found(district)
    assert (found["git files"]["status"], found["git state"]["status"]) == ("OK", "OK")
    assert found["git remote"]["says"] == "There is no remote: this is the only copy."
