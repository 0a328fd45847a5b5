"""The null sender: the envelope sender of mail that must not be answered (RFC 5321 §4.5.5)."""

from __future__ import annotations

_SPELLINGS = ("", "mailer-daemon")


def is_null_sender(sender: str | None) -> bool:
    """Whether an envelope sender is the null one, in any spelling that mail servers hand over.

    They write nothing, `<>`, or `MAILER-DAEMON` without a domain (Postfix's pipe, sendmail), or
    leave the variable out (Dovecot's Sieve).
    """
    return without_brackets(sender or "").lower() in _SPELLINGS


def without_brackets(sender: str) -> str:
    """Return an envelope sender without the angle brackets and the space around it."""
    plain = sender.strip()
    return plain[1:-1].strip() if plain[:1] == "<" and plain[-1:] == ">" else plain


def envelope_sender(sender: str | None) -> str:
    """Return an envelope sender as it is stored: empty for the null one."""
    return "" if is_null_sender(sender) else without_brackets(sender or "")
