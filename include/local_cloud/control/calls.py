"""Which API call a request is, and errors in the words of its protocol, so that boto3 raises the right ClientError."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
BUSY = {"ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."), "s3": ("SlowDown", 503, "Reduce your rate."),
        "dynamodb": ("ThrottlingException", 400, "Rate exceeded")}


@dataclass(frozen=True)
class Call:
    """`token` is the ClientToken, "" where there is none."""

    service: str
    region: str
    action: str
    token: str = ""

    @property
    def reads(self) -> bool:
        return self.action.startswith(("Describe", "Get", "List", "Head"))


def read_call(environ: Mapping[str, str], body: bytes) -> Call:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    region, service = scope.groups() if scope else ("us-east-1", "")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Call(service, region, target.rpartition(".")[2])
    if service == "s3":
        return Call(service, region, _s3_action(environ))
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    fields = parse_qs(body.decode("utf-8", "replace") if form else environ.get("QUERY_STRING", ""))
    return Call(service, region, fields.get("Action", [""])[0], fields.get("ClientToken", [""])[0])


def _s3_action(environ: Mapping[str, str]) -> str:
    verb = environ.get("REQUEST_METHOD", "").capitalize()
    bucket, _, key = environ.get("PATH_INFO", "").strip("/").partition("/")
    if key:
        return f"{verb}Object"
    return f"{verb}Bucket" if verb != "Get" else "ListObjects" if bucket else "ListBuckets"


def throttled(service: str) -> tuple[str, int, str]:
    """Code, HTTP status and message of a call too many."""
    return BUSY.get(service, ("Throttling", 400, "Rate exceeded"))


def error(service: str, code: str, status: int, message: str, *, json_call: bool = False) -> tuple[int, str, bytes]:
    """HTTP status, content type and body."""
    request_id = str(uuid.uuid4())
    if json_call or service == "dynamodb":
        return status, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode()
    told = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if service == "ec2":
        body = f"<Response><Errors><Error>{told}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif service == "s3":
        body = f"<Error>{told}<RequestId>{request_id}</RequestId></Error>"
    else:
        whose = "Sender" if status < 500 else "Receiver"
        body = (f"<ErrorResponse><Error><Type>{whose}</Type>{told}</Error><RequestId>{request_id}</RequestId>"
                "</ErrorResponse>")
    return status, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
