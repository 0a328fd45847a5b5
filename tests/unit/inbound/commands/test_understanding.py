"""What a Subject or a line says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.commands.phrases import Command
from digest.inbound.commands.understanding import Said, refuses, understand, without_prefixes


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "UNSUBSCRIBE",
        "“Unsubscribe!!!”",
        "Please unsubscribe me from this list.",
        "I would like to unsubscribe",
        "I want to unsubscribe, thank you",
        "Take me off your mailing list",
        "Bitte abmelden",
        "Ich möchte mich vom Newsletter abmelden",
        "Je veux me désabonner de cette liste svp",
        "me desabonner",
        "Quiero darme de baja, por favor",
        "ABONELİKTEN ÇIK lütfen",
        "配信停止をお願いします",
        "ｕｎｓｕｂｓｃｒｉｂｅ",
    ],
)
def test_people_leave_in_the_words_they_use(text: str) -> None:
    assert understand(text) == Said(command=Command.LEAVE)


@pytest.mark.parametrize(
    "text",
    [
        "don't unsubscribe me",
        "I do not want to unsubscribe",
        "Never unsubscribe me please",
        "Bitte nicht abmelden",
        "ne pas désabonner",
        "Stop the presses",
        "You have been unsubscribed",
        "Unsubscribe is broken on your website",
        "The paper on how to stop a running model",
        "Why your students leave",
        "unsubscribe me but keep my colleague subscribed to the list of robotics",
    ],
)
def test_nobody_leaves_by_words_about_something_else(text: str) -> None:
    said = understand(text)

    assert said is None or said.command is not Command.LEAVE


@pytest.mark.parametrize(
    "text",
    ["How do I unsubscribe?", "unsubscribe?", "how can I pause", "Wie kann ich mich abmelden"],
)
def test_a_question_about_a_command_asks_for_help(text: str) -> None:
    assert understand(text) == Said(command=Command.HELP, is_question=True)


@pytest.mark.parametrize("text", ["Is this paper sound?", "How are you", "?", ""])
def test_other_questions_are_no_command(text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("subscribe", ()),
        ("Subscribe me, please", ()),
        ("subscribe llm, robotics", ("llm", "robotics")),
        ("Subscribe: LLM; Robotics.", ("llm", "robotics")),
        ("please subscribe llm robotics", ("llm robotics",)),
        ("abonnieren Robotik", ("robotik",)),
        ("订阅 llm", ("llm",)),
        ("Subscribe to our great newsletter and win big prizes", None),
        ("subscribe not", None),
        ("subscribers of yours", None),
    ],
)
def test_topics_stand_behind_the_command(text: str, wanted: tuple[str, ...] | None) -> None:
    expected = None if wanted is None else Said(command=Command.JOIN, wanted=wanted)

    assert understand(text) == expected


def test_topics_are_chosen_by_naming_them() -> None:
    assert understand("Topics llm, robotics") == Said(
        command=Command.TOPICS, wanted=("llm", "robotics")
    )


def test_the_name_of_the_list_and_the_address_of_the_writer_may_stand_beside_a_command() -> None:
    names = ("Trending papers", "ada@example.org")

    assert understand("unsubscribe ada@example.org from Trending Papers", names=names) == Said(
        command=Command.LEAVE
    )
    assert understand("unsubscribe bo@example.org", names=names) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Re: unsubscribe",
        "RE: AW: SV: unsubscribe",
        "Re[2]: unsubscribe",
        "re:unsubscribe",
        "[papers] Re: unsubscribe",
        "回复：unsubscribe",
        "Ответ: unsubscribe",
        "Fwd: Re: unsubscribe",
    ],
)
def test_prefixes_of_answers_are_left_out(subject: str) -> None:
    assert without_prefixes(subject) == "unsubscribe"


@pytest.mark.parametrize("subject", ["Reunion: today", "results", "Review: papers"])
def test_words_that_only_begin_like_a_prefix_stay(subject: str) -> None:
    assert without_prefixes(subject) == subject


@pytest.mark.parametrize(
    "text",
    [
        "No, thanks",
        "I did not ask for this",
        "I didn\u2019t subscribe",
        "unsubscribe",
        "Remove me please!",
        "Das war ich nicht",
        "我没有订阅",
        "non merci",
    ],
)
def test_a_no_is_heard(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text", ["", "Yes", "I confirm", "Ja, gern", "OK, ada", "是的", "oui merci"]
)
def test_a_yes_is_no_no(text: str) -> None:
    assert not refuses(text)


@given(st.text())
def test_whatever_text_comes_is_read_without_an_error(text: str) -> None:
    understand(text)
    refuses(text)

    assert len(without_prefixes(text)) <= 20 * len(text)


#: Words of which no two make a phrase for leaving.
SENTENCES = st.lists(
    st.sampled_from(["the", "model", "papers", "we", "agents", "not", "data", "no", "don't"]),
    min_size=1,
    max_size=6,
)


@given(SENTENCES, st.sampled_from(["unsubscribe", "stop", "abmelden", "remove", "退订"]), st.data())
def test_a_command_within_a_sentence_never_leaves(
    words: list[str], command: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(words)))
    text = " ".join([*words[:place], command, *words[place:]])
    said = understand(text)

    only_ignored = set(words) <= {"the", "papers"}
    assert only_ignored or said is None or said.command is not Command.LEAVE


@given(st.text(max_size=60))
def test_any_text_behind_a_word_that_no_command_has_is_none(text: str) -> None:
    said = understand(f"zebra {text}")

    assert said is None or said.is_question
