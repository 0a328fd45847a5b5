"""Any readers, for properties: every status, every preference, and odd text in all of them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints

from hypothesis import strategies as st

from subscribers.models import LANGUAGES, WEEK, Event, Preferences

#: When readers of tests choose, unless the time matters.
CHOSEN_AT = datetime(2026, 2, 1, tzinfo=UTC)

#: What CSV, spreadsheets and lists have a meaning for.
_ODD = ",;\"'=+-@|[]{}\\ "
_PIECE = st.text(st.sampled_from(_ODD) | st.characters(categories=["L", "N", "P"]), max_size=6)
#: Words have at least one letter or digit.
WORDS = st.lists(st.tuples(_PIECE, st.sampled_from("a1é"), _PIECE).map("".join), max_size=4).map(
    tuple
)
#: Fields whose rules are more than their types say; each other field has any value of its type.
_NARROW: dict[str, st.SearchStrategy[Any]] = {
    "words_in": WORDS,
    "words_out": WORDS,
    **dict.fromkeys(("authors", "muted", "unlearned"), WORDS),
    "papers": st.none() | st.integers(1, 50),
    "days": st.lists(st.sampled_from(WEEK), min_size=1, unique=True).map(tuple),
    "timezone": st.sampled_from(["UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires"]),
    "hour": st.none() | st.integers(0, 23),
    "language": st.sampled_from(LANGUAGES),
}
_ANY = st.fixed_dictionaries(
    {
        field.name: _NARROW.get(field.name, st.from_type(get_type_hints(Preferences)[field.name]))
        for field in fields(Preferences)
    }
)
#: "weekdays" need a day from Monday to Friday.
PREFERENCES = _ANY.map(
    lambda chosen: Preferences(
        **chosen | ({"days": (*chosen["days"], "wed")} if chosen["frequency"] == "weekdays" else {})
    )
)
#: What may stand before the @, the beginnings of formulas among it.
ADDRESSES = st.text(alphabet="ab=+-'{}!é", min_size=1, max_size=6).map("{}@gmail.com".format)
#: What readers did after they signed up.
LIVES = st.sampled_from(
    [
        (),
        (Event.CONFIRM,),
        (Event.CONFIRM, Event.PAUSE),
        (Event.CONFIRM, Event.LEAVE),
        (Event.CONFIRM, Event.BOUNCE),
        (Event.COMPLAINT,),
        (Event.LEAVE, Event.SIGN_UP),
        (Event.LEAVE, Event.SIGN_UP, Event.CONFIRM),
        (Event.LEAVE, Event.SIGN_UP, Event.CONFIRM, Event.PAUSE),
    ]
)
