"""Mail providers: found by what people call them, and by the address of their mailboxes."""

from __future__ import annotations

import re

import pytest

from digest.app.setup.providers import (
    FOLDER,
    OWN,
    PROVIDERS,
    Provider,
    find_provider,
    takes_no_password,
    usual_provider,
)
from digest.errors import ConfigError

#: The security of each port, as the RFCs have it; Proton's Bridge and a server here have their own.
USUAL = {465: "tls", 587: "starttls"}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda it: it.name)
def test_each_has_the_security_of_its_port_and_says_what_it_wants(provider: Provider) -> None:
    is_elsewhere = provider.name not in ("proton", OWN)

    assert not is_elsewhere or USUAL[provider.port] == provider.security
    assert provider.wants
    assert not provider.note or provider.note.endswith(".")


def test_no_two_have_the_same_name_or_domain() -> None:
    names = [it.name for it in PROVIDERS]
    domains = [domain for it in PROVIDERS for domain in it.domains]

    assert len(names) == len(set(names))
    assert len(domains) == len(set(domains))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("gmail", "gmail"),
        ("Google", "gmail"),
        ("outlook", "microsoft365"),
        ("office365", "microsoft365"),
        ("hotmail", "microsoft365"),
        ("Live.com", "microsoft365"),
        ("msn", "microsoft365"),
        ("googlemail", "gmail"),
        ("gmail.com", "gmail"),
        ("ymail", "yahoo"),
        ("web.de", "webde"),
        ("aws", "ses"),
        (" own ", OWN),
    ],
)
def test_one_is_found_by_what_people_call_it(word: str, name: str) -> None:
    assert find_provider(word).name == name


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("gmial", "did you mean gmail?"),
        ("hotmial", "did you mean hotmail?"),
        ("foldr", "did you mean folder?"),
        ("xyz", "there are gmail, microsoft365"),
        ("xyz", ", own, folder"),
    ],
)
def test_an_unknown_one_is_answered_with_those_that_there_are(word: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(hint)):
        find_provider(word)


@pytest.mark.parametrize(
    ("name", "called"),
    [("gmail", "Gmail"), ("microsoft365", "Microsoft 365"), ("ses", "Amazon SES"),
     (OWN, "the server")],
)  # fmt: skip
def test_one_is_called_in_a_sentence_without_what_explains_its_title(
    name: str, called: str
) -> None:
    assert find_provider(name).called == called


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ada@gmail.com", "gmail"),
        ("ada@googlemail.com", "gmail"),
        ("ada@yahoo.co.uk", "yahoo"),
        ("ada@me.com", "icloud"),
        ("ada@GMX.de", "gmx"),
        ("ada@proton.me", "proton"),
        ("ada@outlook.com", FOLDER),
        ("ada@example.net", FOLDER),
    ],
)
def test_an_address_says_whose_mailbox_it_is(address: str, name: str) -> None:
    assert usual_provider(address) == name


@pytest.mark.parametrize(
    ("address", "takes_none"),
    [("ada@hotmail.com", True), ("ada@live.nl", True), ("ada@example.net", False)],
)
def test_private_mailboxes_of_microsoft_take_no_password(address: str, takes_none: bool) -> None:  # noqa: FBT001
    assert takes_no_password(address) is takes_none
