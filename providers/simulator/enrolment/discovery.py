"""Where devices of people who sign in with a Managed Apple Account find their service: one address for a service, or none.

Apple, "Account-driven enrollment": the address is that of the service discovery document.
"""

from __future__ import annotations

from providers.simulator.answers import Answer
from providers.simulator.enrolment import shapes
from providers.simulator.enrolment.fields import LONGEST_URL, https
from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.visit import Visit


def put(visit: Visit) -> Answer:
    """POST /account-driven-enrollment/profile: set the address."""
    _require_support(visit)
    url = visit.text("mdm_service_discovery_url")
    if not url:
        raise Refusal(400, "MDM_SERVICE_DISCOVERY_URL_REQUIRED")
    if not https(url) or len(url) > LONGEST_URL:
        raise Refusal(400, "MDM_SERVICE_DISCOVERY_URL_NOT_VALID")
    visit.store.rows("INSERT OR REPLACE INTO enrolment_discovery VALUES (?, ?, ?)", visit.service, url, visit.now)
    return Answer(text="")


def read(visit: Visit) -> Answer:
    """GET: the address that is set."""
    _require_support(visit)
    row = visit.store.row("SELECT url, updated_at FROM enrolment_discovery WHERE service = ?", visit.service)
    if row is None:
        raise Refusal(404, "NOT_FOUND")
    return Answer({"mdm_service_discovery_url": row[0], "last_updated_timestamp": shapes.moment(row[1])})


def drop(visit: Visit) -> Answer:
    """DELETE: no address any more; none before is no error."""
    _require_support(visit)
    visit.store.rows("DELETE FROM enrolment_discovery WHERE service = ?", visit.service)
    return Answer(text="")


def _require_support(visit: Visit) -> None:
    if visit.quirk("enrolment_discovery") == "unsupported":
        raise Refusal(400, "ORG_NOT_SUPPORTED")
