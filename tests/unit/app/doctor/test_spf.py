"""What an SPF record says of an address: examples of RFC 7208, appendix A, and its limits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.app.doctor.spf import BrokenRecordError, Verdict, permits, record_of, verdict


@dataclass
class Zone:
    """A DNS of the examples: the one of RFC 7208, appendix A, with a record of the test's own."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(
        default_factory=lambda: {
            "example.com": ["192.0.2.10", "192.0.2.11"],
            "mail-a.example.com": ["192.0.2.129"],
            "mail-b.example.com": ["192.0.2.130"],
            "mail-c.example.org": ["192.0.2.140"],
            "six.example.com": ["2001:db8::1"],
        }
    )
    exchanges: dict[str, list[str]] = field(
        default_factory=lambda: {
            "example.com": ["mail-a.example.com.", "mail-b.example.com."],
            "example.org": ["mail-c.example.org."],
        }
    )

    def txt(self, name: str) -> list[str]:
        return self.texts.get(name, [])

    def mx(self, name: str) -> list[str]:
        return self.exchanges.get(name, [])

    def addresses(self, name: str) -> list[str]:
        return self.hosts.get(name, [])


def said(record: str, address: str, **others: str) -> Verdict:
    """What the record of example.com says; others are those of the domain of their name."""
    texts = {"example.com": [record]} | {
        f"{name}.example.com": [text] for name, text in others.items()
    }
    return verdict(Zone(texts=texts), "example.com", address)


@pytest.mark.parametrize(
    ("record", "address", "expected"),
    [
        ("v=spf1 +all", "192.0.2.129", "pass"),
        ("v=spf1 a -all", "192.0.2.10", "pass"),
        ("v=spf1 a -all", "192.0.2.129", "fail"),
        ("v=spf1 a:example.org -all", "192.0.2.10", "fail"),
        ("v=spf1 mx -all", "192.0.2.129", "pass"),
        ("v=spf1 mx:example.org -all", "192.0.2.140", "pass"),
        ("v=spf1 mx mx:example.org -all", "192.0.2.10", "fail"),
        ("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", "pass"),
        ("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", "fail"),
        ("v=spf1 ip4:192.0.2.128/28 ~all", "192.0.2.140", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ~all", "2001:db8::25", "pass"),
        ("v=spf1 ip6:2001:db8::1 ~all", "2001:db8::25", "softfail"),
        ("v=spf1 a:six.example.com//64 -all", "2001:db8::25", "pass"),
        ("v=spf1 a/24//64 -all", "192.0.2.99", "pass"),
        ("v=spf1 ?ip4:192.0.2.1 -all", "192.0.2.1", "neutral"),
        ("v=spf1", "192.0.2.1", "neutral"),
        ("V=SPF1 IP4:192.0.2.1 -ALL", "192.0.2.1", "pass"),
        ("v=spf1 exists:mail-a.example.com -all", "192.0.2.1", "pass"),
        ("v=spf1 x-unknown=what exp=explain.example.com -all", "192.0.2.1", "fail"),
        ("v=spf1 exists:%{ir}.sbl.example.org -all", "192.0.2.1", "unknown"),
        ("v=spf1 ptr -all", "192.0.2.1", "unknown"),
        ("v=spf10 +all", "192.0.2.1", "none"),
    ],
)
def test_a_record_says_of_an_address(record: str, address: str, expected: str) -> None:
    assert said(record, address) == expected


def test_an_included_record_counts_only_if_it_passes() -> None:
    record = "v=spf1 include:other.example.com ~all"

    assert said(record, "192.0.2.1", other="v=spf1 ip4:192.0.2.1 -all") is Verdict.PASS
    assert said(record, "192.0.2.2", other="v=spf1 ip4:192.0.2.1 -all") is Verdict.SOFTFAIL


def test_a_redirect_counts_in_whole_and_only_where_nothing_matched() -> None:
    record = "v=spf1 ip4:192.0.2.9 redirect=other.example.com"

    assert said(record, "192.0.2.2", other="v=spf1 -all") is Verdict.FAIL
    assert said(record, "192.0.2.9", other="v=spf1 -all") is Verdict.PASS


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("v=spf1 ipv4:192.0.2.1 -all", "ipv4:192.0.2.1, which means nothing"),
        ("v=spf1 ip4:192.0.2.300 -all", "is no network"),
        ("v=spf1 include:nowhere.example.com -all", "has no SPF record"),
        ("v=spf1 include:example.com -all", "includes itself"),
        (f"v=spf1 {'mx ' * 11}-all", "more than 10 lookups"),
        ("v=spf1 a:x.test a:y.test a:z.test -all", "more than 2 of its names"),
    ],
)
def test_a_record_that_receivers_cannot_use_is_an_error(record: str, reason: str) -> None:
    with pytest.raises(BrokenRecordError, match=reason):
        said(record, "203.0.113.1")


def test_two_records_are_an_error() -> None:
    zone = Zone(texts={"example.com": ["v=spf1 -all", "another text", "v=spf1 +all"]})

    with pytest.raises(BrokenRecordError, match="has 2 SPF records"):
        record_of(zone, "example.com")


def test_a_domain_without_a_record_says_nothing() -> None:
    assert permits(Zone(), "example.com", ["192.0.2.1"]) == {"192.0.2.1": Verdict.NONE}


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_network_permits_the_addresses_in_it(address: object, length: int) -> None:
    assert said(f"v=spf1 ip4:{address}/{length} -all", str(address)) is Verdict.PASS


@given(st.lists(st.sampled_from(["a", "mx", "-all", "ip4:1.2.3.4", "include:x", "%", "a:", "="])))
def test_any_terms_are_a_verdict_or_an_error_that_says_why(terms: list[str]) -> None:
    with suppress(BrokenRecordError):
        assert said(" ".join(["v=spf1", *terms]), "192.0.2.1") in Verdict
