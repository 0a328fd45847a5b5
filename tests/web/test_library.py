"""A reader's library by upload: what is taken, what is named, and what is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON

from digest.app.services import App
from digest.models.feedback import Verdict
from subscribers.libraries import MOST_ENTRIES, MOST_OCTETS
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    import httpx
    from support.site import Site

ADA = "ada@example.org"
BIBTEX = b"""\
@misc{lamps, title = {Lamps}, abstract = {We light.}, eprint = {2401.00001}}
@misc{<b>open, title = {An {open brace}, year = {2024}}
@misc{bells, title = {Bells}, eprint = {2401.00002}}
"""


def page(site: Site) -> str:
    """The path of Ada's page."""
    return f"{site.link(Purpose.MANAGE, site.subscriber(ADA, Event.CONFIRM))}/library"


def send(site: Site, path: str, octets: bytes = b"", **fields: Any) -> httpx.Response:
    return site.post(path, files={"file": ("papers.bib", octets)}, data=fields)


def liked(site: Site) -> dict[str, Verdict]:
    app: App = site.app
    reader = site.book.find(ADA)
    assert reader is not None
    return {one.paper_id: one.verdict for one in app.feedback.of([reader.id]).get(reader.id, [])}


def test_the_papers_of_a_file_are_taken_and_its_faults_named(site: Site) -> None:
    answer = send(site, page(site), BIBTEX, ids="arXiv:2401.00003, no-id")

    assert answer.status_code == 200
    assert "3 papers are taken. Of 2 we know the titles at most, since they have" in answer.text
    assert "<strong>line 2, key &lt;b&gt;open</strong>" in answer.text
    assert "a brace or quotation mark that is not closed" in answer.text
    assert "&#39;no-id&#39; is no id of a paper" in answer.text
    assert liked(site) == dict.fromkeys(("2401.00001", "2401.00002", "2401.00003"), Verdict.LIKE)


def test_a_library_that_comes_twice_adds_nothing(site: Site) -> None:
    path = page(site)
    send(site, path, BIBTEX)

    assert "0 papers are taken, 2 were known already." in send(site, path, BIBTEX).text
    assert len(liked(site)) == 2


def test_to_look_changes_nothing(site: Site) -> None:
    path = page(site)

    answer = site.get(path)

    assert answer.status_code == site.request("HEAD", path).status_code == 200
    assert 'enctype="multipart/form-data"' in answer.text
    assert "<script" not in answer.text
    assert liked(site) == {}


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "Choose a file, or write ids of papers."),
        (b"Dear all", "Nothing was taken: no library is in it; export it as BibTeX"),
        (b"PMID- 1\nTI  - A\n", "Nothing was taken: the format of PubMed is not read"),
    ],
)
def test_what_holds_no_library_is_refused_in_words(site: Site, octets: bytes, words: str) -> None:
    answer = send(site, page(site), octets)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_file_may_have_two_megabytes_and_no_more(site: Site) -> None:
    path = page(site)

    assert send(site, path, BIBTEX.ljust(MOST_OCTETS)).status_code == 200
    for octets in (BIBTEX.ljust(MOST_OCTETS + 1), b" " * 3_000_000):
        answer = send(site, path, octets)
        assert answer.status_code == 413
        assert "The file is larger than 2 MB. Export a part of the library." in answer.text


def test_ids_without_any_are_refused_in_words(site: Site) -> None:
    answer = site.post(page(site), data={"ids": " , "})

    assert answer.status_code == 422
    assert "Nothing was taken: no id of a paper is in it." in answer.text


def test_a_file_may_have_so_many_papers(site: Site) -> None:
    answer = send(site, page(site), b"@misc{x, title={A}}\n" * (MOST_ENTRIES + 1))

    assert answer.status_code == 422
    assert "Nothing was taken: more than 10,000 entries; import a part" in answer.text


def test_only_a_link_of_ours_lets_a_large_body_in(site: Site) -> None:
    path = page(site)
    large = BIBTEX.ljust(500_000)

    assert send(site, path.removesuffix("/library"), large).status_code == 413
    assert send(site, "/manage/forged/library", large).status_code == 413
    assert send(site, "/manage/forged/library", BIBTEX).status_code == 410
    assert send(site, path.replace("/manage/", "/privacy/"), large).status_code == 413


def test_two_files_and_a_broken_form_are_refused(site: Site) -> None:
    path = page(site)
    two = [("file", ("a.bib", BIBTEX)), ("file", ("b.bib", BIBTEX))]

    assert site.post(path, files=two).status_code == 400
    broken = {"Content-Type": "multipart/form-data"}
    assert site.post(path, content=b"--x", headers=broken).status_code == 400
    assert liked(site) == {}


def test_the_page_of_choices_leads_to_it_and_back(site: Site) -> None:
    path = page(site)
    choices = path.removesuffix("/library")

    assert f'href="{path}"' in site.get(choices).text
    assert f'href="{choices}"' in site.get(path).text


def test_many_faults_are_named_up_to_a_number(site: Site) -> None:
    answer = send(site, page(site), b"@misc{x, year = 2024}\n" * 70)

    assert answer.text.count("<strong>line") == 50
    assert "and 20 more" in answer.text


def test_the_time_of_a_like_is_that_of_the_upload(site: Site) -> None:
    send(site, page(site), BIBTEX)
    reader = site.book.find(ADA)
    assert reader is not None

    given = site.app.feedback.of([reader.id])[reader.id]

    assert {(one.at, one.channel) for one in given} == {(NOON, "import")}
