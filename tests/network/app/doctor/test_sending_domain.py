"""The DNS of the sending domain: what is wrong with each record, and the record to add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.dns_server import DNSServer
from support.doctor import installation, levels
from support.well_installation import DOMAIN, OUTGOING, zone

from digest.app.doctor import outgoing
from digest.app.doctor.sending_domain import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.app.doctor.finding import Finding

RELAY = {"host": "relay.test"}


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[DNSServer]:
    """A domain that lacks nothing, and a relay elsewhere."""
    monkeypatch.setattr(outgoing, "own_addresses", lambda: (OUTGOING,))
    with DNSServer([*zone(), "relay.test. IN A 203.0.113.9"]) as running:
        yield running


def found(folder: Path, dns: DNSServer, **mail: Any) -> dict[str, Finding]:
    """What is found of each check; of several findings of one check the last."""
    mail = {
        "transport": "smtp",
        "host": "localhost",
        "from_address": f"digest@{DOMAIN}",
        "bounce_address": f"bounces+{{id}}@{DOMAIN}",
    } | mail
    seen = installation(folder, {"mail": mail, "dns": {"servers": [dns.address]}})
    return {finding.check: finding for finding in check(seen)}


def test_a_domain_that_lacks_nothing_is_well(tmp_path: Path, dns: DNSServer) -> None:
    assert levels(found(tmp_path, dns).values()) == {
        "sending domain": "ok",
        "SPF": "ok",
        "DKIM record": "not checked",
        "DMARC": "ok",
        "alignment": "ok",
        "MX": "ok",
        "reverse name": "ok",
    }


@pytest.mark.parametrize(
    ("mail", "record"),
    [
        ({}, f'{DOMAIN}. IN TXT "v=spf1 ip4:{OUTGOING} ~all"'),
        (RELAY, f'{DOMAIN}. IN TXT "v=spf1 a:relay.test ~all"'),
        ({"transport": "directory"}, f'{DOMAIN}. IN TXT "v=spf1 a mx ~all"'),
    ],
)
def test_a_missing_spf_record_is_named(
    tmp_path: Path, dns: DNSServer, mail: dict[str, str], record: str
) -> None:
    dns.remove("v=spf1")

    spf = found(tmp_path, dns, **mail)["SPF"]

    assert (spf.level, spf.remedy) == ("fail", record)


def test_an_spf_record_without_this_machine_fails_and_is_named_with_it(
    tmp_path: Path, dns: DNSServer
) -> None:
    dns.remove("v=spf1")
    dns.lines.append(f'{DOMAIN}. IN TXT "v=spf1 ip4:203.0.113.1 -all"')

    spf = found(tmp_path, dns)["SPF"]

    assert spf.level == "fail"
    assert spf.text == f"{DOMAIN} does not permit this machine, {OUTGOING} (fail)"
    assert spf.remedy == f'{DOMAIN}. IN TXT "v=spf1 ip4:{OUTGOING} ip4:203.0.113.1 -all"'


def test_of_a_relay_only_its_operator_knows_all_addresses(tmp_path: Path, dns: DNSServer) -> None:
    spf = found(tmp_path, dns, **RELAY)["SPF"]

    assert spf.level == "warn"
    assert "it may send from other addresses" in spf.text
    assert "a:relay.test" in spf.remedy


def test_an_spf_record_that_receivers_cannot_use_fails(tmp_path: Path, dns: DNSServer) -> None:
    dns.lines.append(f'{DOMAIN}. IN TXT "v=spf1 +all"')

    assert "has 2 SPF records" in found(tmp_path, dns)["SPF"].text


def test_a_machine_that_does_not_know_its_address_says_so(
    tmp_path: Path, dns: DNSServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "own_addresses", tuple)

    seen = found(tmp_path, dns)

    assert "is not known here" in seen["SPF"].text
    assert seen["reverse name"].level == "not checked"


def test_the_policy_of_a_parent_counts(tmp_path: Path, dns: DNSServer) -> None:
    below = f"news.{DOMAIN}"
    dns.lines.append(f"{below}. IN MX 10 mail.{DOMAIN}.")

    assert found(tmp_path, dns, from_address=f"digest@{below}")["DMARC"].text == (
        f"_dmarc.{DOMAIN} says p=quarantine"
    )


@pytest.mark.parametrize(
    ("record", "level"),
    [("", "warn"), ("v=DMARC1; rua=mailto:x@papers.test", "fail"), ("v=DMARC1; p=some", "fail")],
)
def test_a_dmarc_record_that_is_missing_or_has_no_policy_is_named(
    tmp_path: Path, dns: DNSServer, record: str, level: str
) -> None:
    dns.remove("_dmarc")
    dns.lines += [f'_dmarc.{DOMAIN}. IN TXT "{record}"'] if record else []

    dmarc = found(tmp_path, dns)["DMARC"]

    assert dmarc.level == level
    assert dmarc.remedy.startswith(f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none; rua=mailto:')


def test_two_dmarc_records_fail(tmp_path: Path, dns: DNSServer) -> None:
    dns.lines.append(f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none"')

    assert found(tmp_path, dns)["DMARC"].level == "fail"


@pytest.mark.parametrize(
    ("bounces", "policy", "level"),
    [
        (f"bounces.{DOMAIN}", "p=none", "ok"),
        (f"bounces.{DOMAIN}", "p=none; aspf=s", "fail"),
        ("elsewhere.test", "p=none", "fail"),
    ],
)
def test_an_envelope_sender_elsewhere_is_not_aligned(
    tmp_path: Path, dns: DNSServer, bounces: str, policy: str, level: str
) -> None:
    dns.remove("_dmarc")
    dns.lines.append(f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; {policy}"')

    aligned = found(tmp_path, dns, bounce_address=f"b@{bounces}")["alignment"]

    assert aligned.level == level
    if level == "fail":
        assert aligned.remedy == f'[mail] bounce_address = "bounces+{{id}}@{DOMAIN}"'


@pytest.mark.parametrize("records", [[], [f"{DOMAIN}. IN MX 0 ."]])
def test_a_domain_that_takes_no_mail_loses_answers_and_bounces(
    tmp_path: Path, dns: DNSServer, records: list[str]
) -> None:
    dns.remove(" MX ")
    dns.lines += records

    mx = found(tmp_path, dns)["MX"]

    assert (mx.level, mx.remedy) == ("fail", f"{DOMAIN}. IN MX 10 mail.{DOMAIN}.")
    assert "answers and bounces are lost" in mx.text


def test_an_address_whose_name_leads_elsewhere_fails(tmp_path: Path, dns: DNSServer) -> None:
    dns.remove("mail.", " A ")
    dns.lines.append(f"mail.{DOMAIN}. IN A 203.0.113.77")

    assert found(tmp_path, dns)["reverse name"].level == "fail"


def test_a_domain_that_is_not_in_the_dns_is_said_once(tmp_path: Path, dns: DNSServer) -> None:
    assert levels(found(tmp_path, dns, from_address="digest@nowhere.test").values()) == {
        "sending domain": "fail"
    }


def test_a_dns_that_fails_at_one_record_costs_no_other(tmp_path: Path, dns: DNSServer) -> None:
    dns.broken = {f"_dmarc.{DOMAIN}"}

    seen = levels(found(tmp_path, dns).values())

    assert (seen["DMARC"], seen["MX"], seen["SPF"]) == ("fail", "ok", "ok")


def test_the_domain_of_the_example_is_not_asked_for(tmp_path: Path, dns: DNSServer) -> None:
    found(tmp_path, dns, from_address="digest@example.org")

    assert dns.questions == []
