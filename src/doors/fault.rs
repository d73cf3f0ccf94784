//! Errors on a wire: the document that every door sends, and the way back from it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use escher_core::{Error, ErrorKind, Next, Origin};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a JSON-RPC error says of itself before its document is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// It is no JSON.
    Parse = -32_700,
    /// It is no request.
    Request = -32_600,
    /// There is no such operation.
    Method = -32_601,
    /// The request does not fit the operation.
    Params = -32_602,
    /// The operation failed.
    Failed = -32_000,
    /// The owner closes the connection: nothing was begun, and whoever owns the directory by then may be asked again.
    Closing = -32_001,
}

/// An error as JSON-RPC carries it: a message for people, and the document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) code: i64,
    /// The whole error in one line.
    pub(super) message: String,
    #[serde(default)]
    pub(super) data: Option<Value>,
}

impl Fault {
    pub(super) fn new(code: Code, error: &Error) -> Self {
        Self { code: code as i64, message: error.to_string(), data: serde_json::to_value(error).ok() }
    }

    pub(super) fn is(&self, code: Code) -> bool {
        self.code == code as i64
    }

    /// The error that it was on the other side.
    pub(super) fn error(self) -> Error {
        let document: Option<Document> = self.data.and_then(|data| serde_json::from_value(data).ok());
        let Some(document) = document else { return Error::internal(self.message).operation("ask the owner") };
        let mut error = Error::new(document.kind, document.message.clone());
        for (key, value) in &document.context {
            error = error.with(known(key), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        if let Some(operation) = &document.operation {
            error = error.operation(operation);
        }
        error = document.hint.into_iter().fold(error, Error::hint);
        error = document.next.into_iter().fold(error, Error::next);
        if error.origin() != document.origin {
            error = error.from_origin(document.origin);
        }
        // How often it was tried stands in the message alone.
        let before = format!("{}{}, ", document.operation.map(|it| format!("{it}: ")).unwrap_or_default(), document.message);
        let tries = self.message.strip_prefix(&before).and_then(|rest| rest.split_once(" times in a row"));
        match tries.and_then(|(tries, _)| tries.parse().ok()) {
            Some(tries) => error.exhausted(tries),
            None => error,
        }
    }
}

#[derive(Deserialize)]
struct Document {
    kind: ErrorKind,
    message: String,
    operation: Option<String>,
    context: Map<String, Value>,
    hint: Option<String>,
    next: Option<Next>,
    origin: Origin,
}

/// A context key as an error wants it. There are a few dozen in the whole program; what is beyond that is no key of ours.
fn known(key: &str) -> &'static str {
    const MOST: usize = 512;
    static KEYS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = keys.get(key) {
        return known;
    }
    if keys.len() >= MOST || key.len() > 64 {
        return "detail";
    }
    let key: &'static str = Box::leak(key.to_owned().into_boxed_str());
    keys.insert(key);
    key
}

/// A notification.
pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_the_same_on_the_other_side() {
        let plain = || Error::new(ErrorKind::Denied, "refused, twice");
        let errors = [
            plain(),
            plain().operation("list disks").with("account", "1").with("region", "us-east-1").hint("grant it").next(Next::Sync),
            plain().from_origin(Origin::Machine).exhausted(3).with("account", "1"),
            plain().operation("list").exhausted(7),
            plain().exhausted(1),
        ];
        for error in errors {
            let sent = serde_json::to_string(&Fault::new(Code::Failed, &error)).unwrap();
            let back = serde_json::from_str::<Fault>(&sent).unwrap().error();
            assert_eq!(back.to_string(), error.to_string());
            assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&error).unwrap());
        }
    }

    #[test]
    fn an_error_without_a_document_is_still_one() {
        let fault = Fault { code: 1, message: "odd".into(), data: Some(json!({"kind": "odd"})) };
        assert_eq!(fault.error().to_string(), "ask the owner: odd");
    }
}
