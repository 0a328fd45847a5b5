"""Mail providers: the host, port and security of each, and which login and password it wants.

The addresses are those of the providers' own help pages in 2026. Where a port may be chosen, it is
465, which is encrypted from the first octet (RFC 8314 §3.3), unless the provider names 587 alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from digest.errors import ConfigError
from digest.text.wording import closest

Security = Literal["none", "starttls", "tls"]

#: The answer for mails that are written into a folder, and for a server that is not listed.
FOLDER, OWN = "folder", "own"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A mail provider, or a kind of mail server."""

    #: the word that is its answer
    name: str
    title: str
    host: str
    port: int
    security: Security
    #: what it wants as a password, and where that is made
    wants: str
    #: what else must be done or known first
    note: str = ""
    #: the mail domains whose mailboxes it has
    domains: tuple[str, ...] = ()
    #: the login, if it is the same for everybody
    login: str = ""
    #: what the login is, where it is not the address
    login_is: str = ""
    #: whether the host differs from account to account
    asks_host: bool = False
    #: whether it sends for any address that one has proved to own, as services for bulk mail do
    is_relay: bool = False

    @property
    def called(self) -> str:
        """What it is called within a sentence; its title is an entry of a list."""
        return "the server" if self.name == OWN else re.split(r",| \(", self.title)[0]


PROVIDERS = (
    Provider(
        name="gmail",
        title="Gmail, Google Workspace",
        host="smtp.gmail.com",
        port=465,
        security="tls",
        wants="an app password of 16 letters, from https://myaccount.google.com/apppasswords",
        note="It needs 2-Step Verification; the password of the account itself is refused.",
        domains=("gmail.com", "googlemail.com"),
    ),
    Provider(
        name="microsoft365",
        title="Microsoft 365 (Outlook for work or school)",
        host="smtp.office365.com",
        port=587,
        security="starttls",
        wants="the password of the mailbox, or an app password from"
        " https://mysignins.microsoft.com/security-info",
        note="An administrator must allow Authenticated SMTP for this mailbox (Microsoft 365 admin"
        " center, Active users, Mail, Manage email apps). Microsoft means to end logins by password"
        " here, at a date that it names in 2027. Outlook.com, Hotmail and Live take no"
        " passwords any more: choose another provider for these.",
    ),
    Provider(
        name="yahoo",
        title="Yahoo",
        host="smtp.mail.yahoo.com",
        port=465,
        security="tls",
        wants="an app password, from https://login.yahoo.com/account/security",
        domains=("yahoo.com", "ymail.com", "rocketmail.com", "myyahoo.com"),
    ),
    Provider(
        name="icloud",
        title="iCloud Mail",
        host="smtp.mail.me.com",
        port=587,
        security="starttls",
        wants="an app-specific password, from https://account.apple.com (Sign-In and Security)",
        note="The login is your address at icloud.com, also if you write from another one.",
        domains=("icloud.com", "me.com", "mac.com"),
        login_is="your address at icloud.com",
    ),
    Provider(
        name="fastmail",
        title="Fastmail",
        host="smtp.fastmail.com",
        port=465,
        security="tls",
        wants="an app password with access to SMTP, from"
        " https://app.fastmail.com/settings/security/apps",
        domains=("fastmail.com", "fastmail.fm", "messagingengine.com"),
    ),
    Provider(
        name="gmx",
        title="GMX",
        host="mail.gmx.net",
        port=587,
        security="starttls",
        wants="the password of the mailbox; with two-factor login, one made for a program",
        note="POP3 and IMAP access must be switched on in the settings of the mailbox, which opens"
        " SMTP too. For an address at gmx.com the server is mail.gmx.com.",
        domains=("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com"),
        asks_host=True,
    ),
    Provider(
        name="webde",
        title="WEB.DE",
        host="smtp.web.de",
        port=587,
        security="starttls",
        wants="the password of the mailbox; with two-factor login, one made for a program",
        note="POP3 and IMAP access must be switched on in the settings of the mailbox, which opens"
        " SMTP too.",
        domains=("web.de",),
    ),
    Provider(
        name="zoho",
        title="Zoho Mail",
        host="smtp.zoho.com",
        port=465,
        security="tls",
        wants="the password of the account; with two-factor login, an app-specific one"
        " from https://accounts.zoho.com (Security)",
        note="In the EU the server is smtp.zoho.eu; for a domain of your own smtppro.zoho.com.",
        domains=("zoho.com", "zohomail.com"),
        asks_host=True,
    ),
    Provider(
        name="proton",
        title="Proton Mail, by its Bridge on this computer",
        host="127.0.0.1",
        port=1025,
        security="starttls",
        wants="the one that Proton Mail Bridge shows under Mailbox details",
        note="Bridge must be running. It signs its own certificate: export that from its settings,"
        " and name the file in SSL_CERT_FILE, here and where the runs are started.",
        domains=("proton.me", "protonmail.com", "pm.me"),
    ),
    Provider(
        name="ses",
        title="Amazon SES",
        host="email-smtp.us-east-1.amazonaws.com",
        port=587,
        security="starttls",
        wants="the SMTP password of the console (SMTP settings); not a secret access key",
        note="Name the host of your region. In the sandbox it sends to verified addresses alone.",
        login_is="the SMTP user name of the console",
        asks_host=True,
        is_relay=True,
    ),
    Provider(
        name="sendgrid",
        title="SendGrid",
        host="smtp.sendgrid.net",
        port=587,
        security="starttls",
        wants="an API key with the right to send mail, from"
        " https://app.sendgrid.com/settings/api_keys",
        login="apikey",
        is_relay=True,
    ),
    Provider(
        name="mailgun",
        title="Mailgun",
        host="smtp.mailgun.org",
        port=587,
        security="starttls",
        wants="the SMTP password of the domain (Domain settings, SMTP credentials)",
        note="In the EU the server is smtp.eu.mailgun.org.",
        login_is="the SMTP login of the domain, such as postmaster@mg.your.domain",
        asks_host=True,
        is_relay=True,
    ),
    Provider(
        name="postmark",
        title="Postmark",
        host="smtp.postmarkapp.com",
        port=587,
        security="starttls",
        wants="the same Server API token again",
        note="For a group it wants a broadcast stream: smtp-broadcasts.postmarkapp.com.",
        login_is="the Server API token (API Tokens of the server)",
        asks_host=True,
        is_relay=True,
    ),
    Provider(
        name="brevo",
        title="Brevo",
        host="smtp-relay.brevo.com",
        port=587,
        security="starttls",
        wants="an SMTP key, from https://app.brevo.com/settings/keys/smtp",
        login_is="the login that stands beside the SMTP keys",
        is_relay=True,
    ),
    Provider(
        name=OWN,
        title="a server of your own, or one that is not listed",
        host="localhost",
        port=25,
        security="none",
        wants="the password of that login",
        login_is="the login, or nothing if the server wants none",
        asks_host=True,
        is_relay=True,
    ),
)
#: Names under which people look for a provider.
_ALIASES = {
    "google": "gmail",
    "googlemail": "gmail",
    "google workspace": "gmail",
    "office365": "microsoft365",
    "microsoft": "microsoft365",
    "exchange": "microsoft365",
    "ymail": "yahoo",
    "apple": "icloud",
    "me": "icloud",
    "mac": "icloud",
    "web.de": "webde",
    "protonmail": "proton",
    "amazon": "ses",
    "aws": "ses",
    "smtp": OWN,
    "server": OWN,
}
#: Mailboxes of Microsoft for private people, which take no password from a program (since 2024).
_WITHOUT_PASSWORDS = ("outlook", "hotmail", "live", "msn")


