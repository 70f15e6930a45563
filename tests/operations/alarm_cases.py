"""For each alarm a story in which it rings and one in which it does not, as promtool's input series.

Time begins at 0 in promtool: a gauge of 60 is a minute after that. What is `at` within two hours has a value a minute,
and what is later one an hour.
"""

from typing import NamedTuple

API = 'service="api",environment="prod"'
STEP = f'{API},region="us-east-1",flow="patch_push",step="holds"'
EC2 = f'{API},aws="ec2"'
POOL = 'pool_name="default_pool"'
AWS_CALLS, AWS_THROTTLES = f"serin_aws_calls_total{{{EC2}}}", f"serin_aws_throttles_total{{{EC2}}}"
STARVING, OPEN = f"airflow_pool_starving_tasks{{{POOL}}}", f"airflow_pool_open_slots{{{POOL}}}"


class Case(NamedTuple):
    """`at` is in minutes."""

    alarm: str
    rings: dict[str, str]
    quiet: dict[str, str]
    at: int

    @property
    def every(self) -> str:
        return "1m" if self.at <= 120 else "1h"


def _of(alarm: str, series: str, rings: str, quiet: str, at: int) -> Case:
    return Case(alarm, {series: rings}, {series: quiet}, at)


CASES = [
    _of("PushLeftDirty", f"serin_push_dirty{{{API}}}", "1x10", "0x10", 5),
    _of("RollbackFailed", f'serin_rollback_ended_total{{{API},by="itself",end="failed"}}', "0 0 1x8", "0x10", 5),
    _of("NobodyLooks", f"serin_wait_next_look{{{STEP}}}", "60x20", "60 60 0x18", 15),
    _of("PushTakesTooLong", f'serin_push_since{{{API},kind="patch"}}', "60x130", "60 60 0x130", 122 * 60),
    _of("CapacityIsMissing", f'serin_wait_since{{{STEP},why="capacity"}}', "60x60", "60 60 0x60", 35),
    _of("LeaseWaitsLong", f'serin_wait_since{{{STEP},why="lease"}}', "60x5", "60 60 0x5", 3 * 60),
    _of("HeldBackLong", f'serin_wait_since{{{STEP},why="hold"}}', "60x30", "60 60 0x30", 25 * 60),
    _of("NoSlotForLong", f'serin_wait_since{{{STEP},why="freeze"}}', "60x40", "60 60 0x40", 37 * 60),
    _of("LeaseLost", f'serin_guard_saves_total{{{API},guard="fencing_token"}}', "0 0 1x8", "0x10", 5),
    _of("CanaryTellsNothing", f'serin_canary_verdicts_total{{{API},decision="error"}}', "0 1 1 2x60", "0 0 1x60", 30),
    _of("NoVerdictForLong", f"serin_canary_judged{{{API}}}", "60x510", "60x400 1440000x110", 505 * 60),
    _of("WatcherFails", 'serin_watcher_seen{service="api",branch="prod"}', "60x20", "60+60x20", 18),
    _of("RoomIsBehind", 'serin_chat_oldest{service="api"}', "60x20", "60 60 0x18", 18),
    _of("ChatBotIsGone", 'serin_chat_seen{service="api"}', "60x20", "60+60x20", 15),
    _of("NothingIsKept", f'serin_unsaid_total{{{API},where="archive"}}', "0+1x20", "0 1x20", 15),
    _of("ErrorBurst", f'serin_step_errors_total{{{API},step="holds",port="metrics",error="Retryable",then="again"}}',
        "0+3x20", "0+1x20", 15),
    Case("AwsThrottles", {AWS_THROTTLES: "0+20x40", AWS_CALLS: "0+100x40"},
         {AWS_THROTTLES: "0+5x40", AWS_CALLS: "0+100x40"}, 35),
    _of("SchedulerGivesNoSign", "airflow_scheduler_heartbeat", "0+12x5 60x20", "0+12x30", 20),
    _of("TriggererGivesNoSign", "airflow_triggerer_heartbeat", "0+12x5 60x20", "0+12x30", 20),
    _of("TriggererIsBlocked", "airflow_triggers_blocked_main_thread", "0+2x20", "0 1x20", 15),
    _of("TriggererIsFull", 'airflow_triggerer_capacity_left{hostname="a"}', "20x20", "980x20", 15),
    Case("NoSlotForTasks", {STARVING: "3x40", OPEN: "0x40"}, {STARVING: "3x40", OPEN: "5x40"}, 30),
    _of("ServiceFileIsBroken", "airflow_dag_processing_import_errors", "1x20", "1 1 0x18", 15),
]
# What never came at all is an alarm of its own: the exporter, or what feeds it, is gone.
NEVER_CAME = {"SchedulerGivesNoSign", "TriggererGivesNoSign"}
