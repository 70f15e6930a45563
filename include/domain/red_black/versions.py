"""Whether every instance of a new ASG runs what was pushed: by the launch template's version, and by its own word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from include.domain.cluster import Asg
from include.domain.declared.environments import VersionCheck
from include.domain.red_black.operational import some

SHORTEST, SHOWN = 7, 12     # hex digits of a commit that count as one, and that a sentence shows
COMMIT = re.compile(rf"(?<![0-9A-Za-z])[0-9a-f]{{{SHORTEST},40}}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Said:
    """What one instance answered. `headers` by lower-case name; `error` where there was no answer, else empty."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""


def launched_otherwise(asg: Asg) -> str | None:
    """Why not all instances were launched from the version that the ASG is pinned to, or None."""
    others = [i for i in asg.instances if i.template_version not in {"", asg.template_version}]
    if not others:
        return None
    named = some([f"{i.id} from version {i.template_version}" for i in others])
    return (f"{asg.name} launches from version {asg.template_version} of {asg.template}, and {len(others)} of "
            f"{len(asg.instances)} instances were launched otherwise: {named}")


def says_otherwise(asg: Asg, commit: str, answers: Mapping[str, Said], check: VersionCheck) -> str | None:
    """Why not all instances in service say that they run the commit, or None."""
    asked = [i.id for i in asg.instances if i.in_service]
    wrong = [f"{instance} {problem}" for instance in asked
             if (problem := _problem(answers.get(instance, Said(error="was not asked")), commit, check))]
    if not wrong:
        return None
    return (f"{asg.name} has {len(asked) - len(wrong)} of {len(asked)} instances that say they run {commit[:SHOWN]}: "
            f"{some(wrong)}")


def _problem(said: Said, commit: str, check: VersionCheck) -> str | None:
    if said.error:
        return f"does not answer: {said.error}"
    if not 200 <= said.status < 300:
        return f"answers {said.status}"
    told = _commits(said, check)
    if any(commit.startswith(one) for one in told):
        return None
    return f"says it runs {told[0][:SHOWN]}, not {commit[:SHOWN]}" if told else "names no commit"


def _commits(said: Said, check: VersionCheck) -> Sequence[str]:
    """Only hex digits are quoted: what an instance answers is not to be trusted."""
    text = said.headers.get(check.header.lower(), "") if check.header else said.body
    return COMMIT.findall(text.lower())
