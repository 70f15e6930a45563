"""What making, marking and finding AMIs takes: in the account that has them, and in every region of the services.

What AWS checks of a call beside its own action (that tags may be given, each kind of resource of a launch, the key that
encrypts) is in the Service Authorization Reference, "Grant permission to tag Amazon EC2 resources during creation" and
"Required AWS KMS key policy for use with encrypted volumes".
"""

from collections.abc import Iterable, Iterator, Sequence

from include.adapters.images.amis import SERVICE, VETO_TAGS
from include.adapters.images.ec2_base import ID, OWNED
from include.domain.declared.build import CodeBuildBuild, Ec2Build, TaggedBuild
from include.domain.service import Service
from include.iam.statement import Statement
from include.iam.uses import Use

FOUND = ("ec2:DescribeImages",)
RAN = ("codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject")
STARTED = ("codebuild:BatchGetProjects", "codebuild:StartBuild", "codebuild:StopBuild")
MADE = ("image", "instance", "snapshot", "volume")
BY = ("CopyImage", "CreateImage", "RunInstances")
Conditions = dict[str, dict[str, object]]
KEY_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom",
           "kms:ReEncryptTo")


def reading(use: Use) -> list[Statement]:
    if not use.builds:
        return []
    return [Statement("ReadImages", FOUND, conditions=_in(_everywhere(use.builds))), *_projects(use, "ReadBuilds", RAN)]


def building(use: Use) -> list[Statement]:
    if not use.builds:
        return []
    ours = _of_kind(use, Ec2Build)
    read = (*FOUND, *(("ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeSubnets") if ours else ()))
    found = [Statement("ReadImages", read, conditions=_in(_everywhere(use.builds)))]
    if ours:
        found += [*_builders(use, ours), *_made(use, ours), *_shared(use, ours), *_keys(use, ours)]
    return [*found, *_ci(use), *_projects(use, "RunBuilds", (*RAN, *STARTED))]


def _builders(use: Use, ours: Sequence[Service]) -> Iterator[Statement]:
    """Launched with the declared type, from the declared base AMI's owner, in a subnet that has the tag, with our tags;
    and nobody else's instance is stopped or becomes an image."""
    home, tags = _in({one.every_region[0] for one in ours}), _requested(ours)
    kinds = {one.build.instance_type for one in ours}
    yield Statement("LaunchBuilders", ("ec2:RunInstances",), [use.arn("ec2", "instance/*")], _both(home, tags, {
        "StringEquals": {"ec2:InstanceType": sorted(kinds), "ec2:MetadataHttpTokens": "required"}}))
    yield Statement("WithDisks", ("ec2:RunInstances",), [use.arn("ec2", "volume/*")], _both(home, tags))
    yield from _base_amis(use, ours, home)
    for number, tag in enumerate(sorted({one.build.subnet_tag for one in ours})):
        yield Statement(f"InSubnets{number or ''}", ("ec2:RunInstances",), [use.arn("ec2", "subnet/*")],
                        _both(home, {"Null": {f"aws:ResourceTag/{tag}": "false"}}))
    yield Statement("OnTheNetwork", ("ec2:RunInstances",),
                    [use.arn("ec2", f"{kind}/*") for kind in ("network-interface", "security-group")], home)
    yield Statement("UseBuilders", ("ec2:CreateImage", "ec2:GetConsoleOutput", "ec2:TerminateInstances"),
                    [use.arn("ec2", "instance/*")], _both(home, _tagged(ours)))


def _base_amis(use: Use, ours: Sequence[Service], home: Conditions) -> Iterator[Statement]:
    """Those that are declared by id, and any of the owners of those that are declared by name."""
    ids = {one.build.base_ami for one in ours if ID.fullmatch(one.build.base_ami)}
    owners = {_owner(use, one.build.base_ami) for one in ours if one.build.base_ami not in ids}
    if ids:
        yield Statement("FromBaseAmisById", ("ec2:RunInstances",),
                        [use.arn("ec2", f"image/{ami}", account="") for ami in ids], home)
    if owners:
        yield Statement("FromBaseAmis", ("ec2:RunInstances",), [_of(use, "image")],
                        _both(home, {"StringEquals": {"ec2:Owner": sorted(owners)}}))


