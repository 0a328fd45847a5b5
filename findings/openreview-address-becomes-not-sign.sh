#!/usr/bin/env bash
# A link to a comment on OpenReview loses its `noteId` in Python's HTML parser: `&noteId=` becomes `¬eId=`.
#
# The address is forum?id=…&noteId=…, and `&not` is one of the names that HTML knows without a semicolon. In an
# attribute such a name is none if a letter or "=" follows (HTML Living Standard, 13.2.5.73), so browsers keep
# the address, and so do lxml, html5lib and Lexbor. Python 3.11's html.parser decodes it. So the parser that
# BeautifulSoup is told to use decides the address, and html2text, with which mails get their plain text,
# writes a link whose `id` is "Ab1¬eId=Cd2", with no error. `&amp;noteId=` is safe in all of them.
#
# `html.unescape` does not know where its text stood, and decodes it too. The product decodes an id or
# address that is pasted only where the semicolon is there: digest/models/identity.py.
#
# Exits with 1 when one of them behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check beautifulsoup4==4.15.0 lxml==6.1.3 \
    html5lib==1.1 selectolax==1.0.2 html2text==2025.4.15
"$folder/venv/bin/python" - <<'PYTHON'
import html
import platform
import re
import sys
from importlib.metadata import version

import html2text
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

ADDRESS = "https://openreview.net/forum?id=Ab1&noteId=Cd2"
BROKEN = ADDRESS.replace("&not", "¬")


def links(address):
    """The address of a link as each library reads it."""
    page = f'<p><a href="{address}">a comment</a></p>'
    found = {parser: BeautifulSoup(page, parser).a["href"] for parser in ("html.parser", "lxml", "html5lib")}
    found["selectolax"] = LexborHTMLParser(page).css_first("a").attributes["href"]
    text = html2text.HTML2Text(bodywidth=0).handle(page)
    found["html2text"] = re.search(r"\((.*)\)", text)[1]
    return found | {"html.unescape": html.unescape(address)}


print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in (
    "beautifulsoup4", "lxml", "html5lib", "selectolax", "html2text")))
found = links(ADDRESS)
for name, address in found.items():
    print(f"{name:13} {address}")
escaped = links(ADDRESS.replace("&", "&amp;"))
print("with &amp;   ", set(escaped.values()))
broken = {name for name, address in found.items() if address == BROKEN}
as_described = broken == {"html.parser", "html2text", "html.unescape"} and set(escaped.values()) == {ADDRESS}
as_described &= all(address == ADDRESS for name, address in found.items() if name not in broken)
sys.exit(0 if as_described else "this has changed")
PYTHON
