"""Apple's device enrolment service: server tokens, the roster read back, enrolment profiles."""
