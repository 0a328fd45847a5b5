"""A mail server as an installation has it: Postfix, with the samples for it, and mailboxes.

Mail to `@news.example.org` goes to the socket of `digest inbound serve`, as docs/inbound.md says.
Mail to `@example.net` goes to Dovecot, which refuses those that have no mailbox; then Postfix
sends a bounce. Whatever else is sent comes back.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support.dovecot import Dovecot, dovecot
from support.paths import ROOT
from support.postfix import Postfix, postfix
from support.programs import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAMPLES = ROOT / "docs" / "samples" / "inbound"


@dataclass(frozen=True, kw_only=True)
class MailHost:
    """A mail server that runs."""

    postfix: Postfix
    dovecot: Dovecot
    #: where it hands over the mail of news.example.org
    socket: Path


def sample(name: str) -> str:
    """Return a sample for Postfix, with its table beside the other files of the server."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    return text.replace("/etc/postfix/digest", "{folder}/digest")


@contextmanager
def entered_by_all() -> Iterator[Path]:
    """Make a folder that the users of servers may enter, with a short name for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="inbound-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def mail_host(mailboxes: Mapping[str, str], *, more: str = "") -> Iterator[MailHost]:
    """Run all of it, with mailboxes, each with a Sieve script or an empty text.

    `more` are lines for Dovecot.
    """
    with ExitStack() as stack:
        socket = stack.enter_context(entered_by_all()) / "lmtp.sock"
        port = free_port()
        imap = stack.enter_context(dovecot(mailboxes, smtp_port=port, more=more))
        readers = (
            "virtual_mailbox_domains = example.net\n"
            f"virtual_transport = lmtp:unix:{imap.lmtp}\n"
            # Without it a mail to two addresses of one mailbox would not say which.
            "lmtp_destination_recipient_limit = 1\n"
        )
        table = sample("postfix-lmtp.table").replace("/run/digest/lmtp.sock", str(socket))
        smtp = stack.enter_context(
            postfix(
                main=sample("postfix-lmtp.main.cf") + readers,
                master=sample("postfix-lmtp.master.cf"),
                tables={"digest": table},
                port=port,
            )
        )
        yield MailHost(postfix=smtp, dovecot=imap, socket=socket)
