"""Doctor and the SFTP server that takes rosters: a real OpenSSH server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.district import District
from tests.doctor.door import closed_port, write_key
from tests.roster_upload.sshd import Server, serving


def _sign_in(district: District, server: Server, folder: Path, key: str) -> dict[str, Any]:
    (folder / "own.key").write_text(server.key(key))
    rosters = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": server.user,
        "host_keys": server.host_key,
        "private_key": {"file": str(folder / "own.key")},
    }
    api = closed_port()
    school = {"client_id": "SCHOOLAPI.1", "key_id": "k", "private_key": {"file": str(write_key(folder / "key.pem"))}}
    privacy = {"key": {"file": str(folder / "names.key")}}
    (folder / "names.key").write_text("0123456789abcdef" * 4)
    district.settings(
        connections={"apple_school": {**school, "base_url": api, "token_url": api}, "roster_upload": rosters}, privacy=privacy
    )
    findings = json.loads(district.run("doctor", "--json").out)["findings"]
    found: dict[str, Any] = {one["subject"]: one for one in findings}["roster_upload sign-in"]
    return found


def test_the_account_for_rosters_is_tried(district: District, tmp_path: Path) -> None:
    """Doctor signs in to the server that takes rosters and leaves nothing there; a key that is not taken fails, and says what to do."""
    with serving() as server:
        assert _sign_in(district, server, tmp_path, "id")["status"] == "OK"
        refused = _sign_in(district, server, tmp_path, "stranger")
        assert refused["status"] == "FAIL"
        assert "private_key" in refused["todo"]
        assert server.key("stranger").splitlines()[1] not in json.dumps(refused)
        assert not list((server.files / "dropbox").iterdir())
