"""`python -m include.iam --account 123456789012`: the AWS policies that the declared services need, role by role.

Ends with 0; with 1 where --check finds that the files are not what is needed; with 2 for an error.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from include.catalog import load_services, service_named
from include.domain.declared.environments import ENVIRONMENTS
from include.domain.errors import BadInput
from include.domain.service import Service
from include.iam import files
from include.iam.roles import ROLES
from include.iam.uses import Use, in_accounts, uses

DIFFER, ERROR = 1, 2
EPILOG = """\
examples:
  python -m include.iam --account 123456789012
  python -m include.iam --account aws_prod=123456789012 --account aws_test=210987654321 --write policies
  python -m include.iam --account 123456789012 --service api --environment prod --role push
  aws iam create-policy --policy-name serin-aws_prod-push --policy-document file://policies/serin-aws_prod-push.json

docs/permissions.md says what each role may do, and why."""


def main(words: Sequence[str] | None = None) -> int:
    try:
        asked = _asked(words)
        wanted = files.wanted(_uses(asked), asked.role or list(ROLES), asked.airflow_role or "",
                              asked.external_id or "")
        if asked.check:
            return _check(asked.check, wanted)
        if asked.write:
            return _write(asked.write, wanted)
        print(json.dumps(wanted, indent=2))
    except BadInput as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return ERROR
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}\n{self.format_usage().strip()}")


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser("python -m include.iam", description=(__doc__ or "").split("\n")[0], epilog=EPILOG,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--account", action="append", default=[], metavar="[CONNECTION=]ID",
                        help="the 12 digits of the account that an Airflow connection is of; without its name, of all")
    parser.add_argument("--service", action="append", default=[], metavar="NAME", help="this one; default: all")
    parser.add_argument("--environment", default="", metavar="NAME",
                        help=f"what pushing to this one takes: {', '.join(ENVIRONMENTS)}; default: all")
    parser.add_argument("--role", action="append", choices=list(ROLES), help="this one; default: all")
    parser.add_argument("--airflow-role", type=_principal, metavar="ARN",
                        help="what Airflow's processes are themselves: prints, too, what that may become in each "
                             "account, that account's trust, and the Airflow connections")
    parser.add_argument("--external-id", type=_external_id, metavar="TEXT",
                        help="what Airflow must say to take on a role; needed with --airflow-role")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--write", type=Path, metavar="FOLDER", help="each document as a file of its own, not printed")
    end.add_argument("--check", type=Path, metavar="FOLDER",
                     help="whether the files of --write are what the services need today; exit code 1 where not")
    asked = parser.parse_args(words)
    if bool(asked.airflow_role) != bool(asked.external_id):
        raise BadInput("--airflow-role and --external-id go together: without an external id, whoever may use that "
                       "role for something else could use it for this")
    return asked


def _uses(asked: argparse.Namespace) -> list[Use]:
    services = _services(asked.service)
    if asked.environment:
        _must_be_declared(asked.environment, services)
    return in_accounts(uses(services, asked.environment), asked.account)


def _services(names: Sequence[str]) -> list[Service]:
    found = [service_named(name) for name in dict.fromkeys(names)] or list(load_services().values())
    if not found:
        raise BadInput("no service is declared (SERIN_SERVICES names the folder)")
    return found


def _must_be_declared(environment: str, services: Sequence[Service]) -> None:
    if environment not in ENVIRONMENTS:
        raise BadInput(f"--environment {environment}: is not known; there are {', '.join(ENVIRONMENTS)}")
    if not any(environment in service.environments for service in services):
        raise BadInput(f"--environment {environment}: not declared by {', '.join(one.service for one in services)}")


def _principal(text: str) -> str:
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not the ARN of a role or user, as in "
                                         "arn:aws:iam::111122223333:role/airflow")
    return text


def _external_id(text: str) -> str:
    if not re.fullmatch(r"[\w+=,.@:/-]{2,1224}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not what AWS takes: 2 to 1,224 letters, digits and +=,.@:/-")
    return text


def _write(folder: Path, wanted: Mapping[str, Any]) -> int:
    for path in files.write(folder, wanted):
        print(path)
    return 0


def _check(folder: Path, wanted: Mapping[str, Any]) -> int:
    wrong = files.differences(folder, wanted)
    for line in wrong or [f"the {len(wanted)} files of {folder} are what is needed"]:
        print(line)
    return DIFFER if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
