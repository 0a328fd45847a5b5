"""The compose file and its images: what they set is known, and the relay is run as it is.

Where a Docker engine is there, the images are built and started too.
"""

from __future__ import annotations

import re
import shutil
import smtplib
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import trustme
import yaml
from support.paths import ROOT
from support.programs import await_listening, free_port, program
from support.sample_machine import sample_machine
from support.smtp_server import SMTPServer

from digest.app import config

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = ROOT / "docs" / "samples" / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((SAMPLES / "compose.yaml").read_text(encoding="utf-8"))
IMAGE = (SAMPLES / "Dockerfile").read_text(encoding="utf-8")
MAIL = b"From: Ada <ada@example.org>\r\nSubject: hello\r\n\r\nHello.\r\n"


def test_digest_understands_what_compose_and_the_image_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in COMPOSE["services"]["digest"]["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(*re.search(r"(DIGEST_WEB__HOST)=(\S+)", IMAGE).groups())  # type: ignore[union-attr]
    (tmp_path / "config.toml").write_text("", encoding="utf-8")

    loaded = config.load(tmp_path / "config.toml")

    (network,) = COMPOSE["networks"]["site"]["ipam"]["config"]
    assert (loaded.mail.host, loaded.mail.port, loaded.mail.security) == ("relay", 25, "none")
    assert loaded.web.host == "0.0.0.0"  # noqa: S104 (in a network of its own)
    assert list(loaded.web.trusted_proxies) == [network["gateway"]]


def test_nothing_is_copied_into_the_image_that_git_does_not_have() -> None:
    kept = (SAMPLES / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("*\n")[1]

    names = [line[1:] for line in kept.splitlines() if line.startswith("!")]

    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [name for name in names if name.startswith((".", "config.toml"))] == []


@pytest.mark.slow
def test_the_relay_hands_mail_to_the_provider_with_its_login_and_takes_none_of_strangers() -> None:
    program("postfix", package="postfix")
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    port = free_port()

    with SMTPServer(extensions=("SIZE 9000000", "AUTH PLAIN"), tls=tls) as provider:
        relay = f"[localhost]:{provider.port}"

        def prepare(folder: Path) -> None:
            # Names of hosts come from a file, since no DNS is asked here.
            (folder / "etc/postfix/main.cf").write_text("smtp_host_lookup = native\n")
            master = folder / "etc/postfix/master.cf"
            shutil.copy(folder / "etc/postfix/master.cf.proto", master)
            text = master.read_text(encoding="utf-8")
            changed = re.sub(r"(?m)^smtp( +inet)", rf"127.0.0.1:{port}\1", text)
            master.write_text(changed, encoding="utf-8")
            with (folder / "etc/ssl/certs/ca-certificates.crt").open("ab") as known:
                known.write(authority.cert_pem.bytes())
            (folder / "etc/relay_login").write_text(f"{relay} ada:secret\n", encoding="utf-8")
            subprocess.run(["cp", "-a", "/var/spool/postfix", folder / "var/spool"], check=True)

        variables = {
            "HOSTNAME_IN_MAIL": "mail.example.org",
            "RELAYHOST": relay,
            "NETWORK": "192.0.2.0/24",
            "LOGIN_FILE": "/etc/relay_login",
        }
        export = "\n".join(f"export {name}='{value}'" for name, value in variables.items())
        start = "/opt/digest/source/docs/samples/docker/relay/start"
        with sample_machine("sh", start, prepare=prepare, more=export) as machine:
            await_listening(machine.process, port)
            with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
                assert client.sendmail("ada@example.org", ["ben@example.net"], MAIL) == {}
            machine.until(lambda: provider.mails, "the provider got nothing")
            assert machine.call("postfix", "status") == ""

    (session,) = provider.sessions
    assert provider.recipients == ["ben@example.net"]
    assert [line.split()[0] for line in session.in_the_clear] == ["EHLO", "STARTTLS"]
    assert any(line.startswith("AUTH PLAIN") for line in session.encrypted)


def has_engine() -> bool:
    docker = shutil.which("docker")
    asked = docker and subprocess.run([docker, "info"], capture_output=True)
    return bool(asked) and asked.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not has_engine(), reason="there is no Docker engine")
def test_the_images_are_built_and_the_site_is_healthy_with_a_disk_that_is_read_only() -> None:
    build = ["docker", "build", "--quiet", "--file", SAMPLES / "Dockerfile", ROOT]
    image = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    subprocess.run(["docker", "build", "--quiet", SAMPLES / "relay"], check=True)
    script = "digest init /data && exec digest serve"
    run = ["docker", "run", "--detach", "--rm", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
    run += ["--health-interval=1s", "--entrypoint=sh", image, "-c", script]
    container = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    try:
        ask = ["docker", "inspect", "--format={{.State.Health.Status}}", container]
        for _ in range(1000):
            done = subprocess.run(ask, check=True, stdout=subprocess.PIPE, text=True)
            if done.stdout.strip() == "healthy":
                break
        assert done.stdout.strip() == "healthy"
    finally:
        subprocess.run(["docker", "kill", container], check=True, stdout=subprocess.DEVNULL)
