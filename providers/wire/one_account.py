"""What a provider does with the one account that its channel has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from providers.wire.driver import Driver
from reconciler.provider import Credential, Report


class OneAccount:
    """See reconciler.provider.SignsIn: a part of providers whose account stands in `connections` under their own name.

    `end` gives back what stands behind the driver.
    """

    name: str

    def __init__(self, driver: Driver, end: Callable[[], None]) -> None:
        self._driver = driver
        self._end = end

    def credentials(self) -> Sequence[Credential]:
        """See SignsIn: one, which ends on no day that Apple tells."""
        return [Credential(self.name)]

    def sign_in(self, place: str, report: Report) -> None:
        """See SignsIn. One request, which is free: it is not the API's."""
        if place == self.name:
            self._driver.sign_in(report)

    def close(self) -> None:
        """See Provider."""
        self._driver.close()
        self._end()
