"""`digest demo`: what a newcomer sees first is a correct mail that asks nobody for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from support.command import Command


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo's files, made in a folder without a configuration."""
    here = tmp_path_factory.mktemp("demo")
    subprocess.run([sys.executable, "-m", "digest", "demo"], cwd=here, check=True, text=True)
    (folder,) = (here / "demo").iterdir()
    return folder


@pytest.fixture
def mail(out: Path) -> EmailMessage:
    (file,) = out.glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[return-value]


class Outline(HTMLParser):
    """What a page links to and loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if tag == "a"]


def text_of(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    content: str = part.get_content()
    return content


def test_the_demo_names_its_three_files(tmp_path: Path, digest: Command) -> None:
    result = digest("demo", "--out", str(tmp_path))

    files = sorted(tmp_path.rglob("*.*"))
    assert result.code == 0
    assert [file.suffix for file in files] == [".eml", ".html", ".txt"]
    assert sorted(line.strip() for line in result.out.splitlines()[1:]) == [
        str(file) for file in files
    ]


def test_the_demo_can_be_repeated(tmp_path: Path, digest: Command) -> None:
    first = digest("demo", "--out", str(tmp_path))

    again = digest("demo", "--out", str(tmp_path))

    assert (again.code, again.out) == (0, first.out)


def test_the_demo_leaves_nothing_where_it_was_called(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    digest("demo", "--out", str(tmp_path / "there"))

    assert list((tmp_path / "here").iterdir()) == []


def test_the_demo_needs_no_network(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the demo asked the network")

    monkeypatch.setattr("socket.getaddrinfo", no_network)
    monkeypatch.setattr("socket.socket.connect", no_network)

    assert digest("demo", "--out", str(tmp_path)).code == 0


def test_a_folder_that_cannot_be_made_is_one_line_and_2(tmp_path: Path, digest: Command) -> None:
    (tmp_path / "file").write_text("in the way")

    result = digest("demo", "--out", str(tmp_path / "file"))

    assert result.code == 2
    assert result.err == f"error: cannot write {tmp_path}/file: File exists\n"


def test_a_template_that_fails_is_named_with_its_error(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = shutil.copytree(ROOT / "templates", tmp_path / "templates")
    body = templates / "email" / "digest" / "body.txt"
    text = body.read_text(encoding="utf-8")
    body.write_text(
        text.replace("{{ paper.title", "{{ paper.nothing.there }}{{ paper.title"), encoding="utf-8"
    )
    monkeypatch.setattr("digest.app.message_settings.templates_dir", lambda: templates)

    result = digest("demo", "--out", str(tmp_path / "out"))

    assert result.code == 2
    assert "error: the demo could not be made: " in result.err
    assert "body.txt" in result.err.split("could not be made: ")[1]
    assert "DeliveryState" not in result.err


def test_the_mail_and_all_its_parts_parse_without_defects(mail: EmailMessage) -> None:
    parts = list(mail.walk())

    assert [part.get_content_type() for part in parts] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert [part.defects for part in parts] == [[], [], []]
    assert [header.defects for part in parts for header in part.values() if header.defects] == []


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("From", r"Trending Papers <[^@<>]+@[^@<>]+>"),
        ("To", r"reader@example\.org"),
        ("Subject", r".{10,78}"),
        ("Date", r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000"),
        ("Message-ID", r"<[^@<>\s]+@[^@<>\s]+>"),
        ("MIME-Version", r"1\.0"),
        ("List-Id", r"Trending Papers <[\w.-]+>"),
        ("List-Unsubscribe", r"<https://[^<>\s]+>"),
        ("List-Unsubscribe-Post", r"List-Unsubscribe=One-Click"),
        ("List-Help", r"<https://[^<>\s]+/help>"),
        ("List-Archive", r"<https://[^<>\s]+>"),
        ("Archived-At", r"<https://[^<>\s]+/archive/\d{4}-\d\d-\d\d>"),
        ("Feedback-ID", r"[^:\s]+(:[^:\s]+){2,3}"),
        ("Precedence", r"bulk|list"),
        ("X-Auto-Response-Suppress", r"OOF, AutoReply"),
    ],
)
def test_every_header_a_bulk_mail_needs_is_there_once(
    mail: EmailMessage, name: str, pattern: str
) -> None:
    (value,) = mail.get_all(name)

    assert re.fullmatch(pattern, str(value))


@pytest.mark.parametrize("name", ["Sender", "Bcc", "Return-Path", "Auto-Submitted", "Delivered-To"])
def test_headers_that_do_not_belong_are_not_there(mail: EmailMessage, name: str) -> None:
    assert mail[name] is None


def test_no_line_of_the_mail_is_bare_or_too_long(out: Path) -> None:
    (file,) = out.glob("*.eml")
    raw = file.read_bytes()

    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_text_and_html_show_the_same_papers_in_the_same_order(mail: EmailMessage) -> None:
    in_text = re.findall(r"https://arxiv\.org/abs/\S+", text_of(mail, "plain"))

    in_html = [link for link in Outline(text_of(mail, "html")).links if "arxiv.org/abs/" in link]

    assert len(in_text) >= 6
    assert list(dict.fromkeys(in_html)) == list(dict.fromkeys(in_text))


def test_the_files_beside_the_mail_are_its_parts(out: Path, mail: EmailMessage) -> None:
    (html,), (text,) = out.glob("*.html"), out.glob("*.txt")

    assert text_of(mail, "html").split() == html.read_text(encoding="utf-8").split()
    assert text_of(mail, "plain").split() == text.read_text(encoding="utf-8").split()


def test_the_html_is_small_enough_to_be_shown_whole(mail: EmailMessage) -> None:
    assert len(text_of(mail, "html").encode()) < 90_000


def test_the_html_loads_nothing(mail: EmailMessage) -> None:
    page = text_of(mail, "html")

    loaders = ("img", "link", "script", "iframe", "video", "audio", "source", "object", "embed")
    assert [tag for tag, _ in Outline(page).tags if tag in loaders] == []
    assert re.search(r"@import|url\(|src=|srcset=|background=", page) is None


def test_both_parts_say_how_to_leave_and_what_was_covered(mail: EmailMessage) -> None:
    (leave,) = re.findall(r"https://\S+/leave/[\w.-]+", text_of(mail, "plain"))

    assert leave in Outline(text_of(mail, "html")).links
    assert f"<{leave}>" in str(mail["List-Unsubscribe"])
    assert "Hugging Face (40 papers)" in " ".join(text_of(mail, "plain").split())
    assert "Hugging Face (40 papers)" in text_of(mail, "html")


def test_make_says_each_step_before_it_begins(tmp_path: Path) -> None:
    command = ["make", "--dry-run", "--silent", f"VENV={tmp_path}/venv", "demo"]
    lines = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()

    slow = [
        number
        for number, line in enumerate(lines)
        if " -m venv " in line or " pip install " in line
    ]
    assert slow
    assert all(any("echo" in line for line in lines[max(0, n - 2) : n]) for n in slow)
    assert "echo" in lines[0]
