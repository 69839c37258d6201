"""Which causes of action carry which tags (案由标签): every cause its own, and those of the causes above it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from catalogues.checks import Body, Found, unknown
from catalogues.law import Cause
from catalogues.supervision_law import TaggedCause

#: One list of causes by code: an edition of the civil list, the criminal or the administrative one.
Causes = Mapping[str, Cause]
Row = tuple[str, str, tuple[str, ...]]
OFF = "uncertain"  # 存疑，默认关闭


def parse_tagged(code: str, body: Body) -> TaggedCause:
    """A cause with the tags it carries; ``also`` are names it once had."""
    return TaggedCause(
        body["list"],
        code,
        body["name"],
        tuple(body.get("also") or ()),
        tuple(body["tags"]),
        body["confidence"],
        body.get("note", ""),
    )


def tag_rows(tagged: Mapping[str, TaggedCause], lists: Iterable[Causes]) -> Iterator[Row]:
    """Code, name and tags of every cause of every list, once for each name it has had; no tags is an empty tuple."""
    seen: set[tuple[str, str]] = set()
    for causes in lists:
        for code, cause in causes.items():
            names = (cause.name, *(tagged[code].also if code in tagged else ()))
            for name in names:
                if (code, name) not in seen:
                    seen.add((code, name))
                    yield code, name, tags_down_to(code, causes, tagged)


def tags_down_to(code: str, causes: Causes, tagged: Mapping[str, TaggedCause]) -> tuple[str, ...]:
    """The tags of a cause and of all causes above it, sorted; what is uncertain tags nothing by itself."""
    found: set[str] = set()
    while code in causes:
        if code in tagged and tagged[code].confidence != OFF:
            found |= {*tagged[code].tags}
        code = causes[code].parent
    return tuple(sorted(found))


def check_tags(
    entries: Mapping[str, Body], lists: Mapping[str, Collection[Causes]], tags: Collection[str]
) -> Found:
    """Every code is one of its list, under the name it has there, and every tag one that rules may read."""
    for code, body in entries.items():
        if body["list"] not in lists:
            yield (code, "list"), *unknown("list of causes", "案由目录", body["list"], lists)
            continue
        names = [causes[code].name for causes in lists[body["list"]] if code in causes]
        if not names:
            yield (
                (code,),
                f"is no code of {body['list']}; look it up there",
                f"不在 {body['list']} 中；请按案由目录填写代码",
            )
        elif body["name"] not in names:
            yield (
                (code, "name"),
                f'is called "{names[-1]}" there, not "{body["name"]}"',
                f"目录中的名称为“{names[-1]}”，而不是“{body['name']}”",
            )
        for tag in body["tags"]:
            if tag not in tags:
                yield (code, "tags"), *unknown("tag", "标签", tag, tags)
