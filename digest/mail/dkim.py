"""DKIM: a mail's domain vouches for it (RFC 6376 with RSA, RFC 8463 with Ed25519).

Header and body are signed in their relaxed form, whole (no `l=`), for good (no `x=`). Signing is
what a mail costs most, so all that is the same for many mails is made once.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

Kind = Literal["rsa", "ed25519"]

#: What tells a reader who wrote, when, about what, where answers and requests to leave go, and how
#: the body is read. Each is signed once more than it stands in the mail, so that whoever replays a
#: mail cannot add one either (RFC 6376 §8.15). `Sender` is not among them: a relay may add one.
OVERSIGNED = (
    "From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
#: Signed as often as it stands there: relays and lists on the way may add their own.
SIGNED = ("List-Id", "List-Help", "List-Archive", "Feedback-ID")

#: What `digest dkim keygen` makes, and the least that receivers may believe (RFC 8301 §3.2).
RSA_BITS, LEAST_RSA_BITS = 2048, 1024

_WIDTH = 76
# Both begin with fixed bytes, which `re` looks for quicker than `in` and `replace` do.
_SPACES, _LOOSE_END = re.compile(rb"  +"), re.compile(rb" \r\n")
_PADDING, _HASH = PKCS1v15(), SHA256()


@dataclass(frozen=True, kw_only=True)
class Record:
    """Where in the DNS a public key is found, and as what (RFC 6376 §3.6)."""

    name: str
    value: str

    @property
    def zone_line(self) -> str:
        """The line of a zone file; a string in it has 255 characters at most (RFC 1035 §3.3)."""
        parts = [self.value[i : i + 255] for i in range(0, len(self.value), 255)]
        return f"{self.name}. IN TXT " + " ".join(f'"{part}"' for part in parts)


@dataclass(frozen=True)
class Key:
    """A private key and the selector its public half is found under."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def kind(self) -> Kind:
        """Which of the two algorithms it is for."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    def sign(self, text: bytes) -> bytes:
        """Return the signature; the same text has the same one (RFC 8017 §8.2, RFC 8463 §3)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(text, _PADDING, _HASH)
        return self.private.sign(sha256(text).digest())

    def record(self, domain: str) -> Record:
        """Return what to put into the domain's DNS; `t=s` keeps the key to this very domain."""
        public = self.private.public_key()
        shown = (
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            if self.kind == "rsa"
            else public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        )
        return Record(
            name=f"{self.selector}._domainkey.{domain}",
            value=f"v=DKIM1; k={self.kind}; t=s; p={b64encode(shown).decode()}",
        )


@dataclass(frozen=True, kw_only=True)
class _Coverage:
    """What is signed of mails whose headers are these, in this order."""

    #: the `h=` tag, folded
    tag: bytes
    #: which of the headers, and what each begins with in its relaxed form
    fields: tuple[tuple[int, bytes], ...]


class Signer:
    """Signs the mails of one domain, with every key."""

    def __init__(self, domain: str, keys: Sequence[Key]) -> None:
        """Sign with RSA first: some receivers look no further than the first signature."""
        self.domain = domain.lower()
        self.keys = sorted(keys, key=lambda key: key.kind == "ed25519")
        self._heads = [(key, self._head(key)) for key in self.keys]

    @property
    def records(self) -> list[Record]:
        """What the domain's DNS has to say for the signatures to be believed."""
        return [key.record(self.domain) for key in self.keys]

    def may_sign_for(self, address: str) -> bool:
        """Whether DMARC would count the signature for mail from an address (RFC 7489 §3.1.1)."""
        host = address.rpartition("@")[2].lower()
        return host == self.domain or host.endswith(f".{self.domain}")

    def sign(
        self,
        headers: Sequence[tuple[str, bytes]],
        body: bytes,
        *,
        at: datetime,
        canonical: bool = False,
    ) -> bytes:
        """Return the DKIM-Signature header fields, which stand above the mail's other headers.

        `headers` are names and what stands after the colon on the wire, `body` is what follows the
        empty line, `at` the mail's date, so that the same mail is the same bytes. `canonical` is
        the caller's word that `canonical_body` would not change the body, and saves looking.
        """
        digest = sha256(body if canonical else canonical_body(body)).digest()
        covered = _coverage(tuple([name for name, _ in headers]))
        tail = b"%b\r\n t=%d; bh=%b;\r\n b=" % (
            covered.tag,
            int(at.timestamp()),
            b64encode(digest),
        )
        signed = b"".join(
            [start + canonical_value(headers[i][1]) + b"\r\n" for i, start in covered.fields]
        )
        fields = []
        for key, head in self._heads:
            field = head + tail
            # Folded where the relaxed form has one space, so that this is the relaxed form.
            relaxed = field.replace(b"\r\n", b"").removeprefix(b"DKIM-Signature: ")
            signature = key.sign(signed + b"dkim-signature:" + relaxed)
            fields += [field, _folded(signature)]
        return b"".join(fields)

    def _head(self, key: Key) -> bytes:
        lines = [f"DKIM-Signature: v=1; a={key.kind}-sha256; c=relaxed/relaxed;"]
        for tag in (f"d={self.domain};", f"s={key.selector};"):
            if len(lines[-1]) + len(tag) < _WIDTH:
                lines[-1] += f" {tag}"
            else:
                lines.append(f" {tag}")
        return "\r\n".join(lines).encode("ascii")


