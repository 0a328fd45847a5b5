"""The pages of a subscription: sign up, confirm, manage, leave, one's own data, and help.

GET and HEAD show a page and change nothing; only a POST from a button does.
"""

from subscribers.web.pages import confirm, help, leave, manage, privacy, signup  # noqa: A004 (a page's name)

ROUTERS = (
    signup.routes,
    confirm.routes,
    leave.routes,
    manage.routes,
    privacy.routes,
    help.routes,
)

__all__ = ["ROUTERS"]
