"""Each job of the schedule against what its last run wrote down (定时任务是否按时完成)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from celery import current_app
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.checks import Check, moment
from pipeline.models import Run
from pipeline.timetable import due_after, grace_of, in_words, is_daily

JOBS = {
    "pipeline.tasks.drain_changes": gettext_lazy("重算变更"),
    "pipeline.tasks.follow_the_law": gettext_lazy("依目录重算"),
    "pipeline.tasks.refresh_all": gettext_lazy("全部重算"),
    "alerts.tasks.sweep_courts": gettext_lazy("安排巡检"),
    "alerts.tasks.send_deliveries": gettext_lazy("发送消息"),
    "alerts.tasks.queue_digests": gettext_lazy("生成每日摘要"),
    "alerts.tasks.queue_subscriptions": gettext_lazy("生成订阅"),
    "alerts.tasks.measure_spans": gettext_lazy("测算通常停留"),
    "audit.tasks.seal_trail": gettext_lazy("封存留痕"),
    "audit.tasks.anchor_trail": gettext_lazy("留痕根外存"),
    "ingest.tasks.resume_imports": gettext_lazy("续接导入"),
    "supervision.tasks.screen_everything": gettext_lazy("全部案件识别"),
    "supervision.tasks.expire_flags": gettext_lazy("标识逾期转办"),
    "supervision.tasks.expire_letters": gettext_lazy("函件逾期"),
    "supervision.tasks.check_log": gettext_lazy("核验监督日志"),
    "supervision.tasks.resume_replays": gettext_lazy("续接规则回放"),
    "deviation.tasks.resume_training": gettext_lazy("续接模型训练"),
    "deviation.tasks.propose_runs": gettext_lazy("到期重新训练"),
    "deviation.tasks.score_judgments": gettext_lazy("结案评估"),
    "deviation.tasks.make_summaries": gettext_lazy("生成类案差异统计"),
    "deviation.tasks.disclose_due": gettext_lazy("偏离提示期满处理"),
    "quota.tasks.find_breaches": gettext_lazy("查找简案超期"),
    "quota.tasks.resume_measurements": gettext_lazy("续接工时测算"),
    "quota.tasks.forecast_all": gettext_lazy("每月预测收案"),
    "precedents.tasks.index_waiting": gettext_lazy("编入类案库"),
    "precedents.tasks.find_conflicts": gettext_lazy("查找裁判分歧"),
    "quota.tasks.commit_seeds": gettext_lazy("承诺分案种子"),
    "quota.tasks.reveal_seeds": gettext_lazy("公开分案种子"),
}


def jobs(at: datetime) -> Iterable[Check]:
    """One check an entry of ``beat_schedule``."""
    schedules = {entry["task"]: entry["schedule"] for entry in current_app.conf.beat_schedule.values()}
    runs = expected_runs(schedules, at)
    return [job(runs[name], schedule, at) for name, schedule in schedules.items()]


def expected_runs(names: Iterable[str], at: datetime) -> dict[str, Run]:
    """The rows of these jobs; a job that has none is expected from now on."""
    runs = {run.name: run for run in Run.objects.all()}
    missing = [Run(name=name, expected_at=at) for name in names if name not in runs]
    if missing:
        Run.objects.bulk_create(missing, ignore_conflicts=True)
        runs = {run.name: run for run in Run.objects.all()}
    return runs


def job(run: Run, schedule: Any, at: datetime) -> Check:
    due = due_after(schedule, run.done_at or run.expected_at)
    late = at > due + grace_of(schedule)
    # A job that is tried again in a moment is wrong when it stays undone; one of the night is wrong at once.
    wrong = late or (is_daily(schedule) and failed_last(run))
    return Check(
        name=f"job:{run.name}",
        label=str(JOBS.get(run.name, run.name)),
        ok=not wrong,
        since=(due if late else run.failed_at) if wrong else None,
        sentence=sentence_of(run, late),
        would_be_right=_("应按时完成：%s") % in_words(schedule),
        figures=figures_of(run),
    )


def failed_last(run: Run) -> bool:
    return bool(run.failed_at and (run.done_at is None or run.failed_at > run.done_at))


def sentence_of(run: Run, late: bool) -> str:
    done = _("上次完成于 %s") % moment(run.done_at) if run.done_at else _("尚未完成过")
    if failed_last(run):
        return _("%(done)s；最近一次失败：%(problem)s") % {"done": done, "problem": run.problem}
    return _("%s，逾时没有再完成") % done if late else done


def figures_of(run: Run) -> dict[str, float]:
    last = {"job_last_done_timestamp_seconds": run.done_at.timestamp()} if run.done_at else {}
    return last | ({"job_seconds": run.seconds} if run.seconds is not None else {})
