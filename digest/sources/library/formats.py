"""The formats of libraries: which one a file is in, and its papers."""

from __future__ import annotations

import re
from enum import StrEnum

from digest.errors import LibraryError
from digest.sources.library import bibtex, csl_json, id_list, ris, zotero_rdf
from digest.sources.library.seeds import Library, collect
from digest.text.clean import decode

#: the longest file that is read
MOST_OCTETS = 64_000_000


class Format(StrEnum):
    """A format of libraries; the values are also the names of options."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    ZOTERO_RDF = "zotero-rdf"

    @property
    def label(self) -> str:
        """Its name for people."""
        return _LABELS[self]


_LABELS = {
    Format.BIBTEX: "BibTeX",
    Format.RIS: "RIS",
    Format.CSL_JSON: "CSL-JSON",
    Format.ZOTERO_RDF: "Zotero RDF",
}
_ENTRIES = {
    Format.BIBTEX: bibtex.entries,
    Format.RIS: ris.entries,
    Format.CSL_JSON: csl_json.entries,
    Format.ZOTERO_RDF: zotero_rdf.entries,
}
#: how each format begins, and how two that are often taken for one of them do
_BEGINS = re.compile(
    r"(?P<csl_json>\A\s*[\[{])|(?P<zotero_rdf>\A\s*<)|^[ \t]*(?:(?P<ris>TY[ \t]*-)"
    r"|(?P<bibtex>@[ \t]*\w+\s*[{(])|(?P<nbib>PMID[ \t]*-)|(?P<enw>%0[ \t]))",
    re.MULTILINE | re.IGNORECASE,
)
_UNREAD = {"nbib": "the format of PubMed", "enw": "the format of EndNote"}


def read(
    octets: bytes,
    expected: Format | None = None,
    *,
    most_entries: int | None = None,
) -> Library:
    """Read a library; unless a format is expected, its first lines say which it is.

    The text may be UTF-8, UTF-16 or UTF-32 with a byte order mark, or Windows-1252, with line ends
    of any system.

    Raises:
        LibraryError: it is too long, has too many entries, or holds none of the format.

    """
    if len(octets) > MOST_OCTETS:
        limit = MOST_OCTETS // 1_000_000
        raise LibraryError(f"longer than {limit} MB; import a part of the library")
    text = re.sub(r"\r\n?|[\u2028\u2029\x85]", "\n", _decoded(octets)).replace("\0", "")
    text = text.lstrip("\ufeff")
    guessed = _guess(text)
    wanted = expected or guessed
    if not isinstance(wanted, Format):
        raise LibraryError(_unknown(wanted))
    if wanted is Format.BIBTEX:  # its entries are all found before the first is read
        bibtex.check_count(text, most_entries)
    library = collect(_ENTRIES[wanted](text), most=most_entries)
    if not (library.seeds or library.rejected):
        raise LibraryError(_no_entries(wanted, guessed))
    return library


def read_ids(text: str) -> Library:
    """Read ids of papers, such as `arXiv:2401.00001`, separated by commas, blanks or lines."""
    return collect(id_list.entries(text))


def _decoded(octets: bytes) -> str:
    if octets.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return octets.decode("utf-32", errors="replace")
    return decode(octets)


def _guess(text: str) -> Format | str | None:
    """Return the format of a text, or the name of one that is not read, or None."""
    begins = _BEGINS.search(text)
    if begins is None or begins.lastgroup is None:
        return None
    name = begins.lastgroup
    return name if name in _UNREAD else Format(name.replace("_", "-"))


def _unknown(guessed: str | None) -> str:
    names = "BibTeX, RIS, CSL-JSON or Zotero RDF"
    if guessed is None:
        return f"no library is in it; export it as {names}"
    return f"{_UNREAD[guessed]} is not read; export it as {names}"


def _no_entries(wanted: Format, guessed: Format | str | None) -> str:
    if isinstance(guessed, Format) and guessed is not wanted:
        return f"it holds no entry of {wanted.label}, and looks like {guessed.label}"
    if isinstance(guessed, str) and guessed in _UNREAD:
        return _unknown(guessed)
    return f"it holds no entry of {wanted.label}"
