"""Sealing, anchoring and verifying the trail in the database: every forgery is found and named."""

import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit import services, trail
from audit.models import Entry, Link, Seal


def verify() -> tuple[int, str]:
    """The command's exit code and its one line."""
    out, code = io.StringIO(), 0
    try:
        call_command("verify_trail", stdout=out)
    except SystemExit as end:
        code = end.code
    assert out.getvalue().count("\n") == 1
    return code, out.getvalue()


def test_every_entry_gets_its_place_and_every_batch_its_seal(sealed_trail):
    assert list(Link.objects.order_by("sequence").values_list("sequence", "entry_id")) == [
        (n, n) for n in range(1, 11)
    ]
    spans = Seal.objects.order_by("pk").values_list("first_sequence", "last_sequence", "highest_entry")
    assert list(spans) == [(1, 5, 5), (6, 10, 10)]
    assert Seal.objects.get(last_sequence=10).root == Link.objects.get(sequence=10).digest
    assert verify() == (
        0,
        f"whole: the trail, up to sequence 10, root {Link.objects.get(sequence=10).digest}\n",
    )


def test_sealing_twice_is_the_same_as_once(sealed_trail):
    assert services.seal_trail(at=sealed_trail) == 0
    assert Seal.objects.count() == 2


def test_an_empty_trail_is_whole(empty_trail, now):
    assert services.seal_trail(at=now) == 0
    assert services.anchor_trail(at=now) is None
    assert verify()[0] == 0


def test_entries_that_still_wait_for_their_seal_do_not_break_the_chain(sealed_trail):
    with transaction.atomic():
        trail.record("cases.record_event", at=sealed_trail)
    code, line = verify()
    assert (code, "1 entries wait" in line) == (0, True)


def test_an_entry_whose_transaction_committed_late_is_linked_by_a_later_seal(sealed_trail, as_owner):
    insert = "INSERT INTO audit_entry (id, at, act, outcome, actor, capacity, about, because, secret)"
    as_owner("SELECT setval('audit_entry_id_seq', 20)")
    with transaction.atomic():
        trail.record("cases.record_event", at=sealed_trail)
    services.seal_trail(at=sealed_trail)
    as_owner(f"{insert} VALUES (15, now(), 'cases.record_event', 'done', '', '', '', '', false)")
    assert services.seal_trail(at=sealed_trail) == 1
    assert Link.objects.get(entry_id=15).sequence == 12
    assert verify()[0] == 0


