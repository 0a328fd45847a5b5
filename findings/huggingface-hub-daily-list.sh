#!/usr/bin/env bash
# huggingface_hub tells another story of a paper in list_daily_papers() than in paper_info().
#
# In the daily list an element has a `paper` inside it, and most fields stand only there. From the list,
# `submitted_at`, said to be the "date paper appeared in daily papers", is the outer `publishedAt`: the day of
# arXiv, here three days before, and even earlier than `published_at`. paper_info() gives the right day. A paper
# with 0 upvotes has `upvotes` None from the list, so sorting a day by votes raises a TypeError as soon as one
# paper has none; `github_repo`, `github_stars`, `project_page`, `ai_summary` and `ai_keywords` are
# None although the answer holds them.
#
# The product reads the JSON itself, in digest/sources/huggingface.py.
# Exits with 1 when huggingface_hub behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check huggingface_hub==2.4.0 httpx==0.28.1
env -u HF_HUB_OFFLINE HF_HOME="$folder/hub" "$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import huggingface_hub

print("huggingface_hub", huggingface_hub.__version__)
PAPER = {
    "id": "2602.10001",
    "authors": [{"_id": "1", "name": "Ada Lovelace", "hidden": False}],
    "publishedAt": "2026-02-10T17:08:18.000Z",
    "submittedOnDailyAt": "2026-02-13T00:00:00.000Z",
    "title": "Tides",
    "summary": "We measure tides.",
    "upvotes": 0,
    "discussionId": "2",
    "projectPage": "https://tides.example.org/",
    "githubRepo": "https://github.com/example/tides",
    "githubStars": 3,
    "ai_summary": "Tides are measured.",
    "ai_keywords": ["tides"],
}
ELEMENT = {
    "paper": PAPER,
    "publishedAt": "2026-02-10T12:08:18.000Z",
    "title": PAPER["title"],
    "summary": PAPER["summary"],
    "thumbnail": "https://example.org/tides.png",
    "numComments": 0,
    "isAuthorParticipating": False,
}


class Hub(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps([ELEMENT] if "daily_papers" in self.path else PAPER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with HTTPServer(("127.0.0.1", 0), Hub) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub = huggingface_hub.HfApi(endpoint=f"http://127.0.0.1:{server.server_port}", token=False)
    [listed] = hub.list_daily_papers(date="2026-02-13")
    single = hub.paper_info("2602.10001")
    server.shutdown()

changed = False
for name in ("published_at", "submitted_at"):
    print(f"{name}: list {getattr(listed, name):%d %b %H:%M}, single {getattr(single, name):%d %b %H:%M}")
changed |= not listed.submitted_at < listed.published_at < single.submitted_at
for name in ("upvotes", "github_repo", "github_stars", "project_page", "ai_summary", "ai_keywords"):
    print(f"{name}: list {getattr(listed, name)!r}, single {getattr(single, name)!r}")
    changed |= getattr(listed, name) is not None or getattr(single, name) is None
sys.exit("this has changed" if changed else 0)
PYTHON
