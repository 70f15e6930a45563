"""Asking for what a report is made of. Law 7: what cannot be had is said in the report, and fails nothing."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from include.domain.changes.text import one_line
from include.domain.errors import Final, Retryable

T = TypeVar("T")
MOST_OF_A_REASON = 300      # characters
log = logging.getLogger(__name__)


@dataclass
class Asking:
    """What was not answered, in sentences: `passing` is worth another look, `missing` is not."""

    passing: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def ask(self, about: str, question: Callable[[], T], otherwise: T) -> T:
        """The answer, or `otherwise` and a sentence."""
        try:
            return question()
        except Retryable as error:
            self.passing.append(_sentence(about, str(error)))
        except Final as error:
            self.missing.append(_sentence(about, str(error)))
        except Exception as error:
            log.warning("%s is not known", about, exc_info=True)
            self.missing.append(_sentence(about, type(error).__name__))
        return otherwise

    @contextmanager
    def apart(self) -> Iterator[list[str]]:
        """What turns out to be missing meanwhile goes into this list alone: it is told where it belongs."""
        before, self.missing = self.missing, []
        try:
            yield self.missing
        finally:
            self.missing = before


def _sentence(about: str, why: str) -> str:
    return one_line(f"{about} is not known: {why}", MOST_OF_A_REASON)
