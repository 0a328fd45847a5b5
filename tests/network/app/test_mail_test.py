"""A test mail leaves as others do, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON, enrolled
from support.installation import Installation

from digest.app import config
from digest.app.config import dkim_keys
from digest.app.mail_test import send_test
from digest.mail import dkim
from digest.models.delivery import DeliveryState
from subscribers.errors import AddressError, ConsentError
from subscribers.models import Event

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa
    from support.smtp_server import SMTPServer

    from digest.app.services import App


@pytest.fixture
def installed(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


def with_mail(installed: Installation, **tables: Any) -> App:
    """The installation with other settings of mail."""
    own = {"secret_key": "a key for the tests and nothing else"}
    mail = {"from_address": "digest@papers.test"} | tables.pop("mail", {})
    built = config.build(
        {"site": own, "mail": mail, "web": {"url": ""}, **tables},
        folder=installed.folder,
        where="the tests",
    )
    return replace(installed.app, config=built)


def test_a_mail_server_is_handed_a_signed_mail_and_its_words_are_kept(
    installed: Installation, server: SMTPServer
) -> None:
    dkim_keys.save(dkim.generate("spring", "rsa"), installed.folder / "spring.pem")
    server.when(".", reply="250 2.0.0 queued as 4711")
    mail = {
        "transport": "smtp",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "bounce_address": "bounces+{id}@papers.test",
    }
    app = with_mail(installed, mail=mail, dkim={"selector": "spring", "key": "spring.pem"})
    before = installed.dump()

    found = send_test(app, "ada@example.net", at=NOON)

    assert (found.reply, found.selectors) == ("250 2.0.0 queued as 4711", ("spring",))
    (taken,) = server.mails
    assert len(taken.content) == found.size
    message = message_from_bytes(taken.content, policy=policy.default)
    assert message["To"] == "ada@example.net"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "s=spring" in message["DKIM-Signature"]
    assert message.get_content_type() == "text/plain"
    assert taken.sender == found.sender
    assert taken.sender.startswith("bounces+20260202.0.")
    assert installed.dump() == before


def test_a_refusal_is_kept_in_the_server_s_words(
    installed: Installation, server: SMTPServer
) -> None:
    server.when("RCPT", reply="550 5.1.1 no such user")
    mail = {"transport": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none"}

    found = send_test(with_mail(installed, mail=mail), "ada@example.net", at=NOON)

    assert (found.outcome.state, found.outcome.status) == (DeliveryState.FAILED, "5.1.1")


def test_the_folder_is_named_where_mails_are_written(installed: Installation) -> None:
    found = send_test(with_mail(installed), "ada@example.net", at=NOON, command="digest setup")

    assert found.file == installed.folder / "outbox/2026-02-02/ada@example.net.test.eml"
    assert found.file.stat().st_size == found.size
    assert b"`digest setup` has sent it, on 2026-02-02" in found.file.read_bytes()


@pytest.mark.parametrize("spelling", ["ada@example.net", "ADA+x@example.net"])
def test_nobody_is_written_to_who_said_never_again(installed: Installation, spelling: str) -> None:
    enrolled(installed.book, "ada@example.net", Event.COMPLAINT)
    app = with_mail(installed)
    app.__dict__["book"] = installed.book

    with pytest.raises(ConsentError, match="must not be written to"):
        send_test(app, spelling, at=NOON)

    assert not (installed.folder / "outbox").exists()


def test_what_is_no_address_is_an_error(installed: Installation) -> None:
    with pytest.raises(AddressError):
        send_test(with_mail(installed), "nobody", at=NOON)
