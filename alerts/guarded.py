"""What goes wrong for one holds up nobody else (各自处理): it is logged, the others follow, and then the job fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from alerts.deliveries import BROKEN

logger = logging.getLogger(__name__)
Thing = TypeVar("Thing")


class Unfinished(RuntimeError):
    """Something could not be done; the rest was."""


def each_for_itself(things: Mapping[str, Thing], do: Callable[[Thing], int]) -> int:
    """The sum of what ``do`` returns for each thing, by its name in the log; raises ``Unfinished`` after the last."""
    done, broken = 0, []
    for name, thing in things.items():
        try:
            done += do(thing)
        except BROKEN:
            logger.exception("%s could not be done", name)
            broken.append(name)
    if broken:
        raise Unfinished(f"not done, see the log: {', '.join(broken)}")
    return done
