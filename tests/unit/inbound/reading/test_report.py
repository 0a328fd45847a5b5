"""The blocks of a report about deliveries."""

from __future__ import annotations

from support.incoming import READER, block, head_part, multipart, status_part, text_part

from digest.inbound.reading import report
from digest.inbound.reading.message import IncomingMessage, parse


def read(*blocks: str, kind: str = "message/delivery-status") -> tuple[report.RecipientBlock, ...]:
    part = report.first_part(message(*blocks, kind=kind), report.STATUS_TYPES)
    assert part is not None
    return report.read_blocks(part)


def message(*blocks: str, kind: str = "message/delivery-status") -> IncomingMessage:
    return parse(multipart(text_part("x"), status_part(*blocks, kind=kind), head_part()))


def test_a_block_is_read_field_by_field() -> None:
    (found,) = read(block("Failed (for good)", "5.1.1", "550 5.1.1 no\n  such user"))

    assert found == report.RecipientBlock(
        address=READER, action="failed", status="5.1.1", diagnostic="550 5.1.1 no such user",
        is_still_tried=False,
    )  # fmt: skip


def test_names_of_fields_have_no_case() -> None:
    (found,) = read("FINAL-recipient: RFC822; a@b.example\naction: FAILED\nSTATUS: 5.0.0")

    assert (found.address, found.action) == ("a@b.example", "failed")


def test_the_block_about_the_message_is_none_of_a_recipient() -> None:
    assert len(read(block(), block(address="a@b.example"))) == 2


def test_two_recipients_may_stand_in_one_block() -> None:
    found = read(f"{block(status='5.1.1')}\n{block(status='5.2.2', address='a@b.example')}")

    assert [(one.address, one.status) for one in found] == [
        (READER, "5.1.1"), ("a@b.example", "5.2.2"),
    ]  # fmt: skip


def test_the_action_may_stand_first() -> None:
    blocks = [f"Action: failed\nFinal-Recipient: rfc822;{name}@b.example" for name in "ac"]

    assert [one.address for one in read("\n".join(blocks))] == ["a@b.example", "c@b.example"]


def test_an_empty_line_may_hold_blanks() -> None:
    assert len(read(f"{block()}\n \t\n{block(address='a@b.example')}")) == 2


def test_the_original_recipient_names_somebody_if_nothing_else_does() -> None:
    (found,) = read("Original-Recipient: rfc822;a+2Bb@c.example\nAction: failed")

    assert found.address == "a+b@c.example"


def test_a_final_recipient_that_is_no_address_of_mail_is_passed_over() -> None:
    (found,) = read("Final-Recipient: x400; /CN=a/\nOriginal-Recipient: rfc822; a@b.example")

    assert found.address == "a@b.example"


def test_a_final_recipient_of_a_domain_that_nobody_knows_is_passed_over() -> None:
    (found,) = read("Final-Recipient: rfc822; a@store\nOriginal-Recipient: rfc822; a@b.example")

    assert found.address == "a@b.example"


def test_a_final_recipient_of_a_domain_that_nobody_knows_is_better_than_none() -> None:
    (found,) = read("Final-Recipient: rfc822; a@store\nAction: failed")

    assert found.address == "a@store"


def test_a_diagnostic_without_a_type_is_kept_whole() -> None:
    (found,) = read(f"Final-Recipient: rfc822; {READER}\nDiagnostic-Code: no room; sorry")

    assert found.diagnostic == "no room; sorry"


def test_a_time_to_retry_until_says_that_it_is_still_tried() -> None:
    (found,) = read(block("delayed", more="Will-Retry-Until: Tue, 3 Mar 2026 10:00:00 +0000"))

    assert found.is_still_tried


def test_recipients_are_counted() -> None:
    blocks = [block(address=f"a{number}@b.example") for number in range(300)]

    assert len(read(*blocks)) == report.MOST_RECIPIENTS


def test_the_nearer_report_counts_first() -> None:
    far = multipart(status_part(block(address="far@b.example"))).decode().replace("=_edge", "far")
    whole = multipart(f"Content-Type: message/rfc822\n\n{far}", status_part(block()))

    part = report.first_part(parse(whole), report.STATUS_TYPES)

    assert part is not None
    assert [one.address for one in report.read_blocks(part)] == [READER]


def test_the_parts_beside_a_part_are_those_of_its_multipart() -> None:
    whole = message(block())
    part = report.first_part(whole, report.STATUS_TYPES)

    assert part is not None
    assert report.beside(whole, part) == whole.parts
    assert report.beside(part, part) == ()
