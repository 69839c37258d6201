"""Whose postings are whose to manage. ``by=None`` is the system itself: set-up and the demo court."""

from audit import trail
from courts.models import Court, User
from courts.reach import courts_managed_by


def permit_managing(act: str, *, court: Court, by: User | None, user: User | None = None) -> None:
    """Refuse to manage people of a court that is not the actor's to manage, and one's own posts in any court."""
    if by is None:
        return
    if court.pk not in courts_managed_by(by):
        raise trail.Refused(f"您不能管理{court}的人员。", act=act, on=court, by=by)
    if user is not None and user.pk == by.pk:
        raise trail.Refused("不能办理自己的任职，请由其他管理人员办理。", act=act, on=court, by=by)


def permit_person(act: str, *, user: User, by: User | None) -> None:
    """Refuse to change a person all of whose posts are elsewhere; someone without any post is anybody's."""
    if by is None:
        return
    courts = set(user.postings.values_list("court", flat=True))
    managed = courts_managed_by(by)
    if not managed or (courts and not courts & managed):
        raise trail.Refused(f"您不能管理{user}的账号。", act=act, on=user, by=by)


def refuse_if(problem: str, act: str, *, on: object, by: User | None) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)
