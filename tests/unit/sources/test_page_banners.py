"""Lines of the daily-papers page that are no part of a paper."""

from __future__ import annotations

import pytest

from digest.sources.page_banners import is_banner, is_notice, is_notice_heading, without_button

NOTICES = """
We use cookies to improve your experience on our site. By clicking “Accept all” you agree to them.
We value your privacy. We and our 834 partners store information on a device, such as cookies.
We and our partners process personal data. You can manage your choices or withdraw your consent.
This website uses cookies. By continuing to browse you consent to their use. Learn more.
Wir verwenden Cookies, um Ihre Erfahrung zu verbessern. Mit einem Klick stimmen Sie der Nutzung zu.
Nous utilisons des cookies pour améliorer votre visite. Vous pouvez changer vos choix.
Utilizamos cookies para mejorar su visita. Con un clic usted acepta el uso de las cookies.
Utilizziamo i cookie per migliorare il tuo uso del sito. Puoi scegliere i cookie che vuoi.
Vi använder cookies för att förbättra din upplevelse. Du kan ändra dina val när som helst.
当サイトではクッキー(Cookie)を使用しています。
Sign up for our newsletter and get news in your inbox. You can unsubscribe at any time. No spam.
We have updated our Terms of Service. By continuing to use the site you agree to the new terms.
""".strip().splitlines()
ABSTRACTS = """
Cookies are how most sites know their visitors. We count those that each site sets after consent.
Users accept cookies without reading. We show 400 of them a notice and measure what they click.
Cookie banners deceive: "We value your privacy". We study what you click in a thousand of them.
We survey terms of service. Your consent is asked for in all of them, and by clicking you agree.
A newsletter is how labs reach you in your inbox. This paper counts who can unsubscribe from it.
Cookie Consent Banners in Mobile Applications: Automated Detection Using Large Language Models
Personal data is sold by many. We use settings of a thousand devices to see who buys it.
""".strip().splitlines()


@pytest.mark.parametrize("line", NOTICES)
def test_a_notice_about_cookies_is_one(line: str) -> None:
    assert is_notice(line)


@pytest.mark.parametrize("line", ABSTRACTS)
def test_an_abstract_about_cookies_is_none(line: str) -> None:
    assert not is_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "Accept all",
        "Reject all",
        "Manage preferences",
        "Cookie settings",
        "Got it!",
        "OK",
        "Consent",
        "Dismiss",
        "Log In",
        "Sign Up",
        "Daily PapersSubscribe",
        "newSubscribe",
    ],
)
def test_the_buttons_of_a_notice_are_banners(line: str) -> None:
    assert is_banner(line)


@pytest.mark.parametrize(
    ("line", "is_head", "is_seen", "shown"),
    [
        ("SubscribeCounting Lamps", True, False, "Counting Lamps"),
        ("SubscribeCounting Lamps", False, False, "Counting Lamps"),
        ("SubscribeCounting Lamps", False, True, "SubscribeCounting Lamps"),
        ("SubscribeNet: A Study", False, False, "SubscribeNet: A Study"),
        ("SubscribeLampGPT: Counting Fog", False, False, "LampGPT: Counting Fog"),
        ("SubscribeDeepLamp-R1: Fog", False, False, "DeepLamp-R1: Fog"),
        ("SubscribeLLM-4V(ision) in Fog", False, False, "LLM-4V(ision) in Fog"),
        ("Subscribeα-Lamps", False, False, "α-Lamps"),
        ("Subscribe$\\alpha$-Lamps: Fog", False, False, "$\\alpha$-Lamps: Fog"),
        ("SubscribeLamps", False, False, "Lamps"),
        ("Subscriber Churn", False, False, "Subscriber Churn"),
        ("Subscribe or Perish: Fog", False, False, "Subscribe or Perish: Fog"),
        ("Subscribers of Fog", True, False, "Subscribers of Fog"),
        ("Subscribe to Fog", False, False, "Subscribe to Fog"),
    ],
)
def test_a_button_is_cut_off_a_title_once(
    line: str, shown: str, *, is_head: bool, is_seen: bool
) -> None:
    assert without_button(line, is_head=is_head, is_seen=is_seen) == shown


@pytest.mark.parametrize(
    "line",
    ["Privacy Preference Center", "This site asks for consent to use your data", "Stay in the loop",
     "Terms of Service update", "Cookies", "We value your privacy"],
)  # fmt: skip
def test_a_notice_has_a_heading(line: str) -> None:
    assert is_notice_heading(line)
    assert not is_notice_heading("Counting Lamps in Fog")
