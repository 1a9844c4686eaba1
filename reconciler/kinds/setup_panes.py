"""The panes of Setup Assistant that an enrolment profile can skip (Apple, "SkipKeys", as of 2026-08)."""

from __future__ import annotations

PANES = frozenset({
    "Accessibility", "ActionButton", "AdditionalPrivacySettings", "Android", "Appearance", "AppleID", "AppStore", "Biometric",
    "CameraButton", "DeviceToDeviceMigration", "Diagnostics", "DisplayTone", "EnableLockdownMode", "FileVault", "HomeButtonSensitivity",
    "iCloudDiagnostics", "iCloudStorage", "iMessageAndFaceTime", "Intelligence", "Keyboard", "Location",
    "MessagingActivationUsingPhoneNumber", "Multitasking", "OnBoarding", "OSShowcase", "Passcode", "Payment", "Privacy", "Restore",
    "RestoreCompleted", "Safety", "SafetyAndHandling", "ScreenSaver", "ScreenTime", "SIMSetup", "Siri", "SoftwareUpdate", "SpokenLanguage",
    "TapToSetup", "TermsOfAddress", "Tips", "TOS", "TVHomeScreenSync", "TVProviderSignIn", "TVRoom", "UnlockWithWatch", "UpdateCompleted",
    "Wallpaper", "WatchMigration", "WebContentFiltering", "Welcome", "Zoom",
})  # fmt: skip
"""Apple adds some every year, so others are let through with a warning."""
