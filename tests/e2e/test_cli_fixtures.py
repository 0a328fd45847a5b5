"""`digest fixtures record`: a day frozen into files, and worked on without its services."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, NOON
from support.command import CONFIG
from support.http_server import Response, WebServer

from digest.app import config
from digest.app.services import App
from digest.sources import get_kind, join_batches, read_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa
    from support.command import Command
    from support.http_server import Request

    from digest.models.source import Batch

ON_DAY = ("--day", "2026-02-02")
KEY = "hf_a-key-that-must-not-show"


def featured(number: int, **inner: Any) -> dict[str, Any]:
    paper = {
        "id": f"2602.{number:05}",
        "title": f"Lamps in Fog, Part {number}",
        "summary": "An agent counts lamps.",
        "submittedOnDailyAt": "2026-02-02T00:00:00.000Z",
        "upvotes": number,
    }
    return {"paper": paper | inner}


LISTED = [featured(1, githubRepo="https://github.com/example/lamps"), featured(2)]


def serve(request: Request) -> Response:
    """Be Hugging Face and GitHub at once."""
    if request.path == "/api/daily_papers":
        return Response(body=json.dumps(LISTED).encode())
    if request.path == "/repos/example/lamps":
        return Response(body=f'{{"stargazers_count": 41, "said": "{KEY}"}}'.encode())
    return Response(status=404)


@pytest.fixture
def services() -> Iterator[WebServer]:
    with WebServer(route=serve) as running:
        yield running


@pytest.fixture
def configured(home: Path, services: WebServer) -> Path:
    """The installation of the tests with three sources, the enriching one first."""
    (home / "config.toml").write_text(
        CONFIG.replace(
            "[[sources]]",
            f"""\
[[sources]]
name = "Stars of the code"
kind = "github"
url = "{services.base}"
key = "{KEY}"

[[sources]]
name = "Hugging Face"
kind = "huggingface"
url = "{services.url}"
key = "{KEY}"
categories = ["cs.CL"]

