"""Any file: it is read alike each time, in any order, or refused by the named error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.library_files import WRITERS, Work, works

from digest.errors import LibraryError
from digest.sources.library import Format, Library, formats, merged, read

#: pieces of all formats, so that some mixtures are almost whole
PIECES = st.sampled_from(
    ["@misc{", "title = ", "{A}", '"', "}", ",", "\n", "TY  - JOUR", "TI  - A", "ER  - ", "[", "]",
     '{"title": "A"}', '"note":', "arXiv:2403.00001", "<rdf:RDF>", "<a", ">", "\\", "#", "=", "$",
     "@string{a = a}", "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


def content(library: Library) -> set[tuple[object, ...]]:
    return {(it.paper_id, it.title, it.abstract, it.authors, it.year) for it in library.seeds}


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


@pytest.mark.parametrize("format_", Format)
@given(library=works(), data=st.data())
def test_a_library_twice_and_in_another_order_is_the_library_once(
    format_: Format, library: list[Work], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*library, *library]))

    once, twice = (read(WRITERS[format_](some).encode(), format_) for some in (library, again))

    assert len(once.seeds) == len(library)
    assert content(twice) == content(merged([twice, once])) == content(once)


@given(library=works())
def test_all_formats_bring_the_same_papers(library: list[Work]) -> None:
    read_as = [content(read(write(library).encode(), of)) for of, write in WRITERS.items()]

    assert all(one == read_as[0] for one in read_as)
    assert {seed[1] for seed in read_as[0]} == {work.title for work in library}


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
    for write in WRITERS.values():
        text = write([Work("A", "", ("Doe", "Jane"), 2024)] * 3).encode()
        with pytest.raises(LibraryError, match="more than 2 entries; import a part"):
            read(text)
        assert len(read(text, most_entries=3).seeds) == 1
