"""The demo declares its service as everybody does, and its clock so that the push meets one short peak."""

from datetime import UTC, datetime, timedelta

import pytest

from include.catalog import load_markets, load_service
from include.demo import declaration
from include.domain.peak_windows import MarketClock
from include.domain.slots import next_slot
from include.domain.weekly import next_start, weekly_plan
from plugins.timetables.weekly_push import LATE

NOW = datetime(2026, 7, 3, 22, 14, 9, tzinfo=UTC)


@pytest.fixture
def service(tmp_path):
    path = declaration.write(tmp_path / "services", tmp_path / "a repository: \"api\"", declaration.time_zero(NOW))
    return load_service(path, load_markets(declaration.MARKETS))


def waits(service, market, after):
    """How long a push that comes to the region so many seconds after the start waits there."""
    now = NOW + timedelta(seconds=after)
    needed = timedelta(minutes=service.red_black.region_minutes)
    slot = next_slot([load_markets(declaration.MARKETS)[market]], MarketClock(service.time_scale, service.time_zero),
                     now, needed)
    return (slot.starts - now).total_seconds()


def test_a_bake_of_eight_hours_lasts_a_minute(service):
    assert service.lasts(hours=service.canary.bake_hours) == timedelta(seconds=60)


def test_the_path_of_the_repository_is_text_whatever_is_in_it(service, tmp_path):
    assert service.repository == str(tmp_path / "a repository: \"api\"")


def test_the_metrics_are_worth_what_they_are_in_production(service):
    production = load_service(declaration.PRODUCTION, load_markets(declaration.PRODUCTION_MARKETS))

    assert service.metrics.rules == production.metrics.rules


def test_the_first_region_is_in_its_peak_for_a_moment_when_the_push_comes(service):
    first = declaration.FIRST_REGION_AFTER.total_seconds()

    assert 5 < waits(service, "us_east", first) < 20


@pytest.mark.parametrize("late", [-15, 0, 15, 30, 60])
def test_no_wait_is_long_however_fast_or_slow_the_machine_is(service, late):
    """The regions follow each other, each taking 20 to 45 s."""
    for each in (20, 30, 45):
        now, waited = declaration.FIRST_REGION_AFTER.total_seconds() + late, 0.0
        for market in ("us_east", "us_west", "britain"):
            wait = waits(service, market, now)
            waited += wait
            now += wait + each

        assert waited < 50


def test_what_is_declared_in_another_way_is_so(tmp_path):
    path = declaration.write(tmp_path / "services", tmp_path / "repository", declaration.time_zero(NOW),
                             bake_hours=4, look_seconds=20, regions={"us-west-2": "us_west"})
    service = load_service(path, load_markets(declaration.MARKETS))

    assert [here.region for here in service.environments["prod"].regions] == ["us-west-2"]
    assert service.lasts(hours=service.canary.bake_hours) == timedelta(seconds=30)
    assert service.lasts(minutes=service.canary.look_every_minutes) == timedelta(seconds=20)


def test_another_service_is_declared_beside_it_with_its_own_load_balancer(tmp_path):
    written = [declaration.write(tmp_path / "services", tmp_path / name, declaration.time_zero(NOW), service=name)
               for name in ("api", "search")]
    here = load_service(written[1], load_markets(declaration.MARKETS)).environments["prod"].regions[0]

    assert [path.name for path in written] == ["api.yaml", "search.yaml"]
    assert (here.load_balancer, here.target_group) == ("search-prod", "search-prod")


def test_the_environments_before_prod_are_declared_where_a_flow_needs_them(service, tmp_path):
    path = declaration.write(tmp_path / "all", tmp_path / "repository", declaration.time_zero(NOW),
                             others=declaration.OTHERS)
    through = load_service(path, load_markets(declaration.MARKETS))

    assert list(service.environments) == ["prod"]
    assert service.weekly is None
    assert {name: here.regions[0].region for name, here in through.environments.items()} | {"prod": ""} == {
        **declaration.OTHERS, "prod": ""}
    assert through.weekly.users == ("Anonymous",)
    assert through.gates == service.gates


def test_nobody_but_a_person_starts_the_weekly_push_for_a_quarter_of_an_hour(tmp_path):
    path = declaration.write(tmp_path, tmp_path / "repository", declaration.time_zero(NOW), others=declaration.OTHERS)
    markets = load_markets(declaration.MARKETS)

    assert next_start(weekly_plan(load_service(path, markets), markets), NOW - LATE) - NOW > timedelta(minutes=15)
