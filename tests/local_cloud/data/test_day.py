"""The viewers' day."""

from datetime import UTC, datetime, time, timedelta

import pytest

from include.domain.peak_windows import DAYS, Market, PeakWindow
from include.local_cloud.data.day import QUIET, busy_share, in_peak

NEW_YORK = Market("us_east", "America/New_York", (PeakWindow(DAYS, time(18), time(22)),), ("us-east-1",))
LONDON = Market("britain", "Europe/London", (PeakWindow(DAYS, time(18), time(22)),), ("us-east-1",))
PEAK = datetime(2026, 1, 14, 0, tzinfo=UTC)       # 19:00 in New York, midnight in London


@pytest.mark.parametrize(("hours", "share"), [(0, 1), (-1, 1), (-2.5, 0.75), (-4, QUIET), (4.5, 0.75), (9, QUIET)])
def test_the_load_is_full_in_the_peak_and_ramps_on_both_sides(hours, share):
    assert busy_share([NEW_YORK], PEAK + timedelta(hours=hours)) == pytest.approx(share)


def test_a_region_carries_the_mean_of_its_markets():
    assert busy_share([NEW_YORK, LONDON], PEAK) == pytest.approx((1 + busy_share([LONDON], PEAK)) / 2)
    assert in_peak([NEW_YORK, LONDON], PEAK) == ["us_east"]


def test_a_region_without_a_market_is_always_at_its_peak():
    assert busy_share([], PEAK) == 1
