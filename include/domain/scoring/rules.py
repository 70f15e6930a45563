"""What each metric is, and what it is worth: the first rule whose pattern matches its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

import numpy as np

from include.domain.metric_sources import MetricRule
from include.domain.scoring.readings import POINTS, TRUST

UNRULED = MetricRule(pattern="*")


@dataclass(frozen=True)
class Worth:
    """One entry for each metric, in the order of the names."""

    tier: np.ndarray
    group: np.ndarray
    direction: np.ndarray
    kind: np.ndarray

    def important(self) -> np.ndarray:
        return np.isin(self.tier, ("critical", "high"))

    def at(self, rows: np.ndarray) -> "Worth":
        return Worth(self.tier[rows], self.group[rows], self.direction[rows], self.kind[rows])

    def points(self) -> np.ndarray:
        return _of_tier(POINTS, self.tier)

    def trust(self) -> np.ndarray:
        return _of_tier(TRUST, self.tier)


def worth(names: Sequence[str], rules: Sequence[MetricRule]) -> Worth:
    """Tier, group, direction and kind of each name; one that no rule matches is normal, other, either, auto."""
    pattern, all_rules = _compiled(tuple(rules))
    match = pattern.match
    chosen = np.array([match(name).lastindex for name in names], dtype=int) - 1
    return Worth(*(np.array([getattr(rule, field) for rule in all_rules], dtype=object)[chosen]
                   for field in ("tier", "group", "direction", "kind")))


@lru_cache(maxsize=16)
def _compiled(rules: tuple[MetricRule, ...]) -> tuple[re.Pattern, tuple[MetricRule, ...]]:
    """One expression for all rules, a group each: the first that matches is the one that is found."""
    all_rules = (*rules, UNRULED)
    return re.compile("|".join(f"({translate(rule.pattern)})" for rule in all_rules)), all_rules


def _of_tier(values: dict[str, float], tiers: np.ndarray) -> np.ndarray:
    return np.select([tiers == tier for tier in values], list(values.values()), np.nan)
