"""``deviation fit`` and ``deviation score``: learn from decided cases, and say how far others lie from them (偏离度)."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from argparse import SUPPRESS, ArgumentTypeError
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from django.core.management.base import CommandParser

from cases.batch import (
    ANSWERED,
    SOME_REFUSED,
    UNUSABLE,
    Answer,
    BatchCommand,
    RecordRefused,
    Unusable,
    run,
    writing,
)
from deviation.measuring import q_values
from deviation.observation import Observation
from deviation.records import (
    LATER,
    read_observation,
    read_record,
    written_card,
    written_error,
    written_lines,
    written_verdict,
)
from deviation.scoring import DeviationModel, Unreadable

MODEL, CARD = "model.zip", "card.json"
AT_ONCE = 50_000


class Command(BatchCommand):
    help = "Learn what comparable cases lead one to expect, and score cases by it (偏离度): JSON Lines in, JSON Lines out."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="fit|score")
        fitting = verbs.add_parser(
            "fit", prog="deviation fit", usage=SUPPRESS, help="learn from decided cases"
        )
        scoring = verbs.add_parser(
            "score", prog="deviation score", usage=SUPPRESS, help="score cases by a model"
        )
        for verb in (fitting, scoring):
            super().add_arguments(verb)
            verb.add_argument("--model", required=True, type=Path, help="directory of the model")
        fitting.add_argument("--seed", type=_seed, default=0, help="another seed, other folds (default: 0)")
        scoring.add_argument(
            "--fdr", type=_rate, default=0.10, help="share of false flags accepted (default: 0.10)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._fit(options) if options["verb"] == "fit" else self._score(options)
        except Unusable as unusable:
            sys.stderr.write(f"{unusable}\n")
            code = UNUSABLE
        except KeyboardInterrupt:
            sys.stderr.write("interrupted before the work was done; nothing was written\n")
            code = UNUSABLE
        if code != ANSWERED:
            sys.exit(code)

    def _fit(self, options: dict[str, Any]) -> int:
        self.history: list[Observation] = []
        self.refused, self.lines = 0, sha256()
        code = run(self._collect, options["input"], options["output"])
        if code == UNUSABLE:
            return code
        if not self.history:
            raise Unusable(
                f"{_name(options['input'])}: holds no usable record; give decided cases, one a line"
            )
        _make(options["model"])
        model = DeviationModel(seed=options["seed"]).fit(self.history)
        data = model.to_bytes()
        card = {
            "data": self._data(options["input"]), "model_sha256": sha256(data).hexdigest(), **model.card_
        }  # fmt: skip
        _keep(options["model"], data, written_card(card))
        return code

    def _data(self, path: str) -> dict[str, Any]:
        """What it was learned from."""
        return {
            "records": len(self.history), "refused": self.refused,
            "strata": len({case.stratum for case in self.history}), "sha256": _digest(path) or self.lines.hexdigest(),
        }  # fmt: skip

    def _collect(self, line: str, number: int) -> Answer | None:
        name = None
        self.lines.update(f"{line}\n".encode())
        try:
            record = read_record(line, number)
            if record is not None:
                name = record.get("id")
                self.history.append(read_observation(record))
        except RecordRefused as refused:
            self.refused += 1
            return {"id": name, "error": str(refused)}
        return None

    def _score(self, options: dict[str, Any]) -> int:
        model = _model(options["model"])
        try:
            with tempfile.TemporaryFile() as kept:
                self.sheet = Sheet(model, kept)
                if run(self._take, options["input"], os.devnull) == UNUSABLE:
                    return UNUSABLE
                self.sheet.work()
                with writing(options["output"]) as out:
                    self.sheet.write(out, options["fdr"])
        except OSError as wrong:
            raise Unusable(
                f"{tempfile.gettempdir()}: cannot keep the answers ({wrong.strerror}); free some space"
            ) from None
        return SOME_REFUSED if self.sheet.refused else ANSWERED

    def _take(self, line: str, number: int) -> None:
        name = None
        try:
            record = read_record(line, number)
            if record is not None:
                name = record.get("id")
                self.sheet.take(read_observation(record), record["id"])
        except RecordRefused as refused:
            self.sheet.refuse(name, str(refused))


class Sheet:
    """Answers in the order of the questions, kept aside until the false-discovery rate of the whole file is known."""

    def __init__(self, model: DeviationModel, kept: BinaryIO) -> None:
        self.refused = False
        self._model, self._kept = model, kept
        self._cases: list[Observation] = []
        self._ids: list[str | int] = []
        self._errors: list[tuple[int, bytes]] = []
        self._p: list[Any] = []
        self._outside: list[Any] = []

    def take(self, case: Observation, given: str | int) -> None:
        """``given``: its id as the file says it, text or whole number."""
        self._cases.append(case)
        self._ids.append(given)
        if len(self._cases) >= AT_ONCE:
            self.work()

    def refuse(self, name: object, sentence: str) -> None:
        self.refused = True
        self._errors.append((len(self._cases), written_error(name, sentence)))
        if len(self._errors) >= AT_ONCE:
            self.work()

    def work(self) -> None:
        measured = self._model.measure(self._cases)
        lines = written_lines(self._ids, measured)
        done = 0
        for before, error in self._errors:
            self._kept.writelines(lines[done:before])
            self._kept.write(error)
            done = before
        self._kept.writelines(lines[done:])
        self._p.append(measured.p[~np.isnan(measured.p)])
        self._outside.append(measured.outside[~np.isnan(measured.p)])
        self._cases, self._ids, self._errors = [], [], []

    def write(self, out: BinaryIO, fdr: float) -> None:
        q = q_values(np.concatenate(self._p))
        flagged = (q <= fdr) & np.concatenate(self._outside)
        verdicts = zip(q.tolist(), flagged.tolist(), strict=True)
        self._kept.seek(0)
        for line in self._kept:
            head, later, tail = line.partition(LATER)
            out.write(head + written_verdict(*next(verdicts)) + tail if later else line)


def _model(directory: Path) -> DeviationModel:
    path = directory / MODEL
    try:
        return DeviationModel.from_bytes(path.read_bytes())
    except (OSError, ValueError) as wrong:
        if isinstance(wrong, Unreadable):
            raise Unusable(f"{path}: {wrong}") from None
        reason = getattr(wrong, "strerror", None) or wrong
        raise Unusable(f"{path}: cannot be read ({reason}); give a directory made by deviation fit") from None


def _make(directory: Path) -> None:
    """Make it and try to write there: learning takes long, and should not end before a closed door."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or wrong
        raise Unusable(f"{directory}: cannot be written ({reason}); give another directory") from None


def _keep(directory: Path, model: bytes, card: bytes) -> None:
    """Whoever stops us in between leaves a model without a card, never one with the card of another."""
    with writing(str(directory / CARD)) as card_file:
        card_file.write(card)
        card_file.flush()
        with writing(str(directory / MODEL)) as model_file:
            model_file.write(model)
            model_file.flush()
            (directory / CARD).unlink(missing_ok=True)


def _digest(path: str) -> str:
    """Of a plain file; of anything else the lines are counted as they come."""
    if path == "-" or not Path(path).is_file():
        return ""
    with Path(path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _seed(given: str) -> int:
    if not given.isascii() or not given.isdecimal() or int(given) >= 2**32:
        raise ArgumentTypeError(f"{given!r} is no seed; give a whole number from 0 to 4294967295")
    return int(given)


def _rate(given: str) -> float:
    try:
        rate = float(given)
    except ValueError:
        rate = math.nan
    if not 0 < rate < 1:
        raise ArgumentTypeError(f"{given!r} is no rate; give a share between 0 and 1, as in 0.10")
    return rate


def _name(path: str) -> str:
    return "standard input" if path == "-" else path
