"""What flows through Digest: papers, sources, issues and deliveries, as frozen data.

The names below are public: packages with a source of their own import them from here.
"""

from digest.models.identity import canonical_id
from digest.models.paper import Announcement, AnnounceType, Links, Paper, Signals
from digest.models.source import Batch, Channel, Forecast, Outlook, Rejected

__all__ = [
    "AnnounceType",
    "Announcement",
    "Batch",
    "Channel",
    "Forecast",
    "Links",
    "Outlook",
    "Paper",
    "Rejected",
    "Signals",
    "canonical_id",
]
