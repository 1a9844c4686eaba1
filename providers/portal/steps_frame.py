"""Steps for the organization's frame: accounts, terms, suppliers, domains, federation and directory sync.

Apple School Manager User Guide: "Sign up", "Add and verify a domain", "Lock a domain", "Capture a domain", "Intro to federated
authentication", "Intro to directory sync", "Manage device suppliers".
"""

from __future__ import annotations

from collections.abc import Mapping

from providers.portal.words import READ_BACK, TELL, Task
from reconciler import guide
from reconciler.capability import Verb
from reconciler.kinds.frame import WAITS

SIGN_UP = guide.page("axm402206497")
ACCOUNTS = guide.page("axm0b917bf68")
LOCK = guide.page("axmce04f4299")
CAPTURE = guide.page("axm512ce43c3")
SYNC = guide.page("axmcf6446c6e")
LEAVERS = guide.page("axmaa5798fbe")
DISCOVERY = "https://support.apple.com/guide/deployment/dep4d9e9cd26/web"

_ADMINISTRATOR = guide.sign_in("Administrator")
_MANAGERS = guide.sign_in("Administrator", "Site Manager", "People Manager")
_ENTRY = "its entry in the files"


def _portal(reason: str, link: str, *steps: str) -> Task:
    return Task(reason, link, steps)


