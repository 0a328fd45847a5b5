#!/usr/bin/env bash
# flufl.bounce calls a full mailbox and a block of the sender permanent, and cuts addresses at "=".
#
# It tells temporary from permanent by the field Action of a report alone (RFC 3464, section 2.3.3), where "failed"
# means that this mail will not arrive. It does not mean that the next will not: a mailbox that is full is failed
# with Status 4.2.2 or 5.2.2, a queue that ran out with 4.4.7, and a server on a blocklist with 5.7.1. Who removes
# the readers it calls permanent loses all whose mailbox is full, and after a listing all of a provider.
#
# Addresses may hold "=" (RFC 5321, Atext), and some do: those of VERP, and those that SRS has rewritten. Of
# <unknown.ada=corp@example.net> in Final-Recipient "unknown.ada" remains.
#
# Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flufl.bounce==6.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import platform
import sys
from email import message_from_string
from importlib.metadata import version

from flufl.bounce import all_failures

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: bounces@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b--
"""
CASES = {
    "unknown": ("ada@example.net", "5.1.1", "550 5.1.1 no such user"),
    "full": ("ada@example.net", "5.2.2", "552 5.2.2 mailbox full"),
    "full for days": ("ada@example.net", "4.2.2", "452 4.2.2 mailbox full"),
    "blocklist": ("ada@example.net", "5.7.1", "554 5.7.1 your server 192.0.2.1 is on a blocklist"),
    "equals": ("unknown.ada=corp@example.net", "5.1.1", "550 5.1.1 no such user"),
}
print("Python", platform.python_version(), "flufl.bounce", version("flufl.bounce"))
found = {}
for name, (recipient, status, diagnostic) in CASES.items():
    report = REPORT.format(recipient=recipient, status=status, diagnostic=diagnostic)
    temporary, permanent = all_failures(message_from_string(report))
    found[name] = (sorted(temporary), sorted(permanent))
    print(f"{name:14} temporary {found[name][0]}, permanent {found[name][1]}")
expected = {name: ([], [b"ada@example.net"]) for name in CASES} | {"equals": ([], [b"unknown.ada"])}
sys.exit(0 if found == expected else "this has changed")
PYTHON
