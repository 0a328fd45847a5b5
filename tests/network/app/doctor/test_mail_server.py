"""The mail server: which of its steps fails, and what to do."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.doctor import installation
from support.smtp_server import HANG_UP, SMTPServer

from digest.app import clock
from digest.app.doctor import mail_server
from digest.app.doctor.mail_server import LARGEST, certificate, check

if TYPE_CHECKING:
    from pathlib import Path

    import trustme

    from digest.app.doctor.finding import Finding

NOW = datetime(2026, 2, 2, tzinfo=UTC)


def found(
    folder: Path, server: SMTPServer, patch: pytest.MonkeyPatch, trust: ssl.SSLContext, **mail: Any
) -> dict[str, Finding]:
    patch.setattr(mail_server, "mail_certificates", lambda: lambda: trust)
    mail = {"transport": "smtp", "host": "127.0.0.1", "port": server.port} | mail
    seen = installation(folder, {"mail": mail}, now=clock.now())
    return {finding.check: finding for finding in check(seen)}


LOGIN = {"username": "digest", "password": "a password for the tests"}


def test_a_server_that_takes_everything_is_well(
    tmp_path: Path,
    server_tls: ssl.SSLContext,
    trusting: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SMTPServer(extensions=("SIZE 9000000", "AUTH PLAIN"), tls=server_tls) as server:
        seen = found(tmp_path, server, monkeypatch, trusting, **LOGIN)

    assert {name: str(one.level) for name, one in seen.items()} == {
        "SMTP connection": "ok",
        "SMTP TLS": "ok",
        "SMTP login": "ok",
        "SMTP size": "ok",
    }
    assert server.mails == []


def test_a_refused_login_is_that_of_the_login(
    tmp_path: Path,
    server_tls: ssl.SSLContext,
    trusting: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SMTPServer(extensions=("AUTH PLAIN",), tls=server_tls) as server:
        server.when("AUTH", reply="535 5.7.8 no such account")
        seen = found(tmp_path, server, monkeypatch, trusting, **LOGIN)

    assert seen.keys() == {"SMTP login", "SMTP size"}
    assert "535 5.7.8 no such account" in seen["SMTP login"].text
    assert seen["SMTP login"].remedy == "check [mail] username and password"


def test_an_expired_certificate_is_that_of_the_certificate(
    tmp_path: Path,
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expired = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 2, tzinfo=UTC)).configure_cert(
        expired
    )
    with SMTPServer(tls=expired) as server:
        seen = found(tmp_path, server, monkeypatch, trusting)

    assert seen.keys() == {"SMTP TLS", "SMTP size"}
    assert "certificate has expired" in seen["SMTP TLS"].text
    assert "tell the operator of the server" in seen["SMTP TLS"].remedy


def test_a_limit_below_the_largest_mail_fails(
    tmp_path: Path, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SMTPServer(extensions=("SIZE 50000",)) as server:
        seen = found(tmp_path, server, monkeypatch, trusting, security="none")

    assert seen["SMTP size"].level == "fail"
    assert f"{LARGEST:,}" in seen["SMTP size"].text


def test_a_server_that_hangs_up_is_that_of_the_connection(
    tmp_path: Path, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SMTPServer() as server:
        server.when("CONNECT", reply=HANG_UP)
        seen = found(tmp_path, server, monkeypatch, trusting, security="none")

    assert seen["SMTP connection"].level == "fail"
    assert "check [mail]" in seen["SMTP connection"].remedy


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (13, "warn")])
def test_a_certificate_is_renewed_in_time(days: int, level: str) -> None:
    seen = certificate("TLS", NOW + timedelta(days=days), of="papers.test", now=NOW)

    assert seen.level == level
    assert f"{days} more days" in seen.text


def test_without_a_mail_server_none_is_asked(tmp_path: Path) -> None:
    (seen,) = check(installation(tmp_path))

    assert seen.level == "not checked"


def test_a_password_file_that_is_missing_is_a_fault_of_the_login(tmp_path: Path) -> None:
    mail = {"transport": "smtp", "username": "digest", "password_file": "gone"}

    (seen,) = check(installation(tmp_path, {"mail": mail}, now=clock.now()))

    assert (seen.check, str(seen.level)) == ("SMTP login", "fail")
    assert seen.remedy == "correct [mail] password_file"
