"""The search report as a DOCX file, ready to be filed with the case (随案归档)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from precedents.report_paper import ReportPaper, Section

TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
CENTER, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
WIDTHS = (12, 26, 40, 34, 22, 20, 26)  # of the seven columns, in millimetres


def as_docx(paper: ReportPaper) -> bytes:
    """The report as the bytes of a DOCX file."""
    document = Document()
    lay_out(document, paper)
    line(document, paper.title, CENTER, font=TITLE, size=22)
    line(document, paper.subject, CENTER)
    if paper.draft:
        line(document, f"（{paper.draft}）", CENTER)
    for label, text in paper.basics:
        labelled(document, label, text)
    if paper.rows:
        add_table(document, paper)
    for section in paper.sections:
        add_section(document, section)
    for label, text in paper.closing:
        labelled(document, label, text)
    for text in paper.foot:
        line(document, text, JUSTIFY, size=12)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def lay_out(document: Any, paper: ReportPaper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(30), Mm(25), Mm(15), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(14)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    document.core_properties.title, document.core_properties.author = paper.title, ""


def add_table(document: Any, paper: ReportPaper) -> None:
    grid = document.add_table(rows=1, cols=len(paper.heads), style="Table Grid")
    grid.autofit = False
    for row, words in ((grid.rows[0], paper.heads), *((grid.add_row(), words) for words in paper.rows)):
        for cell, word, width in zip(row.cells, words, WIDTHS, strict=True):
            cell.width = Mm(width)
            put(cell.paragraphs[0], word, font=HEAD if row is grid.rows[0] else BODY, size=10.5)
    line(document, "", JUSTIFY)


def add_section(document: Any, section: Section) -> None:
    line(document, section.heading, JUSTIFY, font=HEAD)
    for label, text in section.pairs:
        labelled(document, label, text)


def labelled(document: Any, label: str, text: str) -> None:
    """«label：text», a paragraph a line of the text."""
    first, *more = text.splitlines() or ["—"]
    paragraph = line(document, f"{label}：", JUSTIFY, font=HEAD)
    put(paragraph, first)
    for each in more:
        line(document, each, JUSTIFY)


def line(document: Any, text: str, alignment: Any, *, font: str = BODY, size: float = 14) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_after = Pt(4)
    put(paragraph, text, font=font, size=size)
    return paragraph


def put(paragraph: Any, text: str, *, font: str = BODY, size: float = 14) -> None:
    """Chinese text takes the East Asian font; figures and Latin letters stay in Times New Roman."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
