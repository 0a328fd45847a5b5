"""The addresses that mails come from."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from support.doctor import installation

from digest.app.doctor.outgoing import Outgoing, outgoing, own_addresses

if TYPE_CHECKING:
    from pathlib import Path


def test_a_relay_that_is_an_address_is_that_address(tmp_path: Path) -> None:
    seen = installation(tmp_path, {"mail": {"host": "2001:db8::9"}})

    assert outgoing(seen) == Outgoing(is_here=False, addresses=("2001:db8::9",))


def test_a_mail_server_on_this_machine_sends_from_its_addresses(tmp_path: Path) -> None:
    assert outgoing(installation(tmp_path, {"mail": {"host": "localhost"}})).is_here


def test_only_public_addresses_are_this_machine_s() -> None:
    assert all(ip_address(address).is_global for address in own_addresses())
