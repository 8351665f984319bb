//! What goes to a model and what comes back, as plain data.

use std::ops::{Add, AddAssign};

/// Who a message is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions.
    System,
    /// The one who asks.
    User,
    /// The model's own earlier reply.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Message {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: String,
}

impl Message {
    /// A standing instruction.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// What the one who asks says.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// What the model said before.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// One question to a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// Most tokens the reply may have; `None` leaves it to the provider.
    pub max_output_tokens: Option<u32>,
}

impl Request {
    /// A request of one user message.
    pub fn prompt(text: impl Into<String>) -> Self {
        Self { messages: vec![Message::user(text)], max_output_tokens: None }
    }
}

/// What a model answered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reply {
    /// The text.
    pub text: String,
    /// What it cost in tokens, as the provider counted them.
    pub usage: Usage,
    /// Why the text ends where it ends.
    pub finish: Finish,
}

impl Reply {
    /// A finished reply that counts as one call and no tokens.
    pub fn text(text: impl Into<String>) -> Self {
        let usage = Usage { calls: 1, ..Usage::default() };
        Self { text: text.into(), usage, finish: Finish::Stop }
    }
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// The output limit cut it off.
    Length,
    /// Anything else the provider said.
    Other,
}

/// Tokens of one or more calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Calls counted here.
    pub calls: u64,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// The part of `input_tokens` that a provider's cache answered.
    pub cached_input_tokens: u64,
    /// The part of `input_tokens` that was written to a provider's cache, where that is charged.
    #[serde(default)]
    pub cache_write_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// The part of `output_tokens` spent on reasoning.
    pub reasoning_tokens: u64,
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cached_input_tokens: self.cached_input_tokens.saturating_add(other.cached_input_tokens),
            cache_write_tokens: self.cache_write_tokens.saturating_add(other.cache_write_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