_ACCOUNT = {
    Verb.CREATE: _portal(
        "Accounts beside the rosters are made in the portal only; the very first one by signing up.",
        SIGN_UP,
        "Who signs the organization up does so at https://school.apple.com; everybody else is added by an Administrator there.",
        "Use a person's own name and a work address that never was an Apple Account: they stand in administrators: under this key.",
        "For everybody but the first: select Users in the sidebar, then Add, and enter name and address.",
        "The person signs in once and sets up two-factor authentication. Their roles are tasks of their own.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "Accounts that were made by hand are deactivated and deleted by hand; they are deleted 30 days after they are deactivated.",
        ACCOUNTS,
        "Make sure that at least two Administrators remain, and that no token was downloaded by this account: tokens end with it.",
        _MANAGERS,
        "Select Users in the sidebar, find the account, then Deactivate.",
        TELL,
    ),
}
_CONTACT = {
    Verb.CREATE: _portal(
        "Apple verifies the organization by calling somebody who did not sign it up.",
        SIGN_UP,
        "When signing up, or when Apple asks again, give name, address and telephone of the contact: " + _ENTRY + " has them.",
        "Tell the contact that Apple will call, and about what.",
        TELL,
    ),
}
_AGREEMENT = {
    Verb.CREATE: _portal(
        "Only an Administrator may accept terms. Until then parts of Apple School Manager, its API among them, may stand still.",
        guide.ROLES,
        _ADMINISTRATOR,
        "Read and accept: {document}.",
        TELL,
    ),
}
_RESELLER = {
    Verb.CREATE: _portal(
        "Customer and reseller numbers are entered by an Administrator in the portal only.",
        guide.ROLES,
        _ADMINISTRATOR,
        f"{guide.PREFERENCES} Select Edit next to the customer and reseller numbers.",
        "Add the number: Apple Customer Number {customer_number} / Reseller Number {reseller_number} (whichever is given).",
        "Give the reseller your organization's id, which is shown there, so that purchases are added.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "Numbers are taken out by an Administrator in the portal only.",
        guide.ROLES,
        _ADMINISTRATOR,
        f"{guide.PREFERENCES} Select Edit next to the customer and reseller numbers and remove this one.",
        TELL,
    ),
}
_RECORD = {
    Verb.CREATE: _portal(
        "Whoever runs your DNS adds the record; every plan looks for it.",
        guide.VERIFY_DOMAINS,
        "Where your domain's DNS is kept, add a TXT record on the domain itself.",
        "Its value: {txt}",
        READ_BACK,
    ),
}
_DOMAIN = {
    Verb.CREATE: _portal(
        "Domains are added and verified in the portal. Apple gives 14 days from adding to verifying, then one begins again.",
        guide.VERIFY_DOMAINS,
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, then Add Domain, and enter the domain.",
        "Copy the TXT value that is shown into dns_records: under this domain, and the day into added:.",
        "When the record is in the DNS, select Check now.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "Domains are removed in the portal only, and not while accounts use them.",
        guide.VERIFY_DOMAINS,
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, then the domain, then Remove.",
        TELL,
    ),
}
_LOCK = {
    Verb.CREATE: _portal(
        "Locked, only the organization can make Apple Accounts in the domain. It stays locked until the domain is removed.",
        LOCK,
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, then Manage next to {{name}}, then lock it.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "A lock cannot be undone but by removing the domain.",
        LOCK,
        "Put the entry back, or remove the domain.",
        TELL,
    ),
}
_CAPTURE = {
    Verb.CREATE: _portal(
        "THIS CANNOT BE UNDONE. Everybody with a personal Apple Account in the domain is told, and has 30 days to rename or transfer it.",
        CAPTURE,
        "Tell everybody in the domain beforehand: mail and devices will ask them to act.",
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, then Manage next to {{name}}, then Capture. "
        "Read what is shown before you confirm.",
        "Write the day into started:, so that the end of the 30 days is watched.",
        "When the 30 days are over, look whose accounts stayed personal under an assigned name.",
        TELL,
    ),
    Verb.DELETE: _portal("A capture cannot be undone.", CAPTURE, "Put the entry back, or remove the domain.", TELL),
}
_DOCUMENT = {
    Verb.CREATE: _portal(
        "Whoever runs the domain's web server publishes the document; every plan fetches it.",
        DISCOVERY,
        "Publish JSON at https://<the domain>/.well-known/com.apple.remotemanagement, as application/json, without a redirect.",
        'Its form is {"Servers": [{"Version": "…", "BaseURL": "…"}]}; the servers are: {servers}',
        READ_BACK,
    ),
}
_FEDERATION = {
    Verb.CREATE: _portal(
        "Federated sign-in is linked by hand, in the portal and at the identity provider.",
        guide.FEDERATION,
        "Check that user names are e-mail addresses without aliases, and that devices run iOS or iPadOS 15.5, macOS 12.4 or later.",
        "Administrators, Site Managers and People Managers cannot sign in through federation: see that theirs are other addresses.",
        "Pause roster uploads while you set it up.",
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, then Get Started next to {{provider}}. Sign in there and allow it.",
        "Test it with one account of {domains}, then turn it on.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "Federation is turned off by hand.",
        guide.FEDERATION,
        _MANAGERS,
        f"{guide.PREFERENCES} Select Managed Apple Accounts, turn federation off for each domain, then disconnect.",
        "Accounts stay; their owners need temporary passwords.",
        TELL,
    ),
}
_SYNC = {
    Verb.CREATE: _portal(
        "A directory is connected by hand. It excludes rosters by upload, and everybody whom it brings is a Student at first.",
        SYNC,
        "Stop roster uploads for good, and leave Auto Merge off until the conflicts were looked at.",
        _MANAGERS,
        f"{guide.PREFERENCES} Select Directory Sync, then Connect next to the provider: {{provider}}.",
        "Copy the token to the provider and test it there within 4 days; write the day into token_made:.",
        "It lasts a year: write its last day under renewals: (what: scim_token), and every plan tells of it in time.",
        "Leave these groups out at the provider: {excluded}. Nested groups do not work.",
        TELL,
    ),
    Verb.DELETE: _portal(
        "A directory is disconnected by hand; its accounts stay as manual ones.",
        SYNC,
        _MANAGERS,
        f"{guide.PREFERENCES} Select Directory Sync, then Disconnect.",
        TELL,
    ),
}
_FOLLOW_UP = {
    Verb.CREATE: _portal(
        f"One of Apple's clocks runs: {', '.join(f'{what} {days} days' for what, days in WAITS.items())}.",
        LEAVERS,
        "account_reuse: do not give the user name to anybody before the day above, or the accounts collide.",
        "capture_notice: look who has not moved. manual_account_deletion: reactivate the account before, if it is still needed.",
        TELL,
    ),
}
FRAME_STEPS: Mapping[str, Mapping[Verb, Task]] = {
    "agreement": _AGREEMENT,
    "administrator": _ACCOUNT,
    "verification_contact": _CONTACT,
    "reseller": _RESELLER,
    "dns_record": _RECORD,
    "domain": _DOMAIN,
    "domain_lock": _LOCK,
    "domain_capture": _CAPTURE,
    "discovery_document": _DOCUMENT,
    "federation": _FEDERATION,
    "directory_sync": _SYNC,
    "follow_up": _FOLLOW_UP,
}
