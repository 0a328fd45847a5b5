"""An installation in use that lacks nothing: its sources, mail server, DNS and site on loopback."""

from __future__ import annotations

import json
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import trustme
from support.command import PAPERS
from support.dns_server import DNSServer
from support.http_server import Request, Response, WebServer
from support.smtp_server import SMTPServer

from digest.app.config import dkim_keys
from digest.app.doctor import outgoing
from digest.mail import dkim

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from support.command import Command

DOMAIN = "papers.test"
#: The address that this machine is made to have; its own would differ from machine to machine.
OUTGOING = "198.51.100.7"
SELECTORS = {"rsa": "spring", "ed25519": "spring-ed"}
_CONFIG = """\
[site]
secret_key = "a key for the tests and nothing else"
pepper = "a pepper for the tests and nothing else"
postal_address = "1 Example Street, Example City"

[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"

[[sources]]
name = "service"
kind = "github"
url = "{web}"

[fetch]
contact = "ada@papers.test"

[mail]
transport = "smtp"
host = "127.0.0.1"
port = {smtp}
security = "starttls"
username = "digest"
password = "a password for the tests"
from_address = "digest@papers.test"
bounce_address = "bounces+{{id}}@papers.test"

[dkim]
selector = "spring"
key = "spring.pem"
ed25519_selector = "spring-ed"
ed25519_key = "spring-ed.pem"

[dns]
servers = ["{dns}"]

[web]
url = "{web}"

[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]
"""


@dataclass(kw_only=True)
class WellInstallation:
    """The installation, with what each part of it can be made to do."""

    folder: Path
    smtp: SMTPServer
    dns: DNSServer
    web: WebServer
    #: answers of the site and of the service, by the beginning of the path
    answers: dict[str, Response]
    _opened: ExitStack

    @classmethod
    def in_folder(cls, folder: Path, patch: pytest.MonkeyPatch) -> Self:
        """Write its files, and begin to serve; close it after use."""
        authority, opened = trustme.CA(), ExitStack()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        authority.cert_pem.write_to_path(str(folder / "authority.pem"))
        patch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        patch.setattr(outgoing, "own_addresses", lambda: (OUTGOING,))
        answers: dict[str, Response] = {}

        def route(request: Request) -> Response:
            found = (one for path, one in answers.items() if request.path.startswith(path))
            return next(found, Response())

        smtp = opened.enter_context(
            SMTPServer(extensions=("SIZE 9000000", "AUTH PLAIN"), tls=context)
        )
        web = opened.enter_context(WebServer(route=route, tls=context))
        keys = [
            dkim.generate(SELECTORS["rsa"], "rsa"),
            dkim.generate(SELECTORS["ed25519"], "ed25519"),
        ]
        for key in keys:
            dkim_keys.save(key, folder / f"{key.selector}.pem")
        dns = opened.enter_context(DNSServer(zone(*keys)))
        config = folder / "config.toml"
        config.touch(mode=0o600)
        config.write_text(
            _CONFIG.format(web=web.base, smtp=smtp.port, dns=dns.address), encoding="utf-8"
        )
        lines = "".join(json.dumps(record) + "\n" for record in PAPERS)
        (folder / "papers.jsonl").write_text(lines, encoding="utf-8")
        patch.chdir(folder)
        return cls(folder=folder, smtp=smtp, dns=dns, web=web, answers=answers, _opened=opened)

    def use(self, digest: Command) -> None:
        """Have a reader, and sources that were read."""
        added = digest("subscribers", "add", "ada@example.net", "--topic", "agents", "--confirmed")
        read = digest("fetch")
        assert (added.code, read.code) == (0, 0), (added, read)

    def close(self) -> None:
        """Stop serving."""
        self._opened.close()


def zone(*keys: dkim.Key) -> list[str]:
    """The records of a domain that lacks none."""
    return [
        f"{DOMAIN}. IN SOA ns.{DOMAIN}. root.{DOMAIN}. 1 7200 900 1209600 300",
        f'{DOMAIN}. IN TXT "v=spf1 ip4:{OUTGOING} -all"',
        f"{DOMAIN}. IN MX 10 mail.{DOMAIN}.",
        f"mail.{DOMAIN}. IN A {OUTGOING}",
        f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=quarantine"',
        f"7.100.51.198.in-addr.arpa. IN PTR mail.{DOMAIN}.",
        *(key.record(DOMAIN).zone_line for key in keys),
    ]
