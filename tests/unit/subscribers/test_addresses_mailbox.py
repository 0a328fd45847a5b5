"""Which spellings of an address arrive in one mailbox, by the rules of its provider."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import mailbox, parse


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        pytest.param("Ada.M@Gmail.com", "adam@gmail.com", id="Gmail's dots"),
        pytest.param("a.d.a.m+x.y@googlemail.com", "adam@gmail.com", id="Gmail's old name"),
        pytest.param("ada+x+y@example.org", "ada@example.org", id="tag"),
        pytest.param("ada.m@example.org", "ada.m@example.org", id="dots elsewhere"),
        pytest.param("+ada@example.org", "+ada@example.org", id="no name before the tag"),
        pytest.param("ada.m+x@outlook.com", "ada.m@outlook.com", id="Outlook"),
        pytest.param("ada-m+x@hotmail.co.uk", "ada-m@hotmail.co.uk", id="Hotmail"),
        pytest.param("ada-m@live.com", "ada-m@live.com", id="Live"),
        pytest.param("nick-shop@yahoo.com", "nick@yahoo.com", id="Yahoo's disposable address"),
        pytest.param("nick-shop@yahoo.co.uk", "nick@yahoo.co.uk", id="Yahoo elsewhere"),
        pytest.param("ada.m@yahoo.com", "ada.m@yahoo.com", id="Yahoo's dots"),
        pytest.param("nick-shop@yahoo.example.org", "nick-shop@yahoo.example.org", id="no Yahoo"),
        pytest.param("ada+x@me.com", "ada@icloud.com", id="iCloud's old names"),
        pytest.param("ada.m@mac.com", "ada.m@icloud.com", id="iCloud's dots"),
        pytest.param("Ada_M-x.y+z@pm.me", "adamxy@proton.me", id="Proton"),
        pytest.param("adamxy@protonmail.com", "adamxy@proton.me", id="Proton's old name"),
        pytest.param("shop@ada.fastmail.com", "ada@fastmail.com", id="Fastmail's subdomains"),
        pytest.param("ada+shop@fastmail.com", "ada@fastmail.com", id="Fastmail's tags"),
        pytest.param("ada.m@ya.ru", "ada-m@yandex.ru", id="Yandex"),
        pytest.param("ADA-m@yandex.com", "ada-m@yandex.ru", id="Yandex abroad"),
        pytest.param("jürgen+x@bücher.example", "jürgen@xn--bcher-kva.example", id="not ASCII"),
    ],
)
def test_an_address_arrives_in_a_mailbox(spelling: str, expected: str) -> None:
    assert parse(spelling).mailbox == expected


LOCAL = st.from_regex(r"[a-z0-9](?:[.+_-]?[a-z0-9]){0,20}", fullmatch=True)
DOMAIN = st.sampled_from(
    ["gmail.com", "googlemail.com", "yahoo.fr", "me.com", "pm.me", "ada.fastmail.fm", "ya.ru"]
)


@given(st.builds("{}@{}".format, LOCAL, DOMAIN))
def test_a_mailbox_is_an_address_in_itself(text: str) -> None:
    found = parse(text).mailbox

    assert parse(found).key == found
    assert mailbox(found) == found


@given(local=st.from_regex(r"[a-z0-9]{2,12}", fullmatch=True), data=st.data())
def test_no_dot_and_no_tag_makes_another_mailbox_of_gmail(local: str, data: st.DataObject) -> None:
    dots = data.draw(st.lists(st.booleans(), min_size=len(local) - 1, max_size=len(local) - 1))
    dotted = local[0] + "".join("." * dot + char for dot, char in zip(dots, local[1:], strict=True))
    tag = data.draw(st.sampled_from(["", "+x", "+x.y"]))
    domain = data.draw(st.sampled_from(["gmail.com", "GoogleMail.com"]))

    assert parse(f"{dotted.upper()}{tag}@{domain}").mailbox == f"{local}@gmail.com"
