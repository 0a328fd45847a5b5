"""The operator's pages, below `/admin`: a login, the figures, one reader's timeline, and exports.

There are none until the installation has a password. GET and HEAD change nothing here either; what
shows who is logged in is in a signed cookie alone.
"""

from subscribers.web.admin import login, pages

ROUTERS = (login.routes, pages.routes)

__all__ = ["ROUTERS"]
