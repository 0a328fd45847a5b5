"""How other systems rank the evaluation sets.

They are written anew from what they do, with their own parameters:

- arxiv-sanity-lite: TF-IDF of words and pairs, and for each reader's tag a linear support vector
  machine with the tagged papers against all others. What a tag is here, each function says.
- arXivDigest's sample system: BM25, summed over the words of a topic
  (`digest.ranking.evaluation.baselines`). It knows no likes; the words of their titles and
  abstracts stand for a topic here.
- zotero-arxiv-daily: the weighted mean of the cosines of a paper's abstract to those of a library,
  of which the newest counts most. Its sentence vectors are those of the extra `semantic` here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import ranking_product as product
import ranking_semantics
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.svm import LinearSVC

from digest.ranking.evaluation.baselines import K1, B, summed_bm25
from digest.ranking.terms import stems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ranking_product import Orders

    from digest.models.paper import Paper
    from subscribers.models import Topic


def sanity_topics(folder: Path) -> Orders:
    """Take the papers of the past with a topic's phrase in the title for those a reader tagged."""
    topics = words_of_topics()
    found = {}
    for day, papers, past in product.labelled_days(folder):
        features = sanity_features().fit_transform(map(sanity_text, [*past, *papers]))
        titles = [f" {' '.join(stems(paper.title))} " for paper in past]
        found[str(day)] = {}
        for topic in topics:
            phrases = [f" {' '.join(stems(entry))} " for entry in topic.words_in]
            tagged = [row for row, title in enumerate(titles) if any(p in title for p in phrases)]
            if tagged:
                scores = svm_scores(features, tagged)[len(past) :]
                found[str(day)][topic.slug] = best(papers, scores)
    return found


def sanity_questions(folder: Path) -> Orders:
    """Take the question for the only paper that a reader tagged."""
    papers, features, asked = sanity_asked(folder)
    return {str(row): best(papers, svm_scores(features, [row])[asked:]) for row in range(asked)}


def cosine_questions(folder: Path) -> Orders:
    """Rank by the cosine of arxiv-sanity-lite's features alone."""
    papers, features, asked = sanity_asked(folder)
    cosines = (features[:asked] @ features[asked:].T).toarray()
    return {str(row): best(papers, cosines[row]) for row in range(asked)}


def sanity_asked(folder: Path) -> tuple[list[Paper], Any, int]:
    """Return the papers, the features of the questions and then the papers, and how many asked."""
    papers = product.question_papers(folder)
    asked = [line["question"] for line in product.lines(folder / "eval" / "questions-dev.jsonl")]
    features = sanity_features().fit(map(sanity_text, papers))
    return papers, features.transform([*asked, *map(sanity_text, papers)]), len(asked)


def sanity_citeulike(folder: Path) -> Orders:
    """Take a reader's likes for the papers that the reader tagged."""
    features = sanity_features().fit_transform(map(sanity_text, product.citeulike_papers(folder)))

    def score(profile: Any, hidden: Any) -> Any:
        # The hidden papers are not known yet.
        known = np.setdiff1d(np.arange(features.shape[0]), hidden)
        return svm_scores(features, profile, known)[hidden]

    return product.rank_folds(folder, score)


def centroid_citeulike(folder: Path) -> Orders:
    """Rank by the cosine to the mean of arxiv-sanity-lite's features of the likes."""
    features = sanity_features().fit_transform(map(sanity_text, product.citeulike_papers(folder)))

    def score(profile: Any, hidden: Any) -> Any:
        return features[hidden] @ np.asarray(features[profile].mean(axis=0)).ravel()

    return product.rank_folds(folder, score)


def bm25_topics(folder: Path) -> Orders:
    """Sum the scores of a topic's words over the papers of the day."""
    topics = words_of_topics()
    return {
        str(day): {
            topic.slug: best(papers, summed_bm25(papers, topic.words_in), positive=True)
            for topic in topics
        }
        for day, papers, _ in product.labelled_days(folder)
    }


def bm25_questions(folder: Path) -> Orders:
    """Sum the scores of a question's words."""
    papers = product.question_papers(folder)
    asked = product.lines(folder / "eval" / "questions-dev.jsonl")
    return {
        str(row): best(papers, summed_bm25(papers, [line["question"]]))
        for row, line in enumerate(asked)
    }


