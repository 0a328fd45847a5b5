"""`digest setup --yes`: from options alone to a mail, or to nothing at all."""

from __future__ import annotations

import json
import ssl
import tomllib
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
import trustme
from support.command import PAPERS
from support.machine_clock import set_clock
from support.paths import ROOT
from support.smtp_server import SMTPServer

from digest.app.setup import timer
from digest.app.setup.providers import OWN, PROVIDERS, Provider
from digest.errors import ConfigError, SourceError
from digest.sources.arxiv import announcements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

    from digest.sources import RawDocument

ADA = ("setup", "--yes", "--address", "ada@example.net")
WITH_PAPERS = (*ADA, "--topic", "agents", "--source", "jsonl:papers.jsonl")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has papers of today in a file, and nothing else."""
    monkeypatch.chdir(tmp_path)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    lines = (json.dumps(paper | {"day": today}) for paper in PAPERS)
    (tmp_path / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def smtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SMTPServer]:
    """A mail server with STARTTLS and a login, which is trusted."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with SMTPServer(extensions=("SIZE 9000000", "AUTH PLAIN"), tls=context) as server:
        yield server


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"papers.jsonl", "authority.pem"}


def by_mail(folder: Path, smtp: SMTPServer, *options: str) -> tuple[str, ...]:
    """The options of somebody with a mail server and its password in a file."""
    (folder / "papers.jsonl").touch()
    secret = folder / "papers.secret"
    secret.write_text("sesame\n")
    secret.chmod(0o600)
    server = ("--server", f"127.0.0.1:{smtp.port}:starttls", "--login", "ada")
    return (*WITH_PAPERS, *server, "--password-file", str(secret), *options)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda it: it.name)
def test_the_guide_says_what_each_provider_wants(provider: Provider) -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (line,) = (it for it in guide.splitlines() if it.startswith(f"| `{provider.name}`: "))

    server = f"{provider.host}:{provider.port}:{provider.security}"
    assert provider.title in line
    assert provider.wants in line
    assert provider.note in line
    assert provider.name == OWN or server in line


