"""What tests of the day page, its lists and its acts share."""

from datetime import date, timedelta

import pytest

from alerts.models import Alert

TODAY = date(2026, 6, 30)  # a Tuesday


@pytest.fixture
def alert(file_case, now):
    """``alert("urgent", kind="node", case=…, days=3)``: an open alert, of a case of its own unless one is given."""

    def create(stage="urgent", *, kind="statutory", case=None, days=3, **fields) -> Alert:
        values = {
            "clock": "civ_first_ordinary" if kind == "statutory" else kind,
            "began_on": TODAY,
            "raised_at": now,
        }
        due_on = TODAY + timedelta(days=days)
        return Alert.objects.create(
            case=case or file_case(), kind=kind, stage=stage, due_on=due_on, **(values | fields)
        )

    return create
