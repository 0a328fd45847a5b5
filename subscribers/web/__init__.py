"""The web door: sign up, confirm, choose, pause and leave, read past editions. No account.

Nothing is imported from above; what the door needs comes in as a `House`. GET and HEAD change
nothing anywhere, because mail scanners open every link.
"""

from subscribers.web.app import create
from subscribers.web.services import WebServices

__all__ = ["WebServices", "create"]
