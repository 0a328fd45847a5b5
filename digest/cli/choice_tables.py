"""What a reader chose, and what they said of papers, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.cli.tables import print_table

if TYPE_CHECKING:
    from digest.app.services import App
    from subscribers.models import Subscriber

#: The lists of preferences by what their option is called.
LISTS = {
    "word": "words_in",
    "not-word": "words_out",
    "author": "authors",
    "mute": "muted",
    "unlearn": "unlearned",
}


def choices(app: App, subscriber: Subscriber) -> list[tuple[str, str]]:
    """Return a reader's choices as rows of a table: what, and its value."""
    from digest.app.site_times import site_times
    from subscribers.timing_words import when

    chosen = subscriber.preferences
    lists = [(name, ", ".join(getattr(chosen, field))) for name, field in LISTS.items()]
    return [
        ("topic", ", ".join(subscriber.topics)),
        *lists,
        ("papers", str(chosen.papers or "as many as the site sends")),
        ("frequency", chosen.frequency),
        ("day", ", ".join(chosen.days)),
        ("hour", "the site's own" if chosen.hour is None else f"{chosen.hour}, {chosen.timezone}"),
        ("quiet mail", "yes" if chosen.quiet_mail else "no"),
        ("so mail comes", when(chosen, site=site_times(app.config.schedule))),
        ("language", chosen.language),
        ("mail as", "text" if chosen.text_only else "HTML and text"),
        ("learns", "yes" if chosen.learns else "no"),
    ]


def print_feedback(app: App, subscriber: Subscriber) -> None:
    """Print what a reader said of papers, and what we believe they like."""
    from digest.app import clock, serializers
    from digest.app.feedback import AppFeedback
    from digest.text import bounds
    from digest.text.bounds import bounded

    feedback = AppFeedback(app, clock.now)
    print_table(
        "What we believe they like",
        ("papers", "words~"),
        ((it.papers, ", ".join(it.words)) for it in feedback.beliefs(subscriber.id)),
    )
    given = app.feedback.of([subscriber.id]).get(subscriber.id, [])
    print_table(
        "What they said of papers",
        ("at", "verdict", "paper", "by", "title~"),
        (
            (
                serializers.moment(one.at),
                one.verdict,
                one.paper_id,
                one.channel,
                bounded(one.title, bounds.TITLE),
            )
            for one in given
        ),
    )
