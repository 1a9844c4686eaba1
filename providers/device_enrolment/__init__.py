"""Apple's device enrolment service: enrolment profiles, service discovery, and the roster as it stands at Apple."""

from providers.device_enrolment.connect import connect, open_service, read_token

__all__ = ["connect", "open_service", "read_token"]
