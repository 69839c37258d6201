"""``screen`` answers every line in order, and refuses what it cannot use in one sentence, without a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

FILE = Path(__file__).parent / "data" / "published_catalogue.yaml"
PUBLISHED = yaml.safe_load(FILE.read_text("utf-8"))
GROUP = {"case_type": "civil", "same_side_max": 12}


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on these lines: its exit code, its answers and its standard error."""

    def run(*lines, catalogue=FILE, **options):
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        target.unlink(missing_ok=True)
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        source.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        try:
            call_command(
                "screen",
                "--catalogue",
                str(catalogue),
                "--input",
                str(source),
                "--output",
                str(target),
                *arguments,
            )
            code = 0
        except SystemExit as ended:
            code = ended.code
        answers = (
            [json.loads(line) for line in target.read_text("utf-8").splitlines()] if target.exists() else []
        )
        return code, answers, capsys.readouterr().err

    return run


@pytest.fixture
def changed(tmp_path):
    """The published catalogue with something changed in it, as a file."""

    def changed(old="", new="", **keys):
        text = (
            FILE.read_text("utf-8") if not keys else yaml.safe_dump({**PUBLISHED, **keys}, allow_unicode=True)
        )
        assert old in text
        path = tmp_path / "catalogue.yaml"
        path.write_text(text.replace(old, new, 1) if old else text, "utf-8")
        return path

    return changed


def test_the_question_of_the_contract_is_answered(run):
    assert run({"id": "c1", "facts": GROUP}) == (
        0,
        [{"id": "c1", "hits": [{"rule": "B01", "evidence": {"case_type": "civil", "same_side_max": 12}}]}],
        "",
    )


def test_the_catalogue_passes_its_own_tests_in_order(run):
    code, answers, _ = run(*({"id": test["id"], "facts": test["case"]} for test in PUBLISHED["tests"]))
    assert code == 0
    assert [(answer["id"], [hit["rule"] for hit in answer["hits"]]) for answer in answers] == [
        (test["id"], test["expected"]) for test in PUBLISHED["tests"]
    ]


def test_evidence_is_every_fact_the_rule_names_null_where_missing(run):
    _, ((answer), ), _ = run({"id": 1, "facts": {"demonstration_effect": True}})  # fmt: skip
    assert answer["hits"] == [
        {"rule": "B05", "evidence": {"demonstration_effect": True, "series_n_12m": None}}
    ]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("yibin_28", ["B01"]),
        ("guangzhou_20", ["B01"]),
        ("qingdao_2022", ["B01", "E05"]),
        ("spc_full", ["B01", "E05", "E06"]),
    ],
)
def test_a_profile_narrows_the_rules(run, profile, expected):
    facts = GROUP | {"remanded": True, "over_limit": True}
    _, (answer,), _ = run({"id": 1, "facts": facts}, profile=profile)
    assert [hit["rule"] for hit in answer["hits"]] == expected


def test_a_value_that_a_meaning_does_not_list_is_text_that_does_not_match(run, changed):
    _, answers, error = run(
        {"id": 1, "facts": GROUP | {"case_type": "maritime", "cause_tags": ["nobody"]}},
        {"id": 2, "facts": GROUP},
    )
    assert ([[hit["rule"] for hit in one["hits"]] for one in answers], error) == ([[], ["B01"]], "")
    catalogue = changed(rules=[{"c": "Z1", "when": {"f": "case_type", "op": "eq", "v": "maritime"}}])
    code, (answer,), _ = run({"id": 1, "facts": {"case_type": "maritime"}}, catalogue=catalogue)
    assert (code, answer["hits"][0]["rule"]) == (0, "Z1")


def test_empty_keys_count_as_empty_and_meanings_need_be_no_text(run, tmp_path):
    catalogue = tmp_path / "small.yaml"
    catalogue.write_text(
        "params:\nprofiles:\nfields: {n: [int, any, 5], b: [bool, any, yes], s: [str, any, ], d: [int, 2022]}\n"
        "rules: [{c: Z1, when: {f: n, op: gte, v: 2}}]\n"
    )
    code, (answer,), error = run({"id": 1, "facts": {"n": 2, "b": True}}, catalogue=catalogue)
    assert (code, answer["hits"], error) == (0, [{"rule": "Z1", "evidence": {"n": 2}}], "")


@pytest.mark.parametrize("name", [1, 2022, True])
def test_profiles_may_be_named_by_numbers_and_an_unknown_one_is_refused_in_a_sentence(run, changed, name):
    catalogue = changed(profiles={name: {"codes": ["B01"]}})
    facts = {"id": 1, "facts": GROUP | {"remanded": True}}
    _, (answer,), _ = run(facts, catalogue=catalogue, profile=name)
    assert [hit["rule"] for hit in answer["hits"]] == ["B01"]
    code, answers, error = run(facts, catalogue=catalogue, profile="full")
    assert (code, answers, error.count("\n")) == (2, [], 1)
    assert 'unknown profile "full"' in error


def test_parameters_set_twice_are_refused(run, tmp_path):
    for text in ('{"group_party_n": 12, "group_party_n": 13}', "group_party_n: 12\ngroup_party_n: 13\n"):
        (tmp_path / "params").write_text(text)
        code, _, error = run({"id": 1, "facts": GROUP}, params=tmp_path / "params")
        assert code == 2 and '"group_party_n" stands twice' in error


