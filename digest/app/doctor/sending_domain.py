"""The DNS of the sending domain: SPF, DMARC, where answers and bounces go, and the reverse name.

Each fault comes with the record to add, as a line of a zone file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config.secrets import mail_domain
from digest.app.doctor import dkim_records
from digest.app.doctor.dkim_records import tags
from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.app.doctor.outgoing import Outgoing, outgoing
from digest.app.doctor.spf import BrokenRecordError, Verdict, permits, record_of
from digest.app.transport import is_example
from digest.errors import DNSError
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.app.config import Config
    from digest.app.doctor.installation import Installation

DOMAIN, SPF, DMARC, ALIGNMENT = "sending domain", "SPF", "DMARC", "alignment"
MX, PTR = "MX", "reverse name"


def check(installation: Installation) -> Iterator[Finding]:
    """Look at each record that receivers look at."""
    domain = mail_domain(installation.config)
    if is_example(domain):
        yield not_checked(DOMAIN, f"[mail] from_address is still the example's ({domain})")
        return
    try:
        exists = installation.resolver.exists(domain)
    except DNSError as error:
        yield failed(DOMAIN, error)
        return
    if not exists:
        remedy = "register the domain, or correct [mail] from_address"
        yield fail(DOMAIN, f"{domain} is not in the DNS", remedy)
        return
    yield ok(DOMAIN, f"{domain} is in the DNS")
    parts: tuple[tuple[str, Callable[[Installation], Iterator[Finding]]], ...] = (
        (SPF, _spf),
        (dkim_records.DKIM, dkim_records.check),
        (DMARC, _dmarc),
        (ALIGNMENT, _alignment),
        (MX, _mx),
        (PTR, _ptr),
    )
    for name, part in parts:
        try:
            yield from part(installation)
        except DNSError as error:
            yield failed(name, error)


# -- SPF ------------------------------------------------------------------------------------------


def _spf(installation: Installation) -> Iterator[Finding]:
    """Look at the record of the domain that bounces go to, which receivers compare (RFC 7208)."""
    domain, resolver = bounce_domain(installation.config), installation.resolver
    sends = installation.config.mail.transport == "smtp"
    ways = outgoing(installation) if sends else Outgoing(is_here=True, addresses=())
    try:
        record = record_of(resolver, domain)
        if record is None:
            yield fail(SPF, f"{domain} has no SPF record", _spf_record(domain, ways, installation))
            return
        found = permits(resolver, domain, ways.addresses)
    except BrokenRecordError as error:
        yield fail(
            SPF, f"receivers cannot use the record: {error}", f"mend the TXT record of {domain}"
        )
        return
    yield _spf_verdict(domain, record, found, ways, installation)


def _spf_verdict(
    domain: str,
    record: str,
    found: dict[str, Verdict],
    ways: Outgoing,
    installation: Installation,
) -> Finding:
    if not found:
        return ok(SPF, f"{domain} has a record; from which addresses mails come is not known here")
    wrong = [address for address, verdict in found.items() if verdict is not Verdict.PASS]
    if not wrong:
        return ok(SPF, f"{domain} permits {join_words(list(found))}")
    shown = join_words([f"{address} ({found[address]})" for address in wrong])
    if any(found[address] is Verdict.UNKNOWN for address in wrong):
        return ok(SPF, f"{domain} has a record with macros; only a mail shows what it permits")
    remedy = _with_mechanism(domain, record, ways, installation)
    if ways.is_here:
        return fail(SPF, f"{domain} does not permit this machine, {shown}", remedy)
    return warn(
        SPF,
        f"{domain} does not permit {shown}, where {installation.config.mail.host} takes mail; it"
        " may send from other addresses",
        f"{remedy} (or the include: that the operator of {installation.config.mail.host} names)",
    )


def _mechanisms(ways: Outgoing, installation: Installation) -> str:
    if ways.is_here and ways.addresses:
        return " ".join(f"ip{6 if ':' in one else 4}:{one}" for one in ways.addresses)
    return "a mx" if ways.is_here else f"a:{installation.config.mail.host}"


def _spf_record(domain: str, ways: Outgoing, installation: Installation) -> str:
    return f'{domain}. IN TXT "v=spf1 {_mechanisms(ways, installation)} ~all"'


def _with_mechanism(domain: str, record: str, ways: Outgoing, installation: Installation) -> str:
    """Return the record with our addresses in front of its last term."""
    rest = record.split()[1:]
    return f'{domain}. IN TXT "v=spf1 {" ".join([_mechanisms(ways, installation), *rest])}"'


# -- DMARC ----------------------------------------------------------------------------------------


def _dmarc(installation: Installation) -> Iterator[Finding]:
    domain = mail_domain(installation.config)
    place, records = _find_dmarc(installation, domain)
    contact = installation.config.mail.reply_to or f"postmaster@{domain}"
    wanted = f'_dmarc.{domain}. IN TXT "v=DMARC1; p=none; rua=mailto:{contact}"'
    if not records:
        yield warn(DMARC, f"{domain} has no DMARC record; large providers ask for one", wanted)
    elif len(records) > 1:
        text = f"_dmarc.{place} has {len(records)} records, so receivers use none (RFC 7489 §6.6.3)"
        yield fail(DMARC, text, f"remove all but one record of _dmarc.{place}")
    elif tags(records[0]).get("p", "").lower() not in ("none", "quarantine", "reject"):
        yield fail(DMARC, f"the record of _dmarc.{place} has no policy p=", wanted)
    else:
        yield ok(DMARC, f"_dmarc.{place} says p={tags(records[0])['p']}")


def _find_dmarc(installation: Installation, domain: str) -> tuple[str, list[str]]:
    """Return the domain whose records count, and these.

    A parent's counts for a domain without one (RFC 7489 §6.6.3). Which parent registers domains for
    others is not known here, so all of at least two labels are asked.
    """
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        place = ".".join(labels[start:])
        texts = installation.resolver.txt(f"_dmarc.{place}")
        if records := [text for text in texts if text.replace(" ", "").startswith("v=DMARC1")]:
            return place, records
    return domain, []


def _alignment(installation: Installation) -> Iterator[Finding]:
    """Whether what SPF and DKIM prove is about the domain that readers see (RFC 7489 §3.1)."""
    config = installation.config
    domain, bounces = mail_domain(config), bounce_domain(config)
    place, records = _find_dmarc(installation, domain)
    is_strict = tags(records[0]).get("aspf") == "s" if records else False
    by_spf = bounces == domain if is_strict else _share_parent(bounces, domain, place)
    if by_spf:
        yield ok(
            ALIGNMENT, f"mails from {domain} have the envelope sender {bounces}: SPF is aligned"
        )
    elif config.dkim.key:
        yield ok(ALIGNMENT, f"the signature is of {domain}; SPF proves {bounces}, which is another")
    else:
        yield fail(
            ALIGNMENT,
            f"mails from {domain} have the envelope sender {bounces}, no signature: DMARC fails",
            f'[mail] bounce_address = "bounces+{{id}}@{domain}"',
        )


def _share_parent(one: str, other: str, parent: str) -> bool:
    """Whether two domains are of one organisation: one is in the other, or both in `parent`."""
    return any(
        first == second or first.endswith(f".{second}")
        for first, second in ((one, other), (other, one), (one, parent))
    )


# -- where mail comes back, and the reverse name ---------------------------------------------------


def _mx(installation: Installation) -> Iterator[Finding]:
    """Whether answers and bounces have somewhere to go (RFC 5321 §5.1)."""
    config, resolver = installation.config, installation.resolver
    domains: dict[str, list[str]] = {}
    for what, address in (
        ("answers", config.mail.reply_to or config.mail.from_address),
        ("bounces", config.mail.bounce_address or config.mail.from_address),
        ("commands", config.inbound.address),
    ):
        if address:
            domains.setdefault(address.rpartition("@")[2].lower(), []).append(what)
    for domain, kinds in domains.items():
        hosts, what = resolver.mx(domain), join_words(kinds)
        record = f"{domain}. IN MX 10 mail.{domain}."
        if hosts == ["."]:
            yield fail(MX, f"{domain} says that it takes no mail, so {what} are lost", record)
        elif hosts:
            yield ok(MX, f"{what} to {domain} go to {join_words([it.rstrip('.') for it in hosts])}")
        elif resolver.addresses(domain):
            yield ok(MX, f"{what} go to {domain} itself, which has no MX record")
        else:
            yield fail(MX, f"{domain} has no MX record, so {what} are lost", record)


def _ptr(installation: Installation) -> Iterator[Finding]:
    """Whether the address has a name that leads back to it (RFC 1912 §2.1)."""
    config, resolver = installation.config, installation.resolver
    if config.mail.transport != "smtp":
        yield not_checked(PTR, "no mail leaves this machine")
        return
    ways = outgoing(installation)
    if not ways.is_here:
        yield not_checked(PTR, f"that is the business of {config.mail.host}, which relays")
        return
    if not ways.addresses:
        yield not_checked(PTR, "the public address of this machine is not known here")
    for address in ways.addresses:
        names = resolver.names(address)
        if any(address in resolver.addresses(name) for name in names):
            yield ok(PTR, f"{address} is {names[0]}, and that is {address}")
        else:
            text = f"{address} has no name that leads back to it, so many servers refuse its mail"
            yield fail(PTR, text, f"let your provider set the reverse name of {address}")


def bounce_domain(config: Config) -> str:
    """Return the domain of the envelope sender."""
    address = config.mail.bounce_address or config.mail.from_address
    return address.rpartition("@")[2].lower()
