"""The address book as a CSV file, in columns that an import reads back to the same book.

There is a column for each field of `Preferences`. So a new preference is exported and imported
without a word about it here.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from subscribers.errors import PreferenceError
from subscribers.export_columns import COLUMNS, PREFERENCES
from subscribers.models import FREQUENCIES, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from subscribers.models import Subscriber
    from subscribers.queries import ConsentTimes

#: Spreadsheets run a cell that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


#: What people and other systems write for a value of a column, beside what an export has.
_SYNONYMS = {
    "frequency": {
        **dict.fromkeys(("every day", "day", "daily digest", "digest", "all email"), "daily"),
        **dict.fromkeys(("instant", "immediate", "immediately", "every email"), "daily"),
        **dict.fromkeys(("weekday", "workdays", "business days", "mon-fri"), "weekdays"),
        **dict.fromkeys(("week", "every week", "once a week", "weekly digest"), "weekly"),
        "when there is something": "enough",
    },
    "hour": {"site": "null"},
}
#: What a column takes, where a list can have words of other systems.
_ALLOWED = {
    "frequency": f"use {', '.join(FREQUENCIES)}",
    "hour": "use 0 to 23, or site for the site's own hour",
}
#: How spreadsheets in other languages write the yes and no of an export they saved again.
_YES_NO = {
    **dict.fromkeys(("wahr", "vrai", "verdadero", "vero", "verdadeiro", "waar"), "true"),
    **dict.fromkeys(("falsch", "faux", "falso", "onwaar"), "false"),
}


def export(subscribers: Iterable[Subscriber], times: Mapping[int, ConsentTimes]) -> str:
    """Write subscribers as CSV; `times` has the times of their consent, by id."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in subscribers:
        when = times[one.id]
        cells = (
            one.address,
            str(one.status),
            " ".join(one.topics),
            _moment(one.since),
            _moment(when.status_since),
            _moment(when.left),
            *(_cell(name, getattr(one.preferences, name)) for name in PREFERENCES),
        )
        writer.writerow([escape_formula(cell) for cell in cells])
    return out.getvalue()


def read_preferences(cells: Mapping[str, str], known: Preferences) -> Preferences:
    """Return the preferences of a row: those of `known`, except for the cells that are given.

    Raises:
        PreferenceError: a cell has no possible value; the message names the column.

    """
    values: dict[str, Any] = {
        name: _value(name, cell) if cell else None
        for name, cell in cells.items()
        if cell or _is_optional(name)
    }
    return replace(known, **values)


def escape_formula(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula."""
    return "'" + cell if cell.startswith(("'", *_FORMULA)) else cell


def unescape_formula(cell: str) -> str:
    """Return a cell as it was before `escape_formula`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *_FORMULA)) else cell


def _moment(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _cell(name: str, value: Any) -> str:
    """Write a value as JSON, or as plain text where that is read as the same value."""
    written: str = _adapter(name).dump_json(value).decode()
    if value is None:
        return ""
    # A reader strips cells and changes line ends, so other text stays in JSON, which escapes them.
    plain = value if isinstance(value, str) and value.isprintable() else ""
    return plain if plain.strip() and _value(name, plain.strip()) == value else written


def _value(name: str, cell: str) -> Any:
    """Read a value: in JSON as `_cell` writes it, or as a person does, such as `mon, tue`."""
    adapter = _adapter(name)
    text = _in_our_words(name, cell)
    try:
        return adapter.validate_json(text)
    except ValidationError:
        pass
    words = re.split(r"[,;\n]", text) if _is_list(name) else None
    plain = [" ".join(word.split()) for word in words if word.strip()] if words else text.strip()
    try:
        return adapter.validate_python(plain)
    except ValidationError as error:
        reason = _ALLOWED.get(name) or error.errors()[0]["msg"]
        raise PreferenceError(f"{name} cannot be {cell!r}: {reason}") from error


def _in_our_words(name: str, cell: str) -> str:
    if _is_yes_no(name):
        return _YES_NO.get(cell.casefold(), cell)
    if name in _SYNONYMS:
        word = " ".join(cell.casefold().split())
        return _SYNONYMS[name].get(word, word)
    return cell


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(Preferences, include_extras=True)[name])


@cache
def _is_optional(name: str) -> bool:
    return type(None) in get_args(get_type_hints(Preferences)[name])


@cache
def _is_list(name: str) -> bool:
    return get_origin(get_type_hints(Preferences)[name]) is tuple


@cache
def _is_yes_no(name: str) -> bool:
    return get_type_hints(Preferences)[name] is bool
