"""What earlier papers teach: how common words are, and what a topic's papers have in common."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from support.builders import DAY, paper, topic

from digest.models.paper import Paper
from digest.ranking import background
from digest.ranking.background import Background, learn
from digest.ranking.index import PaperIndex

#: Papers on tomography have the patients in common with those that say "medical" in the title.
MEDICAL = [
    paper(f"1{i}", title=f"Medical images {i}", abstract="Patients and radiology.")
    for i in range(16)
]
OTHERS = [
    paper(f"2{i}", title=f"Sorting numbers {i}", abstract="Arrays and compilers.")
    for i in range(20)
]
TOPIC = topic("medicine", words_in=("medical",), categories=("q-bio.QM",))


def closeness(of: Paper, learned: Background) -> float:
    vectors = learned.vectors(PaperIndex([of], learned.vocabulary))
    return float(learned.centroids["medicine"].closeness(vectors)[0])


def test_words_are_counted_once_a_paper_by_their_stems() -> None:
    learned = learn([paper("1", title="Agents", abstract="An agent."), paper("2")], [])

    assert learned.counts.papers == 2
    assert learned.counts.papers_with["agent"] == 1


def test_a_paper_without_a_word_of_the_topic_is_close_by_what_its_papers_have_in_common() -> None:
    learned = learn([*MEDICAL, *OTHERS], [TOPIC])

    of_topic = closeness(paper("3", title="Tomography", abstract="Radiology of patients."), learned)
    of_other = closeness(paper("4", title="A stack", abstract="Compilers for arrays."), learned)

    assert of_topic > 2 * of_other


def test_closeness_is_zero_for_other_papers_and_one_for_the_topic_s_in_the_mean() -> None:
    learned = learn([*MEDICAL, *OTHERS], [TOPIC])
    vectors = learned.vectors(PaperIndex([*MEDICAL, *OTHERS], learned.vocabulary))

    found = learned.centroids["medicine"].closeness(vectors)

    assert found[len(MEDICAL) :].mean() == pytest.approx(0)
    # In the scale each paper of the topic is compared with the others of the topic only.
    assert 0.999 < found[: len(MEDICAL)].mean() < 1.2


def test_the_closest_terms_are_those_of_the_topic() -> None:
    learned = learn([*MEDICAL, *OTHERS], [TOPIC])

    best = np.argsort(-learned.centroids["medicine"].weights)[:4]

    assert {("medic",), ("patient",)} <= {learned.spell(int(column)) for column in best}


def test_vectors_have_length_one_or_no_known_word() -> None:
    learned = learn([*MEDICAL, *OTHERS], [])

    papers = [MEDICAL[0], paper(title="Unheard", abstract="Nothing.")]
    lengths = np.sqrt((learned.vectors(PaperIndex(papers, learned.vocabulary)) ** 2).sum(axis=1))

    assert lengths.tolist() == pytest.approx([1, 0])


@pytest.mark.parametrize(
    "papers", [[*MEDICAL[:14], *OTHERS], MEDICAL, []], ids=["few", "nothing else", "none"]
)
def test_few_papers_of_a_topic_or_nothing_beside_them_teach_no_centroid(
    papers: list[Paper],
) -> None:
    assert learn(papers, [TOPIC]).centroids == {}


def test_papers_that_are_hardly_more_alike_than_all_teach_no_centroid() -> None:
    rest = "We study methods and report results on many data sets."
    alike = [paper(f"1{i}", title="A medical study", abstract=rest) for i in range(16)]
    others = [paper(f"2{i}", title="A study", abstract=rest) for i in range(20)]

    assert learn([*alike, *others], [topic(words_in=("study",))]).centroids == {}


def test_no_paper_is_much_closer_than_the_topic_s_own() -> None:
    learned = learn([*MEDICAL, *OTHERS], [TOPIC])
    extreme = paper("3", title="Patients patients radiology", abstract="Patients. Radiology.")

    assert closeness(extreme, learned) <= 2


@pytest.mark.parametrize(
    ("entry", "teaches"),
    [
        ("medical AND patient", False),
        ("medical OR patient", True),
        ("medical AND NOT image", False),
        ("medical AND NOT radiology", True),
        ("what do medical papers say of patients?", False),
    ],
)
def test_only_titles_that_fit_an_entry_teach(entry: str, *, teaches: bool) -> None:
    wanted = topic("medicine", words_in=(entry,))

    assert ("medicine" in learn([*MEDICAL, *OTHERS], [wanted]).centroids) == teaches


def test_a_category_that_a_topic_s_papers_have_speaks_for_it() -> None:
    filed = [paper(f"1{i}", title="Medical", categories=("q-bio.QM", "cs.CV")) for i in range(16)]
    others = [paper(f"2{i}", title="Sorting", categories=("cs.CV",)) for i in range(20)]
    wanted = topic("medicine", words_in=("medical",), categories=("q-bio.QM", "cs.CV", "cs.RO"))

    found = learn([*filed, *others], [wanted]).centroids["medicine"].categories

    assert found["q-bio.QM"] > 1
    assert found["cs.CV"] == pytest.approx(0, abs=0.1)
    assert found["cs.RO"] == pytest.approx(0, abs=0.1)


def test_only_the_newest_papers_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "MOST_PAPERS", 2)
    papers = [paper(str(i), title=f"Word{i}", day=DAY + timedelta(days=i)) for i in range(4)]

    counts = learn(papers, []).counts

    assert counts.papers == 2
    assert "word3" in counts.papers_with
    assert "word1" not in counts.papers_with


def test_the_order_of_papers_does_not_matter() -> None:
    one, other = (learn(papers, [TOPIC]) for papers in ([*MEDICAL, *OTHERS], [*OTHERS, *MEDICAL]))

    assert one.counts == other.counts
    of = MEDICAL[0]
    assert closeness(of, one) == pytest.approx(closeness(of, other))
