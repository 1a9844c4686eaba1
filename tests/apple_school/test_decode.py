from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from providers.apple_school import activity_log
from providers.apple_school.decode import TRAIT_FIELDS, Migration, Service, TraitReader, migration, moment, service
from reconciler.kinds.match import Traits

DEVICES: dict[str, tuple[dict[str, Any], Traits]] = {
    "as documented": (
        {"productFamily": "iPad", "orderNumber": "0123", "purchaseSourceId": "A1", "addedToOrgDateTime": "2025-04-30T22:05:14.192Z"},
        Traits(family="iPad", order="0123", source_id="A1", added=date(2025, 4, 30)),
    ),
    "nothing": ({}, Traits()),
    "all null": ({"productFamily": None, "addedToOrgDateTime": None}, Traits()),
    "the spelling of Apple's examples": ({"purchaseSourceUid": "B2"}, Traits(source_id="B2")),
    "a list where a text was": ({"orderNumber": ["7", "8"]}, Traits(order="7")),
    "a number where a text was": ({"orderNumber": 12, "addedToOrgDateTime": 5}, Traits()),
    "a broken date": ({"addedToOrgDateTime": "yesterday"}, Traits()),
    "new attributes": ({"color": "", "shelfMark": {"row": 7}}, Traits()),
}


@pytest.mark.parametrize(("told", "traits"), DEVICES.values(), ids=DEVICES.keys())
def test_devices_are_read_leniently(told: dict[str, Any], traits: Traits) -> None:
    """Attributes that are missing, null, misspelled or new never stop the reading of a device."""
    reader = TraitReader(TRAIT_FIELDS)
    assert [reader.read([told]) for _ in range(2)] == [[traits]] * 2


def test_equal_traits_are_one_object() -> None:
    """Devices with equal traits share one object, whenever on the day they were added."""
    reader = TraitReader(TRAIT_FIELDS)
    times = ("2025-04-30T08:00:00Z", "2025-04-30T09:00:00Z")
    whole = [dict.fromkeys(TRAIT_FIELDS, "x") | {"addedToOrgDateTime": time} for time in times]
    first, second = reader.read(whole)
    assert first is second


SERVICES: dict[str, tuple[dict[str, Any], Service]] = {
    "before 1.6": ({"serverName": "Jamf "}, Service("S", "Jamf")),
    "null": ({"serverName": "Jamf", "status": None, "defaultProductFamilies": None}, Service("S", "Jamf")),
    "whole": (
        {
            "serverName": "J",
            "status": "INACTIVE",
            "defaultProductFamilies": ["IPAD", "TOASTER"],
            "enableMdmDisownFlag": True,
            "deviceCount": 3,
        },
        Service("S", "J", "INACTIVE", ("iPad",), release=True, devices=3),
    ),
    "without a name": ({}, Service("S", "")),
}


@pytest.mark.parametrize(("told", "known"), SERVICES.values(), ids=SERVICES.keys())
def test_services_are_read_leniently(told: dict[str, Any], known: Service) -> None:
    """What a service does not tell is None, and what we do not know of it is left out."""
    assert service({"id": "S", "attributes": told}) == known


@pytest.mark.parametrize("text", ["2026-12-15T17:00:00Z", "2026-12-15T17:00:00.000Z", "2026-12-15T18:00:00+01:00", "2026-12-15T17:00:00"])
def test_moments_are_utc(text: str) -> None:
    """Apple's date-times are understood in every precision, and are UTC."""
    assert moment(text) == datetime(2026, 12, 15, 17, tzinfo=UTC)


def test_only_a_running_migration_has_a_deadline() -> None:
    """A migration that is over, or was never begun, has no running deadline."""
    until = "2026-12-15T17:00:00Z"
    running = [
        migration({"mdmMigrationStatus": status, "mdmMigrationDeadlineDateTime": until}).running for status in ("STARTED", "SUCCESS", None)
    ]
    assert running == [datetime(2026, 12, 15, 17, tzinfo=UTC), None, None]
    assert migration({}) == Migration()


LOGS = {
    "ragged preamble": (
        "OPERATION,ASSIGN\nSTATUS,X,Y,Z\n\nserial_number,operation_status,operation_substatus\nA,SUCCESS,\nB,ISSUE,WHY\n",
        {"B": "WHY"},
    ),
    "no substatus": ("serial_number,operation_status,operation_substatus\nB,ISSUE,\n", {"B": "ISSUE"}),
    "other spelling": ("Device Serial_Number,Operation_Status\nB,FAILED\n", {"B": "FAILED"}),
    "a BOM": ("\ufeffserial_number,operation_status\nB,FAILED\n", {"B": "FAILED"}),
    "cut off": ("serial_number,operation_status,operation_substatus\nB,ISSUE,WHY\nC,ISS", {"B": "WHY"}),
    "no header": ("A,SUCCESS,\nB,ISSUE,WHY\n", {}),
    "HTML": ("<html><body>Just a moment, please</body></html>", {}),
    "nothing": ("", {}),
    "an open quote": ('serial_number,operation_status\n"B,ISSUE', {}),
    "a NUL": ("serial_number,operation_status\nB\0,ISSUE\n", {"B\0": "ISSUE"}),
    "no status column": ("serial_number,remark\nB,lost\n", {}),
}


@pytest.mark.parametrize(("text", "words"), LOGS.values(), ids=LOGS.keys())
def test_logs_are_read_leniently(text: str, words: dict[str, str]) -> None:
    """A log gives Apple's word for each device that failed, and no words where it cannot be understood."""
    assert activity_log.words(text) == words


@pytest.mark.parametrize("url", ["", "http://elsewhere.example/log.csv", "file:///etc/passwd", "https:/log"])
def test_logs_are_fetched_from_safe_addresses_only(url: str) -> None:
    """The address of a log comes from an answer: what is neither https nor the API's own is not asked for."""
    with pytest.raises(StopIteration) as end:
        next(activity_log.read(url, "http://127.0.0.1:8080"))
    assert end.value.value == {}
