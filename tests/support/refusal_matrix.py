"""What a run makes of a server's refusals: stage by words by how many readers get them.

Each line is a run with readers in this order: `x` is refused in the words of the line, `.` is
accepted. At stages other than RCPT the server counts: it refuses by the order of arrival. The
result has the states after the run, how many readers are suppressed, and whether the run stops or
ends. `again` are the states after a second run with a server that accepts all.
"""

from __future__ import annotations

from typing import NamedTuple

ALL, ONE = "x" * 12, "x" + "." * 11
#: Words for each kind of refusal.
NOT_OWNED = "553 5.7.1 <digest@papers.example>: Sender address rejected: not owned by user digest"
SEND_AS = "554 5.2.252 SendAsDenied; digest@papers.example not allowed to send as desk@x.example"
NOT_VERIFIED = (
    "554 Message rejected: Email address is not verified. The following identities failed the"
    " check in region US-EAST-1: digest@papers.example"
)
QUOTA = "550 5.4.5 Daily user sending limit exceeded"
RELAY = "554 5.7.1 Relay access denied"
UNKNOWN = "550 5.1.1 User unknown"
UNKNOWN_IN_WORDS = "554 no such user"
UNAVAILABLE = "550 5.5.0 Requested action not taken: mailbox unavailable"
ACCESS_DENIED = "550 5.4.1 Recipient address rejected: Access denied"
BARE = "554 no"
POLICY = "550 5.7.1 rejected by policy"
TOO_BIG = "552 5.3.4 message too big"
CONTENT = "554 5.6.0 malformed"
NOT_ALLOWED = "550 Sender is not in the allow list"
GROUP = (
    "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery"
    " restriction check failed because the sender was not authenticated"
)
TOO_MANY_INVALID = "550 too many invalid recipients"
NOT_OWNED_NOW = "450 4.7.1 <digest@papers.example>: Sender address rejected: not owned by user"
NO_SPF_NOW = "451 4.7.26 papers.example: unauthenticated mail, SPF and DKIM did not pass"
NO_DOMAIN_NOW = "451 4.1.8 <digest@papers.example>: Sender address rejected: Domain not found"
TROUBLE = "554 Transaction failed"


class Line(NamedTuple):
    """A line of the matrix."""

    stage: str
    readers: str
    words: str
    states: str
    suppressed: int
    run: str
    again: str

    def __str__(self) -> str:
        """Return its name in the list of tests."""
        return f"{self.stage} {self.readers} {self.words[:24]}"


