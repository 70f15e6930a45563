"""The tags in which the truth of a push lives: any process, on any machine, can read what was done and go on.

Tags are on the ASG itself, and never propagate to instances.
"""

import re

PUSH = "serin:push"                    # id of the push that created the ASG, or for whose rollback it was created
COMMIT = "serin:commit"                # commit its AMI was built from
ROLE = "serin:role"                    # new, canary, baseline or restored
COLOUR = "serin:colour"                # red takes traffic, black is kept without
DISABLED_BY = "serin:disabled-by"      # id of the push or rollback that took its traffic off
DISABLED_AT = "serin:disabled-at"      # ISO 8601, UTC: when its targets were taken out
EXPIRES_AT = "serin:expires-at"        # ISO 8601, UTC: after this, a clean-up may delete it
SUSPENDED = "serin:suspended"          # processes suspended by us, "+"-separated (a comma is refused)
TARGET_GROUPS = "serin:target-groups"  # names of the target groups it was taken out of, "+"-separated
SIZES = "serin:sizes"                  # "min/max/desired" before we pinned it: un-pinning puts these back
WROTE = "serin:wrote"                  # "min/max/desired" that we wrote or are about to, "+"-separated
BY_HAND = "serin:by-hand"              # what one look took for a change by hand; the same once more ends the push
REPLACES = "serin:replaces"            # on a new ASG: its baseline's name; with the two below it can be launched again
REPLACES_AMI = "serin:replaces-ami"    # the baseline's AMI id in this region
REPLACES_COMMIT = "serin:replaces-commit"   # the commit that one was built from, where its tag said it
INSTANCE_RPS = "serin:instance-rps"    # requests/s that one instance of prod was known to carry when this was launched
SCALING = "serin:scaling"              # on a new ASG: policy/requests a minute/warm-up/minimum that it is to scale by
SCALING_BEFORE = "serin:scaling-before"     # the same of its baseline: what is launched again gets it back
FAILING_SINCE = "serin:failing-since"  # ISO 8601, UTC, on a new ASG: what fails is counted down from then on
CLEAN_SINCE = "serin:clean-since"      # ISO 8601, UTC, on a new ASG: something failed before, and nothing since
KEPT = "serin:kept-by"                 # on a new ASG: who keeps it whatever fails, and why; no automatic rollback then
LEASE = "serin:lease-token"            # the fencing token of the last change

MOST_OF_A_VALUE = 256                  # characters that AWS takes


def as_value(text: str) -> str:
    """What a person wrote, as a tag takes it: other characters become "_"."""
    return re.sub(r"[^A-Za-z0-9 +=._:/@-]", "_", text)[:MOST_OF_A_VALUE]


class Role:
    NEW = "new"
    CANARY = "canary"
    BASELINE = "baseline"
    RESTORED = "restored"   # launched by a rollback, on the AMI of a baseline that was gone; its push is the undone one


class Colour:
    RED = "red"
    BLACK = "black"
