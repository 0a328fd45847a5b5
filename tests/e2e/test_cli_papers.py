"""`digest fetch`, `digest papers` and `digest preview`."""

from __future__ import annotations

import json
from datetime import date
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from support.arxiv_documents import ArxivPaper, atom
from support.command import CONFIG, DAY

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


# -- fetch and papers ---------------------------------------------------------------------------


def test_a_fetch_reports_every_source(home: Path, digest: Command) -> None:
    (report,) = digest("fetch", *DAY, "--json").json

    assert (report["source"], report["state"]) == ("file", "ok")
    assert (report["declared"], report["parsed"], report["new"]) == (2, 2, 2)
    assert report["rejected"] == []


def test_a_fetch_without_a_day_takes_all_that_files_hold(home: Path, digest: Command) -> None:
    (report,) = digest("fetch", "--json").json

    assert (report["parsed"], report["other_days"]) == (2, 2)


def test_a_bad_record_is_named_with_its_line(home: Path, digest: Command) -> None:
    with (home / "papers.jsonl").open("a") as file:
        file.write('{"abstract": "No title"}\n')

    result = digest("fetch", *DAY, "--json")

    (report,) = result.json
    assert result.code == 0
    assert report["rejected"] == [{"where": f"{home}/papers.jsonl:3", "reason": "no title"}]


def test_files_that_have_not_changed_are_said_and_read_only_on_demand(
    home: Path, digest: Command
) -> None:
    digest("fetch", *DAY)

    again, whole = digest("fetch", *DAY), digest("fetch", *DAY, "--again")

    assert "file: 1 file unchanged, not read again" in again.out
    assert "unchanged" not in whole.out
    assert digest("fetch", *DAY, "--json").json[0]["unchanged"] == 1


def test_only_the_sources_named_are_fetched(home: Path, digest: Command) -> None:
    second = '\n[[sources]]\nname = "other"\nkind = "jsonl"\npath = "missing.jsonl"\n'
    (home / "config.toml").write_text(CONFIG + second)

    one, both = digest("fetch", *DAY, "--source", "file"), digest("fetch", *DAY)

    assert (one.code, both.code) == (0, 1)


def test_a_paper_in_json_has_the_agreed_shape(furnished: Path, digest: Command) -> None:
    first, second = digest("papers", "list", *DAY, "--json").json

    assert first == {
        "id": "2602.00001",
        "aliases": [],
        "title": "An Agent that Reads Maps",
        "abstract": "The agent finds its way by reading maps. It is rarely lost.",
        "authors": ["Ada Example", "Ben Example"],
        "author_count": 2,
        "categories": ["cs.AI"],
        "keywords": ["map reading", "agents"],
        "published_at": "2026-01-30T08:00:00Z",
        "version": None,
        "comment": "",
        "venue": "",
        "tldr": "",
        "organization": "",
        "withdrawn_on": None,
        "restored_on": None,
        "day": "2026-02-02",
        "signals": {"upvotes": 12, "comments": 0, "stars": None, "citations": None},
        "observed_at": first["observed_at"],
        "links": {
            "abs": "https://arxiv.org/abs/2602.00001",
            "pdf": "https://arxiv.org/pdf/2602.00001",
            "code": "https://example.org/maps",
            "project": None,
            "page": None,
        },
        "sources": ["file"],
    }
    assert second["author_count"] == 9
    assert set(second["signals"].values()) == {None}


def test_what_one_installation_lists_another_can_read(
    furnished: Path, digest: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    listed = digest("papers", "list", "--json").json
    other = tmp_path_factory.mktemp("other")
    (other / "config.toml").write_text(CONFIG)
    (other / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in listed))

    digest("-c", str(other / "config.toml"), "fetch")

    read = digest("-c", str(other / "config.toml"), "papers", "list", "--json").json
    apart = {"observed_at": None}
    assert [paper | apart for paper in read] == [paper | apart for paper in listed]


