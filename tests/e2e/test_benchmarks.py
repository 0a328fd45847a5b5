"""What the ranking is worth on real sets, and how its benchmark measures them."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pytest
import scipy.sparse as sp
from support.paths import ROOT

from digest.ranking.evaluation.bootstrap import Ratio
from digest.ranking.prior import Coefficients
from digest.ranking.terms import stems
from digest.ranking.training import rank_correlations

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks"
BENCHMARK = BENCHMARKS / "ranking.py"
VOTES = BENCHMARKS / "votes.py"


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module with the protocols, as a benchmark that is run as a script imports it."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import ranking_sets

    return ranking_sets


def test_questions_find_the_papers_that_answer_them(real_data: Path, sets: Any) -> None:
    orders = sets.product.questions(real_data)

    found = sets.questions(real_data, orders)["nDCG@10"]

    assert len(found) == 25
    assert fmean(found.values()) >= 0.68


def test_an_ideal_order_is_worth_all(real_data: Path, sets: Any) -> None:
    labels: dict[str, dict[str, list[str]]] = {}
    slugs = {topic.slug for topic in sets.product.configuration()[0]}
    for line in sets.product.lines(real_data / "eval" / "topics-dev.jsonl"):
        day = labels.setdefault(line["day"], {slug: [] for slug in slugs})
        for slug, label in line["topics"].items():
            if label == 2:
                day[slug].append(line["id"])

    found = sets.topics(real_data, labels)

    totals = {
        name: [sum(column) for column in zip(*values.values(), strict=True)]
        for name, values in found.items()
    }
    assert totals["clear"][0] == totals["clear"][1] == totals["recall@5"][0]
    assert totals["recall@5"][0] == totals["recall@5"][1]
    assert totals["wrong"][0] == 0


def test_an_empty_ranking_is_worth_nothing(real_data: Path, sets: Any) -> None:
    days = {line["day"] for line in sets.product.lines(real_data / "eval" / "topics-dev.jsonl")}

    found = sets.topics(real_data, {day: {} for day in days})

    assert {ratio.part for ratio in found["recall@5"].values()} == {0}
    assert set(found["clear"].values()) == {Ratio(0, 0)}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark as people do."""
    return subprocess.run(
        [sys.executable, str(BENCHMARK), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module with other systems' methods."""
    pytest.importorskip("sklearn")
    monkeypatch.syspath_prepend(BENCHMARKS)
    import ranking_peers

    return ranking_peers


SUBJECTS = ("coral reefs", "protein folding", "neutron stars")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with made-up papers of three subjects, and a reader who likes those on one."""
    folder = tmp_path / "eval"
    folder.mkdir()
    papers = [
        {
            "paper": number,
            "fold": number % 5,
            "title": f"On {SUBJECTS[number % 3]}",
            "abstract": f"We study {SUBJECTS[number % 3]} in sample {number}.",
        }
        for number in range(30)
    ]
    reader = {"user": 1, "papers": list(range(0, 30, 3))}
    for name, lines in (("papers", papers), ("users-dev", [reader])):
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / f"citeulike-{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_papers_like_a_readers_likes_come_first(library: Path, sets: Any) -> None:
    orders = sets.product.citeulike(library)

    found = sets.citeulike(library, orders)
    assert {name: values["1"] for name, values in found.items()} == {
        "nDCG@10, 1 like": 1, "nDCG@10, 3 likes": 1, "nDCG@10, all likes": 1,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["bm25_citeulike", "library_by_words"])
def test_other_systems_find_papers_like_a_readers_likes(
    library: Path, sets: Any, peers: Any, method: str
) -> None:
    found = sets.citeulike(library, getattr(peers, method)(library))

    assert {values["1"] for values in found.values()} == {1}


def test_bm25_of_likes_is_that_of_their_words(library: Path, sets: Any, peers: Any) -> None:
    papers = sets.product.citeulike_papers(library)
    words = [stems(f"{paper.title} {paper.abstract}") for paper in papers]
    known = sorted({stem for each in words for stem in each})
    counts = sp.csr_array([[each.count(stem) for stem in known] for each in words])

    scores = peers.bm25_table(counts) @ counts[[0, 4]].sum(axis=0)

    texts = [f"{papers[row].title} {papers[row].abstract}" for row in (0, 4)]
    assert scores == pytest.approx(peers.summed_bm25(papers, texts))


def test_the_newest_paper_of_a_library_counts_most(peers: Any) -> None:
    weights = peers.library_weights(10)

    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(2 * weights[9])
    assert (weights[:-1] > weights[1:]).all()


@pytest.mark.slow
def test_other_systems_are_measured_beside_the_product(real_data: Path) -> None:
    result = run("--data", str(real_data), "--set", "questions", "--json")

    rows = json.loads(result.stdout)
    of_ndcg = [row for row in rows if row["measure"] == "nDCG@10"]
    assert [row["system"] for row in of_ndcg] == [
        "digest", "digest[semantic]", "arxiv-sanity-lite", "its features, cosine", "arXivDigest",
    ]  # fmt: skip
    ours, with_vectors, *others = of_ndcg
    assert ours["goal"] == {"value": 0.74, "at_most": False}
    assert with_vectors["goal"] == {"value": 0.82, "at_most": False}
    assert "digest" not in ours["differences"]
    assert {row["differences"]["digest"]["units"] for row in others} == {25}


def test_a_folder_without_data_or_project_is_named(tmp_path: Path) -> None:
    data, checkout = run("--data", str(tmp_path)), run("--against", str(tmp_path))

    assert (data.returncode, checkout.returncode) == (1, 1)
    assert f"{tmp_path} has no folder `eval`" in data.stderr
    assert data.stdout == ""


def test_papers_are_ordered_before_votes_exist(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(VOTES.parent)
    measured = runpy.run_path(str(VOTES))
    papers = measured["read"](real_data / "eval" / "votes-dev.jsonl")

    judged = measured["training_days"](papers)[measured["TEACHING"] :]

    assert fmean(rank_correlations(judged, Coefficients())) >= 0.39


def test_days_that_only_teach_are_in_one_of_the_two_values_of_votes(
    real_data: Path, sets: Any
) -> None:
    days: dict[str, dict[str, int]] = {}
    for line in sets.product.lines(real_data / "eval" / "votes-dev.jsonl"):
        days.setdefault(line["date"], {})[line["id"]] = line["votes"]
    ideal = {day: sorted(votes, key=lambda id_: -votes[id_]) for day, votes in days.items()}
    first = sorted(days)[: sets.TEACHING]
    turned = {day: ids[::-1] if day in first else ids for day, ids in ideal.items()}

    found = sets.votes(real_data, turned)

    taught, whole = found[sets.AFTER_TEACHING], found[sets.FROM_THE_FIRST]
    assert min(taught.values()) > 0.9
    assert {day for day, value in whole.items() if value < 0} == whole.keys() - taught.keys()


def printed(name: str, *arguments: str) -> list[list[str]]:
    """The words of each line that a benchmark prints."""
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / name), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_who_is_due_is_measured_for_nobody_for_an_hour_and_for_all() -> None:
    title, _, *lines = printed("due.py", "4608")

    assert title == ["4,608", "readers", "of", "2,304", "wishes"]
    assert [words[0] for words in lines] == ["0", "0", "192", "4,608"]
