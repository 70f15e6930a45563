"""Everything outside, on one page. Steps speak to these and to nothing else; each has one folder in `adapters/`,
one file per kind, and a twin in the in-memory world of the tests that passes the same contract tests.

Every method may raise `Retryable` (a passing fault) or a `Final` error with a sentence. Times are aware, in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from include.domain.announcements import Announcement
from include.domain.changes.tickets import Ticket
from include.domain.cluster import Activity, Asg, NewAsg, Target
from include.domain.gates import Outcome
from include.domain.launch_template import Launches
from include.domain.lease import Lease, Work
from include.domain.load import Driven, LoadPlan
from include.domain.looks import Look, Wait
from include.domain.own_metrics.metric import Measured
from include.domain.push import Event
from include.domain.red_black.room import Room
from include.domain.red_black.versions import Said
from include.domain.red_black.watch import Alarm
from include.domain.scaling.policies import Policy, Tracking


class Clusters(Protocol):
    """The ASGs of one environment in one region. Every verb may be said twice and changes nothing the second time."""

    def asgs(self, cluster: str) -> list[Asg]:
        """All ASGs of the cluster (its canaries too), the oldest first; one call a page, none per ASG."""

    def activities(self, asg: str) -> list[Activity]:
        """The newest scaling activities, the newest first; at most 100."""

    def create(self, new: NewAsg) -> None:
        """An ASG at 0/`max_size`/0 with a launch template version of its own, pinned to its number."""

    def resize(self, asg: str, *, minimum: int, maximum: int, desired: int | None = None) -> None:
        """Without `desired` the size stays as it is, whatever it is by now, within the bounds."""

    def suspend(self, asg: str, processes: Sequence[str]) -> None: ...

    def resume(self, asg: str, processes: Sequence[str]) -> None: ...

    def tag(self, asg: str, tags: Mapping[str, str | None]) -> None:
        """Write these tags; None removes one."""

    def copy_scaling(self, source: str, to: str) -> None:
        """Scaling policies (alarms with them), scheduled actions, the warm pool and who is notified: those of `source`,
        put on `to`; what is there is kept."""

    def policies(self, asg: str) -> list[Policy]:
        """Its scaling policies, by name."""

    def track_requests(self, asg: str, tracking: Tracking) -> None:
        """Put the target tracking, or replace its target and warm-up where the ASG has a policy of this name; whether
        that one scales in stays. BadInput where the ASG does not have one target group at one load balancer."""

    def drop_policy(self, asg: str, name: str) -> None:
        """A scaling policy that is gone already is no error."""

    def mark_healthy(self, instances: Sequence[str]) -> None: ...

    def delete(self, asg: str) -> None:
        """Delete with its instances. An ASG that is gone already is no error."""

    def launches(self, asg: str) -> Launches:
        """What it launches its instances from, and what its launch template has become meanwhile."""


class Traffic(Protocol):
    """The load balancer of one environment in one region. Target groups are named by ARN."""

    def target_group(self, name: str) -> str | None:
        """The ARN of the target group with this name, or None."""

    def add_target_group(self, name: str, like: str) -> str:
        """A target group shaped like the one with the ARN `like`; returns its ARN; one that exists is returned."""

    def remove_target_group(self, arn: str) -> None:
        """It must carry no weight. One that is gone already is no error."""

    def weights(self) -> dict[str, int]:
        """ARN to 0–999: the greatest weight that any of the listener's forwards to the cluster gives."""

    def set_weights(self, weights: Mapping[str, int]) -> None:
        """Replace them all, in the default action and in every rule that forwards to the cluster's target group; where
        they are so already nothing is written."""

    def targets(self, target_group: str) -> list[Target]: ...

    def register(self, target_group: str, instances: Sequence[str]) -> None:
        """Instances that do not run are passed over: `targets` tells who is there."""

    def deregister(self, target_group: str, instances: Sequence[str]) -> None:
        """Instances that are gone already are no error."""

    def drain_seconds(self, target_group: str) -> int:
        """The deregistration delay."""


class Limits(Protocol):
    """What one region has left for a push, and what would be refused there. It reads, and changes nothing."""

    def refuses(self, asg: str, ami: str) -> list[str]:
        """Why an ASG like this one could not be launched on the AMI, carried over whole, or be taken out of its traffic
        again; each in a sentence."""

    def room(self, asg: str) -> Room:
        """What is left beside this ASG for another one like it."""


class Alarms(Protocol):
    """The alarms of one region."""

    def read(self, names: Sequence[str]) -> list[Alarm]:
        """Each as it stands now, in this order; BadInput names those that do not exist. One call for 100."""


