"""Whose postings are whose to manage. ``by=None`` is the system itself: set-up and the demo court."""

from audit import trail
from courts.clock import today
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
    """Refuse to change a person who holds a post elsewhere: whoever sets their e-mail address can log in as them.

    Someone without a post belongs to where they last had one, and to anybody if they never had any.
    """
    if by is None:
        return
    posts, managed = list(user.postings.all()), courts_managed_by(by)
    ever = {post.court_id for post in posts}
    held = {post.court_id for post in posts if post.ends_on is None or post.ends_on > today()}
    if not managed or held - managed or (ever and not ever & managed):
        raise trail.Refused(f"您不能管理{user}的账号。", act=act, on=user, by=by)


def refuse_if(problem: str, act: str, *, on: object, by: User | None) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)
