"""Questions to the DNS: each once, and none after a silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.dns_server import DNSServer

from digest.app.doctor import resolver
from digest.app.doctor.resolver import Resolver
from digest.errors import DNSError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = "x" * 300


@pytest.fixture
def server() -> Iterator[DNSServer]:
    lines = [
        'papers.test. IN TXT "one" " text"',
        f'papers.test. IN TXT "{LONG[:255]}" "{LONG[255:]}"',
        "papers.test. IN MX 10 mail.papers.test.",
        "mail.papers.test. IN A 192.0.2.1",
        "mail.papers.test. IN AAAA 2001:db8::1",
        "1.2.0.192.in-addr.arpa. IN PTR mail.papers.test.",
    ]
    with DNSServer(lines) as running:
        yield running


def test_each_kind_of_record_is_read(server: DNSServer) -> None:
    asking = Resolver([server.address])

    assert sorted(asking.txt("papers.test")) == ["one text", LONG]
    assert asking.mx("papers.test") == ["mail.papers.test."]
    assert asking.addresses("mail.papers.test") == ["192.0.2.1", "2001:db8::1"]
    assert asking.names("192.0.2.1") == ["mail.papers.test"]


def test_a_name_without_such_a_record_is_there_and_another_is_not(server: DNSServer) -> None:
    asking = Resolver([server.address])

    assert (asking.exists("papers.test"), asking.mx("mail.papers.test")) == (True, [])
    assert (asking.exists("other.test"), asking.txt("other.test")) == (False, [])


def test_a_question_is_asked_once(server: DNSServer) -> None:
    asking = Resolver([server.address])

    asking.txt("papers.test")
    asking.txt("papers.test")

    assert server.questions == [("papers.test", "TXT")]


def test_a_server_that_fails_at_one_name_is_asked_for_others(server: DNSServer) -> None:
    server.broken = {"papers.test"}
    asking = Resolver([server.address])

    with pytest.raises(DNSError, match=r"the DNS has a fault at papers\.test"):
        asking.txt("papers.test")
    assert asking.names("192.0.2.1") == ["mail.papers.test"]


def test_after_a_silence_nobody_is_asked_any_more(
    server: DNSServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "_PATIENCE", 0.1)
    server.is_silent = True
    asking = Resolver([server.address])

    with pytest.raises(DNSError, match=r"no server of the DNS answered .*; check \[dns\] servers"):
        asking.txt("papers.test")
    asked = len(server.questions)
    with pytest.raises(DNSError):
        asking.mx("other.test")

    assert len(server.questions) == asked


def test_a_name_that_cannot_be_in_the_dns_is_an_error(server: DNSServer) -> None:
    with pytest.raises(DNSError, match="cannot be asked for"):
        Resolver([server.address]).txt(f"{'x' * 64}.test")
