"""Web addresses that name a paper: for each known host, where in an address the id is.

The table holds hosts whose addresses were seen to be so; at any other host a number that looks like
an id may be something else. A host stands for its subdomains too, such as arXiv's mirrors.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

#: arXiv's schemes: hep-th/9901001 from 1991 to March 2007, 0704.0001 to 2014, 1501.00001 since
#: (https://info.arxiv.org/help/arxiv_identifier.html)
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)
_MONTH = r"(?:0[1-9]|1[0-2])"
ARXIV = (
    rf"(?:(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4]){_MONTH})\.\d{{4}}"
    rf"|(?:1[5-9]|[2-8]\d){_MONTH}\.\d{{5}}"
    rf"|(?:{_ARCHIVES})(?:\.[a-z-]+)?/(?:9[1-9]|0[0-7]){_MONTH}\d{{3}})"
)
#: the shape that Crossref recommends for modern DOIs, with the divisions a prefix may have
DOI = r"10\.\d{4,9}(?:\.\d+)*/[!-~]+"
#: what may not follow an id: more of a word or number
_END = r"(?![\w-]|\.\d)"
_ADDRESS = re.compile(r"(?:(https?|ftp):)?//(\S+)", re.IGNORECASE)
#: an address without its scheme; a top-level domain has letters only, the prefix of a DOI has none
_BARE = re.compile(r"((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/\S+)", re.IGNORECASE | re.ASCII)
#: pages of a publisher about one paper: they follow its DOI, and are no part of it
_PAGES = re.compile(
    r"(?:/(?:abstract|abs|citation|epdf|epub|figures|full|full-text|fulltext|fulltext\.html|html"
    r"|meta|pdf|pdfdirect|references|reader|summary|tables)"
    r"|\.(?:pdf|html|full|abstract))+/?$",
    re.IGNORECASE,
)


_OSF = r"[a-z\d]{5}(?:_v\d+)?"


class _Place(NamedTuple):
    """Where an id is in the addresses of a host."""

    host: str
    #: searched in the path
    pattern: re.Pattern[str]
    #: the id, with what the pattern's group found
    form: str = "{}"


def _place(host: str, pattern: str, form: str = "{}") -> _Place:
    return _Place(host, re.compile(pattern, re.IGNORECASE | re.ASCII), form)


def _arxiv(host: str, before: str = "") -> _Place:
    return _place(host, rf"^/{before}(?:.*/)?(?:arxiv:)?({ARXIV}(?:v\d+)?){_END}")


_PLACES = (
    # arXiv, its mirrors, and sites that show its papers under arXiv's ids
    _arxiv("arxiv.org"),
    _arxiv("xxx.lanl.gov"),
    _arxiv("xxx.itp.ac.cn"),
    _arxiv("alphaxiv.org"),
    _arxiv("ar5iv.org"),
    _arxiv("arxiv-vanity.com"),
    _arxiv("huggingface.co", "(?:api/)?papers/"),
    _arxiv("hf.co", "papers/"),
    _arxiv("hf-mirror.com", "(?:api/)?papers/"),
    _arxiv("papers.cool", "arxiv/"),
    _arxiv("scirate.com", "arxiv/"),
    _arxiv("emergentmind.com", "papers/"),
    _arxiv("catalyzex.com", "paper/"),
    _arxiv("inspirehep.net", "(?:api/)?arxiv/"),
    _arxiv("adsabs.harvard.edu", "abs/"),
    _arxiv("semanticscholar.org", "arxiv/"),
    _place("semanticscholar.org", rf"/(?:paper|reader)/arxiv:({ARXIV}(?:v\d+)?){_END}"),
    _arxiv("api.semanticscholar.org"),
    _place("adsabs.harvard.edu", r"/abs/((?:19|20)\d\darxiv[\d.]{8,9}[a-z.])(?![\w.])"),
    _place("dblp.org", r"/rec/journals/corr/abs-(\d{4})-(\d{4,5})(?!\d)", "{}.{}"),
    # Semantic Scholar's own ids
    _place("semanticscholar.org", r"/(?:paper|reader)/(?:[^/]+/)?([0-9a-f]{40})\b", "s2:{}"),
    # bioRxiv and medRxiv, whose feeds and dated addresses leave out the DOI's prefix: it is
    # 10.64898 since December 2025 and was 10.1101 before
    _place("biorxiv.org", rf"/({DOI})"),
    _place("medrxiv.org", rf"/({DOI})"),
    *(
        _place(f"{server}.org", rf"/({dated}\.\d\d\.\d{{6,8}})(?!\d)", f"{prefix}/{{}}")
        for server in ("biorxiv", "medrxiv")
        for dated, prefix in (
            (r"(?:2025\.12|20(?:2[6-9]|[3-9]\d)\.\d\d)", "10.64898"),
            (r"20\d\d\.\d\d", "10.1101"),
        )
    ),
    _place("biorxiv.org", r"/(?:early/\d{4}/\d\d/\d\d|short|qr)/(\d{6})(?!\d)", "10.1101/{}"),
    # other publishers that make the DOI from a number of theirs
    _place("researchsquare.com", r"/article/(rs-\d+/v\d+)", "10.21203/rs.3.{}"),
    _place("preprints.org", r"/manuscript/(\d{6}\.\d{4})/(v\d+)", "10.20944/preprints{}.{}"),
    _place("nature.com", r"/articles/(s\d{5}-\d{3}-\d{5}-[\dx]|srep\d{5})\b", "10.1038/{}"),
    _place("elifesciences.org", r"/articles/(\d{5,6})\b", "10.7554/elife.{}"),
    _place("zenodo.org", r"/records?/(\d+)\b", "10.5281/zenodo.{}"),
    _place("ssrn.com", r"^/abstract=(\d+)$", "10.2139/ssrn.{}"),
    *(
        _place("osf.io", rf"^/preprints/{name}/({_OSF})(?!\w)", f"{prefix}/osf.io/{{}}")
        for name, prefix in (
            ("osf", "10.31219"),
            ("psyarxiv", "10.31234"),
            ("socarxiv", "10.31235"),
        )
    ),
    _place("psyarxiv.com", rf"^/(?=[a-z]*\d)({_OSF})(?!\w)", "10.31234/osf.io/{}"),
    # of the ACL Anthology the conferences that have given DOIs to all their papers
    *(
        _place(host, rf"/({paper})(?:v\d+)?(?:/|\.pdf|\.bib)?$", "10.18653/v1/{}")
        for host in ("aclanthology.org", "aclweb.org")
        for paper in (
            r"20[2-9]\d\.(?:findings-)?(?:acl|emnlp|naacl)-?[a-z]*\.\d+",
            r"[DNP]1[6-9]-\d{4}",
        )
    ),
)  # fmt: skip
_PLACES_AT: dict[str, list[_Place]] = {}
for _one in _PLACES:
    _PLACES_AT.setdefault(_one.host, []).append(_one)
#: after the host comes the DOI, and nothing but the DOI
_RESOLVERS = frozenset({"doi.org", "doi.acm.org", "hdl.handle.net"})
#: publishers and indexes that have the DOI in the path or in the query
_PUBLISHERS = frozenset({
    "aaai.org", "acm.org", "acs.org", "aip.org", "alphaxiv.org", "annualreviews.org", "aps.org",
    "arc.aiaa.org", "asm.org", "biomedcentral.com", "bmj.com", "cambridge.org", "cell.com",
    "crossref.org", "emerald.com", "europepmc.org", "frontiersin.org", "iacr.org", "informs.org",
    "inspirehep.net", "iop.org", "jamanetwork.com", "jmir.org", "mitpress.mit.edu", "nejm.org",
    "openalex.org", "oup.com", "plos.org", "pnas.org", "royalsocietypublishing.org", "rsc.org",
    "sagepub.com", "sciety.org", "science.org", "sciencemag.org", "scitation.org",
    "semanticscholar.org", "siam.org", "spiedigitallibrary.org", "springer.com", "springeropen.com",
    "tandfonline.com", "thelancet.com", "wiley.com", "worldscientific.com",
})  # fmt: skip
_IN_PATH = re.compile(rf"/(?:doi:)?({DOI})", re.IGNORECASE | re.ASCII)
_IN_QUERY = re.compile(DOI, re.IGNORECASE | re.ASCII)
#: Oxford University Press adds a number of its own
_OWN_NUMBER = re.compile(r"(?<=.)/\d{5,}$")
#: the pages of a note, which its `id` names; a `noteId` is a comment on it
_OPENREVIEW = re.compile(r"^/(?:forum|pdf|attachment|revisions|references/pdf|notes)$")
#: sites that have another address in their own, to be read in its place
_AROUND = re.compile(r"^/(?:web/[^/]+/)?(https?:/{1,2}\S+)", re.IGNORECASE)
_REDIRECTS = frozenset({"web.archive.org", "r.jina.ai"})


class _Query(NamedTuple):
    """A value in the query of a host's addresses that is an id, or another address."""

    host: str
    #: searched in the path
    path: re.Pattern[str]
    name: str
    #: the id, with the value
    form: str = "{}"


