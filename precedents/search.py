"""Similar cases out of the collection (类案检索): candidates by their rarest terms in the database, then compared closely.

The questions to the database are as many for a hundred judgments as for a hundred thousand, and only what the person may
see is ever looked at; judgments of sealed cases (封存) are nobody's comparison.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from cases.models import Case
from catalogues.law import Number
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from precedents.documents import elements_of
from precedents.index import (
    Counted,
    Counts,
    Keys,
    Likeness,
    Profile,
    prepare,
    prepare_text,
    reasons,
    restored,
    score,
    weights,
)
