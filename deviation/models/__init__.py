"""Trained models, what they say of a case, and what its judge answers."""

from deviation.models.notices import Contest, Draft, Notice, NoticeStep
from deviation.models.runs import Run, Summary
from deviation.models.scores import Score

__all__ = ["Contest", "Draft", "Notice", "NoticeStep", "Run", "Score", "Summary"]
