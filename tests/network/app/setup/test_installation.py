"""A new installation: each provider's security at a played server, and all or nothing on disk."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.smtp_server import SMTPServer

from digest.app import config, services
from digest.app.setup import fields
from digest.app.setup.answers import Answers, MailAnswers, MailServer
from digest.app.setup.installation import MailRefusedError, begin
from digest.app.setup.providers import PROVIDERS, Provider, find_provider
from digest.errors import ConfigError
from digest.sources.library import read_ids

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

OFFERED = ("SIZE 9000000", "AUTH PLAIN LOGIN")


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the authority of the tests, as somebody does by SSL_CERT_FILE."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@contextmanager
def playing(provider: Provider, tls: ssl.SSLContext) -> Iterator[SMTPServer]:
    """A server with the security of a provider."""
    with SMTPServer(
        extensions=OFFERED,
        tls=None if provider.security == "none" else tls,
        tls_at_once=provider.security == "tls",
    ) as server:
        yield server


def answers(mail: MailAnswers | None = None, **details: Any) -> Answers:
    chosen = (fields.STARTER,)
    own = {"address": "ada@example.net", "topics": ("agents", "robotics"), "fields": chosen}
    return Answers(**(own | {"sources": tuple(fields.sources_of(chosen)), "mail": mail} | details))


def at(server: SMTPServer, provider: Provider, **details: Any) -> MailAnswers:
    """The answers of somebody whose provider is played by a server."""
    own = {
        "provider": provider,
        "server": MailServer(host="127.0.0.1", port=server.port, security=provider.security),
        "login": provider.login or ("" if provider.security == "none" else "ada@example.net"),
        "password": "abcd efgh ijkl mnop",
        "sender": "ada@example.net",
    }
    return MailAnswers(**(own | details))


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda it: it.name)
@pytest.mark.usefixtures("trusted")
def test_the_login_and_one_mail_are_tried_by_the_security_of_each_provider(
    provider: Provider, tmp_path: Path, server_tls: ssl.SSLContext
) -> None:
    with playing(provider, server_tls) as server:
        mail = at(server, provider)
        with begin(tmp_path / "new" / "config.toml") as new:
            new.write(answers(mail))
            taken = new.send_test(mail, "ada@example.net")

    (session,) = server.sessions
    said = [line.split()[0] for line in session.commands]
    assert server.recipients == ["ada@example.net"]
    assert ("STARTTLS" in said) == (provider.security == "starttls")
    assert ("AUTH" in said) == bool(mail.login)
    assert "AUTH" not in [line.split()[0] for line in session.in_the_clear]
    assert bool(taken.tls) == (provider.security != "none")


@pytest.mark.usefixtures("trusted")
def test_a_refused_mail_says_the_server_s_words_and_what_to_do(
    tmp_path: Path, server_tls: ssl.SSLContext
) -> None:
    provider = find_provider("gmail")
    with playing(provider, server_tls) as server:
        server.when("AUTH", reply="534 5.7.9 Application-specific password required")
        mail = at(server, provider)
        with begin(tmp_path / "config.toml") as new:
            new.write(answers(mail))
            with pytest.raises(MailRefusedError, match=r"534 5\.7\.9") as refused:
                new.send_test(mail, "ada@example.net")

    assert "https://myaccount.google.com/apppasswords" in " ".join(refused.value.remedies)


def test_everything_is_put_in_its_place_at_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    mail = MailAnswers(
        provider=find_provider("fastmail"),
        server=MailServer(host="smtp.fastmail.com", port=465, security="tls"),
        login="ada@example.net",
        password="sesame",
        sender="ada@example.net",
    )
    made = answers(mail, seeds=read_ids("arXiv:2401.00001"))
    with begin(folder / "config.toml") as new:
        new.write(made)
        seeded = new.subscribe(made, who="ada")
        assert not (folder / "config.toml").exists()
        new.put_in_place()

    parts = [
        *("config.toml", "digest.db", "digest.db-generation", "digest.key", "digest.pepper"),
        "mail.password",
    ]
    assert listed(folder) == parts
    assert {(folder / name).stat().st_mode & 0o777 for name in parts} == {0o600}
    assert (folder / "mail.password").read_text() == "sesame\n"
    assert seeded is not None
    assert seeded.new == 1
    app = services.open_app(config.load(folder / "config.toml"))
    (reader,) = app.book.confirmed()
    app.close()
    assert (reader.address, reader.topics) == ("ada@example.net", ("agents", "robotics"))


def test_other_answers_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    mail = MailAnswers(
        provider=find_provider("fastmail"),
        server=MailServer(host="smtp.fastmail.com", port=465, security="tls"),
        login="ada@example.net",
        password="sesame",
        sender="ada@example.net",
    )
    with begin(tmp_path / "config.toml") as new:
        new.write(answers(mail))
        new.write(replace(answers(mail), mail=None))
        new.put_in_place()

    assert listed(tmp_path) == ["config.toml"]
    written = tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))
    assert written["mail"]["transport"] == "directory"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ConfigError])
def test_who_leaves_in_the_middle_leaves_nothing(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def leave() -> None:
        with begin(tmp_path / "a" / "b" / "config.toml") as new:
            new.write(answers())
            new.subscribe(answers(), who="ada")
            raise error

    with pytest.raises(error):
        leave()

    assert listed(tmp_path) == []


def test_what_cannot_be_put_in_its_place_is_taken_back(tmp_path: Path) -> None:
    with begin(tmp_path / "config.toml") as new:
        new.write(answers())
        new.subscribe(answers(), who="ada")
        (tmp_path / "config.toml.part").mkdir()  # where the file is written first
        with pytest.raises(ConfigError, match="cannot write into"):
            new.put_in_place()

    assert listed(tmp_path) == ["config.toml.part"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("config.toml", r"config\.toml is there already, and nothing was changed"),
        ("digest.db", r"digest\.db is there already, of an installation without config\.toml"),
        ("digest.key", "`digest init`"),
        ("mail.password", "`digest setup DIR`"),
    ],
)
def test_what_is_there_already_is_never_touched(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(ConfigError, match=words), begin(tmp_path / "config.toml"):
        pass

    assert listed(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_an_installation_that_another_setup_made_meanwhile_stays(tmp_path: Path) -> None:
    with begin(tmp_path / "config.toml") as new:
        new.write(answers())
        (tmp_path / "config.toml").write_text("of the other")
        with pytest.raises(ConfigError, match="is there already"):
            new.put_in_place()

    assert (tmp_path / "config.toml").read_text() == "of the other"
    assert listed(tmp_path) == ["config.toml"]


def test_a_cache_that_is_shared_stays(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "kept").touch()
    with begin(tmp_path / "config.toml") as new:
        new.cache.mkdir()
        new.write(answers())
        new.put_in_place()

    assert listed(tmp_path / "cache") == ["kept"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(ConfigError, match="cannot use the folder"),
        begin(tmp_path / "file" / "config.toml"),
    ):
        pass

    assert listed(tmp_path) == ["file"]