def test_ids_as_people_paste_them_are_the_ids_of_known_papers(home: Path, digest: Command) -> None:
    pasted = {
        "https://arxiv.org/abs/2602.00001?context=cs": "A title of before",
        "https://www.biorxiv.org/content/10.1101/2025.01.02.700001v1?rss=1": "Moss",
        "10.64898/2025.01.02.700001": "Moss, revised",
        "arXiv:2602.00009v1 [cs.CL] 2 Feb 2026": "Kilns",
        "PMID: 12345678": "Tides",
    }
    with (home / "papers.jsonl").open("a") as file:
        file.writelines(
            json.dumps({"id": name, "title": title, "day": "2026-02-02"}) + "\n"
            for name, title in pasted.items()
        )

    (report,) = digest("fetch", *DAY, "--json").json
    listed = {paper["id"]: paper for paper in digest("papers", "list", "--json").json}

    assert len(listed) == 5
    assert listed["10.1101/2025.01.02.700001"]["aliases"] == ["10.64898/2025.01.02.700001"]
    assert (
        listed["10.1101/2025.01.02.700001"]["links"]["abs"]
        == "https://doi.org/10.1101/2025.01.02.700001"
    )
    assert listed["2602.00009"]["links"]["pdf"] == "https://arxiv.org/pdf/2602.00009"
    assert report["warnings"] == [f"{home}/papers.jsonl: 1 id not understood: “PMID: 12345678”"]


def test_a_paper_is_shown_by_an_alias_and_with_all_of_them(home: Path, digest: Command) -> None:
    record = {"id": "2602.00009", "aliases": ["openreview:lamp1", "10.1000/ABC"], "title": "Lamps"}
    with (home / "papers.jsonl").open("a") as file:
        file.write(json.dumps(record) + "\n")
    digest("fetch", *DAY)

    shown = digest("papers", "show", "https://openreview.net/forum?id=lamp1&noteId=x", "--json")
    read = digest("papers", "show", "doi:10.1000/abc")

    assert shown.json["id"] == "2602.00009"
    assert shown.json["aliases"] == ["10.1000/abc", "openreview:lamp1"]
    assert "10.1000/abc, openreview:lamp1" in read.out


@pytest.mark.parametrize(
    "name", ["2602.00001", "arXiv:2602.00001v3", "https://arxiv.org/abs/2602.00001?context=cs"]
)
def test_a_paper_is_found_by_any_of_its_names(furnished: Path, digest: Command, name: str) -> None:
    shown = digest("papers", "show", name, "--json").json

    assert shown["title"] == "An Agent that Reads Maps"
    assert [look["upvotes"] for look in shown["history"]] == [12]


def test_a_paper_is_shown_with_the_source_of_each_field(furnished: Path, digest: Command) -> None:
    result = digest("papers", "show", "2602.00001")

    lines = [line.split() for line in result.out.splitlines()]
    assert ["title", *["An", "Agent", "that", "Reads", "Maps"], "file"] in lines
    assert ["links.code", "https://example.org/maps", "file"] in lines
    assert ["keywords", "map", "reading;", "agents", "file"] in lines
    assert digest("papers", "show", "2602.00001", "--json").json["origins"]["title"] == "file"


def test_a_paper_is_shown_with_its_announcements_and_signals(
    furnished: Path, digest: Command
) -> None:
    feed = atom("cs.AI", date(2026, 2, 2), [ArxivPaper(categories=("cs.AI", "cs.LG"), version=1)])
    (furnished / "feed.xml").write_text(feed, encoding="utf-8")
    with (furnished / "config.toml").open("a") as config:
        config.write('[[sources]]\nname = "arXiv"\nkind = "arxiv"\npath = "feed.xml"\n')
    digest("fetch", *DAY)

    shown = digest("papers", "show", "2602.00001").out
    known = digest("papers", "show", "2602.00001", "--json").json

    assert ["2026-02-02", "cs.AI", "new", "1"] in [line.split() for line in shown.splitlines()]
    assert "citations" in shown
    assert known["title"] == "Lamps in Fog"
    assert (known["origins"]["title"], known["origins"]["links.code"]) == ("arXiv", "file")


def test_a_paper_without_an_abstract_is_shown(furnished: Path, digest: Command) -> None:
    (furnished / "papers.jsonl").write_text('{"id": "2602.00009", "title": "Lamps"}')
    digest("fetch", *DAY)

    result = digest("papers", "show", "2602.00009")

    assert result.code == 0
    assert "Abstract: none" in result.out


