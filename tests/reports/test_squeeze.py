"""The page of a squeeze: everything that was found, drawn, in one file in which nothing that people wrote is markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.push import Push
from include.domain.red_black.start_times import StartTimes
from include.domain.squeeze.efficiency import efficiency
from include.domain.squeeze.sweet_spot import Tried
from include.ports import Commit
from include.reports.squeeze import Between, squeeze_report
from tests.reports.test_render import HOSTILE
from tests.world.squeezed import sweet_spot

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
PUSH = Push("api-1", "api", "prod", "patch", "f00d", "prod", "api-f00d", "", "Ada", NOON)
SPOT = sweet_spot(PUSH, 330.0, baseline_rps=353.0, reason="found in 4 steps")
OLDER = replace(sweet_spot(PUSH, 300.0), push_id="api-0", ami="api-0ld", measured_at=NOON - timedelta(days=7))


def tried(side, rate, p99=80.0, passed=True, at=0, **changes):
    since = NOON + timedelta(minutes=3 * at)
    return replace(Tried(side, rate, min(rate, 375.0), p99, 0.0, 50.0, since, since + timedelta(minutes=3), passed,
                         "" if passed else "p99 900 ms, allowed 250 ms"), **changes)


CURVE = [tried("canary", 200.0), tried("canary", 400.0, 900.0, False, 1), tried("baseline", 200.0, at=2),
         tried("baseline", 400.0, 200.0, at=3)]


def test_the_page_says_the_sweet_spot_and_the_saturation_of_both_sides_with_their_intervals():
    page = squeeze_report(SPOT, CURVE, efficiency(SPOT, 5))
    for said in ("330.0", "313.5 to 346.5", "353.0", "335.3 to 370.7", "363.0", "388.3", "found in 4 steps",
                 "p99 up to 250 ms, errors up to 1 %", "is 0.93 × baseline"):
        assert said in page, said


def test_a_fall_that_is_charged_is_shown_as_bad():
    bad = replace(SPOT, rps=100.0, rps_low=95.0, rps_high=105.0)
    assert re.search(r'<p class="bad">cold: sweet spot is 0\.28', squeeze_report(bad, CURVE, efficiency(bad, 5)))


def test_three_panels_have_a_dot_for_each_step_and_the_limits_as_lines():
    page = squeeze_report(SPOT, CURVE)
    assert page.count("<circle") == 3 * len(CURVE)
    assert page.count('class="limit"') == 2, "throughput has none"
    assert page.count('class="diagonal"') == 1
    assert "canary at 400 requests/s: 900 ms, failed" in page


def test_the_steps_are_a_table_in_their_order_with_why_one_failed():
    page = squeeze_report(SPOT, list(reversed(CURVE)))
    table = page[page.index("The steps"):]
    assert table.index("12:00:00") < table.index("12:03:00") < table.index("12:06:00") < table.index("12:09:00")
    assert 'failed</span> p99 900 ms, allowed 250 ms' in table


def test_start_times_and_what_the_scaling_becomes_are_there():
    page = squeeze_report(SPOT, CURVE, starts={"new AMI": StartTimes(6, 71.0, 95.0, 5, 102.0, 130.0)},
                          scaling=["minimum from 4 to 3: it is quiet at night"])
    assert "launch to traffic: median 71 s, 95 % within 95 s (6 instances)" in page
    assert "launch to steady latency: median 102 s, 95 % within 130 s (5 instances)" in page
    assert "minimum from 4 to 3: it is quiet at night" in page


def test_a_service_without_declared_scaling_reads_that_the_baselines_is_carried_over():
    assert "gets the policies of its baseline" in squeeze_report(SPOT, CURVE)


def test_the_history_is_a_picture_and_a_list_of_amis_with_the_commits_in_between():
    commits = tuple(Commit(f"{number:040x}", "Ada", f"change {number}", NOON) for number in range(3))
    page = squeeze_report(SPOT, CURVE, past=[OLDER, SPOT], between={"api-1": Between(commits, 9)})
    assert "Sweet spots of the last 2 squeezes" in page
    assert page.index("2 · 330.0") < page.index("change 0") < page.index("and 6 more commits") < page.index("1 · 300.0")


def test_one_squeeze_alone_has_no_picture_of_the_past():
    assert "fewer than two AMIs have a sweet spot" in squeeze_report(SPOT, CURVE, past=[SPOT])


def test_where_nothing_was_found_the_page_says_so():
    nothing = sweet_spot(PUSH, None, reason="too little traffic")
    page = squeeze_report(nothing, [], efficiency(nothing, 5), past=[nothing])
    assert "too little traffic" in page
    assert "No step was taken." in page
    assert page.count("not found") == 4


def test_what_was_not_bounded_says_at_least_and_what_passed_nothing_says_under():
    assert "at least; nothing was too much" in squeeze_report(replace(SPOT, rps_high=None), CURVE)
    assert "under 105.0" in squeeze_report(replace(SPOT, rps=None, rps_low=None, rps_high=105.0), CURVE)


def test_a_value_far_beyond_its_limit_is_drawn_at_the_edge_and_does_not_flatten_the_others():
    page = squeeze_report(SPOT, [*CURVE, tried("canary", 500.0, 60_000.0, False, 4)])
    panel = page[page.index("<h3>p99, ms"):page.index("<h3>Failed, %")]
    ticks = [float(tick.replace(",", "")) for tick in re.findall(r'text-anchor="end">([\d,.]+)<', panel)]
    assert max(ticks) == 800
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', panel)]
    assert min(heights) >= 10, "nothing leaves the box"
    assert "60,000" not in panel


@pytest.mark.parametrize("curve", [[tried("canary", 0.0, None)], [tried("canary", 10.0, float("nan"))]],
                         ids=["nothing offered", "no number"])
def test_numbers_that_cannot_be_drawn_break_no_page(curve):
    page = squeeze_report(SPOT, curve)
    assert "nan" not in page[page.index("<svg"):page.index("The steps")].lower()


def test_a_page_needs_nothing_from_elsewhere():
    page = squeeze_report(SPOT, CURVE, links={"canary": "./canary.html"})
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert not re.search(r"<(script|link|iframe|img)|@import|url\(", page)
    assert 'href="./canary.html"' in page


def test_nothing_that_people_wrote_becomes_markup():
    hostile = replace(SPOT, reason=HOSTILE, ami=HOSTILE, commit=HOSTILE, baseline_ami=HOSTILE, asg=HOSTILE)
    commit = Commit("f" * 40, HOSTILE, HOSTILE, NOON)
    page = squeeze_report(hostile, [replace(CURVE[1], why=HOSTILE, side=HOSTILE)], efficiency(hostile, 5),
                          {HOSTILE: None}, [HOSTILE], [OLDER, hostile], {"api-1": Between((commit,), 1)},
                          links={HOSTILE: "javascript:alert(1)"})
    assert not re.search(r"<script|<img", page)
    assert "&lt;script&gt;" in page
    assert "javascript:" not in page


def test_a_history_whose_commits_cannot_be_told_says_why():
    page = squeeze_report(SPOT, CURVE, past=[OLDER, SPOT], between={"api-1": Between(unknown="the commit is gone")})
    assert "the commit is gone" in page
