#!/usr/bin/env bash
# Exim gives an envelope id back as it was encoded, so whoever sent it finds another one in the bounce.
#
# `MAIL FROM:<…> ENVID=…` names a mail, and a report on it repeats the name as Original-Envelope-Id. On the way
# the name is xtext (RFC 3461, section 4): "+" is written +2B and "=" +3D. In the report it is not (RFC 3464,
# section 2.2.1), and so Postfix decodes it. Exim writes what came: d+2B1+3D2026 for the name d+1=2026. The same
# happens to the address of ORCPT in Original-Recipient: ada+tag@example.net comes back as ada+2Btag@example.net,
# which is the address of somebody else.
#
# A name of letters, digits, "." and "-" alone is the same in both.
#
# Runs as root on Debian 12: Exim knows its user and its configuration by name, so it gets another /etc, which this
# script alone sees (unshare). Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
[ "${1-}" = inside ] || exec unshare --mount bash "$0" inside
folder=$(mktemp -d)
trap 'cd /; umount -l /etc || true; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get download -qq -o APT::Sandbox::User=root exim4-daemon-light=4.96-15+deb12u11 libidn12=1.41-1
for package in *.deb; do dpkg -x "$package" "$folder"; done
cp -a /etc "$folder/etc-here"
mount --bind "$folder/etc-here" /etc
echo "Debian-exim:x:60001:60001::/nonexistent:/bin/sh" >> /etc/passwd
echo "Debian-exim:x:60001:" >> /etc/group
dirname "$folder"/usr/lib/*/libidn.so.12 > /etc/ld.so.conf.d/here.conf
ldconfig
mkdir -p /etc/exim4 spool
chown Debian-exim: spool
cat > /etc/exim4/exim4.conf <<EXIM
exim_path = $folder/usr/sbin/exim4
primary_hostname = mx.example.org
spool_directory = $folder/spool
log_file_path = $folder/spool/%slog
acl_smtp_rcpt = accept
acl_smtp_data = accept
dsn_advertise_hosts = *
begin routers
us:
  driver = accept
  domains = example.org
  transport = file
begin transports
file:
  driver = appendfile
  file = $folder/spool/bounce
  user = Debian-exim
EXIM
# -bs: SMTP on standard input; -odf: deliver at once. What it says after DATA is not needed here.
printf '%s\r\n' "EHLO x" "MAIL FROM:<bounces@example.org> ENVID=d+2B1+3D2026" \
  "RCPT TO:<ada+tag@example.net> NOTIFY=FAILURE ORCPT=rfc822;ada+2Btag@example.net" \
  DATA "Subject: hello" "" "Hello." . QUIT | "$folder/usr/sbin/exim4" -bs -odf > said
grep DSN said
"$folder/usr/sbin/exim4" -qff
"$folder/usr/sbin/exim4" -bV | head -n 1
grep -i '^original' spool/bounce
grep -q '^Original-Envelope-ID: d+2B1+3D2026' spool/bounce
grep -q '^Original-Recipient: rfc822;ada+2Btag@example.net' spool/bounce
