"""What people wrote in a repository, made harmless to print: untrusted all the same, and escaped where it is shown.

Nothing is refused for its words: what is no UTF-8, and what would move a terminal's cursor or turn the line's
direction, is shown as U+FFFD, and what is too long is cut, with the cut said.
"""

import re
from datetime import UTC, datetime

import pygit2

from include.ports import Commit

MOST_OF_A_NAME, MOST_OF_A_SUBJECT, MOST_OF_A_MESSAGE = 200, 500, 10_000     # characters
LAST_SECOND = 253_402_300_799           # of the year 9999; a commit may claim any number
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def as_text(raw: bytes, most: int) -> str:
    """Several lines, ended by \\n; cut after so many characters."""
    text = HARMFUL.sub("\N{REPLACEMENT CHARACTER}", raw.decode("utf-8", "replace").replace("\r\n", "\n")).strip()
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


def as_line(raw: bytes, most: int) -> str:
    """One line: the first."""
    return as_text(raw.strip().partition(b"\n")[0].strip(), most)


def as_commit(commit: pygit2.Commit) -> Commit:
    return Commit(str(commit.id), as_line(commit.author.raw_name, MOST_OF_A_NAME),
                  as_line(commit.raw_message, MOST_OF_A_SUBJECT),
                  datetime.fromtimestamp(min(max(commit.author.time, 0), LAST_SECOND), UTC))
