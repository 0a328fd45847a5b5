"""What becomes of mails when a server fails: every stage of a session by every fault, as data.

A cell is the fate of the mail at which the fault strikes, the fate of the mail after it, and `!`
where the run stops: s sent, d deferred, f failed, u unknown, p planned, - never taken. A cell that
makes no sense is a dot, and WHY_NOT says why. Each holds with pipelining and without.
"""

from __future__ import annotations

from typing import NamedTuple

from support.smtp_server import HANG_UP, RESET, SILENCE

#: The fault strikes the first mail of a connection.
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

#: The fault strikes the second mail of a connection. It may have been closed for its age, so a mail
#: of which only the envelope was sent is tried once more.
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

_NO_REPLIES = "nothing is said before the connection stands"
_BY_THE_KERNEL = "the kernel accepts for the server, so it comes to the same as the banner"
_ONCE = "happens once on a connection"
WHY_NOT = {
    **{("fresh", "connect", fault): _NO_REPLIES for fault in ("4xx", "5xx", "421")},
    **{("fresh", "connect", fault): _NO_REPLIES for fault in ("garbage", "long")},
    **{("fresh", "connect", fault): _BY_THE_KERNEL for fault in ("close", "hang")},
    **{
        ("kept", stage, fault): _ONCE
        for stage in ("connect", "banner", "EHLO", "STARTTLS", "AUTH", "QUIT")
        for fault in FRESH.split()[:8]
    },
}

#: What the server says or does instead of its usual reply.
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
#: At RCPT a 5xx is to name the mailbox.
NO_SUCH_USER = "550 5.1.1 no such user"

#: The states by their letters.
STATES = {
    "s": "sent",
    "d": "deferred",
    "f": "failed",
    "u": "unknown",
    "p": "planned",
    "-": None,
}


class Cell(NamedTuple):
    """One experiment."""

    line: str
    stage: str
    fault: str
    outcome: str

    def __str__(self) -> str:
        """Name it for a test."""
        return f"{self.line}-{self.stage}-{self.fault}"


def cells() -> list[Cell]:
    """Return all cells of both tables."""
    found = []
    for line, table in (("fresh", FRESH), ("kept", KEPT)):
        head, *rows = table.strip().splitlines()
        for row in rows:
            stage, *outcomes = row.split()
            found += [
                Cell(line, stage, fault, outcome)
                for fault, outcome in zip(head.split(), outcomes, strict=True)
            ]
    return found
