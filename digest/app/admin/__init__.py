"""The operator's page, for one installation: its password, its figures, and one reader's timeline.

Its pages and the login are in `subscribers/web/admin/`, which knows none of this package.
"""
