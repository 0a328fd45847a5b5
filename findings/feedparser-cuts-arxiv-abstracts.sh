#!/usr/bin/env bash
# feedparser cuts words out of an abstract of arXiv's RSS feed that has "<" in its mathematics.
#
# arXiv writes an abstract into <description> as plain text, escaped once as XML asks. RSS 2.0 says that
# a description may be HTML, so feedparser takes "<y$ … n >" for a tag and its sanitizer removes it, or it
# ends a tag with a ">" of its own. No error is set (bozo is False), and what is left may read like a
# sentence. The title of the same item, and the same words in arXiv's Atom feed, stay whole: so two feeds of
# one service give two abstracts of one paper. The words stay in RSS too if both the sanitizer and the
# resolving of relative links are off; without the sanitizer alone they are still cut.
#
# Also: <dc:creator> with all names of a paper, as arXiv writes it, is one author.
#
# The product reads the XML of both itself (digest/sources/arxiv/feeds.py), as text.
# Exits with 1 when feedparser behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from html import escape
from importlib.metadata import version

import feedparser

print("feedparser", version("feedparser"))
ABSTRACTS = [
    "If $x<y$ then the bound fails for n > 3.",
    "We take $0<p<q$ and are done.",
    "Tokens such as <think> help.",
    "We need p < 0.05 throughout.",
]


def read(abstract, form, **options):
    text = escape(abstract, quote=False)
    if form == "RSS":
        feed = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item>
        <title>{text}</title><guid isPermaLink="false">oai:arXiv.org:2602.10001v1</guid>
        <dc:creator>Ada Lovelace, Charles Babbage</dc:creator>
        <description>{text}</description></item></channel></rss>"""
    else:
        feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>oai:arXiv.org:2602.10001v1</id>
        <title>{text}</title><summary>{text}</summary></entry></feed>"""
    result = feedparser.parse(feed, **options)
    return result.entries[0], bool(result.bozo)


seen = {}
for abstract in ABSTRACTS:
    rss, bozo = read(abstract, "RSS")
    atom, _ = read(abstract, "Atom")
    half, _ = read(abstract, "RSS", sanitize_html=False)
    bare, _ = read(abstract, "RSS", sanitize_html=False, resolve_relative_uris=False)
    seen[abstract] = rss.summary
    whole = [it == abstract for it in (rss.title, atom.title, atom.summary, bare.summary)]
    print(f"{abstract!r}\n  RSS {rss.summary!r}, bozo {bozo}; titles, Atom and RSS without both:", whole)
    print(f"  RSS without the sanitizer alone: {half.summary!r}")
    if not all(whole) or bozo:
        sys.exit("this has changed")
names = [author.name for author in rss.authors]
print("authors:", names)
expected = [
    "If $x 3.",
    "We take $0<p><q$ and are done.",
    "Tokens such as  help.",
    "We need p < 0.05 throughout.",
]
sys.exit("this has changed" if list(seen.values()) != expected or len(names) != 1 else 0)
PYTHON
