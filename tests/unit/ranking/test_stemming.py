"""The stem that the forms and spellings of a word have in common."""

from __future__ import annotations

import pytest

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
        "naïve naive",
    ],
)
def test_the_forms_and_spellings_of_a_word_share_a_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("segment segments", "segmentation"),
        ("reason reasons reasonable reasonably", "reasoning"),
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
