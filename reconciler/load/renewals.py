"""Renewals name tokens and keys of `connections` that exist, of their sort, each once."""

from __future__ import annotations

from reconciler.kinds.renewals import RENEWAL, Renewal
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.entries import Loading
from reconciler.settings import Settings


def check_renewals(settings: Settings, loading: Loading) -> None:
    """What is wrong goes into the findings."""
    sorts, watched = settings.connections.credentials(), dict[str, str]()
    for name, declared in loading.desired.of(RENEWAL).items():
        if not isinstance(spec := declared.spec, Renewal) or (place := spec.connection) is None:
            continue
        at = loading.source(RENEWAL, name, "connection")
        if place not in sorts:
            loading.say(at, f"connection: {short(place)} is no token or key under connections.", did_you_mean(place, sorts))
        elif sorts[place] != spec.what:
            loading.say(at, f"connection: connections.{place} is of the sort {sorts[place]}, and what says {spec.what}.", "Correct one.")
        elif place in watched:
            loading.say(at, f'connection: {short(place)} is watched by "{watched[place]}" already.', "Delete one of the two.")
        else:
            watched[place] = name
