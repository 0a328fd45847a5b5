"""What a browser sends of a form as a page shows it."""

from __future__ import annotations

from html.parser import HTMLParser


def filled(page: str, css_class: str) -> dict[str, list[str]]:
    """The fields of the form with this class, as if nobody had changed them."""
    reader = _Reader(css_class)
    reader.feed(page)
    reader.close()
    return reader.fields


class _Reader(HTMLParser):
    def __init__(self, css_class: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._class, self._is_within = css_class, False
        self._select = ""
        #: of an option without a value, whether its text is to be sent
        self._takes_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_within = of.get("class") == self._class
        elif not self._is_within:
            return
        elif tag == "input":
            if of.get("type") not in ("checkbox", "radio") or "checked" in of:
                self.fields.setdefault(of["name"], []).append(of.get("value", ""))
        elif tag == "select":
            self._select = of["name"]
        elif tag == "option" and ("selected" in of or self._select not in self.fields):
            self.fields[self._select] = [of.get("value", "")]
            self._takes_text = "value" not in of

    def handle_data(self, data: str) -> None:
        if self._takes_text:
            self.fields[self._select] = [data]
            self._takes_text = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_within = False
