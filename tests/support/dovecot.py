"""A Dovecot of our own on loopback: mailboxes that are filled by LMTP and read by IMAP.

It is started as root and ended by its process. Each mailbox may have a Sieve script.
"""

from __future__ import annotations

import imaplib
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support.programs import attempts, await_listening, free_port, need_root, program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PASSWORD = "secret"

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
# Nobody needs a chroot here, and few processes are enough.
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {imap_port}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  unix_listener {folder}/lmtp.sock {
    mode = 0666
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u {folder}/users
}
mail_location = maildir:~/Maildir
first_valid_uid = 1
recipient_delimiter = +
postmaster_address = postmaster@example.net
hostname = mail.example.net
submission_host = 127.0.0.1:{smtp_port}
protocol lmtp {
  mail_plugins = sieve
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
{more}
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """A Dovecot that runs: where it listens, and what is in its mailboxes."""

    imap_port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def lmtp(self) -> Path:
        """The socket that mail is delivered to."""
        return self.folder / "lmtp.sock"

    @property
    def log(self) -> str:
        """Its log so far."""
        return (self.folder / "dovecot.log").read_text(encoding="utf-8")

    def messages(self, user: str) -> list[bytes]:
        """All messages of a mailbox, in the order of their arrival, as IMAP has them."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20) as client:
            client.login(user, PASSWORD)
            client.select("INBOX", readonly=True)
            found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        return [pair[1] for pair in found if isinstance(pair, tuple)]

    def empty(self) -> None:
        """Remove all messages, and what Sieve remembers of answers."""
        for home in (self.folder / "homes").iterdir():
            for name in ("Maildir", ".dovecot.lda-dupes"):
                subprocess.run(["rm", "-rf", home / name], check=True)

    def await_messages(self, user: str, count: int) -> list[bytes]:
        """Return all messages of a mailbox when there are so many, or more."""
        for _ in attempts(self.process, what=f"fewer than {count} messages for {user}"):
            if len(found := self.messages(user)) >= count:
                return found
        raise AssertionError("attempts end with an error")

    def await_log(self, words: str) -> None:
        """Return when its log has some words."""
        for _ in attempts(self.process, what=f"no {words!r} in its log"):
            if words in self.log:
                return


@contextmanager
def dovecot(users: Mapping[str, str], *, smtp_port: int = 25, more: str = "") -> Iterator[Dovecot]:
    """Run Dovecot with users, each with a Sieve script or an empty text, and `more` lines.

    Answers of the scripts leave through the SMTP server on a port of loopback. `{folder}` in the
    lines is the folder of all these.
    """
    command = program("dovecot", package="dovecot-core")
    for name, package in (("lmtp", "lmtpd"), ("imap", "imapd"), ("sievec", "sieve")):
        program(name, package=f"dovecot-{package}")
    need_root("Dovecot")
    # Not below pytest's folder, which its users may not enter. Names of sockets have to be short.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        folder.chmod(0o755)
        port = free_port()
        _add_users(folder, users)
        details = {"folder": folder, "imap_port": port, "smtp_port": smtp_port}
        config = _CONFIG.replace("{more}", more)
        for name, value in details.items():
            config = config.replace(f"{{{name}}}", str(value))
        (folder / "dovecot.conf").write_text(config, encoding="utf-8")
        with subprocess.Popen(
            [command, "-F", "-c", str(folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # all is in its log
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                await_listening(process, port)
                await_listening(process, folder / "lmtp.sock")
                yield Dovecot(imap_port=port, folder=folder, process=process)
            finally:
                process.terminate()
                process.wait(timeout=20)
    finally:
        shutil.rmtree(folder)


def _add_users(folder: Path, users: Mapping[str, str]) -> None:
    lines = []
    for address, script in users.items():
        home = folder / "homes" / address
        home.mkdir(parents=True)
        if script:
            (home / ".dovecot.sieve").write_text(script, encoding="utf-8")
        for path in (home, *home.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
        lines.append(f"{address}:{{PLAIN}}{PASSWORD}:65534:65534::{home}::\n")
    (folder / "users").write_text("".join(lines), encoding="utf-8")
