"""BibTeX and BibLaTeX, as programs and people write them.

bibtexparser 2 splits a file into blocks; an open brace costs its own block alone. The values are
read here, because a doubled field or key and an unknown macro are no faults to us.
"""

from __future__ import annotations

import logging
import re
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)
from bibtexparser.model import Entry as Block

from digest.sources.library import seeds
from digest.sources.library.file_fields import file_paths
from digest.sources.library.ids import Clues, is_arxiv
from digest.sources.library.seeds import Entry, Rejected, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bibtexparser import model

# It logs the keys of what it cannot read; what a reader has is for no log.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)

#: blocks that describe no work: options of styles, and fields that entries share
_NO_WORKS = ("bibnote", "control", "ieeetranbstctl", "set", "xdata")
_TOKEN = re.compile(
    r'(?P<brace>\{)|"(?P<quoted>(?:[^"{]|\{[^{}]*\})*+)"|(?P<word>[^\s#{}"]++)|#|\s+|.', re.DOTALL
)
#: a field behind a missing comma: `title = {A} year = 2024`
_FIELD = re.compile(r"\s*(?P<name>[\w-]+)\s*=\s*")
#: characters; a macro that is made of macros may double with each
_LONGEST_MACRO = 1000
#: faulty blocks that are read once more; a library has a few
_MOST_AGAIN = 100
#: what stands behind an entry that a brace closed too early
_FIELDS = re.compile(r"[\s,}]*,\s*[\w-]+\s*=\s*[\w{\"]")
_BLOCK = re.compile(r"@\w*+[ \t]*+[{(]")
_BRACE = re.compile(r"[{}]")

#: a formula, or a text in braces that belong to no macro
_KEPT = re.compile(r"\$[^$]*\$|(?<![\w\\_^}])\{([^{}\\$]*)\}")
#: levels of braces around a title
_NESTED = 3
_ADDRESS = re.compile(r"\\(?:url|nolinkurl|path|href)\b\s*\{([^{}]*)\}")
_MACRO = re.compile(r"\\(?:text[a-z]+|em(?:ph)?|tt|small|sc)\b\s*")
_ESCAPED = re.compile(r"\{?\\([_%&#~$])\}?")
_CITATION = re.compile(r"=\s*([^;]+);")

_ADDRESSES = (
    "url",
    "adsurl",
    "howpublished",
    "pdf",
    "ee",
    "biburl",
    "link",
    "bdsk-url-1",
    "bdsk-url-2",
)
_FILES = ("file", "local-url", "localfile", "pdf")
_VENUES = (
    "journal", "journaltitle", "booktitle", "publisher", "institution", "organization", "school",
    "series",
)  # fmt: skip
_NUMBERS = (
    "number", "volume", "pages", "eid", "reportnumber", "issue", "archive", "article-number",
    "articleno", "identifier",
)  # fmt: skip
_NOTES = ("note", "howpublished", "annote", "annotation", "addendum", "pubstate", "comment", "type")


