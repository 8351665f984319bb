//! A reply while it is put together, whatever format its pieces come in.

use crate::{ErrorKind, Finish, Reply, Usage, error::excerpt};

/// What has come of a reply so far.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    /// The text so far.
    pub(super) text: String,
    /// Tokens as last reported.
    pub(super) usage: Usage,
    /// Why the text ended; nothing until it has.
    pub(super) finish: Option<Finish>,
    /// Why the provider or the model refuses, if they do.
    pub(super) refusal: Option<String>,
    /// Whether the format says that nothing more comes.
    pub(super) done: bool,
}

/// Why there is no reply, before it is known whose it was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
    /// Whether the server said that we ask too much.
    pub(super) throttled: bool,
    /// Whether something came that makes no sense.
    pub(super) garbled: bool,
    /// Whether the server knows the output limit under its newer name only.
    pub(super) wants_renamed_limit: bool,
}

impl Failure {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), throttled: false, garbled: false, wants_renamed_limit: false }
    }

    /// A connection that broke, a server that fell silent: worth another try.
    pub(super) fn later(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Retryable { after: None }, message)
    }

    /// Something came that no reader of this format understands.
    pub(super) fn unreadable(what: &str, why: impl std::fmt::Display, received: &[u8]) -> Self {
        let received = excerpt(&String::from_utf8_lossy(&received[..received.len().min(2_000)]));
        let message = format!("the reply is not {what} ({why}): {received}");
        Self { garbled: true, ..Self::new(ErrorKind::Fatal, message) }
    }
}

impl Assembly {
    /// Adds what a refusing model says, which comes in pieces as text does.
    pub(super) fn refuse(&mut self, said: &str) {
        self.refusal.get_or_insert_default().push_str(said);
    }

    /// The reply, once nothing more comes.
    pub(super) fn into_reply(self) -> Result<Reply, Failure> {
        if let Some(said) = self.refusal {
            let said = if said.trim().is_empty() { "no reason given".to_owned() } else { excerpt(&said) };
            return Err(Failure::new(ErrorKind::Refused, said));
        }
        let Some(finish) = self.finish else {
            let received = self.text.chars().count();
            return Err(Failure::later(format!("the reply broke off after {received} characters")));
        };
        Ok(Reply { text: self.text, usage: Usage { calls: 1, ..self.usage }, finish })
    }
}
