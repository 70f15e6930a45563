from dataclasses import replace
from datetime import timedelta

from include.domain.squeeze.sweet_spot import key, packed
from include.steps.squeeze.kept import history, kept_curve, kept_sweet_spot
from tests.domain.squeeze.test_sweet_spot import SPOT, TRIED
from tests.world.records import InMemoryArchive


def keep(archive, spot):
    archive.put(key(spot.service, spot.ami, spot.push_id), packed(spot, [TRIED]), "application/json")


def test_what_was_found_is_read_again():
    archive = InMemoryArchive()
    keep(archive, SPOT)

    assert kept_sweet_spot("api", SPOT.ami, SPOT.push_id, archive) == SPOT
    assert kept_curve("api", SPOT.ami, SPOT.push_id, archive) == [TRIED]


def test_a_push_that_squeezed_nothing_has_no_sweet_spot():
    assert kept_sweet_spot("api", SPOT.ami, SPOT.push_id, InMemoryArchive()) is None
    assert kept_curve("api", SPOT.ami, SPOT.push_id, InMemoryArchive()) == []


def test_history_is_in_its_order_and_has_the_newest_only():
    archive = InMemoryArchive()
    spots = [replace(SPOT, push_id=f"api-2026110{day}T100000-abc", ami=f"api-{9 - day}",
                     measured_at=SPOT.measured_at + timedelta(days=day)) for day in range(1, 6)]
    for spot in reversed(spots):
        keep(archive, spot)

    assert history("api", archive, last=3) == spots[2:]
    assert history("api", archive, ami="api-8") == spots[:1]
    assert history("web", archive) == []


def test_what_cannot_be_read_is_passed_over_and_told(caplog):
    archive = InMemoryArchive()
    keep(archive, SPOT)
    archive.put(key("api", SPOT.ami, "api-broken"), b"{}", "application/json")

    assert history("api", archive) == [SPOT]
    assert "api-broken.json is passed over" in caplog.text
