"""What an event does to licences: gives them to users and devices, and takes them away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from providers.simulator.apps.work import Info, Work

ACTIVE = "('Registered', 'Associated')"


class Target(NamedTuple):
    """A user or a device; `column` is the one of apps_assignments (user, serial)."""

    column: str
    name: str

    @property
    def told(self) -> dict[str, str]:
        """As an assignment names it."""
        return {"clientUserId" if self.column == "user" else "serialNumber": self.name}


class Asset(NamedTuple):
    """An asset as the library has it; `free` licences are left."""

    adam_id: str
    pricing: str
    free: int


def associate(work: Work, body: Mapping[str, Any]) -> None:
    """Give every asset to every target."""
    targets = _targets(body)
    active, known = _active(work, body["users"]), _known(work, body["serials"])
    for adam_id, pricing in body["assets"]:
        asset = _asset(work, adam_id, pricing)
        held = _held(work, asset, targets)
        _give(work, asset, [(target, _obstacle(work, target, held, active, known)) for target in targets], held)


def _obstacle(work: Work, target: Target, held: Collection[Target], active: Collection[str], known: Collection[str]) -> int:
    if target in held:
        return 9616 if work.quirk("apps_already_assigned") == "failure" else 0
    if target.column == "user":
        return 0 if target.name in active else 9609
    return 9602 if target.name not in known and work.quirk("apps_unknown_serial") == "failure" else 0


def _give(work: Work, asset: Asset, judged: Sequence[tuple[Target, int]], held: Collection[Target]) -> None:
    needed = sum(not number and target not in held for target, number in judged)
    free = 0 if needed > asset.free and work.quirk("apps_short") == "none" else asset.free
    silent = work.quirk("apps_unknown_serial") == "silent"
    known = _known(work, [target.name for target, _ in judged if target.column == "serial"]) if silent else ()
    given: list[Target] = []
    for target, obstacle in judged:
        number = 9603 if work.hindered() else obstacle
        new = not number and target not in held and not (silent and target.column == "serial" and target.name not in known)
        if new and len(given) >= free:
            number = 9709
        elif new:
            given.append(target)
        work.finish(number, _told(asset, target), _info(asset, target))
    _keep(work, asset, given)


def _keep(work: Work, asset: Asset, given: Sequence[Target]) -> None:
    add = "INSERT INTO apps_assignments (library, adam_id, pricing, user, serial, version, shown_from) VALUES (?, ?, ?, ?, ?, 0, ?)"
    rows = [
        (work.library, asset.adam_id, asset.pricing, *((to.name, None) if to.column == "user" else (None, to.name)), work.seen_at)
        for to in given
    ]
    work.store.many(add, rows)
    _count(work, asset, len(given))


def disassociate(work: Work, body: Mapping[str, Any]) -> None:
    """Take every asset from every target."""
    targets = _targets(body)
    for adam_id, pricing in body["assets"]:
        asset = _asset(work, adam_id, pricing)
        held = _held(work, asset, targets)
        missing = 9610 if work.quirk("apps_not_assigned") == "failure" else 0
        taken = []
        for target in targets:
            number = 9603 if work.hindered() else 0 if target in held else missing
            if not number and target in held:
                taken.append(target)
            work.finish(number, _told(asset, target), _info(asset, target))
        _take(work, asset, taken)


def revoke(work: Work, body: Mapping[str, Any]) -> None:
    """Take everything that can be taken from these targets."""
    for target in _targets(body):
        for asset in _revocable(work, target):
            number = 9603 if work.hindered() else 0
            if not number:
                _take(work, asset, [target])
            work.finish(number, _told(asset, target), _info(asset, target))


def free(work: Work, user: str) -> None:
    """Take back the app licences of a user who is retired."""
    target = Target("user", user)
    for asset in _revocable(work, target):
        _take(work, asset, [target])


def _take(work: Work, asset: Asset, taken: Sequence[Target]) -> None:
    for column in ("user", "serial"):
        names = orjson.dumps([target.name for target in taken if target.column == column]).decode()
        work.store.rows(
            f"UPDATE apps_assignments SET gone_at = ?, shown_until = ?, version = 0 WHERE library = ? AND adam_id = ? AND pricing = ?"  # noqa: S608 - our own words
            f" AND {column} IN (SELECT value FROM json_each(?)) AND gone_at IS NULL",
            *(work.at, work.seen_at, work.library, asset.adam_id, asset.pricing, names),
        )
    _count(work, asset, -len(taken))


def _count(work: Work, asset: Asset, change: int) -> None:
    work.changed = work.changed or change != 0
    add = "UPDATE apps_assets SET assigned = assigned + ? WHERE library = ? AND adam_id = ? AND pricing = ?"
    work.store.rows(add, change, work.library, asset.adam_id, asset.pricing)


def _targets(body: Mapping[str, Any]) -> list[Target]:
    return [*(Target("user", name) for name in body["users"]), *(Target("serial", name) for name in body["serials"])]


def _asset(work: Work, adam_id: str, pricing: str) -> Asset:
    ask = "SELECT CASE unlimited WHEN 1 THEN 2147483647 ELSE total - assigned - retired END FROM apps_assets"
    row = work.store.row(f"{ask} WHERE library = ? AND adam_id = ? AND pricing = ?", work.library, adam_id, pricing)
    return Asset(adam_id, pricing, int(row[0]) if row else 0)


def _held(work: Work, asset: Asset, targets: Sequence[Target]) -> set[Target]:
    return {
        Target(column, row[0])
        for column in ("user", "serial")
        for row in work.store.rows(
            f"SELECT {column} FROM apps_assignments WHERE library = ? AND adam_id = ? AND pricing = ? AND gone_at IS NULL"  # noqa: S608 - our own words
            f" AND {column} IN (SELECT value FROM json_each(?))",
            *(work.library, asset.adam_id, asset.pricing),
            orjson.dumps([target.name for target in targets if target.column == column]).decode(),
        )
    }


def _revocable(work: Work, target: Target) -> Iterator[Asset]:
    rows = work.store.rows(
        f"SELECT adam_id, pricing FROM apps_assignments JOIN apps_assets USING (library, adam_id, pricing)"  # noqa: S608 - our own words
        f" WHERE library = ? AND {target.column} = ? AND gone_at IS NULL AND revocable = 1",
        *(work.library, target.name),
    )
    return (Asset(adam_id, pricing, 0) for adam_id, pricing in rows)


def _active(work: Work, users: Sequence[str]) -> set[str]:
    ask = (
        f"SELECT client_user_id FROM apps_users WHERE library = ? AND status IN {ACTIVE}"  # noqa: S608 - our own words
        " AND client_user_id IN (SELECT value FROM json_each(?))"
    )
    return {row[0] for row in work.store.rows(ask, work.library, orjson.dumps(users).decode())}


def _known(work: Work, serials: Sequence[str]) -> set[str]:
    ask = "SELECT serial FROM devices WHERE released_at IS NULL AND serial IN (SELECT value FROM json_each(?))"
    return {row[0] for row in work.store.rows(ask, orjson.dumps(serials).decode())}


def _told(asset: Asset, target: Target) -> dict[str, Any]:
    return {"adamId": asset.adam_id, "pricingParam": asset.pricing, **target.told}


def _info(asset: Asset, target: Target) -> Info:
    place = "clientUserIds" if target.column == "user" else "serialNumbers"
    return {"assets": [{"adamId": asset.adam_id, "pricingParam": asset.pricing}], place: [target.name]}
