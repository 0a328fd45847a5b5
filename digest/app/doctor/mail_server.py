"""The mail server: connection, certificate, login, and the size of mails that it takes."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.app.doctor.installation import PATIENCE
from digest.app.transport import is_here, mail_certificates, server_settings
from digest.delivery.smtp.connect import Connector
from digest.delivery.smtp.handshake import StepRefusedError
from digest.errors import ConfigError, MailServerError
from digest.mail.size_limit import BUDGET
from digest.sources.http.reach import expiry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from digest.app.config import Config
    from digest.app.doctor.installation import Installation
    from digest.delivery.smtp.connect import OpenConnection

CONNECTION, CERTIFICATE, LOGIN, SIZE = "SMTP connection", "SMTP TLS", "SMTP login", "SMTP size"
#: A certificate that is renewed by itself has been renewed by then.
SOON = timedelta(days=14)
#: Octets of the largest mail: HTML at its limit, in quoted-printable, and about as much text.
LARGEST = 3 * BUDGET


def check(installation: Installation) -> Iterator[Finding]:
    """Connect and log in as a run does, and send nothing."""
    config = installation.config
    if config.mail.transport != "smtp":
        why = f'[mail] transport is "{config.mail.transport}", so none is used'
        yield not_checked(CONNECTION, why)
        return
    try:
        settings = server_settings(config)
    except ConfigError as error:  # the file of the password
        yield failed(LOGIN, error, remedy="correct [mail] password_file")
        return
    patient = replace(settings, timeout=min(settings.timeout, PATIENCE))
    try:
        connection = Connector(patient, mail_certificates()).connect()
    except MailServerError as error:
        yield failed(_step(error), error, remedy="check [mail] host, port and security")
        yield not_checked(SIZE, "the mail server cannot be used")
        return
    with connection.socket:
        yield from _connected(config, connection, now=installation.now)


def certificate(check: str, until: datetime | None, *, of: str, now: datetime) -> Finding:
    """Return whether a certificate is valid for long enough."""
    if until is None:
        return not_checked(check, f"{of} does not say until when it is valid")
    left = until - now
    text = f"the certificate of {of} is valid for {left.days} more days, until {until:%Y-%m-%d}"
    if left < SOON:
        return warn(check, text, f"renew the certificate of {of}, or tell its operator")
    return ok(check, text)


def _step(error: MailServerError) -> str:
    """Return the check that an error is about."""
    match error.__cause__:
        case StepRefusedError(stage=str(stage)) if stage.startswith("AUTH"):
            return LOGIN
        case ssl.SSLCertVerificationError():
            return CERTIFICATE
        case _:
            return CONNECTION


def _connected(config: Config, connection: OpenConnection, *, now: datetime) -> Iterator[Finding]:
    mail, sock = config.mail, connection.socket
    name = f"{mail.host}:{mail.port}"
    if isinstance(sock, ssl.SSLSocket):
        yield ok(CONNECTION, f"{name} answers, over {sock.version()}")
        yield certificate(CERTIFICATE, expiry(sock), of=mail.host, now=now)
    elif is_here(config):
        yield ok(CONNECTION, f"{name} answers, unprotected on this computer")
    else:
        yield warn(
            CONNECTION,
            f"{name} answers, but mails go there unprotected",
            '[mail] security = "starttls"',
        )
    if mail.username:
        yield ok(LOGIN, f"it took the login of {mail.username}")
    else:
        yield ok(LOGIN, "[mail] names none, and it asked for none yet")
    yield _size(name, connection.extensions.size)


def _size(name: str, limit: int | None) -> Finding:
    if not limit:
        return ok(SIZE, "it names no limit")
    text = f"it takes mails of up to {limit:,} octets; the largest issue has about {LARGEST:,}"
    if limit < LARGEST:
        return fail(SIZE, text, f"raise the limit at {name} (Postfix: message_size_limit)")
    return ok(SIZE, text)
