"""The pages of a subscription: sign up, confirm, manage, leave, judge, one's own data, and help.

GET and HEAD show a page and change nothing; only a POST from a button does.
"""

from subscribers.web.pages import (
    beliefs,
    confirm,
    feedback,
    help,  # noqa: A004 (a page's name)
    leave,
    library,
    manage,
    privacy,
    signup,
)

ROUTERS = (
    signup.routes,
    confirm.routes,
    leave.routes,
    manage.routes,
    library.routes,
    beliefs.routes,
    feedback.routes,
    privacy.routes,
    help.routes,
)

__all__ = ["ROUTERS"]
