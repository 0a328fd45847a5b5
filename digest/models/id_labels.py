"""What people and programs write around an id: labels before it, and notes behind it.

These are the stamps that arXiv and bioRxiv print on a PDF, the title of a browser's tab, and the
references of BibTeX, dblp and ADS.
"""

from __future__ import annotations

import re

from digest.models.paper_addresses import ARXIV

_LABEL = re.compile(
    r"(?:(?:available at|url|eprint|preprint|e-print)(?:\s*[:=]\s*|\s+)"
    r"|(?:oai:arxiv\.org|info:arxiv|info:doi|urn:doi|urn:arxiv)[:/]\s*"
    r"|(?:arxiv|corr|doi|abs)(?:\s+(?:preprint|e-?prints?|id|abs))?"
    r"(?:\s*[:=/]\s*|,\s*(?:(?:p|vol)\.\s*)?|\s+|\.?(?=\d)|[-_](?=\d{4}\.\d))"
    # bioRxiv's stamp has the DOI, and its citation the number too
    r"|(?:bio|med)rxiv(?:\s+preprint)?(?:\s*[:;,]\s*|\s+)(?:[\d.]+v?\d*[;,]\s*(?=doi))?)",
    re.IGNORECASE | re.ASCII,
)
#: `[2602.00001] Title`, of arXiv's tabs
_TAB = re.compile(rf"\[({ARXIV}(?:v\d+)?)\]\s.*", re.IGNORECASE | re.ASCII)
#: a code of ADS, whose first four digits are the year
_BIBCODE = re.compile(r"(?:19|20)\d\darxiv(\d{4})\.?(\d{4,5})[a-z.]", re.IGNORECASE | re.ASCII)
#: the number of bioRxiv and medRxiv without the DOI's prefix, which is 10.64898 since December 2025
_NUMBER = re.compile(r"(20\d\d\.\d\d)\.\d\d\.\d{6,8}(?:v\d+)?", re.ASCII)
_NEWER_PREFIX_SINCE = "2025.12"
_POSTED = re.compile(r"[;.,]?\s*this version posted\b.*", re.IGNORECASE)


def without_label(text: str) -> str | None:
    """Return an id without what is written around it, or None if nothing is known to be."""
    if label := _LABEL.match(text):
        return text[label.end() :]
    if note := _POSTED.search(text):
        return text[: note.start()]
    if tab := _TAB.fullmatch(text):
        return tab[1]
    if code := _BIBCODE.fullmatch(text):
        return f"{code[1]}.{code[2]}"
    if number := _NUMBER.fullmatch(text):
        return f"10.{'64898' if number[1] >= _NEWER_PREFIX_SINCE else '1101'}/{text}"
    return None
