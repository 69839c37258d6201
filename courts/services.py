"""What people do about people: posts, accounts, tokens, saved views. Each leaves an entry in the trail."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q

from audit import trail
from courts.guard import permit_managing, permit_person, refuse_if
from courts.models import Court, Division, Posting, SavedView, Token, User
from courts.roles import Role
from courts.staff import receive_staff

__all__ = ["receive_staff"]

TOKEN_PREFIX = "mj_"  # so that a leaked one is recognised for what it is


@transaction.atomic
def create_user(
    *, username: str, name: str, by: User | None, at: datetime, staff_no: str = "", email: str = ""
) -> User:
    """A person without a post and without a password: they set one by e-mail."""
    if by is not None:
        permit_person("courts.create_user", user=User(pk=0), by=by)
    taken = "该用户名已被使用，请换一个。" if User.objects.filter(username=username).exists() else ""
    refuse_if(taken, "courts.create_user", on=by, by=by)
    user = User.objects.create_user(username, name, staff_no=staff_no or None, email=email)
    trail.record("courts.create_user", on=user, by=by, at=at, after={"username": username, "name": name})
    return user


@transaction.atomic
def set_first_password(*, user: User, at: datetime) -> str:
    """A random password for someone who has none, for who sets up the house; it is kept as a hash alone."""
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    trail.record("courts.set_first_password", on=user, at=at)
    return password


@transaction.atomic
def change_user(*, user: User, name: str, email: str, staff_no: str, by: User | None, at: datetime) -> User:
    """Correct a person's name, address or staff number."""
    permit_person("courts.change_user", user=user, by=by)
    before = person_as_recorded(User.objects.select_for_update().get(pk=user.pk))
    user.name, user.email, user.staff_no = name, email, staff_no or None
    if person_as_recorded(user) != before:
        user.save(update_fields=["name", "email", "staff_no"])
        trail.record(
            "courts.change_user", on=user, by=by, at=at, before=before, after=person_as_recorded(user)
        )
    return user


def person_as_recorded(user: User) -> dict[str, str | None]:
    return {"name": user.name, "email": user.email, "staff_no": user.staff_no}


@transaction.atomic
def deactivate_user(*, user: User, reason: str, by: User | None, at: datetime) -> None:
    """Close an account: its sessions and tokens end at once, its posts and past acts stay on record."""
    permit_person("courts.deactivate_user", user=user, by=by)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        Token.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
        trail.record("courts.deactivate_user", on=user, by=by, at=at, because=reason)
    user.is_active = False


@transaction.atomic
def reactivate_user(*, user: User, reason: str, by: User | None, at: datetime) -> None:
    """Open a closed account again; its tokens stay revoked."""
    permit_person("courts.reactivate_user", user=user, by=by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        trail.record("courts.reactivate_user", on=user, by=by, at=at, because=reason)
    user.is_active = True


@transaction.atomic
def post_user(
    *,
    user: User,
    court: Court,
    role: Role | str,
    starts_on: date,
    by: User | None,
    at: datetime,
    division: Division | None = None,
    ends_on: date | None = None,
) -> Posting:
    """Give a person a post (任职). Giving the same post from the same day twice is the same as once."""
    act = "courts.post_user"
    permit_managing(act, court=court, by=by, user=user)
    refuse_if(what_is_wrong(court, division, starts_on, ends_on), act, on=court, by=by)
    place = {"user": user, "court": court, "division": division, "role": Role(role).value}
    same = Posting.objects.filter(**place, starts_on=starts_on).first()
    if same:
        return same
    overlapping = Posting.objects.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on), **place)
    if ends_on:
        overlapping = overlapping.filter(starts_on__lt=ends_on)
    refuse_if("该人员在此期间已任此职。" if overlapping.exists() else "", act, on=court, by=by)
    posting = Posting.objects.create(**place, starts_on=starts_on, ends_on=ends_on)
    trail.record(act, on=posting, by=by, at=at, after=posting_as_recorded(posting))
    return posting


def what_is_wrong(court: Court, division: Division | None, starts_on: date, ends_on: date | None) -> str:
    if division is not None and division.court_id != court.pk:
        return f"{division}不是{court}的部门，请选择本院部门。"
    if ends_on is not None and ends_on <= starts_on:
        return "免职日应晚于任职日。"
    return ""


def posting_as_recorded(posting: Posting) -> dict[str, object]:
    return {
        "person": posting.user.name,
        "post": str(posting),
        "starts_on": str(posting.starts_on),
        "ends_on": str(posting.ends_on) if posting.ends_on else None,
    }


