"""Filling the pages' templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jinja2
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from subscribers.web.services import WebServices


class StrangerError(Exception):
    """A link is not valid, or its reader is gone; the words are for the page."""


class ForgottenError(StrangerError):
    """The link is good, but nothing is known of its reader any more."""


class Views:
    """The pages of one house."""

    def __init__(self, house: WebServices) -> None:
        """Compile templates as they are needed."""
        self._house = house
        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(house.templates),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, *, status: int = 200, **words: Any) -> HTMLResponse:
        """Return a page."""
        html = self._pages.get_template(f"{name}.html").render(
            site=self._house.name,
            postal_address=self._house.postal_address,
            contact=self._house.contact,
            root=self._house.url,
            **words,
        )
        return HTMLResponse(html, status_code=status)

    def fault(
        self, status: int, words: str, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """Return a page that says what went wrong."""
        page = self.page("fault", status=status, words=words)
        page.headers.update(headers or {})
        return page
