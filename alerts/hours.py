"""When a court's messages may go out (发送时段): from the hour of the digest on, on its working days, not at night."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone

from alerts.models import Preference
from alerts.quiet_hours import COURT_TIME, next_moment
from catalogues.selectors import law_in_use
from catalogues.workdays import WorkCalendar


@dataclass(frozen=True)
class Window:
    """A court's working days and quiet hours on a day."""

    calendar: WorkCalendar
    day: date
    quiet_from: time
    quiet_to: time

    @classmethod
    def of(cls, court: int | None, day: date) -> Window:
        law = law_in_use()
        quiet = (time(int(law.setting(name, day)) % 24) for name in ("quiet_from", "quiet_to"))
        return cls(law.calendar(court), day, *quiet)

    def is_open(self, at: datetime, hour: int | str) -> bool:
        """Whether the day is a working day of the court and the hour has come."""
        return self.calendar.is_workday(self.day) and timezone.localtime(at).hour >= int(hour)

    def for_person(self, preference: Preference) -> Window:
        """The same days with the person's own quiet hours, where they set some."""
        if preference.quiet_from is None or preference.quiet_to is None:
            return self
        return replace(self, quiet_from=preference.quiet_from, quiet_to=preference.quiet_to)

    def is_first_of_the_week(self) -> bool:
        """Whether no working day of the same week lies before this one."""
        monday = date.fromisocalendar(*self.day.isocalendar()[:2], 1)
        return self.calendar.next_workday(monday) >= self.day


def first_open(moment: datetime, at: datetime, window: Window) -> datetime:
    """The first moment from ``moment`` on, on a working day outside the quiet hours; ``at`` is now, on the window's day.

    A demo court lives on its own day: the hours are those of the clock, the days those of the court.
    """
    asked = moment.astimezone(COURT_TIME) + (window.day - at.astimezone(COURT_TIME).date())
    return moment + (next_moment(asked, window.calendar, window.quiet_from, window.quiet_to) - asked)


def later_today(at: datetime, window: Window) -> datetime | None:
    """The next open moment; None where it is not today any more: tomorrow has a message of its own."""
    found = first_open(at, at, window)
    return found if timezone.localdate(found) == timezone.localdate(at) else None
