"""`reconciler access`: offline."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from reconciler.access import DEEDS, Access, access
from reconciler.cli.options import folder
from reconciler.errors import ReconcilerError
from reconciler.kinds.hierarchy import REACH
from reconciler.load import Configuration, load
from reconciler.passcodes import Policy, policy_of
from reconciler.phrases import counted
from reconciler.pseudonyms import MARK, Pseudonyms
from reconciler.roster.layout import PEOPLE
from reconciler.roster.part import Part
from reconciler.veil import Veiled

WORDS = {"act": "edit", "reset": "reset the credentials of", "inspect": "inspect"}


@click.command()
@folder
@click.option("--person", default="", metavar="PERSON", help="What this person may do: a key, an id in the rosters, or a pseudonym.")
@click.option("--on", "target", default="", metavar="PERSON", help="Who may do it to this person.")
@click.option("--at", "location", default="", metavar="LOCATION", help="Only at this location.")
@click.option("--names", is_flag=True, help="Show names instead of pseudonyms; on a terminal only.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(folder: Path, person: str, target: str, location: str, names: bool, as_json: bool) -> int:
    """Say who may edit, reset or inspect whom, and where. By the roles and rosters in the files and Apple's hierarchy.

    Without --person and --on it is told by role and location.
    """
    if names and not sys.stdout.isatty():
        raise ReconcilerError("Names are shown on a terminal only.", "Leave out --names, or do not redirect the output.")
    question = _Question(load(folder), folder, location, names)
    asked = bool(person or target)
    rows = question.between(question.find(person), question.find(target)) if asked else question.by_role()
    _print(list(rows), as_json)
    if asked:
        for line in question.passcodes(question.find(target or person), as_json):
            click.echo(line)
    return 0


def _print(rows: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    if not rows:
        click.echo("Nobody, by Apple's hierarchy.")
    for row in rows:
        click.echo(f"{row['who']}  may {row['may']}  {row['whom']}  at {row['where']}")


class _Question:
    """One configuration, asked about. `location` and `names` as the options."""

    def __init__(self, configuration: Configuration, folder: Path, location: str, names: bool) -> None:
        self._configuration = configuration
        self._location = location
        self._names = names
        settings = configuration.settings
        named = configuration.desired.of("administrator").keys()
        self._veil = Veiled(Pseudonyms.of_settings(settings, folder, os.environ), named, settings.connections.rehearsed)
        self._access: Access = access(configuration.roster, configuration.desired.of("role").values())

    def find(self, given: str) -> str:
        """The person meant by a key, an id or a pseudonym; empty for nothing. ReconcilerError if there is nobody."""
        if not given or given in self._access.holdings:
            return given
        if given.startswith(MARK):
            found = next((person for person in self._access.holdings if self._veil.who(person) == given), None)
            if found is not None:
                return found
        raise ReconcilerError("Nobody in the roles and rosters of these files is called so.", "Give a key, an id or a pseudonym.")

    def between(self, person: str, target: str) -> Iterator[dict[str, str]]:
        """What one person may do to another, to everybody by role, or everybody with a role to them."""
        if person and target:
            yield from self._pairs([person], target)
        elif target:
            able = sorted({one for role in REACH["act"] for one in self._access.holders(role)})
            yield from self._pairs(able, target)
        else:
            mine = {(held.role, held.location) for held in self._access.of(person)}
            yield from ({**row, "who": self._shown(person)} for row in self._reached(mine))

    def by_role(self) -> Iterator[dict[str, str]]:
        """What every role that somebody holds may do at its location."""
        held = {(one.role, one.location) for roles in self._access.holdings.values() for one in roles}
        yield from self._reached(held)

    def passcodes(self, person: str, as_json: bool) -> Iterator[str]:
        """The passcode policy of a student, as a line."""
        if not as_json and (policy := _policy(self._configuration, person)) is not None:
            yield f"Passcode of {self._shown(person)}: {policy}."

    def _pairs(self, people: list[str], target: str) -> Iterator[dict[str, str]]:
        for person in people:
            where = {deed: [place for place in self._access.where(deed, person, target) if self._asked(place)] for deed in DEEDS}
            for place in sorted({place for places in where.values() for place in places}):
                may = ", ".join(WORDS[deed] for deed in DEEDS if place in where[deed])
                yield {"who": self._shown(person), "may": may, "whom": self._shown(target), "where": place}

    def _reached(self, held: set[tuple[str, str]]) -> Iterator[dict[str, str]]:
        counts = Counter((one.role, one.location) for roles in self._access.holdings.values() for one in roles)
        for role, place in sorted(held):
            there = sorted(pair for pair in counts if (pair[1] == place or role == "Administrator") and self._asked(pair[1]))
            for target, where in there:
                may = ", ".join(WORDS[deed] for deed in DEEDS if target in REACH[deed].get(role, ()))
                if may:
                    whom = counted(counts[target, where], target)
                    yield {"who": f"{role} of {place}", "may": may, "whom": whom, "where": where}

    def _asked(self, place: str) -> bool:
        return self._location in ("", place)

    def _shown(self, person: str) -> str:
        return _name(self._configuration, person) if self._names else self._veil.who(person)


def _row(configuration: Configuration, person: str) -> tuple[Part, int] | None:
    """Where somebody stands in the rosters; nowhere for others."""
    for layout in PEOPLE:
        for part in configuration.roster.of(layout.name):
            if person in part.keys:
                return part, list(part.keys).index(person)
    return None


def _name(configuration: Configuration, person: str) -> str:
    row, administrator = _row(configuration, person), configuration.desired.of("administrator").get(person)
    names: list[str] = []
    if administrator is not None:
        names = [str(getattr(administrator.spec, name)) for name in ("first_name", "last_name")]
    elif row is not None:
        names = [row[0].column(name)[row[1]] for name in ("first_name", "last_name")]
    return " ".join(names).strip() or person


def _policy(configuration: Configuration, person: str) -> Policy | None:
    row = _row(configuration, person)
    return policy_of(*row, configuration.desired, configuration.settings.roster.terms) if row else None
