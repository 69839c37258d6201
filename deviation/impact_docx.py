"""A paper of sections as a DOCX file: headings, paragraphs and tables, in fonts that Chinese offices have."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from deviation.impact import Paper, Section

BODY, HEAD = "仿宋", "黑体"


def as_docx(paper: Paper) -> bytes:
    """The paper as the bytes of a DOCX file."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    use_font(document.styles["Normal"], BODY, 12)
    for level in (0, 1):
        use_font(document.styles["Title" if level == 0 else "Heading 1"], HEAD, 18 - 4 * level)
    document.core_properties.title = paper.title
    document.add_heading(paper.title, level=0)
    for section in paper.sections:
        add_section(document, section)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def use_font(style: Any, name: str, size: int) -> None:
    style.font.name, style.font.size = name, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def add_section(document: Any, section: Section) -> None:
    document.add_heading(section.heading, level=1)
    for paragraph in section.paragraphs:
        document.add_paragraph(paragraph)
    if section.rows:
        table = document.add_table(rows=0, cols=len(section.rows[0]), style="Table Grid")
        for row in section.rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words
