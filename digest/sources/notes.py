"""What of a document was not understood: unknown keys and ids, and values of no use.

None of them costs a paper. Each document gives at most one sentence for each of the three. The keys
are those of JSON Lines; the other kinds read formats of services, which may add keys at any time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from digest.text.clean import clean
from digest.text.controls import without_controls
from digest.text.wording import count, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: the keys that are read
KEYS = (
    "id", "aliases", "title", "abstract", "authors", "author_count", "categories", "keywords",
    "published_at", "version", "comment", "venue", "tldr", "organization", "withdrawn_on",
    "restored_on", "day", "signals", "observed_at", "links",
)  # fmt: skip
#: what `digest papers` writes besides them, which a source has no say in
_WRITTEN = frozenset({"sources", "origins", "announcements", "history"})
SIGNALS = ("upvotes", "comments", "stars", "citations")
LINKS = ("abs", "pdf", "code", "project", "page")
#: Names that other programs use. They are a hint and no second name: one word for each field.
_OTHER_NAMES = {
    "abstract": "summary description text body content abstract_text",
    "id": "arxiv arxiv_id arxivid doi paper_id paperid identifier uid eprint",
    "title": "name headline paper_title",
    "authors": "author creators creator author_names",
    "categories": "category subjects subject tags primary_category",
    "keywords": "keyword key_words ai_keywords index_terms",
    "published_at": "published publishedat submitted submitted_at publication_date pubdate",
    "day": "date announced announced_on",
    "comment": "note notes",
    "venue": "journal conference booktitle journal_ref",
    "tldr": "tl;dr one_liner ai_summary",
    "organization": "organisation affiliation institution lab",
    "withdrawn_on": "withdrawn withdrawn_at withdrawnat retracted",
    "observed_at": "fetched_at seen_at retrieved_at",
    "links.abs": "abs url link href abs_url abstract_url entry_id html_url",
    "links.pdf": "pdf pdf_url pdf_link",
    "links.code": "code code_url github githubrepo github_url repo repository",
    "links.project": "project project_page projectpage homepage website",
    "links.page": "page",
    "signals.upvotes": "upvotes votes likes upvote points",
    "signals.comments": "comments num_comments numcomments",
    "signals.stars": "stars github_stars githubstars",
    "signals.citations": "citations citation_count citationcount cited_by",
}
_MEANT = {other: key for key, others in _OTHER_NAMES.items() for other in others.split()}
#: the most keys, or reasons, that one sentence names
_NAMED = 5
_LONGEST_KEY = 40
#: the most ids that one sentence names
_IDS = 3
_LONGEST_ID = 60


@dataclass(kw_only=True)
class Notes:
    """What of one document was not understood."""

    where: str
    #: what its records are counted in
    place: str = "line"
    #: how many records have each unknown key
    _unknown: Counter[str] = field(default_factory=Counter)
    #: by what is wrong: the places in which it is
    _unusable: dict[str, list[int]] = field(default_factory=dict)
    #: ids that name no paper outside of the file
    _ids: list[str] = field(default_factory=list)

    def see_keys(self, record: Mapping[str, object]) -> None:
        """Take note of the keys of a record that mean nothing."""
        self._see(record, (*KEYS, *_WRITTEN))
        for name, known in (("signals", SIGNALS), ("links", LINKS)):
            if isinstance(nested := record.get(name), dict):
                self._see(nested, known, prefix=f"{name}.")

    def _see(self, record: Mapping[str, object], known: Iterable[str], *, prefix: str = "") -> None:
        self._unknown.update(f"{prefix}{key}" for key in record.keys() - set(known))

    def see_ids(self, ids: Iterable[str]) -> None:
        """Take note of ids of a record that are not understood."""
        self._ids += ids

    def leave_out(self, line: int, reason: str) -> None:
        """Take note of a value that is left out of its paper, and why."""
        self._unusable.setdefault(reason, []).append(line)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences about the file, none if all of it was understood."""
        keys = [
            f"{_shown(key)} ({count(number, 'record')}{_hint(key)})"
            for key, number in sorted(self._unknown.items(), key=lambda it: (-it[1], it[0]))
        ]
        values = [
            f"{reason} ({count(len(lines), 'record')}, first in {self.place} {lines[0]})"
            for reason, lines in self._unusable.items()
        ]
        lists = (
            ("unknown keys", _listed(keys)),
            ("values left out", _listed(values)),
            (f"{count(len(self._ids), 'id')} not understood", self._first_ids()),
        )
        return tuple(f"{self.where}: {head}: {listed}" for head, listed in lists if listed)

    def _first_ids(self) -> str:
        shown = ", ".join(
            f"“{without_controls(squeeze(one))[:_LONGEST_ID]}”" for one in self._ids[:_IDS]
        )
        return shown + (", …" if len(self._ids) > _IDS else "")


def _shown(key: str) -> str:
    return clean(key)[:_LONGEST_KEY] or "an empty key"


def _hint(key: str) -> str:
    """Return the question whether another key was meant, if one is like it."""
    name = key.rpartition(".")[2].casefold().replace("-", "_").replace(" ", "_")
    # A key that is known elsewhere is meant for that place: "upvotes" for "signals.upvotes".
    if name not in _MEANT:
        name = next(iter(get_close_matches(name, (*KEYS, *_MEANT))), "")
    meant = name if name in KEYS and "." not in key else _MEANT.get(name, "")
    return f"; did you mean {meant}?" if meant else ""


def _listed(each: list[str]) -> str:
    more = len(each) - _NAMED
    return "; ".join(each[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
