"""The samples of docs/inbound.md and docs/recipes.md: complete, valid, and as the pages quote them.

`tests/e2e/test_samples_postfix.py` and `scripts/check_samples.py` run those for mail servers, and
`tests/e2e/recipes/` the others.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from support.mail_host import SAMPLES
from support.paths import ROOT

from digest.app import config
from digest.inbound.doors.addresses import ROLES
from digest.mail.command_address import CommandWord

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "inbound.md").read_text(encoding="utf-8")
FILES = sorted(path.name for path in SAMPLES.iterdir())
RECIPES = sorted(
    path.relative_to(SAMPLES.parent).as_posix()
    for path in SAMPLES.parent.rglob("*")
    if path.is_file() and path.parent != SAMPLES
)
#: Each names all addresses of ours.
NAMING = [name for name in FILES if re.search(r"\.(table|mc)$|\.router\.conf$|^opensmtpd", name)]


@pytest.mark.parametrize("name", FILES)
def test_the_page_leads_to_every_sample(name: str) -> None:
    assert f"(samples/inbound/{name})" in PAGE


@pytest.mark.parametrize("name", RECIPES)
def test_the_page_of_recipes_leads_to_every_other_sample(name: str) -> None:
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")

    assert f"(samples/{name})" in page


@pytest.mark.parametrize("name", NAMING)
def test_a_sample_names_every_address_that_mail_comes_to(name: str) -> None:
    words = set(re.findall(r"\w+", (SAMPLES / name).read_text(encoding="utf-8")))

    assert {"digest", "bounces", "join", "unsubscribe", *CommandWord, *ROLES} - words == set()


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".toml")])
def test_a_configuration_works_and_is_what_the_page_quotes(name: str, tmp_path: Path) -> None:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    settings = text.partition("\n")[2]

    assert f"```toml\n{settings}```" in PAGE
    built = config.build(tomllib.loads(text), folder=tmp_path, where=name)
    assert built.inbound.address
    assert "{id}" in built.mail.bounce_address
