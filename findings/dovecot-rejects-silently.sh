#!/usr/bin/env bash
# Dovecot's Sieve "reject" says nothing to the sender of a mail that has Auto-Submitted: auto-generated.
#
# A reader's rule `reject "no more of this"` tells the sender so, in a mail (RFC 5429): for a list that is the wish to
# leave. Dovecot does not send it when the rejected mail says Auto-Submitted (RFC 3834), as newsletters may:
# delivery succeeds, LMTP answers 250, the mail is stored nowhere, and only the log of the reader's server knows. The
# sender goes on for ever. Without this field the answer is sent, also for a mail with List-Id and Precedence: bulk.
#
# Exits with 1 when it behaves otherwise than is said here. For Debian 12; it installs nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
version=1:2.3.19.1+dfsg1-2.1+deb12u7
apt-get download -qq -o APT::Sandbox::User=root "dovecot-core=$version" "dovecot-sieve=$version" libexttextcat-2.0-0 \
  liblua5.3-0 libsodium23 libstemmer0d
for package in *.deb; do dpkg -x "$package" "$folder"; done
libraries=$(ls -d usr/lib/dovecot usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(for each in $libraries; do printf '%s:' "$folder/$each"; done)
mkdir home
echo 'require "reject"; reject "no more of this";' > home/reject.sieve
# Stands for sendmail: what is sent to the sender of the mail.
printf '#!/bin/sh\ncat > %s/answer\n' "$folder" > sendmail
chmod 755 sendmail
cat > dovecot.conf <<CONF
base_dir = $folder/run
state_dir = $folder
libexec_dir = $folder/usr/lib/dovecot
mail_plugin_dir = $folder/usr/lib/dovecot/modules
log_path = $folder/log
ssl = no
mail_location = maildir:$folder/home/mail
sendmail_path = $folder/sendmail
postmaster_address = postmaster@example.net
import_environment = LD_LIBRARY_PATH
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = $folder/home/reject.sieve
}
CONF

# Root would have to say for whom.
as_user=()
if [ "$(id -u)" = 0 ]; then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chown -R 65534:65534 "$folder"
fi

# Deliver a mail with a header field, and print whether the sender hears of it.
deliver() {
  rm -f answer
  printf '%s\r\n' "From: digest@example.org" "Message-ID: <$RANDOM.1@example.org>" "List-Id: <digest.example.org>" \
    "Precedence: bulk" "Subject: hello" "$1" "" "Hello." |
    HOME=$folder/home USER=ada "${as_user[@]}" usr/bin/doveconf -c dovecot.conf -f service=lda -m lda -e \
      "$folder/usr/lib/dovecot/dovecot-lda" -f bounces@example.org -a ada@example.net
  [ -e answer ] && echo answered || echo silent
}

usr/sbin/dovecot --version
generated=$(deliver "Auto-Submitted: auto-generated")
plain=$(deliver "X-Nothing: at all")
echo "with Auto-Submitted: $generated; without: $plain; mails kept: $(find home -path '*new/*' | wc -l)"
[ "$generated $plain" = "silent answered" ]
