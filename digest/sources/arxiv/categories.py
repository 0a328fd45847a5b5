"""The categories of arXiv, by archive (https://arxiv.org/category_taxonomy, in 2026).

Who names a category by hand is told of a wrong one at once. Whatever reads arXiv does not ask this
list, so a category that is newer than it can be read too.
"""

from __future__ import annotations

from digest.errors import ConfigError
from digest.text.wording import suggestion

#: The subjects of each archive; an archive may be read as a whole too.
_SUBJECTS = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE"
    " NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT"
    " SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph"
    " flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}
CATEGORIES = frozenset(_SUBJECTS) | {
    f"{archive}.{subject}"
    for archive, subjects in _SUBJECTS.items()
    for subject in subjects.split()
}
_BY_LOWER = {category.lower(): category for category in CATEGORIES}


def find_category(name: str) -> str:
    """Return a category as arXiv writes it: `cs.CL` for `cs.cl`.

    Raises:
        ConfigError: arXiv has none of that name; the text names those of its archive, or the
            nearest.

    """
    found = _BY_LOWER.get(name.lower())
    if found is None:
        raise ConfigError(f"arXiv has no category {name!r}{_hint(name)}")
    return found


def _hint(name: str) -> str:
    archive, _, _ = name.lower().partition(".")
    if subjects := _SUBJECTS.get(archive):
        return f"; {archive} has {', '.join(subjects.split())}"
    return suggestion(name, sorted(CATEGORIES)) or "; see https://arxiv.org/category_taxonomy"
