"""The columns of an export: every preference, exactly, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON, subscriber
from support.readers import PREFERENCES

from subscribers import csv_export
from subscribers.csv_export import (
    COLUMNS,
    escape_formula,
    export,
    read_preferences,
    unescape_formula,
)
from subscribers.errors import PreferenceError
from subscribers.models import Preferences, Status, Subscriber
from subscribers.queries import ConsentTimes


def rows(*readers: Subscriber) -> list[dict[str, str]]:
    times = {one.id: ConsentTimes(status_since=NOON) for one in readers}
    return list(csv.DictReader(io.StringIO(export(readers, times))))


def test_readers_are_written_as_a_table() -> None:
    chosen = Preferences(words_in=("deep, blue", "whale"), days=("mon", "sat"), text_only=True)

    (row,) = rows(
        subscriber(1, topics=("robots", "agents"), status=Status.LEFT, preferences=chosen)
    )

    assert row == {
        "address": "reader1@example.org",
        "status": "left",
        "topics": "robots agents",
        "since": "2026-02-02T12:00:00+00:00",
        "status_since": "2026-02-02T12:00:00+00:00",
        "had_left": "",
        "words_in": '["deep, blue","whale"]',
        "words_out": "[]",
        "authors": "[]",
        "muted": "[]",
        "learns": "true",
        "unlearned": "[]",
        "papers": "",
        "days": '["mon","sat"]',
        "frequency": "daily",
        "timezone": "UTC",
        "hour": "",
        "quiet_mail": "false",
        "language": "en",
        "text_only": "true",
    }


def test_there_is_a_column_for_every_field_of_the_preferences() -> None:
    assert [field.name for field in fields(Preferences)] == list(csv_export.PREFERENCES)
    assert set(csv_export.PREFERENCES) < set(COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)


@given(chosen=PREFERENCES)
def test_preferences_come_back_exactly_as_they_were(chosen: Preferences) -> None:
    (row,) = rows(subscriber(1, preferences=chosen))

    cells = {name: unescape_formula(row[name]) for name in csv_export.PREFERENCES}
    assert read_preferences(cells, Preferences(papers=9, hour=3)) == chosen


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"words_in": "deep  blue; whale,\nsea"}, {"words_in": ("deep blue", "whale", "sea")}),
        ({"authors": "Ada Example"}, {"authors": ("Ada Example",)}),
        ({"days": "sat; mon"}, {"days": ("mon", "sat")}),
        ({"papers": "12", "hour": "7"}, {"papers": 12, "hour": 7}),
        ({"text_only": "yes", "language": "de"}, {"text_only": True, "language": "de"}),
        ({"papers": "", "hour": ""}, {"papers": None, "hour": None}),
        ({"frequency": "weekly", "quiet_mail": "yes"}, {"frequency": "weekly", "quiet_mail": True}),
        ({"hour": "site"}, {"hour": None}),
        ({"hour": "07"}, {"hour": 7}),
    ],
)
def test_a_person_may_write_them_by_hand(cells: dict[str, str], expected: dict[str, Any]) -> None:
    known = Preferences(papers=9, hour=3)

    found = read_preferences(cells, known)

    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("word", "frequency"),
    [
        ("Weekly", "weekly"),
        ("Once a  Week", "weekly"),
        ("WEEKDAYS", "weekdays"),
        ("instant", "daily"),
        ("Daily digest", "daily"),
        ("When there is something", "enough"),
    ],
)
def test_how_other_systems_call_a_frequency_is_understood(word: str, frequency: str) -> None:
    assert read_preferences({"frequency": word}, Preferences()).frequency == frequency


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"papers": "many"}, "papers cannot be 'many': "),
        ({"papers": "0"}, "papers"),
        ({"hour": "24"}, "hour"),
        ({"hour": "noon"}, "hour cannot be 'noon': use 0 to 23, or site for the site's own hour"),
        (
            {"frequency": "Monthly"},
            "frequency cannot be 'Monthly': use daily, weekdays, weekly, enough",
        ),
        ({"frequency": "weekdays", "days": "sun"}, "weekdays need a day from Monday to Friday"),
        ({"quiet_mail": "perhaps"}, "quiet_mail cannot be 'perhaps'"),
        ({"days": "monday"}, "days cannot be 'monday': "),
        ({"language": "xx"}, "language must be one of"),
        ({"timezone": "Mars"}, "'Mars' is not a time zone"),
        ({"text_only": "perhaps"}, "text_only cannot be 'perhaps'"),
        ({"words_in": "[["}, "words_in"),
    ],
)
def test_what_is_not_possible_is_named(cells: dict[str, str], message: str) -> None:
    with pytest.raises(PreferenceError, match=message):
        read_preferences(cells, Preferences())


@given(st.text(alphabet="=+-@'\t\ra1", max_size=4))
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    escaped = escape_formula(cell)

    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unescape_formula(escaped) == cell
