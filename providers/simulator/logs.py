"""The log of an activity: a pre-signed address that wants no bearer, and a CSV that is not quite a table."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from typing import Any

import orjson

from providers.simulator.answers import Answer, page_of_html
from providers.simulator.call import Call
from providers.simulator.clock import wire_time

LIFE_SECONDS = 3600
HEADER = ("serial_number", "operation_status", "operation_substatus")


def log_url(call: Call, activity: str) -> str:
    """Where the log of an activity can be fetched for an hour."""
    name, expires = f"ABM-ActivityLog_{activity}.csv", int(call.now) + LIFE_SECONDS
    return f"{call.origin}/activity-logs/{name}?Expires={expires}&Signature={_signature(call, name, str(expires))}"


def download(call: Call, name: str) -> Answer:
    """GET of a log. Pre-signed stores refuse a request that also carries a bearer."""
    if "Authorization" in call.request.headers:
        return _store_error(int(call.quirk("log_with_bearer")), "InvalidArgument", "Only one auth mechanism allowed")
    expires, signature = call.request.args.get("Expires", ""), call.request.args.get("Signature", "")
    signed = hmac.compare_digest(_signature(call, name, expires).encode(), signature.encode())
    row = (
        call.store.row("SELECT id, type, created_at, ends_at, substatus, results FROM activities WHERE id = ?", name[16:-4])
        if signed
        else None
    )
    if row is None:
        return _store_error(403, "SignatureDoesNotMatch", "The request signature does not match")
    manner = call.quirk("log")
    if call.now > int(expires) or manner == "expired_url":
        return _store_error(403, "AccessDenied", "Request has expired")
    if manner == "html":
        return page_of_html(200, "Just a moment")
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(text=_text(call, manner, row), media_type="text/csv", headers=disposition)


def _text(call: Call, manner: str, row: tuple[Any, ...]) -> str:
    if manner == "empty":
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(_preamble(call.quirk("log_preamble"), row))
    if manner != "no_header":
        writer.writerow(HEADER)
    writer.writerows(_outcome(call, serial, why) for serial, why in orjson.loads(row[5]))
    text = out.getvalue()
    return text[: -max(len(text) // 4, 15)] if manner == "truncated" else text


def _preamble(manner: str, row: tuple[Any, ...]) -> list[tuple[object, ...]]:
    """Rows of varying width above the table, like the sibling logs of the roster upload have."""
    if manner == "none":
        return []
    id_, type_, created_at, ends_at, substatus, _ = row
    rows: list[tuple[object, ...]] = [("OPERATION", type_), ("ACTIVITY_ID", id_), ("STARTED AT", wire_time(created_at))]
    rows += [("ENDED AT", wire_time(ends_at)), ("STATUS", "COMPLETED"), ("SUB_STATUS", substatus), ()]
    return [(*line, *("",) * (9 - len(line))) for line in rows] if manner == "wide" else rows


def _outcome(call: Call, serial: str, why: str) -> tuple[str, str, str]:
    if not why:
        return serial, "SUCCESS", ""
    return serial, "ISSUE", {"named": why, "empty": "", "strange": "E-4711 (see support)"}[call.quirk("log_words")]


def _signature(call: Call, name: str, expires: str) -> str:
    return hmac.new(str(call.store.meta("log_secret")).encode(), f"{name}:{expires}".encode(), hashlib.sha256).hexdigest()


def _store_error(status: int, code: str, message: str) -> Answer:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>\n'
    return Answer(status=status, text=text, media_type="application/xml")
