#!/usr/bin/env bash
# Python's LMTP client reads one reply after the dot, where LMTP has one for each recipient.
#
# RFC 2033 (section 4.2): after the final dot the server answers once for every recipient that it has taken. That is
# what LMTP is for. `smtplib.LMTP.sendmail` is the one of SMTP: it reads the first of these replies and takes it for
# all. So it reports nobody as refused when the second recipient was, and raises SMTPDataError for all when only the
# first was, whose mail has then been delivered to the others. The other replies stay in the connection, where the
# next command takes each for its own: QUIT at the end of `with` finds "250" or "452" where 221 should be.
#
# With one recipient at a time it is right.
#
# Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=3.11.2-6+deb12u9
apt-get download -qq -o APT::Sandbox::User=root "python3.11-minimal=$version" "libpython3.11-minimal=$version" \
    "libpython3.11-stdlib=$version"
for package in *.deb; do dpkg -x "$package" "$folder"; done
PYTHONHOME="$folder/usr" "$folder/usr/bin/python3.11" - <<'PYTHON'
import platform
import smtplib
import socket
import sys
import threading

MAIL = b"Subject: hello\r\n\r\nHello.\r\n"


def serve(listener, replies):
    """Take one message, and answer for each of its recipients."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        def say(line):
            stream.write(line + b"\r\n")
            stream.flush()

        say(b"220 ready")
        for line in stream:
            verb = line[:4].upper()
            if verb == b"DATA":
                say(b"354 go ahead")
                while stream.readline() != b".\r\n":
                    pass
                for reply in replies:
                    say(reply)
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


def send(*replies):
    """What the client says of a message to two recipients, and of the end of the session."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener, replies))
        server.start()
        client = smtplib.LMTP("127.0.0.1", listener.getsockname()[1], timeout=10)
        try:
            said = client.sendmail("a@example.org", ["b@example.net", "c@example.net"], MAIL)
        except smtplib.SMTPDataError as error:
            said = f"SMTPDataError {error.smtp_code} for all"
        ended = client.docmd("QUIT")[0] if client.sock else "closed"
        client.close()
        server.join()
    return said, ended


print("Python", platform.python_version())
found = [
    send(b"250 taken", b"552 5.2.2 the mailbox of the second is full"),
    send(b"552 5.2.2 the mailbox of the first is full", b"250 taken"),
]
for each in found:
    print("refused:", *each)
expected = [({}, 552), ("SMTPDataError 552 for all", 250)]
sys.exit(0 if found == expected else "this has changed")
PYTHON
