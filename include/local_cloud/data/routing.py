"""Where an ALB sends a request: pure rules over what control declares. No socket in here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEALTHY, INITIAL, UNHEALTHY, DRAINING = "healthy", "initial", "unhealthy", "draining"


class Turns:
    """Takes turns in proportion to weights, evenly spread (smooth weighted round robin)."""

    def __init__(self, weights: Mapping[str, int]):
        self.weights = dict(weights)
        self._credit = dict.fromkeys(weights, 0)

    def next(self) -> str | None:
        """None where nothing has weight."""
        total = sum(self.weights.values())
        if total <= 0:
            return None
        for key, weight in self.weights.items():
            self._credit[key] += weight
        chosen = max((key for key, weight in self.weights.items() if weight), key=self._credit.__getitem__)
        self._credit[chosen] -= total
        return chosen


@dataclass
class Rule:
    """Requests whose path fits one of the patterns (none: every path) are forwarded by weight."""

    priority: str
    patterns: tuple[str, ...]
    turns: Turns
    _expressions: list[re.Pattern] = field(init=False)

    def __post_init__(self):
        self._expressions = [_expression(pattern) for pattern in self.patterns]

    def fits(self, path: str) -> bool:
        return not self._expressions or any(expression.fullmatch(path) for expression in self._expressions)


def _expression(pattern: str) -> re.Pattern:
    """`*` is any text, `?` any one character, all else itself; case counts."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)


def rules(declared: Sequence[Mapping], known: Sequence[Rule] = ()) -> list[Rule]:
    """In the order in which they are tried: by priority, the default last. An unchanged rule keeps its turns."""
    turns = {(rule.priority, rule.patterns): rule.turns for rule in known}
    made = []
    for one in sorted(declared, key=lambda rule: (rule["priority"] == "default", int(rule["priority"])
                                                  if rule["priority"] != "default" else 0)):
        priority, patterns = str(one["priority"]), tuple(one.get("path_patterns") or ())
        kept = turns.get((priority, patterns))
        weights = {arn: int(weight) for arn, weight in one["forward"].items()}
        made.append(Rule(priority, patterns, kept if kept and kept.weights == weights else Turns(weights)))
    return made


def choose_target_group(listener: Sequence[Rule], path: str) -> str | None:
    """The ARN that the first fitting rule gives this request to; None where no rule fits or nothing has weight."""
    rule = next((rule for rule in listener if rule.fits(path)), None)
    return rule.turns.next() if rule else None


def eligible(targets: Mapping[str, str]) -> list[str]:
    """The instances (by their state) that may get a new request: the healthy ones; where none is, the unhealthy ones
    (fail open). One that is initial or draining never gets any."""
    healthy = [instance for instance, state in targets.items() if state == HEALTHY]
    return healthy or [instance for instance, state in targets.items() if state == UNHEALTHY]
