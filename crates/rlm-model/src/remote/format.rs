//! The wire formats models are served in.

use serde_json::Value;

use super::{
    anthropic::Anthropic,
    assembly::{Assembly, Failure},
    chat::Chat,
    gemini::Gemini,
    responses::Responses,
    sse,
};
use crate::Request;

/// How a server wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// OpenAI's Chat Completions, which most servers speak.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

impl Format {
    pub(super) fn adapter(self) -> &'static dyn Adapter {
        match self {
            Self::Chat => &Chat,
            Self::Responses => &Responses,
            Self::Anthropic => &Anthropic,
            Self::Gemini => &Gemini,
        }
    }
}

/// What is to be asked of which model.
pub(super) struct Ask<'a> {
    pub(super) model: &'a str,
    pub(super) request: &'a Request,
    /// Whether the reply should come in pieces.
    pub(super) stream: bool,
    /// Whether the server wants the output limit as OpenAI renamed it, which others did not.
    pub(super) renamed_limit: bool,
    /// Whether to mark what a cache should keep, where that has to be said.
    pub(super) mark_cache: bool,
    pub(super) temperature: Option<f64>,
}

/// One format: how to ask, and how to read what comes. It knows no sockets, no keys, no retries.
pub(super) trait Adapter: Send + Sync {
    /// What a reply is called in errors, such as `a chat completion`.
    fn what(&self) -> &'static str;

    /// Path segments after the base URL.
    fn path(&self, base: &str, model: &str, stream: bool) -> Vec<String>;

    /// What follows the path as a query, if anything has to.
    fn query(&self, _stream: bool) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The header that carries the key, and what comes before it.
    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    /// Headers that every request needs.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The request.
    fn body(&self, ask: &Ask<'_>) -> Value;

    /// Takes in a reply that came as a whole.
    fn whole(&self, reply: &Value, into: &mut Assembly) -> Result<(), Failure>;

    /// Takes in one event of a reply that comes in pieces.
    fn event(&self, event: &sse::Event, into: &mut Assembly) -> Result<(), Failure>;

    /// Reads the data of an event.
    fn data(&self, event: &sse::Event) -> Result<Value, Failure> {
        serde_json::from_str(&event.data)
            .map_err(|error| Failure::unreadable(self.what(), error, event.data.as_bytes()))
    }
}

/// The text of a field; empty when it is missing or something else.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A count of tokens; zero when it was not reported.
pub(super) fn count(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or(0)
}
