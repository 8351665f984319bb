//! How a conversation is written down for a model: the marks around each message.
//!
//! A file's own template is a program in Jinja; what it comes to for plain messages is one of a few forms,
//! known by the marks that the model has tokens for.

use std::borrow::Cow;

use crate::{Message, Role};

/// A form of conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `<|im_start|>user\n...<|im_end|>\n`: Qwen, SmolLM and many more.
    ChatMl,
    /// `<|start_header_id|>user<|end_header_id|>\n\n...<|eot_id|>`: Llama 3.
    Llama3,
    /// No marks at all, as a base model knows.
    Plain,
}

/// A piece of a conversation.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A mark, which is one token.
    Mark(&'static str),
    /// Text.
    Text(Cow<'a, str>),
}

impl Dialect {
    /// The dialect of a model that has these tokens.
    pub fn of(has: impl Fn(&str) -> bool) -> Self {
        if has("<|im_start|>") && has("<|im_end|>") {
            Self::ChatMl
        } else if has("<|start_header_id|>") && has("<|end_header_id|>") && has("<|eot_id|>") {
            Self::Llama3
        } else {
            Self::Plain
        }
    }

    /// Whether a conversation begins with the token that begins texts, whatever else the file says.
    pub fn begins(self) -> bool {
        self == Self::Llama3
    }

    /// The conversation, up to where the reply begins.
    pub fn pieces(self, messages: &[Message]) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
        for message in messages {
            let role = match message.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            let content = message.content.trim();
            match self {
                Self::ChatMl => pieces.extend([
                    Piece::Mark("<|im_start|>"),
                    Piece::Text(Cow::Owned(format!("{role}\n{content}"))),
                    Piece::Mark("<|im_end|>"),
                    text("\n"),
                ]),
                Self::Llama3 => pieces.extend([
                    Piece::Mark("<|start_header_id|>"),
                    text(role),
                    Piece::Mark("<|end_header_id|>"),
                    Piece::Text(Cow::Owned(format!("\n\n{content}"))),
                    Piece::Mark("<|eot_id|>"),
                ]),
                Self::Plain => pieces.push(Piece::Text(Cow::Owned(format!("{role}: {content}\n\n")))),
            }
        }
        match self {
            Self::ChatMl => pieces.extend([Piece::Mark("<|im_start|>"), text("assistant\n")]),
            Self::Llama3 => pieces.extend([
                Piece::Mark("<|start_header_id|>"),
                text("assistant"),
                Piece::Mark("<|end_header_id|>"),
                text("\n\n"),
            ]),
            Self::Plain => pieces.push(text("assistant:")),
        }
        pieces
    }
}
