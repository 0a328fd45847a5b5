"""The errors that a person can do something about."""

from __future__ import annotations

import re

import pytest

from digest import errors

CLASSES = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, Exception)
}


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_is_one_that_the_command_line_shows(name: str) -> None:
    assert issubclass(CLASSES[name], errors.DigestError)


def test_the_tree_of_the_errors_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^[ │├└─]*(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)

    assert sorted(drawn) == sorted(CLASSES)


def test_a_refusal_keeps_the_answer_beside_its_text() -> None:
    found = errors.RefusedError("arXiv answered 404", status=404, body="no such set")

    assert isinstance(found, errors.SourceError)
    assert (str(found), found.status, found.body) == ("arXiv answered 404", 404, "no such set")
