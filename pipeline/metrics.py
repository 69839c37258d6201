"""The same checks for a monitor (监控指标): Prometheus text, numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.checks import Check
from pipeline.running import state


class Checks(Collector):
    """One gauge for whether each check is good, and one for every figure a check has."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks

    def collect(self) -> Iterator[Metric]:
        good = GaugeMetricFamily(
            "mingjing_ok", "1 when what is looked after runs as it should", labels=["check"]
        )
        figures: dict[str, GaugeMetricFamily] = {}
        for check in self.checks:
            good.add_metric([check.name], check.ok)
            for name, value in check.figures.items():
                told = f"{name} as pipeline.parts and pipeline.jobs count it"
                family = figures.setdefault(
                    name, GaugeMetricFamily(f"mingjing_{name}", told, labels=["check"])
                )
                family.add_metric([check.name], value)
        yield good
        yield from figures.values()


def written(at: datetime) -> bytes:
    """All metrics at that moment, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Checks(state(at)))
    return generate_latest(registry)
