"""Three DKIM verifiers that share no code, each given the DNS as a dictionary.

Each returns the selectors of the valid signatures. A verifier that is not installed skips the test,
except in CI.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import dkim
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT = Path(__file__).with_name("verify_dkim.pl")

# From libopendkim's dkim.h.
_SET, _QUERY_METHOD, _QUERY_INFO = 1, 6, 7
_QUERY_FILE = 1
_PASSED, _BODY_MATCHES = 0x04, 0


def dkimpy(mail: bytes, dns: Mapping[str, str], folder: Path) -> set[str]:
    """Verify with dkimpy, whose RSA is Python and whose Ed25519 is libsodium."""
    if b"a=ed25519" in mail:
        need(importlib.util.find_spec("nacl"), "PyNaCl (dkimpy's extra ed25519)")

    def answer(name: bytes, timeout: int) -> bytes | None:
        found = dns.get(name.decode().rstrip("."))
        return found.encode() if found else None

    good = set()
    for number in range(mail.split(b"\r\n\r\n")[0].count(b"DKIM-Signature:")):
        verifier = dkim.DKIM(mail)
        try:
            if verifier.verify(idx=number, dnsfunc=answer):
                good.add(verifier.selector.decode())
        except dkim.DKIMException:  # its way to say that it is not
            continue
    return good


def opendkim(mail: bytes, dns: Mapping[str, str], folder: Path) -> set[str]:
    """Verify with libopendkim, as opendkim-testmsg does, which cannot take the DNS from a file."""
    name = ctypes.util.find_library("opendkim")
    need(name, "libopendkim (opendkim-tools)")
    library = ctypes.CDLL(name)
    pointer, number = ctypes.c_void_p, ctypes.c_int
    library.dkim_init.restype = library.dkim_verify.restype = pointer
    library.dkim_options.argtypes = [pointer, number, number, pointer, ctypes.c_size_t]
    library.dkim_verify.argtypes = [pointer, ctypes.c_char_p, pointer, pointer]
    library.dkim_chunk.argtypes = [pointer, ctypes.c_char_p, ctypes.c_size_t]
    library.dkim_eom.argtypes = [pointer, pointer]
    library.dkim_getsiglist.argtypes = [pointer, pointer, pointer]
    library.dkim_sig_getflags.argtypes = library.dkim_sig_getbh.argtypes = [pointer]
    library.dkim_sig_getselector.argtypes = [pointer]
    library.dkim_sig_getselector.restype = ctypes.c_char_p
    library.dkim_free.argtypes = library.dkim_close.argtypes = [pointer]

    handle = library.dkim_init(None, None)
    path = str(_zone_file(dns, folder)).encode()
    method = number(_QUERY_FILE)
    library.dkim_options(handle, _SET, _QUERY_METHOD, ctypes.byref(method), ctypes.sizeof(method))
    library.dkim_options(handle, _SET, _QUERY_INFO, path, len(path))
    status = number()
    message = library.dkim_verify(handle, b"test", None, ctypes.byref(status))
    library.dkim_chunk(message, mail, len(mail))
    library.dkim_chunk(message, None, 0)
    library.dkim_eom(message, None)
    signatures, count = ctypes.POINTER(pointer)(), number()
    library.dkim_getsiglist(message, ctypes.byref(signatures), ctypes.byref(count))
    good = {
        library.dkim_sig_getselector(signatures[i]).decode()
        for i in range(count.value)
        if library.dkim_sig_getflags(signatures[i]) & _PASSED
        and library.dkim_sig_getbh(signatures[i]) == _BODY_MATCHES
    }
    library.dkim_free(message)
    library.dkim_close(handle)
    return good


def mail_dkim(mail: bytes, dns: Mapping[str, str], folder: Path) -> set[str]:
    """Verify with Perl's Mail::DKIM, which SpamAssassin uses. Debian 12's knows RSA alone."""
    try:
        found = subprocess.run(["perl", "-MMail::DKIM", "-e1"], capture_output=True).returncode == 0
    except FileNotFoundError:
        found = False
    need(found, "Mail::DKIM (libmail-dkim-perl)")
    result = subprocess.run(
        ["perl", SCRIPT, _zone_file(dns, folder)], input=mail, capture_output=True, check=True
    )
    results = dict(line.split() for line in result.stdout.decode().splitlines())
    return {selector for selector, result in results.items() if result == "pass"}


def _zone_file(dns: Mapping[str, str], folder: Path) -> Path:
    path = folder / "zone"
    path.write_text("".join(f"{name} {value}\n" for name, value in dns.items()))
    return path


def need(found: object, what: str) -> None:
    """Skip the test, or fail it in CI, when something is not there."""
    if found:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must not skip the tests that need it")
    pytest.skip(f"{what} is not installed")
