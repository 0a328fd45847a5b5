"""The website, as a reader's program reaches it: the page of help, and a link to leave.

GET changes nothing. The link is that of nobody, signed with our key, so the answer also shows
whether the server there is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.app.config.secrets import KEY_FILE, known_secret
from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.app.doctor.mail_server import certificate
from digest.app.transport import is_example
from digest.errors import ConfigError, SourceError
from subscribers import links
from subscribers.models import MADE_UP_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app.doctor.installation import Installation
    from digest.sources.http.reach import Answer

SITE, CERTIFICATE, LEAVE = "website", "website TLS", "leave link"
_GONE = 410
_REMEDY = "start `digest serve`, and let the web server pass all of [web] url on to it"


def check(installation: Installation) -> Iterator[Finding]:
    """Ask for the page of help, then for a link to leave."""
    url = installation.config.web.url.rstrip("/")
    host = urlsplit(url).hostname or ""
    if not url:
        yield not_checked(SITE, "[web] url is empty, so readers leave by mail")
        return
    if is_example(host):
        yield not_checked(SITE, f"[web] url is still the example's ({host})")
        return
    try:
        answer = installation.reach.ask(f"{url}/help", method="GET")
    except SourceError as error:
        yield failed(SITE, error, remedy=_REMEDY)
        yield not_checked(LEAVE, f"{host} does not answer")
        return
    yield from _site(url, answer, installation)
    yield _leave(url, installation)


def _site(url: str, answer: Answer, installation: Installation) -> Iterator[Finding]:
    if answer.status == 200:
        yield ok(SITE, f"{url}/help answers, as seen from this machine")
    else:
        yield _other(SITE, f"{url}/help", answer)
    if url.startswith("https://"):
        until = answer.certificate_until
        yield certificate(CERTIFICATE, until, of=urlsplit(url).netloc, now=installation.now)
    else:
        text = f"{url} is not encrypted, so mail programs show no button to leave (RFC 8058)"
        secure = url.replace("http://", "https://", 1)
        yield warn(CERTIFICATE, text, f'[web] url = "{secure}"')


def _leave(url: str, installation: Installation) -> Finding:
    config = installation.config
    try:
        key = known_secret(config, config.site.secret_key, KEY_FILE, "secret_key")
    except ConfigError:
        return not_checked(LEAVE, "the key that signs it cannot be read (see secrets)")
    if not key:
        return not_checked(LEAVE, "the key that signs it is made by the first run")
    purpose = links.Purpose.LEAVE
    token = links.sign(purpose, MADE_UP_ID, secrets=[key], at=installation.now)
    try:
        answer = installation.reach.ask(f"{url}/{purpose}/{token}", method="GET")
    except SourceError as error:
        return failed(LEAVE, error, remedy=_REMEDY)
    if answer.status == 200:
        return ok(LEAVE, "a link that was signed here works there")
    if answer.status == _GONE:
        text = "the server there does not know our key, so readers cannot leave"
        return fail(LEAVE, text, "give `digest serve` this configuration and the same digest.key")
    return _other(LEAVE, f"{url}/{purpose}/…", answer)


def _other(check: str, page: str, answer: Answer) -> Finding:
    """Return the finding of an answer that is no page of ours."""
    if answer.location:
        text = f"{page} leads on to {urlsplit(answer.location).netloc or answer.location}"
        return fail(check, text, "set [web] url to the address that answers without a redirect")
    return fail(check, f"{page} answers {answer.status}", _REMEDY)
