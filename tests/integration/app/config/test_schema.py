"""The values that a setting may have, and the example configuration, which shows them all."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from digest.app import config
from digest.app.config import Config, build
from digest.app.config.resources import example_config
from digest.app.config.schema import SourceSettings
from digest.errors import ConfigError
from subscribers.models import Topic

LINES = example_config().read_text(encoding="utf-8").splitlines()
EXAMPLE = tomllib.loads("\n".join(LINES))
SECTIONS = [name for name in Config.model_fields if name not in ("sources", "topics")]
KEYS = [
    (number, line.partition(" = ")[0])
    for number, line in enumerate(LINES[: LINES.index("[[topics]]")])
    if re.match(r"\w+ = ", line)
]


def plain(value: Any) -> Any:
    """A value as the file would hold it."""
    shown = getattr(value, "get_secret_value", lambda: value)()
    return list(shown) if isinstance(shown, tuple) else shown


@pytest.mark.parametrize("section", SECTIONS)
def test_every_default_of_a_section_is_in_the_example_in_order(section: str) -> None:
    model = Config.model_fields[section].default

    assert list(EXAMPLE[section].items()) == [(key, plain(value)) for key, value in model]


def test_the_example_has_no_section_that_is_not_one() -> None:
    assert sorted(EXAMPLE) == sorted(Config.model_fields)


def test_the_example_s_source_is_the_default_one_with_every_key(tmp_path: Path) -> None:
    default = config.build({}, folder=tmp_path, where="nothing").sources

    assert [SourceSettings(**source) for source in EXAMPLE["sources"]] == list(default)
    assert [list(source) for source in EXAMPLE["sources"]] == [list(SourceSettings.model_fields)]


@pytest.mark.parametrize(("number", "key"), KEYS, ids=[f"{n + 1} {key}" for n, key in KEYS])
def test_a_comment_stands_above_every_key(number: int, key: str) -> None:
    assert re.match(r"# \S.*[.:)]$", LINES[number - 1])


@pytest.mark.parametrize("key", [field.name for field in fields(Topic)])
def test_the_comment_above_the_topics_explains_every_key(key: str) -> None:
    above = reversed(LINES[: LINES.index("[[topics]]")])
    comment = " ".join(takewhile(lambda line: not line or line.startswith("#"), above))

    assert re.search(rf"\b{key}\b", comment)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        pytest.param({"sources": [{"url": "ftp://example.org"}]}, "begins with http", id="url"),
        pytest.param(
            {"sources": [{"kind": "arxif"}]},
            "there is no kind of source 'arxif'; there are: arxiv, arxiv-api",
            id="kind",
        ),
        pytest.param(
            {"sources": [{"kind": "hugingface"}]}, "did you mean huggingface?", id="mistyped kind"
        ),
        pytest.param({"sources": [{"kind": "arxiv"}]}, 'such as ["cs.CL"]', id="categories"),
        pytest.param({"sources": [{"kind": "openreview"}]}, "needs venues", id="venues"),
        pytest.param({"sources": [{"kind": "jsonl"}]}, "needs a path", id="path"),
        pytest.param(
            {"sources": [{"name": "a", "path": "x"}, {"name": "a", "path": "y"}]},
            "source name 'a' is used twice",
            id="source twice",
        ),
        pytest.param(
            {"web": {"url": "example.org"}},
            '[web] url: "example.org" is not an address like https://digest.example.org',
            id="web address",
        ),
        pytest.param(
            {"web": {"socket_mode": "rw"}}, 'socket_mode: "rw" is not the mode', id="mode"
        ),
        pytest.param(
            {"ranking": {"trend_weight": float("nan")}}, "trend_weight", id="not a number"
        ),
        pytest.param({"ranking": {"explore": 0.6}}, "[ranking] explore", id="mostly outside"),
        pytest.param(
            {"ranking": {"interleave": "digest"}},
            "is our own ranker, which says nothing beside itself; name a rival: bm25, votes,",
            id="a rival that is ours",
        ),
        pytest.param(
            {"ranking": {"interleave": "bm52"}},
            "there is no ranker 'bm52'; there are: digest, bm25, votes, newest, random; did you",
            id="rival",
        ),
        pytest.param(
            {"ranking": {"interleave": "bm25:k1=-1"}}, "k1 must be a number from 0", id="weights"
        ),
        pytest.param({"schedule": {"at": "7:00"}}, "[schedule] at", id="hour"),
        pytest.param({"schedule": {"weekdays": []}}, "[schedule] weekdays", id="no weekday"),
        pytest.param({"site": {"name": "a\r\nBcc: b"}}, "one line of printable", id="header"),
        pytest.param({"mail": 25}, "[mail]", id="no table"),
        pytest.param({"delivery": {"senders": 0}}, "a number from 1 to 64", id="nobody sends"),
        pytest.param({"delivery": {"senders": "many"}}, "a number from 1 to 64", id="how many"),
        pytest.param({"delivery": {"warm_up": [9]}}, "go together", id="warm up from when"),
        pytest.param({"mail": {"bounce_address": "b+{id}+{id}@a.org"}}, "once", id="two ids"),
        pytest.param({"mail": {"bounce_address": "b@{id}.a.org"}}, "before the @", id="domain"),
        pytest.param({"mail": {"bounce_address": "b+{ID}@a.org"}}, "other braces", id="braces"),
        pytest.param({"mail": {"bounce_address": "b {id}@a.org"}}, "e-mail address", id="blank"),
        pytest.param(
            {"mail": {"bounce_address": f"{'b' * 25}{{id}}@a.org"}}, "65 characters", id="too long"
        ),
        pytest.param(
            {"inbound": {"address": "papers@a.org"}},
            "[inbound] address: must hold {command} once",
            id="no command",
        ),
        pytest.param({"pace": {"gmail": "fast"}}, '[pace] gmail: "fast" is not a rate', id="rate"),
        pytest.param({"mail": {"connections": 0}}, "[mail] connections", id="no connection"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_that_names_its_place(
    tmp_path: Path, tables: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        config.build(tables, folder=tmp_path, where="config.toml")


@pytest.mark.parametrize("address", ["", "b@a.org", "b+{id}@a.org", f"{'b' * 24}{{id}}@a.org"])
def test_bounces_go_to_one_address_or_to_one_for_each_mail(tmp_path: Path, address: str) -> None:
    found = config.build({"mail": {"bounce_address": address}}, folder=tmp_path, where="c.toml")

    assert found.mail.bounce_address == address


@pytest.mark.parametrize("address", ["digest@bücher.example", "a..b@example.com", "-@", "a@b@c"])
def test_a_sender_no_server_would_take_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"\[mail\] from_address: is not an e-mail address"):
        build({"mail": {"from_address": address}}, folder=Path(), where="config.toml")
