"""What arXiv would send of made-up papers: RSS, Atom, listing page, OAI-PMH and the query API.

All shapes are rendered from the same records, so that a test, a scripted service and a simulated
week can show one paper in each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from digest.models.paper import AnnounceType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    #: renders what is in a category on a day
    Shape = Callable[[str, date, Iterable["ArxivPaper"]], str]


@dataclass(frozen=True, kw_only=True)
class ArxivPaper:
    """One paper at arXiv."""

    id: str = "2602.00001"
    version: int = 1
    title: str = "Lamps in Fog"
    abstract: str = "We count lamps in fog."
    #: as they stand in the feed, with affiliations in parentheses
    authors: tuple[str, ...] = ("Ada Moor", "Bo Fen")
    #: primary first
    categories: tuple[str, ...] = ("cs.CL",)
    #: new or replace in the primary category; a cross is one everywhere
    type: AnnounceType = AnnounceType.NEW
    comment: str = ""
    journal_ref: str = ""
    withdrawn: bool = False
    #: when the first and the last version came in; by default right for the day it is announced
    submitted: datetime | None = None
    revised: datetime | None = None
    #: when its record last changed; by default on the day it is announced
    stamped: date | None = None

    @property
    def full_id(self) -> str:
        """The id with its version."""
        return f"{self.id}v{self.version}"

    def type_in(self, category: str) -> AnnounceType:
        """How it is announced in a category, which need not be its own."""
        home = self.categories[0] == category
        if not self.type.is_news:
            return AnnounceType.REPLACE if home else AnnounceType.REPLACE_CROSS
        return self.type if home else AnnounceType.CROSS


def of(category: str, papers: Iterable[ArxivPaper]) -> list[ArxivPaper]:
    """The papers of a category."""
    return [one for one in papers if category in one.categories]


def rss(category: str, day: date, papers: Iterable[ArxivPaper]) -> str:
    """The feed of a category as RSS 2.0."""
    stamp = f"{_mail_day(day)} 00:00:00 -0500"
    items = "".join(_item(one, category, stamp) for one in of(category, papers))
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>{category} updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/{category}</link>
    <description>{category} updates on the arXiv.org e-print archive.</description>
    <atom:link href="http://rss.arxiv.org/rss/{category}" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <language>en-us</language>
    <lastBuildDate>{_mail_day(day)} 05:00:11 +0000</lastBuildDate>
    <managingEditor>rss-help@arxiv.org</managingEditor>
    <pubDate>{stamp}</pubDate>
    <skipDays><day>Sunday</day><day>Saturday</day></skipDays>
{items}  </channel>
</rss>
"""


def _item(one: ArxivPaper, category: str, stamp: str) -> str:
    categories = "".join(f"<category>{name}</category>" for name in one.categories)
    reference = f"<arxiv:journal_reference>{escape(one.journal_ref)}</arxiv:journal_reference>"
    return f"""    <item>
      <title>{escape(one.title)}</title>
      <link>https://arxiv.org/abs/{one.id}</link>
      <description>{escape(_description(one, category))}</description>
      <guid isPermaLink="false">oai:arXiv.org:{one.full_id}</guid>
      {categories}
      <pubDate>{stamp}</pubDate>
      <arxiv:announce_type>{one.type_in(category)}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      {reference if one.journal_ref else ""}
      <dc:creator>{escape(", ".join(one.authors))}</dc:creator>
    </item>
"""


def _description(one: ArxivPaper, category: str) -> str:
    kind = one.type_in(category)
    return f"arXiv:{one.full_id} Announce Type: {kind} \nAbstract: {one.abstract}"


def rss_error(category: str) -> str:
    """The feed that comes, with status 400, for a category there is not."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss version="2.0"><channel>
  <title>Feed error for query: http://rss.arxiv.org/rss/{category}</title>
  <link>http://rss.arxiv.org/rss/{category}</link>
  <description>Bad archive '{category}'.</description>
</channel></rss>
"""


def atom(category: str, day: date, papers: Iterable[ArxivPaper]) -> str:
    """The feed of a category as Atom 1.0."""
    entries = "".join(_feed_entry(one, category, day) for one in of(category, papers))
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/{category}</id>
  <title>{category} updates on arXiv.org</title>
  <updated>{day}T05:00:19.866337+00:00</updated>
  <link href="http://rss.arxiv.org/atom/{category}" rel="self" type="application/atom+xml"/>
  <subtitle>{category} updates on the arXiv.org e-print archive.</subtitle>
{entries}</feed>
"""


def _feed_entry(one: ArxivPaper, category: str, day: date) -> str:
    categories = "".join(f'<category term="{name}"/>' for name in one.categories)
    return f"""  <entry>
    <id>oai:arXiv.org:{one.full_id}</id>
    <title>{escape(one.title)}</title>
    <updated>{day}T05:00:19.899254+00:00</updated>
    <link href="https://arxiv.org/abs/{one.id}" rel="alternate" type="text/html"/>
    <summary>{escape(_description(one, category))}</summary>
    {categories}
    <published>{day}T00:00:00-05:00</published>
    <arxiv:announce_type>{one.type_in(category)}</arxiv:announce_type>
    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
    <dc:creator>{escape(", ".join(one.authors))}</dc:creator>
  </entry>
