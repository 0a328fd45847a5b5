"""Which paper a web address names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.identity import known_id
from digest.models.paper_addresses import named_by

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/abs/2602.00001?context=cs",
        "https://arxiv.org/abs/2602.00001v2#comments",
        "http://www.arxiv.org/pdf/2602.00001v1.pdf#page=4",
        "arxiv.org/abs/2602.00001",
        "//arxiv.org/abs/2602.00001",
        "HTTPS://ARXIV.ORG/ABS/2602.00001V1",
        "https://arxiv.org:443/abs/2602.00001",
        "https://arxiv.org/html/2602.00001v1/x1.png",
        "https://arxiv.org/format/2602.00001",
        "https://arxiv.org/ps/2602.00001",
        "https://arxiv.org/src/2602.00001v1/anc/data.csv",
        "https://arxiv.org/e-print/2602.00001",
        "https://arxiv.org/ftp/arxiv/papers/2602/2602.00001.pdf",
        "https://arxiv.org/abs/arXiv:2602.00001",
        "https://export.arxiv.org/abs/2602.00001",
        "http://xxx.lanl.gov/abs/2602.00001",
        "http://cn.arxiv.org/abs/2602.00001",
        "http://de.arxiv.org/pdf/2602.00001",
        "https://alphaxiv.org/abs/2602.00001",
        "https://www.alphaxiv.org/overview/2602.00001v2",
        "https://www.alphaxiv.org/en/overview/2602.00001",
        "https://ar5iv.org/abs/2602.00001",
        "https://ar5iv.labs.arxiv.org/html/2602.00001",
        "https://www.arxiv-vanity.com/papers/2602.00001/",
        "https://huggingface.co/papers/2602.00001#discussion",
        "https://huggingface.co/api/papers/2602.00001",
        "https://hf.co/papers/2602.00001",
        "https://papers.cool/arxiv/2602.00001",
        "https://scirate.com/arxiv/2602.00001",
        "https://www.semanticscholar.org/arxiv/2602.00001",
        "https://api.semanticscholar.org/arXiv:2602.00001",
        "https://api.semanticscholar.org/graph/v1/paper/ARXIV:2602.00001?fields=title",
        "https://ui.adsabs.harvard.edu/abs/arXiv:2602.00001/abstract",
        "https://dblp.org/rec/journals/corr/abs-2602-00001.html",
        "https://doi.org/10.48550/arXiv.2602.00001",
        "https://web.archive.org/web/20260203000000/https://arxiv.org/abs/2602.00001",
        "https://www.semanticscholar.org/reader/arXiv:2602.00001",
        "https://www.semanticscholar.org/paper/arXiv:2602.00001v2",
        "https://huggingface.co/papers?q=2602.00001",
        "https://ui.adsabs.harvard.edu/abs/2026arXiv260200001M/abstract",
        "https://www.google.com/url?sa=t&q=https%3A%2F%2Farxiv.org%2Fabs%2F2602.00001&usg=x",
        "https://a01.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2602.00001&data=5",
        "https://arxiv-org.proxy.example.edu/abs/2602.00001",
        "https://arxiv.org.ezproxy.example.edu/abs/2602.00001",
    ],
)
def test_pages_of_an_arxiv_paper_name_it(address: str) -> None:
    assert known_id(address) == "2602.00001"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/pdf/math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/ps/cs/0112017v1", "cs/0112017"),
    ],
)
def test_old_ids_have_a_slash_in_an_address_too(address: str, found: str) -> None:
    assert known_id(address) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://doi.org/10.1000/ABC.7", "10.1000/abc.7"),
        ("http://www.doi.org/10.1000/abc.7", "10.1000/abc.7"),
        ("dx.doi.org/10.1000/abc.7", "10.1000/abc.7"),
        ("https://doi.org/10.1000%2Fabc.7", "10.1000/abc.7"),
        ("https://doi.org/10.1000/a%3C1%3A%3Ab%3E3.0.co;2-o", "10.1000/a<1::b>3.0.co;2-o"),
        ("https://link.springer.com/article/10.1007/s1-026-0001-2#Sec1", "10.1007/s1-026-0001-2"),
        (
            "https://link.springer.com/content/pdf/10.1007/s1-026-0001-2.pdf",
            "10.1007/s1-026-0001-2",
        ),
        ("https://link.springer.com/chapter/10.1007/978-3-031-1_7", "10.1007/978-3-031-1_7"),
        ("https://dl.acm.org/doi/10.1145/3700000.3700001?cid=8", "10.1145/3700000.3700001"),
        ("https://dl.acm.org/doi/abs/10.1145/3700000.3700001", "10.1145/3700000.3700001"),
        ("https://dl.acm.org/doi/pdf/10.1145/3700000.3700001", "10.1145/3700000.3700001"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/asi.1", "10.1002/asi.1"),
        ("https://www.science.org/doi/10.1126/science.abc1234", "10.1126/science.abc1234"),
        ("https://pubs.acs.org/doi/abs/10.1021/acs.6c00001", "10.1021/acs.6c00001"),
        ("https://www.pnas.org/doi/full/10.1073/pnas.1", "10.1073/pnas.1"),
        ("https://www.frontiersin.org/articles/10.3389/f.2026.1/full", "10.3389/f.2026.1"),
        ("https://iopscience.iop.org/article/10.1088/1742-5468/a1/meta", "10.1088/1742-5468/a1"),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001",
            "10.1371/journal.pone.0000001",
        ),
        ("https://academic.oup.com/nar/article/doi/10.1093/nar/g1/6012345", "10.1093/nar/g1"),
        ("https://www.nature.com/articles/s41586-026-00001-1", "10.1038/s41586-026-00001-1"),
        ("https://www.researchsquare.com/article/rs-123/v1", "10.21203/rs.3.rs-123/v1"),
        (
            "https://www.preprints.org/manuscript/202601.0001/v1",
            "10.20944/preprints202601.0001.v1",
        ),
        ("https://aclanthology.org/2024.acl-long.1", "10.18653/v1/2024.acl-long.1"),
        ("https://aclanthology.org/2024.findings-emnlp.1.pdf", "10.18653/v1/2024.findings-emnlp.1"),
        ("https://www.aclweb.org/anthology/P19-1001/", "10.18653/v1/p19-1001"),
        ("https://papers.ssrn.com/sol3/papers.cfm?abstract_id=4000001", "10.2139/ssrn.4000001"),
        ("https://ssrn.com/abstract=4000001", "10.2139/ssrn.4000001"),
        ("https://osf.io/preprints/psyarxiv/ab3de", "10.31234/osf.io/ab3de"),
        ("https://osf.io/preprints/osf/ab3de_v2", "10.31219/osf.io/ab3de_v2"),
        ("https://psyarxiv.com/ab3de/", "10.31234/osf.io/ab3de"),
        ("https://scholar.google.com/scholar?hl=en&doi=10.1000/abc", "10.1000/abc"),
        (
            "https://www-nature-com.proxy.example.edu/articles/s41586-026-00001-1",
            "10.1038/s41586-026-00001-1",
        ),
    ],
)  # fmt: skip
def test_a_resolver_and_a_publisher_name_the_doi(address: str, found: str) -> None:
    assert known_id(address) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("www.biorxiv.org/content/10.1101/2025.01.02.700001v1?rss=1", "10.1101/2025.01.02.700001"),
        (
            "https://www.biorxiv.org/content/10.1101/2025.01.02.700001v3.full.pdf+html",
            "10.1101/2025.01.02.700001",
        ),
        (
            "https://www.medrxiv.org/content/10.64898/2026.01.02.26700001v2.full-text",
            "10.64898/2026.01.02.26700001",
        ),
        (
            "https://www.biorxiv.org/content/10.1101/2025.01.02.700001v1.abstract",
            "10.1101/2025.01.02.700001",
        ),
        ("https://www.biorxiv.org/content/early/2018/04/05/123456", "10.1101/123456"),
        (
            "https://www.biorxiv.org/content/biorxiv/early/2025/01/03/2025.01.02.700001.full.pdf",
            "10.1101/2025.01.02.700001",
        ),
        (
            "http://biorxiv.org/cgi/content/short/2026.01.02.700001v1?rss=1",
            "10.64898/2026.01.02.700001",
        ),
        ("https://connect.biorxiv.org/qr/2025.11.30.700001", "10.1101/2025.11.30.700001"),
        ("https://connect.biorxiv.org/?id=10.1101/2025.01.02.700001", "10.1101/2025.01.02.700001"),
        (
            "https://www.biorxiv.org/lookup?access_num=2026.01.02.700001v1&link_type=X",
            "10.64898/2026.01.02.700001",
        ),
        ("https://www.alphaxiv.org/abs/10.1101/2025.01.02.700001", "10.1101/2025.01.02.700001"),
        (
            "https://sciety.org/articles/activity/10.1101/2025.01.02.700001",
            "10.1101/2025.01.02.700001",
        ),
        ("https://connect.medrxiv.org/qr/2025.12.01.25700001", "10.64898/2025.12.01.25700001"),
    ],
)
def test_every_page_of_a_preprint_names_it_without_its_version(address: str, found: str) -> None:
    assert known_id(address) == found


@pytest.mark.parametrize(
    "address",
    [
        "https://openreview.net/forum?id=rJl-b3RcF7",
        "https://openreview.net/forum?id=rJl-b3RcF7&noteId=abc",
        "openreview.net/forum?noteId=abc&id=rJl-b3RcF7",
        "https://openreview.net/pdf?id=rJl-b3RcF7",
    ],
)
def test_a_forum_at_openreview_names_its_note(address: str) -> None:
    assert known_id(address) == "openreview:rJl-b3RcF7"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.semanticscholar.org/paper/{SHA}",
        f"https://www.semanticscholar.org/paper/Lamps-in-Fog-Moor/{SHA}?utm_source=x",
        f"https://www.semanticscholar.org/reader/{SHA}",
        f"https://api.semanticscholar.org/graph/v1/paper/{SHA}",
    ],
)
def test_a_page_of_semantic_scholar_names_its_paper(address: str) -> None:
    assert known_id(address) == f"s2:{SHA}"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://arxiv.org/a/moor_a_1", id="an author"),
        pytest.param("https://arxiv.org/list/cs.CL/2602", id="a list"),
        pytest.param("https://arxiv.org/abs/9901001", id="no archive"),
        pytest.param("https://arxiv.org/abs/2602.000011", id="too long"),
        pytest.param("https://huggingface.co/datasets/2602.00001", id="a data set"),
        pytest.param("https://openreview.net/group?id=Fog.org/2026", id="a venue"),
        pytest.param("https://openreview.net/profile?id=~Ada_Moor1", id="a person"),
        pytest.param("https://example.com/2024.acl-long.1", id="another host"),
        pytest.param("https://aclanthology.org/2024.lrec-main.1", id="no DOI"),
        pytest.param("https://arxiv.org/abs/2613.00001", id="no month"),
        pytest.param("https://www.google.com/url?q=lamps", id="a search"),
        pytest.param("https://www.google.com/search?q=2602.00001", id="another search"),
        pytest.param("https://papers.ssrn.com/sol3/papers.cfm?abstract_id=x", id="no number"),
        pytest.param("https://psyarxiv.com/about", id="a page about the site"),
        pytest.param("https://lamps.proxy.example.edu/abs/2602.00001", id="proxy of no known host"),
        pytest.param("https://arxiv.org.example.org/abs/2602.00001", id="a like host"),
        pytest.param("https://example.org/arxiv.org/abs/2602.00001", id="a like path"),
        pytest.param("https://example.org/doi/10.1000/abc", id="an unknown publisher"),
        pytest.param("https://[arxiv.org/abs/2602.00001", id="broken"),
        pytest.param("mailto:ada@arxiv.org", id="no page"),
    ],
)  # fmt: skip
def test_any_other_address_names_nothing(address: str) -> None:
    assert known_id(address) is None


@given(
    st.text(), st.sampled_from(["https://arxiv.org/", "//", "doi.org/", "openreview.net/forum?"])
)
def test_no_address_breaks_the_reader(text: str, start: str) -> None:
    named_by(start + text)