MATRIX = [
    # The sender: nothing is failed, the run stops, and all mails leave once it is mended.
    Line("MAIL", ALL, NOT_OWNED, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, NOT_OWNED, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, "550 digest@papers.example?", "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, RELAY, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, QUOTA, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, BARE, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, "550 5.5.0 no, {address}: id {n}", "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, POLICY, "12 planned", 0, "stops", "12 sent"),
    Line("DATA", ALL, SEND_AS, "12 planned", 0, "stops", "12 sent"),
    Line("DATA", ALL, BARE, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, SEND_AS, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, NOT_VERIFIED, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, QUOTA, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, TROUBLE, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, "550 no", "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, TOO_BIG, "12 planned", 0, "stops", "12 sent"),
    Line("MAIL", ALL, TOO_BIG, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", "....xxxxxxxx", QUOTA, "4 sent 8 planned", 0, "stops", "12 sent"),
    Line(".", "....xxxxxxxx", QUOTA, "4 sent 8 planned", 0, "stops", "12 sent"),
    # The same for a list of one or two.
    Line("RCPT", "x", NOT_OWNED, "1 planned", 0, "stops", "1 sent"),
    Line(".", "x", SEND_AS, "1 planned", 0, "stops", "1 sent"),
    Line("RCPT", "xx", BARE, "2 planned", 0, "stops", "2 sent"),
    # One reply alone proves nothing unless it says so: the mail waits.
    Line("RCPT", "x", BARE, "1 deferred", 0, "ends", "1 sent"),
    Line(".", "x", TROUBLE, "1 deferred", 0, "ends", "1 sent"),
    Line("RCPT", "x", POLICY, "1 deferred", 0, "ends", "1 sent"),
    Line("RCPT", "x", UNKNOWN, "1 deferred", 0, "ends", "1 sent"),
    Line("RCPT", "x", UNAVAILABLE, "1 deferred", 0, "ends", "1 sent"),
    # The reader: failed, and nobody else notices. Only clear words suppress.
    Line("RCPT", ONE, UNKNOWN, "1 failed 11 sent", 1, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, UNKNOWN_IN_WORDS, "1 failed 11 sent", 1, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, UNAVAILABLE, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, ACCESS_DENIED, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, "550 5.5.0 no", "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, "550", "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, "551 no", "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, "553 no", "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", ONE, BARE, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", "...........x", BARE, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line("RCPT", "xxxxx.......", BARE, "5 failed 7 sent", 0, "ends", "5 failed 7 sent"),
    # At the end nobody is left who could show that the server still accepts mail: they wait.
    Line("RCPT", ".......xxxxx", BARE, "5 deferred 7 sent", 0, "ends", "12 sent"),
    Line("RCPT", ".x.....xxxxx", BARE, "6 failed 6 sent", 0, "ends", "6 failed 6 sent"),
    Line("RCPT", "..xxxxx.....", BARE, "5 failed 7 sent", 0, "ends", "5 failed 7 sent"),
    Line("RCPT", "x" * 20 + "." * 5, BARE, "20 failed 5 sent", 0, "ends", "20 failed 5 sent"),
    Line("RCPT", "x" * 20 + "." * 5, UNAVAILABLE, "20 failed 5 sent", 0, "ends",
         "20 failed 5 sent"),
    Line("RCPT", "." * 5 + "x" * 20, UNKNOWN, "20 failed 5 sent", 20, "ends", "20 failed 5 sent"),
    Line(".", ONE, UNKNOWN, "1 failed 11 sent", 1, "ends", "1 failed 11 sent"),
    Line(".", ONE, "550 no", "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    # Only unknown mailboxes, and none known: the server may be the wrong one.
    Line("RCPT", ALL, UNKNOWN, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, ACCESS_DENIED, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", "xxxx", UNKNOWN, "4 planned", 0, "stops", "4 sent"),
    Line("RCPT", "xx", UNKNOWN_IN_WORDS, "2 planned", 0, "stops", "2 sent"),
    Line(".", "xx", UNKNOWN, "2 planned", 0, "stops", "2 sent"),
    Line("RCPT", "x.", UNKNOWN, "1 failed 1 sent", 1, "ends", "1 failed 1 sent"),
    # The message: failed if others are taken.
    Line(".", ONE, TOO_BIG, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    Line(".", ONE, CONTENT, "1 failed 11 sent", 0, "ends", "1 failed 11 sent"),
    # A policy for some readers, or an unnamed one for the content: the mail waits.
    Line("RCPT", ONE, POLICY, "1 deferred 11 sent", 0, "ends", "12 sent"),
    Line("RCPT", ONE, RELAY, "1 deferred 11 sent", 0, "ends", "12 sent"),
    Line("RCPT", ONE, NOT_OWNED, "1 deferred 11 sent", 0, "ends", "12 sent"),
    Line(".", ONE, TROUBLE, "1 deferred 11 sent", 0, "ends", "12 sent"),
    # A rule of some mailboxes, though it speaks of the sender: they wait, and stop nobody.
    Line("RCPT", "..xx.x", NOT_ALLOWED, "3 deferred 3 sent", 0, "ends", "6 sent"),
    Line("RCPT", "..xx.x", NOT_OWNED, "3 deferred 3 sent", 0, "ends", "6 sent"),
    Line("RCPT", "xxx.........", NOT_ALLOWED, "3 deferred 9 sent", 0, "ends", "12 sent"),
    Line("RCPT", "xxx.........", GROUP, "3 deferred 9 sent", 0, "ends", "12 sent"),
    Line("RCPT", "xxx.........", NOT_OWNED, "3 deferred 9 sent", 0, "ends", "12 sent"),
    Line("RCPT", "..xx.x", TOO_MANY_INVALID, "3 deferred 3 sent", 0, "ends", "6 sent"),
    Line("RCPT", ALL, NOT_ALLOWED, "12 planned", 0, "stops", "12 sent"),
    # The sender, said with 4xx: as with 5xx.
    Line("MAIL", ALL, NO_DOMAIN_NOW, "12 planned", 0, "stops", "12 sent"),
    Line("RCPT", ALL, NOT_OWNED_NOW, "12 planned", 0, "stops", "12 sent"),
    Line(".", ALL, NO_SPF_NOW, "12 planned", 0, "stops", "12 sent"),
    Line(".", "x", NO_SPF_NOW, "1 planned", 0, "stops", "1 sent"),
    Line("RCPT", ONE, NOT_OWNED_NOW, "1 deferred 11 sent", 0, "ends", "12 sent"),
    # Refused for now: the mail waits.
    Line("RCPT", ONE, "450 4.2.0 greylisted", "1 deferred 11 sent", 0, "ends", "12 sent"),
    Line(".", ONE, "451 4.7.1 greylisted", "1 deferred 11 sent", 0, "ends", "12 sent"),
    Line("MAIL", ALL, "452 4.5.3 too many", "6 planned 6 deferred", 0, "stops", "12 sent"),
    Line("RCPT", ALL, "450 4.7.1 too many messages", "6 planned 6 deferred", 0, "stops",
         "12 sent"),
]  # fmt: skip
