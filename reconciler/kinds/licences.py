"""Content tokens, apps, licences and library users as they are planned (Apple's App, Book, and Subscription Management)."""

from __future__ import annotations

from typing import Literal

from reconciler.resource import Spec

TOKEN, APP, USER, LICENCE = "content_token", "app", "library_user", "licence"
DERIVED = frozenset((APP, USER, LICENCE))
"""Kinds that no entry names one by one: how many there are to be follows from who is to have licences."""
Holder = Literal["device", "person"]


class ContentToken(Spec):
    """The token of a location. `account` is whose it is: its password, once changed, ends the token."""

    location: str
    account: str = ""


class App(Spec):
    """An app or book at a location: at least so many licences. `buy` is how many those are more than there are now.

    `instead` says, in words, which other locations have some to give away.
    """

    title: str
    location: str
    licences: int
    buy: int = 0
    instead: str = ""

    def given(self, observed: Spec | None, *, ours: bool) -> Spec:
        """More than enough is enough."""
        del ours
        return observed if isinstance(observed, App) and observed.licences >= self.licences else self


class LibraryUser(Spec):
    """Somebody who can have licences of a location; under a pseudonym at Apple, too."""

    token: str


class Licence(Spec):
    """One licence of an app, `app` being the app's name at its location."""

    app: str
    holder: Holder
