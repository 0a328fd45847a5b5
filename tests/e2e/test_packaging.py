"""What users install: the wheel made from the sdist, in an empty environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from support.paths import ROOT

from digest import __version__

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI"), reason="installs from PyPI; CI=1 runs it, as .ci/run does"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--outdir", folder, ROOT],
        check=True,
        cwd=folder,
    )
    return folder


@pytest.fixture(scope="module")
def command(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `digest` command of an environment that holds the wheel and what it asks for."""
    environment = tmp_path_factory.mktemp("user")
    venv.create(environment, with_pip=True)
    (wheel,) = built.glob("*.whl")
    subprocess.run(
        [environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", wheel],
        check=True,
        cwd=environment,
    )
    return environment / "bin" / "digest"


def call(command: Path, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [command, *arguments],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_installed_command_shows_its_version(command: Path, tmp_path: Path) -> None:
    assert call(command, "--version", cwd=tmp_path) == f"digest {__version__}\n"


def test_the_installed_command_makes_the_demo(command: Path, tmp_path: Path) -> None:
    call(command, "demo", cwd=tmp_path)

    (file,) = (tmp_path / "demo").rglob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail.defects == []
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]


def test_the_installed_command_makes_an_installation(command: Path, tmp_path: Path) -> None:
    call(command, "init", cwd=tmp_path)

    assert "language-models" in call(command, "topics", "list", cwd=tmp_path)
    assert "no deliveries" in call(command, "status", cwd=tmp_path)


def test_the_installed_help_names_every_verb(command: Path, tmp_path: Path) -> None:
    shown = call(command, "--help", cwd=tmp_path)

    assert {"init", "fetch", "run", "demo", "status", "preview"} <= set(shown.split())


def test_the_wheel_puts_two_packages_and_nothing_else_into_site_packages(command: Path) -> None:
    python = command.with_name("python")
    listed = subprocess.run(
        [python, "-c", "import importlib.metadata as m; print(*m.files('papers-digest'))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=command.parent,
    )

    tops = {Path(name).parts[0] for name in listed.stdout.split()}
    assert {top for top in tops if "dist-info" not in top and top != ".."} == {
        "digest",
        "subscribers",
    }


def test_the_sdist_has_what_it_takes_to_test_and_nothing_private(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        tops = {Path(member.name).parts[1] for member in archive if "/" in member.name}

    assert {"digest", "subscribers", "templates", "tests", "config.example.toml"} <= tops
    assert not tops & {".git", ".venv", "shared", "demo", "digest.db", "config.toml"}
