"""Which papers of earlier days an edition still has to mention."""

from __future__ import annotations

#: for how many days an edition reports the withdrawal of a paper
REMEMBERED = 60
