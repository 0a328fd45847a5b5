"""The tables of the configuration for whoever watches: figures, alerts, the operator's page."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from digest.app.config.addresses import MailAddress, OneLine
from digest.app.config.schema import Section
from digest.app.config.values import Key, Secret, web_address


def _listen(text: str) -> str:
    found = re.fullmatch(r"(?:\[[^\]\s]+\]|[^:\s]+):([1-9]\d{0,4})", text)
    if text and (found is None or int(found[1]) > 65535):
        raise ValueError("is not an address with a port, like 127.0.0.1:9464")
    return text


def _metrics_file(text: str) -> str:
    if text and not text.endswith(".prom"):
        raise ValueError("must end in .prom, since node_exporter reads no other files")
    return text


def _secret_address(secret: SecretStr) -> SecretStr:
    web_address(secret.get_secret_value())
    return secret


class Metrics(Section):
    """Where figures for monitoring are found."""

    file: Annotated[str, AfterValidator(_metrics_file)] = ""
    listen: Annotated[OneLine, AfterValidator(_listen)] = ""
    token: Key = SecretStr("")

    @property
    def address(self) -> tuple[str, int]:
        """The host and port to listen at."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def _password_hash(secret: SecretStr) -> SecretStr:
    # Imported here, since most commands need no password.
    from subscribers.passwords import is_hash

    text = secret.get_secret_value()
    if text and not is_hash(text):
        raise ValueError("is no hash by Argon2id; `digest admin password --print` makes one")
    return secret


class Admin(Section):
    """The operator's page, which is there once there is a password."""

    password_hash: Annotated[Secret, AfterValidator(_password_hash)] = SecretStr("")


class Alerts(Section):
    """Whom a run tells that something is wrong."""

    mail: MailAddress = ""
    heartbeat: Annotated[Secret, AfterValidator(_secret_address)] = SecretStr("")