"""


#: heading of a section, and which announcements stand in it
_SECTIONS: tuple[tuple[str, Callable[[AnnounceType], bool]], ...] = (
    ("New submissions", lambda kind: kind == AnnounceType.NEW),
    ("Cross submissions", lambda kind: kind == AnnounceType.CROSS),
    ("Replacement submissions", lambda kind: not kind.is_news),
)


def listing(category: str, day: date, papers: Iterable[ArxivPaper], *, hidden: int = 0) -> str:
    """The page of new listings; `hidden` entries of the first section are counted, not shown."""
    mine = of(category, papers)
    sections = ""
    for title, belongs in _SECTIONS:
        entries = [one for one in mine if belongs(one.type_in(category))]
        more = hidden if title == _SECTIONS[0][0] else 0
        if entries or more:
            shown = "".join(_entry(one, category, n) for n, one in enumerate(entries, start=1))
            count = f"showing {len(entries)} of {len(entries) + more} entries"
            sections += f"<dl id='articles'>\n<h3>{title} ({count})</h3>\n{shown}</dl>\n"
    return f"""<!DOCTYPE html>
<html lang="en">
<head><title>{category} new</title></head>
<body>
<div class="header-breadcrumbs"><a href="/list/{category}/recent">{category}</a></div>
<div id='dlpage'>
<h1>{category}</h1>
<ul><li><a href="/list/{category}/new?skip=0&amp;show=2000#item1" rel="nofollow">New</a></li></ul>
<p>See <a id="recent-{category}" href="/list/{category}/recent">recent</a> articles</p>
<h3>Showing new listings for {day:%A}, {day.day} {day:%B} {day.year}</h3>
<div class='paging'>Total of {len(mine) + hidden} entries
</div>
{sections or "<p>No updates today.</p>"}
</div>
</body>
</html>
"""


def _entry(one: ArxivPaper, category: str, number: int) -> str:
    kind = one.type_in(category)
    cross = f"(cross-list from {one.categories[0]})" if one.categories[0] != category else ""
    replaced = "" if kind.is_news else "(replaced)"
    names = ", ".join(
        f'<a href="https://arxiv.org/search/cs?query={number}" rel="nofollow">{escape(name)}</a>'
        for name in (name.partition(" (")[0] for name in one.authors)
    )
    subjects = [f"The Subject of {name} ({name})" for name in one.categories]
    others = "".join(f"; {name}" for name in subjects[1:])
    comment = _described("list-comments mathjax", "Comments:", one.comment)
    reference = _described("list-journal-ref", "Journal-ref:", one.journal_ref)
    abstract = f"<p class='mathjax'>\n{escape(one.abstract)}\n</p>" if kind.is_news else ""
    return f"""<dt>
  <a name='item{number}'>[{number}]</a>
  <a href ="/abs/{one.id}" title="Abstract" id="{one.id}">
    arXiv:{one.id}
  </a>
  {cross}
  {replaced}
  [<a href="/pdf/{one.id}" title="Download PDF" id="pdf-{one.id}">pdf</a>, \
<a href="/format/{one.id}" title="Other formats" id="oth-{one.id}">other</a>]
</dt>
<dd>
  <div class='meta'>
    {_described("list-title mathjax", "Title:", one.title)}
    <div class='list-authors'>{names}</div>
    {comment if one.comment else ""}
    {reference if one.journal_ref else ""}
    <div class='list-subjects'><span class='descriptor'>Subjects:</span>
      <span class="primary-subject">{subjects[0]}</span>{others}
    </div>
    {abstract}
  </div>
</dd>
"""


def _described(name: str, word: str, text: str) -> str:
    word = f"<span class='descriptor'>{word}</span>"
    return f"<div class='{name}'>{word}\n      {escape(text)}\n    </div>"


def oai(category: str, day: date, papers: Iterable[ArxivPaper], *, token: str = "") -> str:
    """a response of OAI-PMH in arXiv's format arXivRaw, as it is on the morning of a day."""
    records = "".join(_oai_record(one, day) for one in of(category, papers))
    archive, _, subject = category.partition(".")
    resumption = f"<resumptionToken>{escape(token)}</resumptionToken>" if token else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>{day}T06:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="arXivRaw" set="{archive}:{archive}:{subject}">\
