"""A person's go, in Airflow's own page for it; what holds then is looked at again."""

from datetime import datetime
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context, Param, ParamsDict
from airflow.sdk.exceptions import TaskAwaitingInput
from airflow.sdk.execution_time.hitl import upsert_hitl_detail

from include.domain.approval import Answer, Approval, body, subject
from include.domain.errors import BadInput
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.approvers import approvers
from plugins.notifiers.story import Story
from plugins.operators import step
from plugins.operators.by_hand import keep_answer
from plugins.operators.step import SLEEPS_AT_LEAST, StepOperator, Visit

GO, NO = "Push it", "Reject"
# Airflow's page keeps its buttons shut while a field is empty that may not be null.
ANSWER_FORM = {"comment": Param(None, source="task", type=["null", "string"], title="Comment", maxLength=500,
                                description="Kept in the record of the push.")}


class Approve(StepOperator, HITLOperator):
    """Waits for a person, and holds no worker, no slot and no lease meanwhile. Only who is declared may answer. Said no
    to, or not answered in time, the push ends here."""

    template_fields = ()    # the question is put together from untrusted text: no template may read it
    in_the_room = True

    def __init__(self, *, params: Any = None, **kwargs: Any):   # those of the run: they are no part of the answer
        super().__init__(subject="Push it?", options=[GO, NO], params=ANSWER_FORM, **kwargs)
        self.params = ParamsDict(ANSWER_FORM)   # every other task of Serin leaves its own to the DAG
        self._context: Context | None = None
        self._is_asked, self._answer = False, None

    def look_again(self, context: Context, event: Any = None, told: str = "") -> Any:
        """The answer is kept before anything is done with it: whoever tries again is not to ask again."""
        self._context, self._is_asked = context, event is not None
        self._answer = _kept(context, event) if event and "error" not in event else _kept(context)
        return super().look_again(context, event, told)

    def step(self, visit: Visit) -> Approval | Wait:
        from include.steps.push.approval import answer_until, approval, evidence

        push, service = visit.push, visit.ports.service
        if said := self._answer:
            keep_answer(said.go, said.by, said.at, said.comment, visit.ports, visit.context, self.log)
        found = visit.take(approval, push, self._answer, self._link(visit.context))
        if isinstance(found, Wait) and not self._is_asked:
            seen = visit.take(evidence, push, run=visit.ports.runs.this(),
                              **{port: visit.everywhere(port) for port in ("clusters", "metrics")})
            users = approvers(service)
            may_answer = users or service.permissions.approve
            self.subject, self.body = subject(seen), body(seen, answer_until(service, visit.look), may_answer)
            self.assigned_users = [{"id": user, "name": user} for user in users] or None
        return found

    def says(self, value: Approval) -> str:
        return f"{value.by} said go at {value.at:%a %H:%M} UTC" + (f": {value.comment}" if value.comment else "")

    def _pause(self, wait: Wait, story: Story) -> None:
        """Airflow wakes it with the answer, or at the next look. A question that was put stays: to put it again would
        wipe out an answer that comes at this moment."""
        if not self._is_asked:
            upsert_hitl_detail(ti_id=self._context["ti"].id, options=self.options, subject=self.subject, body=self.body,
                               params=self.serialized_params, assigned_users=self.assigned_users)
        raise TaskAwaitingInput(method_name="look_again", kwargs={"told": story.told},
                                timeout=max(wait.next_look - step.now(), SLEEPS_AT_LEAST))

    def _link(self, context: Context) -> str:
        try:
            return self.generate_link_to_ui(task_instance=context["ti"])
        except ValueError:      # [api] base_url is not set
            return f"{context['ti'].dag_id} in Airflow"


class StillGood(StepOperator):
    """Whether all that was said go to still holds: hours or days may have passed."""

    template_fields = ("approval",)
    in_the_room = True

    def __init__(self, *, approval: Any, canary: str = "canary.launch", **kwargs: Any):
        super().__init__(**kwargs)
        self.approval, self.canary = approval, canary

    def step(self, visit: Visit) -> Push:
        from include.steps.push.approval import still_good

        canary = visit.context["ti"].xcom_pull(task_ids=self.canary)
        if canary is None:
            raise BadInput(f"{self.canary} handed nothing on: what is to be pushed was not tried")
        return visit.take(still_good, visit.push, canary,
                          **{port: visit.everywhere(port) for port in ("clusters", "traffic", "limits", "alarms")})

    def says(self, value: Push) -> str:
        return f"{value.ami} goes to the regions, as {self.approval.by} said"


def _kept(context: Context, event: dict[str, Any] | None = None) -> Answer | None:
    """The answer of this event, or the one that was kept. A person who clears the task is asked anew (Airflow then
    raises `max_tries`)."""
    store, key = context.get("task_state_store"), f"answer.{context['ti'].max_tries}"
    if event and store:
        store.set(key, _said(event))
    said = _said(event) if event else store.get(key) if store else None
    return Answer(**said | {"at": datetime.fromisoformat(said["at"])}) if said else None


def _said(event: dict[str, Any]) -> dict[str, Any]:
    who, at = event["responded_by_user"] or {}, event["responded_at"]
    return {"go": event["chosen_options"] == [GO], "by": who.get("name") or who.get("id") or "a person",
            "at": at if isinstance(at, str) else at.isoformat(),
            "comment": str((event.get("params_input") or {}).get("comment") or "")}
