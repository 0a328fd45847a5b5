"""Packs of topics: what they hold, and how they get into a configuration."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest

from digest.app.config import load
from digest.app.config.packs import Pack, add_pack, all_packs, find_pack
from digest.app.config.starter_topics import starter_topics
from digest.errors import ConfigError, NotFoundError
from digest.ranking.query import Term, parse
from digest.ranking.terms import phrase
from digest.sources import get_kind

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "astronomy",
    "biology-medicine",
    "computer-systems",
    "economics-statistics",
    "mathematics",
    "physics",
]
#: https://arxiv.org/category_taxonomy: the categories of each archive.
TAXONOMY = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE"
    " NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT"
    " SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an"
    " ed-ph flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
ARXIV = {f"{archive}.{it}" for archive, those in TAXONOMY.items() for it in those.split()} | {
    "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph",
}  # fmt: skip
#: The subjects of bioRxiv, and those of medRxiv that topics name.
SUBJECTS = {
    "biochemistry", "bioengineering", "bioinformatics", "biophysics", "cancer biology",
    "cell biology", "developmental biology", "ecology", "evolutionary biology", "genetics",
    "genomics", "immunology", "microbiology", "molecular biology", "neuroscience",
    "pharmacology and toxicology", "physiology", "plant biology", "synthetic biology",
    "systems biology",
    "cardiovascular medicine", "epidemiology", "health informatics", "neurology", "oncology",
    "public and global health", "radiology and imaging",
}  # fmt: skip
FILE = '# ours\n[[topics]]\nslug = "agents"  # first\nname = "Agents"\nwords_in = ["agent"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def test_there_is_a_pack_for_each_field() -> None:
    assert [pack.name for pack in all_packs()] == NAMES
    with pytest.raises(NotFoundError, match="did you mean mathematics"):
        find_pack("mathematic")
    with pytest.raises(NotFoundError, match="`digest topics packs` lists all"):
        find_pack("xyz")


@pytest.mark.parametrize("pack", all_packs(), ids=NAMES)
def test_a_pack_has_topics_of_words_and_sources_that_give_their_categories(pack: Pack) -> None:
    listed = set(chain(*(source.categories for source in pack.sources)))

    assert 6 <= len(pack.topics) <= 12
    assert listed <= ARXIV | SUBJECTS
    for topic in pack.topics:
        assert 8 <= len(topic.words_in) <= 25
        assert topic.categories
        assert set(topic.categories) <= ARXIV | SUBJECTS
        assert all(isinstance(parse(word), Term) for word in topic.words_in)
        stems = [phrase(word).stems for word in topic.words_in]
        assert len(set(stems)) == len(stems), "a word that says the same twice"
    for source in pack.sources:
        assert get_kind(source.kind)
        assert set(source.categories) <= (ARXIV if source.kind == "arxiv" else SUBJECTS)


def test_no_two_topics_have_one_slug() -> None:
    slugs = [topic.slug for topic in starter_topics()]
    slugs += [topic.slug for pack in all_packs() for topic in pack.topics]

    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_is_added_once_and_the_rest_of_the_file_stays(file: Path, name: str) -> None:
    pack = find_pack(name)

    first = add_pack(name, file)
    added = file.read_text()
    again = add_pack(name, file)

    assert first.topics == [topic.slug for topic in pack.topics]
    assert first.sources == [source.name for source in pack.sources]
    assert added.startswith(FILE.rstrip())
    config = load(file)
    assert config.topics[1:] == tuple(pack.topics)
    assert config.sources[0].kind == "huggingface"
    assert config.sources[1:] == tuple(pack.sources)
    assert file.read_text() == added
    assert (again.topics, again.sources) == ([], [])
    assert again.same == first.topics
    assert again.known == first.sources


def test_all_packs_together_read_no_category_twice(file: Path) -> None:
    for name in NAMES:
        add_pack(name, file)

    sources = load(file).sources
    categories = [(it.kind, category) for it in sources for category in it.categories]
    assert len(set(categories)) == len(categories)


def test_some_topics_bring_the_sources_that_they_need(file: Path) -> None:
    done = add_pack("biology-medicine", file, slugs=["neuroscience"])

    assert done.topics == ["neuroscience"]
    assert [source.categories for source in load(file).sources[1:]] == [
        ("neuroscience",),
        ("q-bio.NC",),
    ]
    assert "medRxiv" in add_pack("biology-medicine", file, slugs=["cancer"]).sources
    with pytest.raises(NotFoundError, match="did you mean cancer"):
        add_pack("biology-medicine", file, slugs=["cancers"])


def test_without_sources_the_topics_come_alone(file: Path) -> None:
    done = add_pack("astronomy", file, with_source=False)

    assert done.sources == []
    assert [source.kind for source in load(file).sources] == ["huggingface"]


def test_a_topic_of_the_file_stays_as_it_is(file: Path) -> None:
    own = '\n[[topics]]\nslug = "galaxies"\nname = "Ours"\nwords_in = ["galaxy"]\n'
    file.write_text(FILE + own)

    done = add_pack("astronomy", file)

    assert done.other == ["galaxies"]
    assert "galaxies" not in done.topics
    assert [topic.name for topic in load(file).topics if topic.slug == "galaxies"] == ["Ours"]


def test_a_source_takes_the_categories_that_are_not_read_yet(file: Path) -> None:
    of_file = ["astro-ph.CO", "cs.CL"]
    file.write_text(
        f'[[sources]]\nname = "arXiv astronomy"\nkind = "arxiv"\ncategories = {of_file}\n'
    )

    done = add_pack("astronomy", file)

    assert done.sources == ["arXiv astronomy 2"]
    assert "astro-ph.CO" not in load(file).sources[1].categories
    assert len(load(file).topics) == len(starter_topics()) + 8


def test_sources_that_are_no_tables_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('sources = [{name = "a", kind = "huggingface"}]\n')

    with pytest.raises(ConfigError, match=r"write each source as a \[\[sources\]\] table"):
        add_pack("astronomy", path)
