#!/usr/bin/env bash
# OpenSMTPD returns the whole mail in a part that says it is headers only, and says "5.0.0" for every reason.
#
# In a report, text/rfc822-headers is the type for the head of the mail that came back (RFC 6522, section 4), and a
# mail that is returned in full is message/rfc822. OpenSMTPD always writes text/rfc822-headers, and puts the whole
# mail into it, also when the sender has asked for the head alone (RET=HDRS). So what reads this part as a head gets
# the body as well, and a report on a digest of 68 kB has 68 kB.
#
# Status is 5.0.0 although the server that refused has said 5.2.2, and there is no Diagnostic-Code: the reason is in
# the text for people alone. Original-Envelope-Id is missing too, although DSN is offered.
#
# Runs as root on Debian 12: OpenSMTPD knows its users and folders by name, so it gets other ones, which this script
# alone sees (unshare). Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
[ "${1-}" = inside ] || exec unshare --mount bash "$0" inside
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; cd /; umount -l /etc /var/spool /var/lib || true; rm -rf "$folder"' EXIT
server= number=0
chmod 755 "$folder"
cd "$folder"
apt-get download -qq -o APT::Sandbox::User=root opensmtpd=6.8.0p2-4+b4
dpkg -x opensmtpd_*.deb "$folder"
cp -a /etc "$folder/etc-here"
mkdir -p spool lib/opensmtpd/empty
mount --bind "$folder/etc-here" /etc
mount --bind "$folder/spool" /var/spool
mount --bind "$folder/lib" /var/lib
for user in opensmtpd opensmtpq; do
  echo "$user:x:$((60001 + ++number)):60001::/nonexistent:/bin/sh" >> /etc/passwd
  echo "$user:x:60001:" >> /etc/group
done
cat > client.py <<'PYTHON'
import smtplib
import socket
import sys
import threading

BODY = "These are words of the body.\r\n"


def serve(listener, reports):
    """Refuse the reader, and take what comes back."""
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            def say(line):
                stream.write(line + b"\r\n")
                stream.flush()

            say(b"220 ready")
            for line in stream:
                verb = line[:4].upper()
                if verb == b"RCPT" and b"full@" in line:
                    say(b"552 5.2.2 mailbox full")
                elif verb == b"DATA":
                    say(b"354 go ahead")
                    taken = []
                    while (line := stream.readline()) != b".\r\n":
                        taken.append(line)
                    say(b"250 taken")
                    reports.append(b"".join(taken).decode())
                    done.set()
                elif verb == b"QUIT":
                    say(b"221 bye")
                    break
                else:
                    say(b"250 ok")


reports, done = [], threading.Event()
listener = socket.create_server(("127.0.0.1", 2526))
threading.Thread(target=serve, args=(listener, reports), daemon=True).start()
found = set()
for wanted in ("HDRS", "FULL"):
    done.clear()
    with smtplib.SMTP("127.0.0.1", 2525, timeout=20) as client:
        client.ehlo()
        print("DSN is offered:", client.has_extn("dsn"))
        client.sendmail("bounces@example.org", ["full@example.net"], f"Subject: hello\r\n\r\n{BODY}",
                        mail_options=[f"RET={wanted}", "ENVID=d.1"])
    if not done.wait(30):
        sys.exit("no report came")
    report = reports.pop()
    fields = [line for line in report.splitlines() if line.lower().startswith(
        ("content-type: text/rfc822", "content-type: message/rfc822", "status:", "diagnostic-code:", "original-"))]
    found.add((*fields, BODY.strip() in report))
    print(f"RET={wanted}:", *fields, "| the body is in it:", BODY.strip() in report)
sys.exit(0 if found == {("Status: 5.0.0", "Content-Type: text/rfc822-headers", True)} else "this has changed")
PYTHON
cat > /etc/smtpd.conf <<'CONF'
listen on 127.0.0.1 port 2525 hostname mx.example.org
action "out" relay host smtp://127.0.0.1:2526
match from any for any action "out"
CONF
{ "$folder/usr/sbin/smtpd" -h 2>&1 || true; } | head -n 1
"$folder/usr/sbin/smtpd" -F & server=$!
timeout 20 bash -c 'until (: < /dev/tcp/127.0.0.1/2525) 2>/dev/null; do sleep 0.1; done'
timeout 60 python3 client.py
