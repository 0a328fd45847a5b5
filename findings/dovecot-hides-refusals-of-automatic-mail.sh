#!/usr/bin/env bash
# Dovecot tells nobody that a reader's Sieve script rejected a mail, if the mail says Auto-Submitted: auto-generated.
#
# RFC 3834 has that field to stop automatic answers, and Sieve's reject (RFC 5429) is to be told to the sender. Dovecot
# logs "Auto-submitted message discarded" and then "rejected message", stores nothing and sends nothing, so the sender
# goes on writing. Its own tool sieve-test sends the refusal all the same. Vacation answers need no such field: it
# sends none to mail with List-Id, List-Unsubscribe or Precedence: bulk.
#
# Digests therefore do not say Auto-Submitted: digest/mail/message.py.
#
# Needs the libraries of Debian's dovecot-core. Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=1:2.3.19.1+dfsg1-2.1+deb12u7
apt-get download -qq -o APT::Sandbox::User=root "dovecot-core=$version" "dovecot-sieve=$version"
for package in *.deb; do dpkg -x "$package" "$folder"; done
export LD_LIBRARY_PATH="$folder/usr/lib/dovecot"
mkdir "$folder/home"
chmod 777 "$folder" "$folder/home"
cat > "$folder/sendmail" <<SENDMAIL
#!/bin/sh
cat > $folder/home/answer
SENDMAIL
chmod 755 "$folder/sendmail"
cat > "$folder/lda.conf" <<CONF
sendmail_path = $folder/sendmail
mail_plugin_dir = $folder/usr/lib/dovecot/modules
mail_location = maildir:$folder/home/Maildir
log_path = $folder/home/log
postmaster_address = postmaster@example.org
first_valid_uid = 1
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = file:$folder/home/script.sieve
}
CONF
chmod 644 "$folder/lda.conf"
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid nobody --regid nogroup --clear-groups)
fi
echo "Dovecot $("$folder/usr/sbin/dovecot" --version)"

list=$'List-Id: <digest.example.org>\nList-Unsubscribe: <https://example.org/leave>\nPrecedence: bulk\n'
status=0
try() { # what the reader's script does, fields of the mail, what is expected
    rm -rf "$folder"/home/*
    echo "require \"$1\"; $1 \"Not now.\";" > "$folder/home/script.sieve"
    printf 'From: <digest@example.org>\nTo: <ada@example.com>\nMessage-ID: <1@example.org>\n%s\nHello\n' "$2" |
        "${as[@]}" env HOME="$folder/home" USER=ada LD_LIBRARY_PATH="$LD_LIBRARY_PATH" "$folder/usr/lib/dovecot/dovecot-lda" -c "$folder/lda.conf" \
            -f bounces@example.org -a ada@example.com
    found=silence
    if [ -e "$folder/home/answer" ]; then found=answer; fi
    printf '%-8s %-70s %s\n' "$1" "$(echo "$2" | cut -d: -f1 | xargs)" "$found"
    if [ "$found" != "$3" ]; then status=1; fi
}
try reject "" answer
try reject "$list" answer
try reject "${list}Auto-Submitted: auto-generated"$'\n' silence
try vacation "" answer
try vacation "$list" silence
try vacation $'Precedence: bulk\n' silence
try vacation $'List-Id: <digest.example.org>\n' silence
exit $status
