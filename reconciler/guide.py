"""Apple School Manager User Guide: its pages, and the first steps that its instructions share."""

from __future__ import annotations

from reconciler.phrases import either

GUIDE = "https://support.apple.com/guide/apple-school-manager"


def page(id_: str) -> str:
    """The address of a page of the guide."""
    return f"{GUIDE}/{id_}/web"


SERVICES = page("axm1c1be359d")
CONTENT_TOKENS = page("axme0f8659ec")
ROLES = page("axm97dd59159")
API_ACCOUNTS = page("axm33189f66a")
VERIFY_DOMAINS = page("axm48c3280c0")
FEDERATION = page("axmb19317543")

PREFERENCES = "Select your name at the bottom of the sidebar, then Preferences."


def sign_in(*roles: str) -> str:
    """The first step of whatever is done in the portal, by somebody with one of these roles."""
    return f"Sign in to https://school.apple.com as {either(roles)}."
