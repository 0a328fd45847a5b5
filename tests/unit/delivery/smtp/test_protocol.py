"""A session without a socket: whatever a server says and however it is cut, no answer is a lie."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import parcel

from digest.delivery.smtp.commands import Extensions
from digest.delivery.smtp.protocol import (
    Completed,
    Event,
    ReadyForData,
    Retryable,
    SessionEnded,
    SMTPProtocol,
)
from digest.models.delivery import DeliveryState, OutgoingMessage

PIPELINING = Extensions(pipelining=True, size=0)
PLAIN = Extensions(size=0)


def talk(offers: Extensions = PIPELINING) -> SMTPProtocol:
    return SMTPProtocol(offers, server="mail.example.org:25")


def said(conversation: SMTPProtocol) -> bytes:
    """Write all that waits to be written."""
    octets = b"".join(conversation.output)
    conversation.mark_written(len(octets))
    return octets


def ready(conversation: SMTPProtocol, recipient: str = "ada@example.org") -> OutgoingMessage:
    """Bring a mail to where its body is asked for."""
    mail = parcel(recipient)
    conversation.begin_transaction(mail)
    for reply in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        said(conversation)
        events = conversation.receive(reply)
    assert list(events) == [ReadyForData(mail)]
    return mail


# -- any server ---------------------------------------------------------------------------------


@dataclass
class Server:
    """A server that reads what is written to it and replies by a script; None is the usual."""

    script: deque[int | str | None]
    #: what it has said and nobody has heard yet
    outbox: bytes = b""
    #: recipients for whose mail it has said 2xx
    accepted: list[str] = field(default_factory=list)
    gone: bool = False
    _inbox: bytes = b""
    _in_mail: bool = False
    _recipient: str | None = None

    def read(self, octets: bytes) -> None:
        self._inbox += octets
        while not self.gone and self._step():
            pass

    def _step(self) -> bool:
        end = b"\r\n"
        if self._in_mail and not self._inbox.startswith(b".\r\n"):
            end = b"\r\n.\r\n"
        item, found, rest = self._inbox.partition(end)
        if not found:
            return False
        self._inbox = rest
        if self._in_mail:
            self._take(item)
        else:
            self._obey(item.decode())
        return True

    def _take(self, body: bytes) -> None:
        self._in_mail = False
        empty = body == b"."
        # A body is only ever for a recipient that was accepted.
        assert self._recipient is not None or empty
        if self._say(250) and not empty:
            self.accepted.append(str(self._recipient))

    def _obey(self, line: str) -> None:
        if line.startswith("DATA"):
            self._in_mail = self._say(354)
        elif line.startswith("RCPT"):
            name = line.partition("<")[2].partition(">")[0]
            self._recipient = name if self._say(250) else None
        else:
            self._recipient = None
            self._say(250)

    def _say(self, usual: int) -> bool:
        """Reply; whether it was what the client hopes for."""
        code = (self.script.popleft() if self.script else None) or usual
        self.outbox += f"{code} so be it\r\n".encode()
        self.gone = code in (421, "what?")
        return str(code)[0] == str(usual)[0]


@dataclass
class Walk:
    """Mails through a conversation, in pieces of given sizes, until one side has no more to say."""

    conversation: SMTPProtocol
    server: Server
    sizes: cycle[int]
    fates: dict[str, DeliveryState | str] = field(default_factory=dict)

    def walk(self, mails: deque[OutgoingMessage], *, steps: int = 10_000) -> None:
        begun = 0
        for _ in range(steps):
            if mails and self.conversation.can_begin:
                self.conversation.begin_transaction(mails.popleft())
                begun += 1
            if not self.step():
                break
        self.see(self.conversation.abort("the test is over"))
        assert len(self.fates) == begun

    def step(self) -> bool:
        """Move some octets one way; whether there were any."""
        size = next(self.sizes)
        if self.conversation.output and size % 2 == len(self.server.outbox) % 2:
            return self.write(size)
        if self.server.outbox:
            octets = self.server.outbox[:size]
            self.server.outbox = self.server.outbox[size:]
            self.see(self.conversation.receive(octets))
            return True
        return self.write(size)

    def write(self, size: int) -> bool:
        octets = b"".join(self.conversation.output)[:size]
        if octets:
            self.conversation.mark_written(len(octets))
            self.server.read(octets)
        return bool(octets)

    def see(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ReadyForData) and not self.conversation.has_ended:
                assert not self.conversation.has_data_under_way
                self.conversation.send_data()
            elif isinstance(event, Completed | Retryable):
                assert event.message.recipient not in self.fates
                back = isinstance(event, Retryable)
                self.fates[event.message.recipient] = "back" if back else event.outcome.state


def mails(number: int) -> deque[OutgoingMessage]:
    return deque(parcel(f"r{n}@example.org", content=b"a\r\n.b\r\n") for n in range(number))


codes = st.sampled_from([None] * 12 + [251, 354, 421, 450, 452, 503, 530, 550, 552, 554, "what?"])
scripts = st.lists(codes, max_size=30)
pieces = st.lists(st.integers(1, 200), min_size=1, max_size=20)
offers = st.sampled_from([PIPELINING, PLAIN])


@given(scripts, pieces, offers, st.integers(0, 200))
@example([None, 550, 354], [1000], PIPELINING, 10_000)
@example([None, None, None, 421], [7], PIPELINING, 10_000)
@example([None, None, 251], [50], PLAIN, 10_000)
def test_every_mail_has_one_fate_and_only_the_truth_is_told(
    script: list[int | str | None], sizes: list[int], offered: Extensions, steps: int
) -> None:
    server = Server(deque(script))
    walk = Walk(talk(offered), server, cycle(sizes))

    walk.walk(mails(8), steps=steps)

    sent = {who for who, fate in walk.fates.items() if fate is DeliveryState.SENT}
    unknown = {who for who, fate in walk.fates.items() if fate is DeliveryState.UNKNOWN}
    assert sent <= set(server.accepted) <= sent | unknown
    assert len(unknown) <= 1


@given(scripts, pieces, pieces, offers)
def test_a_mail_s_fate_does_not_depend_on_how_the_bytes_are_cut(
    script: list[int | str | None], some: list[int], others: list[int], offered: Extensions
) -> None:
    walks = [Walk(talk(offered), Server(deque(script)), cycle(sizes)) for sizes in (some, others)]

    for walk in walks:
        walk.walk(mails(8))

    assert walks[0].fates == walks[1].fates


@given(st.lists(st.sampled_from([b"250 ok\r\n", b"250-a\r\n", b"354 go\n", b"421 bye\r\n", b"550",
                                 b"\r\n", b"550 5.1.1 no\r\n", b"x", b" ", b"25", b"\xff", b"-"]),
                max_size=12).map(b"".join), st.data())  # fmt: skip
def test_any_octets_in_any_pieces_mean_the_same(octets: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(octets)), max_size=8).map(sorted))
    at_once, in_pieces = talk(), talk()
    mail = parcel()
    for conversation in (at_once, in_pieces):
        conversation.begin_transaction(mail)

    whole = list(at_once.receive(octets))
    parts: list[Event] = []
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        if not in_pieces.has_ended:
            parts += in_pieces.receive(octets[start:end])

    assert parts == whole


# -- commands -----------------------------------------------------------------------------------


def test_with_pipelining_the_body_and_the_next_envelope_are_one_write() -> None:
    conversation = talk()
    ready(conversation, "ada@example.org")

    conversation.send_data()
    conversation.begin_transaction(parcel("ben@example.org"))

    assert said(conversation) == (
        b"Subject: Today\r\n\r\nHello.\r\n.\r\n"
        b"MAIL FROM:<bounces@example.org> SIZE=26\r\nRCPT TO:<ben@example.org>\r\nDATA\r\n"
    )


def test_without_pipelining_every_command_waits_for_the_answer_to_the_one_before() -> None:
    conversation = talk(PLAIN)

    conversation.begin_transaction(parcel())
    first = said(conversation)
    conversation.receive(b"250 ok\r\n")
    second = said(conversation)

    assert (first.split()[0], second.split()[0]) == (b"MAIL", b"RCPT")


def test_a_transaction_left_open_is_reset_in_the_same_write_as_the_next() -> None:
    conversation = talk()
    conversation.begin_transaction(parcel("ada@example.org"))
    said(conversation)
    conversation.receive(b"250 ok\r\n550 no\r\n503 nobody\r\n")

    conversation.begin_transaction(parcel("ben@example.org"))

    assert [line.split()[0] for line in said(conversation).splitlines()] == [
        b"RSET", b"MAIL", b"RCPT", b"DATA",
    ]  # fmt: skip


def test_after_a_refused_sender_there_is_nothing_to_reset() -> None:
    conversation = talk()
    conversation.begin_transaction(parcel("ada@example.org"))
    said(conversation)
    conversation.receive(b"450 later\r\n503 MAIL first\r\n503 MAIL first\r\n")

    conversation.begin_transaction(parcel("ben@example.org"))

    assert said(conversation).startswith(b"MAIL")


def test_a_body_is_not_copied() -> None:
    conversation = talk()
    mail = ready(conversation)

    conversation.send_data()

    assert conversation.output[0] is mail.content


def test_a_body_that_nobody_asked_for_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="no mail is ready"):
        talk().send_data()


# -- the moment of no return --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "state"),
    [
        pytest.param(0, DeliveryState.DEFERRED, id="nothing of it"),
        pytest.param(10, DeliveryState.DEFERRED, id="half of it"),
        pytest.param(26, DeliveryState.DEFERRED, id="all but the dot"),
        pytest.param(27, DeliveryState.UNKNOWN, id="the dot without its line's end"),
        pytest.param(29, DeliveryState.UNKNOWN, id="the dot"),
    ],
)
def test_a_mail_s_fate_is_unknown_from_the_first_octet_of_its_dot_on(
    written: int, state: DeliveryState
) -> None:
    conversation = talk()
    mail = ready(conversation)
    conversation.send_data()
    conversation.mark_written(written)

    answered, ended = conversation.abort("the cable was cut")

    assert isinstance(answered, Completed)
    assert (answered.message, answered.outcome.state) == (mail, state)
    assert "the cable was cut" in str(answered.outcome.reason)
    assert ended == SessionEnded("the cable was cut")


def test_a_line_end_that_had_to_be_added_is_no_part_of_the_dot() -> None:
    conversation = talk()
    mail = parcel(content=b"no line's end")
    conversation.begin_transaction(mail)
    said(conversation)
    conversation.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    conversation.send_data()
    conversation.mark_written(len(mail.content) + 2)

    answered, _ = conversation.abort("cut")

    assert isinstance(answered, Completed)
    assert answered.outcome.state is DeliveryState.DEFERRED


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param(b"250 taken\r\n", DeliveryState.DEFERRED, id="a yes to what it has not seen"),
        pytest.param(b"552 5.3.4 too big\r\n", DeliveryState.FAILED, id="a no in the middle"),
        pytest.param(b"421 closing\r\n", DeliveryState.DEFERRED, id="closing in the middle"),
    ],
)
def test_an_answer_before_the_end_of_a_mail_ends_the_session(
    reply: bytes, state: DeliveryState
) -> None:
    conversation = talk()
    ready(conversation)
    conversation.send_data()
    conversation.begin_transaction(parcel("ben@example.org"))
    conversation.mark_written(10)

    answered, ended, returned = conversation.receive(reply)

    assert isinstance(answered, Completed)
    assert answered.outcome.state is state
    assert isinstance(ended, SessionEnded)
    assert isinstance(returned, Retryable)


def test_the_mail_behind_one_at_which_the_session_broke_is_not_to_blame() -> None:
    conversation = talk()
    ready(conversation)
    conversation.send_data()
    conversation.begin_transaction(parcel("ben@example.org"))
    said(conversation)

    answered, _, returned = conversation.abort("cut")

    assert isinstance(answered, Completed)
    assert answered.outcome.state is DeliveryState.UNKNOWN
    assert isinstance(returned, Retryable)
    assert returned.caused_by_previous


def test_an_unasked_421_is_a_farewell_and_other_words_are_an_error() -> None:
    (farewell,), (error,) = talk().receive(b"421 idle\r\n"), talk().receive(b"250 ok\r\n")

    assert isinstance(farewell, SessionEnded)
    assert isinstance(error, SessionEnded)
    assert (farewell.code, error.code) == (421, 0)


@given(text=st.text(max_size=40), as_id=st.booleans())
def test_no_text_in_an_envelope_begins_another_command(text: str, *, as_id: bool) -> None:
    mail = parcel(envid=text) if as_id else parcel(f"{text}@example.org")
    conversation = talk(Extensions(pipelining=True, smtputf8=True, dsn=True))

    answer = conversation.begin_transaction(mail)

    written = said(conversation)
    assert (answer is None) == bool(written)
    if written:
        lines = written.split(b"\r\n")
        assert [line[:4] for line in lines] == [b"MAIL", b"RCPT", b"DATA", b""]
        assert not any(octet < 32 or octet == 127 for line in lines for octet in line)
        assert all(line.count(b"<") == line.count(b">") for line in lines)
