#!/usr/bin/env bash
# imaplib sends the name of a mailbox without quotes, although its documentation says that it quotes where needed.
#
# docs.python.org, imaplib: "If necessary (the string contains IMAP4 protocol-sensitive characters and isn't
# enclosed with either parentheses or double quotes) each string is quoted." Python 3 quotes the password of LOGIN
# alone: select("Mail lists") sends SELECT Mail lists, two words, which a server has to refuse; so does login with
# a space in the user's name. Whoever passes '"Mail lists"' is safe, also since July 2026, when CPython took up
# quoting again (gh-40038, in 3.13 and later).
#
# After a timeout the object cannot be used either: every further command, also LOGOUT, raises OSError "cannot read
# from timed out object", as the file that it reads from stays broken. It needs a new connection.
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
import imaplib
import platform
import socket
import sys
import threading
from contextlib import suppress


def serve(listener, heard, silent):
    """Note what is said, and agree to all but NOOP, which gets no answer if `silent`."""
    connection, _ = listener.accept()
    with suppress(ConnectionError), connection, connection.makefile("rwb") as stream:
        stream.write(b"* OK ready\r\n")
        stream.flush()
        for line in stream:
            tag, _, rest = line.partition(b" ")
            heard.append(rest.decode().strip())
            if rest.startswith(b"NOOP") and silent:
                continue
            if rest.startswith(b"CAPABILITY"):
                stream.write(b"* CAPABILITY IMAP4rev1\r\n")
            if rest.startswith((b"SELECT", b"EXAMINE")):
                stream.write(b"* 0 EXISTS\r\n")
            stream.write(tag + b" OK done\r\n")
            stream.flush()


def session(use, *, silent=False, timeout=10):
    """What a client says, and what it raises."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, heard, silent))
        thread.start()
        client = imaplib.IMAP4("127.0.0.1", listener.getsockname()[1], timeout=timeout)
        raised = []
        for call in use:
            try:
                call(client)
            except OSError as error:
                raised.append(str(error))
        client.sock.close()
        client.file.close()
        thread.join()
    return heard[1:], raised


print("Python", platform.python_version())
found = [
    session([lambda client: client.login("ada example", "a secret"), lambda client: client.select("Mail lists")]),
    session([lambda client: client.noop(), lambda client: client.logout()], silent=True, timeout=0.2),
]
for each in found:
    print(*each)
expected = [
    (['LOGIN ada example "a secret"', "SELECT Mail lists"], []),
    (["NOOP", "LOGOUT"], ["timed out", "cannot read from timed out object"]),
]
sys.exit(0 if found == expected else "this has changed")
PYTHON
