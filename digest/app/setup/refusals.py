"""What to do about a mail server that refuses: the usual refusals, each with its remedy.

A refusal is known by the step at which it came, its codes and a few words. Codes: RFC 4954 §6 for
logins, RFC 3463 for enhanced ones, and what providers' help pages say of their own.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from typing import TYPE_CHECKING

from digest.app.setup.answers import is_here
from digest.app.setup.providers import takes_no_password
from digest.delivery.smtp.handshake import StepRefusedError
from digest.delivery.smtp.refusals import MAIL
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app.setup.answers import MailAnswers
    from digest.delivery.smtp.replies import Reply
    from digest.errors import MailServerError
    from digest.models.delivery import Outcome

#: Ports: between servers, and encrypted from the beginning (RFC 8314 §3.3).
SMTP, TLS = 25, 465
#: Ports that begin without encryption: between servers, and for submission (RFC 6409).
STARTTLS = (SMTP, 587, 2525)
#: "Mailbox name not allowed" (RFC 5321 §4.2.3), with which many servers refuse a sender.
_NOT_ALLOWED = 553
#: "Credentials invalid" and "encryption required" (RFC 4954 §6).
_WRONG_LOGIN, _ENCRYPTION_REQUIRED = 535, 538
#: Words with which servers ask for a password that is made for a program.
_APP_PASSWORD = re.compile(
    r"application-specific|app(?:lication)?[ -]?(?:specific )?password|5\.7\.9\b"
    r"|InvalidSecondFactor|web login required|two-?factor|2fa",
    re.IGNORECASE,
)
_MICROSOFT = re.compile(r"(?:^|\.)(?:outlook|office365|hotmail|live)\.com$", re.IGNORECASE)
#: Words with which Microsoft says that logins by password are off, for the mailbox or for all.
_DISABLED = re.compile(
    r"5\.7\.139|5\.7\.30\b|basic authentication is not supported"
    r"|SmtpClientAuthentication is disabled|basic auth\w* is disabled"
    r"|authentication unsuccessful, (?:the request did not|user is locked)",
    re.IGNORECASE,
)
_SWITCHED_OFF = (
    "Logins by password are switched off for this mailbox. An administrator can allow Authenticated"
    " SMTP for it: Microsoft 365 admin center, Active users, Mail, Manage email apps; security"
    " defaults of the organisation must allow it too. Otherwise choose another provider to send by."
)
#: Words about the sender's address: not ours, or not verified yet.
_SENDER = re.compile(
    r"refuses mail from"
    r"|5\.7\.60|5\.2\.252|send ?as|not owned|not allowed to send|sender address rejected"
    r"|not verified|verified sender|sender (?:identity|signature|address)|from address"
    r"|not (?:permitted|authori[sz]ed) to send|must match|unauthori[sz]ed sender",
    re.IGNORECASE,
)
_LOGIN_WANTED = re.compile(
    r"5\.7\.57|authentication (?:is )?required|must issue a starttls|not authenticated|relay"
    r"|client was not authenticated|login first",
    re.IGNORECASE,
)
_TOO_MANY = re.compile(r"too many|rate|limit|#AUTH005|4\.7\.0", re.IGNORECASE)


def remedies_of_error(error: MailServerError, mail: MailAnswers) -> list[str]:
    """Return what to do about a server that cannot be used, in sentences; the likeliest first."""
    cause = error.__cause__
    match cause:
        case StepRefusedError():
            return list(_of_step(cause, mail))
        case ssl.SSLCertVerificationError():
            return [_of_certificate(cause, mail)]
        case smtplib.SMTPNotSupportedError() if re.search("AUTH|login", str(cause)):
            return list(_no_login_offered(mail))
        case None:  # it took the login, and refused a command of the mail
            return [_of_words(str(error), mail)]
        case ConfigError():
            return ["Correct the variable that is named, and start again."]
        case _:
            return list(_of_connection(cause, mail))


def remedies_of_outcome(outcome: Outcome, mail: MailAnswers) -> list[str]:
    """Return what to do about a test mail that was not taken, in sentences."""
    text = f"{outcome.code} {outcome.status} {outcome.reason or ''}"
    if outcome.code == _NOT_ALLOWED or outcome.stage == MAIL:
        return [_of_sender(mail)]
    return [_of_words(text, mail, is_for_now=400 <= outcome.code < 500)]


def _of_words(text: str, mail: MailAnswers, *, is_for_now: bool = False) -> str:
    if _DISABLED.search(text):
        return _SWITCHED_OFF
    if _LOGIN_WANTED.search(text) and not mail.login:
        return "The server wants a login before it takes mail: name one."
    if _SENDER.search(text):
        return _of_sender(mail)
    if is_for_now:
        return "It may take the mail later; try again in some minutes."
    return "The server's words say why; its help pages explain the codes."


def _of_sender(mail: MailAnswers) -> str:
    sender, provider = mail.sender, mail.provider.called
    if mail.provider.is_relay:
        return (
            f"It does not send for {sender} yet: verify this address, or its domain, at {provider},"
            " or name a sender that is verified."
        )
    if mail.login and mail.login.lower() != sender.lower():
        return (
            f"The login {mail.login} may not send as {sender}: take the address of the login as the"
            f" sender, or let {provider} allow {sender} for it."
        )
    return f"The account may not send as {sender}: name the address that it owns as the sender."


def _of_step(refused: StepRefusedError, mail: MailAnswers) -> Iterator[str]:
    if refused.stage.startswith("AUTH"):
        yield from _of_login(refused.reply, mail)
    elif refused.stage.startswith("EHLO"):
        yield "It refuses the name of this machine: set DIGEST_MAIL__EHLO_NAME, and start again."
    else:
        yield "It does not encrypt the connection now; try again, or ask who runs it."


def _of_connection(cause: BaseException | None, mail: MailAnswers) -> Iterator[str]:
    server = mail.server
    match cause:
        case socket.gaierror():
            yield (
                f"Nobody knows the host {server.host}: correct its spelling, or look whether this"
                " machine has a network."
            )
        case ConnectionRefusedError():
            yield f"Nothing listens at port {server.port} of {server.host}: check both."
            yield _blocked(mail)
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            yield from _other_security(mail)
            yield _blocked(mail)
        case smtplib.SMTPNotSupportedError():
            yield from _without_encryption(mail)
        case OSError() if not isinstance(cause, ssl.SSLError | smtplib.SMTPException):
            yield "Look whether this machine has a network, and whether a firewall lets it through."
        case _:
            yield from _other_security(mail)


def _of_login(reply: Reply, mail: MailAnswers) -> Iterator[str]:
    provider, text = mail.provider, str(reply)
    if takes_no_password(mail.login) and _MICROSOFT.search(mail.server.host):
        yield (
            "Outlook.com, Hotmail, Live and MSN take no passwords from programs any more: choose"
            " another provider to send by."
        )
        return
    if _DISABLED.search(text):
        yield _SWITCHED_OFF
        return
    if 400 <= reply.code < 500 or (_TOO_MANY.search(text) and reply.code != _WRONG_LOGIN):
        yield "It takes no login now, perhaps after too many tries: wait some minutes."
        return
    if reply.code == _ENCRYPTION_REQUIRED or "encryption required" in text.lower():
        yield "It wants an encrypted connection before the login."
        yield from _other_security(mail)
        return
    if _APP_PASSWORD.search(text) and provider.is_relay:
        yield "It wants a password that is made for a program (an app password)."
    elif _APP_PASSWORD.search(text):
        yield f"It wants a password that is made for a program: {provider.wants}."
    else:
        yield (
            f"It does not take this login and password. The login is"
            f" {provider.login_is or 'the whole address'}; the password is {provider.wants}."
        )
    if provider.note:
        yield provider.note


def _of_certificate(error: ssl.SSLCertVerificationError, mail: MailAnswers) -> str:
    match error.verify_code:
        case 62 | 64:  # the name, or the address, is another
            return (
                f"The certificate is of another name than {mail.server.host}: name the server as"
                " its certificate does. Who runs the server knows that name."
            )
        case 9 | 10:
            return (
                "The certificate has expired, or is not valid yet: check the clock of this machine,"
                " or tell who runs the server."
            )
        case _ if mail.provider.name == "proton":
            return (
                "Proton Mail Bridge signs its own certificate. Export it (Settings, Advanced"
                " settings, Export TLS certificates), set SSL_CERT_FILE to that file, and start"
                " again."
            )
        case _:
            return (
                "Nobody that this machine trusts vouches for the certificate. If the server is"
                " yours, put its authority's certificate into a file that SSL_CERT_FILE names."
            )


def _other_security(mail: MailAnswers) -> Iterator[str]:
    """Say which security fits the port, or which port fits the security."""
    host, port, security = mail.server.host, mail.server.port, mail.server.security
    if port == TLS and security != "tls":
        yield f"Port 465 is encrypted from the beginning: {host}:465:tls, or {host}:587:starttls."
    elif port != TLS and security == "tls":
        unprotected = f", {host}:{port}:none" if is_here(host) else ""
        yield (
            f"Port {port} begins without encryption: {host}:{port}:starttls{unprotected}, or"
            f" {host}:465:tls."
        )
    elif security == "starttls" and port not in STARTTLS:
        yield (
            f"Port {port} may be encrypted from the beginning: {host}:{port}:tls. Otherwise try"
            f" {host}:587:starttls or {host}:465:tls."
        )
    elif security == "starttls":
        yield _other_port(mail)
    elif security == "none":
        yield f"Try {host}:587:starttls or {host}:465:tls."


def _other_port(mail: MailAnswers) -> str:
    host, other = mail.server.host, "465:tls" if mail.server.port == 587 else "587:starttls"
    return f"Try the other usual port, {host}:{other}."


def _without_encryption(mail: MailAnswers) -> Iterator[str]:
    """Say what to do about a server that offers no STARTTLS; on this machine it needs none."""
    host, port = mail.server.host, mail.server.port
    if is_here(host):
        yield (
            "It offers no encryption, which a server on this machine does not need:"
            f" {host}:{port}:none, without a login."
        )
    yield _other_port(mail)


def _no_login_offered(mail: MailAnswers) -> Iterator[str]:
    host, port, security = mail.server.host, mail.server.port, mail.server.security
    if port == SMTP:
        yield (
            f"Port 25 takes mail from other servers and no logins: {host}:587:starttls or"
            f" {host}:465:tls."
        )
    elif security == "none":
        yield "It offers a login only over an encrypted connection."
        yield from _other_security(mail)
    else:
        yield (
            f"{host} offers no login that Digest knows at port {port}. If it takes mail from this"
            " machine without one, answer - for the login; else ask who runs it."
        )


def _blocked(mail: MailAnswers) -> str:
    port = mail.server.port
    if port == SMTP:
        return "Many networks block port 25: take 587 or 465."
    if mail.provider.name == "proton":
        return "Start Proton Mail Bridge, and check the port that it shows."
    return f"A firewall may block port {port}; {587 if port == TLS else 465} may be open."
