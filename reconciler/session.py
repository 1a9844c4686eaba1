"""What every command that meets the live organization holds: configuration, channel, state, and who is asking."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from importlib.metadata import entry_points
from pathlib import Path

from reconciler.actor import name_of, revision, who
from reconciler.channels import Channels
from reconciler.clock import Clock
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.errors import ReconcilerError
from reconciler.examine import examined
from reconciler.flight import flights, in_flight
from reconciler.kinds.licences import TOKEN, ContentToken
from reconciler.kinds.renewals import RENEWAL
from reconciler.load import Configuration, Surroundings, load
from reconciler.observed import Observed
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Connect, Context, Look, Provider, Report, SignsIn
from reconciler.pseudonyms import REHEARSED, Pseudonyms
from reconciler.renewals.artefacts import Shelf
from reconciler.renewals.due import Renewals, Scene, renewals
from reconciler.renewals.words import expiries
from reconciler.renewals.words import warnings as renewals_due
from reconciler.resource import Address
from reconciler.revert import undoing
from reconciler.roster.desired import declare
from reconciler.selection import EVERYTHING, Selection
from reconciler.veil import veiled
from state.backend import Backend
from state.collector import collector_paused
from state.local import LocalBackend
from state.record import Record


@dataclass(frozen=True, slots=True)
class Session:
    """One command's view of one organization, all its channels as one `provider`. Made by `connect`, which closes it."""

    configuration: Configuration
    backend: Backend
    provider: Provider
    who: Mapping[str, str]
    pseudonyms: Pseudonyms = REHEARSED
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def person(self) -> str:
        """Who is asking, in one phrase."""
        return name_of(self.who)

    def on(self, configuration: Configuration) -> Session:
        """The same organization, with another configuration of it."""
        return replace(self, configuration=_ready(configuration, self.provider.clock, self.pseudonyms))

    def observe(self, record: Record, report: Report, *, everything: bool = False) -> Observed:
        """Read what the configuration and the record need, or `everything` that there is."""
        with collector_paused():
            configuration = self.configuration
            look = Look(configuration.desired, record.entries, configuration.roster, self.pseudonyms, everything)
            return self.provider.observe(look, report)

    def in_flight(self) -> frozenset[Address]:
        """What an earlier run sent and nobody has seen the end of: nothing may be planned for it."""
        return in_flight(flights(self.backend.journal().lines()))

    def plan(self, report: Report, selection: Selection = EVERYTHING) -> tuple[Plan, Record]:
        """Observe and plan; with the record that the plan was made from."""
        record = self.backend.record()
        facts = self._facts(record, self.observe(record, report), selection)
        ending = self.renewals()
        warnings = [*self.configuration.warnings, *self._unfinished(), *renewals_due(ending)]
        made = plan(facts, self.provider, self._binding(record), warnings)
        return examined(replace(made, renewals=tuple(expiries(ending))), self.configuration), record

    def renewals(self) -> Renewals:
        """Everything that expires, as far as it can be told without a request."""
        settings, desired, provider = self.configuration.settings, self.configuration.desired, self.provider
        tokens = desired.of(TOKEN).items()
        return renewals(
            Scene(
                desired.of(RENEWAL),
                settings.connections.credentials(),
                provider.credentials() if isinstance(provider, SignsIn) else (),
                Shelf(self.configuration.folder, self.environment),
                provider.clock.now(),
                settings.organization.zone,
                {f"apps_and_books.{name}": one.spec.account for name, one in tokens if isinstance(one.spec, ContentToken)},
            )
        )

    def plan_undoing(self, run: str, report: Report) -> Plan:
        """The plan that brings back what one run changed. ReconcilerError if the ledger has no such run, or nothing that can be undone."""
        record, configuration = self.backend.record(), self.configuration
        undo = undoing(run, self.backend.ledger(), configuration.settings.state.folder)
        with collector_paused():
            look = Look(undo.beside(configuration.desired), record.entries, configuration.roster, self.pseudonyms)
            observed = self.provider.observe(look, report)
        facts = replace(self._facts(record, observed, EVERYTHING), desired=undo.desired, record=undo.only(record))
        warnings = [*undo.warnings, *self._unfinished()]
        return examined(undo.alone(plan(facts, self.provider, self._binding(record), warnings), record), configuration)

    def _facts(self, record: Record, observed: Observed, selection: Selection) -> Facts:
        configuration = self.configuration
        return Facts(
            desired=configuration.desired,
            record=record,
            observed=observed,
            settings=configuration.settings,
            today=configuration.today,
            in_flight=self.in_flight(),
            selection=selection,
            roster=configuration.roster,
            pseudonyms=self.pseudonyms,
        )

    def _binding(self, record: Record) -> Binding:
        created = self.provider.clock.now().astimezone(UTC).isoformat(timespec="seconds")
        name = self.configuration.settings.organization.name
        zone = self.configuration.settings.organization.time_zone
        return Binding(name, self.provider.identity(), record.lineage, record.serial, revision(self.configuration.folder), created, zone)

    def _unfinished(self) -> list[Diagnostic]:
        lines = self.backend.journal().lines()
        if not lines:
            return []
        holder = self.backend.lock().holder()
        if holder and holder.pid != os.getpid():  # an apply plans, too, while it holds the lock itself
            return [Diagnostic(None, f"{holder} is applying just now.", "Plan again when that has ended.", Severity.WARNING)]
        begun = f"The run that began {str(lines[0]['at'])[:16].replace('T', ' ')} UTC was interrupted."
        return [Diagnostic(None, begun, "The next apply first looks at what it had sent.", Severity.WARNING)]


