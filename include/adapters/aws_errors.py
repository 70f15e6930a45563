"""AWS's errors as ours, in one place: the type says whether trying again helps, the message has the call, the thing it
was about and AWS's own words. Never the arguments of the call: they may hold what a log must not.
"""

from collections.abc import Collection

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from include.domain.errors import BadInput, Final, NotAllowed, Refused, Retryable, SerinError

FAULTS = (BotoCoreError, ClientError, ResponseParserError)  # all that botocore raises when it is called
MAKES = "; `python -m include.iam` prints the policies that its role needs (docs/permissions.md)"
WORDS = 600  # of AWS's message; an encoded authorization failure alone has thousands of characters

_PASSING = {
    "BandwidthLimitExceeded", "ConcurrentModification", "ConditionalRequestConflict", "EC2ThrottledException",
    "ExpiredToken", "ExpiredTokenException", "HealthUnavailable", "InsufficientAddressCapacity",
    "InsufficientInstanceCapacity", "InternalError", "InternalFailure", "InternalServerError", "InvalidNextToken",
    "OperationAborted", "PriorRequestNotComplete", "RequestExpired", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "ResourceContention",
    "ScalingActivityInProgress", "ServiceFailure", "ServiceUnavailable", "ServiceUnavailableException", "SlowDown",
    "Throttled", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException", "Unavailable",
}
# A policy is missing; and whoever asks is not known at all, or the account is closed to this.
_NO_RIGHT = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "NotAuthorized", "UnauthorizedOperation"}
_NOBODY = {
    "AllAccessDisabled", "AuthFailure", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
    "OptInRequired", "SignatureDoesNotMatch", "UnrecognizedClientException",
}
_IN_THE_WAY = {"AlreadyExists", "DependencyViolation", "ResourceInUse"}
_BAD_INPUT_BEGINS = ("Invalid", "Malformed", "Missing", "NoSuch", "Unsupported", "Validation")
_BAD_INPUT_ENDS = (".Malformed", ".NotFound", "NotFound", "NotFoundException")


def says(error: Exception, texts: Collection[str]) -> bool:
    """Whether AWS answered with an error whose `Code: message` has one of the texts in it."""
    return isinstance(error, ClientError) and any(text in f"{_code(error)}: {_words(error)}" for text in texts)


def translated(error: Exception, call: str, about: str, connection: str = "") -> SerinError:
    """The error to raise in place of botocore's. `call` is the operation, `about` the resource; the connection is named
    where its role was not allowed to make the call."""
    if isinstance(error, ClientError):
        return _answered(error, call, about, connection)
    said = f"{call} ({about}): {str(error)[:WORDS]}"
    if isinstance(error, BotoConnectionError | HTTPClientError | ResponseParserError):
        return Retryable(said)
    if isinstance(error, ParamValidationError | NoCredentialsError | PartialCredentialsError | NoRegionError):
        return BadInput(said)
    return Final(said) if isinstance(error, BotoCoreError) else Final(f"{said} ({type(error).__name__})")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _words(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", "") or "no message")[:WORDS]


def _answered(error: ClientError, call: str, about: str, connection: str) -> SerinError:
    code = _code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    said = f"{call} ({about}): {code or status}: {_words(error)}"
    if code in _NO_RIGHT:
        return NotAllowed(f"not allowed: {said}{f'. The connection is {connection}' if connection else ''}{MAKES}")
    if code in _NOBODY:
        return Final(f"not allowed: {said}")
    if code in _PASSING or status >= 500 or status == 429:
        return Retryable(said)
    if code in _IN_THE_WAY:
        return Refused(said)
    if code.startswith(_BAD_INPUT_BEGINS) or code.endswith(_BAD_INPUT_ENDS):
        return BadInput(said)
    return Final(said)
