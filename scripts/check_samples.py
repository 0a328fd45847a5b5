"""Checks the samples for Exim, OpenSMTPD and sendmail: each hands mail over in the real server.

    python scripts/check_samples.py      as root, on Debian; some seconds

As installed packages the servers exclude each other and Postfix. So they are downloaded by apt-get
and unpacked into a folder of their own, and the folders of the system that they know by name are
other ones for this process and its children alone (unshare, mount). What takes the mail is an LMTP
server or a script that keeps it. tests/e2e/test_samples_postfix.py has those for Postfix.
"""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.lmtp_capture import lmtp_capture  # noqa: E402 (found by the path above)
from support.programs import attempts, await_listening, free_port  # noqa: E402 (as above)

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = ROOT / "docs" / "samples" / "inbound"
PACKAGES = (
    "exim4-base",
    "exim4-daemon-light",
    "libidn12",
    "m4",
    "opensmtpd",
    "sendmail-bin",
    "sendmail-cf",
)
USERS = ("digest", "Debian-exim", "opensmtpd", "opensmtpq", "smmta", "smmsp", "ada")
#: Folders of the system that are other ones here.
FOLDERS = ("/etc", "/run", "/usr/libexec", "/var/lib", "/var/spool")
SOCKET = Path("/run/digest/lmtp.sock")
CALLS = Path("/var/spool/calls")
#: Where mail for a person goes, who has a mailbox in the same domain.
PERSON = Path("/var/spool/people/mail")

MAIL = b"From: Ada <ada@example.net>\r\nSubject: hello\r\n\r\nHello.\r\n"
#: Senders and recipients of what is Digest's.
OURS = [
    ("", "Bounces+20260202.1F.AbC@news.example.org"),
    ("ada@example.net", "leave+two@news.example.org"),
    ("", "bounces@news.example.org"),
    ("ada@example.net", "help@news.example.org"),
    ("ada@example.net", "digest@news.example.org"),
]

EXIM = """\
exim_path = {program}
primary_hostname = mx.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
spool_directory = /var/spool/exim4
log_file_path = /var/spool/exim4/%s.log
acl_smtp_rcpt = acl_rcpt
tls_advertise_hosts =
host_lookup =
begin acl
acl_rcpt:
  require verify = recipient
  accept
begin routers
{router}
people:
  driver = accept
  domains = news.example.org
  local_parts = ada
  transport = people
begin transports
{transport}
people:
  driver = appendfile
  file = /var/spool/people/mail
  user = ada
begin retry
* * F,1h,1s
"""

OPENSMTPD = """\
listen on 127.0.0.1 port {port} hostname mx.example.org
{sample}
action "people" mda "cat >> /var/spool/people/mail"
match from any for domain "news.example.org" action "people"
"""

SENDMAIL = """\
OSTYPE(`linux')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`no_default_msa')dnl
define(`confDOMAIN_NAME', `mx.example.org')dnl
define(`confBIND_OPTS', `-DNSRCH -DEFNAMES')dnl
undefine(`ALIAS_FILE')dnl
MODIFY_MAILER_FLAGS(`LOCAL', `-A')dnl
define(`STATUS_FILE', `/var/spool/mqueue/statistics')dnl
DAEMON_OPTIONS(`Port={port}, Addr=127.0.0.1, Name=MTA')dnl
LOCAL_DOMAIN(`news.example.org')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
{sample}
"""

#: Stands for `digest`: keeps what it is given, and says "not now" the first time.
RECORDER = """\
#!/bin/sh
call=$(mktemp -d /var/spool/calls/XXXXXX)
printf '%s\\n' "$*" > $call/words
printf '%s' "${SENDER-unset}" > $call/sender
printf '%s' "${RECIPIENT-unset}" > $call/recipient
cat > $call/input
grep -q Hello. $call/input || exit 1
touch $call/done
! mkdir /var/spool/calls/first 2>/dev/null || exit 75
"""


