"""CloudWatch alarms of one region as the port `Alarms`."""

from collections.abc import Sequence

from include.adapters.aws import Aws, Session, chunks
from include.domain.errors import BadInput
from include.domain.red_black.watch import Alarm

ALARMS_A_CALL = 100
WORDS = 300     # of CloudWatch's reason


class CloudWatchAlarms:
    def __init__(self, session: Session) -> None:
        self._aws = Aws(session)

    def read(self, names: Sequence[str]) -> list[Alarm]:
        found: dict[str, Alarm] = {}
        for some in chunks(sorted(set(names)), ALARMS_A_CALL):
            answer = self._aws.call("cloudwatch", "describe_alarms", ", ".join(some), AlarmNames=list(some),
                                    AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=ALARMS_A_CALL)
            for alarm in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
                found[alarm["AlarmName"]] = Alarm(alarm["AlarmName"], alarm["StateValue"],
                                                  (alarm.get("StateReason") or "")[:WORDS])
        unknown = [name for name in names if name not in found]
        if unknown:
            raise BadInput(f"CloudWatch has no alarm {', '.join(unknown)}")
        return [found[name] for name in names]
