"""``weigh`` answers every line it is given: in order, in one sentence where it refuses, never with a traceback."""

import json
import os
import random
import subprocess
import sys
import time
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.conf import settings
from django.core.management import call_command

BASES = {
    "civil": {"道路交通": "0.8", "民间借贷": "0.9", "买卖合同": "1.0", "劳动争议": "1.1", "离婚": "1.1", "物业": "0.5",
              "金融借款": "0.7", "建设工程": "2.2", "医疗损害": "2.0", "知识产权": "1.8", "公司类": "2.0", "破产": "4.0", "其他": "1.0"},
    "criminal": {"危险驾驶": "0.5", "盗窃": "0.8", "故意伤害": "1.1", "诈骗": "1.6", "毒品": "1.3", "职务犯罪": "2.5",
                 "涉黑涉恶": "4.0", "非法集资": "4.0", "其他": "1.2"},
    "administrative": {"政府信息公开": "1.0", "工伤认定": "1.2", "征收补偿": "1.8", "其他": "1.5"},
    "enforcement": {"首次执行": "0.6", "恢复执行": "0.4", "保全执行": "0.2", "财产刑": "0.3", "异议复议": "0.8"},
    "other": {"减刑假释": "0.15", "申请再审审查": "0.8", "国家赔偿": "1.5", "司法确认": "0.15", "诉前保全": "0.2"},
}  # fmt: skip
PROCEDURES = {
    "小额诉讼": "0.6", "速裁": "0.5", "简易": "1.0", "普通独任": "1.5", "普通合议": "2.0", "二审独任": "1.0",
    "二审合议": "1.6", "再审": "2.2", "特别程序": "0.5",
}  # fmt: skip
ADDERS = {
    "当事人每增5人": "0.10", "反诉": "0.20", "追加第三人": "0.10", "鉴定评估审计": "0.20", "公告送达": "0.05",
    "涉外涉港澳台": "0.30", "卷宗每增5册": "0.10", "开庭超过2次每次": "0.10", "审委会讨论": "0.30", "专业法官会议": "0.10",
    "四类案件": "0.20", "调解撤诉结案": "-0.10", "系列案第2件起": "-0.50",
}  # fmt: skip
ROLES = {"独任": "1.0", "承办": "0.7", "审判长非承办": "0.2", "合议庭成员": "0.1"}
PLAIN = {
    "id": "1",
    "case_type": "civil",
    "cause": "买卖合同",
    "procedure": "简易",
    "adders": [],
    "role": "独任",
}


@pytest.fixture
def run(tmp_path):
    """Run the command on these lines: its exit code and its answers."""

    def run(*lines):
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text(
            "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8"
        )
        code = exit_code("--input", str(source), "--output", str(target))
        return code, [json.loads(line) for line in target.read_text("utf-8").splitlines()]

    return run


def exit_code(*arguments):
    try:
        call_command("weigh", *arguments)
    except SystemExit as ended:
        return ended.code
    return 0


EXAMPLES = [
    ("W1", "买卖合同", "普通合议", ["反诉", "鉴定评估审计", "追加第三人"], "承办", 1.5, 2.10),
    ("W2", "建设工程", "普通合议", ["鉴定评估审计", "审委会讨论", "四类案件"], "承办", 1.7, 5.236),
    ("W3", "物业", "速裁", ["系列案第2件起"], "独任", 0.5, 0.125),
    ("W4", "危险驾驶", "速裁", [], "独任", 1.0, 0.25),
    ("W5", "诈骗", "普通合议", ["当事人每增5人", "卷宗每增5册", "开庭超过2次每次"], "审判长非承办", 1.3, 0.832),
]  # fmt: skip


def test_the_five_examples_without_a_case_type(run):
    fields = ("id", "cause", "procedure", "adders", "role")
    code, said = run(*(dict(zip(fields, example, strict=False)) for example in EXAMPLES))
    assert code == 0
    assert [(one["id"], one["float"], one["weight"]) for one in said] == [
        (name, floating, weight) for name, _, _, _, _, floating, weight in EXAMPLES
    ]


