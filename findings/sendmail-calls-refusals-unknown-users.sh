#!/usr/bin/env bash
# sendmail reports a refused recipient as "5.1.1 User unknown", whatever the server has said of the reason.
#
# A server that refuses a recipient with "550 your server is on a blocklist" gives no code of RFC 3463 for the
# reason. sendmail takes 550 for an unknown user, and writes Status: 5.1.1 into its report. It does so even for
# "550 5.7.1 your server …", unless the server has named ENHANCEDSTATUSCODES in its answer to EHLO (RFC 2034); and
# "User unknown" stands in the text for people then, too. Who believes either loses the readers of a whole
# provider while their own server is on a list. Diagnostic-Code has what was said.
#
# Runs as root on Debian 12: sendmail knows its files by name, so it gets another /etc, /var/spool and /run, which
# this script alone sees (unshare). Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
[ "${1-}" = inside ] || exec unshare --mount bash "$0" inside
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; cd /; umount -l /etc /var/spool /run || true; rm -rf "$folder"' EXIT
server= number=0
chmod 755 "$folder"
cd "$folder"
version=8.17.1.9-2+deb12u2
apt-get download -qq -o APT::Sandbox::User=root "sendmail-bin=$version" "sendmail-cf=$version" m4
for package in *.deb; do dpkg -x "$package" "$folder"; done
cp -a /etc "$folder/etc-here"
mkdir -p spool/mqueue run
chmod 700 spool/mqueue
mount --bind "$folder/etc-here" /etc
mount --bind "$folder/spool" /var/spool
mount --bind "$folder/run" /run
for user in smmta smmsp; do
  echo "$user:x:$((60001 + ++number)):60001::/nonexistent:/bin/sh" >> /etc/passwd
  echo "$user:x:60001:" >> /etc/group
done
# Without a whole name of this machine it waits for a minute.
echo "127.0.0.1 mx.example.org localhost $(hostname)" > /etc/hosts
mkdir -p /etc/mail
touch /etc/mail/local-host-names
library=$folder/usr/share/sendmail/cf
"$folder/usr/bin/m4" "-D_CF_DIR_=$library/" "$library/m4/cf.m4" - > /etc/mail/sendmail.cf <<'MC'
OSTYPE(`linux')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`no_default_msa')dnl
define(`confDOMAIN_NAME', `mx.example.org')dnl
undefine(`ALIAS_FILE')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h 2526')dnl
DAEMON_OPTIONS(`Port=2525, Addr=127.0.0.1, Name=MTA')dnl
MAILER(`smtp')dnl
MC
cat > client.py <<'PYTHON'
import smtplib
import socket
import sys
import threading

BARE, CODED = b"550 your server is on our blocklist", b"550 5.7.1 your server is on our blocklist"
#: The reply to RCPT, and whether EHLO has named ENHANCEDSTATUSCODES (RFC 2034).
CASES = {"bare": (BARE, False), "coded": (CODED, False), "announced": (CODED, True)}


def serve(listener):
    """Refuse readers as their names say, and take what comes back."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def talk(connection):
    with connection, connection.makefile("rwb") as stream:
        def say(line):
            stream.write(line + b"\r\n")
            stream.flush()

        say(b"220 ready")
        for line in stream:
            verb = line[:4].upper()
            if verb == b"EHLO" and CASES[name][1]:
                say(b"250-mx.example.net")
                say(b"250 ENHANCEDSTATUSCODES")
            elif verb == b"RCPT" and b"@example.net" in line:
                say(CASES[name][0])
            elif verb == b"DATA":
                say(b"354 go ahead")
                taken = []
                while (line := stream.readline()) != b".\r\n":
                    taken.append(line)
                reports.append(b"".join(taken).decode())
                say(b"250 taken")
                done.set()
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


reports, done = [], threading.Event()
listener = socket.create_server(("127.0.0.1", 2526))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
found = {}
for name, (reply, is_announced) in CASES.items():
    done.clear()
    with smtplib.SMTP("127.0.0.1", 2525, timeout=20) as client:
        if not found:
            print(client.docmd("HELP")[1].decode().partition(" -- ")[0].partition(" ")[2])
        client.sendmail("bounces@example.org", [f"{name}@example.net"], "Subject: hello\r\n\r\nHello.\r\n")
    if not done.wait(30):
        sys.exit("no report came")
    report = reports.pop()
    found[name] = [line for line in report.splitlines() if line.startswith(("Status:", "Diagnostic-Code:"))]
    found[name].append("... User unknown" in report)
    print(reply.decode(), "(announced)" * is_announced, "->", *found[name])
expected = {
    "bare": ["Status: 5.1.1", f"Diagnostic-Code: SMTP; {BARE.decode()}", True],
    "coded": ["Status: 5.1.1", f"Diagnostic-Code: SMTP; {CODED.decode()}", True],
    "announced": ["Status: 5.7.1", f"Diagnostic-Code: SMTP; {CODED.decode()}", True],
}
sys.exit(0 if found == expected else "this has changed")
PYTHON
"$folder/usr/libexec/sendmail/sendmail" -bD -q1s & server=$!
timeout 20 bash -c 'until (: < /dev/tcp/127.0.0.1/2525) 2>/dev/null; do sleep 0.1; done'
timeout 60 python3 client.py
