//! Faults become status codes here and nowhere else.

use crate::recognizer::UtteranceError;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    /// Path of the field, as google.rpc.BadRequest wants it: `text`, `requests[3].account`.
    pub(crate) field: String,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

impl Fault {
    pub(super) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { code: Code::InvalidArgument, field: field.to_owned(), message: message.into() }
    }
}

impl From<UtteranceError> for Fault {
    fn from(error: UtteranceError) -> Self {
        match &error {
            UtteranceError::UnknownAccount { .. } => {
                Self { code: Code::NotFound, field: "account".into(), message: error.to_string() }
            }
            UtteranceError::ForeignContext { .. } => Self::invalid("context", error.to_string()),
        }
    }
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation(&fault.field, &fault.message);
        Status::with_error_details(fault.code, format!("{}: {}", fault.field, fault.message), details)
    }
}

/// The server has too much to do; `google.rpc.RetryInfo` says when to come back.
pub(super) fn overloaded(what: &str, retry_after: Duration) -> Status {
    let details = ErrorDetails::with_retry_info(Some(retry_after));
    Status::with_error_details(Code::ResourceExhausted, format!("{what}; try again later"), details)
}

/// The caller's deadline passed.
pub(super) fn late() -> Status {
    Status::deadline_exceeded("the deadline passed before the answer was ready")
}

/// A call of a method that takes one message has more.
pub(super) fn second_message() -> Status {
    Status::invalid_argument("the request has a second message; this method takes one")
}
