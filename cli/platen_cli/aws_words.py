"""What went wrong with AWS, in words: every botocore error a person can meet, and what helps."""

from __future__ import annotations

from platen_cli.stops import Stop, Unreachable

_LOGIN = "Log in (aws sso login, aws configure), or name a profile with --profile."

# class name -> (what happened, what helps). By name, so that explaining never imports botocore.
_BY_CLASS = {
    "NoCredentialsError": ("No AWS credentials were found.", _LOGIN),
    "PartialCredentialsError": ("The AWS credentials are incomplete.", _LOGIN),
    "CredentialRetrievalError": ("The AWS credentials could not be fetched.", _LOGIN),
    "ProfileNotFound": ("There is no such AWS profile.", "aws configure list-profiles shows those there are."),
    "NoRegionError": ("No AWS region is set.", "Name one with --region, e.g. --region eu-central-1."),
    "InvalidRegionError": ("That is no AWS region.", "Name one with --region, e.g. --region eu-central-1."),
    "SSOTokenLoadError": ("The AWS login is missing.", "Run aws sso login."),
    "UnauthorizedSSOTokenError": ("The AWS login has expired.", "Run aws sso login."),
    "TokenRetrievalError": ("The AWS login has expired.", "Run aws sso login."),
    "LoginRefreshTokenExpired": ("The AWS login has expired.", "Run aws login."),
    "ReadTimeoutError": (
        "AWS took the request, and no answer came in time: it may have been done.",
        "Look (platen orders show, platen status) before you do it again.",
    ),
    "ConnectionClosedError": (
        "The connection was cut before the answer came: it may have been done.",
        "Look (platen orders show, platen status) before you do it again.",
    ),
}
_NO_WAY = ("AWS cannot be reached.", "Check the network and --region.")
_BY_CODE = {
    "ExpiredToken": ("The AWS login has expired.", _LOGIN),
    "ExpiredTokenException": ("The AWS login has expired.", _LOGIN),
    "InvalidClientTokenId": ("AWS does not know these credentials.", _LOGIN),
    "UnrecognizedClientException": ("AWS does not know these credentials.", _LOGIN),
    "SignatureDoesNotMatch": ("AWS refused the signature of these credentials.", _LOGIN),
    "ResourceNotFoundException": (
        "The stack's function for this is gone.",
        "Deploy the stack again, or check --region.",
    ),
    "RequestEntityTooLargeException": ("That is more than one call can carry.", "Split the file."),
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_SLOW = {"Throttling", "ThrottlingException", "TooManyRequestsException"}


def explain(error: Exception) -> Stop | None:
    """The Stop that an AWS error means; None when it is no AWS error, and so a bug of ours."""
    if not type(error).__module__.startswith(("botocore", "boto3", "urllib3")):
        return None
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return _of_answer(response.get("Error", {}), getattr(error, "operation_name", ""))
    kinds = [kind.__name__ for kind in type(error).__mro__]
    words, advice = next((_BY_CLASS[name] for name in kinds if name in _BY_CLASS), _NO_WAY)
    if (words, advice) == _NO_WAY and not {"HTTPClientError", "ConnectionError"} & set(kinds):
        words = f"AWS could not be asked ({type(error).__name__})."
    return Unreachable(words, advice)


def is_denied(error: Exception) -> bool:
    """Whether AWS says that these credentials may not do what they tried."""
    response = getattr(error, "response", None)
    return isinstance(response, dict) and response.get("Error", {}).get("Code", "") in _DENIED


def _of_answer(said: dict[str, str], call: str) -> Stop:
    code, message = said.get("Code", ""), said.get("Message", "")
    if code in _BY_CODE:
        return Unreachable(*_BY_CODE[code])
    if code in _DENIED:
        return Unreachable(
            f"AWS does not allow these credentials to do {call}.",
            "They need one of the stack's policies: PlatenView (to look), PlatenOperate or PlatenSetUp.",
        )
    if code in _SLOW:
        return Unreachable("AWS asks to slow down.", "Wait a minute, then try again.")
    return Unreachable(f"AWS refused {call}: {message or code}.")
