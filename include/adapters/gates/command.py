"""A gate of declared commands, as the port `Gate`: the commit's files in a folder of their own, the commands in
processes of their own, and nothing of either left behind.

The guard (`guard.py`) does the work and this looks at it: it also notices when this process is gone. A gate that was
begun lives with the task's process; one that is taken again begins anew.
"""

from datetime import timedelta
from typing import Any

from include.adapters.gates.output import NOTE, last_lines, shortened
from include.adapters.gates.report import kept_files
from include.adapters.gates.run import LATEST, Run
from include.domain.declared.gates import CommandGate
from include.domain.errors import Retryable
from include.domain.gates import Outcome
from include.domain.looks import Look, Wait, pause
from include.ports import Branches

LOOK_AT_LEAST, LOOK_AT_MOST = timedelta(seconds=0.2), timedelta(seconds=10)     # short: it keeps its worker
SHOWN = 10              # lines


class CommandGates:
    def __init__(self, gate: CommandGate, branches: Branches, limit: timedelta) -> None:
        self._gate, self._branches, self._limit = gate, branches, limit
        self._run: Run | None = None

    def outcome(self, commit: str, look: Look) -> Outcome | Wait:
        if self._run is None:
            self._run = Run(self._gate, commit, self._branches, self._limit)
            self._began = look.now
        try:
            end = self._run.end()
            if end is None:
                self._must_answer(look)
                next_look = look.now + pause(look, least=LOOK_AT_LEAST, most=LOOK_AT_MOST)
                return Wait(f"{self._gate.name}: {self._run.runs}", look.since, next_look, self._began + self._limit)
            found = self._outcome(end, self._run)
        except BaseException:
            self._close()
            raise
        self._close()
        return found

    def _must_answer(self, look: Look) -> None:
        """The guard keeps the limit; one that cannot, because the machine is in trouble, is given up."""
        if look.now > self._began + self._limit + timedelta(seconds=LATEST):
            raise Retryable(f"what runs the commands says nothing, {LATEST} s after their limit of {self._limit}")

    def _outcome(self, end: dict[str, Any], run: Run) -> Outcome:
        files, notes = kept_files(run.checkout, self._gate.report)
        output = run.output() + "".join(f"{NOTE}] {note}\n" for note in (*run.left_out, *notes)).encode()
        return Outcome(end["end"] == "exit" and end["code"] == 0, self._sentence(end), end["seconds"],
                       output.decode("utf-8", "replace").encode(), last_lines="\n".join(last_lines(output, SHOWN)),
                       report=files)

    def _sentence(self, end: dict[str, Any]) -> str:
        command, after = shortened(end["command"]), f"after {end['seconds']:.1f} s"
        match end["end"]:
            case "exit" if end["code"] == 0:
                return f"passed {after}"
            case "exit" if end["code"] < 0:
                return f"`{command}` was killed by signal {-end['code']} {after}"
            case "exit":
                return f"`{command}` ended with exit code {end['code']} {after}"
            case "limit":
                return f"`{command}` did not end within {self._limit}, and was killed"
            case "missing":
                return f"`{command}` could not be run in {self._gate.folder}: {end['why']}"
        return f"`{command}` was killed {after}: {end['why']}"

    def _close(self) -> None:
        run, self._run = self._run, None
        if run:
            run.close()
