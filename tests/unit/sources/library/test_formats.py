"""Any file: it is read alike each time, in any order, or refused by the named error."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LibraryError
from digest.sources.library import Format, Library, formats, read

#: pieces of all formats, so that some mixtures are almost whole
PIECES = st.sampled_from(
    ["@misc{", "title = ", "{A}", '"', "}", ",", "\n", "TY  - JOUR", "TI  - A", "ER  - ", "[", "]",
     '{"title": "A"}', '"note":', "arXiv:2403.00001", "<rdf:RDF>", "<a", ">", "\\", "#", "=", "$",
     "@string{a = a}", "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))
TITLES = st.lists(st.from_regex(r"[A-Z][a-z]{2,8} [a-z]{2,8}", fullmatch=True), unique=True)


def bibtex(titles: list[str]) -> str:
    return "".join(f"@misc{{k, title = {{{it}}}, abstract = {{On {it}.}}}}\n" for it in titles)


def ris(titles: list[str]) -> str:
    return "".join(f"TY  - JOUR\nTI  - {it}\nAB  - On {it}.\nER  - \n" for it in titles)


def csl(titles: list[str]) -> str:
    return json.dumps([{"title": it, "abstract": f"On {it}."} for it in titles])


@given(text=TEXTS, wanted=st.sampled_from([None, *Format]))
def test_any_text_is_read_alike_twice_or_refused(text: str, wanted: Format | None) -> None:
    def attempt() -> Library | str:
        try:
            return read(text.encode("utf-8", "replace"), wanted)
        except LibraryError as error:
            return str(error)

    assert attempt() == attempt()


@given(octets=st.binary())
def test_any_bytes_are_read_or_refused(octets: bytes) -> None:
    with suppress(LibraryError):
        read(octets)


@given(titles=TITLES.filter(bool), shuffled=st.randoms(use_true_random=False))
@pytest.mark.parametrize("write", [bibtex, ris, csl])
def test_the_order_of_entries_does_not_matter(write, titles, shuffled) -> None:  # type: ignore[no-untyped-def]
    others = [*titles, *titles]
    shuffled.shuffle(others)

    def content(library: Library) -> set[tuple[str, str, str]]:
        return {(seed.paper_id, seed.title, seed.abstract) for seed in library.seeds}

    assert content(read(write(titles).encode())) == content(read(write(others).encode()))


def test_what_holds_no_library_is_refused_in_words() -> None:
    with pytest.raises(LibraryError, match="no library is in it; export it as BibTeX, RIS"):
        read(b"Dear all")
    with pytest.raises(LibraryError, match="it holds no entry of RIS, and looks like BibTeX"):
        read(b"@misc{x, title={A}}", Format.RIS)


def test_a_library_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_OCTETS", 1_000_000)
    with pytest.raises(LibraryError, match="longer than 1 MB; import a part"):
        read(b"@misc{x, title={A}}" + b" " * 1_000_000)
    monkeypatch.setattr("digest.sources.library.seeds.MOST_ENTRIES", 2)
    with pytest.raises(LibraryError, match="more than 2 entries; import a part"):
        read(b"@misc{x, title={A}}" * 3)
