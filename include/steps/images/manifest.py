"""The manifest of an AMI in the archive, and its SBOM beside it: kept once, and never changed.

Law 7: what cannot be read is told in the manifest and in the room, and stops no push.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from include.domain.announcements import Kind, announcement
from include.domain.asg_names import cluster_name
from include.domain.errors import Refused, Retryable
from include.domain.looks import Look
from include.domain.manifest import Manifest, manifest_key, read, sbom_key, written
from include.domain.packages.sbom import written_sbom
from include.domain.push import Push
from include.domain.service import Service
from include.domain.standing import red
from include.ports import Archive, Branches, Chat, Clusters, Image, Images
from include.steps.images.sources import Sources

log = logging.getLogger(__name__)


def kept_manifest(service: str, ami: str, archive: Archive) -> Manifest | None:
    """What the archive knows of the AMI with this name; None where it was never kept."""
    body = archive.get(manifest_key(service, ami))
    return read(body) if body else None


def keep_manifest(manifest: Manifest, service: str, archive: Archive) -> Manifest:
    """The manifest as it is kept: the first one stays, whoever else had begun one."""
    key = manifest_key(service, manifest.ami)
    try:
        archive.put(key, written(manifest), "application/json")
    except Refused:
        return kept_manifest(service, manifest.ami, archive) or manifest
    return manifest


def keep_what_is_in(push: Push, page: str, hiding_key: Callable[[], str], service: Service, look: Look, images: Images,
                    branches: Branches, archive: Archive, chat: Chat) -> Manifest | None:
    """The manifest of the push's AMI, which is built; None where it could not be kept now: whoever comes next tries
    again. `page` shows the task that asks; it is the build's where the AMI was made meanwhile."""
    try:
        kept = manifest = kept_manifest(service.service, push.ami, archive)
        if manifest is None:
            manifest = _written_down(push, page, hiding_key(), service, look, images, branches, archive)
            manifest = keep_manifest(manifest, service.service, archive)
        _keep_sbom(manifest, service.service, archive)
    except Exception as error:
        told = "will be tried again" if isinstance(error, Retryable) else "was not kept"
        _tell(f"the manifest of {push.ami} {told}: {type(error).__name__}: {error}", push, look, chat)
        return None
    if not kept and manifest.unread:
        _tell(f"the manifest of {push.ami} is not whole: {'; '.join(manifest.unread)}", push, look, chat)
    return manifest


def keep_what_runs(push: Push, hiding_key: Callable[[], str], service: Service, look: Look, images: Images,
                   branches: Branches, archive: Archive, chat: Chat, clusters: Mapping[str, Clusters]) -> None:
    """The manifests of what runs, too, which a push is compared with: it may run since before any were kept."""
    try:
        running = _running(push, images, clusters)
    except Exception as error:
        log.warning("what runs beside %s cannot be told: %s: %s", push.ami, type(error).__name__, error)
        return
    for image in running:
        ran = replace(push, ami=image.name, commit=image.commit, branch=image.branch)
        keep_what_is_in(ran, "", hiding_key, service, look, images, branches, archive, chat)


def _running(push: Push, images: Images, clusters: Mapping[str, Clusters]) -> list[Image]:
    """But the push's own, and one that does not say its commit: of that nothing is known."""
    cluster, seen, found = cluster_name(push.service, push.environment), set(), []
    for ami in sorted({asg.ami for port in clusters.values() for asg in red(port.asgs(cluster), cluster)}):
        image = None if ami in seen else images.named(ami)
        seen |= {*image.ids.values()} if image else {ami}
        if image and image.commit and image.name != push.ami:
            found.append(image)
    return found


def _written_down(push: Push, page: str, hiding_key: str, service: Service, look: Look, images: Images,
                  branches: Branches, archive: Archive) -> Manifest:
    image = images.named(push.ami) or Image(push.ami, push.commit, push.branch, {})
    sources = Sources(image.commit, service, branches, archive)
    packages, of_packages = sources.packages()
    config, of_config = sources.config(hiding_key)
    built_here = image.built_at is not None and image.built_at >= look.since
    return Manifest(image.name, image.commit, image.branch or push.branch,
                    image.build_url or (page if built_here else ""), image.built_at, packages, config,
                    of_packages + of_config)


def _keep_sbom(manifest: Manifest, service: str, archive: Archive) -> None:
    """It follows from the manifest alone, so whoever comes after a death between the two writes the same."""
    key = sbom_key(service, manifest.ami)
    if manifest.knows_packages and archive.get(key) is None:
        with suppress(Refused):     # somebody else's is there by now
            archive.put(key, written_sbom(manifest, service), "application/vnd.cyclonedx+json")


def _tell(sentence: str, push: Push, look: Look, chat: Chat) -> None:
    log.warning("%s", sentence)
    with suppress(Exception):
        chat.say(announcement(push.service, push.id, "build_ami", Kind.PROGRESS, sentence, look.now))
