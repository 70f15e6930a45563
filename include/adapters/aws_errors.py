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

from include.domain.errors import BadInput, Final, Refused, Retryable, SerinError

FAULTS = (BotoCoreError, ClientError, ResponseParserError)  # all that botocore raises when it is called
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
_FORBIDDEN = {
    "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AuthFailure", "AuthorizationError",
    "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "NotAuthorized", "OptInRequired",
    "SignatureDoesNotMatch", "UnauthorizedOperation", "UnrecognizedClientException",
}
_IN_THE_WAY = {"AlreadyExists", "DependencyViolation", "ResourceInUse"}
_BAD_INPUT_BEGINS = ("Invalid", "Malformed", "Missing", "NoSuch", "Unsupported", "Validation")
_BAD_INPUT_ENDS = (".Malformed", ".NotFound", "NotFound", "NotFoundException")


def says(error: Exception, texts: Collection[str]) -> bool:
    """Whether AWS answered with an error whose `Code: message` has one of the texts in it."""
    return isinstance(error, ClientError) and any(text in f"{_code(error)}: {_words(error)}" for text in texts)


def translated(error: Exception, call: str, about: str) -> SerinError:
    """The error to raise in place of botocore's. `call` is the operation, `about` the resource."""
    if isinstance(error, ClientError):
        return _answered(error, call, about)
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


def _answered(error: ClientError, call: str, about: str) -> SerinError:
    code = _code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    said = f"{call} ({about}): {code or status}: {_words(error)}"
    if code in _FORBIDDEN:
        return Final(f"not allowed: {said}")
    if code in _PASSING or status >= 500 or status == 429:
        return Retryable(said)
    if code in _IN_THE_WAY:
        return Refused(said)
    if code.startswith(_BAD_INPUT_BEGINS) or code.endswith(_BAD_INPUT_ENDS):
        return BadInput(said)
    return Final(said)
