"""HighWire's markers in abstracts of bioRxiv and medRxiv."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import clean
from digest.text.highwire import plain_abstract, without_markers

FIGURE = (
    'O_FIG O_LINKSMALLFIG WIDTH=200 HEIGHT=150 SRC="FIGDIR/small/1.gif" ALT="Figure 1">\n'
    "View larger version (30K):\norg.highwire.dtl.DTLVardef@1a2borg.highwire.dtl.DTLVardef@2c"
    "_HPS_FORMAT_FIGEXP  M_FIG Figure 1. A lamp. C_FIG"
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("LO_SCPLOWAMPC_SCPLOW", "LAMP"),
        ("LO_SCPLOWAMPC_SCPLOWCO_SCPLOWOUNTC_SCPLOW counts", "LAMPCOUNT counts"),
        ("Cohens O_SCPLOWKC_SCPLOW in", "Cohens K in"),
        ("D-O_SCPLOWLC_SCPLOW-lamps", "D-L-lamps"),
        ("RO_SCPCAPNAC_SCPCAP", "RNA"),
        ("O_LIWe count.\nC_LIO_LIWe light.\nC_LI", "We count. We light."),
        ("O_ST_ABSMethodsC_ST_ABSWe count.", "Methods: We count."),
        ("Lamps.\n\nO_ST_ABSResults:C_ST_ABS None.", "Lamps. Results: None."),
        ("O_ST_ABSAbstractC_ST_ABSLamps may.", "Lamps may."),
        ("AO_SCPLOWBSTRACTC_SCPLOWLamps may.", "Lamps may."),
        ("Abstract\nLamps may.", "Lamps may."),
        ("AbstractBackgroundLamps may.", "Background: Lamps may."),
        ("ABSTRACT: Lamps may.", "Lamps may."),
        ("Lamps may. ResultsThey do (n=3). ConclusionsSo it is.",
         "Lamps may. Results: They do (n=3). Conclusions: So it is."),
        (f"Lamps may.\n\n{FIGURE}", "Lamps may."),
        (f"Lamps may.\n\nO_ST_ABSGraphical AbstractC_ST_ABS\n\n{FIGURE}", "Lamps may."),
        (f"Graphical abstract\n\n{FIGURE}\n\nLamps may.", "Lamps may."),
        ("Lamps. O_TBL View this table: M_TBL C_TBL They are.", "Lamps. They are."),
        ("O_TEXTBOXKey pointsC_TEXTBOX", "Key points"),
        # an element behind a word in capitals, or in another element
        ("The RNAO_LINext is light.\nC_LI", "The RNA Next is light."),
        ("HLA-BO_LIa lampC_LI", "HLA-B a lamp"),
        ("O_ULO_LIoneC_LIO_LILAMPC_LI\nC_UL", "one LAMP"),
        ("O_LIone\nC_LIC_QDO_LItwo", "one two"),
        # headings in small capitals
        ("IO_SCPLOWNTRODUCTIONC_SCPLOWLamps may.", "INTRODUCTION: Lamps may."),
        ("So it is. RO_SCPLOWESULTSC_SCPLOWA lamp.", "So it is. RESULTS: A lamp."),
        # no markers
        ("Abstract reasoning is hard.", "Abstract reasoning is hard."),
        ("We use the MethodsX protocol", "We use the MethodsX protocol"),
        ("CLINICAL trials of C_LINE and NO_LIMIT", "CLINICAL trials of C_LINE and NO_LIMIT"),
    ],
)  # fmt: skip
def test_an_abstract_is_plain_and_its_words_whole(text: str, plain: str) -> None:
    assert clean(plain_abstract(text)) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("5 {micro}M at 37 {degrees}C", "5 µM at 37 °C"),
        ("3 {+/-} 1", "3 ± 1"),
        ("{approx}4 {middle dot} 5{prime}-end", "≈4 · 5′-end"),
        ("{epsilon}, {phi}, {Delta}F508 and {beta}-lamps", "ε, φ, ΔF508 and β-lamps"),
        ("2{times}2 {square} {infty} M{ouml}ller", "2×2 □ ∞ Möller"),
        ("[~]5 [-&gt;] 6 [->] 7 [boxh] 8", "~5 → 6 → 7 ─ 8"),
        ("[&ge;]5 and [&le;]6", "≥5 and ≤6"),
        # no signs
        ("{a, b} in {lang}.txt of {name}", "{a, b} in {lang}.txt of {name}"),
        ("as others did [12], [a] and [x -> y]", "as others did [12], [a] and [x -> y]"),
    ],
)  # fmt: skip
def test_signs_in_braces_and_brackets_are_signs(text: str, plain: str) -> None:
    assert clean(plain_abstract(text)) == clean(without_markers(text)) == plain


def test_a_title_keeps_what_looks_like_a_label() -> None:
    assert without_markers("ABSTRACT LO_SCPLOWAMPC_SCPLOWS") == "ABSTRACT LAMPS"


WORDS = st.lists(st.text("abcdefgh", min_size=1), min_size=1, max_size=6)


@given(WORDS, st.sampled_from(["SCPLOW", "LI", "ST_ABS", "TEXTBOX"]))
def test_letters_are_never_lost(words: list[str], name: str) -> None:
    marked = " ".join(f"O_{name}{word}C_{name}" for word in words)

    assert "".join(filter(str.isalpha, plain_abstract(marked))) == "".join(words)


@given(st.text("abAB CLIOSPW_. \n"))
def test_a_plain_abstract_stays_as_it_is(text: str) -> None:
    plain = clean(plain_abstract(text))

    assert clean(plain_abstract(plain)) == plain or "_" in text
