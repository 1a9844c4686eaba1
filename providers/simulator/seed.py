"""Making an organization of a given size, the same one for the same seed.

Devices come in orders (a classroom set of one model), and everything about device number n follows from the seed and n alone:
a larger organization begins with the devices of a smaller one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from providers.simulator.catalogue import APPLE_CUSTOMERS, MODELS, RESELLERS, SERIAL_LETTERS, Model
from providers.simulator.clock import wire_time
from providers.simulator.portal import DeviceRow
from providers.simulator.tenant import Tenant

ORDER_SIZE = 20
FIRST_ORDER = 1_660_032_000.0
"""9 August 2022: orders are dated from here on, over four school years."""
ORDER_SPAN = 4 * 365 * 86400
SHARES = tuple(model.share for model in MODELS)
GOLDEN = 0.618033988749895
"""Steps of the golden section spread orders evenly over the services, however few orders there are."""
UNIT = len(SERIAL_LETTERS) ** 3


@dataclass(frozen=True, slots=True)
class ServiceSeed:
    """A device management service to make. `default_families` in Apple's API words (IPAD, MAC, …); `share` is its part of the orders."""

    name: str
    default_families: tuple[str, ...] = ()
    type: str = "MDM"
    release_flag: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the devices of one order have in common. `place` in [0, 1) says which service the order went to."""

    model: Model
    number: str
    source: tuple[str, str]
    at: float
    part: str
    capacity: str
    place: float


def seed(
    tenant: Tenant,
    *,
    devices: int,
    services: Sequence[str | ServiceSeed],
    seed: int = 1,
    clock: datetime | None = None,
    unassigned: float = 0.05,
) -> None:
    """Fill an organization; again with a larger number, let it grow. Services that exist (by name) and devices that exist are left alone.

    `clock` (aware) pins the organization's time there, unless it is pinned already; `unassigned` is
    the share of devices that no service holds.
    """
    if clock is not None and not tenant.clock.pinned:
        tenant.clock.pin(clock)
    plans = [ServiceSeed(service) if isinstance(service, str) else service for service in services]
    with tenant.store.transaction():
        ids = _services(tenant, plans, seed)
        tenant.portal.add_devices(_devices(devices, seed, _places(plans, ids), unassigned))


def _services(tenant: Tenant, plans: Sequence[ServiceSeed], number: int) -> list[str]:
    there = {service.name: service.id for service in tenant.services().values()}
    for plan in plans:
        if plan.name not in there:
            # Ids follow from the seed, the name and how many there ever were: a deleted or renamed one never gets in the way.
            ever = tenant.store.rows("SELECT COUNT(*) FROM services")[0][0]
            id_ = f"{random.Random(f'service {number} {ever} {plan.name}').getrandbits(128):032X}"  # noqa: S311 - reproducible on purpose
            there[plan.name] = tenant.portal.create_service(
                plan.name, type=plan.type, default_families=plan.default_families, release_flag=plan.release_flag, id=id_
            )
    return [there[plan.name] for plan in plans]


def _places(plans: Sequence[ServiceSeed], ids: Sequence[str]) -> list[tuple[float, str]]:
    """Upper bounds in (0, 1] with the service that an order below the bound went to."""
    total = sum(plan.share for plan in plans) or 1.0
    bound, places = 0.0, []
    for plan, id_ in zip(plans, ids, strict=True):
        bound += plan.share / total
        places.append((bound, id_))
    return places


def _devices(count: int, number: int, places: Sequence[tuple[float, str]], unassigned: float) -> Iterator[DeviceRow]:
    for n in range(count):
        if n % ORDER_SIZE == 0:
            order = _order(number, n // ORDER_SIZE)
            holder = next((id_ for bound, id_ in places if order.place < bound), places[-1][1] if places else "")
        chance = random.Random(number * 1_000_003 + n)  # noqa: S311 - reproducible on purpose
        alone = chance.random() < unassigned
        yield _device(order, number, n, chance, "" if alone else holder)


def _order(number: int, n: int) -> Order:
    chance = random.Random(f"order {number} {n}")  # noqa: S311 - reproducible on purpose
    model = chance.choices(MODELS, SHARES)[0]
    kind = chance.choices(("RESELLER", "APPLE", "MANUALLY_ADDED"), (60, 37, 3))[0]
    id_ = {"APPLE": chance.choice(APPLE_CUSTOMERS), "RESELLER": chance.choice(RESELLERS), "MANUALLY_ADDED": ""}[kind]
    at = FIRST_ORDER + chance.randrange(ORDER_SPAN // 3600) * 3600 + 512.192
    part = f"{model.part}{chance.choice('03579')}{chance.choice('2468')}LL/A"
    order_number = "" if kind == "MANUALLY_ADDED" else _order_number(chance, n, at)
    return Order(model, order_number, (kind, id_), at, part, chance.choice(model.capacities), (number * 0.37 + n * GOLDEN) % 1.0)


def _order_number(chance: random.Random, n: int, at: float) -> str:
    """As suppliers write them: with a year, plain, with leading zeros, and such as a spreadsheet takes for a power of ten."""
    year = str(wire_time(at))[:4]
    return chance.choices(
        (f"PO-{year}-{n + 101}", f"{8_000_000_000 + n * 7919}", f"{n * 97 + 4711:010}", f"{chance.randrange(10, 99)}E{45_000 + n}"),
        (55, 25, 12, 8),
    )[0]


def _device(order: Order, number: int, n: int, chance: random.Random, service: str) -> DeviceRow:
    model = order.model
    traits: dict[str, object] = {
        "deviceModel": model.name,
        "productFamily": model.family,
        "productType": model.product_type,
        "deviceCapacity": order.capacity,
        "partNumber": order.part,
        "orderNumber": order.number,
        "orderDateTime": wire_time(order.at),
        "color": chance.choice(model.colors),
        "purchaseSourceType": order.source[0],
        "purchaseSourceId": order.source[1],
        "isMdmMigrationCapable": model.migrates,
    }
    _addresses(model, chance, traits)
    serial = _short_serial(chance) if model.serial_length == 10 else _long_serial(number, n, chance)
    return DeviceRow(serial, traits, order.at + 86400 + n % ORDER_SIZE, service)


def _addresses(model: Model, chance: random.Random, traits: dict[str, object]) -> None:
    base = chance.getrandbits(46) << 2
    traits["wifiMacAddress"] = f"{base:012X}"
    traits["bluetoothMacAddress"] = f"{base + 1:012X}"
    if model.ethernet:
        traits["ethernetMacAddress"] = [f"{base + 2:012X}"]
    if model.cellular:
        body = f"35{chance.randrange(10**12):012}"
        traits["imei"] = [body + _luhn(body)]
        traits["meid"] = [body]
        traits["eid"] = f"89049032{chance.randrange(10**24):024}"


def _luhn(digits: str) -> str:
    """The check digit that ends an IMEI."""
    doubled = (int(digit) * (2 if n % 2 else 1) for n, digit in enumerate(digits))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def _short_serial(chance: random.Random) -> str:
    """Ten characters without meaning, as devices have since 2021."""
    return chance.choice("CDFGHJKLMNPQRTVWXY") + "".join(chance.choices(SERIAL_LETTERS, k=9))


def _long_serial(number: int, n: int, chance: random.Random) -> str:
    """Twelve characters: plant, year and week, unit, model. Plant and unit follow from n, so that no two devices share them."""
    plants, unit = n // UNIT, (n * 12_289 + number * 7_919) % UNIT
    plant = "CDFG"[number % 4] + _letters(plants * 37 + number * 5, 2)
    return plant + "".join(chance.choices(SERIAL_LETTERS, k=2)) + _letters(unit, 3) + "".join(chance.choices(SERIAL_LETTERS, k=4))


def _letters(value: int, count: int) -> str:
    size = len(SERIAL_LETTERS)
    return "".join(SERIAL_LETTERS[value // size**place % size] for place in range(count))
