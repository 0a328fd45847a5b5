"""An installation that readers write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.mail_list import MailList

if TYPE_CHECKING:
    import sqlalchemy as sa


@pytest.fixture
def papers(engine: sa.Engine) -> MailList:
    return MailList(engine)
