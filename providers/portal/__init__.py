"""What a person does in Apple's portal, as a channel: tasks, what the record attests of them, and what can be seen from outside."""

from providers.portal.connect import connect

__all__ = ["connect"]
