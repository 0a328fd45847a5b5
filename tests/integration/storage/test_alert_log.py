"""What the operator was last told of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from support.builders import NOON

from digest.storage.alert_log import AlertLog, SentAlert

if TYPE_CHECKING:
    import sqlalchemy as sa


def test_the_last_alert_replaces_the_one_before(engine: sa.Engine) -> None:
    alerts, later = AlertLog(engine), NOON + timedelta(hours=1)

    before = alerts.last()
    alerts.record({"silence", "stopped"}, now=NOON)
    first = alerts.last()
    alerts.record((), now=later)

    assert before is None
    assert first == SentAlert(kinds=frozenset({"silence", "stopped"}), sent_at=NOON)
    assert alerts.last() == SentAlert(kinds=frozenset(), sent_at=later)
