"""What we believe a reader likes, on the page of choices: shown, corrected, forgotten."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, paper
from support.readers import CHOSEN_AT

from digest.app.serializers import plain
from digest.models.feedback import Feedback
from digest.models.profile import Interest, Profile
from subscribers.links import Purpose
from subscribers.models import Event, Preferences, Verdict

if TYPE_CHECKING:
    from support.site import Site

    from subscribers.models import Subscriber

ADA = "ada@example.org"
PROFILE = Profile(
    interests=(
        Interest(terms={"whale": 1.0}, words=("whale song",), likes=1),
        Interest(terms={"map": 1.0}, words=("maps", "way <finding>"), likes=4),
    ),
    likes=5,
)


def ada(site: Site, *verdicts: Verdict, profile: Profile | None = PROFILE) -> Subscriber:
    """A reader who judged a paper of her library with each of these verdicts."""
    subscriber = site.subscriber(ADA, Event.CONFIRM)
    site.app.feedback.give(
        subscriber.id,
        [
            Feedback(
                paper_id=f"2501.{number:05}", verdict=verdict, at=NOON, channel="import",
                title=f"Judged <{number}>",
            )
            for number, verdict in enumerate(verdicts)
        ],
    )  # fmt: skip
    if profile and verdicts:
        site.app.profiles.save({subscriber.id: profile}, at=NOON)
    return subscriber


def manage(site: Site, subscriber: Subscriber, rest: str = "") -> str:
    return site.link(Purpose.MANAGE, subscriber) + rest


def preferences(site: Site) -> Preferences:
    found = site.book.find(ADA)
    assert found is not None
    return found.preferences


def said(site: Site, subscriber: Subscriber) -> list[str]:
    given = site.app.feedback.of([subscriber.id]).get(subscriber.id, [])
    return sorted(one.paper_id for one in given)


def buttons(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def test_what_is_believed_is_shown_in_words_the_surest_first(site: Site) -> None:
    page = site.get(manage(site, ada(site, Verdict.LIKE))).text

    assert buttons(page, "word") == ["maps", "way &lt;finding&gt;", "whale song"]
    assert page.index("From 4 papers") < page.index("maps") < page.index("From 1 paper<")


def test_what_a_reader_said_is_shown_by_verdict_with_titles(site: Site) -> None:
    page = site.get(manage(site, ada(site, Verdict.LIKE, Verdict.LESS, Verdict.SAVE))).text

    headings = [page.index(f">{it}<") for it in ("More like these", "Less like these")]
    saved = page.index(">Saved, and more like these<")
    titles = [page.index(f"Judged &lt;{number}&gt;") for number in range(3)]
    assert headings[0] < titles[0] < headings[1] < titles[1] < saved < titles[2]
    assert 'href="https://arxiv.org/abs/2501.00000"' in page


def test_who_said_nothing_is_told_how_to(site: Site) -> None:
    page = site.get(manage(site, ada(site))).text

    assert "Nothing yet." in page
    assert "Forget all of it" not in page


def test_a_word_is_struck_out_and_taken_up_again(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE)

    answer = site.post(manage(site, subscriber, "/unlearn"), data={"word": "Maps"})
    page = site.get(answer.headers["location"]).text
    struck, words = preferences(site).unlearned, buttons(page, "word")
    site.post(manage(site, subscriber, "/relearn"), data={"word": "maps"})

    assert struck == ("maps",)
    assert words == ["way &lt;finding&gt;", "whale song", "maps"]
    assert preferences(site).unlearned == ()


def test_an_interest_without_a_word_left_is_not_shown(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE)

    site.post(manage(site, subscriber, "/unlearn"), data={"word": "whale song"})

    assert "From 1 paper<" not in site.get(manage(site, subscriber)).text


@pytest.mark.parametrize("word", ["", "  ", "?", "x" * 101, "zzzqqq", "map"])
def test_a_word_that_is_not_believed_cannot_be_struck_out(site: Site, word: str) -> None:
    subscriber = ada(site, Verdict.LIKE)
    before = site.dump()

    answer = site.post(manage(site, subscriber, "/unlearn"), data={"word": word})

    assert answer.status_code == 422
    assert "Not saved: this word is not among those we believe you like" in answer.text
    assert site.dump() == before


@pytest.mark.parametrize("profile", [PROFILE, None], ids=["learned by a run", "changed since"])
def test_the_export_has_the_profile_that_the_page_shows(
    site: Site, profile: Profile | None
) -> None:
    subscriber = ada(site, Verdict.LIKE, Verdict.LESS, profile=profile)

    exported = site.services.feedback.export(subscriber.id)["profile"]

    shown = [{"words": it["words"], "papers": it["likes"]} for it in exported["interests"]]
    believed = [plain(it) for it in site.services.feedback.beliefs(subscriber.id)]
    assert sorted(shown, key=str) == sorted(believed, key=str)
    assert exported["interests"]


def test_learning_is_switched_off_and_on(site: Site) -> None:
    link = manage(site, ada(site, Verdict.LIKE), "/learning")
    seen = []

    for wanted in ("no", "yes"):
        page = site.get(site.post(link, data={"learns": wanted}).headers["location"]).text
        seen.append((preferences(site).learns, "Switched off:" in page))

    assert seen == [(False, True), (True, False)]


def test_what_was_said_of_a_paper_is_taken_back(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE, Verdict.LESS)

    answer = site.post(manage(site, subscriber, "/papers"), data={"paper": "2501.00001"})

    assert answer.status_code == 303
    assert said(site, subscriber) == ["2501.00000"]


def test_a_long_list_is_shown_in_part_and_has_pages(site: Site) -> None:
    subscriber = ada(site, *[Verdict.LIKE] * 120)

    first = site.get(manage(site, subscriber)).text
    pages = [site.get(manage(site, subscriber, f"/papers?page={n}")).text for n in (1, 2, 3)]

    assert len(buttons(first, "paper")) == 5
    assert "All 120 papers" in first
    listed = [buttons(page, "paper") for page in pages]
    assert [len(each) for each in listed] == [50, 50, 20]
    assert sorted(chain(*listed)) == said(site, subscriber)
    taken = site.post(
        manage(site, subscriber, "/papers"), data={"paper": listed[1][0], "page": "2"}
    )
    assert taken.headers["location"].endswith("/papers?page=2")


@pytest.mark.parametrize("page", ["0", "-1", "9", "x", "", "²", "1e3", "9" * 5000])
def test_a_page_that_does_not_exist_is_the_first_or_last(site: Site, page: str) -> None:
    answer = site.get(manage(site, ada(site, Verdict.LIKE), f"/papers?page={page}"))

    assert (answer.status_code, len(buttons(answer.text, "paper"))) == (200, 1)


def test_all_of_it_is_forgotten_on_request_and_the_subscription_stays(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE, Verdict.SAVE)
    site.book.choose(subscriber.id, ["agents"], Preferences(muted=("Ben Example",)), at=CHOSEN_AT)
    asked = site.get(manage(site, subscriber, "/forget")).text
    kept = said(site, subscriber)

    answer = site.post(manage(site, subscriber, "/forget"))

    assert "We forget what you said of 2 papers" in asked
    assert len(kept) == 2
    assert "Nothing yet." in site.get(answer.headers["location"]).text
    tables = site.dump()
    assert (tables["feedback"], tables["profiles"]) == ([], [])
    assert (site.status(ADA), preferences(site).muted) == ("confirmed", ("Ben Example",))


def test_muted_authors_are_edited_with_the_other_choices(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE)
    form = {"topic": "agents", "day": "mon", "hour": "6", "muted": "Ben Example, Cyd Example"}

    site.post(manage(site, subscriber), data=form)

    assert preferences(site).muted == ("Ben Example", "Cyd Example")
    assert 'value="Ben Example, Cyd Example"' in site.get(manage(site, subscriber)).text


@pytest.mark.parametrize(
    ("verdict", "learns", "status"),
    [(Verdict.LIKE, True, 303), (Verdict.LESS, True, 422), (Verdict.LIKE, False, 422)],
)
def test_likes_are_enough_without_a_topic_while_they_are_used(
    site: Site, verdict: Verdict, *, learns: bool, status: int
) -> None:
    subscriber = ada(site, verdict)
    site.book.choose(subscriber.id, ["agents"], Preferences(learns=learns), at=CHOSEN_AT)

    answer = site.post(manage(site, subscriber), data={"day": "mon", "hour": "6"})

    assert answer.status_code == status


def test_to_save_the_choices_changes_nothing_that_the_form_does_not_ask_for(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE)
    known = Preferences(muted=("Ben Example",), learns=False, unlearned=("steam",))
    site.book.choose(subscriber.id, ["agents"], known, at=CHOSEN_AT)

    site.post(manage(site, subscriber), data={"topic": "agents", "day": "mon", "hour": "6"})

    kept = preferences(site)
    assert (kept.muted, kept.learns, kept.unlearned) == (("Ben Example",), False, ("steam",))


@pytest.mark.parametrize(
    "rest", ["/papers", "/papers?page=2", "/forget", "/learning", "/unlearn", "/relearn"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_to_open_a_page_changes_nothing(site: Site, rest: str, method: str) -> None:
    link = manage(site, ada(site, Verdict.LIKE), rest)
    before = site.dump()

    assert site.request(method, link).status_code in (200, 405)
    assert site.dump() == before


def test_papers_that_the_store_knows_have_their_titles_of_today(site: Site) -> None:
    subscriber = ada(site, Verdict.LIKE)
    known = [paper("2501.00000", title="Its Real Title")]
    site.app.papers.save(known, source="file", authority=lambda _: 50, now=NOON)

    assert "Its Real Title" in site.get(manage(site, subscriber)).text
