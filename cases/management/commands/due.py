"""``due``: when the time limits of cases end, one JSON record a line."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from cases.batch import Answer, BatchCommand, RecordRefused, read_json
from cases.deadlines import Refused, answer, calculate
from cases.due_records import CHINA, Law, Misread, precision_of, read_clock, read_day
from catalogues import library
from catalogues.workdays import WorkCalendar


class Command(BatchCommand):
    help = "Calculate when time limits end (审限) and why: JSON Lines in, JSON Lines out."

    def handle(self, *args: Any, **options: Any) -> None:
        # One day for the whole run, so that a run over midnight agrees with itself.
        self.today = datetime.now(CHINA).date()
        super().handle(*args, **options)

    @cached_property
    def law(self) -> Law:
        versions = {**library.time_limits(), **library.nodes()}
        return Law(
            limits={key: dated[-1] for key, dated in versions.items()},
            grounds={key: dated[-1] for key, dated in library.grounds().items()},
        )

    @cached_property
    def calendar(self) -> WorkCalendar:
        return library.work_calendar()

    def answer(self, line: str, number: int) -> Answer | None:
        name = None
        try:
            record = read_json(line, number)
            if record is None:
                return None
            name = record.get("id")
            return {"id": name, **self._deadline(record)}
        except (RecordRefused, Misread, Refused) as refused:
            return {"id": name, "error": str(refused)}

    def _deadline(self, record: dict[str, Any]) -> Answer:
        if record.get("id") is None:
            raise RecordRefused('id: missing; give each record one, as in "1"')
        deadline = calculate(read_clock(record, self.law), self.calendar)
        as_of = read_day(record, "as_of") or self.today
        return answer(deadline, as_of, precision_of(record["start"]))
