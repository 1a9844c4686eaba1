"""What of the plan a person asked for with `--target` and `--exclude`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reconciler.desired import Desired
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.kinds.suggest import short
from reconciler.observed import Observed
from reconciler.plan import Change
from reconciler.resource import Declared
from state.record import Record


@dataclass(frozen=True, slots=True)
class Selection:
    """Addresses, kinds or entries of the configuration (kind/entry); empty `targets` means everything."""

    targets: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def wants(self, change: Change) -> bool:
        """Whether the change is asked for."""
        names = {str(change.address), change.verdict.kind, f"{change.verdict.kind}/{change.verdict.origin}"}
        return (not self.targets or bool(names & self.targets)) and not names & self.exclude


EVERYTHING = Selection()


def check(selection: Selection, desired: Desired, wanted: Mapping[str, Mapping[str, Declared]], observed: Observed, record: Record) -> None:
    """Raise ReconcilerError, naming each word that stands for nothing at all, so that a typo never looks like "nothing to do".

    `wanted` is kind → name → declared, what rules claim included.
    """
    asked = sorted(selection.targets | selection.exclude)
    if not asked:
        return
    entries = {kind: set(_entries(kind, desired)) for kind in KINDS}
    tables: list[Mapping[str, Container[str]]] = [entries, desired.items, wanted, record.entries, observed.items, observed.present]
    unknown = [word for word in asked if word not in KINDS and not _stands(word, tables)]
    if unknown:
        said = " ".join(f"{short(word)} is no address, kind or entry of this organization." for word in unknown)
        raise ReconcilerError(said, " ".join(_hint(word, entries, tables) for word in unknown))


def _entries(kind: str, desired: Desired) -> Iterator[str]:
    """The entries of the configuration that are about a kind, those that are not in effect today included."""
    yield from (declared.origin for declared in desired.of(kind).values())
    yield from (rule.declared.origin for rule in desired.rules.get(kind, ()))
    yield from (dormant.name for dormant in desired.dormant if dormant.kind == kind)


def _stands(word: str, tables: Sequence[Mapping[str, Container[str]]]) -> bool:
    kind, _, name = word.partition("/")
    return any(name in table.get(kind, ()) for table in tables)


def _hint(word: str, entries: Mapping[str, set[str]], tables: Sequence[Mapping[str, Container[str]]]) -> str:
    """What was probably meant: the same name of the right kind, or the nearest entry or kind."""
    name = word.rpartition("/")[2]
    exact = [f"{kind}/{name}" for kind in KINDS if _stands(f"{kind}/{name}", tables)]
    known = {entry: f"{kind}/{entry}" for kind in KINDS for entry in sorted(entries[kind])} | {kind: kind for kind in KINDS}
    near = exact or [known[match] for match in get_close_matches(name, known, n=1)]
    return f'Did you mean "{near[0]}"?' if near else f"Write kind/name or kind/entry, or one of the kinds: {', '.join(KINDS)}."
