"""The service of the tests: `api` in three regions, its durations divided by 480."""

from datetime import UTC, datetime
from typing import Any

from include.domain.service import Service

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
MARKETS = ("americas", "americas", "europe")
TIME_ZERO = datetime(2026, 11, 3, tzinfo=UTC)


def elsewhere(*environments: str) -> dict[str, Any]:
    """Environments beside prod, each in the first region."""
    return {name: {"connection": f"aws_{name}", "regions": [
        {"region": REGIONS[0], "load_balancer": f"api-{name}", "target_group": f"api-{name}"}]}
        for name in environments}


def service(regions: int = len(REGIONS), **changes: Any) -> Service:
    """As declared, in the first so many regions; `canary__size=2` changes `canary.size`, and `environments` come to
    prod."""
    places = [{"region": region, "markets": [market], "load_balancer": "api-prod", "target_group": "api-prod"}
               for region, market in list(zip(REGIONS, MARKETS, strict=True))[:regions]]
    declared = {
        "service": "api", "repository": "/srv/api.git", "time_scale": 480, "time_zero": TIME_ZERO,
        "build": {"base_ami": "serin-base", "share_with": ["210987654321"]},
        "environments": {"prod": {"connection": "aws_prod", "regions": places}},
        "canary": {"region": REGIONS[0], "size": 1, "share_percent": 20, "bake_hours": 4, "min_requests": 100},
        "squeeze": {"kind": "none"},
        "red_black": {"instance_rps": 50, "red_red_minutes": 80, "watch_minutes": 120, "limit_minutes": 480},
        "metrics": {"connection": "metrics", "step_seconds": 1, "rules": [
            {"pattern": "errors.*", "tier": "critical", "group": "errors", "direction": "higher"},
            {"pattern": "latency_ms.all.p99", "tier": "critical", "group": "latency", "direction": "higher"}]},
        "archive": {"connection": "aws_archive", "bucket": "serin-archive", "region": REGIONS[0]},
    }
    declared["environments"] |= changes.pop("environments", {})
    for key, value in changes.items():
        section, _, name = key.partition("__")
        if name:
            declared[section][name] = value
        else:
            declared[section] = value
    return Service.model_validate(declared)
