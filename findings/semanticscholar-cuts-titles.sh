#!/usr/bin/env bash
# The client `semanticscholar` asks for half of a title that has "&" in it, and closes the gaps of a batch.
#
# search_paper("Q&A over code") sends `query=Q`, as if the rest were other parameters, and "+" arrives as a
# blank: "C++" becomes "C". "%" and "#" are escaped as they should be. So a paper is looked up by another
# title than the caller's, and nothing says so.
#
# The service answers a batch in the order of the question, with null for a paper it does not know.
# get_papers() leaves the nulls out, so zip(ids, papers) gives a paper the citations of the next one;
# return_not_found=True names the ids that are missing, beside the shorter list.
#
# The product keeps each answer at the place of its question: digest/sources/semantic_scholar.py.
# Exits with 1 when the client behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check semanticscholar==0.12.0 httpx==0.28.1
"$folder/venv/bin/python" - <<'PYTHON'
import json
import logging
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

from semanticscholar import SemanticScholar

print("semanticscholar", version("semanticscholar"))
logging.getLogger("semanticscholar").setLevel(logging.ERROR)
KNOWN = {"2602.10001": "First", "2602.10003": "Third"}
asked = []


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(parse_qs(urlsplit(self.path).query, keep_blank_values=True))
        self.answer({"total": 0, "offset": 0, "data": []})

    def do_POST(self):
        names = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["ids"]
        found = []
        for name in names:
            arxiv = name.removeprefix("ARXIV:")
            paper = {"paperId": f"p{arxiv}", "title": KNOWN.get(arxiv), "externalIds": {"ArXiv": arxiv}}
            found.append(paper if arxiv in KNOWN else None)
        self.answer(found)

    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


EXPECTED = {
    "Q&A over code": "Q",
    "Agents that write C++ programs": "Agents that write C   programs",
    "100% of #hashtags": "100% of #hashtags",
}
changed = False
with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = SemanticScholar(api_url=f"http://127.0.0.1:{server.server_port}", retry=False)
    for title, expected in EXPECTED.items():
        client.search_paper(title, fields=["title"])
        print(f"searched {title!r}: the service was asked {asked[-1]}")
        changed |= asked[-1]["query"] != [expected]
    ids = ["ARXIV:2602.10001", "ARXIV:2602.10002", "ARXIV:2602.10003"]
    papers, missing = client.get_papers(ids, fields=["title", "externalIds"], return_not_found=True)
    titles = [paper.title for paper in papers]
    print("asked", ids, "got", titles, "not found", missing)
    changed |= titles != ["First", "Third"] or missing != [ids[1]]
    server.shutdown()
sys.exit("this has changed" if changed else 0)
PYTHON
