"""How far mailboxes were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.storage.mailboxes import Mailboxes, Position

if TYPE_CHECKING:
    import sqlalchemy as sa


def test_a_position_is_remembered_and_replaced(engine: sa.Engine) -> None:
    mailboxes = Mailboxes(engine)

    assert mailboxes.get("one") is None
    mailboxes.set("one", Position(7, 2**32 - 1))
    mailboxes.set("two", Position(1, 1))
    mailboxes.set("one", Position(2**32 - 1, 5))

    assert Mailboxes(engine).get("one") == Position(2**32 - 1, 5)
    assert Mailboxes(engine).get("two") == Position(1, 1)