def bm25_citeulike(folder: Path) -> Orders:
    """Sum the scores of the words of a reader's likes over the hidden papers."""
    texts = [f"{paper.title} {paper.abstract}" for paper in product.citeulike_papers(folder)]
    counts = sp.csr_array(CountVectorizer(analyzer=stems).fit_transform(texts))

    def score(profile: Any, hidden: Any) -> Any:
        return bm25_table(counts[hidden]) @ np.asarray(counts[profile].sum(axis=0)).ravel()

    return product.rank_folds(folder, score)


def bm25_table(counts: Any) -> Any:
    """Return what each word adds to each paper's score, as in `summed_bm25`.

    The shape is (papers, words), like that of `counts`.
    """
    papers = counts.shape[0]
    holding = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((papers - holding + 0.5) / (holding + 0.5))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    norm = np.repeat(K1 * (1 - B + B * lengths / lengths.mean()), np.diff(counts.indptr))
    values = idf[counts.indices] * counts.data * (K1 + 1) / (counts.data + norm)
    return sp.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)


def library_by_words(folder: Path) -> Orders:
    """Take a reader's likes for the library, and compare abstracts by TF-IDF."""
    abstracts = [paper.abstract for paper in product.citeulike_papers(folder)]
    return by_library(folder, TfidfVectorizer(stop_words="english").fit_transform(abstracts))


def library_by_vectors(folder: Path) -> Orders:
    """Take a reader's likes for the library, and compare abstracts by sentence vectors."""
    abstracts = [paper.abstract for paper in product.citeulike_papers(folder)]
    return by_library(folder, np.array(ranking_semantics.encode(abstracts)))


def by_library(folder: Path, rows: Any) -> Orders:
    """Rank by ten times the weighted mean of the cosines to the library's papers.

    The set has no times, so the papers of a library are taken in its own order.
    """

    def score(profile: Any, hidden: Any) -> Any:
        return 10 * (rows[hidden] @ rows[profile].T @ library_weights(len(profile)))

    return product.rank_folds(folder, score)


def library_weights(papers: int) -> Any:
    """Return how much each paper of a library counts, the newest first."""
    weights = 1 / (1 + np.log10(np.arange(papers) + 1))
    return weights / weights.sum()


def sanity_features() -> TfidfVectorizer:
    """Return the features of arxiv-sanity-lite."""
    return TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",  # noqa: S106 (no password)
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        min_df=5,
        max_df=0.1,
    )


def sanity_text(paper: Paper) -> str:
    """Return what it reads of a paper."""
    return " ".join([paper.title, paper.abstract, *paper.authors])


def svm_scores(features: Any, tagged: Sequence[int], known: Any = None) -> Any:
    """Return how far every paper is on the side of the tagged ones, of which all are known."""
    is_tagged = np.zeros(features.shape[0], np.int64)
    is_tagged[tagged] = 1
    rows = slice(None) if known is None else known
    machine = LinearSVC(class_weight="balanced", C=0.01, max_iter=10_000, random_state=0)
    machine.fit(features[rows], is_tagged[rows])
    return machine.decision_function(features)


def words_of_topics() -> list[Topic]:
    """Return the starter topics that have words."""
    return [topic for topic in product.configuration()[0] if topic.words_in]


def best(papers: Sequence[Paper], scores: Any, *, positive: bool = False) -> list[str]:
    """Return the ids of the papers with the highest scores, or only of those above 0."""
    order = np.argsort(-scores, kind="stable")[: product.DEPTH]
    return [papers[row].id for row in order if scores[row] > 0 or not positive]


#: Each system's way to rank each set; sets that it cannot rank are absent.
PEERS: Mapping[str, Mapping[str, Callable[[Path], Orders]]] = {
    "arxiv-sanity-lite": {
        "topics": sanity_topics,
        "questions": sanity_questions,
        "citeulike": sanity_citeulike,
    },
    "its features, cosine": {
        "questions": cosine_questions,
        "citeulike": centroid_citeulike,
    },
    "arXivDigest": {
        "topics": bm25_topics,
        "questions": bm25_questions,
        "citeulike": bm25_citeulike,
    },
    "zotero-arxiv-daily": {"citeulike": library_by_vectors},
    "its method, TF-IDF": {"citeulike": library_by_words},
}
#: The systems that cannot rank without the extra `semantic`.
NEED_VECTORS = {"zotero-arxiv-daily"}
