"""What is known of things that nothing reads: what the record says that a person has done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from providers.portal.capabilities import STEPS
from reconciler.capability import Verb
from reconciler.kinds import KINDS
from reconciler.kinds.hierarchy import ROLES
from reconciler.kinds.naming import slug
from reconciler.kinds.roles import Grant
from reconciler.provider import Known, Look
from reconciler.resource import Declared, Seen, Spec, fingerprint

_ROLES = {slug(role): role for role in ROLES}


class Attested:
    """The record, as things of a channel. `today`: the organization's day, by which requests end."""

    def __init__(self, look: Look, today: date) -> None:
        self._look = look
        self._today = today

    def items(self, kind: str) -> Mapping[str, Seen]:
        """What a person has attested of a kind, and requests that ended without.

        What was attested as it is declared is as it is declared; of what was attested otherwise only that is known. Things that nobody
        has to undo when they leave the files are gone then.
        """
        declared, undone = self._look.desired.of(kind), Verb.DELETE in STEPS[kind]
        found = {name: _seen(kind, name, known, declared.get(name)) for name, known in self._recorded(kind) if undone or name in declared}
        found.update((name, Seen(one.spec)) for name, one in declared.items() if name not in found and self._over(kind, one.spec))
        return found

    def unread(self, kind: str) -> Mapping[str, Seen]:
        """Things that could be read, but not today: nothing is known of those that are declared."""
        return {name: Seen(KINDS[kind].spec()) for name in self._look.desired.of(kind)}

    def _recorded(self, kind: str) -> list[tuple[str, Known]]:
        return list(self._look.recorded.get(kind, {}).items())

    def _over(self, kind: str, spec: Spec) -> bool:
        last = KINDS[kind].due(spec)
        return bool(KINDS[kind].lapses) and last is not None and last < self._today


def _seen(kind: str, name: str, known: Known, declared: Declared | None) -> Seen:
    if declared is not None and known.fingerprint == fingerprint(declared.spec):
        return Seen(declared.spec, known.remote_id)
    return Seen(_blank(kind, name), known.remote_id, known.fingerprint)


def _blank(kind: str, name: str) -> Spec:
    """A thing of which only the name is known; that of a role says everything."""
    if KINDS[kind].spec is not Grant:
        return KINDS[kind].spec()
    person, role, location = name.split("/", 2)
    return Grant(person=person, role=_ROLES[role], location=location)
