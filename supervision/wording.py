"""Wording that tells a panel how to decide (结果性、干预性表述). Pure: a list an auditor can read, and what it finds.

A supervisor asks and organises; opinions on the outcome belong on the record of a meeting (专业法官会议、审判委员会). What is
found here is refused (``OUTCOME``, ``BLOCK``) or pointed out before saving (``HINT``). Questions, words in quotation marks
and what others are reported to have said are not orders: a question passes, the others are only pointed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

OUTCOME, BLOCK, HINT = "outcome", "block", "hint"
WHY = {
    OUTCOME: "对裁判结果提出要求，只能在专业法官会议或者审判委员会上发表",
    BLOCK: "干预宣判、签发或者送达，监督人没有这项权力",
    HINT: "可能被理解为对案件实体处理的意见",
}
REST = "[^，。；！？\n]"


@dataclass(frozen=True)
class Phrase:
    """A kind of wording, with how grave it is and what it looks like."""

    grade: str
    pattern: str


@dataclass(frozen=True)
class Found:
    """Wording found in a text. ``why`` says what it may be taken for, and how to say it if it was meant otherwise."""

    words: str
    start: int
    grade: str
    why: str

    @property
    def refused(self) -> bool:
        return self.grade in (OUTCOME, BLOCK)


MUST = "(?:应当|应该|必须|务必|一定要|一律|只能|不得|不能)(?:依法)?(?:予以)?"
ASK = "(?:请|应|须|应当|必须|务必|要求|建议|直接|一律|予以)"
CLAIMS = "(?:请求|诉请|主张|上诉|起诉|申请|抗诉|原判)"
PHRASES = (
    # 应当判决…, 必须判令…, 不得判…; not 应当判断, 应当判明, 应当判前释法
    Phrase(OUTCOME, f"{MUST}(?:改判|判决|判处|判令|判|裁定|宣告(?:无罪|有罪))(?!断|明|例|别|前|后|员|书|文书)"),
    # 必须支持…, 不得支持…, 应当驳回…
    Phrase(OUTCOME, "(?:必须|务必|一定要|一律|不得|只能)(?:依法)?(?:予以)?(?:支持|驳回)(?!下列材料|工作)"),
    Phrase(OUTCOME, f"(?:应当|应该|应|不予|不应)(?:依法)?(?:予以)?(?:支持|驳回|维持|撤销){REST}{{0,12}}{CLAIMS}"),
    # 改为…判
    Phrase(OUTCOME, f"(?:改|变更)为{REST}{{0,10}}(?<![审裁评])判(?!断|明|员|长|组织|庭|例)"),
    Phrase(OUTCOME, f"{ASK}{REST}{{0,4}}(?:改判|发回重审|维持原判|(?:维持|撤销)(?:一审|原审|原)(?:判决|裁定))(?!率|情况|原因|理由|案件|的)"),
    # 请按一审结果处理
    Phrase(OUTCOME, "(?:按照|按|照|依照|参照)(?:一审|二审|原审|原判)(?:的)?(?:判决|裁判|结果|意见|思路){0,2}(?:来)?(?:处理|办|裁判|判(?![决断例处]))"),
    # 原告的请求不能支持, 上诉可以驳回
    Phrase(OUTCOME, f"{CLAIMS}{REST}{{0,4}}(?:不能|不应|不宜|不予|不可|不该|应当|应该|应予|应|可以|可予)(?:依法)?(?:予以)?(?:支持|驳回|采纳)"),
    # 判三缓四, 判赔五十万元为宜
    Phrase(OUTCOME, "(?<![审裁评谈])判[一二三四五六七八九十\\d]+年?缓[一二三四五六七八九十\\d]+"),
    Phrase(OUTCOME, f"(?<![审裁评谈])判(?!断|明|例|别|前|后|员|书|决书|文书){REST}{{0,14}}(?:为宜|较妥|为妥|妥当|合适)"),
    # 请驳回…请求, 驳回…请求 as a sentence of its own
    Phrase(OUTCOME, f"(?:{ASK}{REST}{{0,8}}|^|(?<=[。；\n]))(?:驳回|支持){REST}{{0,14}}{CLAIMS}"),
    Phrase(
        OUTCOME,
        f"{ASK}{REST}{{0,4}}判(?:处)?(?:缓刑|无罪|有罪|死刑|死缓|免予|有期|无期|实刑|拘役|轻|重|[一二三四五六七八九十\\d]+年)",
    ),
    # 按我的意见, 照庭长的意思办; not 按院长办公会意见
    Phrase(
        OUTCOME,
        f"(?:按照|按|照|依照|遵照)(?:我|本人|院长|庭长|副院长|领导|院里|庭里|上面|上头)(?!办公会|会议){REST}{{0,2}}(?:意见|意思|指示|说的)",
    ),
    Phrase(BLOCK, "(?:不要|不得|不许|不准|暂缓|暂不|先别|先不要|停止)(?:对外)?(?:宣判|签发|下判|判决|送达判决|送达裁判)"),
    Phrase(BLOCK, f"(?:宣判|签发|下判){REST}{{0,4}}(?:须经|应经|必须经|报经|须报|应报|要经){REST}{{0,8}}(?:同意|批准|审批|签批|审核)"),
    Phrase(HINT, "(?:我|本人)(?:个人)?(?:认为|觉得|倾向)"),
    Phrase(HINT, "倾向(?:于|性意见)"),
    Phrase(HINT, f"不同意合议庭|合议庭{REST}{{0,6}}(?:不对|错误|不当|不妥)"),
    Phrase(HINT, "量刑(?:过|偏)(?:轻|重)|定性(?:错误|不准|不当)"),
    Phrase(HINT, f"(?:应当|应该|必须|不应|不得){REST}{{0,4}}(?:认定|采信|承担)"),
)  # fmt: skip
COMPILED = tuple((phrase.grade, re.compile(phrase.pattern)) for phrase in PHRASES)

#: A clause that asks tells nobody how to decide.
QUESTION = re.compile(
    f"是否|应否|能否|可否|有无|为何|为什么|如何|何以|何种|(?:说明|报告|分析|论证|阐明|列明){REST}*(?:理由|依据|情况|原因|考虑|意见)"
)
#: What somebody else said or did, reported.
REPORTED = re.compile(
    "(?:公诉机关|检察院|检察机关|一审法院|一审|原审法院|原审|辩护人|代理人|申请人|原告|被告|上诉人|被上诉人|合议庭)[^，。；！？\n的]{0,4}"
    "(?:认为|主张|建议|请求(?!应|必须|不得|不[予能应宜可该]|可以|可予|务必)|判决|裁定|诉称|辩称|提出|要求|拟)"
)
QUOTED = re.compile('《[^》]*》|“[^”]*”|「[^」]*」|‘[^’]*’|"[^"]*"')
CLAUSE_ENDS = "，。；！\n"


def find_directives(text: str) -> tuple[Found, ...]:
    """The wording found, in the order of the text; of two that overlap the graver one."""
    found: list[Found] = []
    for grade, pattern in COMPILED:
        for match in pattern.finditer(text):
            weighed = weigh(text, match.start(), match.end(), grade)
            if weighed and not any(overlaps(match.start(), match.end(), other) for other in found):
                found.append(weighed)
    return tuple(sorted(found, key=lambda each: each.start))


def directives_in(texts: Iterable[str]) -> tuple[Found, ...]:
    """The wording found in several texts of one act."""
    return tuple(found for text in texts for found in find_directives(text))


def weigh(text: str, start: int, end: int, grade: str) -> Found | None:
    """What a match comes to where it stands: nothing in a question, a hint where it is quoted or reported."""
    words = text[start:end]
    if any(quote.start() < start and end < quote.end() for quote in QUOTED.finditer(text)):
        return Found(words, start, HINT, "引用的原文，请确认只是引用")
    clause, offset = clause_around(text, start, end)
    if QUESTION.search(clause):
        return None
    said_by = REPORTED.search(clause, 0, offset + end - start)
    if said_by and said_by.start() < offset:
        return Found(words, start, HINT, "转述他人的意见，请确认只是转述")
    return Found(words, start, grade, WHY[grade])


def clause_around(text: str, start: int, end: int) -> tuple[str, int]:
    """The clause a match stands in, and where in it the match begins."""
    opens = 1 + max((text.rfind(mark, 0, start) for mark in CLAUSE_ENDS), default=-1)
    closes = min((place for mark in CLAUSE_ENDS if (place := text.find(mark, end)) >= 0), default=len(text))
    return text[opens:closes], start - opens


def overlaps(start: int, end: int, other: Found) -> bool:
    return start < other.start + len(other.words) and other.start < end


def refusal(found: Iterable[Found]) -> str:
    """The sentence for wording that is refused; empty when none of it is."""
    grave = [each for each in found if each.refused]
    if not grave:
        return ""
    told = "；".join(dict.fromkeys(f"“{each.words}”{each.why}" for each in grave))
    return f"{told}。请改为提问或者要求报告；引用法条、文书或者他人意见的，请加引号。"


def hints(found: Iterable[Found]) -> str:
    """The sentence for wording that is only pointed out; empty when there is none."""
    light = [each for each in found if not each.refused]
    told = "；".join(dict.fromkeys(f"“{each.words}”{each.why}" for each in light))
    return f"请再看一遍：{told}。" if told else ""
