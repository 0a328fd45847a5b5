#!/usr/bin/env bash
# Sickle and oaipmh-scythe make one list of all family names of a record of arXiv, and another of all first
# names, with no gap: from the first author who has no first name, everyone gets a neighbour's.
#
# In arXiv's own OAI format (metadataPrefix=arXiv) an author is an element with `keyname` and, where there is
# one, `forenames` and `suffix`; a collaboration, or a person of one name, has a keyname only. `record.metadata`
# keeps no nesting, so who belongs to whom cannot be told from it. The same in arXivRaw: `source_type` and
# `size` of a version stand in lists of their own, and `version` is [None, None], without the "v1" and "v2"
# that are attributes. The XML is still there as `record.xml`.
#
# The product reads each <author> by itself, in digest/sources/arxiv/oai.py.
# Exits with 1 when the two behave otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    Sickle==0.7.0 oaipmh-scythe==0.16.0 lxml==6.1.3
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

from oaipmh_scythe import Scythe
from sickle import Sickle

FORMATS = {
    "arXiv": """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2602.10001</id><authors>
      <author><keyname>Tide Collaboration</keyname></author>
      <author><keyname>Lovelace</keyname><forenames>Ada</forenames></author>
      <author><keyname>Babbage</keyname><forenames>Charles</forenames><suffix>Jr</suffix></author>
      </authors><title>Tides</title><categories>physics.ao-ph</categories></arXiv>""",
    "arXivRaw": """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2602.10001</id>
      <version version="v1"><date>Tue, 10 Feb 2026 01:00:00 GMT</date><size>5kb</size></version>
      <version version="v2"><date>Wed, 11 Feb 2026 01:00:00 GMT</date><size>6kb</size>
      <source_type>D</source_type></version><title>Tides</title></arXivRaw>""",
}
ANSWER = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-02-12T00:00:00Z</responseDate><request verb="GetRecord"/><GetRecord><record><header>
<identifier>oai:arXiv.org:2602.10001</identifier><datestamp>2026-02-11</datestamp></header>
<metadata>{}</metadata></record></GetRecord></OAI-PMH>"""


class Archive(BaseHTTPRequestHandler):
    def do_GET(self):
        prefix = parse_qs(urlsplit(self.path).query)["metadataPrefix"][0]
        body = ANSWER.format(FORMATS[prefix]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


changed = False
with HTTPServer(("127.0.0.1", 0), Archive) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/oai"
    asked = {"identifier": "oai:arXiv.org:2602.10001"}
    for name in ("Sickle", "oaipmh-scythe"):
        found = {}
        for prefix in FORMATS:
            if name == "Sickle":
                record = Sickle(address).GetRecord(metadataPrefix=prefix, **asked)
            else:
                with Scythe(address) as client:
                    record = client.get_record(metadata_prefix=prefix, **asked)
            found[prefix] = record.metadata
        names, versions = found["arXiv"], found["arXivRaw"]
        print(name, version(name))
        print("  keyname", names["keyname"], "forenames", names["forenames"], "suffix", names["suffix"])
        pairs = list(zip(names["forenames"], names["keyname"]))
        print("  paired by place:", [" ".join(pair) for pair in pairs])
        print("  version", versions["version"], "source_type", versions["source_type"])
        changed |= pairs != [("Ada", "Tide Collaboration"), ("Charles", "Lovelace")]
        changed |= versions["version"] != [None, None] or versions["source_type"] != ["D"]
    server.shutdown()
sys.exit("this has changed" if changed else 0)
PYTHON