@transaction.atomic
def end_posting(*, posting: Posting, ends_on: date, reason: str, by: User | None, at: datetime) -> Posting:
    """The post is held up to, not including, ``ends_on`` (免职)."""
    act = "courts.end_posting"
    permit_managing(act, court=posting.court, by=by, user=posting.user)
    stored = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    refuse_if(what_is_wrong(posting.court, None, stored.starts_on, ends_on), act, on=stored, by=by)
    if stored.ends_on == ends_on:
        return stored
    before = posting_as_recorded(stored)
    stored.ends_on = ends_on
    stored.save(update_fields=["ends_on"])
    trail.record(
        act, on=stored, by=by, at=at, because=reason, before=before, after=posting_as_recorded(stored)
    )
    return stored


@transaction.atomic
def change_posting(
    *, posting: Posting, fields: Iterable[str], reason: str, by: User | None, at: datetime
) -> Posting:
    """What a form may change of a post that was given: its last day, and nothing that would rewrite the past."""
    other = set(fields) - {"ends_on"}
    problem = "已有的任职只能填写免职日；职务、法院、部门有变化时，请免去原职并新增一条任职。"
    refuse_if(problem if other or posting.ends_on is None else "", "courts.change_posting", on=posting, by=by)
    return end_posting(posting=posting, ends_on=posting.ends_on, reason=reason, by=by, at=at)


@transaction.atomic
def move_posting(
    *,
    posting: Posting,
    court: Court,
    division: Division | None,
    role: Role | str,
    on: date,
    reason: str,
    by: User | None,
    at: datetime,
) -> Posting:
    """End one post and begin another on the same day (调任)."""
    end_posting(posting=posting, ends_on=on, reason=reason, by=by, at=at)
    return post_user(user=posting.user, court=court, division=division, role=role, starts_on=on, by=by, at=at)


@transaction.atomic
def arrange_court(*, court: Court, position: int, by: User | None, at: datetime) -> None:
    """Set where a court stands in the organisational order (机构序)."""
    permit_managing("courts.arrange_court", court=court, by=by)
    before = Court.objects.values_list("position", flat=True).get(pk=court.pk)
    if before != position:
        Court.objects.filter(pk=court.pk).update(position=position)
        trail.record("courts.arrange_court", on=court, by=by, at=at, before=before, after=position)


@transaction.atomic
def keep_division(*, division: Division, by: User | None, at: datetime) -> Division:
    """Store a new or changed division of a court."""
    permit_managing("courts.keep_division", court=division.court, by=by)
    before = Division.objects.filter(pk=division.pk).first()
    division.save()
    trail.record(
        "courts.keep_division",
        on=division,
        by=by,
        at=at,
        before=before and division_as_recorded(before),
        after=division_as_recorded(division),
    )
    return division


def division_as_recorded(division: Division) -> dict[str, object]:
    return {
        "name": division.name,
        "kind": division.kind,
        "position": division.position,
        "closed_on": str(division.closed_on) if division.closed_on else None,
    }


@transaction.atomic
def issue_token(
    *, user: User, name: str, scopes: Iterable[str], days: int, by: User, at: datetime
) -> tuple[Token, str]:
    """A token and its secret, which is shown now and never again: only its digest is kept."""
    if by.pk != user.pk:
        raise trail.Refused("令牌只能由本人创建。", act="courts.issue_token", on=user, by=by)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        hint=secret[:7],
        scopes=sorted(scopes),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    after = {"name": name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    trail.record("courts.issue_token", on=token, by=by, at=at, after=after)
    return token, secret


def digest_of(secret: str) -> str:
    """What is kept of a token; it has 256 random bits, so a plain digest cannot be guessed back."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def revoke_token(*, token: Token, by: User, at: datetime) -> None:
    """End a token now. Revoking it twice is the same as once."""
    if by.pk != token.user_id:
        raise trail.Refused("令牌只能由本人撤销。", act="courts.revoke_token", on=token, by=by)
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        trail.record("courts.revoke_token", on=token, by=by, at=at, after={"name": token.name})


@transaction.atomic
def save_view(*, owner: User, page: str, name: str, query: str, shared: bool, at: datetime) -> SavedView:
    """Keep a page with its filters under a name; the same name on the same page is overwritten."""
    view, _ = SavedView.objects.update_or_create(
        owner=owner, page=page, name=name, defaults={"query": query, "shared": shared}
    )
    after = {"page": page, "name": name, "query": query, "shared": shared}
    trail.record("courts.save_view", on=view, by=owner, at=at, after=after)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: User, at: datetime) -> None:
    """Forget a saved view; only its owner may."""
    if by.pk != view.owner_id:
        raise trail.Refused("只能删除自己保存的视图。", act="courts.delete_view", on=view, by=by)
    trail.record("courts.delete_view", on=view, by=by, at=at, before={"page": view.page, "name": view.name})
    view.delete()


@transaction.atomic
def change_language(*, user: User, language: str, at: datetime) -> None:
    """The language of the pages for this person."""
    before, user.language = user.language, language
    user.save(update_fields=["language"])
    trail.record("courts.change_language", on=user, by=user, at=at, before=before, after=language)
