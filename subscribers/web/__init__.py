"""The website: sign up, confirm, choose, pause, leave, and read past editions. No accounts.

This package imports nothing from `digest`; the caller passes what it needs as `WebServices`.
GET and HEAD change nothing, because mail scanners open every link.
"""

from subscribers.web.app import create
from subscribers.web.services import WebServices

__all__ = ["WebServices", "create"]
