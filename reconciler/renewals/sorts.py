"""What each sort of renewal is called, what breaks when it lapses, and how it is renewed: our words for what Apple's pages say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler import guide
from reconciler.kinds.renewals import Sort

_SIGN_IN = "Sign in to https://school.apple.com"
_CHECK = "Run `reconciler renewals` again: the new day shows that it is done."
_DECLARED = "Write the new day into expires: of its entry, so that it is watched again."


@dataclass(frozen=True, slots=True)
class Words:
    """`noun` is what people call one; `breaks` continues "when it ends, …"; `how` is renewing in one line, `steps` in full (see `link`)."""

    noun: str
    breaks: str
    how: str
    steps: tuple[str, ...]
    link: str = ""


SORTS: Mapping[Sort, Words] = {
    "apns_certificate": Words(
        "APNs certificate",
        "no device can be managed any more; made anew instead of renewed, or under another Apple Account, every device must enroll again",
        "Renew it, never make a new one, at https://identity.apple.com/pushcert with the Apple Account that made it.",
        (
            "In the device-management service, begin to renew the push certificate and download its request (CSR).",
            "Sign in to https://identity.apple.com/pushcert with the Apple Account that made the certificate, and no other.",
            "Find the row with the same service and topic, select Renew (not Create, not Revoke), and upload the request.",
            "Download the certificate and upload it in the service.",
            "Put the new .pem file where its entry has the old one, or write the new day into expires:.",
        ),
        "https://identity.apple.com/pushcert",
    ),
    "server_token": Words(
        "server token",
        "the service no longer sees new devices, enrolment profiles cannot be given, and rosters cannot be read back",
        "In Apple School Manager, Preferences, select the service, then Download Token; the old one ends at once.",
        (
            guide.sign_in("Administrator", "Site Manager", "Device Enrollment Manager"),
            f"{guide.PREFERENCES} Select the device-management service, then Download Token. The token before it ends at once.",
            "Upload the .p7m file in the service right away.",
            "Put the same file where the configuration names the old one: one download serves both.",
            _CHECK,
        ),
        guide.SERVICES,
    ),
    "content_token": Words(
        "content token",
        "apps and books of the location can neither be assigned nor taken back",
        "In Apple School Manager, Preferences, Payments and Billing, download the content token of the location again.",
        (
            f"{_SIGN_IN} as a Content Manager, best with an account that is used for nothing else: a changed password ends the token.",
            f"{guide.PREFERENCES} Select Payments and Billing, then Content Tokens, and download the one of the location.",
            "Upload the .vpptoken file in the device-management service if it manages the location.",
            "Put the same file where the configuration names the old one.",
            _CHECK,
        ),
        guide.CONTENT_TOKENS,
    ),
    "scim_token": Words(
        "SCIM token",
        "accounts are no longer synced from the directory, and where it is federated, people cannot sign in",
        "In Apple School Manager, Preferences, Directory Sync, generate a second token and give it to the directory in time.",
        (
            guide.sign_in("Administrator", "Site Manager", "People Manager"),
            f"{guide.PREFERENCES} Select Directory Sync and generate another token: the old one goes on until you delete it.",
            "Paste it into the directory's provisioning settings as the secret token within four days, and test the connection.",
            "Delete the old token in Apple School Manager.",
            _DECLARED,
        ),
        guide.page("axmd88331cd6"),
    ),
    "api_key": Words(
        "API key",
        "nothing can be read or assigned through Apple School Manager's API, so reconciler stands still",
        "In Apple School Manager, Preferences, API, make a new key for the account; it is downloaded once.",
        (
            guide.sign_in("Administrator", "Site Manager"),
            f"{guide.PREFERENCES} Select API, then the account, and generate a new private key. It can be downloaded only once.",
            "Put the key where connections.apple_school names the old one, and correct key_id and client_id if they changed.",
            _CHECK,
        ),
        guide.API_ACCOUNTS,
    ),
    "federation": Words(
        "federation",
        "people whose accounts are federated cannot sign in",
        "In Apple School Manager, Preferences, Managed Apple Accounts, connect the identity provider again with an account that may.",
        (
            f"{_SIGN_IN} as Administrator, Site Manager or People Manager with an account that is not federated.",
            "In the identity provider, renew what ends: its certificate, its secret, or the consent of its administrator.",
            f"{guide.PREFERENCES} Select Managed Apple Accounts, then the identity provider, and connect or test it again.",
            "Sign in to a federated account on one device.",
            _DECLARED,
        ),
        guide.FEDERATION,
    ),
    "domain_verification": Words(
        "domain verification",
        "Apple forgets the request, and the domain must be added anew with another TXT record",
        "Publish the TXT record that Apple shows in your DNS, then select Check Now in Preferences, Domains, within 14 days.",
        (
            guide.sign_in("Administrator", "Site Manager", "People Manager"),
            f"{guide.PREFERENCES} Select Domains, then the domain, and copy the TXT record.",
            "Publish it in the DNS of that very domain; a sub-domain is a domain of its own.",
            "Select Check Now once it is visible, and delete this entry: a verified domain stays verified.",
        ),
        guide.VERIFY_DOMAINS,
    ),
    "other": Words(
        "renewal",
        "what depends on it stops working",
        "Renew it where it was made.",
        ("Renew it where it was made.", "Put the new file where its entry has the old one, or write the new day into expires:."),
    ),
}
