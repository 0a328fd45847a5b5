"""Messages as files in a folder, and as a stream of mbox entries."""

from __future__ import annotations

import io
import mailbox
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, outgoing
from support.recorded_outcomes import OutcomeRecorder

from digest.delivery.transports import Directory, Stream, send_one
from digest.errors import MailServerError
from digest.models.delivery import DoubtfulMessage


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- directory --------------------------------------------------------------------------------


def test_a_message_is_one_file_in_the_folder_of_its_day(tmp_path: Path) -> None:
    send_one(Directory(tmp_path), outgoing("ada@example.org", content=b"Subject: a\r\n\r\nb\r\n"))

    file = tmp_path / "2026-02-02" / "ada@example.org.eml"
    assert file.read_bytes() == b"Subject: a\r\n\r\nb\r\n"


def test_folders_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    outbox = tmp_path / "mails" / "outbox"

    send_one(Directory(outbox), outgoing("ada@example.org"))

    day = outbox / DAY.isoformat()
    assert mode(outbox) == 0o700
    assert mode(day) == 0o700
    assert mode(day / "ada@example.org.eml") == 0o600


def test_a_message_sent_again_replaces_its_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    directory = Directory(tmp_path)

    send_one(directory, outgoing("ada@example.org", content=b"first"))
    send_one(directory, outgoing("ada@example.org", content=b"second"))

    (file,) = (tmp_path / DAY.isoformat()).iterdir()
    assert file.read_bytes() == b"second"


def test_a_file_left_by_a_crash_is_overwritten_and_never_read_as_a_message(
    tmp_path: Path,
) -> None:
    directory = Directory(tmp_path)
    send_one(directory, outgoing("ada@example.org"))
    left_over = tmp_path / DAY.isoformat() / "ben@example.org.part"
    left_over.write_bytes(b"Subject: half of a very long mail")

    send_one(directory, outgoing("ben@example.org", content=b"whole"))

    assert directory.path(outgoing("ben@example.org")).read_bytes() == b"whole"
    assert not left_over.exists()


@pytest.mark.parametrize(
    "recipient",
    ["../../etc/passwd@example.org", "/etc/passwd@example.org", "a/b@example.org", "..", "."],
)
def test_no_address_leads_out_of_the_folder(tmp_path: Path, recipient: str) -> None:
    path = Directory(tmp_path).path(outgoing(recipient))

    assert path.resolve().parent == tmp_path.resolve() / DAY.isoformat()
    assert path.suffix == ".eml"


@given(st.lists(st.text(alphabet="ab/!'_ü", min_size=1, max_size=4), unique=True, min_size=2))
def test_two_addresses_never_share_a_file(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    directory = Directory(tmp_path_factory.getbasetemp())

    paths = {directory.path(outgoing(f"{name}@example.org")) for name in names}

    assert len(paths) == len(names)


def test_the_longest_address_has_a_file(tmp_path: Path) -> None:
    longest = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".org"

    send_one(Directory(tmp_path), outgoing(longest, content=b"whole"))

    assert Directory(tmp_path).path(outgoing(longest)).read_bytes() == b"whole"


def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    in_the_way = tmp_path / "outbox"
    in_the_way.write_text("a file where the folder should be")

    with pytest.raises(MailServerError, match=f"cannot write {in_the_way}"):
        send_one(Directory(in_the_way), outgoing())


@pytest.mark.parametrize("name", ["outbox", "outbox/2026-02-02", "outbox/mail/new"])
def test_a_file_in_the_place_of_a_folder_is_named_with_the_remedy(
    tmp_path: Path, name: str
) -> None:
    in_the_way = tmp_path / name
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("a file where the folder should be")
    outbox = in_the_way / "below" if "new" in name else tmp_path / "outbox"

    with pytest.raises(MailServerError) as caught:
        send_one(Directory(outbox), outgoing())

    assert str(caught.value) == (
        f"cannot write {in_the_way}: a file is where this folder should be; move the file"
        " elsewhere, or check [mail] directory"
    )


@pytest.mark.parametrize("name", ["outbox", "outbox/2026-02-02"])
def test_a_link_that_leads_to_no_folder_is_named_with_the_remedy(tmp_path: Path, name: str) -> None:
    link, target = tmp_path / name, tmp_path / "a disk that is not mounted"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)

    with pytest.raises(MailServerError) as caught:
        send_one(Directory(tmp_path / "outbox"), outgoing())

    assert str(caught.value) == (
        f"cannot write {link}: it is a link to {target}, which is no folder; check that its disk"
        " is mounted, or check [mail] directory"
    )


def test_a_message_is_reported_before_its_file_has_its_name_and_when_it_is_complete(
    tmp_path: Path,
) -> None:
    directory, recorder = Directory(tmp_path), OutcomeRecorder()

    recorder.send(directory, map(outgoing, ("ada@example.org", "ben@example.org")))

    assert recorder.calls == [
        ([], ["ada@example.org"]),
        (["ada@example.org"], ["ben@example.org"]),
        (["ben@example.org"], []),
    ]
    assert set(recorder.states.values()) == {"sent"}


def test_messages_that_cannot_be_written_are_reported_as_planned(tmp_path: Path) -> None:
    directory, recorder = Directory(tmp_path), OutcomeRecorder()
    directory.path(outgoing("ben@example.org")).mkdir(parents=True)
    names = ("ada@example.org", "ben@example.org", "cyd@example.org")

    with pytest.raises(MailServerError, match="cannot write"):
        recorder.send(directory, map(outgoing, names))

    assert recorder.states == {"ada@example.org": "sent", "ben@example.org": "planned"}


