"""Hours, forecasts and figures as files (导出): definitions and conditions stand above the table."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import FileResponse

from courts.models import Court, User
from quota.models import Measurement
from quota.sheets import sheet_response
from quota.time_page import CellLine, FigureLine, ForecastLine

HOURS_COLUMNS = [
    ("类别", 34), ("件数", 8), ("其中推算", 10), ("缩尾均值（小时）", 16), ("90%区间下限", 14), ("90%区间上限", 14), ("依据", 12), ("缩尾件数", 10),
]  # fmt: skip
FORECAST_COLUMNS = [
    ("法院", 30), ("类别", 22), ("近十二个月收案", 16), ("预测（未来十二个月）", 20), ("80%区间下限", 14), ("80%区间上限", 14), ("方法", 30),
    ("回测平均误差（件/月）", 20), ("同上月", 10), ("同上年同月", 12), ("区间覆盖率", 12), ("预测日", 12),
]  # fmt: skip
FIGURE_COLUMNS = [
    ("法院", 30), ("法院代字", 10), ("政法专项编制（人）", 18), ("辖区面积（平方公里）", 20), ("常住人口（万人）", 18),
    ("人均地区生产总值（万元）", 24), ("少数民族人口占比", 18), ("法官平均任职年限（年）", 22), ("近三年法官人均结案（件）", 24), ("来源", 30),
]  # fmt: skip


def measurement_file(
    user: User, one: Measurement, kinds: Sequence[CellLine], cells: Sequence[CellLine]
) -> FileResponse:
    above = [
        ("法院", str(one.court)), ("方法", one.get_method_display()), ("工时测算", str(one.study or "—")),
        ("口径", "一件案件的法官工时；两端按目录规定缩尾后平均，件数不足的退到上一级，都不足的用目录缺省值"),
    ]  # fmt: skip
    rows = [
        [line.words, line.cell.n, line.cell.said, line.cell.hours, line.cell.low, line.cell.high, line.cell.get_level_display(), line.cell.winsorised]
        for line in (*kinds, *cells)
    ]  # fmt: skip
    return sheet_response("案均工时", by=user, above=above, columns=HOURS_COLUMNS, rows=rows)


def forecasts_file(user: User, blocks: Sequence[tuple[Court, Sequence[ForecastLine]]]) -> FileResponse:
    above = [
        (
            "口径",
            "按法院和类别预测未来十二个月收案；区间为80%预测区间；回测为以往各时点按当时已知数据所作预测与实际之差",
        ),
        ("法院次序", "机构序"),
    ]
    rows = [
        [
            str(court), line.name, line.past, line.row.total, line.row.total_low, line.row.total_high, str(line.method),
            line.backtest.get("mae"), line.backtest.get("mae_last"), line.backtest.get("mae_seasonal"),
            line.backtest.get("coverage"), line.row.made_on,
        ]
        for court, lines in blocks
        for line in lines
    ]  # fmt: skip
    return sheet_response("收案预测", by=user, above=above, columns=FORECAST_COLUMNS, rows=rows)


def figures_file(user: User, lines: Sequence[FigureLine], year: int) -> FileResponse:
    rows = [[str(line.court), line.court.code, *values_of(line)] for line in lines]
    above = [("年度", str(year)), ("法院次序", "机构序"), ("说明", "空白为没有填报，不参与调整")]
    return sheet_response("法院概况", by=user, above=above, columns=FIGURE_COLUMNS, rows=rows)


def values_of(line: FigureLine) -> list[object]:
    row = line.row
    if row is None:
        return [None] * 8
    return [
        row.staffing,
        row.area,
        row.population,
        row.gdp,
        row.minorities,
        row.experience,
        row.closed,
        row.source,
    ]
