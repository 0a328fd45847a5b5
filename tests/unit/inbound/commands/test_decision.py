"""What follows from a command: every row of the table."""

from __future__ import annotations

from itertools import product

import pytest

from digest.inbound.commands.decision import Decision, Proof, decide
from digest.inbound.commands.phrases import Command
from digest.models.delivery import MailKind
from subscribers.models import Event, Status, next_status

STRANGER = None
PENDING, CONFIRMED, PAUSED = Status.PENDING, Status.CONFIRMED, Status.PAUSED
LEFT, SUPPRESSED = Status.LEFT, Status.SUPPRESSED
EVERYBODY = (STRANGER, *Status)
ANY_PROOF = tuple(Proof)
BY_PERSON = tuple(proof for proof in Proof if proof is not Proof.LEAVE_TOKEN)
TOKEN = (Proof.COMMANDS_TOKEN,)
NO_TOKEN = tuple(proof for proof in Proof if proof is not Proof.COMMANDS_TOKEN)
NOT_CONFIRM = tuple(proof for proof in Proof if proof is not Proof.CONFIRM_TOKEN)
KNOWN, UNKNOWN = {"known": True}, {"unknown": True}
BOTH = {**KNOWN, **UNKNOWN}

#: command, proofs, statuses, topics named; event, topics chosen, answers
ROWS = [
    ("join", ANY_PROOF, (STRANGER, PENDING, LEFT), {}, Event.SIGN_UP, False, "confirm"),
    ("join", ANY_PROOF, (STRANGER, PENDING, LEFT), KNOWN, Event.SIGN_UP, False, "confirm"),
    ("join", ANY_PROOF, (STRANGER, PENDING, LEFT), BOTH, Event.SIGN_UP, False, "confirm topics"),
    ("join", ANY_PROOF, (CONFIRMED, PAUSED), {}, Event.SIGN_UP, False, "known"),
    ("join", ANY_PROOF, (CONFIRMED, PAUSED), BOTH, Event.SIGN_UP, False, "known"),
    ("join", ANY_PROOF, (STRANGER, PENDING, CONFIRMED, LEFT), UNKNOWN, None, False, "topics"),
    ("confirm", (Proof.CONFIRM_TOKEN,), (PENDING,), {}, Event.CONFIRM, False, "done"),
    ("confirm", NOT_CONFIRM, (PENDING,), {}, None, False, "confirm"),
    ("confirm", ANY_PROOF, (STRANGER, CONFIRMED, PAUSED, LEFT), {}, None, False, "help"),
    ("pause", TOKEN, (CONFIRMED, PAUSED), {}, Event.PAUSE, False, "done"),
    ("resume", TOKEN, (CONFIRMED, PAUSED), {}, Event.RESUME, False, "done"),
    ("times", TOKEN, (CONFIRMED, PAUSED), {}, None, True, "done"),
    ("times", NO_TOKEN, (CONFIRMED, PAUSED), {}, None, False, "ask"),
    ("times", ANY_PROOF, (STRANGER, LEFT), {}, None, False, "help"),
    ("times", ANY_PROOF, (PENDING,), {}, None, False, "confirm"),
    ("topics", TOKEN, (CONFIRMED, PAUSED), KNOWN, None, True, "done"),
    ("topics", TOKEN, (CONFIRMED, PAUSED), BOTH, None, True, "topics"),
    ("topics", ANY_PROOF, (CONFIRMED, PAUSED), UNKNOWN, None, False, "topics"),
    ("topics", ANY_PROOF, (CONFIRMED, PAUSED), {}, None, False, "help"),
    ("pause", NO_TOKEN, (CONFIRMED, PAUSED), {}, None, False, "ask"),
    ("resume", NO_TOKEN, (CONFIRMED, PAUSED), {}, None, False, "ask"),
    ("topics", NO_TOKEN, (CONFIRMED, PAUSED), KNOWN, None, False, "ask"),
    ("topics", NO_TOKEN, (CONFIRMED, PAUSED), BOTH, None, False, "ask"),
    ("pause", ANY_PROOF, (STRANGER, LEFT), {}, None, False, "help"),
    ("resume", ANY_PROOF, (STRANGER, LEFT), {}, None, False, "help"),
    ("topics", ANY_PROOF, (STRANGER, LEFT), KNOWN, None, False, "help"),
    ("pause", ANY_PROOF, (PENDING,), {}, None, False, "confirm"),
    ("resume", ANY_PROOF, (PENDING,), {}, None, False, "confirm"),
    ("topics", ANY_PROOF, (PENDING,), KNOWN, None, False, "confirm"),
    ("leave", BY_PERSON, (PENDING, CONFIRMED, PAUSED), {}, Event.LEAVE, False, "done"),
    ("leave", (Proof.LEAVE_TOKEN,), (PENDING, CONFIRMED, PAUSED), {}, Event.LEAVE, False, ""),
    ("leave", BY_PERSON, (STRANGER, LEFT), {}, None, False, "help"),
    ("leave", (Proof.LEAVE_TOKEN,), (STRANGER, LEFT), {}, None, False, ""),
    ("help", ANY_PROOF, (STRANGER, PENDING, CONFIRMED, PAUSED, LEFT), {}, None, False, "help"),
    *((command, ANY_PROOF, (SUPPRESSED,), {}, None, False, "") for command in (
        "join", "confirm", "topics", "times", "pause", "resume", "leave", "help",
    )),
]  # fmt: skip
CASES = [
    pytest.param(
        Command[command.upper()],
        proof,
        status,
        named,
        (event, chooses, tuple(map(MailKind, answers.split()))),
        id=f"{command} {proof} {status} {' '.join(named)}",
    )
    for command, proofs, statuses, named, event, chooses, answers in ROWS
    for proof, status in product(proofs, statuses)
]