_QUERIES = (
    _Query("google.com", re.compile(r"^/url$"), "q"),
    _Query("google.com", re.compile(r"^/url$"), "url"),
    _Query("safelinks.protection.outlook.com", re.compile(""), "url"),
    _Query("scholar.google.com", re.compile(r"^/scholar(?:_lookup)?$"), "doi"),
    _Query("ssrn.com", re.compile(r"/papers\.cfm$"), "abstract_id", "https://ssrn.com/abstract={}"),
    _Query("huggingface.co", re.compile(r"^/papers/?$"), "q"),
    *(
        _Query(f"{server}.org", re.compile(""), name)
        for server in ("biorxiv", "medrxiv")
        for name in ("id", "access_num")
    ),
)
#: EZproxy of libraries: www.nature.com.proxy.example.edu and www-nature-com.proxy.example.edu
_PROXY = re.compile(r"(.+?)\.(?:[a-z0-9-]*proxy[a-z0-9-]*)\.[a-z0-9-]+\..+")
_OPENREVIEW_HOST = frozenset({"openreview.net"})


def named_by(text: str) -> str | None:
    """Return the id that a web address names, as its site writes it, or None.

    The address may lack its scheme. None is also returned for what is no address.
    """
    address = _ADDRESS.match(text) or _BARE.match(text)
    if address is None:
        return None
    try:
        parts = urlsplit(f"https://{address[address.lastindex or 0]}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if proxied := _PROXY.fullmatch(host):
        host = proxied[1]
        host = host if "." in host else re.sub(r"-(-?)", lambda it: it[1] or ".", host)
    path = unquote(unquote(parts.path))
    if _is_at(host, _REDIRECTS):
        inner = _AROUND.match(path)
        return named_by(inner[1].replace(":/", "://").replace(":///", "://")) if inner else None
    if _is_at(host, _OPENREVIEW_HOST):
        return _note(path, parts.query)
    if _is_at(host, _RESOLVERS):
        return path.strip("/")
    for place in chain.from_iterable(_PLACES_AT.get(one, ()) for one in _domains(host)):
        if found := place.pattern.search(path):
            return place.form.format(*found.groups())
    return _in_query(host, path, parts.query) or (
        _published(host, path, parts.query) if _is_at(host, _PUBLISHERS) else None
    )


def _in_query(host: str, path: str, query: str) -> str | None:
    """Return the id or the address that a query has under a name which its host gives to them."""
    domains = _domains(host)
    for one in _QUERIES:
        if one.host in domains and one.path.search(path):
            for value in parse_qs(query).get(one.name, ()):
                return one.form.format(value)
    return None


def _is_at(host: str, hosts: frozenset[str]) -> bool:
    return any(one in hosts for one in _domains(host))


def _domains(host: str) -> list[str]:
    """Return a host and the domains that it is in, the longest first."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _note(path: str, query: str) -> str | None:
    """Return the id of OpenReview's note that an address shows."""
    named = parse_qs(query).get("id") if _OPENREVIEW.match(path.rstrip("/")) else None
    return f"openreview:{named[0]}" if named else None


def _published(host: str, path: str, query: str) -> str | None:
    """Return the DOI in a publisher's address, without the page of the paper that it shows."""
    found = _IN_PATH.search(path)
    if found is None:
        values = (value for named in parse_qs(query).values() for value in named)
        return next((value for value in values if _IN_QUERY.fullmatch(value)), None)
    doi = _PAGES.sub("", found[1])
    return _OWN_NUMBER.sub("", doi) if host.endswith(".oup.com") and doi.count("/") > 1 else doi
