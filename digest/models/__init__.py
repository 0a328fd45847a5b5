"""What flows through Digest: papers, sources, issues and deliveries, as frozen data.

The names below are public: packages with a source of their own import them from here.
"""

import importlib
import warnings

from digest.models.identity import canonical_id
from digest.models.paper import Announcement, AnnounceType, Links, Paper, Signals
from digest.models.source import (
    Batch,
    Channel,
    Forecast,
    Outlook,
    Rejected,
    SourceReport,
    SourceState,
)

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
    "SourceReport",
    "SourceState",
    "canonical_id",
]

#: Names that used to be here, with the module and name that each has now. They still work, with a
#: warning. They are imported on use, because most commands start without these modules.
_MOVED = {
    "Covered": ("digest.models.issue", "SourceCoverage"),
    "Edition": ("digest.models.issue", "Coverage"),
    "Issue": ("digest.models.issue", "Issue"),
    "Pick": ("digest.models.issue", "Pick"),
    "Reason": ("digest.models.issue", "Reason"),
    "Section": ("digest.models.issue", "Section"),
    "SendReport": ("digest.models.delivery", "RunReport"),
    "Silence": ("digest.models.issue", "NoIssue"),
    "State": ("digest.models.delivery", "DeliveryState"),
}


def __getattr__(name: str) -> object:
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, new = _MOVED[name]
    warnings.warn(f"digest.models.{name} is now {module}.{new}", DeprecationWarning, stacklevel=2)
    return getattr(importlib.import_module(module), new)