@lru_cache(maxsize=256)  # one installation has a few layouts: issue, letters, with and without site
def _coverage(names: tuple[str, ...]) -> _Coverage:
    """Find what to sign; of headers of one name the lowest comes first (RFC 6376 §5.4.2)."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name.lower(), []).insert(0, place)
    listed: list[str] = []
    fields: list[tuple[int, bytes]] = []
    for name in (*OVERSIGNED, *SIGNED):
        found = places.get(name.lower(), [])
        listed += [name] * (len(found) + (name in OVERSIGNED))
        fields += [(place, name.lower().encode() + b":") for place in found]
    lines = [" h="]
    for name in listed:
        if len(lines[-1]) + len(name) >= _WIDTH:
            lines.append(" ")
        lines[-1] += f"{name}:"
    lines[-1] = lines[-1][:-1] + ";"
    return _Coverage(tag="".join(f"\r\n{line}" for line in lines).encode(), fields=tuple(fields))


def canonical_value(value: bytes) -> bytes:
    """Return a header's value in its relaxed form (RFC 6376 §3.4.2): unfolded, single spaces."""
    if b"\v" in value or b"\f" in value:  # to `split` these are white space, to DKIM they are not
        unfolded = value.replace(b"\r\n", b"").replace(b"\t", b" ")
        return _SPACES.sub(b" ", unfolded).strip(b" ")
    return b" ".join(value.split())


def canonical_body(body: bytes) -> bytes:
    """Return a body in its relaxed form (RFC 6376 §3.4.4); one in that form already is not copied.

    White space at the end of a line goes, other white space is one space, the last line ends and
    no empty line follows it.
    """
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    body = _SPACES.sub(b" ", body.replace(b"\t", b" "))
    body = _LOOSE_END.sub(b"\r\n", body)
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[: end + 2] if end else b""


def _folded(signature: bytes) -> bytes:
    """Return a signature as the end of its header field, behind ` b=`."""
    text = b64encode(signature)
    first, rest = _WIDTH - 3, _WIDTH - 1
    lines = [text[:first], *[text[i : i + rest] for i in range(first, len(text), rest)]]
    return b"\r\n ".join(lines) + b"\r\n"


def generate(selector: str, kind: Kind) -> Key:
    """Make a new key."""
    if kind == "ed25519":
        return Key(selector, Ed25519PrivateKey.generate())
    return Key(selector, generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def save(key: Key, path: Path) -> None:
    """Write a key into a new file that nobody else may read.

    Raises:
        ConfigError: the file is there already, or cannot be written.

    """
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with open(path, "xb", opener=_private) as file:
            file.write(pem)
    except FileExistsError as error:
        raise ConfigError(f"{path} is there already; it was not touched") from error
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def load(path: Path, *, selector: str, kind: Kind) -> Key:
    """Read a key from a PEM file.

    Raises:
        ConfigError: it cannot be read, others can read it too, or it holds no key of this kind.

    """
    quoted = shlex.quote(str(path))
    try:
        # The key is what is not encrypted; TypeError is how the library says that it is.
        private = load_pem_private_key(_read(path), password=None)
    except TypeError as error:
        raise ConfigError(
            f"{path} is encrypted; write it out again with `openssl pkey -in {quoted} -out …`"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"{path} holds no private key in PEM form; `digest dkim keygen` makes one"
        ) from error
    wanted, option = (RSAPrivateKey, "") if kind == "rsa" else (Ed25519PrivateKey, " --ed25519")
    if not isinstance(private, wanted):
        raise ConfigError(
            f"{path} holds no {kind} key but another; `digest dkim keygen{option}` makes one"
        )
    if isinstance(private, RSAPrivateKey) and private.key_size < LEAST_RSA_BITS:
        raise ConfigError(
            f"{path} has only {private.key_size} bits, and receivers ignore such a key;"
            f" `digest dkim keygen` makes one of {RSA_BITS}"
        )
    return Key(selector, private)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            pem = file.read()
    except FileNotFoundError as error:
        raise ConfigError(f"there is no {path}; `digest dkim keygen` makes a key") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"others can read {path}; type: chmod 600 {shlex.quote(str(path))}")
    return pem


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
