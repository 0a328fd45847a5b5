"""Recognising withdrawals by notices, and not those of other papers or from other places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.withdrawal import is_notice, is_withdrawn

BY_THE_WORD = (
    "Withdrawn",
    "withdrawn.",
    "WITHDRAWN!",
    "withdrawn by the authors",
    "Withdrawn by author",
    "Withdrawn by the author(s)",
    "Withdrawn by arXiv admin",
    "Withdrawn by arXiv administrators: the license was not theirs to give",
    "Withdrawn due to an error in the proof of Theorem 2",
    "withdrawn because the data were mislabelled",
    "Withdrawn pending approval by our institution",
    "Withdrawn at the request of the first author",
    "Withdrawn until the experiments are repeated",
    "Withdrawn for further revision",
    "Withdrawn in favour of arXiv:2601.00001",
    "Withdrawn and replaced by arXiv:2601.00001",
    "Withdrawn to correct Table 3",
    "temporarily withdrawn",
    "[Withdrawn] see the second version",
    "*** WITHDRAWN ***",
    "12 pages, 3 figures, withdrawn",
    "12 pages (withdrawn)",
    "8 pages; withdrawn by the authors due to a bug in the evaluation",
    "Withdrawn, 12 pages",
    "Paper temporarily withdrawn",
    "v3: withdrawn because of a sign error",
    "Version 2: withdrawn",
    "Retracted by the authors",
    "Retracted due to plots that were swapped",
    "Paper withdrawn",
    "Article withdrawn by its authors",
    "Manuscript has been withdrawn",
    "Submission withdrawn: a lemma is wrong",
    "Withdrawn paper",
    "Has been withdrawn by the authors",
)
BY_A_SENTENCE = (
    "  This paper has been withdrawn due to an error in Lemma 2",
    "THIS PAPER HAS BEEN WITHDRAWN",
    "This article is withdrawn.",
    "This manuscript is being withdrawn",
    "The paper was withdrawn: the data were wrong",
    "This work has now been withdrawn by all authors",
    "This preprint has been temporarily withdrawn",
    "This e-print was withdrawn by the submitter",
    "This draft needs to be withdrawn; the bound is off by a factor",
    "This paper, which we posted in May, has been withdrawn",
    "This paper (arXiv:2601.00001v2) has been withdrawn",
    "This paper and its supplement have been withdrawn by the authors",
    'This paper, titled "Lamps, and how they stand", has been withdrawn by the author',
    "This paper by A. Roe et al. has been withdrawn",
    "12 pages. This paper has been withdrawn by the authors",
    "12 pages, 2 figures, this paper has been withdrawn",
    "Fixed a typo in Section 2; this submission was withdrawn by its authors",
    "Due to a mistake in the code this paper has been withdrawn",
    "Unfortunately, this paper is withdrawn because of a flaw in the main theorem",
    "We regret that this paper has been withdrawn",
    "Please note that this article has been withdrawn",
    "Note: this report was retracted by the authors",
    "This paper has been withdrawn by the author from arXiv",
    "This paper has been withdrawn because it was submitted by mistake",
    "This paper has been withdrawn. A better one is in preparation.",
    "This paper has been withdrawn and will be resubmitted",
    "This paper has been withdrawn and resubmitted as arXiv:2602.00001",
    "This paper has an error in eq. 7 and is withdrawn",
    "The paper contains an error in Lemma 3 and has been withdrawn by the authors",
    "There is an error in Lemma 3, so the paper is withdrawn",
    "This paper has been superseded by arXiv:2601.00001 and is withdrawn",
    "This paper was accepted at LampConf but has been withdrawn by its authors due to an error",
    "Please disregard this paper; it has been withdrawn",
    "The first author has requested that this paper be withdrawn",
    "We ask this submission to be withdrawn",
)
BY_THE_AUTHORS = (
    "The authors have withdrawn this paper due to an error in Lemma 3",
    "The author has withdrawn this paper",
    "The authors withdraw this paper.",
    "The authors wish to withdraw this submission",
    "The corresponding author has withdrawn the manuscript",
    "All authors have agreed to withdraw this article",
    "Authors withdrew paper",
    "The authors have withdrawn it because a co-author did not consent",
    "We withdraw this paper because Figure 2 is wrong",
    "We have withdrawn this work",
    "We are withdrawing this preprint while we repeat the measurements",
    "We have decided to withdraw our paper due to a crucial gap",
    "We hereby retract this paper",
    "I have withdrawn this paper",
    "I withdraw my paper; the result was known",
    "I would like to withdraw this submission",
    "9 pages, we withdraw this paper as the proof is incomplete",
    "We found an error in the proof and therefore withdraw this submission",
    "Withdrawing this paper due to errors",
    "Please withdraw this paper",
    "Withdrawal requested by the authors",
    "Withdrawal notice: the sample was contaminated",
)
BY_THE_ADMINISTRATORS = (
    "This submission has been withdrawn by arXiv administrators",
    "This submission has been withdrawn by arXiv administrators due to inappropriate text reuse",
    "This version has been withdrawn by arXiv administrators: its license was not theirs to give",
    "This version has been removed by arXiv administrators due to copyright infringement",
    "This article has been removed by arXiv administrators because of a fictitious author",
    "arXiv admin note: This submission has been withdrawn by arXiv admins due to a disputed author",
    "arXiv admin note: withdrawn by arXiv because the submission was incomplete",
    "arXiv admin note: paper withdrawn due to falsified authorship",
    "arXiv administrators have withdrawn this paper",
    "arXiv admins withdrew this submission for violating the policy",
    "Withdrawn by arXiv moderators",
    "arXiv has withdrawn this paper",
    "This version withdrawn by arXiv administrators because a co-author objected",
    "Removed by arXiv administrators",
    "10 pages. arXiv admin note: this paper was removed by arXiv administrators",
    "Article has been removed from arXiv",
)
STANDING = (
    "",
    "12 pages, 4 figures",
    # from somewhere else
    "Withdrawn from LampConf 2026 and resubmitted; 12 pages",
    "Withdrawn from ICLR 2026, 12 pages",
    "withdrawn from the journal after a year of review",
    "This paper was withdrawn from NeurIPS 2025",
    "This paper has been withdrawn by the authors from ACL 2026",
    "This submission was withdrawn from the special issue on lamps",
    "We withdrew this paper from ICML and extended it",
    "The authors withdrew the paper from consideration at a workshop",
    "Submitted to ICML 2026, withdrawn",
    "Submitted to ICML 2026 (withdrawn by the authors)",
    "Withdrawn at ICLR 2026; new experiments",
    "ICLR 2026 withdrawn submission",
    "Withdrawn submission to ICLR 2026",
    "Withdrawn from the market: a survey of recalled lamps",
    # of something else
    "Supersedes arXiv:2601.00001 which has been withdrawn",
    "supersedes 2601.00001, which has been withdrawn",
    "This paper supersedes arXiv:2601.00001, which has been withdrawn by the authors",
    "Replaces arXiv:2601.00001 (withdrawn)",
    "Extended version of arXiv:2601.00001, withdrawn by the authors",
    "12 pages; the first version was withdrawn",
    "An earlier version was withdrawn",
    "An earlier version of this paper was withdrawn",
    "The previous version of this article has been withdrawn due to an error",
    "Version 2 was withdrawn by mistake",
    "This paper has been accepted; an earlier one is withdrawn",
    "We withdraw the claim of Section 3",
    "We withdraw our earlier paper arXiv:2601.00001",
    "The authors have withdrawn the funding statement",
    "Comment on “Lamps” by A. Roe, which the authors have withdrawn",
    "In this version we withdrew Theorem 3",
    "Section 5 is withdrawn due to an error",
    "The code of this paper has been withdrawn",
    "The data set has been withdrawn by its authors",
    "A reply to a retracted paper by A. Roe",
    "Text overlap with arXiv:2601.00001, which was withdrawn by arXiv administrators",
    "arXiv admin note: substantial text overlap with a withdrawn submission",
    "Two authors have been removed by arXiv administrators",
    "The supplementary material was removed by the authors",
    "Appendix B is removed",
    # an adjective
    "Withdrawn drugs and the lamps beside them",
    "withdrawn patients, 40 pages",
    "We study why papers are withdrawn",
    "This paper studies withdrawn books",
    "This work has withdrawn nothing of the first version",
    "Withdrawnness of shy agents",
    # and back again
    "previously withdrawn, now restored",
    "This paper was withdrawn in error and has been reinstated",
    "This paper was previously withdrawn; the proof is mended",
    "This version restores the paper; v2 was withdrawn",
    "This paper was withdrawn by the author in error",
    "This paper was mistakenly withdrawn",
    "This paper was withdrawn and is now restored with a correct proof",
    "The withdrawal of this paper has been reversed",
    "This paper has not been withdrawn",
    "This paper is no longer withdrawn",
    "If this paper is withdrawn, its code stays",
)


@pytest.mark.parametrize(
    "comment", [*BY_THE_WORD, *BY_A_SENTENCE, *BY_THE_AUTHORS, *BY_THE_ADMINISTRATORS]
)
def test_t12_a_comment_that_says_so_is_a_withdrawal(comment: str) -> None:
    assert is_withdrawn(comment)


@pytest.mark.parametrize("comment", STANDING)
def test_t12_a_comment_about_another_withdrawal_is_none(comment: str) -> None:
    assert not is_withdrawn(comment)


@pytest.mark.parametrize("comment", [*BY_A_SENTENCE, *BY_THE_AUTHORS])
def test_a_notice_counts_behind_pages_and_figures(comment: str) -> None:
    assert is_withdrawn(f"12 pages, 5 figures. {comment.strip()}")


@pytest.mark.parametrize(
    "abstract",
    [
        "This paper has been withdrawn by the authors due to a crucial error in Equation 4.",
        "Withdrawn",
        "Withdrawn by the authors.",
        "[Withdrawn due to an error in Lemma 2.]",
        "We withdraw this paper because the measured lamps were unplugged. We thank a reader.",
        "The authors have withdrawn this manuscript owing to a dispute over the data.",
        "The paper has been withdrawn. "
        + "The lamps of the first version were counted twice. " * 9,
        "This submission has been removed by arXiv administrators due to copyright infringement.",
    ],
)
def test_an_abstract_that_is_the_notice_is_a_withdrawal(abstract: str) -> None:
    assert is_notice(abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        "Withdrawn drugs are a lesson for those who test lamps. We study four of them.",
        "Withdrawn, anxious users turn lamps off. " + "We count how often they do so. " * 10,
        "Withdrawn from the market in 1999, this lamp is still found in cellars.",
        "Withdrawn due to its heat, the lamp of 1950 was soon forgotten. " + "We light it. " * 30,
        "We count lamps. This paper has been withdrawn from a conference.",
        "We count papers that were withdrawn. The authors withdraw this paper, say most notices.",
        "Retracted papers are cited for years. We ask who cites them.",
        "This paper models users whose consent is given and is withdrawn. "
        + "We light lamps. " * 20,
        "We have withdrawn lamps from forty homes and watched who noticed.",
    ],
)
def test_an_abstract_about_withdrawals_is_none(abstract: str) -> None:
    assert not is_notice(abstract)


@pytest.mark.parametrize("piece", ["this paper ", "this paper, ", "[ ", "we ", "by the authors ("])
def test_a_text_without_end_is_read_at_once(piece: str) -> None:
    assert not is_withdrawn(f"{piece * 10_000} withdrawn lamps")


@given(st.text(alphabet="thispaperwdn ,.-([\n", max_size=3000))
def test_any_text_is_read_and_letters_alone_withdraw_nothing(text: str) -> None:
    if "drawn" not in text and "withdraw" not in text:
        assert not is_withdrawn(text)
        assert not is_notice(text)
