"""Whether a paper was withdrawn, by what its authors or arXiv say of it.

Only the beginning of a remark counts: "supersedes 2601.00001, which has been withdrawn" is about
another paper.
"""

from __future__ import annotations

import re

#: how withdrawals are worded at https://info.arxiv.org/help/withdraw.html and by those who do it
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