class Instances(Protocol):
    """The instances of one region, spoken to themselves."""

    def ask(self, instances: Sequence[str], port: int, path: str) -> dict[str, Said]:
        """What each answers to one GET over HTTP, many at once; one that does not answer is told, and is no error."""


class Load(Protocol):
    """Requests that are made for one instance of the region, and that no user sees the answers of."""

    def drive(self, instance: str, plan: LoadPlan, rps: float, seconds: float) -> Driven:
        """Send so many GETs a second for so long, each when it is due, and wait for their answers; returns after these
        seconds and at most the plan's time-out. An instance that does not answer is told, and is no error."""


@dataclass(frozen=True)
class Image:
    """A built AMI: one name, and an id in each region. `veto` says why it must not be pushed; empty where it may.

    `built_at` is when the first of them was made; `build_url` shows how, and is empty where the AMI does not say.
    """

    name: str
    commit: str
    branch: str
    ids: Mapping[str, str]
    veto: str = ""
    built_at: datetime | None = None
    build_url: str = ""


class Images(Protocol):
    """Commits to AMIs, over all regions of an environment."""

    def find(self, commit: str) -> Image | None:
        """The AMI of this commit, once it is available in every region."""

    def named(self, name: str) -> Image | None:
        """The AMI with this name, or whose id in one of the regions this is."""

    def first_of(self, commits: Sequence[str]) -> Image | None:
        """What `find` finds of the first of these commits of which it finds anything; one call for 200 of them."""

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        """Look how far the build is, take it one step further, and say what is waited for. Cleans up behind itself."""

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        """The AMI with this name, in every region, is not to be pushed; a veto that is there is replaced."""

    def lift(self, name: str) -> None:
        """Its veto is gone from every region; where there was none it is no error."""


class Gate(Protocol):
    """One thing that a commit must pass before its AMI goes anywhere. It changes nothing outside."""

    def outcome(self, commit: str, look: Look) -> Outcome | Wait:
        """Whether the commit passes; a Wait as long as that is not known. GaveUp at the declared limit, where nothing
        was learned until then; what could not be tried at all is an outcome that did not pass, and says why."""


@dataclass(frozen=True)
class MetricTable:
    """Metrics of several ASGs on the same time bins. `values`: float64 (ASGs × names × bins), NaN where nothing is."""

    asgs: tuple[str, ...]
    names: tuple[str, ...]
    since: datetime
    step_seconds: int
    values: Any


@dataclass(frozen=True)
class InstanceTable:
    """Metrics of the instances of one ASG on the same time bins. `values`: float64 (instances × names × bins), NaN
    where nothing is."""

    asg: str
    instances: tuple[str, ...]
    names: tuple[str, ...]
    since: datetime
    step_seconds: int
    values: Any


class Metrics(Protocol):
    """The metric store of one region. A level is the mean of its bin, a count comes per second, latencies in
    milliseconds; bins lie on whole multiples of the step. What was not measured is NaN, never 0 and never what was
    there before; a read that is not whole is an error: Retryable where trying again may help, else BadInput (the
    declaration is wrong) or Final. Names are untrusted text."""

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        """One query for all, in parts where the store has limits; a part that fails fails the read. `names` None
        discovers every metric that any of the ASGs wrote in the time, by name; those that are asked for come in their
        order, also where nothing is. ASGs come in the order in which they are asked for."""

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        """The same of each instance of one ASG: of those that wrote near the end of the time, the first `most` by their
        ids. A store that has no series of instances, or is not told how they are kept, gives a table without any."""


@dataclass(frozen=True)
class Commit:
    """A commit as people wrote it: untrusted text."""

    sha: str
    author: str
    subject: str
    authored_at: datetime