@dataclass(frozen=True)
class Server:
    """A server that runs: its process, and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    def send(self, sender: str, recipient: str) -> None:
        """Hand it a mail."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            client.sendmail(sender, recipient, MAIL)


@dataclass(frozen=True)
class Call:
    """What a program was given: the sender, and the recipient as a word or in the environment."""

    sender: str
    recipient: str

    @classmethod
    def read(cls, kept: Path) -> Call:
        """Read what the script kept."""
        words = (kept / "words").read_text().split()
        named = [word for word in words if "@" in word] or [(kept / "recipient").read_text()]
        return cls((kept / "sender").read_text(), *named)


def unpack(folder: Path) -> None:
    """Download the packages, and unpack them below a folder."""
    # apt's own user may not write here.
    download = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *PACKAGES]
    if subprocess.run(download, cwd=folder, check=False).returncode:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(download, cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], check=True)


def furnish(unpacked: Path) -> None:
    """Put other folders in the place of those of the system, for this process alone."""
    for name in FOLDERS:
        other = unpacked / "system" / name.strip("/")
        other.parent.mkdir(parents=True, exist_ok=True)
        if name == "/etc":
            shutil.copytree(name, other, symlinks=True)
        else:
            other.mkdir()
        subprocess.run(["mount", "--bind", other, name], check=True)
    for number, user in enumerate(USERS, start=60001):
        with Path("/etc/passwd").open("a") as passwd, Path("/etc/group").open("a") as group:
            passwd.write(f"{user}:x:{number}:{number}::/nonexistent:/bin/sh\n")
            group.write(f"{user}:x:{number}:\n")
    shutil.copytree(unpacked / "usr/libexec/opensmtpd", "/usr/libexec/opensmtpd")
    for made, mode in ((SOCKET.parent, 0o755), (CALLS, 0o777), (PERSON.parent, 0o777)):
        made.mkdir(exist_ok=True)
        made.chmod(mode)
    # Without a whole name of this machine sendmail waits for a minute.
    Path("/etc/hosts").write_text(f"127.0.0.1 mx.example.org localhost {socket.gethostname()}\n")
    # Exim is setuid, so it finds its library by this table only.
    (library,) = unpacked.glob("usr/lib/*/libidn.so.12")
    Path("/etc/ld.so.conf.d/samples.conf").write_text(f"{library.parent}\n")
    subprocess.run(["ldconfig"], check=True)
    Path("/etc/exim4").mkdir()
    Path("/var/lib/opensmtpd/empty").mkdir(parents=True)
    for made in (Path("/etc/mail"), Path("/var/spool/mqueue"), Path("/var/spool/exim4")):
        made.mkdir(0o700)
    shutil.chown("/var/spool/exim4", "Debian-exim", "Debian-exim")
    recorder = SOCKET.parent / "recorder"
    recorder.write_text(RECORDER)
    recorder.chmod(0o755)