def test_random_questions_equal_another_calculation(run):
    draw = random.Random(6)
    asked, right = [], []
    for number in range(400):
        kind = draw.choice(list(BASES))
        cause, procedure, role = (draw.choice(list(one)) for one in (BASES[kind], PROCEDURES, ROLES))
        adders = draw.choices(list(ADDERS), k=draw.randint(0, 9))
        asked.append(
            {"id": number, "case_type": kind, "cause": cause, "procedure": procedure, "adders": adders, "role": role}
        )  # fmt: skip
        floating = min(max(1 + sum(Decimal(ADDERS[name]) for name in adders), Decimal("0.5")), Decimal("2.5"))
        weight = (
            Decimal(BASES[kind][cause]) * Decimal(PROCEDURES[procedure]) * floating * Decimal(ROLES[role])
        )
        right.append((float(floating), float(weight.quantize(Decimal("0.0001"), ROUND_HALF_UP))))
    code, said = run(*asked)
    assert code == 0
    assert [one["id"] for one in said] == [*range(400)]
    assert [(one["float"], one["weight"]) for one in said] == right


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": None}, "id: missing"),
        ({"cause": None}, "cause: missing"),
        ({"cause": 7}, "cause: 7 is no text"),
        ({"cause": "买卖合同纠纷"}, 'cause: "买卖合同纠纷" is unknown; did you mean "买卖合同"?'),
        ({"cause": "盗窃"}, 'cause: "盗窃" belongs to criminal, not to civil'),
        ({"case_type": None, "cause": "其他"}, 'case_type: missing; "其他" is a cause of several'),
        ({"case_type": "民事"}, 'case_type: "民事" is unknown; give one of: civil, criminal'),
        ({"case_type": ["civil"]}, "case_type: ['civil'] is no text"),
        ({"procedure": None}, "procedure: missing"),
        ({"procedure": "简单"}, 'procedure: "简单" is unknown; did you mean "简易"?'),
        ({"adders": "反诉"}, 'adders: "反诉" is no list'),
        ({"adders": ["反诉", 1]}, "adders[1]: 1 is no text"),
        ({"adders": ["四类"]}, 'adders: "四类" is unknown; did you mean "四类案件"?'),
        ({"role": None}, "role: missing"),
        ({"role": "审判长"}, 'role: "审判长" is unknown; did you mean "审判长非承办"?'),
        ({"role": {}}, "role: {} is no text"),
    ],
)
def test_a_wrong_record_is_refused_in_one_sentence_and_the_rest_answered(run, change, sentence):
    code, said = run(PLAIN, {**PLAIN, **change}, PLAIN)
    assert code == 1
    assert said[0] == said[2] and said[0]["weight"] == 1.0
    assert said[1]["id"] == ({**PLAIN, **change})["id"]
    assert said[1]["error"].startswith(sentence) and "\n" not in said[1]["error"]


@pytest.mark.parametrize("line", ["{", "[1]", "7", '{"id": NaN}', "[" * 100_000])
def test_a_malformed_line_refuses_that_line(run, line):
    code, said = run(PLAIN, line, PLAIN)
    assert code == 1
    assert [("error" in one) for one in said] == [False, True, False]
    assert "line 2: " in said[1]["error"]


def test_blank_lines_and_a_byte_order_mark_are_no_records(run):
    code, said = run("\ufeff" + json.dumps(PLAIN), "", json.dumps(PLAIN) + "\r")
    assert (code, len(said)) == (0, 2)


def test_adders_may_be_left_out(run):
    code, [said] = run({name: value for name, value in PLAIN.items() if name != "adders"})
    assert (code, said["float"], said["weight"]) == (0, 1.0, 1.0)


def test_an_undecodable_file_is_unusable(tmp_path, capfd):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(json.dumps(PLAIN).encode() + b"\n\xff\xfe\n")
    assert exit_code("--input", str(source), "--output", str(target)) == 2
    assert "line 2: byte 1 is not UTF-8" in capfd.readouterr().err
    assert not target.exists()


def test_a_missing_file_is_unusable(tmp_path, capfd):
    assert exit_code("--input", str(tmp_path / "none.jsonl")) == 2
    assert "cannot be read" in capfd.readouterr().err


def test_it_needs_no_database_no_environment_and_little_time():
    command = [sys.executable, "manage.py", "weigh"]
    started = time.monotonic()
    done = subprocess.run(
        command, input=json.dumps(PLAIN) + "\n", text=True, capture_output=True, cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"]}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["weight"] == 1.0
    assert time.monotonic() - started < 15


def test_it_imports_neither_pandas_nor_sklearn():
    code = "import sys, quota.management.commands.weigh as _; print(sorted({'pandas', 'sklearn', 'scipy', 'psycopg2'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, cwd=settings.BASE_DIR, check=True
    )
    assert done.stdout.strip() == "[]"
