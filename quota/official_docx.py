"""Official paper as DOCX (公文格式): sizes, spacing and fonts of GB/T 9704, Chinese fonts named for East Asian text."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt, RGBColor

from quota.official_paper import Paper, Section, Table

TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
#: Fonts a reader's machine may have instead, as the table of fonts names them.
INSTEAD = {TITLE: "小标宋体;华文中宋;SimSun", BODY: "仿宋;华文仿宋;FangSong", HEAD: "SimHei"}
RED = RGBColor(0xC0, 0x00, 0x00)
SPACING = Pt(28.95)  # 22 lines on a page
TWO_SIGNS = Pt(32)
CENTER, RIGHT, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY


def as_docx(paper: Paper) -> bytes:
    """The paper as the bytes of a DOCX file."""
    document = Document()
    lay_out(document, paper)
    head(document, paper)
    for section in paper.sections:
        add_section(document, section)
    foot(document, paper)
    if paper.annex:
        add_annex(document, paper.annex)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def lay_out(document: Any, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(16)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    document.core_properties.title, document.core_properties.author = paper.title, paper.mark
    name_fonts(document)
    number_pages(page)


def name_fonts(document: Any) -> None:
    """Tell the reader's program which font to take where ours is missing."""
    table = next(
        part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml"
    )
    fonts = parse_xml(table.blob)
    for name, others in INSTEAD.items():
        font = f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        fonts.append(parse_xml(font))
    table._blob = serialize_part_xml(fonts)


def number_pages(page: Any) -> None:
    """«— 1 —» at the foot of every page."""
    paragraph = page.footer.paragraphs[0]
    paragraph.alignment = CENTER
    paragraph.add_run("— ")
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    paragraph.add_run(" —")
    for each in paragraph.runs:
        each.font.size = Pt(14)


# --- the parts -----------------------------------------------------------------------------------------
def head(document: Any, paper: Paper) -> None:
    mark = line(document, paper.mark, CENTER, font=TITLE, size=30, colour=RED)
    underline(mark, "bottom", "thickThinSmallGap", "C00000", 12)
    if paper.draft:
        line(document, f"（{paper.draft}）", RIGHT)
    line(document, "", CENTER)
    line(document, paper.title, CENTER, font=TITLE, size=22)
    line(document, "", CENTER)
    if paper.to:
        line(document, paper.to, LEFT)


def add_section(document: Any, section: Section) -> None:
    if section.heading:
        line(document, section.heading, LEFT, font=HEAD, indent=True)
    for paragraph in section.paragraphs:
        line(document, paragraph, LEFT, indent=True)
    if section.table:
        add_table(document, section.table)


def add_annex(document: Any, section: Section) -> None:
    """On a page of its own; turned where its table is wide."""
    page = document.add_section(WD_SECTION.NEW_PAGE)
    if section.table and section.table.wide:
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(297), Mm(210)
        page.top_margin = page.bottom_margin = page.left_margin = page.right_margin = Mm(20)
    add_section(document, section)


def add_table(document: Any, table: Table) -> None:
    grid = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    repeat_heads(grid.rows[0])
    for row, words in ((grid.rows[0], table.heads), *((grid.add_row(), words) for words in table.rows)):
        for cell, word in zip(row.cells, words, strict=True):
            run = cell.paragraphs[0].add_run(word)
            run.font.size = Pt(10.5 if table.wide else 12)
            set_font(run, HEAD if row is grid.rows[0] else BODY)
    line(document, "", LEFT)


def repeat_heads(row: Any) -> None:
    """The heads stand again on every page the table runs over to."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def foot(document: Any, paper: Paper) -> None:
    line(document, "", LEFT)
    line(document, f"{paper.signed}　　", RIGHT)
    line(document, f"{paper.day}　　　　", RIGHT)
    if paper.annex:
        line(document, "", LEFT)
        line(document, paper.annex.heading.replace("附件　", "附件：", 1), LEFT, indent=True)


def line(
    document: Any,
    text: str,
    alignment: Any,
    *,
    font: str = BODY,
    size: int = 16,
    indent: bool = False,
    colour: Any = None,
) -> Any:
    """One paragraph of the paper, at the fixed spacing that puts 22 lines on a page."""
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    paragraph.alignment = alignment
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = (
        (WD_LINE_SPACING.EXACTLY, SPACING) if size <= 16 else (WD_LINE_SPACING.SINGLE, 1.0)
    )
    form.first_line_indent = TWO_SIGNS if indent else None
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    set_font(run, font)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def set_font(run: Any, font: str) -> None:
    """Chinese text takes the East Asian font; figures and Latin letters stay in Times New Roman."""
    run.font.name = "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def underline(paragraph: Any, side: str, kind: str, colour: str, size: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.append(borders)
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", kind), ("sz", str(size)), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
