"""Live services and devices as entries of our files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.kinds.found import Draft, Omitted, Survey, Table
from reconciler.kinds.match import FAMILIES, Match, MatchEntry, Traits
from reconciler.kinds.naming import joined, slug
from reconciler.kinds.serials import clean_serial, serial_problem, sound
from reconciler.kinds.suggest import short
from reconciler.phrases import counted
from reconciler.resource import Seen

SERVICES = "services.yaml"
MANY = 20
"""So many orders or models may stand in one match; more are easier to read as a list of devices."""
_NO_TRAITS = Traits()


def export_servers(survey: Survey) -> Iterator[Draft | Omitted]:
    """One entry per service, with the id only where its display name is not enough, and what Apple tells of its settings. A service that a
    connection leads to has the connection's key."""
    live: list[Any] = [seen.spec for seen in survey.live.values()]  # Any: MdmServer, which is defined above this module
    called = Counter(_alike(spec.name) for spec in live)
    families = Counter(family for spec in live for family in spec.default_for or ())
    families.update(family for one in survey.declared.values() for family in _families(one.spec))
    connected = survey.scene.observed.connected.get("mdm_server", {})
    keys = {_alike(name): key for key, name in connected.items() if key not in survey.declared}
    for observed, seen in sorted(survey.items.items(), key=lambda item: (_alike(_spec(item[1]).name), item[1].remote_id)):
        spec = _spec(seen)
        if not spec.name.strip():
            yield Omitted(1, f"a service without a display name (id {seen.remote_id}): give it one in the portal")
            continue
        values: dict[str, Any] = {"name": spec.name}
        if called[_alike(spec.name)] > 1:
            values["id"] = seen.remote_id
        if spec.default_for and all(families[family] == 1 for family in spec.default_for):
            values["default_for"] = list(spec.default_for)
        if spec.allow_release is not None:
            values["allow_release"] = spec.allow_release
        key = keys.get(_alike(spec.name)) if called[_alike(spec.name)] == 1 else None
        yield Draft(SERVICES, key or slug(spec.name), values, "", [observed], fixed=key is not None)


def _spec(seen: Seen) -> Any:  # Any: see above
    return seen.spec


def _families(spec: Any) -> Sequence[str]:  # Any: see above
    return spec.default_for or ()


def _alike(name: str) -> str:
    return name.strip().casefold()


def export_devices(survey: Survey, call: Callable[[Traits], str]) -> Iterator[Draft | Omitted]:
    """One entry per service and product family: a list of serial numbers, or a match that claims exactly them where one does and is
    asked for. `call` turns traits into what people call such a device."""
    for service, serials in sorted(_by_service(survey).items()):
        key = survey.key("mdm_server", service)
        if key is None:
            yield Omitted(len(serials), f"devices of a service that has no entry ({short(service)})")
            continue
        good = usable(serials)
        if len(good) < len(serials):
            yield Omitted(len(serials) - len(good), "devices whose serial numbers are not 8 to 14 letters and digits")
        yield from (_list(survey, key, product, group) for product, group in sorted(_by_product(survey, good, call).items()))


def _by_service(survey: Survey) -> Mapping[str, list[str]]:
    services: dict[str, list[str]] = defaultdict(list)
    for serial, seen in survey.items.items():
        services[_spec(seen).server].append(serial)
    return services


def usable(serials: Sequence[str]) -> Sequence[str]:
    """Those serial numbers that a list can hold."""
    if sound(serials):
        return serials
    return [serial for serial in serials if clean_serial(serial) == serial and serial_problem(serial) is None]


def _by_product(survey: Survey, serials: Sequence[str], call: Callable[[Traits], str]) -> Mapping[str, list[str]]:
    products: dict[str, list[str]] = defaultdict(list)
    for serial in sorted(serials):
        products[call(survey.traits.get(serial, _NO_TRAITS)) or "device"].append(serial)
    return products


def _list(survey: Survey, key: str, product: str, serials: Sequence[str]) -> Draft:
    name = joined(key, slug(product, "device"))
    remark = counted(len(serials), product)
    file = f"devices/{key}.yaml"
    match = _match(survey, serials) if survey.rules else None
    if match is not None:
        return Draft(file, name, {"server": key, "devices": {"match": match}}, f"{remark}, and those to come", serials)
    rows = [(serial, survey.traits.get(serial, _NO_TRAITS).model) for serial in serials]
    table = Table(f"devices/{name}.csv", ("serial_number", "model"), rows, ("devices", "file"))
    return Draft(file, name, {"server": key, "devices": {"file": table.file}}, remark, serials, [table])


def _match(survey: Survey, serials: Sequence[str]) -> dict[str, Any] | None:
    return exact_match(serials, survey.traits, ((), ("model",), ("order",), ("model", "order")))


def exact_match(serials: Sequence[str], traits: Mapping[str, Any], narrower: Sequence[tuple[str, ...]]) -> dict[str, Any] | None:
    """The simplest match that claims exactly these devices of all those with `traits`. `narrower`: what to ask beside the family, in order
    of preference."""
    wanted = set(serials)
    found = [traits.get(serial, _NO_TRAITS) for serial in serials]
    if not {one.family for one in found} <= set(FAMILIES):
        return None  # a product of Apple's that matches do not know yet
    for names in narrower:
        asked = {name: sorted({getattr(one, name) for one in found}) for name in ("family", *names)}
        if all(_speakable(values) for values in asked.values()) and _claimed(asked, traits) == wanted:
            return {name: values[0] if len(values) == 1 else values for name, values in asked.items()}
    return None


def _speakable(values: Sequence[str]) -> bool:
    """Whether a match can list them: there is something to match, and no asterisk, which would stand for any text."""
    return len(values) <= MANY and all(value.strip() and "*" not in value for value in values)


def _claimed(asked: Mapping[str, Sequence[str]], present: Mapping[str, Any]) -> set[str]:
    tests = [(Traits._fields[index], test) for index, test in Match(MatchEntry.model_validate(asked)).tests]
    answers = {id(traits): all(test(getattr(traits, name)) for name, test in tests) for traits in present.values()}
    return {serial for serial, traits in present.items() if answers[id(traits)]}
