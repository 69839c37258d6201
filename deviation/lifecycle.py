"""What becomes of a notice of deviation (偏离提示), as one table. Pure.

A notice is its judge's own until the private days are over. Only a red one that chance hardly explains is then shown to
others; any other ends without anybody else having heard of it, and so does one whose draft was changed.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    PRIVATE = "private"  # told to the judge, nobody else
    EXPLAINED = "explained"  # the judge gave a coded reason; still nobody else
    ADJUSTED = "adjusted"  # a later draft or the judgment says otherwise; unseen, unless it was shown before
    ENDED = "ended"  # the private days are over and there was nothing to show: ended unseen
    DISCLOSED = (
        "disclosed"  # red, hardly chance, still there after the private days: the competent leaders see it
    )
    CONTESTED = "contested"  # the judge contests the comparison; a decision is due
    UPHELD = "upheld"  # the contest was right: withdrawn, and counted against the stratum
    REJECTED = "rejected"  # the contest was heard and not followed
    CLOSED = "closed"  # looked at by those competent, nothing further


NAMES = {
    State.PRIVATE: "仅承办法官可见",
    State.EXPLAINED: "已说明，仅承办法官可见",
    State.ADJUSTED: "不再适用",
    State.ENDED: "期满未公开",
    State.DISCLOSED: "已公开",
    State.CONTESTED: "异议审查中",
    State.UPHELD: "异议成立",
    State.REJECTED: "异议不成立",
    State.CLOSED: "已了结",
}


class Act(StrEnum):
    EXPLAIN = "explain"
    ADJUST = "adjust"  # by the system, when a new score says otherwise (once it was shown: a judgment's)
    END = "end"  # by the system, when the private days are over
    DISCLOSE = "disclose"  # by the system, when the private days are over
    CONTEST = "contest"
    UPHOLD = "uphold"
    REJECT = "reject"
    CLOSE = "close"


MOVES: dict[tuple[State, Act], State] = {
    (State.PRIVATE, Act.EXPLAIN): State.EXPLAINED,
    (State.EXPLAINED, Act.EXPLAIN): State.EXPLAINED,
    (State.PRIVATE, Act.ADJUST): State.ADJUSTED,
    (State.EXPLAINED, Act.ADJUST): State.ADJUSTED,
    (State.DISCLOSED, Act.ADJUST): State.ADJUSTED,
    (State.REJECTED, Act.ADJUST): State.ADJUSTED,
    (State.CLOSED, Act.ADJUST): State.ADJUSTED,
    (State.PRIVATE, Act.END): State.ENDED,
    (State.EXPLAINED, Act.END): State.ENDED,
    (State.PRIVATE, Act.DISCLOSE): State.DISCLOSED,
    (State.EXPLAINED, Act.DISCLOSE): State.DISCLOSED,
    (State.DISCLOSED, Act.EXPLAIN): State.DISCLOSED,
    (State.PRIVATE, Act.CONTEST): State.CONTESTED,
    (State.EXPLAINED, Act.CONTEST): State.CONTESTED,
    (State.DISCLOSED, Act.CONTEST): State.CONTESTED,
    (State.CONTESTED, Act.UPHOLD): State.UPHELD,
    (State.CONTESTED, Act.REJECT): State.REJECTED,
    (State.DISCLOSED, Act.CLOSE): State.CLOSED,
    (State.REJECTED, Act.CLOSE): State.CLOSED,
}

#: Nobody but the judge knows of it: now, and ever after.
UNSEEN = frozenset({State.PRIVATE, State.EXPLAINED, State.ADJUSTED, State.ENDED})
#: Still going on.
OPEN = frozenset({State.PRIVATE, State.EXPLAINED, State.DISCLOSED, State.CONTESTED, State.REJECTED})
#: What a rule may read: it remains, and nobody has found it mistaken or is asked whether it is.
STANDING = frozenset({State.DISCLOSED, State.REJECTED, State.CLOSED})


def after(state: State, act: Act) -> State | None:
    """The state the act leads to; None when it cannot be done in this state."""
    return MOVES.get((state, act))