def _made(use: Use, ours: Sequence[Service]) -> Iterator[Statement]:
    """Images with our tags from the first moment on; what has them is changed and removed, and nothing else."""
    images, tags = _images(use), _requested(ours)
    yield Statement("MakeImages", ("ec2:CopyImage", "ec2:CreateImage"), images,
                    _both(_in(_everywhere(ours)), tags))
    yield Statement("TagWhatIsMade", ("ec2:CreateTags",), [_of(use, kind) for kind in MADE],
                    _both(_in(_everywhere(ours)), tags, {"StringEquals": {"ec2:CreateAction": BY}}))
    yield Statement("MarkWhatIsOurs", ("ec2:CreateTags", "ec2:DeleteTags"),
                    [_of(use, kind) for kind in ("image", "instance", "snapshot")],
                    _both(_in(_everywhere(ours)), _tagged(ours), {
                        "ForAllValues:StringLike": {"aws:TagKeys": "serin:*"}}))
    yield Statement("RemoveImages", ("ec2:DeregisterImage",), [_of(use, "image")],
                    _both(_in(_everywhere(ours)), _tagged(ours)))
    yield Statement("RemoveSnapshots", ("ec2:DeleteSnapshot",), [_of(use, "snapshot")],
                    _both(_in(_everywhere(ours)), _tagged(ours)))


def _shared(use: Use, ours: Sequence[Service]) -> Iterator[Statement]:
    """With the declared accounts; a disk is never shown to everybody."""
    sharing = [one for one in ours if one.build.share_with]
    if not sharing:
        return
    accounts = sorted({account for one in sharing for account in one.build.share_with})
    yield Statement("ShareImages", ("ec2:ModifyImageAttribute",), [_of(use, "image")],
                    _both(_in(_everywhere(sharing)), _tagged(sharing)))
    yield Statement("ShareDisks", ("ec2:ModifySnapshotAttribute",), [_of(use, "snapshot")],
                    _both(_in(_everywhere(sharing)), _tagged(sharing), {
                        "ForAllValues:StringEquals": {"ec2:Add/userId": accounts}, "Null": {"ec2:Add/group": "true"}}))


def _keys(use: Use, ours: Sequence[Service]) -> Iterator[Statement]:
    """Keys are known by their aliases, and used by EC2 alone."""
    aliases = sorted({one.build.kms_key for one in ours if one.build.kms_key})
    if not aliases:
        return
    through = {"StringLike": {"kms:ViaService": f"ec2.*.{use.services_domain}"},
               "ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}
    yield Statement("UseKeys", KEY_USE, [use.arn("kms", "key/*")], through)
    yield Statement("LendKeys", ("kms:CreateGrant",), [use.arn("kms", "key/*")],
                    _both(through, {"Bool": {"kms:GrantIsForAWSResource": "true"}}))


def _ci(use: Use) -> Iterator[Statement]:
    """AMIs that others made have no tag of ours yet; they have that of their commit."""
    for number, tag in enumerate(sorted({one.build.commit_tag for one in _of_kind(use, TaggedBuild)})):
        theirs = [one for one in _of_kind(use, TaggedBuild) if one.build.commit_tag == tag]
        keys = "serin:*" if any(isinstance(one.build, CodeBuildBuild) for one in theirs) else sorted(VETO_TAGS)
        yield Statement(f"MarkImages{number or ''}", ("ec2:CreateTags", "ec2:DeleteTags"), [_of(use, "image")],
                        _both(_in(_everywhere(theirs)), {"Null": {f"aws:ResourceTag/{tag}": "false"}},
                              {"ForAllValues:StringLike": {"aws:TagKeys": keys}}))


def _projects(use: Use, sid: str, actions: Sequence[str]) -> Iterator[Statement]:
    theirs = _of_kind(use, CodeBuildBuild)
    projects = [use.arn("codebuild", f"project/{one.build.project}", region=one.build.region or one.every_region[0])
                for one in theirs]
    if projects:
        yield Statement(sid, actions, projects)


def _owner(use: Use, base_ami: str) -> str:
    """One that is named without an owner is the account's own."""
    named = OWNED.fullmatch(base_ami)
    return named["owner"] if named and named["owner"] != "self" else use.account


def _of_kind(use: Use, kind: type) -> list[Service]:
    return [one for one in use.builds if isinstance(one.build, kind)]


def _of(use: Use, kind: str) -> str:
    """ARNs of images and snapshots have no account."""
    return use.arn("ec2", f"{kind}/*", account="" if kind in ("image", "snapshot") else None)


def _images(use: Use) -> list[str]:
    return [_of(use, "image"), _of(use, "snapshot")]


def _everywhere(services: Iterable[Service]) -> set[str]:
    return {region for one in services for region in one.every_region}


def _in(regions: Iterable[str]) -> Conditions:
    return {"StringEquals": {"aws:RequestedRegion": sorted(regions)}}


def _requested(services: Iterable[Service]) -> Conditions:
    return {"StringEquals": {f"aws:RequestTag/{SERVICE}": sorted(one.service for one in services)}}


def _tagged(services: Iterable[Service]) -> Conditions:
    return {"StringEquals": {f"aws:ResourceTag/{SERVICE}": sorted(one.service for one in services)}}


def _both(*conditions: Conditions) -> Conditions:
    together: Conditions = {}
    for one in conditions:
        for operator, keys in one.items():
            together[operator] = together.get(operator, {}) | keys
    return together
