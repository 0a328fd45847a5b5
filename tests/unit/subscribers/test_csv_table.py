"""CSV files as other programs write them: understood, or refused with what was seen."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import grows_evenly

from subscribers.csv_table import decode, read, title_remark
from subscribers.errors import CSVImportError


def addresses(text: str) -> list[str]:
    """The cells of the column of addresses."""
    table = read(text)
    return [cells[table.address] for _, cells in table.rows]


# -- bytes --------------------------------------------------------------------------------------

TEXT = "email;name\r\nada@example.org;Zoë\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(TEXT.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="UTF-16, the other way round"),
        pytest.param(TEXT.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(TEXT.encode("utf-16-be"), id="UTF-16-BE without a mark"),
        pytest.param(TEXT.encode("utf-32"), id="UTF-32 with a mark"),
        pytest.param(b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"), id="UTF-32, the other way"),
        pytest.param(TEXT.encode("utf-32-le"), id="UTF-32 without a mark"),
        pytest.param(TEXT.encode("utf-32-be"), id="UTF-32-BE without a mark"),
    ],
)
def test_unicode_is_read_without_a_word(octets: bytes) -> None:
    assert decode(octets) == (TEXT, "")


def test_other_bytes_are_read_as_windows_writes_them_and_that_is_said() -> None:
    text, remark = decode(TEXT.encode("cp1252"))

    assert (text, addresses(text)) == (TEXT, ["ada@example.org"])
    assert "not UTF-8; it was read as Windows-1252" in remark


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"PK\x03\x04\x14\x00", "zip archive or a workbook; unpack it, or save the sheet as CSV"),
        (b"\xff\xfee\x00m", "begins as UTF-16, but byte 4 is not; save it as UTF-8"),
        (b"\xff\xfe\x00\x00e\x00\x00\x00m", "begins as UTF-32, but byte 8 is not"),
        (b"\xef\xbb\xbfemail\n\xff", "begins as UTF-8, but byte 9 is not"),
    ],
)
def test_bytes_that_are_no_text_are_named(octets: bytes, message: str) -> None:
    with pytest.raises(CSVImportError, match=message):
        decode(octets)


# -- delimiters and line ends -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("sep=;\nname;email\nx;ada@example.org\n", id="sep"),
        pytest.param('"sep=|"\r\nname|email\r\nx|ada@example.org\r\n', id="sep in quotes"),
        pytest.param("SEP=\t\nname\temail\nx\tada@example.org\n", id="sep of tabs"),
        pytest.param("name\temail\nx, y\tada@example.org\n", id="tabs, and commas in names"),
        pytest.param("Name, first;email\nx;ada@example.org\n", id="comma in a column's name"),
        pytest.param('"Name; first",email\nx,ada@example.org\n', id="quoted semicolon"),
        pytest.param("name|email\nx|ada@example.org\n", id="pipes"),
        pytest.param("email,topics\rada@example.org,agents\r", id="old Mac"),
        pytest.param("\n\n  \nemail\n\nada@example.org\n\n", id="blank lines"),
        pytest.param("email,name\nada@example.org,Ada\n,,\n,\n", id="rows of nothing"),
        pytest.param("email,name\nada@example.org\n", id="a short row"),
        pytest.param('"email"\n"ada@example.org"\n', id="all quoted"),
        pytest.param("email", id="only the first line"),
    ],
)
def test_each_form_of_csv_is_read(text: str) -> None:
    assert addresses(text) == (["ada@example.org"] if "@" in text else [])


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    text = 'sep=,\r\n\r\nemail,name\r\na@b.org,"A\r\nB"\r\n\r\nc@d.org,C\r\n'

    assert [number for number, _ in read(text).rows] == [4, 7]


@pytest.mark.parametrize(
    ("above", "delimiter"),
    [
        ("Members for group lamps\n", ","),
        ("# exported 2024-01-01, by Ada, 3 rows\n# all of them\n", ";"),
        ("\nLamps; of all kinds\n\n", ";"),
        ("sep=;\nMembers for group lamps\n", ";"),
        ("Members for group lamps,,\n", ","),
    ],
)
def test_a_title_above_the_names_is_skipped_and_that_is_said(above: str, delimiter: str) -> None:
    names = delimiter.join(("Nickname", "Email address", "Email status"))
    text = f"{above}{names}\n{delimiter.join(('Ada', 'ada@example.org', 'x'))}\n"

    table = read(text)

    assert table.names == ("Nickname", "Email address", "Email status")
    assert [number for number, _ in table.rows] == [above.count("\n") + 2]
    assert addresses(text) == ["ada@example.org"]
    assert f"line {above.count(chr(10)) + 1} names the columns" in title_remark(text)


@pytest.mark.parametrize(
    "text",
    [
        "email,name\nada@example.org,Ada\n",
        "Kontakt,Rolle\nada@example.org,member\n",
        "ada@example.org\nbo@example.org\n",
        "Kontakt,Rolle,Ort\n,member,Rom\nada@example.org,x,y\n",
        "sep=;\nemail\n",
        "",
    ],
)
def test_names_of_columns_are_no_title(text: str) -> None:
    assert title_remark(text) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "the file is empty", id="nothing"),
        pytest.param(" \n\n", "the file is empty", id="blank lines"),
        pytest.param("sep=;\n", "the file is empty", id="sep alone"),
        pytest.param('email\n"ada@b.org\nbo@b.org\n', "line 2 is not CSV: .*quotes", id="open"),
        pytest.param('email,x\na@b.org,"A" B\n', "line 2 is not CSV: .*quotes", id="after a quote"),
        pytest.param("email\n" + "x" * 200_000, "line 2 is not CSV", id="an endless cell"),
    ],
)
def test_what_is_not_csv_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(CSVImportError, match=message):
        read(text)


# -- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("address", "Email", "E-Mail", "e-mail-adresse", "EMAIL ADDRESS", "Email_Address", "Mail"),
        *("Subscriber", "E-mail Address", "emailAddress", "User Email", "Adresse e-mail"),
    ],
)
def test_common_names_of_the_column_are_known(name: str) -> None:
    text = f"First Name,{name},Tags\nAda,ada@example.org,bo@example.org\n"

    assert addresses(text) == ["ada@example.org"]


def test_a_known_name_is_believed_even_where_its_cells_are_no_addresses() -> None:
    assert addresses("email,name\nnobody,Ada\n") == ["nobody"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Email,Address\nada@example.org,1 High Street\n", id="where somebody lives"),
        pytest.param("Address,Email\n1 High Street,ada@example.org\n", id="the other way round"),
        pytest.param("Name,Kontakt\nAda,ada@example.org\n", id="an unknown name"),
        pytest.param("Name,\nAda,ada@example.org\n", id="no name"),
        pytest.param("ada@example.org\n", id="no first line"),
        pytest.param("Ada Roe,ada@example.org\n", id="no first line, and a name"),
    ],
)
def test_else_the_one_column_of_addresses_is_taken(text: str) -> None:
    assert addresses(text) == ["ada@example.org"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "Name,City\nAda,Rome\n",
            "must name a column `address` or `email`; it names `Name`, `City`$",
            id="none",
        ),
        pytest.param(
            "Work,Home\na@b.org,c@d.org\n",
            "the columns `Work` and `Home` all hold addresses; name the one to use `address`",
            id="two",
        ),
        pytest.param("a@b.org,c@d.org\n", "it is 'a@b.org c@d.org'", id="two without names"),
        pytest.param(
            "a@b.org,x\nc@d.org,Unsubscribed\n",
            "line 2 says 'Unsubscribed', but no first line names the columns",
            id="a no without a name",
        ),
        pytest.param("x" * 500, "it names `x{100,}…$", id="a long line"),
    ],
)
def test_what_was_seen_is_named_where_no_column_can_be_chosen(text: str, message: str) -> None:
    with pytest.raises(CSVImportError, match=message):
        read(text)


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_every_cell_comes_back_whatever_wrote_it(
    rows: list[tuple[str, str]], delimiter: str, end: str, encoding: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["email", "one", "two"])
    written = [["ada@example.org", *cells] for cells in rows]
    writer.writerows(written)

    text, remark = decode(out.getvalue().encode(encoding))

    assert remark == ""
    assert [cells for _, cells in read(text).rows] == written


def test_the_time_grows_with_the_file() -> None:
    def table(rows: int) -> str:
        return "email,name\n" + "".join(f"reader{n}@example.org,Name {n}\n" for n in range(rows))

    assert grows_evenly(lambda size: read(table(size)), 20_000)
