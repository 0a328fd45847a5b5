"""The outcomes of messages when a mail server fails: each stage of a session by each fault.

A cell has two letters and perhaps a `!`. The first letter is the outcome of the message at which
the fault happens, the second that of the next message. `!` means that the run stops. The letters
are s sent, d deferred, f failed, u unknown, p planned, and - for a message that was never taken. A
dot is a cell that makes no sense; IMPOSSIBLE says why. Each cell holds with and without pipelining.
"""

from __future__ import annotations

from typing import NamedTuple

from support.smtp_server import HANG_UP, RESET, SILENCE

#: The fault happens at the first message of a connection.
FRESH = """
            4xx  5xx  421  reset  close  hang  garbage  long
connect      .    .    .   p-!     .      .      .       .
banner      p-!  p-!  p-!  p-!    p-!    p-!    p-!     p-!
EHLO        ss   ss   p-!  p-!    p-!    p-!    ss      p-!
STARTTLS    p-!  p-!  p-!  p-!    p-!    p-!    p-!     p-!
AUTH        p-!  p-!  p-!  p-!    p-!    p-!    p-!     p-!
MAIL        ds   pp!  ss   ds     ds     ds     ds      ds
RCPT        ds   fs   ss   ds     ds     ds     ds      ds
DATA        ds   ds   ss   ds     ds     ds     ds      ds
body        ds   ds   ds   ds     ds     ds     ds      ds
dot         ds   ds   ds   us     us     us     us      us
RSET        fs   fs   fs   fs     fs     fs     fs      fs
QUIT        ss   ss   ss   ss     ss     ss     ss      ss
"""

#: The fault happens at the second message of a connection. The cause may be the age of the
#: connection, so a message of which only the envelope was sent is tried once more.
KEPT = """
            4xx  5xx  421  reset  close  hang  garbage  long
connect      .    .    .    .      .      .      .       .
banner       .    .    .    .      .      .      .       .
EHLO         .    .    .    .      .      .      .       .
STARTTLS     .    .    .    .      .      .      .       .
AUTH         .    .    .    .      .      .      .       .
MAIL        ds   pp!  ss   ss     ss     ss     ss      ss
RCPT        ds   fs   ss   ss     ss     ss     ss      ss
DATA        ds   ds   ss   ss     ss     ss     ss      ss
body        ds   ds   ds   ds     ds     ds     ds      ds
dot         ds   ds   ds   us     us     us     us      us
RSET        fs   fs   fs   fs     fs     fs     fs      fs
QUIT         .    .    .    .      .      .      .       .
"""

_NO_REPLIES = "there are no replies before there is a connection"
_BY_THE_KERNEL = "the kernel accepts connections for the server, so this is the same as the banner"
_ONCE = "this stage happens once per connection"
IMPOSSIBLE = {
    **{("fresh", "connect", fault): _NO_REPLIES for fault in ("4xx", "5xx", "421")},
    **{("fresh", "connect", fault): _NO_REPLIES for fault in ("garbage", "long")},
    **{("fresh", "connect", fault): _BY_THE_KERNEL for fault in ("close", "hang")},
    **{
        ("kept", stage, fault): _ONCE
        for stage in ("connect", "banner", "EHLO", "STARTTLS", "AUTH", "QUIT")
        for fault in FRESH.split()[:8]
    },
}

#: The reply of the server, or what it does instead of replying.
FAULTS = {
    "4xx": "451 4.3.0 later",
    "5xx": "554 5.7.1 no",
    "421": "421 4.3.2 closing",
    "reset": RESET,
    "close": HANG_UP,
    "hang": SILENCE,
    "garbage": "what?",
    "long": "250 " + "x" * 10_000_000,
}
#: The 5xx reply at RCPT, which names the mailbox.
NO_SUCH_USER = "550 5.1.1 no such user"

#: The states by the letters of the tables.
STATES = {
    "s": "sent",
    "d": "deferred",
    "f": "failed",
    "u": "unknown",
    "p": "planned",
    "-": None,
}


class Cell(NamedTuple):
    """One cell of a table; `connection` is "fresh" or "kept"."""

    connection: str
    stage: str
    fault: str
    outcome: str

    def __str__(self) -> str:
        """Return its name in the list of tests."""
        return f"{self.connection}-{self.stage}-{self.fault}"


def cells() -> list[Cell]:
    """Return all cells of both tables."""
    found = []
    for connection, table in (("fresh", FRESH), ("kept", KEPT)):
        head, *rows = table.strip().splitlines()
        for row in rows:
            stage, *outcomes = row.split()
            found += [
                Cell(connection, stage, fault, outcome)
                for fault, outcome in zip(head.split(), outcomes, strict=True)
            ]
    return found