https://oaipmh.arxiv.org/oai</request>
<ListRecords>
{records}{resumption}</ListRecords>
</OAI-PMH>
"""


def _oai_record(one: ArxivPaper, day: date) -> str:
    before = _in_time_for(day)
    first = one.submitted or (before if one.version == 1 else before - timedelta(days=90))
    last = one.revised or (first if one.version == 1 else before)
    versions = "".join(
        _oai_version(n, first if n == 1 else last, empty=one.withdrawn and n == one.version)
        for n in range(1, one.version + 1)
    )
    reference = f"<journal-ref>{escape(one.journal_ref)}</journal-ref>"
    return f"""<record>
<header><identifier>oai:arXiv.org:{one.id}</identifier>\
<datestamp>{one.stamped or day}</datestamp></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
<id>{one.id}</id><submitter>{escape(one.authors[0])}</submitter>{versions}
<title>{escape(one.title)}</title><authors>{escape(", ".join(one.authors))}</authors>
<categories>{" ".join(one.categories)}</categories><comments>{escape(one.comment)}</comments>
{reference if one.journal_ref else ""}
<license>http://creativecommons.org/licenses/by/4.0/</license>
<abstract>  {escape(one.abstract)}
</abstract></arXivRaw></metadata>
</record>
"""


def _oai_version(number: int, moment: datetime, *, empty: bool) -> str:
    size, kind = ("0kb", "I") if empty else ("2113kb", "D")
    date_line = f"{_mail_day(moment)} {moment:%H:%M:%S} GMT"
    return (
        f'<version version="v{number}"><date>{date_line}</date><size>{size}</size>'
        f"<source_type>{kind}</source_type></version>"
    )


def oai_error(code: str, message: str = "No.") -> str:
    """a response of OAI-PMH without records."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-02-10T06:00:00Z</responseDate>
<request>https://oaipmh.arxiv.org/oai</request>
<error code="{code}">{message}</error>
</OAI-PMH>
"""


def api(day: date, papers: Sequence[ArxivPaper], *, total: int | None = None) -> str:
    """An answer of the query API; `total` is how many it says there are, if not these."""
    entries = "".join(_api_entry(one, day) for one in papers)
    count = len(papers) if total is None else total
    return _api_feed(entries, count)


def api_error(message: str = "incorrect id format for 1234.12345") -> str:
    """The answer to a wrong question, with status 200 or 400."""
    anchor = message.replace(" ", "_")
    return _api_feed(
        f"""  <entry>
    <id>http://arxiv.org/api/errors#{anchor}</id>
    <title>Error</title>
    <summary>{message}</summary>
    <updated>2026-02-10T00:00:00-05:00</updated>
    <link href="http://arxiv.org/api/errors#{anchor}" rel="alternate" type="text/html"/>
    <author><name>arXiv api core</name></author>
  </entry>
""",
        1,
    )


def _api_feed(entries: str, count: int) -> str:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <title>arXiv Query: search_query=&amp;id_list=&amp;start=0&amp;max_results=100</title>
  <updated>2026-02-12T05:11:44Z</updated>
  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>
  <opensearch:totalResults>{count}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{entries}</feed>
"""


def _api_entry(one: ArxivPaper, day: date) -> str:
    before = _in_time_for(day)
    first = one.submitted or before
    last = one.revised or first
    categories = "".join(
        f'<category term="{name}" scheme="http://arxiv.org/schemas/atom"/>'
        for name in one.categories
    )
    authors = "".join(
        f"<author><name>{escape(name.partition(' (')[0])}</name></author>" for name in one.authors
    )
    comment = f"<arxiv:comment>{escape(one.comment)}</arxiv:comment>"
    reference = f"<arxiv:journal_ref>{escape(one.journal_ref)}</arxiv:journal_ref>"
    return f"""  <entry>
    <id>http://arxiv.org/abs/{one.full_id}</id>
    <title>{escape(one.title)}</title>
    <updated>{last:%Y-%m-%dT%H:%M:%SZ}</updated>
    <link href="https://arxiv.org/abs/{one.full_id}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{one.full_id}" rel="related" title="pdf"/>
    <summary>{escape(one.abstract)}</summary>
    {categories}
    <published>{first:%Y-%m-%dT%H:%M:%SZ}</published>
    {comment if one.comment else ""}
    <arxiv:primary_category term="{one.categories[0]}"/>
    {reference if one.journal_ref else ""}
    {authors}
  </entry>
"""


def _mail_day(day: date) -> str:
    return f"{day:%a}, {day:%d} {day:%b} {day.year}"


def _in_time_for(day: date) -> datetime:
    """Noon of the working day before, which is early enough for a day's listing."""
    before = day - timedelta(days=3 if day.weekday() == 0 else 1)
    return datetime(before.year, before.month, before.day, 17, tzinfo=UTC)
