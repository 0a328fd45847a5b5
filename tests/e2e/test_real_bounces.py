"""The bounces of real mail systems: of whom they are and what they say, and what bounces nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.bounce_corpus import TrueBounce, read_corpus, said_classes
from support.incoming import OURS

from digest.inbound.reading import envelope
from digest.inbound.reading.explanation import explain
from digest.inbound.reading.message import parse
from digest.models.inbound import Envelope, Explanation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def corpus(real_data: Path) -> list[TrueBounce]:
    return read_corpus(real_data / "bounces")


def as_handed_over(one: TrueBounce) -> Explanation:
    return explain(one.octets, Envelope(sender=one.sender, recipient=one.recipient), OURS)


def as_a_file(one: TrueBounce) -> Explanation:
    """As in a mailbox: with LF, and what a head says of the envelope."""
    octets = one.octets.replace(b"\r\n", b"\n")
    return explain(octets, Envelope(sender=envelope.sender_of(parse(octets))), OURS)


def in_an_mbox(one: TrueBounce) -> Explanation:
    octets = b"From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n" + one.octets.replace(b"\r\n", b"\n")
    return explain(octets, Envelope(sender=one.sender, recipient=one.recipient), OURS)


@pytest.mark.parametrize("read", [as_handed_over, as_a_file, in_an_mbox])
def test_every_recipient_has_the_true_class_and_nobody_else_is_named(
    corpus: list[TrueBounce], read: Callable[[TrueBounce], Explanation]
) -> None:
    wrong = [
        f"{one.name}: {found} instead of {one.classes}"
        for one in corpus
        if (found := said_classes(read(one))) != one.classes
    ]

    assert len(corpus) > 100
    assert wrong == []


def test_what_bounces_nobody_is_called_no_bounce(corpus: list[TrueBounce]) -> None:
    kinds = {str(as_handed_over(one).kind) for one in corpus if not one.classes}

    assert kinds <= {"not-a-bounce", "auto-reply", "command"}


def test_nothing_is_proven_by_what_others_wrote(corpus: list[TrueBounce]) -> None:
    assert [one.name for one in corpus if as_handed_over(one).returned.is_proven] == []


def test_mail_that_bounces_nobody_does_so_however_it_was_handed_over(real_data: Path) -> None:
    """Each file is a mail without a report, as another program handed it over."""
    files = sorted((real_data / "inbound").glob("*.eml"))
    found = [explain(file.read_bytes(), Envelope(), OURS) for file in files]

    assert len(files) > 20
    assert [one for one in found if one.recipients] == []
