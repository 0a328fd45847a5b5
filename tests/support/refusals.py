"""Refusals as a mail server writes them, read."""

from __future__ import annotations

import re

from digest.delivery.smtp.refusals import END_OF_DATA, Refusal, read_refusal
from digest.models.delivery import DeliveryState, Outcome

READER = "bo@reader.example"
OURS = ("digest@papers.example", "bounces+1.2@papers.example", "Digest-Login")


def refusal(stage: str, reply: str, *, recipient: str = READER) -> Refusal:
    stage = END_OF_DATA if stage == "." else stage
    code, status = re.findall(r"^(\d+)[ -]?(\d\.\d+\.\d+)?", reply)[0]
    outcome = Outcome(
        state=DeliveryState.DEFERRED,
        reason=f"mail.papers.example:25 at {stage}: {reply}",
        code=int(code),
        status=status,
        stage=stage,
    )

    return read_refusal(outcome, recipient=recipient, senders=OURS)
