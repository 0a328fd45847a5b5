#!/usr/bin/env bash
# premailer, run over what MJML wrote, keeps its media queries but takes the force out of them.
#
# MJML writes a column as width:100% in a style attribute, and beside it "@media (min-width:480px)" with
# width:50% !important, which wins over the attribute where there is room. premailer removes "!important" as
# it moves rules into attributes, but also inside @media, where nothing is moved: so the attribute wins,
# columns stand side by side only where MJML has other means (Outlook for Windows, Thunderbird), and dark
# colours that were !important never show. strip_important=False keeps the mark. A rule that finds no element in
# the page is lost in either way, among them `[data-ogsc] …`, which Outlook on the web makes true when it
# shows a mail in the dark.
#
# css-inline drops all of them unless told otherwise: with keep_at_rules the media queries stay as they were,
# with keep_style_tags `[data-ogsc]` too.
#
# The product uses no inliner: its template gives MJML the styles as attributes (templates/email/_base.mjml).
# Exits with 1 when they behave otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    mjml-python==1.4.2 premailer==3.10.0 cssutils==2.15.0 lxml==6.1.3 css-inline==0.24.0
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import sys
from importlib.metadata import version

import css_inline
from mjml import mjml2html
from premailer import Premailer

SOURCE = """<mjml><mj-head><mj-attributes><mj-all font-family="Georgia, serif"/></mj-attributes>
<mj-style>@media (prefers-color-scheme: dark) { .card { background: #111 !important; } }
[data-ogsc] .card { background: #111 !important; }</mj-style></mj-head>
<mj-body><mj-section css-class="card" background-color="#fff">
<mj-column><mj-text>left</mj-text></mj-column><mj-column><mj-text>right</mj-text></mj-column>
</mj-section></mj-body></mjml>"""
#: what each page keeps: columns and dark colours that win over the attribute, and the rule for Outlook
EXPECTED = {
    "mjml": (True, True, True),
    "premailer": (False, False, False),
    "premailer, strip_important=False": (True, True, False),
    "css-inline": (False, False, False),
    "css-inline, keep_at_rules=True": (True, True, False),
    "css-inline, keep_style_tags=True": (True, True, True),
}


def premailed(page, **options):
    return Premailer(page, cssutils_logging_level=logging.CRITICAL, **options).transform()


def kept(page):
    plain = "".join(page.split())
    columns = ".mj-column-per-50{width:50%!important" in plain.replace(".moz-text-html.mj-column", "")
    dark = "(prefers-color-scheme:dark){.card{background:#111!important" in plain
    return columns, dark, "[data-ogsc]" in plain


print(*(f"{name} {version(name)}" for name in ("mjml-python", "premailer", "cssutils", "css-inline")))
page = mjml2html(SOURCE)
pages = {
    "mjml": page,
    "premailer": premailed(page),
    "premailer, strip_important=False": premailed(page, strip_important=False),
    "css-inline": css_inline.inline(page),
    "css-inline, keep_at_rules=True": css_inline.inline(page, keep_at_rules=True),
    "css-inline, keep_style_tags=True": css_inline.inline(page, keep_style_tags=True),
}
found = {name: kept(made) for name, made in pages.items()}
for name, (columns, dark, outlook) in found.items():
    print(f"{name:33} columns {columns!s:5} dark {dark!s:5} [data-ogsc] {outlook}")
at = pages["premailer"].find("@media")
print("premailer writes:", *pages["premailer"][at : at + 130].split())
sys.exit("this has changed" if found != EXPECTED else 0)
PYTHON
