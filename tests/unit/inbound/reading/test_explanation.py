"""What messages are: the invented ones of many systems, each told from what it resembles."""

from __future__ import annotations

import pytest
from support.incoming import (
    OURS,
    READER,
    block,
    classes,
    explain,
    head_part,
    in_base64,
    letter,
    multipart,
    own_message_id,
    report,
    returned,
    status_part,
    text_part,
    verp,
)

from digest.inbound.reading import explanation
from digest.inbound.reading.message import IncomingMessage
from digest.models.inbound import Envelope, MessageKind

UNKNOWN = "550 5.1.1 <grace@example.com>: there is no such user"


def test_a_report_of_an_unknown_user_is_a_hard_bounce() -> None:
    found = explain(report(block(diagnostic=UNKNOWN)), recipient=verp())

    assert (found.kind, classes(found)) == ("bounce", {READER: "hard"})
    assert found.recipients[0].status == "5.1.1"
    assert found.returned.is_proven


def test_each_recipient_of_a_report_has_a_class_of_its_own() -> None:
    octets = report(
        block(diagnostic="552 5.2.2 full", address="a@example.com"),
        block(diagnostic="550 5.7.1 blocked", address="b@example.com"),
        block("delayed", "4.2.0", address="c@example.com"),
        block("delivered", "2.0.0", address="d@example.com"),
    )

    assert classes(explain(octets)) == {
        "a@example.com": "soft", "b@example.com": "policy", "c@example.com": "delayed",
    }  # fmt: skip


def test_a_report_is_found_in_any_multipart() -> None:
    octets = multipart(
        text_part("Hi!"), status_part(block(diagnostic=UNKNOWN)), head_part(), kind="mixed"
    )

    assert classes(explain(octets)) == {READER: "hard"}


def test_a_report_within_a_multipart_within_another_is_found() -> None:
    inner = multipart(text_part("x"), status_part(block(diagnostic=UNKNOWN))).decode()
    inner = inner[inner.index("Content-Type: multipart") :].replace("=_edge", "inner")
    octets = multipart(text_part("A gateway adds this."), inner, kind="mixed")

    assert classes(explain(octets)) == {READER: "hard"}


def test_a_report_inside_a_forwarded_message_is_read() -> None:
    inner = report(block(diagnostic=UNKNOWN)).decode().replace("=_edge", "inner")
    octets = multipart(text_part("fyi"), f"Content-Type: message/rfc822\n\n{inner}", kind="mixed")

    found = explain(octets, sender="gateway@example.net")

    assert (found.kind, classes(found)) == ("bounce", {READER: "hard"})


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_report_in_base64_and_in_any_unicode_is_read(charset: str) -> None:
    blocks = f"Reporting-MTA: dns; mx\r\n\r\n{block(diagnostic=UNKNOWN)}"
    octets = multipart(text_part("x"), in_base64(blocks, "message/delivery-status", charset))

    assert classes(explain(octets)) == {READER: "hard"}


def test_a_report_for_international_mail_is_read() -> None:
    blocks = status_part(
        "Final-Recipient: utf-8; grüße@example.com\nAction: failed\nStatus: 5.1.1",
        kind="message/global-delivery-status",
    )

    assert classes(explain(multipart(text_part("x"), blocks))) == {"grüße@example.com": "hard"}


@pytest.mark.parametrize("action", ["delivered", "relayed (to a server without DSN)", "expanded"])
def test_a_report_that_nothing_failed_is_no_bounce(action: str) -> None:
    found = explain(report(block(action, "2.0.0")), recipient=verp())

    assert (found.kind, found.recipients) == ("not-a-bounce", ())


@pytest.mark.parametrize("action", ["failed", "Failed", "failure", "error", "failed (no user)"])
def test_a_failure_is_one_however_a_server_spells_it(action: str) -> None:
    assert classes(explain(report(block(action, diagnostic=UNKNOWN)))) == {READER: "hard"}


