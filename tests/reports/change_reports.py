"""Reports of what changes, small and large, for the tests of their pages."""

from datetime import UTC, datetime, timedelta
from hashlib import sha1

from include.domain.changes.config import ConfigChanges, KeyChange
from include.domain.changes.launch import LaunchChanges
from include.domain.changes.libraries import How, LibraryChange
from include.domain.changes.report import Against, ChangeReport, Launch, Running
from include.domain.changes.source import File, Source, SourceCommit
from include.domain.changes.tickets import Ticket

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
PEOPLE = ("Ada Lovelace", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov")
JUMPS = ("major", "minor", "patch", "pre-release", "")
HOWS = (How.UP, How.UP, How.UP, How.DOWN, How.ADDED, How.REMOVED, How.CHANGED)


def hashed(text: object) -> str:
    return sha1(str(text).encode(), usedforsecurity=False).hexdigest()


def commit(number: int) -> SourceCommit:
    ticket = f"API-{number // 3 + 1}"
    sha = hashed(number)
    files = tuple(File(f"src/api/module_{(number * 7 + at) % 90}/handler.py", number % 40 + at, number % 9)
                  for at in range(number % 5 + 1))
    return SourceCommit(sha, PEOPLE[number % len(PEOPLE)], NOON - timedelta(hours=number),
                        f"{ticket}: answer the question number {number} faster than before",
                        "The cache is asked first.\nIt is right in nine of ten." if number % 2 else "", files,
                        tickets=(ticket,), url=f"https://github.com/team/api/commit/{sha}")


def library(number: int) -> LibraryChange:
    how = HOWS[number % len(HOWS)]
    jump = JUMPS[number % len(JUMPS)] if how in (How.UP, How.DOWN) else ""
    old, new = f"{number % 9}.{number % 13}.{number % 7}", f"{number % 9 + 1}.{number % 13}.0"
    return LibraryChange("pypi" if number % 3 else "deb", f"library-{number:04d}", how, "" if how == How.ADDED else old,
                         "" if how == How.REMOVED else new, jump, jump == "major")


def keys(count: int) -> tuple[KeyChange, ...]:
    hows = (How.CHANGED, How.ADDED, How.REMOVED)
    return tuple(KeyChange(f"pool.{number}.size", hows[number % 3], "" if number % 3 == 1 else str(number),
                           "" if number % 3 == 2 else str(number * 2)) for number in range(count))


def report(commits: int = 12, packages: int = 5, config_keys: int = 3, **changes) -> ChangeReport:
    comes = tuple(commit(number) for number in range(commits))
    gone = SourceCommit(hashed("gone"), "Grace Hopper", NOON, "Try another cache", "")
    files = tuple(File(f"src/api/module_{number}/handler.py", number + 1, number // 2)
                  for number in range(commits // 2 + 1))
    running = Running("ami-0abc", "api-0123456789ab", hashed("old"), ("api-prod-v041",), ("us-east-1", "eu-west-1"))
    libraries = tuple(library(number) for number in range(packages))
    config = (ConfigChanges("prod", "", keys(config_keys)),
              ConfigChanges("staging", "us-east-1", (), "the config of api-0123456789ab is not known"))
    launch = LaunchChanges("version 9, which ada made on 2026-11-02, is not taken: the new version is made from what "
                           "runs",
                           (KeyChange("InstanceType", How.CHANGED, "c7g.large", "c7g.xlarge"),),
                           ("  #!/bin/sh", "- export POOL=4", "+ export POOL=8", "- (hidden)", "+ (hidden)"))
    same = LaunchChanges("nothing but the AMI changes: the new version is made from version 7, which "
                         "api-prod-v041 runs")
    known = {f"API-{number}": Ticket(f"API-{number}", f"Answers to question {number} are slow", "In Review",
                                     f"https://example.atlassian.net/browse/API-{number}")
             for number in range(1, commits // 3 + 1)}
    given = {
        "push_id": "api-20261103T120000-abc123", "service": "api", "environment": "prod", "commit": hashed(0),
        "branch": "prod", "ami": "api-b6589fc6ab0d", "made_at": NOON,
        "against": (Against(running, Source(comes, (gone,), files, compare_url="https://github.com/team/api/compare/a...b"),
                            libraries, config, ()),),
        "launches": (Launch("us-east-1", (same,)), Launch("eu-west-1", (same, launch))), "tickets": known,
        "commit_url": f"https://github.com/team/api/commit/{hashed(0)}"}
    return ChangeReport(**given | changes)
