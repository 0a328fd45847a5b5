"""The files that ship with the package are there."""

from __future__ import annotations

import json

from digest.app.config.resources import example_config, sample_day, templates_dir


def test_the_templates_of_every_mail_have_a_subject_and_two_bodies() -> None:
    mails = [path for path in (templates_dir() / "email").iterdir() if path.is_dir()]

    assert "digest" in {path.name for path in mails}
    for mail in mails:
        assert {path.name for path in mail.iterdir()} >= {"subject.txt", "body.txt", "body.mjml"}


def test_the_example_and_the_sample_day_can_be_read() -> None:
    assert "[[topics]]" in example_config().read_text(encoding="utf-8")
    assert len(json.loads(sample_day().read_text(encoding="utf-8"))) > 1