def test_a_delay_is_delayed_whatever_the_reason() -> None:
    octets = report(block("delayed", "4.1.1", "450 5.1.1 no such user"))

    assert classes(explain(octets)) == {READER: "delayed"}


def test_a_delay_with_the_code_of_an_expired_mail_is_soft() -> None:
    assert classes(explain(report(block("delayed", "4.4.7")))) == {READER: "soft"}


def test_a_delay_that_says_until_when_it_is_tried_is_delayed() -> None:
    more = "Will-Retry-Until: Tue, 3 Mar 2026 09:00:00 +0000"

    assert classes(explain(report(block("delayed", "4.4.7", more=more)))) == {READER: "delayed"}


def test_a_vague_report_is_understood_from_what_it_tells_people() -> None:
    notice = f"Sorry.\n\n  {READER}\n    Unrouteable address\n"

    assert classes(explain(report(block(), notice=notice))) == {READER: "hard"}


def test_the_guess_of_sendmail_does_not_count_against_what_the_server_said() -> None:
    notice = (
        f"   ----- The following addresses had permanent fatal errors -----\n<{READER}>\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.com.:\n"
        f">>> DATA\n<<< 550 4.2.2 <{READER}>: no room\n550 5.1.1 <{READER}>... User unknown\n"
        "<<< 554 5.5.1 No valid recipients\n"
    )

    assert classes(explain(report(block(status="5.1.1"), notice=notice))) == {READER: "soft"}


def test_an_unknown_user_of_the_reporting_server_itself_is_hard() -> None:
    notice = f"   ----- Transcript of session follows -----\n550 5.1.1 {READER}... User unknown\n"

    assert classes(explain(report(block(status="5.1.1"), notice=notice))) == {READER: "hard"}


def test_a_report_that_a_gateway_made_one_text_of_is_read() -> None:
    text = f"--x\nContent-Type: message/delivery-status\n\n{block(diagnostic=UNKNOWN)}\n\n--x--"

    octets = letter(text, sender="MAILER-DAEMON@mx.example.com")

    assert classes(explain(octets)) == {READER: "hard"}
    assert explain(letter(text), sender=READER).recipients == ()


def test_a_sieve_reject_is_a_refusal_that_counts_as_hard() -> None:
    found = explain(disposition("automatic-action/MDN-sent-automatically; deleted", "rejected"))

    assert (found.kind, classes(found), found.is_refusal) == ("bounce", {READER: "hard"}, True)
    assert "no more, please" in found.recipients[0].diagnostic


@pytest.mark.parametrize("kind", ["displayed", "deleted", "deleted/error", "dispatched"])
def test_a_receipt_is_no_bounce(kind: str) -> None:
    found = explain(disposition(f"manual-action/MDN-sent-manually; {kind}", "noted"))

    assert (found.kind, found.recipients) == ("not-a-bounce", ())


def disposition(how: str, verb: str) -> bytes:
    return multipart(
        text_part(f"The mail was {verb}: no more, please."),
        "Content-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822; {READER}\nOriginal-Message-ID: {own_message_id()}\n"
        f"Disposition: {how}",
        kind="report; report-type=disposition-notification",
    )


def feedback(fields: str, back: str = "") -> bytes:
    return multipart(
        text_part("A user complains."),
        f"Content-Type: message/feedback-report\n\n{fields}",
        f"Content-Type: message/rfc822\n\n{back or returned()}\n\nText.",
        kind="report; report-type=feedback-report",
    )


def test_a_complaint_names_everybody_whom_it_is_about() -> None:
    octets = feedback(
        "feedback-TYPE: Abuse\noriginal-rcpt-to:\n <a@b.example>\nOriginal-Rcpt-To: c@d.example"
    )

    found = explain(octets, sender="fbl@example.net")

    assert found.kind == "complaint"
    assert [one.address for one in found.recipients] == ["a@b.example", "c@d.example"]


