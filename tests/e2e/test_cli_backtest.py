"""`digest backtest`: its table, its JSON, its picture, and what it refuses."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from support.command import PAPERS

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

DAYS = ("--from", "2026-02-02", "--to", "2026-02-04")
#: Papers of other words are no near-duplicates of each other.
WORDS = ("", "plans", "paints", "sails", "bakes", "sings", "digs")


@pytest.fixture
def week(home: Path, digest: Command) -> Path:
    """Three days, each with two papers about agents, of which one has more votes."""
    records = [
        {
            **PAPERS[0],
            "id": f"2602.000{day}{number}",
            "title": f"An Agent {WORDS[number]}",
            "abstract": f"{WORDS[day]} {WORDS[number]} and {WORDS[day + number]}.",
            "day": f"2026-02-0{day}",
            "signals": {"upvotes": 3 + 40 * number},
        }
        for day in (2, 3, 4)
        for number in (1, 2)
    ]
    (home / "papers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    digest("fetch")
    return home


def test_each_ranker_has_a_line_with_its_interval_and_what_sets_it_apart(
    week: Path, digest: Command
) -> None:
    result = digest("backtest", *DAYS, "--ranker", "votes", "--ranker", "random")

    head, votes, random = result.out.splitlines()
    assert head.split("  ")[0] == "ranker"
    assert "nDCG@5" in head
    assert "beside votes" in head
    assert votes.split()[:4] == ["votes", "1.000", "[1.000,", "1.000]"]
    assert random.startswith("random")
    assert result.code == 0


def test_the_note_says_which_votes_the_rankers_saw(week: Path, digest: Command) -> None:
    result = digest("backtest", *DAYS)

    assert "3 days, 6 papers: 6 with votes now" in result.err
    assert "0 with votes that were read on their day" in result.err
    warning = "warning: 0 of 6 papers with votes that were read on their day: `votes` orders by id"
    assert warning in result.err
    assert "warning" not in digest("backtest", *DAYS, "--before-votes").err


def test_json_has_the_means_and_every_day(week: Path, digest: Command) -> None:
    found = digest("backtest", *DAYS, "--topic", "agents", "--before-votes", "--json").json

    assert [one["ranker"] for one in found["rankers"]] == ["digest", "bm25", "random"]
    assert found["rankers"][0]["means"]["papers"] == {
        "mean": 2.0, "low": 2.0, "high": 2.0, "units": 3,
    }  # fmt: skip
    assert found["rankers"][1]["differences"]["ndcg"]["units"] == 3
    first = found["days"][0]
    assert first["day"] == "2026-02-02"
    assert set(first["rankers"]["digest"]["shown"]) == {"agents"}
    assert digest("backtest", *DAYS, "--topic", "agents", "--before-votes", "--json").json == found


def test_without_an_end_the_newest_day_is_the_last(week: Path, digest: Command) -> None:
    found = digest("backtest", "--from", "2026-02-03", "--json").json

    assert [day["day"] for day in found["days"]] == ["2026-02-03", "2026-02-04"]


def test_the_days_are_drawn_into_a_picture(week: Path, digest: Command) -> None:
    result = digest("backtest", *DAYS, "--plot", "days.png")

    content = (week / "days.png").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG")
    assert (width, height) == (960, 780)
    assert "days.png" in result.err


def test_without_matplotlib_the_extra_is_named_before_any_work(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.cli.plot.find_spec", lambda _: None)

    result = digest("backtest", *DAYS, "--plot", "days.png")

    assert result.code == 2
    assert 'pip install "papers-digest[plot]"' in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "2026"), "--from '2026' is not a day"),
        (("--from", "2026-02-02", "--to", "soon"), "--to 'soon' is not a day"),
        (("--from", "2026-02-04", "--to", "2026-02-02"), "--from 2026-02-04 is after --to"),
        (("--from", "2026-02-03", "--to", "2026-02-03"), "only 2026-02-03"),
        (("--from", "2020-01-01", "--to", "2020-01-09"), "no day from 2020-01-01"),
        ((*DAYS, "--ranker", "digset"), "did you mean digest?"),
        ((*DAYS, "--ranker", "digest:weight=1"), "it takes trend_weight"),
        ((*DAYS, "--topic", "agent"), "did you mean agents?"),
        ((*DAYS, "--plot", "days.svg"), "name a file that ends in .png"),
        ((*DAYS, "--plot", "missing/days.png"), "cannot write missing/days.png"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(
    week: Path, digest: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = digest("backtest", *arguments)

    assert result.code == 2
    assert message in result.err
    assert result.out == ""
