"""Templates that do not compile, or cannot be filled, are named."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from support.doctor import installation, levels

from digest.app.config.resources import templates_dir
from digest.app.doctor import templates
from digest.app.doctor.templates import check

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.doctor.finding import Finding


def found(folder: Path, patch: pytest.MonkeyPatch, file: str, text: str) -> dict[str, Finding]:
    """What is found when a text stands at the end of a template."""
    copied = shutil.copytree(templates_dir(), folder / "templates")
    with (copied / file).open("a", encoding="utf-8") as template:
        template.write(text)
    patch.setattr(templates, "templates_dir", lambda: copied)
    return {it.check: it for it in check(installation(folder))}


def test_the_templates_that_ship_are_well(tmp_path: Path) -> None:
    assert set(levels(check(installation(tmp_path))).values()) == {"ok"}


@pytest.mark.parametrize("address", ["", "{command}@news.papers.test"])
@pytest.mark.parametrize("url", ["", "https://digest.papers.test"])
def test_they_are_well_with_and_without_site_and_commands(
    tmp_path: Path, address: str, url: str
) -> None:
    tables = {"inbound": {"address": address}, "web": {"url": url}}

    assert set(levels(check(installation(tmp_path, tables))).values()) == {"ok"}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("email/digest/body.txt", "template of issues"),
        ("email/digest/subject.txt", "template of issues"),
        ("email/confirm/body.txt", "templates of letters"),
        ("web/done.html", "templates of pages"),
    ],
)
def test_a_template_that_does_not_compile_is_named_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, name: str
) -> None:
    seen = found(tmp_path, monkeypatch, file, "{% if %}")

    assert [check for check, it in seen.items() if it.level == "fail"] == [name]
    assert file.removeprefix("email/").removeprefix("web/") in seen[name].text


def test_a_variable_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = found(tmp_path, monkeypatch, "email/digest/subject.txt", "{{ nothing }}")

    assert "'nothing' is undefined" in seen["template of issues"].text
