//! Language models as one thing: messages in, text and usage out.
//!
//! Remote models speak HTTP; the built-in model is a deterministic program with no weights; the
//! scripted model answers from a list, for tests. None of them knows what a session is.
#![forbid(unsafe_code)]

pub mod builtin;
mod error;
mod limiter;
#[cfg(feature = "local")]
mod local;
mod message;
mod named;
mod price;
mod recorded;
mod remote;
mod scripted;
mod secret;
mod stream;

use std::{future::Future, pin::Pin, sync::Arc};

pub use builtin::Builtin;
pub use error::{ErrorKind, ModelError};
pub use limiter::{Limiter, Limiters, Rate};
#[cfg(feature = "local")]
pub use local::{Local, LocalConfig};
pub use message::{Finish, Message, Reply, Request, Role, Usage};
pub use named::{ModelName, PROVIDERS, Provider, UnknownModel, parse_model_name};
pub use price::{Money, Price, Pricing, listed_window};
pub use recorded::{BadRecording, Matching, RecordedCall, RecordedError, Recorder, Replay};
pub use remote::{Format, Remote, RemoteConfig};
pub use scripted::ScriptedModel;
pub use secret::Secret;
pub use stream::{StreamEvent, StreamListener};

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that answers a list of messages with text.
pub trait Model: Send + Sync {
    /// The name usage is reported under, such as `openai:gpt-5` or `builtin`.
    fn name(&self) -> &str;

    /// Asks once and waits for the whole reply. Retries, if any, happen inside.
    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>>;

    /// Asks once, and tells `listener` the text as it comes. The reply at the end is the same that
    /// [`complete`](Self::complete) gives, with all of the text and the usage. A model that cannot
    /// stream tells its text in one piece.
    fn stream<'a>(
        &'a self,
        request: Request,
        listener: StreamListener<'a>,
    ) -> BoxFuture<'a, Result<Reply, ModelError>> {
        Box::pin(async move {
            let reply = self.complete(request).await?;
            listener(StreamEvent::Text(&reply.text));
            Ok(reply)
        })
    }

    /// What a call cost that used this; nothing when nobody knows, which is not the same as free.
    /// Prices depend on how long a prompt is, so calls are priced one by one.
    fn cost(&self, _usage: &Usage) -> Option<Money> {
        None
    }

    /// How many tokens the model takes in and gives out together, if that is known.
    fn context_window(&self) -> Option<u64> {
        None
    }
}

/// A model shared between the root loop and its sub-calls.
pub type SharedModel = Arc<dyn Model>;
