"""``weigh``: what cases weigh (案件权重), one JSON record a line."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from cases.batch import Answer, BatchCommand, RecordRefused, read_json
from cases.due_records import CHINA
from catalogues import library
from quota.weigh_records import Question, read_question
from quota.weights import Tables, Unknown, rounded, tables_of, weigh


class Command(BatchCommand):
    help = "Weigh cases by the national tables (案件权重): JSON Lines in, JSON Lines out."

    @cached_property
    def tables(self) -> Tables:
        return tables_of(library.quotas(), None, datetime.now(CHINA).date())

    def answer(self, line: str, number: int) -> Answer | None:
        name = None
        try:
            record = read_json(line, number)
            if record is None:
                return None
            name = record.get("id")
            return {"id": name, **self._weight(read_question(record))}
        except (RecordRefused, Unknown) as refused:
            return {"id": name, "error": str(refused)}

    def _weight(self, asked: Question) -> dict[str, Any]:
        found = weigh(tables=self.tables, **asked)
        return {
            "float": float(rounded(found.floating)),
            "weight": float(rounded(found.weight)),
            "because": found.because,
        }