def find_provider(name: str) -> Provider:
    """Return a provider by its name, or by one that people know it under, such as a mail domain.

    Raises:
        ConfigError: there is none; the text names the nearest.

    """
    by_name = {provider.name: provider for provider in PROVIDERS}
    wanted = name.strip().lower()
    others = (
        {domain: provider.name for provider in PROVIDERS for domain in provider.domains}
        | dict.fromkeys(_WITHOUT_PASSWORDS, "microsoft365")
        | _ALIASES
    )
    if takes_no_password(wanted):  # also as hotmail.com
        wanted = "microsoft365"
    wanted = others.get(wanted, wanted)
    if wanted in by_name:
        return by_name[wanted]
    similar = closest(wanted, [*by_name, FOLDER, *others])
    hint = f"did you mean {similar}?" if similar else f"there are {', '.join([*by_name, FOLDER])}"
    raise ConfigError(f"there is no provider {name!r}; {hint}")


def usual_provider(address: str) -> str:
    """Return the name of the provider that has the mailbox of an address, or that of the folder."""
    domain = address.rpartition("@")[2].lower()
    label = domain.partition(".")[0]
    for provider in PROVIDERS:
        if domain in provider.domains or (provider.name == "yahoo" and label == "yahoo"):
            return provider.name
    return FOLDER


def takes_no_password(address: str) -> bool:
    """Whether a mailbox, or a mail domain, is of those of Microsoft without logins by password."""
    return address.rpartition("@")[2].lower().partition(".")[0] in _WITHOUT_PASSWORDS
