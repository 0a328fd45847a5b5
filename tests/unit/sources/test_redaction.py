"""The password of an address is in no message."""

from __future__ import annotations

from datetime import date

import pytest

from digest.models.source import Rejected, SourceReport, SourceState
from digest.sources.redaction import report_without_logins, without_login

SECRET = "http://u:hunter2@h.example.org/x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{SECRET}?p=0[2]: no id", "http://h.example.org/x?p=0[2]: no id"),
        ("https://token:@h/ and https://:p@h/", "https://h/ and https://h/"),
        ("https://u:a%40b!$@h:8000/", "https://h:8000/"),
        ("https://h/a:b@c https://h?a:b@c", "https://h/a:b@c https://h?a:b@c"),
        ("no address", "no address"),
    ],
)
def test_an_address_is_named_without_its_login(text: str, shown: str) -> None:
    assert without_login(text) == shown


def test_all_texts_of_a_report_are() -> None:
    report = report_without_logins(
        SourceReport(
            source="hf",
            day=date(2026, 2, 2),
            state=SourceState.FAILED,
            reason=SECRET,
            rejected=(Rejected(where=SECRET, reason=SECRET),),
            warnings=(SECRET,),
        )
    )

    assert "hunter2" not in repr(report)
    assert report.error == "http://h.example.org/x"