@dataclass(frozen=True)
class FileChange:
    """A file, and how many lines of it are new and gone; -1 for both where it is binary."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True)
class Change:
    """One commit with its whole message (cut, and the cut said, where it is longer than a page) and what it changed; a
    merge only what none of its parents has so. Untrusted text."""

    commit: Commit
    message: str
    parents: tuple[str, ...]
    files: tuple[FileChange, ...]


class Branches(Protocol):
    """The service's repository, read only. A commit is named by its hash (7 to 40 hex digits); BadInput where there is
    none such."""

    def head(self, branch: str) -> str:
        """The full hash of the branch's newest commit; BadInput names the branches there are."""

    def commit(self, revision: str) -> Commit:
        """The commit of a full or short hash (7 to 40 hex digits); BadInput where there is none, or several."""

    def is_older(self, commit: str, than: str) -> bool | None:
        """Whether `than` is built on `commit` (one is not older than itself); None where one of them is not known."""

    def between(self, old: str, new: str, most: int = 2000) -> list[Change]:
        """The commits that `new` has and `old` has not, newest first; of more than `most` the newest."""

    def files(self, old: str, new: str) -> list[FileChange]:
        """What differs in the end, by path, whatever happened on the way."""

    def read(self, commit: str, path: str) -> bytes | None:
        """The file as the commit has it; None where it has none there (a link is none)."""

    def paths(self, commit: str, under: str = "") -> list[str]:
        """The files in this folder and below, by their paths from the root; none where there is no such folder."""

    def export(self, commit: str, folder: Path) -> list[str]:
        """The commit's files written into a new folder, without .git. Returns the paths that were left out, because
        they would land or lead outside of it."""

    def holding(self, commit: str) -> list[str]:
        """The branches, as they are now, whose history holds the commit; by name."""

    def built_on(self, commit: str, branches: Sequence[str], most: int = 2000) -> list[str]:
        """The hashes of these branches' commits that have it in their history, itself left out, the oldest first."""

    def newest(self, branches: Sequence[str], most: int) -> list[Commit]:
        """The newest commits of these branches together, as they are now, newest first. A branch that is not there has
        none."""

    def naming(self, ticket: str, branches: Sequence[str], most: int = 2000) -> list[Commit]:
        """Of the newest `most` commits of these branches, as they are now, those whose message names the ticket; newest
        first. A branch that is not there has none."""


@dataclass(frozen=True)
class Merged:
    """`commit` is where the branch stands now; `how` is already, fast-forward or merge."""

    commit: str
    how: str


class Merges(Protocol):
    """The same repository, where a branch may be moved forwards; never by force."""

    def merge(self, source: str, into: str, message: str, commit: str = "") -> Merged:
        """`source` merged into `into`, with `commit` (a full hash) only so far; `message` is a merge commit's. Conflict
        names files and their last authors, Refused a remote that protects the branch; then nothing was changed. Merged
        already is no error."""


class Tickets(Protocol):
    """The team's ticket store, read only."""

    def read(self, ids: Sequence[str]) -> dict[str, Ticket]:
        """Those that are there, by their ids; one call for 100. Untrusted text."""


class Archive(Protocol):
    """Records, events and reports: objects that are written once and never changed."""

    def append(self, event: Event, service: str) -> None: ...

    def events(self, service: str, push_id: str) -> list[Event]:
        """All of a push, the oldest first."""

    def put(self, key: str, body: bytes, content_type: str) -> str:
        """Write once; returns the address. The same body again is no error, another body is Refused."""

    def get(self, key: str) -> bytes | None: ...

    def keys(self, prefix: str) -> list[str]: ...

    def folders(self, prefix: str) -> list[str]:
        """The names right below a prefix that ends with "/", sorted; one call for 1,000 of them, however much is in
        them."""


class Leases(Protocol):
    """One lease per service, environment and region. Expiry is judged by `now`, the token by the store."""

    def take(self, key: str, owner: str, now: datetime, *, work: Work | None = None, by_force: bool = False,
             over: Lease | None = None, above: int = 0) -> Lease:
        """Take it, or renew what this owner has (same token); `work` None leaves what was said of it.

        LeaseHeld where another holds it: `by_force` (a rollback by hand) takes it from whoever that is, `over` from
        the holder of that lease alone. A new token is greater than every one before it, and than `above`.
        """

    def want(self, key: str, by: str) -> None:
        """Say in a lease that somebody holds who waits for it. The first who does stays."""

    def holder(self, key: str) -> Lease | None:
        """The lease as it stands, its end passed or not; None where nobody has it."""

    def check(self, key: str, owner: str, token: int) -> None:
        """LeaseLost unless this owner holds it with this token."""

    def release(self, key: str, owner: str) -> None:
        """Give it back; somebody else's is left alone."""


class Runs(Protocol):
    """The DAG runs that hold leases. A run is named by the address of its page."""

    def this(self) -> str:
        """The run that asks; "" where that cannot be told."""

    def ended(self, run: str) -> bool | None:
        """Whether it ended or is not there any more; None where that cannot be asked. Never raises."""


class Meter(Protocol):
    """Serin's metrics on itself; where they go is said in Airflow's settings."""

    def tell(self, measured: Iterable[Measured]) -> None:
        """Never raises: no push fails of a metric."""


class Chat(Protocol):
    """The team's room. What it could not say it keeps, and says later."""

    def say(self, announcement: Announcement) -> None:
        """Once: what was announced before is not announced again."""
