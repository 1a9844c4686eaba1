"""What an auditor may rely on: whatever is done to the ledger's lines is found, and named by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from state.errors import BrokenChain, Damaged
from state.ledger import Ledger, LedgerEntry, LedgerLine
from state.local import LocalBackend


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = LocalBackend(tmp_path, "Riverside").ledger()
    ledger.append([LedgerEntry("r", "done", {"user": "jane"}, {"step": number, "name": f"D{number}"}) for number in range(1, 5)])
    return ledger


Lines = list[bytes]
TAMPERED: dict[str, tuple[Callable[[Lines], Lines], int]] = {
    "edited": (lambda lines: [lines[0], lines[1].replace(b"D2", b"D9"), *lines[2:]], 2),
    "edited and sealed anew": (lambda lines: [lines[0], resealed(lines[1].replace(b"D2", b"D9")), *lines[2:]], 3),
    "the last edited": (lambda lines: [*lines[:3], lines[3].replace(b"jane", b"john")], 4),
    "the first deleted": (lambda lines: lines[1:], 1),
    "one deleted": (lambda lines: [*lines[:2], lines[3]], 3),
    "reordered": (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2),
    "repeated": (lambda lines: [*lines, lines[3]], 5),
    "cut short": (lambda lines: [lines[0], lines[1][:40], *lines[2:]], 2),
    "a key twice": (lambda lines: [lines[0], lines[1].replace(b'{"n"', b'{"event":"hidden","n"'), *lines[2:]], 2),
    "a foreign key": (lambda lines: [lines[0].replace(b'{"n"', b'{"note":1,"n"'), *lines[1:]], 1),
    "blanks": (lambda lines: [*lines[:3], lines[3].replace(b":", b": ")], 4),
    "an empty line": (lambda lines: [*lines[:2], b"", *lines[2:]], 3),
    "a conflict marker": (lambda lines: [*lines[:3], b"<<<<<<< HEAD", lines[3]], 4),
    "no object": (lambda lines: [b"[]", *lines[1:]], 1),
    "nested too deep": (lambda lines: [b"[" * 200_000, *lines[1:]], 1),
    "not UTF-8": (lambda lines: [lines[0].replace(b"jane", b"\xff"), *lines[1:]], 1),
}


def resealed(line: bytes) -> bytes:
    document = json.loads(line)
    del document["hash"]
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return json.dumps({**document, "hash": hashlib.sha256(canonical.encode()).hexdigest()}, separators=(",", ":")).encode()


@pytest.mark.parametrize("way", TAMPERED)
def test_tampering_is_found(ledger: Ledger, tmp_path: Path, way: str) -> None:
    """Whatever was done to a complete line, verify names the first line that is not what was written."""
    tamper, line = TAMPERED[way]
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in tamper(path.read_bytes().splitlines())))
    with pytest.raises(BrokenChain) as broken:
        ledger.verify()
    assert broken.value.line == line
    assert f"ledger.jsonl:{line}: " in broken.value.message
    assert broken.value.hint


def test_an_auditor_can_verify_without_us(ledger: Ledger, tmp_path: Path) -> None:
    """The hash of a line is the SHA-256 of its other keys as sorted JSON without spaces, computable by any tool."""
    for line in (tmp_path / "ledger.jsonl").read_bytes().splitlines():
        assert resealed(line) == line
    assert ledger.verify() == 4


def test_nothing_is_added_to_a_broken_end(ledger: Ledger, tmp_path: Path) -> None:
    """An append refuses a last line that was changed, and leaves the file as it was."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"D4", b"D9"))
    before = path.read_bytes()
    with pytest.raises(BrokenChain, match="changed after it was written"):
        ledger.append([LedgerEntry("r", "more")])
    assert path.read_bytes() == before


def test_a_merge_conflict_is_explained(ledger: Ledger, tmp_path: Path) -> None:
    """Reading a ledger with a conflict marker says which line cannot be understood and what to do."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b"<<<<<<< HEAD\n")
    with pytest.raises(Damaged, match=r"ledger\.jsonl:5: ") as damaged:
        list(ledger)
    assert "merge conflict" in damaged.value.hint


def test_windows_line_ends_do_no_harm(ledger: Ledger, tmp_path: Path) -> None:
    """A ledger that git checked out with Windows line ends verifies, and can be added to."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    ledger.append([LedgerEntry("r", "more")])
    assert ledger.verify() == 5


def test_a_ledger_line_has_a_documented_schema() -> None:
    """The JSON Schema of a ledger line describes every key."""
    properties = TypeAdapter(LedgerLine).json_schema()["properties"]
    assert list(properties) == ["n", "at", "run", "event", "who", "what", "previous", "hash"]
    assert all(entry["description"] for entry in properties.values())
