"""`digest setup` on a terminal: every question, wrong answers, and whoever leaves in the middle."""

from __future__ import annotations

import json
import ssl
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import trustme
from support.command import PAPERS
from support.conversation import Talk
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: All questions that one conversation can have, in order, each with an answer that is no default.
QUESTIONS = {
    "Whom is it for?": "https://papers.example.net",
    "Which address gets the digest?": "ada@example.net",
    "Which field?": "machine-learning",
    "Which topics are yours?": "3, reasoning",
    "Which sources?": "jsonl papers.jsonl",
    "Which papers do you like?": "arXiv:2401.00001",
    "How does mail leave?": "own",
    "Which mail server?": "{server}",
    "Which address is the sender?": "news@example.net",
    "The login": "ada",
    "The password": "sesame",
    "What starts the runs?": "print 07:30",
}
NAMES = list(QUESTIONS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has papers of today in a file, which every look reads."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    lines = (json.dumps(paper | {"day": today}) for paper in PAPERS)
    (tmp_path / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    source = {"name": "file", "kind": "jsonl", "path": str(tmp_path / "papers.jsonl")}
    monkeypatch.setenv("DIGEST_SOURCES", json.dumps([source]))
    monkeypatch.delenv("EMAIL", raising=False)
    return tmp_path


@pytest.fixture
def smtp(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SMTPServer]:
    """A mail server with STARTTLS and a login, which is trusted."""
    authority = trustme.CA()
    trusted = tmp_path_factory.mktemp("trusted") / "authority.pem"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with SMTPServer(extensions=("SIZE 9000000", "AUTH PLAIN"), tls=context) as server:
        yield server


@pytest.fixture
def talks(folder: Path) -> Iterator[list[Talk]]:
    """The conversations of a test, which end with it."""
    begun: list[Talk] = []
    yield begun
    for talk in begun:
        if talk.process.poll() is None:
            talk.process.kill()
            talk.process.wait()


def begin(talks: list[Talk], folder: Path, *options: str, columns: int = 100) -> Talk:
    talks.append(Talk.begin("setup", *options, folder=folder, columns=columns))
    return talks[-1]


def answers(smtp: SMTPServer) -> dict[str, str]:
    server = f"127.0.0.1:{smtp.port}:starttls"
    return {question: it.format(server=server) for question, it in QUESTIONS.items()}


def too_wide(talk: Talk, columns: int) -> list[str]:
    """The lines that are wider than the terminal; one long word cannot be folded."""
    return [line for line in talk.shown.splitlines() if len(line) > columns and " " in line]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"papers.jsonl"}


def written(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_twelve_questions_lead_to_a_mail(folder: Path, smtp: SMTPServer, talks: list[Talk]) -> None:
    talk = begin(talks, folder)

    for question, answer in answers(smtp).items():
        talk.answer(question, answer)
    code = talk.end()

    assert code == 0, talk.shown
    assert "12. What starts the runs?" in talk.shown
    assert "13. " not in talk.shown
    assert "sesame" not in talk.shown
    assert smtp.recipients == ["ada@example.net"] * 2
    assert {"config.toml", "digest.db", "mail.password"} <= names(folder)
    assert written(folder)["mail"]["from_address"] == "news@example.net"
    assert written(folder)["schedule"]["at"] == "07:30"
    assert "7 * * * *" in talk.shown


@pytest.mark.slow
def test_who_only_presses_enter_has_mails_in_a_folder(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder)

    for question in (*NAMES[:7], NAMES[-1]):
        talk.answer(question)
    code = talk.end()

    assert code == 0, talk.shown
    assert "8. What starts the runs?" in talk.shown
    assert list((folder / "outbox").rglob("you@example.org.eml")) != []
    assert "Papers about each topic on the last day that had any, of 2" in talk.shown


@pytest.mark.slow
def test_all_lines_fit_a_narrow_terminal(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder, "--timer", "print", columns=60)
    talk.answer(NAMES[0], "https://papers.example.net")
    talk.answer(NAMES[1], "ada@example.net")
    for question in NAMES[2:6]:
        talk.answer(question)
    talk.answer(NAMES[6], "own")
    talk.interrupt(NAMES[7])
    talk.end()

    assert too_wide(talk, 60) == []
    assert "   HOST:PORT:SECURITY, such as\n   smtp.your.domain" in talk.shown


@pytest.mark.slow
def test_the_hours_of_a_group_fit_a_narrow_terminal(folder: Path, talks: list[Talk]) -> None:
    options = ("--site", "https://papers.example.net", "--address", "ada@example.net")
    options += ("--field", "machine-learning", "--topic", "agents", "--mail", "folder")
    options += ("--source", "jsonl papers.jsonl", "--seeds", "arXiv:2401.00001")
    talk = begin(talks, folder, *options, columns=60)
    talk.interrupt("What starts the runs?")
    talk.end()

    assert too_wide(talk, 60) == []
    assert "\n     none       nothing; `digest run` and `digest daemon`\n" in talk.shown
    assert "\n                are yours to start\n" in talk.shown


@pytest.mark.slow
def test_a_suggestion_ends_with_its_own_mark(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder, "--site", "me")
    talk.answer("Which address gets the digest?")
    talk.answer("Which field?", "machine-lerning")
    talk.interrupt("did you mean machine-learning?")
    talk.end()

    assert "machine-learning?." not in talk.shown


@pytest.mark.slow
def test_a_wrong_answer_is_said_and_asked_again(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder)

    wrong = {
        "Whom is it for?": ("group", "is neither me nor the address of a page"),
        "Which address gets the digest?": ("ada", "is not an e-mail address"),
        "Which field?": ("law", "there is no field 'law'"),
        "Which topics are yours?": ("99", "there is no topic '99'"),
        "Which sources?": ("arxiv nonsense", "arXiv has no category 'nonsense'"),
        "Which papers do you like?": ("gone.bib", "there is no file gone.bib"),
        "How does mail leave?": ("gmail", "is an example and no mailbox"),
        "What starts the runs?": ("cron", "is none of print, crontab, systemd or none"),
    }
    for question, (answer, error) in wrong.items():
        talk.answer(question, answer)
        talk.answer(error)
    code = talk.end()

    assert code == 0, talk.shown
    assert "config.toml" in names(folder)


@pytest.mark.slow
def test_a_refused_login_is_answered_with_the_remedy_and_asked_again(
    folder: Path, smtp: SMTPServer, talks: list[Talk]
) -> None:
    smtp.when("AUTH", reply="534 5.7.9 Application-specific password required", nth=1)
    server = f"127.0.0.1:{smtp.port}:starttls"
    talk = begin(
        talks, folder, "--address", "ada@gmail.com", "--server", server, "--topic", "agents",
        "--seeds", "arXiv:2401.00001", "--site", "me", "--timer", "none",
        "--source", "jsonl papers.jsonl", "--field", "machine-learning", "--mail", "gmail",
    )  # fmt: skip

    talk.answer("The login")
    talk.answer("The password", "of the account")
    talk.answer("How does mail leave?")
    assert "https://myaccount.google.com/apppasswords" in talk.shown
    talk.answer("Which mail server?")
    talk.answer("The login")
    talk.answer("The password", "abcd efgh ijkl mnop")
    code = talk.end()

    assert code == 0, talk.shown
    assert (folder / "mail.password").read_text() == "abcd efgh ijkl mnop\n"
    assert smtp.recipients == ["ada@gmail.com"] * 2


@pytest.mark.slow
def test_who_gives_up_a_mail_server_has_mails_in_a_folder(
    folder: Path, smtp: SMTPServer, talks: list[Talk]
) -> None:
    smtp.when("MAIL", reply="553 5.7.1 Sender address rejected: not owned by user")
    talk = begin(talks, folder)

    for question, answer in answers(smtp).items():
        talk.answer(question, answer)
    talk.answer("How does mail leave?", "folder")
    code = talk.end()

    assert code == 0, talk.shown
    assert "name a sender that is verified" in " ".join(talk.shown.split())
    assert "mail.password" not in names(folder)
    assert written(folder)["mail"]["transport"] == "directory"
    assert list((folder / "outbox").rglob("*.eml")) != []


@pytest.mark.slow
def test_who_has_no_password_yet_has_mails_in_a_folder(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder, "--address", "ada@gmail.com", "--source", "jsonl papers.jsonl")

    for question in (NAMES[0], NAMES[2], NAMES[3], NAMES[5], NAMES[6], "The login", "The password"):
        talk.answer(question)
    talk.answer(NAMES[-1])
    code = talk.end()

    assert code == 0, talk.shown
    assert written(folder)["mail"]["transport"] == "directory"


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=NAMES)
def test_whoever_leaves_at_a_question_leaves_nothing_behind(
    folder: Path, smtp: SMTPServer, talks: list[Talk], number: int
) -> None:
    before = names(folder)
    talk = begin(talks, folder)

    for question, answer in list(answers(smtp).items())[:number]:
        talk.answer(question, answer)
    talk.interrupt(NAMES[number])
    code = talk.end()

    assert code == 130, talk.shown
    assert talk.shown.splitlines()[-1] == "interrupted; nothing was written"
    assert names(folder) == before
    assert smtp.mails == []


@pytest.mark.slow
def test_the_end_of_input_leaves_nothing_behind_either(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder)

    talk.interrupt(NAMES[0], key=b"\x04")

    assert talk.end() == 130
    assert names(folder) == set()


@pytest.mark.slow
def test_a_terminal_that_is_closed_leaves_nothing_behind(folder: Path, talks: list[Talk]) -> None:
    talk = begin(talks, folder)
    talk.answer(NAMES[0])
    talk.wait_for(NAMES[1])

    talk.process.terminate()

    assert talk.end() == 130
    assert names(folder) == set()
