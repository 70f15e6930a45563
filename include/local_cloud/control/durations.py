"""How long things take on AWS, in seconds there; the cloud's own scale divides them all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Durations:
    scale: float = 60
    boot: float = 20              # pending → running
    shut_down: float = 15         # shutting-down → terminated
    stop: float = 15              # stopping → stopped
    build: float = 90             # a builder's installer, once it runs
    image: float = 90             # create image: pending → available
    copy: float = 120             # copy image: pending → available
    hook: float = 20              # a lifecycle hook that nobody completes is completed after this
    launch_retry: float = 60      # a failed launch is tried again
    rebalance: float = 600        # zones are looked at
    tracking: float = 60          # target tracking looks at its metric
    scale_in_after: float = 900   # target tracking scales in after so long under its target
    terminated_kept: float = 3600  # a terminated instance is still described

    def lasts(self, seconds: float) -> float:
        """The same, here."""
        return seconds / self.scale
