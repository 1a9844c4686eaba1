"""What Apple would post to a notificationUrl. It is kept instead of sent: the portal shows it, and no test needs a public https server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call
from providers.simulator.store import Store
from providers.simulator.switches import Setting

TEST = "TEST_NOTIFICATION"
MOST = 100
"""Elements in one notification."""
LATE = 300.0
"""Seconds; Apple's last attempt comes within five minutes."""


def test(call: Call, library: str) -> None:
    """The notification that setting an address causes; 9728 if nobody takes it."""
    if call.quirk("apps_webhook") == "unreachable":
        raise Refusal(9728)
    _keep(call.store, library, TEST, {}, (call.now,))


def tell(store: Store, settings: Mapping[str, Setting], library: str, kind: str, body: Mapping[str, Any], at: float) -> None:
    """Notify the library's manager, if it asked for this type; `body` may hold one long list, which is told in parts."""
    asked = store.row("SELECT notification_types FROM apps_libraries WHERE id = ? AND notification_url != ''", library)
    if asked is None or kind not in orjson.loads(asked[0]):
        return
    manner = settings["apps_notifications"].word
    times = {"once": (at,), "twice": (at, at), "late": (at + LATE,), "lost": ()}[manner]
    for part in _parts(body):
        _keep(store, library, kind, part, times)


def _parts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    long = next((name for name, value in body.items() if isinstance(value, list) and len(value) > MOST), None)
    if long is None:
        yield body
        return
    for start in range(0, len(body[long]), MOST):
        yield {**body, long: body[long][start : start + MOST]}


def _keep(store: Store, library: str, kind: str, body: Mapping[str, Any], times: Sequence[float]) -> None:
    id_, told = str(uuid.uuid4()), orjson.dumps(body).decode()
    add = "INSERT INTO apps_notifications (library, id, type, body, at) VALUES (?, ?, ?, ?, ?)"
    store.many(add, [(library, id_, kind, told, at) for at in times])
