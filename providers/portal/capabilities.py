"""What only a person can do, in Apple's portal or in the organization's own systems, with the steps: these tables make the tasks."""

from __future__ import annotations

from collections.abc import Mapping

from providers.portal.steps_accounts import ACCOUNT_STEPS
from providers.portal.steps_frame import FRAME_STEPS
from providers.portal.words import Task
from reconciler import guide
from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.domains import DOCUMENT, RECORD

STEPS: Mapping[str, Mapping[Verb, Task]] = {**FRAME_STEPS, **ACCOUNT_STEPS}
"""Kind → verb → what to do. An update is done as a creation is, where it has no steps of its own."""


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider.capability."""
    steps = STEPS.get(kind)
    if steps is None:
        return Capability(Route.UNSUPPORTED, f"Nothing in the portal is known as {kind}.", guide.page("welcome"))
    if verb.record_only:
        return Capability(Route.RECORD, "Only our own record changes; nobody has to do anything.", guide.page("welcome"))
    task = steps.get(verb) or steps[Verb.CREATE]
    return Capability(Route.TASK, task.reason, task.link, task.steps, attested=kind not in (RECORD, DOCUMENT))
