"""The samples that others' tools know: Dockerfiles, the compose file and the workflow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT

SAMPLES = ROOT / "docs" / "samples"
TOOLS = Path(sys.executable).parent


def said(tool: str, *words: str | Path) -> str:
    """What a tool has to say about files; nothing, if all is well."""
    done = subprocess.run(
        [TOOLS / tool, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize("name", ["Dockerfile", "relay/Dockerfile"])
def test_hadolint_finds_nothing_in_a_dockerfile(name: str) -> None:
    assert (
        said("hadolint", "--no-color", "--failure-threshold=style", SAMPLES / "docker" / name) == ""
    )


@pytest.mark.parametrize(
    ("schema", "name"),
    [("compose-spec", "docker/compose.yaml"), ("github-workflows", "github/digest.yml")],
)
def test_a_file_has_what_its_specification_knows(schema: str, name: str) -> None:
    words = ("--builtin-schema", f"vendor.{schema}", SAMPLES / name)

    assert said("check-jsonschema", *words) == ""


def test_zizmor_finds_no_weakness_in_the_workflow() -> None:
    assert said("zizmor", "--offline", "--no-config", SAMPLES / "github" / "digest.yml") == ""