def test_one_command_leads_to_a_digest_in_the_outbox(folder: Path, digest: Command) -> None:
    result = digest(*WITH_PAPERS)

    assert result.code == 0, result
    (mail,) = (folder / "outbox").rglob("ada@example.net.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("An Agent that Reads Maps")
    assert f"the first digest, of {datetime.now(UTC):%A}" in result.out
    assert str(mail) in result.out
    assert "0 18 * * 1-5  " in result.out
    assert digest("subscribers", "list", "--json").json[0]["address"] == "ada@example.net"


def test_papers_of_a_past_day_make_the_first_digest_too(folder: Path, digest: Command) -> None:
    lines = "\n".join(map(json.dumps, PAPERS))
    (folder / "papers.jsonl").write_text(lines, encoding="utf-8")

    result = digest(*WITH_PAPERS)

    assert result.code == 0, result
    assert "the first digest, of Monday 2026-02-02" in result.out
    assert list((folder / "outbox" / "2026-02-02").iterdir()) != []


def test_without_papers_there_is_a_test_mail_and_the_reason(folder: Path, digest: Command) -> None:
    (folder / "papers.jsonl").write_text("no papers at all\n", encoding="utf-8")

    result = digest(*WITH_PAPERS)

    assert result.code == 0, result
    (mail,) = (folder / "outbox").rglob("*.test.eml")
    assert f"a test mail, since no papers could be read yet: {mail}" in result.out
    assert "could not be read now: Papers: " in result.out


def test_a_day_without_announcements_is_the_reason_if_nothing_could_be_read(
    folder: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[RawDocument]:
        raise SourceError("the host cannot be reached")

    monkeypatch.setattr(announcements, "_read_today", fail)
    monkeypatch.setattr(announcements, "_read_past", fail)
    set_clock(monkeypatch, datetime(2026, 2, 1, 12, tzinfo=UTC))

    result = digest(*ADA, "--topic", "agents", "--source", "arxiv cs.CL")

    assert result.code == 0, result
    reason = "since no papers could be read yet (arXiv announces nothing on Sundays): "
    assert f"a test mail, {reason}{folder}" in result.out


def test_papers_about_nothing_that_is_wanted_are_said(folder: Path, digest: Command) -> None:
    result = digest(*ADA, "--topic", "speech-audio", "--source", "jsonl:papers.jsonl")

    assert result.code == 0, result
    assert "a test mail, since " in result.out
    assert "no papers could be read" not in result.out


def test_the_configuration_holds_what_the_options_say(folder: Path, digest: Command) -> None:
    result = digest(
        *WITH_PAPERS,
        *("--field", "mathematics", "--field", "machine-learning"),
        *("--site", "https://papers.example.net", "--at", "7:30", "--timer", "none"),
        *("--seeds", "arXiv:2401.00001"),
    )

    assert result.code == 0, result
    written = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
    assert written["web"]["url"] == "https://papers.example.net"
    assert written["schedule"]["at"] == "07:30"
    assert {"number-theory", "agents"} <= {topic["slug"] for topic in written["topics"]}
    assert [it["path"] for it in written["sources"]] == ["papers.jsonl"]
    assert "1 paper to begin with" in result.out
    assert "crontab" not in result.out
    assert "https://papers.example.net" in result.err


def test_another_folder_is_made_and_named(folder: Path, digest: Command) -> None:
    result = digest(*WITH_PAPERS, "made/here", "-q")

    assert (result.code, result.out, result.err) == (0, "", "")
    assert names(folder / "made" / "here") >= {"config.toml", "digest.db", "outbox"}
    written = tomllib.loads((folder / "made/here/config.toml").read_text(encoding="utf-8"))
    assert written["sources"][0]["path"] == str(folder / "papers.jsonl")


def test_a_mail_server_gets_a_test_mail_and_then_the_digest(
    folder: Path, digest: Command, smtp: SMTPServer
) -> None:
    smtp.when(".", reply="250 2.0.0 queued as 4711")

    result = digest(*by_mail(folder, smtp))

    assert result.code == 0, result
    assert smtp.recipients == ["ada@example.net"] * 2
    assert "127.0.0.1 took a test mail for ada@example.net: 250 2.0.0 queued as 4711" in result.out
    assert (folder / "mail.password").read_text() == "sesame\n"
    assert "sesame" not in (folder / "config.toml").read_text(encoding="utf-8")
    assert digest("doctor", "--json").code in (0, 1)


def test_a_refused_login_leaves_nothing_and_says_what_to_do(
    folder: Path, digest: Command, smtp: SMTPServer
) -> None:
    smtp.when("AUTH", reply="534 5.7.9 Application-specific password required")
    options = by_mail(folder, smtp, "--mail", "gmail")
    before = names(folder)

    result = digest(*options)

    assert result.code == 1
    assert "534 5.7.9" in result.err
    assert "https://myaccount.google.com/apppasswords" in result.err
    assert names(folder) == before


def test_what_a_killed_setup_left_is_removed_and_named(folder: Path, digest: Command) -> None:
    left = folder / ".digest-setup-killed"
    left.mkdir()
    (left / "mail.password").write_text("sesame\n")

    result = digest(*WITH_PAPERS)

    assert result.code == 0, result
    assert f"removed {left}, which a setup left behind that was killed" in result.err
    assert not left.exists()


def test_what_is_there_is_not_touched(folder: Path, digest: Command) -> None:
    (folder / "config.toml").write_text("mine", encoding="utf-8")

    result = digest(*WITH_PAPERS)

    assert result.code == 2
    assert "config.toml is there already, and nothing was changed" in result.err
    assert (folder / "config.toml").read_text(encoding="utf-8") == "mine"
    assert names(folder) == {"config.toml"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--address", "ada"), "'ada' is not an e-mail address"),
        (("--topic", "agent"), "did you mean agents?"),
        (("--field", "law"), "there is no field 'law'"),
        (("--source", "jsonl gone.jsonl"), "there is no file gone.jsonl"),
        (("--source", "arxiv nonsense cs.ZZ"), "arXiv has no category 'nonsense'"),
        (("--seeds", "gone.bib"), "there is no file gone.bib"),
        (("--site", "group"), "is neither me nor the address of a page"),
        (("--mail", "gmial"), "did you mean gmail?"),
        (("--mail", "gmail"), "wants a password: name its file with --password-file"),
        (("--server", "a:587:ssl"), "'ssl' is none of"),
        (("--server", "localhost:25:none", "--login", "ada"), "a login is never sent"),
        (("--timer", "cron"), "'cron' is none of print, crontab, systemd or none"),
        (("--at", "noon"), "is not a time of day"),
        (("--mail", "own", "--sender", "news"), "'news' is not an e-mail address"),
        (("--password-file", "gone"), "cannot read gone"),
        (("-c", "other/config.toml", "here"), "name one place"),
    ],
)
def test_a_wrong_option_is_said_and_leaves_nothing(
    folder: Path, digest: Command, options: tuple[str, ...], words: str
) -> None:
    result = digest(*ADA, *options)

    assert result.code == 2, result
    assert words in result.err
    assert names(folder) == set()


def test_mail_for_the_example_never_leaves(folder: Path, digest: Command) -> None:
    result = digest("setup", "--yes", "--server", "127.0.0.1:25")

    assert result.code == 2
    assert "you@example.org is an example and no mailbox" in result.err
    assert names(folder) == set()


def test_email_says_whose_address_it_is(
    folder: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL", "eve@example.net")

    digest("setup", "--yes", "--source", "jsonl:papers.jsonl", "--topic", "agents")

    assert list((folder / "outbox").rglob("eve@example.net.eml")) != []


def test_without_a_terminal_it_asks_nothing(folder: Path, digest: Command) -> None:
    result = digest("setup")

    assert result.code == 2
    assert "asks on a terminal; elsewhere give --yes" in result.err
    assert names(folder) == set()


@pytest.mark.parametrize(
    ("option", "function"), [("crontab", "install_cron_line"), ("systemd", "install_units")]
)
def test_what_starts_the_runs_is_installed_where_it_is_asked_for(
    folder: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    function: str,
) -> None:
    asked = []
    monkeypatch.setattr(timer, function, lambda *told: asked.append(told) or "it is installed")

    result = digest(*WITH_PAPERS, "--timer", option, "--at", "07:30")

    assert result.code == 0, result
    assert asked == [(folder / "config.toml", timer.Timetable(at="07:30"))]
    assert "it is installed" in result.out


def test_a_timer_that_cannot_be_installed_costs_nothing_else(
    folder: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise ConfigError("this machine has no crontab")

    monkeypatch.setattr(timer, "install_cron_line", fail)

    result = digest(*WITH_PAPERS, "--timer", "crontab")

    assert result.code == 1
    assert "nothing starts the runs yet: this machine has no crontab" in result.err
    assert "0 18 * * 1-5  " in result.err
    assert "config.toml" in names(folder)
