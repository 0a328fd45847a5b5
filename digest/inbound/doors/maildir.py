"""A maildir: a folder into which a mail server delivers each message as a file of its own.

New files are in `new/`, and in `cur/` once a mail program has seen them. Either may be read by
others at the same time, so a file that vanishes is no error. https://cr.yp.to/proto/maildir.html
"""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING, NamedTuple

from digest.errors import MailboxError
from digest.inbound.doors.mailbox import After, InMailbox, MailboxState
from digest.storage.mailboxes import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

#: Files of one batch.
_AT_ONCE = 50
#: Begins the flags of a file's name.
_FLAGS = ":2,"
#: Nanoseconds by which files may have been moved later than the newest that was read: a clock that
#: is set back, or another program that was moving them at the same time.
_MARGIN = 3600 * 10**9


class _File(NamedTuple):
    """A file as it was listed."""

    moved_at: int
    path: Path


class Maildir:
    """A maildir that is polled.

    With `keep` files go to `cur/`. From there are read those that came since the newest that was
    read, by the time at which the file system says that they were moved.
    """

    channel = "maildir"

    def __init__(self, folder: Path, *, after: After, state: MailboxState, kept: int) -> None:
        """Use a folder with `new` and `cur`; of a file `kept` octets are read."""
        self._folder = folder
        self._after = after
        self._state = state
        self._kept = kept
        self._name = f"maildir:{folder}"

    def batches(self) -> Iterator[list[InMailbox]]:
        """Read the files that may be new, some at a time, the oldest first.

        Raises:
            MailboxError: the folder is no maildir, or cannot be read.

        """
        position = self._state.get(self._name)
        newest = position.last_uid if position else 0
        listed = [one for one in self._list("cur") if one.moved_at >= newest - _MARGIN]
        files = sorted([*listed, *self._list("new")])
        are_read = True
        for start in range(0, len(files), _AT_ONCE):
            batch = []
            for _, path in files[start : start + _AT_ONCE]:
                try:
                    batch.append(InMailbox(str(path), self._read(path)))
                except FileNotFoundError:
                    continue
                except OSError as error:
                    are_read = False
                    reason = error.strerror
                    log.warning("message not read", extra={"file": path.name, "reason": reason})
            if batch:
                yield batch
        if self._after == "keep" and files and are_read:
            self._state.set(self._name, Position(0, max(newest, files[-1].moved_at)))

    def done(self, batch: Sequence[InMailbox]) -> None:
        """Delete files, or move them to `cur/`."""
        for message in batch:
            self._remove(self._folder / message.key)

    def _remove(self, path: Path) -> None:
        try:
            if self._after == "delete":
                path.unlink(missing_ok=True)
            elif path.parent.name == "new":
                name = path.name if _FLAGS in path.name else f"{path.name}{_FLAGS}"
                path.rename(self._folder / "cur" / name)
        except FileNotFoundError:
            pass  # another program was quicker
        except OSError as error:
            raise self._unusable(error) from error

    def _list(self, name: str) -> list[_File]:
        try:
            found = [path for path in (self._folder / name).iterdir() if path.name[0] != "."]
        except OSError as error:
            raise self._unusable(error) from error
        listed = []
        for path in found:
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):  # a folder is no message, and a pipe has no end
                listed.append(_File(status.st_ctime_ns, path))
        return listed

    def _read(self, path: Path) -> bytes:
        with path.open("rb") as file:
            return file.read(self._kept)

    def _unusable(self, error: OSError) -> MailboxError:
        return MailboxError(
            f"cannot use the maildir {self._folder}: {error.strerror}; check [inbound] maildir"
        )
