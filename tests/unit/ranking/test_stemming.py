"""The stem that the forms and spellings of a word have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.stemming import folded, singular, stem


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("Møller", "moller"),
        ("β", "beta"),
        ("π₀", "pi0"),
        ("τ²", "tau2"),
        ("λόγος", "λογοσ"),
    ],
)
def test_folded_words_have_neither_case_nor_accents_nor_single_greek_letters(
    word: str, plain: str
) -> None:
    assert folded(word) == plain


@pytest.mark.parametrize(
    "forms",
    [
        "retrieve retrieval Retrieving",
        "LLM LLMs llm llms LLMS",
        "VLM VLMs",
        "MLLM MLLMs",
        "GNN GNNs gnns",
        "GPU GPUs gpus",
        "LoRA LoRAs loras",
        "CoT CoTs",
        "A100 A100s a100s",
        "MCTS mcts",
        "TTS tts",
        "corpus corpora",
        "matrix matrices",
        "organisation organization organizational organise organized",
        "optimise optimization optimizer optimising",
        "analyse analyze analysis analyses analyzing",
        "behaviour behavior behavioural behaviors",
        "neighbour neighbors neighbouring",
        "tumour tumors",
        "centre center centred centers",
        "fibre fibers",
        "modelling modeling modelled models",
        "labelled labeled labelling label",
        "fuelled fueled fuel",
        "catalogue catalog catalogs",
        "dialogue dialogs",
        "programme programs",
        "defence defense defences",
        "judgement judgments",
        "artefact artifacts",
        "ageing aging",
        "anaemia anemia",
        "paediatric pediatric",
        "oesophagus esophagus",
        "private privacy privately",
        "safe safety safely",
        "molecule molecules molecular",
        "medicine medical",
        "clinical clinician clinicians clinic",
        "mathematics mathematical math maths",
        "security secure securely securing",
        "reinforced reinforcing",
        "chemistry chemical",
        "diagnosis diagnose diagnostics diagnosing",
        "explanation explain explanations explaining",
        "recognition recognize recognising",
        "summary summaries summarize summarisation",
        "segmentation segmenting",
        "transformer Transformers",
        "naïve naive",
    ],
)
def test_the_forms_and_spellings_of_a_word_share_a_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("segment segments", "segmentation"),
        ("reasons reasonable reasonably", "reasoning reason reasoner"),
        ("abstraction", "abstract abstracts"),
        ("active actively", "activation activate"),
        ("activity activities", "activation active"),
        ("affine", "affinity affinities"),
        ("analogy analogies", "analog analogue"),
        ("attribution attributions", "attribute attributes"),
        ("careful carefully", "care"),
        ("competence competencies", "competition compete"),
        ("comprehension", "comprehensive comprehensively"),
        ("computer computers", "compute computation"),
        ("consists", "consistency consistent"),
        ("continual continually", "continuous continue"),
        ("conversation conversational", "conversion converse"),
        ("critic critics", "critical critically"),
        ("differentiable", "differential differentiate"),
        ("distributed", "distribution distributions"),
        ("dynamics", "dynamic dynamically"),
        ("effect effects", "effective effectively"),
        ("emergency", "emergence emergent"),
        ("engine engines", "engineering engineered"),
        ("experience experiences", "experiment experimental"),
        ("fairness", "fair fairly"),
        ("formation", "format formats"),
        ("grasping", "grasp grasps"),
        ("harness harnesses", "har"),
        ("indic", "indicate indicator"),
        ("informal", "information inform"),
        ("majority", "major"),
        ("mechanism mechanisms", "mechanics mechanical"),
        ("medication", "medical medicine"),
        ("minority", "minor"),
        ("negation", "negative negatives"),
        ("operator operators", "operation operate opera"),
        ("orientation", "oriented"),
        ("personality", "person personal"),
        ("precision", "precise precisely"),
        ("production productive", "product products"),
        ("projection", "project projects"),
        ("proposal proposals", "propose proposed"),
        ("ragged", "rag RAG RAGs"),
        ("rating ratings", "rate rates"),
        ("reinforcement", "reinforce reinforces reinforcing reinforced"),
        ("reinforced reinforcing", "reinforce reinforces"),
        ("responsible responsibility", "response responses"),
        ("secured secures", "security secure"),
        ("subjective", "subject subjects"),
        ("variational", "variation variations"),
        ("quantizer quantisers", "quantization quantize"),
        ("general generally", "generalization generalize"),
        ("organ organs", "organization organize"),
        ("animal animals", "animation animated"),
        ("transform transforms", "transformer transformers"),
        ("universe universal", "university"),
        ("object objects", "objective objectives"),
        ("positive positives", "position positions"),
        ("import imports", "important importance"),
        ("hour hours", "hor"),
        ("tour", "tor"),
        ("size", "sis"),
        ("us", "u"),
        ("As", "a"),
        ("1990s", "199"),
    ],
)
def test_words_of_unlike_meaning_have_stems_of_their_own(one: str, other: str) -> None:
    assert {stem(word) for word in one.split()}.isdisjoint(stem(word) for word in other.split())


@pytest.mark.parametrize(
    ("plural", "bare"),
    [
        ("agents", "agent"),
        ("surveys", "survey"),
        ("studies", "study"),
        ("houses", "house"),
        ("bias", "bia"),
        ("corpus", "corpus"),
        ("loss", "loss"),
        ("trees", "tree"),
        ("ties", "tie"),
        ("is", "is"),
        ("LLMs", "llm"),
        ("matrices", "matrix"),
        ("modelling", "modeling"),
    ],
)
def test_a_plural_ending_is_taken_off_and_nothing_else(plural: str, bare: str) -> None:
    assert singular(plural) == bare


def test_a_singular_keeps_words_apart_that_share_a_stem() -> None:
    assert [singular(word) for word in ("retrieves", "retrievals")] == ["retrieve", "retrieval"]


@pytest.mark.parametrize("text", ["", "s", "S", "sS", "ß", "²s", "Σ", "İs", "AAs", "ies", "es"])
def test_any_word_has_a_stem_and_a_singular(text: str) -> None:
    assert isinstance(stem(text), str)
    assert isinstance(singular(text), str)


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), max_size=12))
def test_a_stem_has_neither_case_nor_depends_on_the_order_of_questions(word: str) -> None:
    found = stem(word)

    stem.cache_clear()
    assert stem(word) == found == found.casefold()


@given(st.text(st.characters(categories=["Lu"], max_codepoint=0x7F), min_size=2, max_size=6))
def test_the_plural_of_an_acronym_has_its_stem(acronym: str) -> None:
    assert stem(f"{acronym}s") == stem(acronym)
    assert singular(f"{acronym}s") == singular(acronym)
