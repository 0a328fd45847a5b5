"""Recognising withdrawals by comments, and not those of other papers."""

from __future__ import annotations

import pytest

from digest.sources.withdrawal import is_withdrawn


@pytest.mark.parametrize(
    "text",
    [
        "Withdrawn",
        "withdrawn by the authors",
        "  This paper has been withdrawn due to an error in Lemma 2",
        "This article is withdrawn.",
        "This submission has been withdrawn by arXiv administrators",
        "This manuscript is being withdrawn",
        "The paper was withdrawn: the data were wrong",
        "Paper withdrawn",
        "[Withdrawn] see the second version",
        "THIS PAPER HAS BEEN WITHDRAWN",
    ],
)
def test_t12_a_remark_that_begins_with_the_withdrawal_is_one(text: str) -> None:
    assert is_withdrawn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Supersedes arXiv:2601.00001 which has been withdrawn",
        "12 pages; the first version was withdrawn",
        "We study why papers are withdrawn",
        "This paper has been accepted; an earlier one is withdrawn",
        "This paper studies withdrawn books",
        "Withdrawnness of shy agents",
    ],
)
def test_t12_a_remark_about_another_withdrawal_is_none(text: str) -> None:
    assert not is_withdrawn(text)