def test_a_day_without_papers_lists_none(furnished: Path, digest: Command) -> None:
    assert digest("papers", "list", "--day", "2026-02-03", "--json").json == []


# -- preview ------------------------------------------------------------------------------------


def test_a_preview_is_the_text_unless_told_otherwise(furnished: Path, digest: Command) -> None:
    result = digest("preview", *DAY, "--topic", "agents")

    assert result.code == 0
    assert "An Agent that Reads Maps" in result.out
    assert "<html" not in result.out


def test_a_preview_can_be_html(furnished: Path, digest: Command) -> None:
    result = digest("preview", *DAY, "--as", "html")

    assert result.out.lstrip().startswith("<!doctype html>")


def test_a_preview_can_be_the_whole_mail(furnished: Path, digest: Command) -> None:
    result = digest("preview", *DAY, "--to", "ada@example.org", "--as", "eml")

    message = message_from_bytes(result.out.encode(), policy=policy.default)
    assert message["To"] == "ada@example.org"
    assert message.defects == []


def test_a_preview_can_be_json_with_every_reason(furnished: Path, digest: Command) -> None:
    issue = digest("preview", *DAY, "--to", "ada@example.org", "--as", "json").json

    (section,) = issue["sections"]
    (pick,) = section["picks"]
    assert (issue["day"], section["topic"]) == ("2026-02-02", "agents")
    assert pick["paper"]["id"] == "2602.00001"
    assert pick["reasons"] != []
    assert issue["edition"].pop("votes_read_at")
    assert issue["edition"] == {
        "covered": [{"source": "file", "papers": 2, "channels": [], "so_far": False}],
        "missing": [],
        "read_again": [],
        "cut_off": [],
        "stale": [],
        "quiet": [],
        "late": [],
        "owed": [],
        "considered": 2,
    }


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("mail.html", b"<!doctype html>"),
        ("mail.eml", b"From: "),
        ("mail.json", b"{"),
        ("mail.txt", b"In this issue: "),
    ],
)
def test_the_ending_of_out_says_which_form(
    furnished: Path, digest: Command, name: str, start: bytes
) -> None:
    result = digest("preview", *DAY, "--out", name)

    assert result.out == f"{name}\n"
    assert (furnished / name).read_bytes().lstrip().startswith(start)


def test_a_preview_without_a_day_is_of_the_newest_papers(furnished: Path, digest: Command) -> None:
    assert digest("preview", "--as", "json").json["day"] == "2026-02-02"


def test_a_preview_changes_nothing(furnished: Path, digest: Command) -> None:
    before = digest("status", *DAY).out

    digest("preview", *DAY, "--to", "ada@example.org")

    assert digest("status", *DAY).out == before
    assert not (furnished / "outbox").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("--topic", "agent"), "did you mean agents?", id="topic"),
        pytest.param(("--to", "nobody@example.org"), "never subscribed", id="reader"),
        pytest.param(("--to", "nobody"), "is not an e-mail address", id="address"),
        pytest.param(("--topic", "agents", "--to", "ada@example.org"), "exclude", id="both"),
        pytest.param(("--out", "no/folder/mail.html"), "cannot write no/folder", id="out"),
        pytest.param(("--as", "pdf"), "'pdf' is not one of", id="form"),
    ],
)
def test_a_slip_in_a_preview_ends_with_2_and_says_what(
    furnished: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = digest("preview", *DAY, *arguments)

    assert result.code == 2
    assert words in result.err


def test_a_reader_who_would_get_nothing_is_told_why(furnished: Path, digest: Command) -> None:
    result = digest("preview", "--day", "2026-02-03", "--to", "ada@example.org")

    assert (result.code, result.out) == (1, "")
    assert "no mail for ada@example.org on 2026-02-03: no papers" in result.err


def test_a_preview_before_the_first_fetch_says_what_to_do(home: Path, digest: Command) -> None:
    result = digest("preview")

    assert result.code == 2
    assert "run `digest fetch` first" in result.err
