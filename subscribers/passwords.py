"""The operator's password, of which only a hash by Argon2id is kept (RFC 9106)."""

from __future__ import annotations

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

#: Characters of the shortest password; it is the only factor.
SHORTEST_PASSWORD = 12
#: Characters of the longest, as the form has it.
LONGEST_PASSWORD = 1000
#: What every hash begins with.
PREFIX = "$argon2id$"

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return a hash of a password, with a salt of its own.

    The parameters are the library's: the second recommendation of RFC 9106 §4, 64 MiB of memory.
    """
    return _hasher.hash(password)


def matches(password: str, hashed: str) -> bool:
    """Whether a password is the one of a hash; the hash says how much time and memory it takes."""
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def is_hash(text: str) -> bool:
    """Whether a text is a hash as `hash_password` writes it."""
    try:
        return extract_parameters(text).type is Type.ID
    except InvalidHashError:
        return False
