//! What the SDK's errors mean, in the words of [`escher_core::Error`].

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use escher_core::{CloudId, Error, ErrorKind, Next, Origin, redact};

use crate::layer::{Call, Unfit};

/// Codes by what they mean; what is not here is decided by its shape and the HTTP status.
const CODES: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::Denied,
        &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "AllAccessDisabled", "OptInRequired"],
    ),
    (
        ErrorKind::Unauthenticated,
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "InvalidToken",
            "UnrecognizedClientException",
            "AuthFailure",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "RequestTimeTooSkewed",
        ],
    ),
    (
        ErrorKind::Throttled,
        &[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "EC2ThrottledException",
            "SlowDown",
            "BandwidthLimitExceeded",
        ],
    ),
    (ErrorKind::Timeout, &["RequestTimeout", "RequestTimeoutException"]),
    (ErrorKind::Busy, &["ConcurrentTagAccess", "OperationAborted", "ConflictException"]),
    (
        ErrorKind::Unavailable,
        &["InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable", "InsufficientInstanceCapacity", "ServerInternal"],
    ),
    (
        ErrorKind::Stale,
        &[
            "IncorrectState",
            "IncorrectInstanceState",
            "VolumeInUse",
            "DependencyViolation",
            "InvalidIPAddress.InUse",
            "InvalidSnapshot.InUse",
            "ResourceInUse",
            "OperationNotPermitted",
        ],
    ),
];

/// What AWS means by refusing credentials, in words for whoever has them.
const REFUSED: &[(&[&str], &str)] = &[
    (&["ExpiredToken", "ExpiredTokenException"], "the AWS credentials have expired"),
    (
        &["InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "InvalidToken"],
        "AWS does not know these credentials: the access key is wrong or was deleted, or a session token is missing",
    ),
    (&["SignatureDoesNotMatch", "IncompleteSignature"], "the AWS secret key does not belong to the access key"),
    (&["MissingAuthenticationToken"], "the request reached AWS without credentials"),
    (&["RequestTimeTooSkewed", "RequestExpired"], "this machine's clock differs too much from that of AWS"),
];

/// A part of a key with characters that keys never have.
#[derive(Debug)]
pub(super) struct Miscopied(pub(super) &'static str);

impl StdError for Miscopied {}

impl std::fmt::Display for Miscopied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} contains a line break, a space or another character that keys never have; copy it again", self.0)
    }
}

/// Why there are no credentials that could be used. What the SDK says of it is for those who know its providers.
fn unusable(error: &CredentialsError) -> String {
    let why = match error {
        CredentialsError::CredentialsNotLoaded(_) => "no AWS credentials were found",
        CredentialsError::ProviderTimedOut(_) => "the AWS credentials could not be loaded in time",
        CredentialsError::InvalidConfiguration(_) => {
            "no usable AWS credentials: the AWS configuration names a profile or setting that does not work"
        }
        CredentialsError::ProviderError(_) if is_instance(error) => "no AWS credentials were found",
        CredentialsError::ProviderError(_) => return format!("no usable AWS credentials: {}", innermost(error)),
        _ => "no usable AWS credentials",
    };
    why.to_owned()
}

/// Whether the last place of all was asked: the machine's own role, which only machines in AWS have.
fn is_instance(error: &CredentialsError) -> bool {
    chain(error).contains("IMDS")
}

/// Whether a code says that something is not there.
pub(super) fn says_gone(code: &str) -> bool {
    code.ends_with("NotFound") || code.starts_with("NoSuch") || code.ends_with("NotFoundError") || code == "InvalidAMIID.Unavailable"
}

fn kind_of(code: Option<&str>, status: Option<u16>) -> ErrorKind {
    let named = code.and_then(|code| CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|&(kind, _)| kind));
    named.unwrap_or_else(|| match (code, status) {
        (Some(code), _) if says_gone(code) => ErrorKind::NotFound,
        (_, Some(401)) => ErrorKind::Unauthenticated,
        (_, Some(403)) => ErrorKind::Denied,
        (_, Some(404)) if code.is_none() => ErrorKind::NotFound,
        (_, Some(408)) => ErrorKind::Timeout,
        (_, Some(429)) => ErrorKind::Throttled,
        (_, Some(500..)) => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    })
}

