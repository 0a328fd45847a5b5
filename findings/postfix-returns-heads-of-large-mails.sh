#!/usr/bin/env bash
# Postfix returns only the head of a mail above 50 kB, also when the sender has asked for all of it.
#
# RET=FULL (RFC 3461, section 4.3) asks for the whole mail in a report that it failed. Postfix does so up to
# bounce_size_limit, 50000 octets by default. Above it the part is text/rfc822-headers, as if RET=HDRS had been said,
# and nothing in the report tells why. So what knows a returned mail by its body, such as by a link to unsubscribe or
# a token in the text, finds it in tests with small mails, and not in newsletters. What is in the head comes always:
# Message-ID, List-Unsubscribe, Feedback-ID.
#
# Runs as root on Debian 12: Postfix knows its user by name, so it gets another /etc, which this script alone sees
# (unshare). Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
[ "${1-}" = inside ] || exec unshare --mount bash "$0" inside
folder=$(mktemp -d)
trap '"$folder/usr/sbin/postfix" -c "$folder/config" abort 2>/dev/null || true; cd /; umount -l /etc || true; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get download -qq -o APT::Sandbox::User=root postfix=3.7.11-0+deb12u1 libicu72 libnsl2 libtirpc3
for package in *.deb; do dpkg -x "$package" "$folder"; done
cp -a /etc "$folder/etc-here"
mount --bind "$folder/etc-here" /etc
for name in postfix postdrop; do
  grep -q "^$name:" /etc/passwd || echo "$name:x:60001:60001::/nonexistent:/bin/sh" >> /etc/passwd
  grep -q "^$name:" /etc/group || echo "$name:x:60001:" >> /etc/group
done
for each in usr/lib/postfix usr/lib/*-linux-gnu; do echo "$folder/$each"; done > /etc/ld.so.conf.d/here.conf
ldconfig
mkdir config queue data mail
chown postfix: data
chown nobody: mail
cat > config/main.cf <<CONF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
command_directory = $folder/usr/sbin
daemon_directory = $folder/usr/lib/postfix/sbin
meta_directory = $folder/etc/postfix
shlib_directory = $folder/usr/lib/postfix
sendmail_path = $folder/usr/sbin/sendmail
mailq_path = $folder/usr/bin/mailq
newaliases_path = $folder/usr/bin/newaliases
maillog_file = $folder/log
maillog_file_prefixes = $folder
inet_interfaces = loopback-only
myhostname = mx.example.org
mydestination =
smtpd_reject_unlisted_recipient = no
smtp_dns_support_level = disabled
transport_maps = inline:{ { example.net = error:5.1.1 no such user } }
virtual_mailbox_domains = example.org
virtual_mailbox_base = $folder/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
CONF
cat > config/master.cf <<'CONF'
127.0.0.1:2525 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CONF
usr/sbin/postfix -c "$folder/config" start 2> /dev/null
usr/sbin/postconf -c "$folder/config" mail_version bounce_size_limit
python3 - <<'PYTHON'
import smtplib
import sys
import time
from email import message_from_bytes
from pathlib import Path

found = {}
for kilobytes in (40, 60):
    with smtplib.SMTP("127.0.0.1", 2525, timeout=20) as client:
        mail = "Subject: hello\r\n\r\n" + "These are words.\r\n" * (kilobytes * 1000 // 18)
        client.sendmail("bounces@example.org", ["ghost@example.net"], mail, mail_options=["RET=FULL"])
    for _ in range(100):
        if reports := list(Path("mail/box/new").glob("*")):
            break
        time.sleep(0.1)
    (path,) = reports
    *_, returned = message_from_bytes(path.read_bytes()).get_payload()
    path.unlink()
    found[kilobytes] = returned.get_content_type(), len(returned.as_bytes())
    print(f"a mail of {kilobytes} kB, RET=FULL: {found[kilobytes][0]}, {found[kilobytes][1]} octets come back")
types = [kind for kind, _ in found.values()]
sys.exit(0 if types == ["message/rfc822", "text/rfc822-headers"] else "this has changed")
PYTHON
