"""The catalogue files that ship with the program, read once and kept (目录). Files only: no database, no settings."""

from __future__ import annotations

from catalogues.law import CaseType, Ground, Node, TimeLimit
from catalogues.workdays import WorkCalendar


def time_limits() -> dict[str, tuple[TimeLimit, ...]]:
    """Every time limit (审限) by id: its versions, oldest first."""
    raise NotImplementedError


def nodes() -> dict[str, tuple[Node, ...]]:
    """Every procedural step (流程节点) by id: its versions, oldest first."""
    raise NotImplementedError


def grounds() -> dict[str, tuple[Ground, ...]]:
    """Every ground of exclusion (扣除事由) by id: its versions, oldest first."""
    raise NotImplementedError


def case_types() -> tuple[CaseType, ...]:
    """The case types of the national standard, then the codes seen in practice only."""
    raise NotImplementedError


def type_codes() -> dict[str, str]:
    """Every code a case number may carry (类型代字), with the category of cases it stands for."""
    raise NotImplementedError


def work_calendar() -> WorkCalendar:
    """The national calendar of working days (工作日)."""
    raise NotImplementedError
