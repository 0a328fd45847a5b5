"""The workflow for one reader: its steps on fresh machines, one after the other.

Installing needs PyPI, so that step runs in CI only; elsewhere `digest` is there already.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import venv
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
import yaml
from support.github_actions import JobRun, run_job
from support.paths import ROOT
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = ROOT / "docs" / "samples" / "github"
WORKFLOW = (SAMPLES / "digest.yml").read_text(encoding="utf-8")
INSTALLS = "Install Digest"
INSTALLING = bool(os.environ.get("CI"))
SECRETS = {
    "DIGEST_READER": "ada.reads@example.org",
    "DIGEST_PASSWORD": "a password of an app",
    "DIGEST_STATE_KEY": "a key of 32 characters or a few more",
}
#: What is installed.
PROJECT = ("pyproject.toml", "constraints.txt", "config.example.toml", "README.md", "LICENSE")
PACKAGES = ("digest", "subscribers", "templates")


class Hosting:
    """A repository with the workflow, the machines that run it, and the reader's mail server."""

    def __init__(self, folder: Path, smtp: SMTPServer, authority: trustme.CA) -> None:
        """Make the repository, with a paper of today."""
        self.folder, self.smtp = folder, smtp
        self.origin = folder / "origin.git"
        self._machines = count(1)
        self._path = Path(sys.executable).parent
        authority.cert_pem.write_to_path(folder / "authority.pem")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", self.origin)
        checkout = folder / "first"
        self.git("clone", "--quiet", self.origin, checkout)
        if INSTALLING:
            for name in PROJECT:
                shutil.copy(ROOT / name, checkout)
            for name in PACKAGES:
                shutil.copytree(ROOT / name, checkout / name)
        paper = {
            "id": "2602.00001",
            "title": "A Language Model that Reads Maps",
            "day": f"{datetime.now(UTC):%Y-%m-%d}",
        }
        (folder / "papers.jsonl").write_text(json.dumps(paper) + "\n", encoding="utf-8")
        (checkout / ".github").mkdir()
        (checkout / ".github" / "digest.toml").write_text(self.settings(), encoding="utf-8")
        self.git("-C", checkout, "add", "--all")
        self.commit(checkout)
        self.git("-C", checkout, "push", "--quiet", "origin", "HEAD:main")

    def settings(self) -> str:
        """The sample, with a file in place of the services, and a mail server of ours."""
        text = (SAMPLES / "digest.toml").read_text(encoding="utf-8")
        file = f'kind = "jsonl"\npath = "{self.folder}/papers.jsonl"'
        for before, after in (
            ('kind = "huggingface"', file),
            ('kind = "arxiv"\ncategories = ["cs.CL", "cs.LG"]', file),
            ('"smtp.example.org"', '"127.0.0.1"'),
            ("port = 465", f"port = {self.smtp.port}"),
        ):
            assert before in text
            text = text.replace(before, after)
        return text

    def git(self, *words: str | Path) -> str:
        """Call git."""
        done = subprocess.run(["git", *words], check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def install(self) -> None:
        """Give the machines a Python of their own, in which the workflow installs Digest."""
        venv.create(self.folder / "python", with_pip=True)
        self._path = self.folder / "python" / "bin"

    def run(self, *, installs: bool = False, origin: Path | None = None, **secrets: str) -> JobRun:
        """Run the workflow on a new machine."""
        workspace = self.folder / f"machine-{next(self._machines)}"
        self.git("clone", "--quiet", "--branch", "main", self.origin, workspace)
        if origin:
            self.git("-C", workspace, "remote", "set-url", "origin", origin)
        return run_job(
            WORKFLOW,
            "mail",
            workspace=workspace,
            secrets=SECRETS | secrets,
            env={
                "PATH": f"{self._path}{os.pathsep}{os.environ['PATH']}",
                "SSL_CERT_FILE": str(self.folder / "authority.pem"),
            },
            done=() if installs else (INSTALLS,),
        )

    def kept(self) -> str:
        """The commit that has the database."""
        return self.git("-C", self.origin, "rev-parse", "refs/heads/digest-state")

    def content(self) -> bytes:
        """What is kept of the database."""
        show = ["git", "-C", self.origin, "cat-file", "blob", "digest-state:state.enc"]
        return subprocess.run(show, check=True, stdout=subprocess.PIPE).stdout

    def keep(self, content: bytes) -> str:
        """Put something in its place; return the commit."""
        checkout = self.folder / "first"
        (checkout / "state.enc").write_bytes(content)
        self.git("-C", checkout, "add", "state.enc")
        self.commit(checkout)
        self.git("-C", checkout, "push", "--quiet", "origin", "HEAD:digest-state")
        return self.kept()

    def commit(self, checkout: Path) -> None:
        """Commit what was added."""
        person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        self.git("-C", checkout, *person, "commit", "--quiet", "--message", "all")


@pytest.fixture
def hosting(tmp_path: Path) -> Iterator[Hosting]:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    extensions = ("SIZE 9000000", "AUTH PLAIN")
    with SMTPServer(extensions=extensions, tls=context, tls_at_once=True) as smtp:
        yield Hosting(tmp_path, smtp, authority)


@pytest.mark.slow
def test_two_machines_one_after_the_other_mail_a_paper_once(hosting: Hosting) -> None:
    if INSTALLING:
        hosting.install()

    first = hosting.run(installs=INSTALLING)
    kept = hosting.kept()
    second = hosting.run()

    assert first.succeeded, first.log
    assert second.succeeded, second.log
    assert hosting.smtp.recipients == [SECRETS["DIGEST_READER"]]
    assert b"Reads Maps" in hosting.smtp.mails[0].content
    assert "AUTH" in hosting.smtp.sessions[0].encrypted[1]
    assert hosting.kept() != kept  # and it has no past
    assert hosting.git("-C", hosting.origin, "rev-list", "--count", "digest-state") == "1"
    assert hosting.content().startswith(b"Salted__")  # nobody else can read it
    for secret in SECRETS.values():
        assert secret not in first.log + second.log


def test_a_run_that_could_not_mail_keeps_what_it_knows_and_says_that_something_waits(
    hosting: Hosting,
) -> None:
    hosting.smtp.when("RCPT", reply="451 4.3.0 not now")

    run = hosting.run()

    assert not run.succeeded
    assert "1 waiting" in run.log
    assert run.outcomes["Keep the database for the next run"] == "success"
    assert hosting.kept()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"DIGEST_STATE_KEY": "another key of more than 32 characters"},
            "another DIGEST_STATE_KEY",
        ),
        ({"DIGEST_STATE_KEY": "short"}, "missing or shorter than 32 characters"),
        ({}, "The branch digest-state cannot be read"),
    ],
    ids=["another key", "no key", "no network"],
)
def test_a_machine_without_the_database_mails_nothing_and_leaves_it_alone(
    hosting: Hosting, wrong: dict[str, str], words: str
) -> None:
    kept = hosting.keep(b"Salted__ by somebody with the right key")

    failed = hosting.run(origin=None if wrong else hosting.folder / "nowhere", **wrong)

    assert not failed.succeeded
    assert words in failed.log
    assert failed.outcomes["Mail what is new"] == "skipped"
    assert failed.outcomes["Keep the database for the next run"] == "skipped"
    assert hosting.kept() == kept
    assert hosting.smtp.mails == []


def test_runs_wait_for_each_other_and_may_do_no_more_than_they_must() -> None:
    workflow = yaml.safe_load(WORKFLOW)

    assert workflow["concurrency"] == {"group": "digest", "cancel-in-progress": False}
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["mail"]["permissions"] == {"contents": "write"}