def test_without_messages_nothing_is_reported(tmp_path: Path) -> None:
    recorder = OutcomeRecorder()

    recorder.send(Directory(tmp_path), [])

    assert recorder.calls == []


# -- what a dead process left -------------------------------------------------------------------

ID = "<20260202.1.abc@example.org>"
WHOLE = f"From: a@example.org\r\nMessage-ID: {ID}\r\n\r\nHello.\r\n".encode()


def doubtful(recipient: str = "ada@example.org", *, was_leaving: bool = True) -> DoubtfulMessage:
    return DoubtfulMessage(day=DAY, recipient=recipient, message_id=ID, was_leaving=was_leaving)


class Killed(BaseException):
    """Ends the process before it can clean up."""


def kill_at(directory: Directory, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """End a process as it makes a call, and keep its files; return what it reported."""
    recorder = OutcomeRecorder()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, name, killed)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Killed):
            recorder.send(directory, [outgoing("ada@example.org", content=WHOLE)])
    return recorder.leaving


@pytest.mark.parametrize("was_leaving", [True, False])
def test_a_message_whose_file_is_there_was_sent(tmp_path: Path, *, was_leaving: bool) -> None:
    directory = Directory(tmp_path)
    send_one(directory, outgoing("ada@example.org", content=WHOLE))

    assert directory.was_sent(doubtful(was_leaving=was_leaving)) is True


@pytest.mark.parametrize("content", [b"", WHOLE.replace(b".1.", b".2."), b"Message-ID: \r\n"])
def test_a_file_that_does_not_hold_the_message_is_not_it(tmp_path: Path, content: bytes) -> None:
    directory = Directory(tmp_path)
    send_one(directory, outgoing("ada@example.org", content=content))

    assert directory.was_sent(doubtful(was_leaving=False)) is False


def test_a_message_id_in_the_text_does_not_count(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    content = f"From: a@example.org\r\n\r\nMessage-ID: {ID}\r\n".encode()
    send_one(directory, outgoing("ada@example.org", content=content))

    assert directory.was_sent(doubtful(was_leaving=False)) is False


def test_a_message_that_was_not_yet_reported_to_leave_was_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(tmp_path)

    reported = kill_at(directory, "fsync", monkeypatch)

    assert reported == []
    assert directory.was_sent(doubtful(was_leaving=False)) is False


def test_a_message_that_was_leaving_and_still_has_its_partial_file_was_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(tmp_path)

    reported = kill_at(directory, "replace", monkeypatch)

    assert reported == ["ada@example.org"]
    assert directory.was_sent(doubtful()) is False


def test_of_a_message_that_was_leaving_and_whose_file_was_taken_nobody_knows(
    tmp_path: Path,
) -> None:
    directory = Directory(tmp_path)
    send_one(directory, outgoing("ada@example.org", content=WHOLE))
    directory.path(outgoing("ada@example.org")).unlink()

    assert directory.was_sent(doubtful()) is None


def test_without_a_folder_a_message_that_was_not_leaving_was_not_sent(tmp_path: Path) -> None:
    assert Directory(tmp_path / "none").was_sent(doubtful(was_leaving=False)) is False


def test_partial_files_of_all_days_are_removed_and_no_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(tmp_path)
    send_one(directory, outgoing("ben@example.org"))
    kill_at(directory, "replace", monkeypatch)
    earlier = tmp_path / "2026-01-30"
    earlier.mkdir()
    (earlier / "cyd@example.org.part").write_bytes(b"half")
    (tmp_path / "notes.part").write_bytes(b"somebody's own")

    directory.remove_left_over()

    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "ben@example.org.eml",
        "notes.part",
    ]


def test_a_stream_cannot_tell_what_was_sent() -> None:
    stream = Stream(io.BytesIO())

    stream.remove_left_over()

    assert stream.was_sent(doubtful()) is None


# -- stream -----------------------------------------------------------------------------------


def test_messages_on_a_stream_are_an_mbox_that_other_programs_can_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    stream = Stream(out)

    send_one(stream, outgoing(content=b"Subject: one\r\n\r\nFrom here on.\r\n"))
    send_one(stream, outgoing(content=b"Subject: two\r\n\r\nEnd.\r\n"))

    file = tmp_path / "mbox"
    file.write_bytes(out.getvalue())
    box = mailbox.mbox(file)
    assert [message["Subject"] for message in box] == ["one", "two"]
    box.close()


def test_an_entry_begins_with_the_envelope_sender_and_the_day() -> None:
    out = io.BytesIO()

    send_one(
        Stream(out), outgoing(sender="bounces@example.org", content=b"Subject: a\r\n\r\nb\r\n")
    )

    assert out.getvalue() == (
        b"From bounces@example.org Mon Feb  2 00:00:00 2026\nSubject: a\n\nb\n\n"
    )


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (b"From here", b">From here"),
        (b">From here", b">>From here"),
        (b"Far From here", b"Far From here"),
        (b"Fromage", b"Fromage"),
    ],
)
def test_only_a_line_that_could_begin_an_entry_is_quoted(line: bytes, written: bytes) -> None:
    out = io.BytesIO()

    send_one(Stream(out), outgoing(content=b"Subject: a\r\n\r\n" + line + b"\r\n"))

    assert out.getvalue().splitlines()[3] == written


def test_a_closed_stream_stops_the_run(tmp_path: Path) -> None:
    class Closed(io.BytesIO):
        def flush(self) -> None:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(MailServerError, match="standard output: Broken pipe"):
        send_one(Stream(Closed()), outgoing())
