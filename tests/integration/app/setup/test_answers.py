"""Answers as people type them: what is understood, and what the error says where one is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from digest.app.setup import answers
from digest.app.setup.answers import MailServer
from digest.errors import ConfigError
from subscribers.errors import AddressError

if TYPE_CHECKING:
    from pathlib import Path

REMOTE = MailServer(host="smtp.example.net", port=465, security="tls")
LOCAL = MailServer(host="localhost", port=25, security="none")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the configuration, which is also where somebody types."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "usual", "server"),
    [
        ("smtp.example.net", REMOTE, "smtp.example.net:465:tls"),
        ("smtp.example.net:587", REMOTE, "smtp.example.net:587:starttls"),
        ("smtp.example.net:2525", REMOTE, "smtp.example.net:2525:starttls"),
        ("smtp.example.net:25:none", REMOTE, "smtp.example.net:25:none"),
        ("mail.example.net", LOCAL, "mail.example.net:587:starttls"),
        ("mail.example.net:465", LOCAL, "mail.example.net:465:tls"),
        ("mail.example.net:25", LOCAL, "mail.example.net:25:none"),
        ("localhost", LOCAL, "localhost:25:none"),
        ("127.0.0.1:2526", LOCAL, "127.0.0.1:2526:none"),
        ("[::1]:587:STARTTLS", LOCAL, "[::1]:587:starttls"),
    ],
)
def test_a_mail_server_has_the_usual_port_and_security_unless_they_are_named(
    typed: str, usual: MailServer, server: str
) -> None:
    assert str(answers.read_server(typed, usual)) == server


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("smtp.example.net:smtp", "is no mail server; write it like smtp.your.domain:587"),
        ("", "is no mail server"),
        ("a:99999", "99999 is no port"),
        ("a:587:ssl", "'ssl' is none of none, starttls or tls"),
    ],
)
def test_what_is_no_mail_server_is_said(typed: str, error: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(error)):
        answers.read_server(typed, REMOTE)


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("localhost", True), ("127.0.1.1", True), ("::1", True), ("10.0.0.1", False),
     ("smtp.example.net", False)],
)  # fmt: skip
def test_a_server_on_this_machine_is_known(host: str, is_here: bool) -> None:  # noqa: FBT001
    assert answers.is_here(host) is is_here


@pytest.mark.parametrize(
    ("typed", "kind", "key", "value"),
    [
        ("huggingface", "huggingface", "name", "Hugging Face"),
        ("arxiv cs.CL cs.LG", "arxiv", "categories", ("cs.CL", "cs.LG")),
        ("arxiv:cs.CL,cs.LG", "arxiv", "categories", ("cs.CL", "cs.LG")),
        ("arxiv cs.cl math-ph", "arxiv", "categories", ("cs.CL", "math-ph")),
        ("biorxiv", "biorxiv", "categories", ()),
        ("openreview ICLR.cc/2026/Conference", "openreview", "venues",
         ("ICLR.cc/2026/Conference",)),
        ("jsonl my papers.jsonl", "jsonl", "path", "my papers.jsonl"),
        ("jsonl:my papers.jsonl", "jsonl", "path", "my papers.jsonl"),
        ("jsonl my*", "jsonl", "path", "my*"),
    ],
)  # fmt: skip
def test_a_source_is_a_kind_with_what_it_needs(
    folder: Path, typed: str, kind: str, key: str, value: object
) -> None:
    (folder / "my papers.jsonl").touch()

    found = answers.read_source(typed, folder=folder)

    assert (found.kind, getattr(found, key)) == (kind, value)


def test_a_file_beside_the_folder_keeps_its_whole_path(folder: Path) -> None:
    (folder / "papers.jsonl").touch()

    found = answers.read_source("jsonl papers.jsonl", folder=folder / "digest")

    assert found.path == str(folder / "papers.jsonl")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("arxiv", 'a source of kind "arxiv" needs categories'),
        ("arXive cs.CL", "did you mean arxiv?"),
        ("jsonl", 'a source of kind "jsonl" needs a path'),
        ("jsonl gone.jsonl", "there is no file gone.jsonl"),
        ("arxiv nonsense cs.ZZ", "arXiv has no category 'nonsense'; see https://arxiv.org/"),
        ("arxiv cs.CL cs.ZZ", "arXiv has no category 'cs.ZZ'"),
        ("arxiv cs.1", '"cs.1" is not the name of a category'),
    ],
)
def test_a_source_that_cannot_be_read_is_said(folder: Path, typed: str, error: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(error)):
        answers.read_source(typed, folder=folder)


def test_sources_of_one_kind_get_names_of_their_own(folder: Path) -> None:
    read = [answers.read_source(f"arxiv {name}", folder=folder) for name in ("cs.CL", "math.NT")]

    assert [it.name for it in answers.with_own_names(read)] == ["arXiv", "arXiv 2"]
    assert [answers.typed_source(it) for it in read] == ["arxiv cs.CL", "arxiv math.NT"]


@pytest.mark.parametrize(
    ("name", "content", "ids"),
    [
        ("my.bib", "@article{a, title={On Lamps}, eprint={2401.00001}, archiveprefix={arXiv}}",
         ["2401.00001"]),
        ("listing.txt", "[1] arXiv:2401.00002 [pdf]\nTitle: Bells\n[2] arXiv:hep-th/9901001\n",
         ["2401.00002", "hep-th/9901001"]),
    ],
)  # fmt: skip
def test_seeds_are_a_library_or_a_listing(
    folder: Path, name: str, content: str, ids: list[str]
) -> None:
    (folder / name).write_text(content)

    found = answers.read_seeds([name])

    assert found is not None
    assert [seed.paper_id for seed in found.seeds] == ids


def test_seeds_may_be_ids_beside_a_file(folder: Path) -> None:
    (folder / "listing.txt").write_text("arXiv:2401.00002")

    found = answers.read_seeds(["arXiv:2401.00001", "listing.txt"])

    assert found is not None
    assert {seed.paper_id for seed in found.seeds} == {"2401.00001", "2401.00002"}
    assert answers.read_seeds([" "]) is None


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("gone.bib", "there is no file gone.bib"),
        ("empty.txt", "no library is in it"),
        ("nonsense", "nonsense"),
    ],
)
def test_seeds_that_cannot_be_read_are_said(folder: Path, typed: str, error: str) -> None:
    (folder / "empty.txt").write_text("nothing of the kind")

    with pytest.raises(ConfigError, match=error):
        answers.read_seeds([typed])


@pytest.mark.parametrize(
    ("typed", "timer"),
    [
        ("print", ("print", "")),
        ("Systemd 7:30", ("systemd", "07:30")),
        ("crontab 19", ("crontab", "19:00")),
        ("06:15", ("print", "06:15")),
        ("none", ("none", "")),
    ],
)
def test_a_timer_may_have_an_hour(typed: str, timer: tuple[str, str]) -> None:
    assert answers.read_timer(typed) == timer


@pytest.mark.parametrize("typed", ["cron", "print 25:00", "print noon", ""])
def test_what_is_no_timer_is_refused(typed: str) -> None:
    with pytest.raises(ConfigError):
        answers.read_timer(typed)


@pytest.mark.parametrize(
    ("typed", "site"),
    [("me", ""), ("", ""), ("https://papers.example.net/", "https://papers.example.net")],
)
def test_a_site_is_that_of_a_group(typed: str, site: str) -> None:
    assert answers.read_site(typed) == site


@pytest.mark.parametrize("typed", ["group", "papers.example.net", "ftp://papers.example.net"])
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(ConfigError):
        answers.read_site(typed)


def test_an_address_is_checked_as_a_reader_s_and_a_sender_s() -> None:
    assert answers.read_address(" Ada@Example.net ") == "Ada@example.net"
    with pytest.raises(AddressError):
        answers.read_address("ada")


def test_mail_for_the_example_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"you@example\.org is an example and no mailbox"):
        answers.refuse_example(answers.NOBODY)


def test_a_password_is_in_no_representation() -> None:
    assert answers.read_password("abcd efgh\n".strip()) == "abcd efgh"
    with pytest.raises(ConfigError, match="the password holds a line break"):
        answers.read_password("two\nlines")
