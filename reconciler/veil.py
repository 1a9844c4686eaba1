"""People in what is planned: under a pseudonym where a roster brings them, by their key where these files name them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from reconciler.desired import Desired
from reconciler.kinds import KINDS
from reconciler.pseudonyms import REHEARSED, Pseudonyms, keyless

PERSON, ADMINISTRATOR = "person", "administrator"


@dataclass(frozen=True, slots=True)
class Veiled:
    """See reconciler.kinds.kind.Veil. `named`: keys under administrators. `rehearsed`: whether everybody is invented."""

    pseudonyms: Pseudonyms
    named: Collection[str]
    rehearsed: bool

    def who(self, person: str) -> str:
        """See Veil."""
        return person if person in self.named else self._secret().of(PERSON, person)

    def mask(self, attribute: str, value: str) -> str:
        """See Veil."""
        return self._secret().mask(attribute, value)

    def _secret(self) -> Pseudonyms:
        if self.pseudonyms is REHEARSED and not self.rehearsed:
            raise keyless()
        return self.pseudonyms


def veiled(desired: Desired, pseudonyms: Pseudonyms, *, rehearsed: bool) -> Desired:
    """The same wishes, fit to be planned: what the portal is asked for names nobody. ReconcilerError if real people lack a secret key."""
    veil = Veiled(pseudonyms, desired.of(ADMINISTRATOR).keys(), rehearsed)
    return replace(desired, items={kind: KINDS[kind].veiled(items, veil) for kind, items in desired.items.items()})
