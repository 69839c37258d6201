"""Whether everything that ships is sound: each catalogue by itself, the rules with their examples, and all of it together."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from catalogues import cause_tags, library, rulebook, schema
from catalogues.checks import Found, unknown
from catalogues.quota_law import WeightBase
from catalogues.schema import Problem
from catalogues.sentencing_law import unmarked
from catalogues.supervision_fields import FACT, RULE, TAGGED


def problems_of_files() -> list[Problem]:
    """Every reason why the files must not be published, each naming its file and entry; empty when all is well."""
    editions = [
        problem
        for seed in library.editions()
        for problem in schema.validate(seed.kind, seed.entries, source=seed.source)
    ]
    return editions or [
        *told("rule_facts.yaml", wrong_facts()),
        *told("supervision_rules.yaml", wrong_rules()),
        *told("cause_tags.yaml", wrong_tags()),
    ] or [
        *told("rule_profiles.yaml", strange_codes()),
        *told("supervision_settings.yaml", strange_profile()),
        *told("risk_points.yaml", strange_links()),
        *told("guideline_offences.yaml", strange_charges()),
        *told("guideline_increments.yaml", strange_increments()),
        *told("case_elements.yaml", strange_elements()),
        *told("deviation_models.yaml", strange_features()),
        *told("weight_bases.yaml", strange_groups()),
        *told("complexity_points.yaml", strange_points()),
    ]  # fmt: skip


def told(source: str, found: Found) -> Iterable[Problem]:
    return (Problem(" › ".join((source, *path)), english, chinese) for path, english, chinese in found)


def wrong_facts() -> Found:
    entries = library.entries_of("rule_facts.yaml")
    found = [*schema.misfits(FACT, entries.items())]
    yield from found or rulebook.check_facts(entries)


def wrong_rules() -> Found:
    entries = library.entries_of("supervision_rules.yaml")
    found = [*schema.misfits(RULE, entries.items())]
    if found or [*wrong_facts()]:
        yield from found
        return
    facts = {name: found.fact for name, found in library.rule_facts().items()}
    categories = [category.code for category in library.rule_categories()]
    yield from rulebook.check_rules(entries, facts, library.rule_parameters(), categories)


def wrong_tags() -> Found:
    entries = library.entries_of("cause_tags.yaml")
    found = [*schema.misfits(TAGGED, entries.items())]
    if found:
        yield from found
        return
    tags = dict(library.entries_of("rule_facts.yaml")["cause_tags"]["choices"])
    yield from cause_tags.check_tags(entries, library.cause_lists(), tags)


# What one file says of another


def strange_codes() -> Found:
    rules = library.shipped_rules()
    for name, profile in library.rule_profiles().items():
        for code in sorted(profile.codes or ()):
            if code not in rules:
                yield (name,), *unknown("rule", "规则", code, rules)


def strange_profile() -> Found:
    known = library.rule_profiles()
    for version in library.supervision_settings()["profile"]:
        if version.text not in known:
            yield ("profile",), *unknown("profile", "识别方案", version.text, known)


def strange_links() -> Found:
    """A point may be linked to rules there are, to none that is secret (its count would tell), and to known steps."""
    rules, steps = library.shipped_rules(), library.nodes()
    for category in library.risk_categories():
        for point in category.points:
            for link in point.linked:
                path = (category.code, point.code)
                if link.what == "rule" and link.code not in rules:
                    yield path, *unknown("rule", "规则", link.code, rules)
                elif link.what == "rule" and rules[link.code].rule.secret:
                    yield (
                        path,
                        f"is linked to {link.code}, a secret rule; leave it out, its count would tell",
                        f"线索 {link.code} 是保密的规则；请删去，以免从计数看出",
                    )
                elif link.what == "alert" and link.code.startswith("N") and link.code not in steps:
                    yield path, *unknown("step", "流程节点", link.code, steps)


def strange_charges() -> Found:
    """An offence of the guideline is called as in the list of charges, so that cases find it."""
    charges = names_of("causes_criminal")
    for code, (offence, *_later) in library.sentenced().offences.national.items():
        if offence.label not in charges:
            yield (code, "name"), *unknown("charge", "罪名", offence.label, charges)


def strange_increments() -> Found:
    known = library.sentenced()
    for code, versions in known.increments.national.items():
        for one in versions:
            offence = known.offences.national.get(one.offence)
            if offence is None:
                yield (code, "offence"), *unknown("offence", "罪名", one.offence, known.offences.national)
            elif one.when and one.when not in [band.when for band in offence[-1].bands]:
                yield (
                    (code, "when"),
                    *unknown("band", "情形", one.when, [band.when for band in offence[-1].bands]),
                )
            if one.element not in known.elements.national:
                yield (code, "element"), *unknown("element", "案件要素", one.element, known.elements.national)


def strange_elements() -> Found:
    known = library.sentenced()
    lists = ("causes_criminal", "causes_civil", "causes_administrative")
    causes = [unmarked(name) for kind in lists for name in names_of(kind)]
    for code, (element,) in known.elements.national.items():
        if element.guideline and element.guideline not in known.factors.national:
            yield (
                (code, "guideline"),
                *unknown("factor", "量刑情节", element.guideline, known.factors.national),
            )
        for cause in element.causes:
            if unmarked(cause) not in causes:
                yield (code, "causes"), *unknown("cause", "案由", cause, causes)


def strange_features() -> Found:
    """A model uses elements there are, and none that may not be a feature."""
    known = library.sentenced()
    usable = [code for code, (element,) in known.elements.national.items() if element.usable]
    for code, (model,) in known.models.national.items():
        for element in model.elements:
            if element not in usable:
                yield (code, "elements"), *unknown("usable element", "可用要素", element, usable)


def strange_groups() -> Found:
    """A group takes causes and type codes there are, and assumes a procedure of the table."""
    known, types = library.quotas(), library.type_codes()
    codes = {code for kind in ("civil", "criminal", "administrative") for code in codes_of(f"causes_{kind}")}
    for code, versions in known.bases.national.items():
        base: WeightBase = versions[-1]
        yield from missing((code, "causes"), "cause", "案由代码", base.causes, codes)
        yield from missing((code, "type_codes"), "type code", "类型代字", base.type_codes, types)
        named = (base.procedure,) if base.procedure else ()
        yield from missing((code, "procedure"), "procedure", "程序", named, known.procedures.national)


def strange_points() -> Found:
    """The causes that make a case simple or complex are causes there are."""
    codes = codes_of("causes_civil")
    for code, versions in library.quotas().points.national.items():
        yield from missing((code, "causes"), "cause", "案由代码", versions[-1].causes, codes)


def missing(
    path: tuple[str, ...], what: str, chinese: str, given: Iterable[str], known: Collection[str]
) -> Found:
    for one in given:
        if one not in known:
            yield path, *unknown(what, chinese, one, known)


def codes_of(kind: str) -> set[str]:
    return {code for edition in library.cause_lists()[kind] for code in edition}


def names_of(kind: str) -> dict[str, str]:
    """The causes of every edition of a list, by name."""
    return {cause.name: code for edition in library.cause_lists()[kind] for code, cause in edition.items()}
