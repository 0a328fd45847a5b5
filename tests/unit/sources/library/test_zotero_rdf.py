"""Zotero's RDF: items with their containers, and what is beside them."""

from __future__ import annotations

import pytest
from support.libraries import ids

from digest.errors import LibraryError
from digest.sources.library import Format, read

HEAD = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:link="http://purl.org/rss/1.0/modules/link/"
 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
"""
ARTICLE = """
<bib:Article rdf:about="{about}"><z:itemType>journalArticle</z:itemType>
<dc:title>{title}</dc:title><dc:date>March 2024</dc:date>{container}
<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Doe</foaf:surname>
<foaf:givenName>Jane</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>
<dcterms:abstract>We study graphs.</dcterms:abstract></bib:Article>"""
JOURNAL = """<bib:Journal{about}><dc:title>J. Things</dc:title>
<dc:identifier>DOI {doi}</dc:identifier>
<dc:identifier>ISSN 1234-5678</dc:identifier></bib:Journal>"""
BESIDE = """
<z:Attachment rdf:about="#item_8"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title>
<dc:identifier><dcterms:URI><rdf:value>https://arxiv.org/pdf/2403.00009</rdf:value></dcterms:URI>
</dc:identifier></z:Attachment>
<bib:Memo rdf:about="#item_9"><rdf:value>see arXiv:2403.00008</rdf:value></bib:Memo>
<bib:Memo rdf:about="#item_10"><z:itemType>note</z:itemType>
<rdf:value>2403.00007</rdf:value></bib:Memo>
<z:Collection rdf:about="#collection_1"><dc:title>Mine</dc:title>
<dcterms:hasPart rdf:resource="#item_1"/></z:Collection>"""
PREPRINTS = {
    "a number": "<prism:number>arXiv:2403.00001</prism:number>",
    "an address": "<dc:identifier><dcterms:URI><rdf:value>http://arxiv.org/abs/2403.00001"
    "</rdf:value></dcterms:URI></dc:identifier>",
    "a DOI": "<dc:identifier>DOI 10.48550/arXiv.2403.00001</dc:identifier>",
    "the extra field": "<dc:description>arXiv:2403.00001 [cs]</dc:description>",
    "a place in an archive": "<dc:coverage>2403.00001</dc:coverage><z:libraryCatalog>arXiv.org"
    "</z:libraryCatalog>",
    "a bare number": "<prism:number>2403.00001</prism:number><dc:publisher><foaf:Organization>"
    "<foaf:name>arXiv</foaf:name></foaf:Organization></dc:publisher>",
}


def article(title: str, container: str, about: str = "#item_1") -> str:
    return ARTICLE.format(about=about, title=title, container=container)


def read_nodes(*nodes: str) -> list[str]:
    return ids(read((HEAD + "".join(nodes) + "</rdf:RDF>").encode()))


@pytest.mark.parametrize("place", PREPRINTS)
def test_an_id_is_found_in_every_place_that_has_one(place: str) -> None:
    node = (
        '<rdf:Description rdf:about="#item_1"><z:itemType>preprint</z:itemType>'
        f"<dc:title>A Title</dc:title>{PREPRINTS[place]}</rdf:Description>"
    )
    assert read_nodes(node, BESIDE) == ["2403.00001"]


def test_an_address_that_names_the_node_names_the_paper() -> None:
    assert read_nodes(article("A", "", "http://arxiv.org/abs/2403.00001")) == ["2403.00001"]


def test_the_doi_of_an_article_is_that_of_its_own_container() -> None:
    within = f"<dcterms:isPartOf>{JOURNAL.format(about='', doi='10.1000/a')}</dcterms:isPartOf>"
    by_name = '<dcterms:isPartOf rdf:resource="urn:issn:1234-5678"/>'
    by_node = '<dcterms:isPartOf rdf:nodeID="n1"/>'

    found = read_nodes(
        article("A", within),
        article("B", by_name, "#item_2"),
        article("C", by_node, "#item_3"),
        JOURNAL.format(about=' rdf:about="urn:issn:1234-5678"', doi="10.1000/b"),
        JOURNAL.format(about=' rdf:nodeID="n1"', doi="10.1000/c"),
        BESIDE,
    )
    assert found == ["10.1000/a", "10.1000/b", "10.1000/c"]


ATTACHMENTS = {
    "an address": "<dc:identifier><dcterms:URI><rdf:value>https://arxiv.org/pdf/2403.00001"
    "</rdf:value></dcterms:URI></dc:identifier>",
    "a path": '<rdf:resource rdf:resource="files/7/2403.00001v2.pdf"/>',
}


@pytest.mark.parametrize("place", ATTACHMENTS)
def test_an_attachment_names_the_paper_of_its_item_and_is_none_itself(place: str) -> None:
    item = article("A", '<link:link rdf:resource="#item_7"/>')
    attachment = (
        '<z:Attachment rdf:about="#item_7"><z:itemType>attachment</z:itemType>'
        f"{ATTACHMENTS[place]}<dc:title>PDF</dc:title></z:Attachment>"
    )

    assert read_nodes(item, attachment, BESIDE) == ["2403.00001"]


def test_items_alone_are_seeds_with_their_texts() -> None:
    text = HEAD + article("A <i>Title</i>".replace("<", "&lt;"), "") + BESIDE + "</rdf:RDF>"
    seeds = read(text.encode(), Format.ZOTERO_RDF).seeds

    assert [(seed.title, seed.abstract, seed.year) for seed in seeds] == [
        ("A Title", "We study graphs.", 2024)
    ]
    assert (seeds[0].authors, seeds[0].where) == (("Jane Doe",), "item 1, #item_1")


def test_entities_and_broken_xml_are_refused() -> None:
    entity = '<!DOCTYPE rdf [<!ENTITY one "harmless">]><rdf>&one;</rdf>'
    with pytest.raises(LibraryError, match="it has a document type or entities"):
        read(entity.encode(), Format.ZOTERO_RDF)
    with pytest.raises(LibraryError, match=r"it is not XML: .*line 6"):
        read((HEAD + "<bib:Article>").encode())  # no node of it has a name
    with pytest.raises(LibraryError, match="it holds no entry of Zotero RDF"):
        read(b"<rdf/>")
