"""What each metric is worth: the first rule whose pattern matches its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate

import numpy as np

from include.domain.service import MetricRule

UNRULED = MetricRule(pattern="*")


@dataclass(frozen=True)
class Worth:
    """One entry for each metric, in the order of the names."""

    tier: np.ndarray
    group: np.ndarray
    direction: np.ndarray

    def important(self) -> np.ndarray:
        return np.isin(self.tier, ("critical", "high"))


def worth(names: Sequence[str], rules: Sequence[MetricRule]) -> Worth:
    """Tier, group and direction of each name; one that no rule matches is normal, other, either."""
    patterns = [(re.compile(translate(rule.pattern)), rule) for rule in (*rules, UNRULED)]
    chosen = [next(rule for pattern, rule in patterns if pattern.match(name)) for name in names]
    return Worth(*(np.array([getattr(rule, field) for rule in chosen], dtype=object)
                   for field in ("tier", "group", "direction")))
