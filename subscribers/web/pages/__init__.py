"""The pages of a subscription: sign up, confirm, manage, leave, and one's own data.

GET and HEAD show a page and change nothing; only a POST from a button does.
"""

from subscribers.web.pages import confirm, leave, manage, privacy, signup

ROUTERS = (signup.routes, confirm.routes, leave.routes, manage.routes, privacy.routes)

__all__ = ["ROUTERS"]