def test_a_complaint_that_names_nobody_is_about_the_addressee_and_is_proven_by_the_mail() -> None:
    back = returned(identifier=own_message_id())

    octets = feedback("Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1", back)
    found = explain(octets, recipient="abuse@digest.example.org")

    assert [one.address for one in found.recipients] == [READER]
    assert (found.returned.found_in, found.returned.is_proven) == ("Message-ID", True)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_feedback_that_complains_of_nothing_is_no_complaint(kind: str) -> None:
    found = explain(feedback(f"Feedback-Type: {kind}\nOriginal-Rcpt-To: {READER}"))

    assert (found.kind, found.recipients) == ("not-a-bounce", ())


QUOTED = "I am away. Your mail said: 550 5.1.1 <grace@example.com>: User unknown"


@pytest.mark.parametrize("sender", ["", READER])
@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied (vacation)\n",
        "Auto-Submitted: auto-generated\n",
        "X-Autoreply: yes\n",
        "Precedence: junk\n",
        "X-Auto-Response-Suppress: All\n",
        "List-Id: <group.example.com>\n",
    ],
)
def test_an_automatic_answer_is_no_bounce_whatever_it_quotes(sender: str, head: str) -> None:
    found = explain(letter(QUOTED, head=head), sender=sender, recipient=verp())

    assert (found.kind, found.recipients) == ("auto-reply", ())


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Papers",
        "Out of Office",
        "Abwesenheitsnotiz",
        "Réponse automatique : x",
        "自动回复: x",
    ],
)
def test_an_automatic_answer_is_known_by_its_subject(subject: str) -> None:
    found = explain(letter(QUOTED, subject=subject), sender=READER)

    assert found.kind == "auto-reply"


def test_a_null_sender_without_a_word_of_failure_is_an_automatic_answer() -> None:
    assert explain(letter("I am on the sea.")).kind == "auto-reply"


def test_a_person_who_quotes_a_bounce_is_not_understood_as_one() -> None:
    found = explain(letter(QUOTED), sender=READER)

    assert (found.kind, found.recipients) == (MessageKind.NOT_UNDERSTOOD, ())


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("subscribe+llm@digest.example.org", ""),
        ("Leave@digest.example.org", ""),
        ("digest@digest.example.org", "unsubscribe"),
        ("digest@digest.example.org", "Re: subscribe llm, robotics"),
    ],
)
def test_a_letter_that_wants_something_is_a_command(to: str, subject: str) -> None:
    assert explain(letter("", subject=subject, to=to), sender=READER).kind == "command"


def test_a_letter_to_a_return_address_is_an_automatic_answer() -> None:
    assert explain(letter("I am away."), sender=READER, recipient=verp()).kind == "auto-reply"
    assert explain(letter("Hello."), sender=READER).kind == "not-understood"


def test_a_mail_server_commands_nothing() -> None:
    octets = letter("", subject="help", sender="MAILER-DAEMON@mx.example.com")

    assert explain(octets).kind == "not-understood"


def test_another_recogniser_may_be_given() -> None:
    def recognise(message: IncomingMessage, envelope: Envelope) -> str:
        return f"{envelope.recipient} was told to {message.text}"

    envelope = Envelope(sender=READER, recipient="digest@digest.example.org")
    found = explanation.explain(letter("stop"), envelope, OURS, recognise)

    assert (found.kind, found.why) == ("command", "digest@digest.example.org was told to stop")


def test_a_message_longer_than_what_is_read_says_so() -> None:
    found = explain(report(block(diagnostic=UNKNOWN)) + b"x" * 600_000)

    assert (found.is_cut, classes(found)) == (True, {READER: "hard"})


@pytest.mark.parametrize("octets", [b"", b"\n\n", bytes(range(256)) * 4, b"a: b\n\nc"])
def test_bytes_that_are_no_mail_are_not_understood(octets: bytes) -> None:
    assert explain(octets, sender="").kind == "not-understood"
