"""The pretend device enrolment service, mdmenrollment.apple.com: sessions, devices, profiles, and the roster as an MDM reads it."""
