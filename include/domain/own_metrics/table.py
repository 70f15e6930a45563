"""Every metric that Serin has on itself. The mapping for StatsD, the alarms, the dashboard and the page in `docs/` are
checked against this table.

Labels have few values, and none is written by people: no commit, no message, no name of a metric. A gauge of a moment
holds seconds since 1970 (0: there is none), for an age would stand still while nobody measures it.
"""

from include.domain.canary import Decision
from include.domain.errors import Guard
from include.domain.looks import Why
from include.domain.own_metrics.metric import Kind, Metric
from include.domain.push import PushEnd

MINUTE, HOUR, DAY = 60, 3600, 86400
SHORT = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY)
LONG = (5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, 2 * DAY, 4 * DAY, 8 * DAY)

HERE = ("service", "environment")
STEP = (*HERE, "region", "flow", "step")
ENDS = tuple(map(str, PushEnd))
DONE, FAILED = OUTCOMES = ("done", "failed")
OK, ERROR = ANSWERS = ("ok", "error")
ITSELF, A_PERSON = ACTORS = ("itself", "person")
TOLD = ("archive", "chat", "airflow")

PUSHES = Metric("push.ended", Kind.COUNTER, "pushes", (*HERE, "kind", "end"),
                "pushes and deploys that ended, by how", {"end": ENDS})
PUSH_TIME = Metric("push.duration", Kind.TIMER, "seconds", (*HERE, "kind", "end"),
                   "from the start of a push to its end in all regions, waits included", buckets=LONG)
PUSH_SINCE = Metric("push.since", Kind.GAUGE, "seconds since 1970", (*HERE, "kind"),
                    "when the push began that is on its way; 0: none is")
DIRTY = Metric("push.dirty", Kind.GAUGE, "0 or 1", HERE,
               "1: the last push ended as FailureDirty, and a person is needed")

STEP_TIME = Metric("step.duration", Kind.TIMER, "seconds", (*STEP, "end"),
                   "from a step's first look to its end, over retries and deferrals", buckets=SHORT)
REGION_TIME = Metric("region.duration", Kind.TIMER, "seconds", (*HERE, "region"),
                     "from the plan of a region to the end of its baseline", buckets=SHORT)
ERRORS = Metric("step.errors", Kind.COUNTER, "errors", (*HERE, "step", "port", "error", "then"),
                "errors that ended a look, by type and by the port that raised them; then: again or failed")

ROLLBACKS = Metric("rollback.ended", Kind.COUNTER, "rollbacks", (*HERE, "by", "end"),
                   "rollbacks of one region, by whom, and whether they were done",
                   {"by": ACTORS, "end": OUTCOMES})
SAVES = Metric("guard.saves", Kind.COUNTER, "times", (*HERE, "guard"),
               "times that a guard stopped a change that would have done harm", {"guard": tuple(map(str, Guard))})

VERDICTS = Metric("canary.verdicts", Kind.COUNTER, "verdicts", (*HERE, "decision"),
                  "verdicts on canaries", {"decision": tuple(map(str, Decision))})
SCORE = Metric("canary.score", Kind.GAUGE, "0 to 100", HERE, "the last score of a canary, also while it bakes")
JUDGED = Metric("canary.metrics", Kind.GAUGE, "metrics", HERE, "metrics that the last verdict was made of")
JUDGED_AT = Metric("canary.judged", Kind.GAUGE, "seconds since 1970", HERE, "when a canary was judged last")

WAIT_TIME = Metric("wait.duration", Kind.TIMER, "seconds", (*HERE, "step", "why"),
                   "how long a step waited for one and the same thing", buckets=SHORT)
WAIT_SINCE = Metric("wait.since", Kind.GAUGE, "seconds since 1970", (*STEP, "why"),
                    "since when a step waits for this; 0: it does not any more", {"why": tuple(map(str, Why))},
                    forgotten_after="2h")
NEXT_LOOK = Metric("wait.next_look", Kind.GAUGE, "seconds since 1970", STEP,
                   "when a step that waits is to look again; 0: it does not wait any more", forgotten_after="2h")

AWS_CALLS = Metric("aws.calls", Kind.COUNTER, "requests", (*HERE, "aws"), "requests to AWS, retries and pages included")
AWS_RETRIES = Metric("aws.retries", Kind.COUNTER, "requests", (*HERE, "aws"), "requests to AWS that were tried again")
AWS_THROTTLES = Metric("aws.throttles", Kind.COUNTER, "answers", (*HERE, "aws"), "answers of AWS that said: too many")
UNSAID = Metric("unsaid", Kind.COUNTER, "sentences", (*HERE, "where"),
                "what a task could not write into the archive, say in the room or hand to Airflow: no push fails of it",
                {"where": TOLD})

POLLS = Metric("watcher.polls", Kind.COUNTER, "polls", ("service", "branch", "answer"),
               "how often a branch's remote was asked for its head", {"answer": ANSWERS})
POLLED = Metric("watcher.seen", Kind.GAUGE, "seconds since 1970", ("service", "branch"),
                "when a branch's remote answered last", forgotten_after="24h")

BACKLOG = Metric("chat.backlog", Kind.GAUGE, "announcements", ("service",), "what waits to be told in the room")
OLDEST = Metric("chat.oldest", Kind.GAUGE, "seconds since 1970", ("service",),
                "since when the oldest of them waits; 0: none does")
CHAT_LOOKS = Metric("chat.looks", Kind.COUNTER, "looks", ("service", "answer"),
                    "looks of the chat bot at what waits to be told", {"answer": ANSWERS})
CHAT_SEEN = Metric("chat.seen", Kind.GAUGE, "seconds since 1970", ("service",),
                   "when the chat bot looked last, and could", forgotten_after="24h")

TABLE = (PUSHES, PUSH_TIME, PUSH_SINCE, DIRTY, STEP_TIME, REGION_TIME, ERRORS, ROLLBACKS, SAVES, VERDICTS, SCORE,
         JUDGED, JUDGED_AT, WAIT_TIME, WAIT_SINCE, NEXT_LOOK, AWS_CALLS, AWS_RETRIES, AWS_THROTTLES, UNSAID, POLLS,
         POLLED, BACKLOG, OLDEST, CHAT_LOOKS, CHAT_SEEN)
