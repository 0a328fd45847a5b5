"""A report of a mail server on a mail of an installation (RFC 3464), as short as it may be."""

from __future__ import annotations


def report(
    recipient: str,
    *,
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 no such user",
    number: int = 1,
) -> bytes:
    """Return a report that says why a mail to somebody failed; each number is another message."""
    lines = [
        "From: MAILER-DAEMON@mx.example.net",
        f"Message-ID: <{number}@mx.example.net>",
        "Subject: Undelivered mail",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="="',
        "",
        "--=",
        "",
        "It did not arrive.",
        "--=",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.net",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {diagnostic}",
        "--=--",
        "",
    ]
    return "\r\n".join(lines).encode()
