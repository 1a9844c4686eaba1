"""What devices are told when they are set up, as entries of our files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.kinds.devices_found import exact_match, usable
from reconciler.kinds.found import Draft, Omitted, Survey, Table
from reconciler.kinds.naming import joined, slug
from reconciler.kinds.profile import EnrolmentProfile, EnrolmentTraits, ServiceDiscovery
from reconciler.kinds.suggest import short
from reconciler.phrases import counted

FOLDER = "enrolment"
_NARROWER = ((), ("model",), ("color",), ("model", "color"))
_NO_TRAITS = EnrolmentTraits()


def export_profiles(survey: Survey) -> Iterator[Draft | Omitted]:
    """One entry per profile that devices have: what differs from what Apple does by itself, and a list of its devices, or a match that
    claims exactly them where one does and is asked for."""
    groups = _by_content(survey)
    names = _names(groups)
    for content, serials in groups.items():
        if not content.url:
            yield Omitted(len(serials), "they have a profile that Apple names and does not tell")
        elif survey.key("mdm_server", content.server) != content.server:
            yield Omitted(len(serials), no_service(content.server))
        else:
            good = usable(serials)
            if len(good) < len(serials):
                yield Omitted(len(serials) - len(good), "devices whose serial numbers are not 8 to 14 letters and digits")
            if good:
                yield _entry(survey, names[content], content, good)


def no_service(server: str) -> str:
    """Why nothing can be said of a connection whose key is no entry's."""
    return f"connections.device_enrolment.{server} goes by a key that no entry under mdm_servers has: rename one of them"


def _by_content(survey: Survey) -> Mapping[EnrolmentProfile, list[str]]:
    """Content → serials, in an order that is always the same. Devices of one profile share an object."""
    shared: dict[int, list[str]] = defaultdict(list)
    for serial, seen in survey.items.items():
        shared[id(seen)].append(serial)
    contents: dict[EnrolmentProfile, list[str]] = defaultdict(list)
    for serials in shared.values():
        spec = survey.items[serials[0]].spec
        if isinstance(spec, EnrolmentProfile):
            contents[spec] += serials
    return {
        spec: sorted(contents[spec]) for spec in sorted(contents, key=lambda spec: (spec.server, spec.profile_name, min(contents[spec])))
    }


def _names(contents: Mapping[EnrolmentProfile, object]) -> Mapping[EnrolmentProfile, str]:
    """A profile goes by its own name, with that of the service where two are called alike."""
    called = Counter(slug(spec.profile_name, "profile") for spec in contents)
    plain = {spec: slug(spec.profile_name, "profile") for spec in contents}
    return {spec: joined(spec.server, name) if called[name] > 1 else name for spec, name in plain.items()}


def _entry(survey: Survey, name: str, content: EnrolmentProfile, serials: Sequence[str]) -> Draft:
    values: dict[str, Any] = {"server": content.server}
    here = {serial: traits for serial, traits in survey.traits.items() if traits.server == content.server} if survey.rules else {}
    match = exact_match(serials, here, _NARROWER) if survey.rules else None
    table = Table(f"{FOLDER}/{name}.csv", ("serial_number", "model"), _rows(survey, serials), ("devices", "file"))
    values["devices"] = {"match": match} if match is not None else {"file": table.file}
    values |= {
        field: list(value) if isinstance(value, tuple) else value for field, value in content if field != "server" and value is not None
    }
    remark = counted(len(serials), "device") + (", and those to come" if match is not None else "")
    return Draft(f"{FOLDER}/profiles.yaml", name, values, remark, serials, [] if match is not None else [table])


def _rows(survey: Survey, serials: Sequence[str]) -> list[tuple[str, ...]]:
    return [(serial, survey.traits.get(serial, _NO_TRAITS).model) for serial in serials]


def export_discoveries(survey: Survey) -> Iterator[Draft | Omitted]:
    """The service-discovery address of every service that has one."""
    for server, seen in sorted(survey.items.items()):
        if survey.key("mdm_server", server) != server:
            yield Omitted(1, no_service(short(server)))
        elif isinstance(seen.spec, ServiceDiscovery):
            yield Draft(f"{FOLDER}/discovery.yaml", server, {"url": seen.spec.url}, "", [server], fixed=True)