def sample(name: str) -> str:
    """A sample in which a script stands for `digest`."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    return text.replace("/usr/bin/digest", "/run/digest/recorder")


@contextmanager
def exim(unpacked: Path, way: str) -> Iterator[Server]:
    """Run Exim with a sample; it looks for waiting mail every second."""
    port = free_port()
    Path("/etc/exim4/exim4.conf").write_text(
        EXIM.format(
            program=unpacked / "usr/sbin/exim4",
            port=port,
            router=sample(f"exim-{way}.router.conf"),
            transport=sample(f"exim-{way}.transport.conf"),
        )
    )
    yield from running([unpacked / "usr/sbin/exim4", "-bdf", "-q1s"], port)


@contextmanager
def opensmtpd(unpacked: Path, way: str) -> Iterator[Server]:
    """Run OpenSMTPD with a sample."""
    port = free_port()
    Path("/etc/smtpd.conf").write_text(
        OPENSMTPD.format(port=port, sample=sample(f"opensmtpd-{way}.conf"))
    )
    yield from running([unpacked / "usr/sbin/smtpd", "-F"], port)


@contextmanager
def sendmail(unpacked: Path, way: str) -> Iterator[Server]:
    """Run sendmail with a sample."""
    port, library = free_port(), unpacked / "usr/share/sendmail/cf"
    source = SENDMAIL.format(port=port, sample=sample(f"sendmail-{way}.mc"))
    m4 = [unpacked / "usr/bin/m4", f"-D_CF_DIR_={library}/", library / "m4/cf.m4", "-"]
    made = subprocess.run(m4, input=source, text=True, stdout=subprocess.PIPE, check=True)
    Path("/etc/mail/sendmail.cf").write_text(made.stdout)
    Path("/etc/mail/local-host-names").touch()
    yield from running([unpacked / "usr/libexec/sendmail/sendmail", "-bD", "-q1s"], port)


def running(command: list[str | Path], port: int) -> Iterator[Server]:
    """Run a server until the caller is done."""
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            await_listening(process, port)
            yield Server(process, port)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


SERVERS = {"exim": exim, "opensmtpd": opensmtpd, "sendmail": sendmail}


def by_lmtp(unpacked: Path, name: str) -> None:
    """Hand mail over by LMTP."""
    with lmtp_capture(SOCKET) as capture, SERVERS[name](unpacked, "lmtp") as server:
        for sender, recipient in OURS:
            server.send(sender, recipient)
            handed = capture.next()
            print(f"  {handed.sender or '<>'} -> {', '.join(handed.recipients)}")
            expect((handed.sender, *handed.recipients), (sender, recipient))
        if name != "sendmail":  # its local mailer is not set up here
            person(server)
        unknown(server)


def by_pipe(unpacked: Path, name: str, way: str) -> None:
    """Hand mail over to a program, which puts the first one off."""
    shutil.rmtree(CALLS)
    CALLS.mkdir()
    CALLS.chmod(0o777)
    with SERVERS[name](unpacked, way) as server:
        for sender, recipient in OURS:
            server.send(sender, recipient)
        for _ in attempts(server.process, what="too few calls"):
            if len(done := list(CALLS.glob("*/done"))) > len(OURS):
                break
        person(server)
        unknown(server)
    calls = [Call.read(path.parent) for path in sorted(done)]
    for call in calls:
        print(" ", call)
    given = [astuple(call) for call in calls]
    expect((len(given), sorted(set(given))), (len(OURS) + 1, sorted(OURS)))


def person(server: Server) -> None:
    """A person of the same domain keeps their mail."""
    PERSON.unlink(missing_ok=True)
    server.send("ada@example.net", "ada@news.example.org")
    for _ in attempts(server.process, what="no mail for a person"):
        if PERSON.exists() and "Hello." in PERSON.read_text():
            break


def unknown(server: Server) -> None:
    """Other names of the domain are refused."""
    try:
        server.send("ada@example.net", "bouncesx+1@news.example.org")
    except smtplib.SMTPRecipientsRefused as refused:
        print("  refused:", *refused.recipients.values())
    else:
        sys.exit("bouncesx+1 was taken")


def expect(found: object, wanted: object) -> None:
    """End the program, unless both are equal."""
    if found != wanted:
        sys.exit(f"found {found}, not {wanted}")


def main() -> None:
    """Check all of them, in folders of this process alone."""
    if "--inside" not in sys.argv:
        inside = ["unshare", "--mount", sys.executable, __file__, "--inside"]
        sys.exit(subprocess.run(inside, check=False).returncode)
    with tempfile.TemporaryDirectory(prefix="samples-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        unpack(folder)
        furnish(folder)
        for server, way in (
            ("exim", "lmtp"),
            ("opensmtpd", "lmtp"),
            ("sendmail", "lmtp"),
            ("exim", "pipe"),
            ("opensmtpd", "mda"),
        ):
            print(f"{server}-{way}")
            if way == "lmtp":
                by_lmtp(folder, server)
            else:
                by_pipe(folder, server, way)


if __name__ == "__main__":
    main()