/// The workspace's error for a failed call. The SDK's own error is not kept as a source: it holds the raw answer.
pub(super) fn from_sdk<E>(error: &SdkError<E>, call: Call, region: &str) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let unfit = cause::<Unfit>(error);
    let (kind, message) = if let Some(unfit) = unfit {
        (ErrorKind::Unavailable, unfit.to_string())
    } else if let Some(miscopied) = cause::<Miscopied>(error) {
        (ErrorKind::Unauthenticated, miscopied.to_string())
    } else if let Some(missing) = cause::<CredentialsError>(error) {
        let kind = match missing {
            CredentialsError::ProviderTimedOut(_) => ErrorKind::Timeout,
            _ => ErrorKind::Unauthenticated,
        };
        (kind, unusable(missing))
    } else {
        match error {
            SdkError::ServiceError(_) if status.is_some_and(|status| status < 300) => {
                (ErrorKind::Unavailable, format!("the answer is not understood: {}", chain(error)))
            }
            SdkError::ServiceError(service) => {
                let meta = service.err().meta();
                let said = meta.message().or(meta.code()).unwrap_or("the service refused without a reason");
                let refused = meta.code().and_then(|code| REFUSED.iter().find(|(codes, _)| codes.contains(&code)));
                (kind_of(meta.code(), status), refused.map_or_else(|| said.to_owned(), |(_, why)| (*why).to_owned()))
            }
            SdkError::TimeoutError(_) => (ErrorKind::Timeout, "no answer in time".to_owned()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => (ErrorKind::Timeout, "no connection in time".to_owned()),
            SdkError::DispatchFailure(_) => (ErrorKind::Unavailable, format!("no connection: {}", innermost(error))),
            SdkError::ResponseError(_) if status.is_some_and(|status| status >= 300) => (kind_of(None, status), chain(error)),
            SdkError::ResponseError(_) => {
                (ErrorKind::Unavailable, format!("the answer was cut off or is not understood: {}", chain(error)))
            }
            _ => (ErrorKind::Invalid, chain(error)),
        }
    };
    let mut made = Error::new(kind, redact(&message)).operation(format!("{}:{}", call.service, call.operation)).with("region", region);
    if let Some(code) = error.code() {
        made = made.with("code", redact(code));
    }
    if let Some(missing) = cause::<CredentialsError>(error) {
        // For whoever has to find out which of the many places is wrong; the message and the hint do without.
        tracing::debug!("the AWS SDK says: {}", redact(&chain(missing)));
    }
    if let Some(origin) = origin(error, kind) {
        made = made.from_origin(origin);
    }
    if unfit.is_some_and(|unfit| !unfit.is_temporary()) {
        made = made.exhausted(1);
    }
    if kind == ErrorKind::Unauthenticated && !matches!(error.code(), Some("RequestTimeTooSkewed" | "RequestExpired")) {
        made = made.next(Next::Connect { cloud: Some(CloudId::Aws) });
    }
    match hint(kind, error.code(), call) {
        Some(hint) => made.hint(hint),
        None => made,
    }
}

/// Who has to act, where that is not who usually has to with errors of this kind.
fn origin<E>(error: &SdkError<E>, kind: ErrorKind) -> Option<Origin>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    Some(match (error, kind) {
        // The clock of this machine is what has to be set.
        _ if matches!(error.code(), Some("RequestTimeTooSkewed" | "RequestExpired")) => Origin::Machine,
        (_, ErrorKind::Unauthenticated) => Origin::User,
        (SdkError::ServiceError(_), ErrorKind::Busy | ErrorKind::Timeout | ErrorKind::Stale | ErrorKind::NotFound) => Origin::Cloud,
        (SdkError::DispatchFailure(_) | SdkError::ResponseError(_), ErrorKind::Unavailable) if cause::<Unfit>(error).is_some() => {
            Origin::Cloud
        }
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), ErrorKind::Unavailable | ErrorKind::Timeout) => Origin::Network,
        _ => return None,
    })
}

fn hint(kind: ErrorKind, code: Option<&str>, call: Call) -> Option<String> {
    Some(match (kind, code) {
        (ErrorKind::Denied, Some("OptInRequired")) => "enable the region for this account, or leave it out of the configuration".into(),
        (ErrorKind::Denied, _) => format!("grant {} to this identity", call.permission),
        (_, Some("RequestTimeTooSkewed" | "RequestExpired")) => "set the clock of this machine, then sign in again".into(),
        (_, Some("ExpiredToken" | "ExpiredTokenException")) => "the session has ended: sign in again, for example with `aws sso login`".into(),
        (ErrorKind::Unauthenticated, _) => {
            "sign in (`aws configure` or `aws sso login`), or name a profile that has credentials; `aws sts get-caller-identity` shows who AWS takes you for"
                .into()
        }
        (ErrorKind::Unavailable | ErrorKind::Timeout, None) => "check the network, the region's name and the endpoint".into(),
        (ErrorKind::Unavailable, Some("InsufficientInstanceCapacity")) => "try another size or zone, or later".into(),
        (ErrorKind::Throttled, _) => "the account's rate limit for this API is used up; requests continue more slowly".into(),
        _ => return None,
    })
}

/// The error of a type among an error and its causes.
fn cause<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    std::iter::successors(Some(error), |&e| e.source()).find_map(|e| e.downcast_ref())
}

/// What an error comes down to: the layers in between say only that they pass it on.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    std::iter::successors(Some(error), |&e| e.source()).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and its causes in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in std::iter::successors(Some(error), |&e| e.source()).map(ToString::to_string) {
        if parts.last().is_none_or(|last| !last.contains(&part)) {
            parts.push(part);
        }
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, kind_of};

    #[test]
    fn codes_and_statuses_have_their_kind() {
        for (code, status, kind) in [
            (Some("UnauthorizedOperation"), 403, ErrorKind::Denied),
            (Some("ExpiredToken"), 400, ErrorKind::Unauthenticated),
            (Some("RequestLimitExceeded"), 503, ErrorKind::Throttled),
            (Some("SlowDown"), 503, ErrorKind::Throttled),
            (Some("InvalidInstanceID.NotFound"), 400, ErrorKind::NotFound),
            (Some("NoSuchBucket"), 404, ErrorKind::NotFound),
            (Some("IncorrectInstanceState"), 400, ErrorKind::Stale),
            (Some("InvalidParameterValue"), 400, ErrorKind::Invalid),
            (None, 403, ErrorKind::Denied),
            (None, 502, ErrorKind::Unavailable),
        ] {
            assert_eq!(kind_of(code, Some(status)), kind, "{code:?} {status}");
        }
    }
}
