"""The stem of a word: what all its forms and spellings have in common.

Snowball's English stemmer (also called Porter2) knows the endings of English. What papers write
beside it is seen to first: plurals of acronyms (`LLMs`), British and American spelling, accents and
Greek letters. Where its stem still lies, a word has a stem of its own; see `_OWN_STEMS`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

#: Without its own cache, which is not safe to share between threads; `stem` has one that is.
_STEMMER = Stemmer.Stemmer("english", 0)
#: Different spellings of words that are remembered; a year of papers has about as many.
_REMEMBERED = 200_000

#: Letters that are one to a reader and that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_GREEK_ALPHABET = """
α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu
ξ xi ο omicron π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega
"""
_GREEK = dict(zip(_GREEK_ALPHABET.split()[::2], _GREEK_ALPHABET.split()[1::2], strict=True))

#: `LLMs`, `LoRAs`, `GPUs`, `A100s`; neither `As` nor `1990s`.
_PLURAL_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z0-9].*s)\w*(?:[A-Z]|[0-9]{2})s")
#: `llms` and `LLMS`: no English word without vowels has a plural. `tts` is too short to be sure.
_VOWELLESS = re.compile(r"[b-df-hj-np-tv-xz][b-df-hj-np-tv-xz0-9]+[b-df-hj-np-rtv-xz0-9]s")
#: Plurals that no rule finds: a singular, and its plurals.
_PLURALS = {
    "appendix": "appendices",
    "automaton": "automata",
    "bacterium": "bacteria",
    "child": "children",
    "corpus": "corpora",
    "cpu": "cpus",
    "criterion": "criteria",
    "foot": "feet",
    "fpga": "fpgas",
    "gpu": "gpus",
    "half": "halves",
    "hypothesis": "hypotheses",
    "index": "indices",
    "locus": "loci",
    "man": "men",
    "matrix": "matrices",
    "maximum": "maxima",
    "minimum": "minima",
    "mouse": "mice",
    "npu": "npus",
    "nucleus": "nuclei",
    "optimum": "optima",
    "pde": "pdes",
    "phenomenon": "phenomena",
    "sde": "sdes",
    "simplex": "simplices",
    "spectrum": "spectra",
    "stimulus": "stimuli",
    "synthesis": "syntheses",
    "thesis": "theses",
    "tooth": "teeth",
    "tpu": "tpus",
    "vertex": "vertices",
    "vla": "vlas",
    "vqa": "vqas",
    "woman": "women",
}
_SINGULAR = {plural: singular for singular, many in _PLURALS.items() for plural in many.split()}

#: `our` is American `or` after these alone: an `hour` stays one.
_BEFORE_OUR = """
arm behavi clam col demean endeav fav ferv flav harb hon hum lab neighb od parl rig rum sav savi tum
val vap vig
"""
#: Spellings that are one, as patterns and what they become. Of each pair that side is chosen with
#: which the stemmer does less harm: it takes `ize` off, which makes an `organization` an `organ`,
#: and leaves `ise`.
_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(.*[aeiouy].*)iz(e[drs]?|ers|ing|abl[ey]|ability|ations?|ational)$", r"\1is\2"),
        (r"yz(e[drs]?|ers|ing)$", r"ys\1"),
        (r"([aor]l)ysis$", r"\1yse"),
        (rf"({'|'.join(_BEFORE_OUR.split())})our", r"\1or"),
        (r"((?:[ai]|^)[bt]|cent|met|lit|theat|lust|spect|manoeuv)re(s?)$", r"\1er\2"),
        (r"(cent)red$", r"\1ered"),
        (r"(.og)ue(s?|d)$", r"\1\2"),
        (r"^(program)me(s?)$", r"\1\2"),
        (r"^(def|off|pret|lic)ence(s?)$", r"\1ense\2"),
        (r"^(art)e(fact)", r"\1i\2"),
        (r"dgement", "dgment"),
        (r"^(ag)eing$", r"\1ing"),
        (r"^grey", "gray"),
        (
            r"^(canc|chann|couns|fu|lab|lev|mod|pan|sign|spir|tot|trav|tunn)([ae]l)l(ed|ers?|ing)$",
            r"\1\2\3",
        ),
        (r"^m(?:oul)d", "mold"),
        (r"sulph", "sulf"),
        (r"([nl]|^h)aem", r"\1em"),
        (r"(p)aed(i)", r"\1ed\2"),
        (r"^(an)a(esth)", r"\1\2"),
        (r"^(gyn)a(ec)", r"\1\2"),
        (r"^o(e(?:soph|dem|strog))", r"\1"),
        (r"^(f)o(et[aou])", r"\1\2"),
    )
)

#: What is in every word that one of the spellings fits; most words are soon passed over.
_MARKS = re.compile(
    "iz|yz|ysis|our|[btv]re|ogue|amme|ence|efac|dgement|eing|grey|mould|ll|sulph|ae|oe"
)

#: Words that the stemmer takes for others: those of a line have a stem of their own, which no
#: other word has. So `segment` is not `segmentation`, nor a search `engine` `engineering`. How they
#: were found: docs/decisions.md. To `reason` is mostly a verb, so it stays with `reasoning`.
_APART = """
abstraction abstractions
accountability accountable
active actively
activity activities
additive additively
affine
analogy analogies analogous analogical
animation animations animate animated animates animating animator animators
attribution attributions
authority authorities
careful carefully
competence competences competency competencies competent
comprehension
computer computers
consist consists consisted consisting
continual continually
conversation conversations conversational conversationally
conversion conversions
critic critics
derivative derivatives
differentiable differentiably differentiability
differential differentials differentially
discriminator discriminators
distributed
dynamics dynamical
effect effects
emergency emergencies
engine engines
experience experiences experienced experiential
fairness
figurative figuratively
formation formations
grasping
harness harnesses harnessed harnessing
important importance importantly
indic
informal informally
integral integrals
integrity
majority
mechanism mechanisms
medication medications
minority minorities
multiagent multiagents multiagentic
multiobjective multiobjectives
negation negations
objective objectives
operator operators
orientation orientations
personality personalities
position positions positioned positioning positional positionally
powerful powerfully
precision precisions
production productions
productivity productive productively
projection projections projective
proposal proposals
provenance
quantiser quantisers
ragged
rating ratings
reasonable reasonably reasonableness reasons
reinforced reinforcing
reinforcement reinforcements
representative representatives representativeness
responsible responsibly responsibility responsibilities
secured secures
segmentation segmentations segmenting segmenter segmenters
soundness
subjective subjectively subjectivity
transformer transformers
transportation
university universities
variability
variational variationally
"""
#: A stem with a mark that no stem of the stemmer has.
_OWN_STEMS = {
    word: f"{line.split()[0]}=" for line in _APART.strip().splitlines() for word in line.split()
}
#: Words that the stemmer parts from the word that they are here read as.
_READ_AS = {
    "chemistry": "chemical",
    "clinician": "clinical",
    "clinicians": "clinical",
    "diagnosis": "diagnose",
    "diagnostic": "diagnose",
    "diagnostics": "diagnose",
    "explanation": "explain",
    "explanations": "explain",
    "explanatory": "explain",
    "math": "mathematical",
    "maths": "mathematical",
    "medicine": "medical",
    "medicines": "medical",
    "molecule": "molecular",
    "molecules": "molecular",
    "private": "privacy",
    "privately": "privacy",
    "recognition": "recognise",
    "safely": "safety",
    "safe": "safety",
    "safer": "safety",
    "safest": "safety",
    "summaries": "summarise",
    "summary": "summarise",
}


@lru_cache(_REMEMBERED)
def stem(word: str) -> str:
    """Return the stem that a word has in common with its other forms and spellings.

    Case counts: `LLMs` is a plural because of it.
    """
    plain = _plain(word)
    if plain in _OWN_STEMS:
        return _OWN_STEMS[plain]
    stemmed: str = _STEMMER.stemWord(_READ_AS.get(plain, plain))
    return stemmed


@lru_cache(_REMEMBERED)
def singular(word: str) -> str:
    """Return a word without its plural ending, in the spelling that all its spellings share.

    The S-stemmer of Harman, "How effective is suffixing?", JASIS 42(1), 1991.
    """
    word = _plain(word)
    if len(word) > 4 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word


def folded(word: str) -> str:
    """Return a word without case and accents; a Greek letter in it becomes its name."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Two Greek letters make a word of Greek.
    greek = [char for char in bare if char in _GREEK]
    if len(greek) == 1:
        bare = bare.replace(greek[0], _GREEK[greek[0]])
    return bare.translate(_LETTERS)


def _plain(word: str) -> str:
    """Return a word folded, in one spelling, and no plural that the stemmers do not know."""
    if word[-1:] == "s" and not word.islower() and _PLURAL_ACRONYM.fullmatch(word):
        word = word[:-1]
    plain = folded(word)
    if _VOWELLESS.fullmatch(plain):
        return plain[:-1]
    plain = _SINGULAR.get(plain, plain)
    if _MARKS.search(plain):
        for pattern, replacement in _SPELLINGS:
            plain = pattern.sub(replacement, plain)
    return plain
