"""The columns of the address book as CSV: one for each field of `Preferences`, and others."""

from __future__ import annotations

from dataclasses import fields

from subscribers.models import Preferences

PREFERENCES = tuple(field.name for field in fields(Preferences))
#: `status_since` is when the status began, `had_left` when the reader last left, if ever.
COLUMNS = ("address", "status", "topics", "since", "status_since", "had_left", *PREFERENCES)
#: What exports of earlier versions had not.
ADDED = ("frequency", "quiet_mail")
