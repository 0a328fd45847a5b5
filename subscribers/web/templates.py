"""The page templates, and the values that every page shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jinja2
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from subscribers.web.services import WebServices


class Templates:
    """Renders the page templates of one site."""

    def __init__(self, services: WebServices) -> None:
        """Load templates from the site's folder; each is compiled on first use."""
        self._services = services
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(services.templates),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render the template `<name>.html` with these values."""
        html = self._environment.get_template(f"{name}.html").render(
            site=self._services.name,
            postal_address=self._services.postal_address,
            contact=self._services.contact,
            root=self._services.url,
            base=self._services.base,
            **values,
        )
        return HTMLResponse(html, status_code=status)

    def error(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """Render the page that says what went wrong."""
        page = self.page("error", status=status, message=message)
        page.headers.update(headers or {})
        return page


def faults_of(folder: Path) -> list[str]:
    """Return what keeps the page templates of a folder from being compiled, a line for each."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    faults = []
    for name in environment.list_templates(extensions=["html"]):
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            faults.append(f"template {name}:{error.lineno}: {error}")
        except (jinja2.TemplateError, UnicodeDecodeError) as error:
            faults.append(f"template {name}: {error}")
    return faults or ([] if environment.list_templates() else [f"no template is in {folder}"])
