"""Recognise withdrawn papers by the comments of their authors or of arXiv.

Only the start of a comment counts: "supersedes 2601.00001, which has been withdrawn" is about
another paper.
"""

from __future__ import annotations

import re

#: the wording of https://info.arxiv.org/help/withdraw.html and of real comments
_WITHDRAWN = re.compile(
    r"[\s\[(*\"“'-]*"
    r"(?:(?:this|the|our)\s+(?:arxiv\s+)?(?:paper|article|submission|manuscript|preprint|work)"
    r"\s+(?:has\s+been|is|was)\s+(?:being\s+)?withdrawn\b"
    r"|(?:(?:paper|article|submission|manuscript|preprint)\s+)?withdrawn\b)",
    re.IGNORECASE,
)


def is_withdrawn(text: str) -> bool:
    """Whether a comment, or the beginning of an abstract, says that its paper was withdrawn."""
    return _WITHDRAWN.match(text[:200]) is not None