@contextmanager
def connect(folder: Path, environment: Mapping[str, str]) -> Iterator[Session]:
    """Load the configuration and open its channel and state.

    Raises ConfigurationError, ProviderError if the channel's settings cannot be used, StateError if the state cannot be read.
    """
    configuration = load(folder, around=Surroundings(folder, environment))
    backend = open_backend(configuration)
    pseudonyms = Pseudonyms.of_settings(configuration.settings, folder, environment)
    with ExitStack() as open_channels:
        channels = Channels(
            tuple(_channels(configuration, Context(folder, environment, backend.scratch, configuration.settings), open_channels))
        )
        ready = _ready(configuration, channels.clock, pseudonyms)
        yield Session(ready, backend, channels, who(folder, environment), pseudonyms, environment)


def _channels(configuration: Configuration, context: Context, open_channels: ExitStack) -> Iterator[Provider]:
    """A provider for each section of `connections`, closed with the stack even if a later one cannot be made."""
    for name, section in configuration.settings.connections.channels():
        provider = entry_point(name)(section, context)
        open_channels.callback(provider.close)
        yield provider


def _ready(configuration: Configuration, clock: Clock, pseudonyms: Pseudonyms) -> Configuration:
    """The configuration as of today, with everybody of whom a plan may speak under a pseudonym."""
    configuration = _on_its_day(configuration, clock)
    desired = veiled(configuration.desired, pseudonyms, rehearsed=configuration.settings.connections.rehearsed)
    if configuration.settings.connections.roster_upload is None:
        return replace(configuration, desired=desired)
    items = desired.items | declare(configuration.roster, pseudonyms)
    return replace(configuration, desired=replace(desired, items=items, listed={}))


def _on_its_day(configuration: Configuration, clock: Clock) -> Configuration:
    """The configuration as of today in the organization; a rehearsal has a calendar of its own."""
    today = clock.now().astimezone(configuration.settings.organization.zone).date()
    return configuration if today == configuration.today else load(configuration.folder, today, configuration.opener.around)


def open_backend(configuration: Configuration) -> Backend:
    """The state of this configuration. A rehearsal's state is never taken for the real organization's, nor the other way round."""
    settings = configuration.settings
    rehearsal = " (rehearsal)" if settings.connections.rehearsed else ""
    return LocalBackend(configuration.folder / settings.state.folder, settings.organization.name + rehearsal)


def entry_point(channel: str) -> Connect:
    """What opens a channel. ReconcilerError if nothing that is installed does."""
    found = entry_points(group="reconciler.providers", name=channel)
    for point in found:
        loaded: Connect = point.load()
        return loaded
    raise ReconcilerError(f'No installed provider speaks "{channel}".', "Install reconciler again: its providers come with it.")
