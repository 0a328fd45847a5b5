"""To be written."""

from __future__ import annotations

#: For how many days readers are told of the withdrawal of a paper they were sent.
REMEMBERED = 60
