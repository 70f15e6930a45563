"""A commit at one gate. Nothing outside is changed, and no harm was done by what does not pass."""

import logging
from collections.abc import Mapping

from include.domain.asg_names import cluster_name
from include.domain.declared.gates import declaration
from include.domain.errors import BadInput, GaveUp, NotPassed, SerinError
from include.domain.gates import GateResult, Outcome, named, not_passed
from include.domain.looks import Look, Wait
from include.domain.push import Push
from include.domain.service import Service
from include.domain.standing import red
from include.ports import Archive, Branches, Clusters, Gate, Images
from include.steps.branches.running import commits_of
from include.steps.gates.kept import keep_result, kept_gate

MOST_COMMITS = 500      # whose authors are named
log = logging.getLogger(__name__)


def try_gate(push: Push, name: str, service: Service, look: Look, archive: Archive, gate: Gate, branches: Branches,
             images: Images, clusters: Mapping[str, Clusters]) -> GateResult | Wait:
    """The result of this gate on the push's commit: the one that is kept, or a new one; NotPassed where it says no.

    What passed is not tried again, unless another thing is asked by now. What did not is tried anew by every push, and
    where a person clears the task.
    """
    if not push.commit:
        raise BadInput(f"AMI {push.ami!r} does not say its commit, so gate {name} cannot be tried: push a commit")
    asked = declaration(service.gate(name))
    result = kept_gate(push.service, push.commit, name, archive)
    if result is None or not _counts(result, asked, push, look):
        outcome = _outcome(gate, push.commit, look)
        if isinstance(outcome, Wait):
            return outcome
        result = keep_result(_result(push, name, asked, outcome, look), outcome, archive)
    if not result.passed:
        raise NotPassed(not_passed(result, _authors(push, branches, images, clusters)), result.log)
    return result


def _counts(result: GateResult, asked: str, push: Push, look: Look) -> bool:
    """What did not pass counts only for the task that tried it: it may have died before it told."""
    if result.declared != asked:
        return False
    return result.passed or (result.push_id == push.id and result.at >= look.since)


def _outcome(gate: Gate, commit: str, look: Look) -> Outcome | Wait:
    try:
        return gate.outcome(commit, look)
    except GaveUp as late:
        return Outcome(passed=False, reason=str(late), seconds=(look.now - look.since).total_seconds())


def _result(push: Push, name: str, asked: str, outcome: Outcome, look: Look) -> GateResult:
    return GateResult(push.service, name, push.commit, outcome.passed, outcome.reason, outcome.address, look.now,
                      outcome.seconds, outcome.last_lines, declared=asked, push_id=push.id)


def _authors(push: Push, branches: Branches, images: Images, clusters: Mapping[str, Clusters]) -> str:
    """Of the commits that the push carries beyond what runs; at least of its own. Naming them fails nothing."""
    try:
        cluster = cluster_name(push.service, push.environment)
        running = [asg for port in clusters.values() for asg in red(port.asgs(cluster), cluster)]
        carried = [change.commit for runs in sorted(commits_of(running, images))
                   for change in branches.between(runs, push.commit, MOST_COMMITS)]
    except SerinError as error:
        log.warning("which commits %s carries is not known: %s", push.id, error)
        carried = []
    try:
        return named(commit.author for commit in carried or [branches.commit(push.commit)])
    except SerinError as error:
        log.warning("the author of %s is not known: %s", push.commit, error)
        return ""