[[sources]]""",
            1,
        )
    )
    return home


def written(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def replayed(folder: Path, engine: sa.Engine) -> dict[str, Batch]:
    """What the sources of a recorded day give, by name."""
    sources = App(config=config.load(folder / "config.toml"), engine=engine).sources
    return {
        source.name: join_batches(
            [
                get_kind(source.kind).parse(document, day=DAY, now=NOON)
                for document in read_files(source)
            ]
        )
        for source in sources
    }


def table_row(result: str, source: str) -> list[str]:
    (line,) = (line for line in result.splitlines() if line.startswith(source))
    return line.removeprefix(source).split()


def test_every_text_of_a_day_becomes_a_file(configured: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY)

    assert written(configured / "fixtures" / "2026-02-02") == [
        "config.toml",
        "file/001-papers.txt",
        "hugging-face/001-api-daily-papers.json",
        "stars-of-the-code/001-example-lamps.json",
    ]


def test_the_files_are_what_the_services_said(configured: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY, "--out", "frozen")

    day = configured / "frozen" / "2026-02-02"
    assert json.loads((day / "hugging-face/001-api-daily-papers.json").read_bytes()) == LISTED
    assert (day / "file/001-papers.txt").read_bytes() == (configured / "papers.jsonl").read_bytes()


def test_sources_that_enrich_see_the_papers_of_the_others(
    configured: Path, digest: Command
) -> None:
    digest("fixtures", "record", *ON_DAY)

    folder = configured / "fixtures/2026-02-02/stars-of-the-code"
    assert json.loads((folder / "001-example-lamps.json").read_bytes())["papers"] == ["2602.00001"]


def test_a_table_says_what_was_recorded(configured: Path, digest: Command) -> None:
    result = digest("fixtures", "record", *ON_DAY)

    size = (
        (configured / "fixtures/2026-02-02/hugging-face/001-api-daily-papers.json").stat().st_size
    )
    assert result.code == 0
    assert table_row(result.out, "Hugging Face") == ["1", "2", str(size), "ok"]
    assert table_row(result.out, "Stars of the code")[:2] == ["1", "1"]


def test_the_recorded_configuration_keeps_names_kinds_categories_and_topics(
    configured: Path, digest: Command
) -> None:
    digest("fixtures", "record", *ON_DAY)

    found = tomllib.loads((configured / "fixtures/2026-02-02/config.toml").read_text())
    stars, listed, file = found["sources"]
    assert (stars["name"], stars["kind"]) == ("Stars of the code", "github")
    assert listed == {
        "name": "Hugging Face",
        "kind": "huggingface",
        "path": "hugging-face/*",
        "categories": ["cs.CL"],
    }
    assert file["kind"] == "jsonl"
    assert [topic["words_in"] for topic in found["topics"]] == [["agent"], ["robot"]]


def test_keys_are_struck_out_of_all_that_is_written(configured: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY)

    folder = configured / "fixtures"
    everything = "".join((folder / name).read_text() + name for name in written(folder))
    assert KEY not in everything
    assert '"said": "***"' in everything


def test_a_recorded_day_gives_the_same_papers_without_its_services(
    configured: Path, digest: Command, services: WebServer, engine: sa.Engine
) -> None:
    digest("fixtures", "record", *ON_DAY)
    asked = len(services.requests)

    found = replayed(configured / "fixtures/2026-02-02", engine)

    assert [paper.id for paper in found["Hugging Face"].papers] == ["2602.00001", "2602.00002"]
    assert [paper.title for paper in found["file"].papers if paper.day == DAY] == [
        "An Agent that Reads Maps",
        "A Robot that Folds Napkins",
    ]
    (update,) = found["Stars of the code"].updates
    assert (update.id, update.signals.stars) == ("2602.00001", 41)
    assert len(services.requests) == asked


def test_a_recorded_day_is_fetched_without_its_services(home: Path, digest: Command) -> None:
    with WebServer(route=serve) as server:
        source = f'[[sources]]\nname = "HF"\nkind = "huggingface"\nurl = "{server.url}"\n\n'
        (home / "config.toml").write_text(CONFIG.replace("[[sources]]", f"{source}[[sources]]", 1))
        digest("fixtures", "record", *ON_DAY, "--source", "HF")
        live = digest("fetch", *ON_DAY, "--source", "HF", "--json").json
        expected = digest("papers", "list", "--json").json

    there = ("-c", str(home / "fixtures/2026-02-02/config.toml"))
    again = digest(*there, "fetch", *ON_DAY, "--json").json

    assert [report["parsed"] for report in again] == [report["parsed"] for report in live] == [2]
    found = digest(*there, "papers", "list", "--json").json
    apart = {"observed_at": None}
    assert [paper | apart for paper in found] == [paper | apart for paper in expected]


def test_a_day_recorded_twice_is_the_same_to_the_byte(configured: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY, "--out", "one")
    digest("fixtures", "record", *ON_DAY, "--out", "two")

    names = written(configured / "one")
    assert names == written(configured / "two")
    assert [(configured / "one" / name).read_bytes() for name in names] == [
        (configured / "two" / name).read_bytes() for name in names
    ]


def test_only_the_sources_named_are_recorded(configured: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY, "--source", "file")

    assert written(configured / "fixtures/2026-02-02") == ["config.toml", "file/001-papers.txt"]


def test_a_source_that_fails_is_missing_and_stops_no_other(home: Path, digest: Command) -> None:
    broken = '\n[[sources]]\nname = "Börse"\nkind = "jsonl"\npath = "missing.jsonl"\n'
    (home / "config.toml").write_text(CONFIG + broken)

    result = digest("fixtures", "record", *ON_DAY)

    text = (home / "fixtures/2026-02-02/config.toml").read_text()
    assert result.code == 1
    assert table_row(result.out, "Börse") == ["0", "0", "0", "failed"]
    assert "Börse: no file matches" in result.err
    assert '# "Börse" (jsonl) is missing: no file matches' in text
    assert [source["name"] for source in tomllib.loads(text)["sources"]] == ["file"]


def test_a_day_on_which_all_failed_asks_nobody_either(home: Path, digest: Command) -> None:
    (home / "papers.jsonl").unlink()

    digest("fixtures", "record", *ON_DAY)

    text = (home / "fixtures/2026-02-02/config.toml").read_text()
    assert tomllib.loads(text)["sources"] == []


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        pytest.param(
            '{"title": "Old", "day": "2026-01-30"}', "stale", "papers of other days only", id="old"
        ),
        pytest.param('{"abstract": "No title"}', "failed", "no title", id="unusable"),
    ],
)
def test_a_day_not_worth_keeping_is_kept_and_says_so(
    home: Path, digest: Command, content: str, state: str, words: str
) -> None:
    (home / "papers.jsonl").write_text(content)

    result = digest("fixtures", "record", *ON_DAY)

    assert result.code == 1
    assert table_row(result.out, "file") == ["1", "0", str(len(content)), state]
    assert words in result.err
    assert "file/001-papers.json" in written(home / "fixtures/2026-02-02")


def test_a_source_that_stopped_halfway_is_partial(home: Path, digest: Command) -> None:
    linked = {
        "day": "2026-02-02",
        "title": "Lamps",
        "links": {"code": "https://github.com/a/lamps"},
    }
    more = linked | {"title": "Moss", "links": {"code": "https://github.com/a/moss"}}
    (home / "papers.jsonl").write_text(f"{json.dumps(linked)}\n{json.dumps(more)}\n")
    enough = Response(status=403, body=b'{"message": "API rate limit exceeded"}')
    with WebServer(Response(body=b'{"stargazers_count": 41}'), enough) as server:
        stars = f'\n[[sources]]\nname = "stars"\nkind = "github"\nurl = "{server.base}"\n'
        (home / "config.toml").write_text(CONFIG + stars)

        result = digest("fixtures", "record", *ON_DAY)

    assert result.code == 1
    assert table_row(result.out, "stars")[:2] == ["2", "1"]
    assert table_row(result.out, "stars")[-1] == "partial"
    assert "1 of 2 repositories were not read" in result.err


def test_an_empty_day_is_no_trouble(home: Path, digest: Command) -> None:
    (home / "papers.jsonl").write_text("")

    result = digest("fixtures", "record", *ON_DAY)

    assert result.code == 0
    assert table_row(result.out, "file") == ["1", "0", "0", "empty"]


def test_names_that_look_alike_get_folders_of_their_own(home: Path, digest: Command) -> None:
    more = "".join(
        f'\n[[sources]]\nname = "{name}"\nkind = "jsonl"\npath = "papers.jsonl"\n'
        for name in ("File!", "北京", "../file")
    )
    (home / "config.toml").write_text(CONFIG + more)

    digest("fixtures", "record", *ON_DAY)

    folders = {name.partition("/")[0] for name in written(home / "fixtures/2026-02-02")}
    assert folders == {"config.toml", "file", "file-2", "source", "file-3"}


def test_a_folder_with_something_in_it_is_not_touched(home: Path, digest: Command) -> None:
    digest("fixtures", "record", *ON_DAY)
    before = written(home)

    result = digest("fixtures", "record", *ON_DAY)

    assert result.code == 2
    assert (
        "fixtures/2026-02-02 is not empty; move it away, or name another with --out" in result.err
    )
    assert written(home) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("--source", "nobody"), "there is no source 'nobody'", id="source"),
        pytest.param(("--day", "Monday"), "is not a day", id="day"),
        pytest.param(("--out", "papers.jsonl"), "cannot write papers.jsonl", id="out"),
    ],
)
def test_a_slip_ends_with_2_and_says_what(
    home: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = digest("fixtures", "record", *arguments)

    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("[]", "001-papers.json"),
        ('<?xml version="1.0"?><rss/>', "001-papers.xml"),
        ("<feed/>", "001-papers.xml"),
        ("<!DOCTYPE html><p>", "001-papers.html"),
        ('<?xml version="1.0"?>\n<html/>', "001-papers.html"),
        ("Lamps in Fog", "001-papers.txt"),
    ],
)
def test_the_ending_of_a_file_says_what_is_in_it(
    home: Path, digest: Command, content: str, name: str
) -> None:
    (home / "papers.jsonl").write_text(content)

    digest("fixtures", "record", *ON_DAY)

    assert f"file/{name}" in written(home / "fixtures/2026-02-02")
