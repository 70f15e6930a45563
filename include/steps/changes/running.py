"""What runs before a push: each AMI once, with the regions that it runs in."""

from collections.abc import Mapping, Sequence

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.changes.launch import launch_changes
from include.domain.changes.report import Launch, Running
from include.domain.cluster import Asg
from include.domain.push import Push
from include.domain.standing import red
from include.ports import Clusters, Images
from include.steps.changes.asking import Asking

Taking = Mapping[str, Sequence[Asg] | None]     # region to the ASGs that take its traffic; None where nobody knows


def taking_traffic(push: Push, clusters: Mapping[str, Clusters], asking: Asking) -> Taking:
    """But for those that this push made: a task that runs late must not compare the push with itself."""
    cluster = cluster_name(push.service, push.environment)

    def before(port: Clusters) -> list[Asg]:
        return [asg for asg in red(port.asgs(cluster), cluster) if asg.tags.get(asg_tags.PUSH) != push.id]

    return {region: asking.ask(f"what runs in {region}", lambda port=port: before(port), None)
            for region, port in clusters.items()}


def what_runs(taking: Taking, images: Images, asking: Asking) -> list[Running]:
    """In push order. An AMI has another id in each region, and one name."""
    found: dict[tuple[str, str], list[tuple[str, Asg]]] = {}
    names: dict[tuple[str, str], str] = {}
    for region, asg in ((region, asg) for region, asgs in taking.items() for asg in asgs or ()):
        name, built_from = _named(asg.ami, images, asking)
        key = name or asg.ami, asg.tags.get(asg_tags.COMMIT, "") or built_from
        found.setdefault(key, []).append((region, asg))
        names[key] = name
    return [Running(some[0][1].ami, names[ami, commit], commit, tuple(asg.name for _, asg in some),
                    tuple(dict.fromkeys(region for region, _ in some))) for (ami, commit), some in found.items()]


def what_launches(taking: Taking, clusters: Mapping[str, Clusters], asking: Asking) -> tuple[Launch, ...]:
    """Of each region in which something runs."""
    return tuple(_launch(region, [asg.name for asg in asgs], clusters[region], asking)
                 for region, asgs in taking.items() if asgs)


def _launch(region: str, asgs: Sequence[str], clusters: Clusters, asking: Asking) -> Launch:
    asg, *others = asgs
    if others:
        return Launch(region, unknown=f"{len(asgs)} ASGs take traffic in {region} ({', '.join(asgs)}): which of their "
                                      "launch templates is the next one's is not known")
    with asking.apart() as missing:
        told = asking.ask(f"what {asg} launches in {region}", lambda: launch_changes(clusters.launches(asg)), ())
    return Launch(region, told, "; ".join(missing))


def _named(ami: str, images: Images, asking: Asking) -> tuple[str, str]:
    """Name and commit; "" for what nobody knows."""
    image = asking.ask(f"the name of AMI {ami}", lambda: images.named(ami), None)
    return (image.name, image.commit) if image else ("", "")
