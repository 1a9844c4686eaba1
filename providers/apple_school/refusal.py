"""A refused activity, in words: which of its devices Apple objects to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from providers.wire.words import Refused, listed
from reconciler.errors import ProviderError
from reconciler.phrases import some

SHOWN = 10
_POINTER = re.compile(r"/data/relationships/devices/data/(\d+)(?:/|$)")
_WHOLE = "/data/relationships/devices/data"


def explained(title: str, refusal: Refused, serials: Sequence[str]) -> ProviderError:
    """The error that apply shows. Nothing of the activity was done: Apple takes all of its devices or none."""
    numbers = [int(found[1]) for fault in refusal.faults if (found := _POINTER.match(fault.pointer))]
    named = sorted({serials[number] for number in numbers if number < len(serials)})
    if not named:
        hint = "If Apple objects to the number of devices, set batch: lower in reconciler.yaml."
        return ProviderError(refusal.message, hint if any(fault.pointer == _WHOLE for fault in refusal.faults) else refusal.hint)
    said = listed(refusal.faults)
    return ProviderError(
        f"{title}: Apple refused it because of {some(named, SHOWN)}. Apple says: {said}.",
        "None of its devices was changed. Take those serial numbers out, or plan again if they were released meanwhile.",
    )