def check_count(text: str, most: int | None = None) -> None:
    """Refuse a file with more blocks than a library has entries.

    Raises:
        LibraryError: it has more than `most`, which is MOST_ENTRIES unless it is given.

    """
    most = seeds.MOST_ENTRIES if most is None else most
    if sum(1 for _ in islice(_BLOCK.finditer(text), most + 1)) > most:
        raise seeds.too_many(most)


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield the works of a file, and the blocks that are none because of a fault."""
    library = parse_string(text, parse_stack=[])
    macros, again = _macros(library.blocks), 0
    for block, behind in zip_longest(library.blocks, library.blocks[1:]):
        line = (block.start_line or 0) + 1
        work = _work(block)
        if work is None and isinstance(block, ParsingFailedBlock):
            again += 1
            work = _read_again(block) if again <= _MOST_AGAIN else None
            if work is None:
                yield _rejected(block, line)
        if work is not None and work.entry_type.lower() not in _NO_WORKS:
            is_cut = isinstance(behind, ImplicitComment) and _FIELDS.match(behind.comment)
            yield _cut(work, line) if is_cut else _entry(work, line, macros)


def _work(block: model.Block) -> Block | None:
    """Return the entry of a block, also if its key or a field is there twice."""
    if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
        inner = block.ignore_error_block
        return _work(inner) if inner is not None else None
    return block if isinstance(block, Block) else None


def _read_again(block: ParsingFailedBlock) -> Block | None:
    r"""Read a faulty block with its backslashes away from braces.

    To the parser `\}` closes nothing, as in TeX; to BibTeX it does, so `{C:\papers\}` is whole.
    """
    raw = block.raw or ""
    plain = re.sub(r"\\(?=[{}])", " ", raw)
    if plain == raw:
        return None
    blocks = parse_string(plain, parse_stack=[]).blocks
    return next(filter(None, map(_work, blocks)), None)


def _rejected(block: ParsingFailedBlock, line: int) -> Rejected:
    raw = block.raw or ""
    named = re.match(r"@\s*\w+\s*[{(]\s*([^\s,={}()]{1,60})\s*,", raw)
    reason = str(getattr(block.error, "abort_reason", "")).lower()
    if "end of file" in reason or "block start" in reason:
        reason = "a brace or quotation mark that is not closed"
    elif "comma after entry key" in reason:
        reason = "no comma behind its key"
    else:
        reason = "a field that is no `name = {value}`"
    return Rejected(where=f"line {line}" + (f", key {named[1]}" if named else ""), reason=reason)


def _cut(work: Block, line: int) -> Rejected:
    where = f"line {line}" + (f", key {work.key[:60]}" if work.key else "")
    return Rejected(where=where, reason="a brace too many, so that fields stand behind its end")


def _entry(work: Block, line: int, macros: Mapping[str, str]) -> Entry:
    fields: dict[str, list[str]] = {}
    for field in work.fields:
        for name, value in _values(field.key, str(field.value), macros):
            fields.setdefault(name.lower(), []).append(value)

    def texts(*names: str) -> tuple[str, ...]:
        found = (fields[name] for name in names if name in fields)
        return tuple(_plain(value) for values in found for value in values if value)

    def first(*names: str) -> str:
        return next((value for name in names for value in fields.get(name, ()) if value), "")

    archives = texts("archiveprefix", "eprinttype")
    classes = texts("primaryclass", "eprintclass")
    eprints = (*texts("eprint"), *_with_class(texts("eprint"), classes))
    is_of_other = bool(archives) and not any(map(is_arxiv, archives))
    return Entry(
        where=f"line {line}" + (f", key {work.key[:60]}" if work.key else ""),
        title=_without_braces(first("title", "shorttitle")),
        abstract=_without_braces(first("abstract", "summary")),
        authors=_people(first("author")),
        year=find_year(" ".join(texts("year", "date"))),
        clues=Clues(
            eprints=texts("arxivid", "arxiv", "arxiv_id") + (() if is_of_other else eprints),
            dois=texts("doi"),
            addresses=texts(*_ADDRESSES),
            numbers=(
                *texts(*_NUMBERS),
                *(eprints if is_of_other else ()),
                *(found for text in texts("slaccitation") for found in _CITATION.findall(text)),
            ),
            venues=(*texts(*_VENUES), *archives),
            notes=texts(*_NOTES),
            files=tuple(path for value in texts(*_FILES) for path in file_paths(value)),
            key=work.key,
        ),
    )


def _macros(blocks: Sequence[model.Block]) -> dict[str, str]:
    """Return the texts that `@string` gives names to; of two with one name the first counts."""
    found: dict[str, str] = {}
    for block in blocks:
        one = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(one, String):
            _, value = next(_values(one.key, str(one.value), found))
            found.setdefault(one.key.lower(), value[:_LONGEST_MACRO])
    return found


def _values(name: str, text: str, macros: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a field and its value, and the fields behind it that no comma separates from it.

    A value is texts in braces or quotation marks, numbers and macros, joined by `#`.
    """
    parts: list[str] = []
    at, is_joined = 0, True
    while at < len(text):
        if not is_joined and (behind := _FIELD.match(text, at)):
            yield name, "".join(parts)
            name, parts, at, is_joined = behind["name"], [], behind.end(), True
            continue
        token = _TOKEN.match(text, at)
        assert token is not None  # noqa: S101 (its last branch takes any character)
        at = token.end()
        if token["brace"]:
            end = _closing(text, at - 1)
            parts.append(text[at:end])
            at = end + 1
        elif token["word"]:
            parts.append(macros.get(token["word"].lower(), token["word"]))
        elif token["quoted"]:
            parts.append(token["quoted"])
        if token[0] == "#":
            is_joined = True
        elif not token[0].isspace():
            is_joined = False
    yield name, "".join(parts)


def _closing(text: str, at: int) -> int:
    """Return the position of the brace that closes the one at a position, or the end."""
    depth = 0
    for brace in _BRACE.finditer(text, at):
        is_escaped = brace.start() > 0 and text[brace.start() - 1] == "\\"
        depth += 0 if is_escaped else 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(text)


def _with_class(eprints: Sequence[str], classes: Sequence[str]) -> tuple[str, ...]:
    """Return ids such as hep-th/9901001 of which only the number stands in the eprint."""
    numbers = (eprint for eprint in eprints if re.fullmatch(r"\d{7}(?:v\d+)?", eprint))
    return tuple(f"{of}/{number}" for number in numbers for of in classes)


def _people(text: str) -> tuple[str, ...]:
    """Return the names in a list; an `and` within braces is part of a name."""
    names: list[str] = []
    start = depth = 0
    for mark in re.finditer(r"[{}]|\sand\s", text):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth <= 0:
            names.append(text[start : mark.start()])
            start = mark.end() - 1  # its blank may begin the next `and`
    names.append(text[start:])
    return tuple(name.strip() for name in names if name.strip().lower() != "others")


def _plain(value: str) -> str:
    """Return an id or address without the TeX around it."""
    text = _ADDRESS.sub(r" \1 ", value)
    text = _ESCAPED.sub(r"\1", _MACRO.sub("", text))
    return re.sub(r"[{}]", "", text).strip()


def _without_braces(value: str) -> str:
    """Return a text without the braces that keep capitals, as in `{1}D`; formulas need theirs."""
    value = value.replace('{"}', '"')
    for _ in range(_NESTED):
        value = _KEPT.sub(lambda found: found[0] if found[1] is None else found[1], value)
    return value
