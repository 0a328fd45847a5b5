"""What the topics of packs are worth: authors' categories that the ranking is not shown.

    python benchmarks/topic_packs.py [--data FOLDER] [--papers]

Every topic ranks the whole archive by its words alone. A paper is right if its authors filed it
under one of the topic's categories; few do so, and a paper may be about a subject without it. So
values are low, and compare the systems of a row only. Beside the product stands BM25 with the
official names of these categories. `--papers` prints the first papers of each topic.
"""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import ranking_product as product
from topic_examples import DEFAULT

from digest.app.config.packs import all_packs
from digest.cli.tables import print_table
from digest.ranking.background import learn
from digest.ranking.evaluation.baselines import summed_bm25
from digest.ranking.relevance import Relevance

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A topic is measured if so many papers have one of its categories.
FEWEST = 5
#: Recall is among so many papers.
DEEP = 50
#: The names that arXiv gives (https://arxiv.org/category_taxonomy).
NAMES = {
    "cs.AR": "Hardware Architecture",
    "cs.CC": "Computational Complexity",
    "cs.CG": "Computational Geometry",
    "cs.CR": "Cryptography and Security",
    "cs.DB": "Databases",
    "cs.DC": "Distributed, Parallel, and Cluster Computing",
    "cs.DM": "Discrete Mathematics",
    "cs.DS": "Data Structures and Algorithms",
    "cs.ET": "Emerging Technologies",
    "cs.FL": "Formal Languages and Automata Theory",
    "cs.GT": "Computer Science and Game Theory",
    "cs.IT": "Information Theory",
    "cs.LO": "Logic in Computer Science",
    "cs.NI": "Networking and Internet Architecture",
    "cs.OS": "Operating Systems",
    "cs.PF": "Performance",
    "cs.PL": "Programming Languages",
    "cs.SE": "Software Engineering",
    "cs.SI": "Social and Information Networks",
    "eess.SP": "Signal Processing",
    "econ.EM": "Econometrics",
    "econ.GN": "General Economics",
    "econ.TH": "Theoretical Economics",
    "math.AG": "Algebraic Geometry",
    "math.AT": "Algebraic Topology",
    "math.CO": "Combinatorics",
    "math.DG": "Differential Geometry",
    "math.DS": "Dynamical Systems",
    "math.GT": "Geometric Topology",
    "math.NA": "Numerical Analysis",
    "math.OC": "Optimization and Control",
    "math.PR": "Probability",
    "math.ST": "Statistics Theory",
    "astro-ph.IM": "Instrumentation and Methods for Astrophysics",
    "cond-mat.mtrl-sci": "Materials Science",
    "physics.bio-ph": "Biological Physics",
    "physics.chem-ph": "Chemical Physics",
    "physics.comp-ph": "Computational Physics",
    "physics.ao-ph": "Atmospheric and Oceanic Physics",
    "physics.geo-ph": "Geophysics",
    "physics.med-ph": "Medical Physics",
    "physics.optics": "Optics",
    "physics.soc-ph": "Physics and Society",
    "q-bio.NC": "Neurons and Cognition",
    "q-bio.QM": "Quantitative Methods",
    "q-fin.CP": "Computational Finance",
    "q-fin.TR": "Trading and Market Microstructure",
    "quant-ph": "Quantum Physics",
    "stat.AP": "Applications",
    "stat.CO": "Computation",
    "stat.ME": "Methodology",
    "stat.ML": "Machine Learning",
}


def measured(right: set[str], order: Sequence[str]) -> list[float]:
    """Return precision among the first 5 and 10, and recall among the first `DEEP`."""
    found = [len(right.intersection(order[:depth])) for depth in (5, 10, DEEP)]
    return [found[0] / 5, found[1] / 10, found[2] / min(len(right), DEEP)]


def main(folder: Path, *, show_papers: bool) -> None:
    """Print a row for each topic that can be measured, and the means."""
    papers = product.archive(folder)
    hidden = [replace(paper, categories=()) for paper in papers]
    topics = [(pack.name, topic) for pack in all_packs() for topic in pack.topics]
    of_words = [replace(topic, categories=()) for _, topic in topics]
    relevance = Relevance(hidden, learn(hidden, of_words))
    rows, values, left_out = [], [], []
    for (pack, topic), by_words in zip(topics, of_words, strict=True):
        right = {paper.id for paper in papers if set(topic.categories) & set(paper.categories)}
        scores, is_match = relevance.of(by_words)
        best = np.argsort(-scores, kind="stable")[:DEEP].tolist()
        ours = [relevance.papers[row].id for row in best]
        if show_papers:
            print(f"\n{topic.slug}: {int(is_match.sum())} shown")
            for row in best[:12]:
                paper, found = relevance.papers[row], relevance.match(by_words, row, 0.0)
                mark = "+" if paper.id in right else " "
                words = (*found.title_words, "|", *found.abstract_words[:4])
                print(f" {mark} {scores[row]:.2f} {paper.title[:90]}  {words}")
        if len(right) < FEWEST:
            left_out.append(topic.slug)
            continue
        name = [NAMES[category] for category in topic.categories if category in NAMES]
        by_name = np.argsort(-summed_bm25(hidden, name), kind="stable")[:DEEP]
        pair = [measured(right, ours), measured(right, [hidden[row].id for row in by_name])]
        values.append(pair)
        rows.append((pack, topic.slug, len(right), *map(written, zip(*pair, strict=True))))
    means = np.array(values).mean(axis=0)
    rows.append(("mean", "", "", *map(written, zip(*means, strict=True))))
    print_table(
        "product / BM25 with the category's name",
        ("pack", "topic", "papers#", "P@5#", "P@10#", f"recall@{DEEP}#"),
        rows,
    )
    print(f"not measured, for want of papers: {', '.join(left_out)}")


def written(pair: tuple[float, float]) -> str:
    """Write the product's value and the other's."""
    return f"{pair[0]:.2f} / {pair[1]:.2f}"


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT, metavar="FOLDER")
    parser.add_argument("--papers", action="store_true")
    given = parser.parse_args()
    main(given.data, show_papers=given.papers)
