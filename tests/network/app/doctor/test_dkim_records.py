"""The record of a key in the DNS, beside the key that signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.dns_server import DNSServer
from support.doctor import installation

from digest.app.config import dkim_keys
from digest.app.doctor.dkim_records import check, tags
from digest.mail import dkim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.app.doctor.finding import Finding

KEY = dkim.generate("spring", "ed25519")
RSA = dkim.generate("rsa", "rsa")
RECORD = KEY.record("papers.test")
RIGHT = [RSA.record("papers.test").zone_line]


@pytest.fixture
def dns() -> Iterator[DNSServer]:
    with DNSServer(RIGHT) as running:
        yield running


def found(folder: Path, dns: DNSServer, *records: str) -> Finding:
    """What is found of the key when its name has these records."""
    dkim_keys.save(KEY, folder / "spring.pem")
    dkim_keys.save(RSA, folder / "rsa.pem")
    dns.lines += [f'{RECORD.name}. IN TXT "{record}"' for record in records]
    tables = {
        "mail": {"from_address": "digest@papers.test"},
        "dkim": {
            "selector": "rsa",
            "key": "rsa.pem",
            "ed25519_selector": "spring",
            "ed25519_key": "spring.pem",
        },
        "dns": {"servers": [dns.address]},
    }
    rsa, ed25519 = check(installation(folder, tables))
    assert rsa.level == "ok"
    return ed25519


def test_the_record_of_the_key_is_right_however_it_is_written(
    tmp_path: Path, dns: DNSServer
) -> None:
    spaced = RECORD.value.replace("; ", " ;  ").replace("p=", "p = ")

    assert found(tmp_path, dns, spaced).level == "ok"


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([], "fail", "is not in the DNS"),
        ([dkim.generate("x", "ed25519").record("x").value], "fail", "has another key"),
        ([RECORD.value.replace("k=ed25519; ", "")], "fail", "has another key"),
        (["v=DKIM1; k=ed25519; p="], "fail", "is revoked"),
        ([RECORD.value, "v=DKIM1; p=x"], "fail", "has 2 records"),
        ([RECORD.value.replace("t=s", "t=y:s")], "warn", "only tests DKIM"),
    ],
)
def test_another_record_is_named_with_ours(
    tmp_path: Path, dns: DNSServer, records: list[str], level: str, words: str
) -> None:
    seen = found(tmp_path, dns, *records)

    assert seen.level == level
    assert words in seen.text
    assert RECORD.zone_line in seen.remedy


def test_a_list_of_tags_is_read_as_the_standard_says() -> None:
    assert tags("v=DKIM1 ; p = ab c ;junk; t=s") == {"v": "DKIM1", "p": "abc", "t": "s"}
