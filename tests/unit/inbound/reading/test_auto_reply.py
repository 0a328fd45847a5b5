"""What says that no person wrote an answer."""

from __future__ import annotations

import pytest
from support.incoming import letter

from digest.inbound.reading.auto_reply import reason_for
from digest.inbound.reading.message import parse


def why(head: str = "", subject: str = "Re: Papers", *, is_null_sender: bool = False) -> str:
    return reason_for(parse(letter("x", head=head, subject=subject)), is_null_sender=is_null_sender)


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied (vacation)", "auto-submitted: Auto-Generated; x=y",
        "X-Autorespond: Papers", "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply, All",
        "Precedence: Bulk", "Precedence: auto_reply", "List-Id: <a.example.com>",
        "X-Vacation: yes",
    ],
)  # fmt: skip
def test_a_field_says_so(line: str) -> None:
    assert why(f"{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no", "X-Autoreply: no", "Precedence: first-class",
        "X-Auto-Response-Suppress: OOF",
    ],
)  # fmt: skip
def test_a_field_may_say_the_opposite(line: str) -> None:
    assert why(f"{line}\n") == ""


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Papers", "AUTO: Grace is out", "Re: Out of the office", "Autoreply",
        "Automatische Antwort: x", "Abwesend", "Absence", "Risposta automatica: x",
        "Respuesta automática: x", "自動返信", "Автоответ: x", "Vacation until May",
        "Fuera de la oficina: x", "Fuera de oficina", "Ausencia: x", "Automatisk svar: x",
        "Automatyczna odpowiedź: x", "Odpowiedź automatyczna: x", "Poza biurem",
        "Automatická odpověď: x", "Automatická odpoveď: x", "Mimo kancelář", "Otomatik Yanıt: x",
        "Ofis dışındayım", "Automatikus válasz: x", "Házon kívül", "自動応答: x", "自动答复: x",
        "I am out of the office: x", "I’m currently away", "Fraværende", "Ikke til stede",
    ],
)  # fmt: skip
def test_a_subject_says_so(subject: str) -> None:
    assert why(subject=subject)


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe",
        "Automata and languages",
        "Papers on vacationing robots",
        "Autonomy",
        "I am on the list twice",
        "Automatisation",
        "Fuera",
        "Re: Ikke nu",
    ],
)
def test_a_subject_may_be_a_persons(subject: str) -> None:
    assert why(subject=subject) == ""


def test_the_null_sender_says_so() -> None:
    assert why(is_null_sender=True)