@pytest.mark.parametrize(("command", "proof", "status", "named", "expected"), CASES)
def test_the_table_says_what_is_done_and_what_is_answered(
    command: Command,
    proof: Proof,
    status: Status | None,
    named: dict[str, bool],
    expected: tuple[Event | None, bool, tuple[MailKind, ...]],
) -> None:
    decision = decide(command, proof, status, **named)

    assert (decision.event, decision.chooses, decision.answers) == expected
    assert decision.done


EVERYTHING: list[tuple[Command, Proof, Status | None, Decision]] = [
    (command, proof, status, decide(command, proof, status, known=known, unknown=unknown))
    for command, proof, status, known, unknown in product(
        Command, Proof, EVERYBODY, (False, True), (False, True)
    )
]


def test_the_table_covers_every_command_proof_and_status() -> None:
    covered = {tuple(case.values[:3]) for case in CASES}

    assert covered == set(product(Command, Proof, EVERYBODY))


def test_no_decision_is_refused_by_the_table_of_consent() -> None:
    for _, _, status, decision in EVERYTHING:
        if decision.event:
            next_status(status, decision.event)


def test_nothing_but_joining_and_leaving_is_done_without_a_token() -> None:
    done = {
        (command, decision.event, decision.chooses)
        for command, proof, _, decision in EVERYTHING
        if proof in (Proof.FROM, Proof.OWN_MAIL) and (decision.event or decision.chooses)
    }

    assert done == {
        (Command.JOIN, Event.SIGN_UP, False),
        (Command.LEAVE, Event.LEAVE, False),
    }


def test_nobody_is_confirmed_but_by_the_token_of_the_mail_that_asks() -> None:
    proofs = {proof for _, proof, _, one in EVERYTHING if one.event is Event.CONFIRM}

    assert proofs == {Proof.CONFIRM_TOKEN}


def test_an_address_of_list_unsubscribe_is_never_answered_for_leaving() -> None:
    answers = {
        one.answers
        for command, proof, _, one in EVERYTHING
        if command is Command.LEAVE and proof is Proof.LEAVE_TOKEN
    }

    assert answers == {()}