FORGERIES = {
    "edited": ["UPDATE audit_entry SET because = 'x' WHERE id = 4"],
    "its time edited": ["UPDATE audit_entry SET at = at - interval '1 day' WHERE id = 4"],
    "deleted": ["DELETE FROM audit_entry WHERE id = 4"],
    "deleted with its link": [
        "DELETE FROM audit_entry WHERE id = 4",
        "DELETE FROM audit_link WHERE sequence = 4",
    ],
    "deleted and the chain closed up": [
        "DELETE FROM audit_entry WHERE id = 4",
        "DELETE FROM audit_link WHERE sequence = 4",
        "UPDATE audit_link SET sequence = -sequence + 1 WHERE sequence > 4",
        "UPDATE audit_link SET sequence = -sequence WHERE sequence < 0",
    ],
    "moved": [
        "UPDATE audit_link SET entry_id = -4 WHERE entry_id = 4",
        "UPDATE audit_link SET entry_id = 4 WHERE entry_id = 5",
        "UPDATE audit_link SET entry_id = 5 WHERE entry_id = -4",
    ],
    "inserted": [
        "UPDATE audit_link SET sequence = -sequence - 1 WHERE sequence > 3",
        "UPDATE audit_link SET sequence = -sequence WHERE sequence < 0",
        "INSERT INTO audit_entry (id, at, act, outcome, actor, capacity, about, because, secret) "
        "VALUES (99, now(), 'x', 'done', '', '', '', '', false)",
        "INSERT INTO audit_link VALUES (4, 99, repeat('a', 64))",
    ],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found_and_named(sealed_trail, forge, forgery):
    forge(*FORGERIES[forgery])
    code, line = verify()
    assert code == 1
    assert "sequence 4" in line


@pytest.mark.parametrize(
    ("forgery", "found"),
    [
        ("DELETE FROM audit_link WHERE sequence > 7", "sequence 8 is missing: the chain was cut off after 7"),
        ("UPDATE audit_seal SET root = repeat('a', 64) WHERE last_sequence = 5", "up to sequence 5"),
        ("DELETE FROM audit_seal WHERE last_sequence = 5", "does not match the entries it closed"),
        ("DELETE FROM audit_seal WHERE last_sequence = 10", "sequence 6 is under no seal"),
    ],
)
def test_seals_guard_the_links_and_the_walk_guards_the_seals(sealed_trail, forge, forgery, found):
    forge(forgery)
    code, line = verify()
    assert (code, found in line) == (1, True), line


def test_a_tail_cut_off_with_its_seals_is_found_by_the_anchor(sealed_trail, forge):
    services.anchor_trail(at=sealed_trail)
    forge(
        "DELETE FROM audit_entry WHERE id > 5",
        "DELETE FROM audit_link WHERE sequence > 5",
        "DELETE FROM audit_seal WHERE last_sequence > 5",
    )
    code, line = verify()
    assert (code, "cut off after 5, a kept root names 10" in line) == (1, True), line


def test_a_chain_forged_anew_from_end_to_end_is_found_by_the_anchor(sealed_trail, forge):
    services.anchor_trail(at=sealed_trail)
    forge(
        "UPDATE audit_entry SET because = 'x' WHERE id = 4",
        "DELETE FROM audit_link",
        "DELETE FROM audit_seal",
    )
    services.seal_trail(at=sealed_trail)
    code, line = verify()
    assert (code, "rewritten" in line) == (1, True), line


def test_an_entry_slipped_in_under_an_old_number_never_enters_the_chain(sealed_trail, as_owner, forge):
    forge("DELETE FROM audit_entry", "DELETE FROM audit_link", "DELETE FROM audit_seal")
    as_owner("SELECT setval('audit_entry_id_seq', 20)")
    with transaction.atomic():
        trail.record("cases.record_event", at=sealed_trail)
    services.seal_trail(at=sealed_trail - timedelta(days=3))
    as_owner(
        "INSERT INTO audit_entry (id, at, act, outcome, actor, capacity, about, because, secret) "
        "VALUES (15, now() - interval '4 days', 'cases.record_event', 'done', '', '', '', '', false)"
    )
    assert services.seal_trail(at=sealed_trail) == 0
    code, line = verify()
    assert (code, "entry 15 has no place in the chain" in line) == (1, True), line


def test_an_anchor_is_written_once_a_day_and_stands(sealed_trail):
    path = services.anchor_trail(at=sealed_trail)
    written = path.read_text()
    day, sequence, root = written.split()
    assert (path.name, sequence, root) == (f"trail-{day}.txt", "10", Link.objects.get(sequence=10).digest)
    with transaction.atomic():
        trail.record("cases.record_event", at=sealed_trail)
    assert services.anchor_trail(at=sealed_trail) == path
    assert path.read_text() == written


def test_a_file_that_is_no_anchor_is_named(sealed_trail, settings):
    Path(settings.ANCHOR_DIR).mkdir()
    (Path(settings.ANCHOR_DIR) / "trail-2026-01-01.txt").write_text("nothing")
    error = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_trail", stdout=io.StringIO(), stderr=error)
    assert (end.value.code, "trail-2026-01-01.txt: is no anchor" in error.getvalue()) == (2, True)


def test_two_sealers_at_once_make_one_chain(empty_trail, now):
    with transaction.atomic():
        trail.record_many([Entry(act="cases.read", at=now, actor="x") for _ in range(400)])
    sealed = []

    def seal() -> None:
        sealed.append(services.seal_trail(at=now, batch=10))
        connection.close()

    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert sum(sealed) == 400
    assert Link.objects.count() == 400
    assert verify()[0] == 0
