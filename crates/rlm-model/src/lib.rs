//! Language models as one thing: messages in, text and usage out.
//!
//! Providers speak HTTP; the built-in model is a deterministic program with no weights; the
//! scripted model answers from a list, for tests. None of them knows what a session is.
#![forbid(unsafe_code)]

pub mod builtin;
mod error;
mod message;
mod named;
mod openai;
mod scripted;

use std::{future::Future, pin::Pin, sync::Arc};

pub use builtin::Builtin;
pub use error::{ErrorKind, ModelError};
pub use message::{Finish, Message, Reply, Request, Role, Usage};
pub use named::{ModelName, UnknownModel, parse_model_name};
pub use openai::{ApiKey, OpenAi, OpenAiConfig};
pub use scripted::ScriptedModel;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that answers a list of messages with text.
pub trait Model: Send + Sync {
    /// The name usage is reported under, such as `openai:gpt-5` or `builtin`.
    fn name(&self) -> &str;

    /// Asks once and waits for the whole reply. Retries, if any, happen inside.
    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>>;
}

/// A model shared between the root loop and its sub-calls.
pub type SharedModel = Arc<dyn Model>;
