"""The draw is fair, and anybody can check it: rules of the lot (随机分案)."""

import hashlib
import hmac
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from quota.drawing import (
    Ticket,
    Unusable,
    commit,
    draw,
    draw_entry,
    receipt,
    record_of,
    replay,
    withheld,
)

COURT, DAY = "川15", "2026-06-30"
SEED = bytes(range(32))
SEEDS = [hashlib.sha256(f"a day of draws {day}".encode()).digest() for day in range(5)]
UNEQUAL = [Ticket("J01", 1), Ticket("J02", 250), Ticket("J03", 499), Ticket("J04", 250)]
EQUAL = [Ticket(f"J{number:02}", 100) for number in range(7)]

hands = st.dictionaries(st.text(max_size=4), st.integers(1, 10**6), min_size=1, max_size=8).map(
    lambda held: [Ticket(person, held[person]) for person in sorted(held)]
)


def drawn_by_hand(seed, label, held):
    """The published method, written down a second time from its description alone."""
    total = sum(count for _, count in held)
    counter = 0
    while True:
        mac = hmac.new(seed, (label + "|" + str(counter)).encode("utf-8"), hashlib.sha256).hexdigest()
        value = int(mac, 16)
        if value < (2**256 // total) * total:
            break
        counter += 1
    ticket = value % total
    pile = ticket
    for person, count in held:
        if pile < count:
            return person, ticket, total
        pile -= count
    raise AssertionError("nobody holds the ticket")


def day_of(*draws, seed=SEED, revealed=True, exceptions=()):
    """A published day; each of ``draws`` makes an entry from the receipt before it."""
    commitment = previous = commit(seed, court=COURT, day=DAY)
    written = []
    for entry in draws:
        written.append(entry(previous))
        previous = written[-1]["receipt"]
    return record_of(
        court=COURT, day=DAY, commitment=commitment, seed=seed if revealed else None, draws=written,
        exceptions=exceptions,
    )  # fmt: skip


def drawing(label, tickets=UNEQUAL, **told):
    return lambda previous: draw_entry(seed=SEED, label=label, tickets=tickets, previous=previous, **told)


def sentences(record):
    return [str(problem) for problem in replay(record)]


# --- the lot ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tickets", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
def test_over_ten_thousand_draws_everybody_is_drawn_as_often_as_their_tickets_say(seed, tickets):
    times = dict.fromkeys([ticket.person for ticket in tickets], 0)
    for number in range(10_000):
        times[draw(seed=seed, label=f"(2026)川15民初{number}号", tickets=tickets).person] += 1
    total = sum(ticket.tickets for ticket in tickets)
    expected = [10_000 * ticket.tickets / total for ticket in tickets]
    assert chisquare(list(times.values()), expected).pvalue > 0.01


def test_every_single_ticket_is_as_likely_as_every_other():
    counts = [0] * 100
    for seed, number in product(SEEDS, range(2_000)):
        counts[draw(seed=seed, label=str(number), tickets=[Ticket("J01", 60), Ticket("J02", 40)]).number] += 1
    assert chisquare(counts).pvalue > 0.01


@given(st.binary(min_size=32, max_size=64), st.text(max_size=12), hands)
def test_somebody_who_reads_the_method_draws_the_same_person(seed, label, tickets):
    drawn = draw(seed=seed, label=label, tickets=tickets)
    by_hand = drawn_by_hand(seed, label, [(ticket.person, ticket.tickets) for ticket in tickets])
    assert (drawn.person, drawn.number, drawn.total) == by_hand


@given(st.binary(min_size=32, max_size=32), st.text(max_size=5))
def test_values_that_would_favour_the_first_tickets_are_thrown_away(seed, label):
    held = [("J01", 2**255), ("J02", 1)]  # nearly every second value is left over
    drawn = draw(seed=seed, label=label, tickets=[Ticket(*each) for each in held])
    assert (drawn.person, drawn.number, drawn.total) == drawn_by_hand(seed, label, held)


def test_the_method_does_not_change_from_release_to_release():
    assert commit(SEED, court=COURT, day=DAY) == (
        hashlib.sha256(b"\xe5\xb7\x9d15|2026-06-30|" + SEED.hex().encode()).hexdigest()
    )
    drawn = draw(seed=SEED, label="(2026)川15民初123号", tickets=UNEQUAL)
    assert (drawn.person, drawn.number, drawn.total) == ("J03", 479, 1000)  # openssl says so too


@pytest.mark.parametrize(
    ("tickets", "why"),
    [
        ([], "nobody holds a ticket"),
        ([Ticket("J01", 0)], "holds no ticket"),
        ([Ticket("J01", 3), Ticket("J01", 3)], "named twice"),
        ([Ticket("J01", 2**256), Ticket("J02", 1)], "more than 2^256"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused_in_a_sentence(tickets, why):
    with pytest.raises(ValueError, match=why.replace("^", r"\^")):
        draw(seed=SEED, label="1", tickets=tickets)


def test_a_seed_that_can_be_guessed_is_not_committed_to():
    with pytest.raises(ValueError, match="31 bytes can be guessed"):
        commit(SEED[:31], court=COURT, day=DAY)


@pytest.mark.parametrize("other", [{"court": "川1501"}, {"day": "2026-07-01"}])
def test_a_commitment_holds_for_one_court_and_one_day(other):
    assert commit(SEED, court=COURT, day=DAY) != commit(SEED, **{"court": COURT, "day": DAY} | other)


# --- the record -------------------------------------------------------------------------------------
def test_an_honest_day_replays():
    day = day_of(
        drawing("(2026)川15民初1号", excluded=[{"person": "J09", "reason": "kin"}]),
        drawing("(2026)川15民初3号", EQUAL),
        drawing("(2026)川15民初1号", EQUAL, turn=2, because="承办人申请回避获准"),
        exceptions=[
            {"label": "(2026)川15民初2号", "person": "J01", "because": "系列案件,与已分案件一并审理"}
        ],
    )
    assert replay(day) == []


@given(st.lists(hands, min_size=1, max_size=5))
def test_whatever_was_drawn_honestly_replays(hands):
    assert replay(day_of(*(drawing(f"{number}", hand) for number, hand in enumerate(hands)))) == []


def test_another_seed_than_the_one_committed_to_is_found():
    day = day_of(drawing("1")) | {"seed": SEEDS[0].hex()}
    assert sentences(day) == [f"the seed revealed is not the one committed to for {COURT} on {DAY}"]


def test_somebody_put_in_the_place_of_the_person_drawn_is_found():
    day = day_of(drawing("1"), drawing("2"))
    put = next(ticket.person for ticket in UNEQUAL if ticket.person != day["draws"][1]["person"])
    forged = day_of(
        drawing("1"), lambda previous: resealed(drawing("2")(previous) | {"person": put}, previous)
    )
    assert f"draw 2 (2): recorded {put}, but ticket" in sentences(forged)[0]


def resealed(entry, previous):
    """A forger who knows how receipts are made makes a fitting one."""
    return entry | {"receipt": receipt(entry, previous)}


@pytest.mark.parametrize("key", ["label", "because", "person", "number", "total"])
def test_a_field_changed_later_breaks_the_receipt(key):
    day = day_of(drawing("1"), drawing("2"))
    day["draws"][0][key] = "变" if isinstance(day["draws"][0][key], str) else 7
    assert "draw 1 " in sentences(day)[0]
    assert "receipt does not fit" in sentences(day)[0]


def test_an_entry_left_out_or_moved_breaks_the_receipts():
    day = day_of(drawing("1"), drawing("2"), drawing("3"))
    assert replay(day | {"draws": day["draws"][1:]})
    assert replay(day | {"draws": day["draws"][::-1]})
    assert replay(day | {"draws": [day["draws"][0], day["draws"][2]]})


def test_a_case_is_not_drawn_until_somebody_likes_the_outcome():
    assert sentences(day_of(drawing("1"), drawing("1"))) == [
        "draw 2 (1): drawn before under the same label; a further draw has its own turn"
    ]
    assert sentences(day_of(drawing("1"), drawing("1", turn=2))) == [
        "draw 2 (1): drawn again without a reason"
    ]


def test_a_case_given_without_a_lot_needs_a_reason():
    given = {"label": "1", "person": "J01", "because": ""}
    assert sentences(day_of(exceptions=[given])) == ["1 is given to J01 without a reason"]


def test_the_order_of_tickets_cannot_be_chosen():
    assert "not in the order" in sentences(day_of(drawing("1", UNEQUAL[::-1])))[0]


def test_whoever_is_excluded_has_a_reason_and_no_ticket():
    without = day_of(drawing("1", excluded=[{"person": "J09", "reason": ""}]))
    holding = day_of(drawing("1", excluded=[{"person": "J02", "reason": "kin"}]))
    assert sentences(without) == ["draw 1 (1): J09 is excluded without a reason"]
    assert sentences(holding) == ["draw 1 (1): J02 is excluded and holds tickets"]


def test_a_day_whose_seed_is_still_secret_cannot_be_replayed_yet():
    with pytest.raises(Unusable, match="not revealed yet"):
        replay(day_of(drawing("1"), revealed=False))


def test_a_draw_withheld_leaves_the_others_to_be_drawn_again():
    day = day_of(drawing("1"), drawing("2", salt="5a"), drawing("3"))
    day["draws"][1] = withheld(day["draws"][1])
    assert replay(day) == []
    day["draws"][1]["receipt"] = "0" * 64
    assert "receipt does not fit" in sentences(day)[0]


def test_nothing_but_the_receipt_stays_of_a_draw_withheld():
    day = day_of(drawing("1"))
    day["draws"][0] |= {"withheld": True, "person": "J09"}
    assert "receipt does not fit" in sentences(day)[0]


def test_whoever_guesses_the_case_cannot_check_the_guess_without_the_salt():
    entries = [drawing("1", salt=salt)("0" * 64) for salt in ("01", "02")]
    assert entries[0]["person"] == entries[1]["person"]
    assert entries[0]["receipt"] != entries[1]["receipt"]


def test_the_last_lot_left_out_shows_in_the_number_drawn_that_day():
    day = day_of(drawing("1", rule={"cap_months": "4"}), drawing("2")) | {"about": {"drawn": 2}}
    assert replay(day) == []
    assert sentences(day | {"draws": day["draws"][:1]}) == [
        "2 draws were counted that day, the record holds 1"
    ]


def test_a_last_receipt_put_in_the_place_of_the_one_told_with_the_seed_is_found():
    day = day_of(drawing("1"), drawing("2"))
    day |= {"about": {"drawn": 2, "last_receipt": day["draws"][1]["receipt"]}}
    assert replay(day) == []
    junk = [day["draws"][0], {"withheld": True, "receipt": "0" * 64}]
    assert sentences(day | {"draws": junk}) == [
        "the last receipt is not the one told with the seed; the end was changed"
    ]
    words = [day["draws"][0], {"withheld": True, "receipt": "whole\n"}]
    assert sentences(day | {"draws": words})[0] == "draw 2 (None): its receipt is no SHA-256"


def test_the_numbers_tickets_were_counted_by_are_under_the_receipt():
    day = day_of(drawing("1", rule={"cap_months": "4"}))
    day["draws"][0]["rule"]["cap_months"] = "5"
    assert "receipt does not fit" in sentences(day)[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(["format", "court", "day", "commitment", "seed", "draws", "exceptions"]),
    st.sampled_from(["label", "turn", "because", "tickets", "excluded", "number", "total", "person"]),
    json_values,
)
def test_a_damaged_record_is_told_of_in_a_sentence(of_day, of_entry, value):
    day = day_of(drawing("1"))
    day["draws"][0][of_entry] = value
    replay(day)
    try:
        replay(day | {of_day: value})
    except Unusable as unusable:
        assert str(unusable)
