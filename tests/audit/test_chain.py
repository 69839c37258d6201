"""The chain by itself: what holds, and where it breaks."""

from hypothesis import given
from hypothesis import strategies as st

from audit.chain import FIELDS, START, Expectation, Link, digest_of, linked, walk

ENTRY = dict.fromkeys(FIELDS) | {"id": 1, "because": "鉴定", "after": {"b": 1, "a": [2, None]}}
WORDS = st.lists(st.text(max_size=5), min_size=2, max_size=12)


def chain(words):
    links, digest = [], START
    for sequence, word in enumerate(words, 1):
        content = digest_of(ENTRY | {"id": sequence, "because": word})
        digest = linked(digest, content)
        links.append(Link(sequence, sequence, content, digest))
    return links


def test_an_entry_is_written_down_the_same_whatever_the_order_of_its_keys():
    turned = dict(reversed(ENTRY.items())) | {"after": {"a": [2, None], "b": 1}}
    assert digest_of(turned) == digest_of(ENTRY)


@given(st.sampled_from(sorted(set(FIELDS))))
def test_every_field_counts(name):
    assert digest_of(ENTRY | {name: "another"}) != digest_of(ENTRY)


@given(WORDS)
def test_a_whole_chain_is_whole(words):
    verdict = walk(chain(words))
    assert (verdict.problem, verdict.sequence) == ("", len(words))


@given(WORDS, st.data())
def test_an_edited_entry_is_named(words, data):
    links = chain(words)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = links[place]._replace(
        content=digest_of(ENTRY | {"id": place + 1, "because": words[place] + "!"})
    )
    verdict = walk(links)
    assert f"entry {place + 1} (sequence {place + 1})" in verdict.problem
    assert verdict.sequence == place


@given(WORDS, st.data())
def test_a_removed_link_is_named(words, data):
    links = chain(words)
    place = data.draw(st.integers(0, len(links) - 2))
    del links[place]
    assert walk(links).problem.startswith(f"sequence {place + 1} is missing")


@given(WORDS, st.data())
def test_two_links_that_changed_places_are_noticed(words, data):
    links = chain(words)
    place = data.draw(st.integers(0, len(links) - 2))
    links[place], links[place + 1] = links[place + 1], links[place]
    assert walk(links).sequence == place


@given(WORDS)
def test_a_cut_tail_is_noticed_by_a_root_kept_elsewhere(words):
    links = chain(words)
    kept = {links[-1].sequence: links[-1].digest}
    assert walk(links[:-1]).problem == ""
    assert "cut off" in walk(links[:-1], Expectation(roots=kept)).problem


def test_a_chain_rewritten_from_an_edit_onwards_is_noticed_by_a_root_kept_elsewhere():
    kept = chain(["a", "b", "c"])[1]
    forged = chain(["a", "B", "c"])
    assert walk(forged).problem == ""
    assert "rewritten" in walk(forged, Expectation(roots={2: kept.digest})).problem
