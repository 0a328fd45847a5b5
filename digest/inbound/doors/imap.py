"""An IMAP mailbox (RFC 3501), by the standard library's imaplib, for one poll.

Each poll connects anew, and after any error the connection is dropped: imaplib cannot go on after a
timeout. Mails are looked at without being marked (BODY.PEEK); being seen or deleted by somebody is
no sign that we have them, that we stored them is.
"""

from __future__ import annotations

import base64
import imaplib
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from digest.errors import MailboxError
from digest.inbound.doors.mailbox import After, InMailbox, MailboxState
from digest.storage.mailboxes import Position
from digest.text.controls import without_controls

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

log = logging.getLogger(__name__)

Result = TypeVar("Result")

#: Mails that are asked for at once. Each is at most as large as what is kept of it.
_AT_ONCE = 20
#: Lines of the list of a mailbox that are asked for at once.
_LISTED = 500
_UID = re.compile(rb"\bUID (\d+)")
#: What imaplib and the connection raise, also for answers that it cannot read.
_FAULTS = (imaplib.IMAP4.error, OSError, EOFError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A mailbox, and how to reach it."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "tls"
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    #: makes the trusted certificates
    tls: Callable[[], ssl.SSLContext]
    #: seconds for each answer
    timeout: float = 60.0

    @property
    def name(self) -> str:
        """The mailbox's own name among others."""
        return f"imap:{self.username}@{self.host}:{self.port}/{self.folder}"


class ImapMailbox:
    """An open folder; use it in a `with` block.

    With `delete` every mail of the folder is read. With `keep` those above the last UID are, unless
    the server has begun to count anew: Dovecot does, under the same UIDVALIDITY.
    """

    channel = "imap"

    def __init__(self, account: Account, *, after: After, state: MailboxState, kept: int) -> None:
        """Connect to no server yet; of a mail `kept` octets are read."""
        self._account = account
        self._after = after
        self._state = state
        self._kept = kept
        self._connection: imaplib.IMAP4 | None = None
        self._exists = 0
        self._position = Position(0, 0)
        self._can_expunge = False

    def __enter__(self) -> Self:
        """Connect, log in, and open the folder.

        Raises:
            MailboxError: that failed; the text names the setting to check.

        """
        try:
            self._connection = self._connect()
            self._log_in()
            self._open_folder()
        except MailboxError:
            self._drop()
            raise
        except _FAULTS as error:
            self._drop()
            raise self._fault("cannot use", error, "imap_host and imap_port") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log out, or drop the connection after an error."""
        if error is None and self._connection is not None:
            with suppress(*_FAULTS):
                self._connection.logout()
        self._drop()

    def batches(self) -> Iterator[list[InMailbox]]:
        """Read the mails that may be new, some at a time, the oldest first.

        Raises:
            MailboxError: the connection failed, or the server's answers mean nothing.

        """
        last = 0 if self._after == "delete" else self._position.last_uid
        uids = self._guarded(partial(self._list, last))
        for start in range(0, len(uids), _AT_ONCE):
            mails = self._guarded(partial(self._fetch, uids[start : start + _AT_ONCE]))
            if mails:
                yield [InMailbox(str(uid), content) for uid, content in mails]

    def done(self, batch: Sequence[InMailbox]) -> None:
        """Delete mails, or remember the last UID.

        Raises:
            MailboxError: the connection failed.

        """
        if self._after == "keep":
            self._position = self._position._replace(last_uid=int(batch[-1].key))
            self._state.set(self._account.name, self._position)
        else:
            self._guarded(partial(self._delete, ",".join(message.key for message in batch)))

    # -- the connection -------------------------------------------------------------------------

    def _connect(self) -> imaplib.IMAP4:
        account = self._account
        if account.security == "tls":
            return imaplib.IMAP4_SSL(
                account.host, account.port, ssl_context=account.tls(), timeout=account.timeout
            )
        connection = imaplib.IMAP4(account.host, account.port, timeout=account.timeout)
        if account.security == "starttls":
            try:
                connection.starttls(ssl_context=account.tls())
            except BaseException:
                connection.shutdown()
                raise
        return connection

    def _log_in(self) -> None:
        account, connection = self._account, self._opened
        known = self._capabilities()
        try:
            if "AUTH=PLAIN" in known:  # takes letters beyond ASCII, in UTF-8 (RFC 4616)
                words = f"\0{account.username}\0{account.password}".encode()
                connection.authenticate("PLAIN", lambda _: words)
            elif "LOGINDISABLED" in known:
                raise MailboxError(
                    f"{account.host} takes no password here; check [inbound] imap_security"
                )
            else:
                connection.login(quoted(account.username), account.password)
        except (imaplib.IMAP4.abort, OSError):
            raise  # the connection broke
        except (imaplib.IMAP4.error, UnicodeError) as error:
            keys = "imap_username and imap_password"
            raise self._fault("cannot log in at", error, keys) from error
        self._can_expunge = "UIDPLUS" in self._capabilities()  # imaplib keeps those from before

    def _capabilities(self) -> set[str]:
        _, lines = self._opened.capability()
        return {word.decode("ascii", "replace").upper() for word in (lines[-1] or b"").split()}

    def _open_folder(self) -> None:
        folder = self._account.folder
        answer, lines = self._opened.select(quoted(modified_utf7(folder)))
        if answer != "OK":
            reason = f"there is no folder {folder} at {self._account.host}: {_text(lines)}"
            raise MailboxError(f"{reason}; check [inbound] imap_folder")
        self._exists = int(lines[0] or 0)
        validity, following = self._number("UIDVALIDITY"), self._number("UIDNEXT")
        before = self._state.get(self._account.name)
        is_same = before is not None and before.uid_validity == validity
        last = before.last_uid if before and is_same else 0
        if following and following <= last:
            log.warning("mailbox counts anew", extra={"channel": self.channel})
            last = 0
        self._position = Position(validity, last)

    def _number(self, name: str) -> int:
        _, values = self._opened.response(name)
        return int(values[0]) if values and values[0] else 0

    @property
    def _opened(self) -> imaplib.IMAP4:
        if self._connection is None:
            raise MailboxError(f"the connection to {self._account.host} is closed")
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(*_FAULTS):
                self._connection.shutdown()
            self._connection = None

    def _guarded(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work; after any fault the connection is dropped."""
        try:
            return work()
        except _FAULTS as error:
            self._drop()
            raise self._fault("cannot read the mailbox at", error, "imap_host") from error

    def _fault(self, what: str, error: Exception, keys: str) -> MailboxError:
        # imaplib's errors are the server's words as bytes; none has the password.
        words = error.args[0] if error.args and isinstance(error.args[0], bytes) else None
        reason = _text([words]) if words else str(error) or type(error).__name__
        return MailboxError(
            f"{what} {self._account.host}: {without_controls(reason)}; check [inbound] {keys}"
        )

    # -- mails ----------------------------------------------------------------------------------

    def _list(self, last: int) -> list[int]:
        """Return the UIDs above the last, in their order, without those marked as deleted.

        It is read from the end, by numbers of messages: UIDs may have gaps of millions, and a
        search of all answers with one line that imaplib may refuse. If mails before are deleted
        meanwhile, the numbers fall, and some come twice.
        """
        found: set[int] = set()
        high = self._exists
        while high > 0:
            low = max(high - _LISTED + 1, 1)
            _, lines = self._opened.fetch(f"{low}:{high}", "(UID FLAGS)")
            listed = {
                int(uid[1]): b"\\Deleted" in line
                for line in lines
                if isinstance(line, bytes) and (uid := _UID.search(line))
            }
            found |= {uid for uid, is_deleted in listed.items() if uid > last and not is_deleted}
            if listed and min(listed) <= last:
                break
            high = low - 1
        return sorted(found)

    def _fetch(self, uids: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return mails by their UIDs; one that is gone meanwhile is left out."""
        wanted = f"(UID BODY.PEEK[]<0.{self._kept}>)"
        answer, parts = self._opened.uid("FETCH", ",".join(map(str, uids)), wanted)
        if answer != "OK":  # one that is gone may spoil the answer for all
            if len(uids) > 1:
                return [one for uid in uids for one in self._fetch([uid])]
            log.warning("message not read", extra={"uid": uids[0], "reason": _text(parts)})
            return []
        found: dict[int, bytes] = {}
        for number, part in enumerate(parts):
            # (b'1 (UID 5 BODY[]<0> {123}', b'...'), b')'; a UID may also stand behind.
            if not (isinstance(part, tuple) and len(part) == 2):
                continue
            behind = parts[number + 1] if number + 1 < len(parts) else b""
            uid = _UID.search(part[0]) or _UID.search(behind if isinstance(behind, bytes) else b"")
            if uid and int(uid[1]) in uids:
                found[int(uid[1])] = part[1]
        return sorted(found.items())

    def _delete(self, uids: str) -> None:
        self._opened.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        if self._can_expunge:  # else all would go that anybody has marked (RFC 4315)
            self._opened.uid("EXPUNGE", uids)


def quoted(text: str) -> str:
    """Return a quoted string (RFC 3501 §9); imaplib sends names as they are."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def modified_utf7(name: str) -> str:
    """Return the name of a folder as IMAP writes it (RFC 3501 §5.1.3)."""
    parts = re.split(r"([^\x20-\x7e]+)", name)
    return "".join(
        f"&{_base64(part)}-" if number % 2 else part.replace("&", "&-")
        for number, part in enumerate(parts)
    )


def _base64(text: str) -> str:
    encoded = base64.b64encode(text.encode("utf-16-be"), b"+,")
    return encoded.decode("ascii").rstrip("=")


def _text(lines: Sequence[object]) -> str:
    """Return the words of an answer."""
    words = [line.decode("utf-8", "replace") for line in lines if isinstance(line, bytes)]
    return without_controls(" ".join(words)) or "no reason given"
