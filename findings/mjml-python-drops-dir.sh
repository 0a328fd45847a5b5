#!/usr/bin/env bash
# mjml-python up to 1.4.1 drops `dir` of the mjml element without a word, and names no article.
#
# MJML writes the direction of the text on <html> and on the first <div> of the body, where screen
# readers and clients for Arabic and Hebrew look for it, with role="article" and the title as
# aria-label. mjml-python 1.4.1 keeps `lang` alone and reports nothing; 1.4.2 has all of them. So the
# product needs 1.4.2.
#
# Exits with 1 when mjml-python behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/compile.py" <<'PYTHON'
import re
import sys
from importlib.metadata import version

from mjml import mjml2html

SOURCE = """<mjml lang="ar" dir="rtl"><mj-head><mj-title>Papers</mj-title></mj-head>
<mj-body><mj-section><mj-column><mj-text>text</mj-text></mj-column></mj-section></mj-body></mjml>"""
page = mjml2html(SOURCE)
found = [re.search(start, page)[0] for start in ("<html[^>]*>", "(?<=;\">)<div[^>]*>")]
has = {name: [f" {name}=" in tag for tag in found] for name in ("lang", "dir", "role", "aria-label")}
print("mjml-python", version("mjml-python"), has)
expected = {"lang": [True, True], "dir": [False, False], "role": [False, False], "aria-label": [False, False]}
if sys.argv[1] == "all":
    expected |= {"dir": [True, True], "role": [False, True], "aria-label": [False, True]}
sys.exit("this has changed" if has != expected else 0)
PYTHON
for version in 1.4.1 1.4.2; do python3 -m venv "$folder/$version"; done
"$folder/1.4.1/bin/pip" install --quiet --disable-pip-version-check mjml-python==1.4.1
"$folder/1.4.2/bin/pip" install --quiet --disable-pip-version-check mjml-python==1.4.2
"$folder/1.4.1/bin/python" "$folder/compile.py" lang
"$folder/1.4.2/bin/python" "$folder/compile.py" all
