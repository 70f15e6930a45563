"""Every error that Serin raises on purpose. The type says whether trying again helps; the message is a sentence
with the name and the number.

SerinError
├── Retryable      a passing fault outside (throttled, timed out, a read that was stale): the same call may succeed
└── Final          the same call will fail again
    ├── BadInput       what a person declared or typed cannot be used; nothing was changed
    ├── NotAllowed     AWS does not let the role of a connection do this
    ├── NoGo           the verdict on a canary
    ├── Inconclusive   too little traffic or data to judge
    ├── Refused        a law forbids it: capacity would be missing, or somebody else holds the lease
    │   ├── LeaseHeld      somebody else holds the lease; `lease` says who, what for and about how long
    │   ├── LeaseLost      the lease went to somebody else while we worked
│       │   │   └── FencedOff  seen by a greater token in the tags of what we change
    │   └── ChangedByHand  a person changes in the console what we are changing
    ├── NotPassed      a gate says no to the commit; `log` says where to read more
    ├── Conflict       two branches changed the same lines; nothing was merged
    ├── GaveUp         a wait passed its limit
    ├── NotApproved    a person said no to a push, or nobody said anything in time
    ├── Unhealthy      prod traffic shows that the new ASG is worse
    ├── GaveWay        a calibration ended early, for whoever waits for its lease
    ├── Superseded     a newer commit of the branch takes the place of what the watcher pushes
    ├── NothingToPush  what was to be pushed runs there already
    └── NothingToUndo  a rollback or a repair found nothing to do
"""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.domain.canary import Verdict
    from include.domain.lease import Lease


class Guard(StrEnum):
    """What stops a change that would do harm."""

    CAN_CARRY = "can_carry"
    LEASE = "lease"                 # somebody else holds it
    LEASE_LOST = "lease_lost"
    FENCING_TOKEN = "fencing_token"
    BY_HAND = "by_hand"


class SerinError(Exception):
    """The root: everything below is a sentence for a person."""


class Retryable(SerinError):
    """Passing: trying again may help."""


class Final(SerinError):
    """Trying again will not help."""


class BadInput(Final):
    """What a person declared or typed cannot be used; nothing was changed."""


class NotAllowed(Final):
    """AWS does not let the role of a connection do this; what the call would have changed is as it was."""


class NoGo(Final):
    """The canary is worse than its baseline; `verdict` is None where it was not judged to the end."""

    def __init__(self, sentence: str, verdict: "Verdict | None" = None):
        super().__init__(sentence)
        self.verdict = verdict


class Inconclusive(Final):
    """Too little traffic or data: neither go nor no-go."""

    def __init__(self, sentence: str, verdict: "Verdict | None" = None):
        super().__init__(sentence)
        self.verdict = verdict


class Refused(Final):
    """A law forbids the step now."""


class LeaseHeld(Refused):
    """Somebody else holds the lease."""

    guard = Guard.LEASE

    def __init__(self, sentence: str, lease: "Lease"):
        super().__init__(sentence)
        self.lease = lease


class LeaseLost(Refused):
    """Somebody else took the lease: every change stops here."""

    guard = Guard.LEASE_LOST


class FencedOff(LeaseLost):
    """Somebody with a greater token changed the cluster since."""

    guard = Guard.FENCING_TOKEN


class ChangedByHand(Refused):
    """A person changes in the console what the push is changing."""

    guard = Guard.BY_HAND


class NotPassed(Final):
    """A gate says no to the commit: its AMI goes nowhere. It did no harm, and nothing was changed."""

    def __init__(self, sentence: str, log: str = ""):
        super().__init__(sentence)
        self.log = log


class Conflict(Final):
    """A person must merge: the message names the files and who changed them last."""


class GaveUp(Final):
    """A wait passed its limit; the message says what it waited for."""


class NotApproved(Final):
    """A person said no, or nobody said anything in time."""


class Unhealthy(Final):
    """Prod traffic shows what the canary did not."""


class GaveWay(Final):
    """Somebody waits for what is done here, and it can be done another day."""


class Superseded(Final):
    """A newer commit of the branch takes the push's place, which changed no region yet."""


class NothingToPush(Final):
    """What was to be pushed runs in every region already: the push ends well, and its other tasks are skipped."""


class NothingToUndo(Final):
    """A rollback found nothing that this push changed."""


EARLY = (NothingToPush, Superseded)    # the push ends, and nothing is wrong
HARM = (NoGo, Unhealthy)    # they say of the AMI itself that it must not be pushed again