@pytest.mark.parametrize("text", ['{"group_party_n": 13}', "group_party_n: 13"])
def test_parameters_are_set_otherwise(run, tmp_path, text):
    (tmp_path / "params").write_text(text)
    _, (answer,), _ = run({"id": 1, "facts": GROUP}, params=tmp_path / "params")
    assert answer["hits"] == []


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        ({"id": "a", "facts": {"same_side_mx": 3}}, "a", 'unknown fact "same_side_mx"; did you mean "same_side_max"?'),
        ({"id": "a", "facts": {"same_side_max": "12"}}, "a", "same_side_max: \"12\" is not a whole number"),
        ({"id": "a", "facts": {"same_side_max": True}}, "a", "true is not a whole number"),
        ({"id": "a", "facts": {"same_side_max": 12.0}}, "a", "12.0 is not a whole number"),
        ({"id": "a", "facts": {"remanded": 1}}, "a", "1 is not true or false"),
        ({"id": "a", "facts": {"cause_tags": "wage"}}, "a", "is not a list of texts"),
        ({"id": "a", "facts": {"case_type": 1}}, "a", "1 is not text"),
        ({"id": "a", "facts": {"cause_tags": [1]}}, "a", "is not a list of texts"),
        ({"id": "a"}, "a", "facts: missing"),
        ({"id": "a", "facts": []}, "a", "facts: missing or no object"),
        ({"facts": {}}, None, "id: missing"),
        ("nonsense", None, "line 1: not valid JSON"),
        ('{"id": "a", "facts": {"deviation_q": NaN}}', None, "NaN is not a JSON number"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_answered_is_refused_and_the_next_one_answered(run, line, name, said):
    code, (refused, answered), error = run(line, {"id": "b", "facts": {}})
    assert code == 1 and error == ""
    assert refused["id"] == name and said in refused["error"]
    assert answered == {"id": "b", "hits": []}


def test_whole_numbers_are_valid_where_decimals_are_asked_for(run):
    _, (answer,), _ = run({"id": 1, "facts": {"months_pending": 13, "claim_amount": 1}})
    assert [hit["rule"] for hit in answer["hits"]] == ["A14"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{f: guidance_value,", "{f: guidance_valeu,", 'line 109: rule A04, when › f: unknown fact "guidance_valeu"; did you mean "guidance_value"?'),
        ("{f: guidance_value, op: is_true", "{f: guidance_value, op: is_treu", 'rule A04, when › op: unknown operator "is_treu"; did you mean "is_true"?'),
        ("v: {p: petition_n}", "v: {p: petitoin_n}", 'unknown parameter "petitoin_n"; did you mean "petition_n"?'),
        ("v: {p: petition_n}", "v: three", 'rule B07, when › any › 3 › v: fact "petition_n" is compared with "three"; it needs a whole number'),
        ("{f: guidance_value, op: is_true", "{f: guidance_value, op: gte, v: 1", 'operator "gte" does not apply to fact "guidance_value" of type bool'),
        ("rules:\n", "rules: [\n", "not valid YAML at line"),
    ],
)  # fmt: skip
def test_a_faulty_catalogue_is_unusable_and_says_where_and_what_would_be_right(run, changed, old, new, said):
    code, answers, error = run({"id": 1, "facts": {}}, catalogue=changed(old, new))
    assert (code, answers) == (2, [])
    assert said in error and "catalogue.yaml" in error
    assert error.count("\n") == 1


def test_other_keys_and_profiles_of_rules_that_are_gone_do_not_matter(run, changed):
    rules = [{"c": "Z1", "when": {"none": [{"f": "remanded", "op": "is_true"}]}}]
    catalogue = changed(rules=rules, tests="anything", categories=None, whatever=[1])
    assert run({"id": 1, "facts": {}}, catalogue=catalogue)[1] == [
        {"id": 1, "hits": [{"rule": "Z1", "evidence": {"remanded": None}}]}
    ]


def test_what_cannot_be_used_ends_in_one_line_and_two(run, tmp_path):
    bytes_ = tmp_path / "gbk.yaml"
    bytes_.write_bytes("rules: []\n# 规则".encode("gb18030"))
    code, _, error = run(catalogue=bytes_)
    assert code == 2 and "gbk.yaml, line 2" in error and "not UTF-8" in error
    code, _, error = run(catalogue=tmp_path / "missing.yaml")
    assert code == 2 and "cannot be read" in error
    code, _, error = run(profile="yibn_28")
    assert code == 2 and 'did you mean "yibin_28"?' in error
    (tmp_path / "params").write_text("[1]")
    code, _, error = run(params=tmp_path / "params")
    assert code == 2 and "holds no parameters" in error
    (tmp_path / "params").write_text("group_party: 1")
    code, _, error = run(params=tmp_path / "params")
    assert code == 2 and 'did you mean "group_party_n"?' in error


def test_input_that_is_no_text_is_unusable(run, tmp_path):
    source = tmp_path / "bytes.jsonl"
    source.write_bytes(b'{"id": 1, "facts": {}}\n\xff\n')
    with pytest.raises(SystemExit) as ended:
        call_command(
            "screen", "--catalogue", str(FILE), "--input", str(source), "--output", str(tmp_path / "out")
        )
    assert ended.value.code == 2


def test_a_catalogue_has_to_be_named():
    with pytest.raises(CommandError, match="--catalogue"):
        call_command("screen")


def test_it_needs_no_environment_and_no_server():
    done = subprocess.run(
        [sys.executable, "manage.py", "screen", "--catalogue", str(FILE)],
        input=json.dumps({"id": "c1", "facts": GROUP}).encode(),
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["hits"][0]["rule"] == "B01"
