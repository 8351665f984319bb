//! How a conversation is written down for a model: the marks around each message.
//!
//! A file's own template is a program, and whoever made the file wrote it. What it comes to for plain messages
//! is one of a few forms, known by the marks that the model has tokens for, so no template is run.

use std::borrow::Cow;

use crate::{Message, Role};

/// A form of conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `<|im_start|>user\n...<|im_end|>\n`: Qwen, SmolLM and many more. Some think first, unless they find that
    /// they have.
    ChatMl { has_thought: bool },
    /// `<|start_header_id|>user<|end_header_id|>\n\n...<|eot_id|>`: Llama 3.
    Llama3,
    /// `<｜User｜>...<｜Assistant｜>`: DeepSeek, and what was taught by it.
    DeepSeek,
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
    /// The dialect of a model that has these tokens and this template.
    pub fn of(has: impl Fn(&str) -> bool, template: &str) -> Self {
        let all = |marks: &[&str]| marks.iter().all(|mark| has(mark));
        if all(&["<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"]) {
            Self::DeepSeek
        } else if all(&["<|im_start|>", "<|im_end|>"]) {
            Self::ChatMl { has_thought: template.contains("enable_thinking") }
        } else if all(&["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]) {
            Self::Llama3
        } else {
            Self::Plain
        }
    }

    /// Whether a conversation begins with the token that begins texts, whatever else the file says.
    pub fn begins(self) -> bool {
        matches!(self, Self::Llama3 | Self::DeepSeek)
    }

    /// The conversation, up to where the reply begins.
    pub fn pieces<'a>(self, messages: &'a [Message]) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
        for message in messages {
            let role = match message.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            let content = message.content.trim();
            match (self, message.role) {
                (Self::ChatMl { .. }, _) => pieces.extend([
                    Piece::Mark("<|im_start|>"),
                    Piece::Text(Cow::Owned(format!("{role}\n{content}"))),
                    Piece::Mark("<|im_end|>"),
                    text("\n"),
                ]),
                (Self::Llama3, _) => pieces.extend([
                    Piece::Mark("<|start_header_id|>"),
                    text(role),
                    Piece::Mark("<|end_header_id|>"),
                    Piece::Text(Cow::Owned(format!("\n\n{content}"))),
                    Piece::Mark("<|eot_id|>"),
                ]),
                (Self::DeepSeek, Role::System) => pieces.push(Piece::Text(Cow::Borrowed(content))),
                (Self::DeepSeek, Role::User) => {
                    pieces.extend([Piece::Mark("<｜User｜>"), Piece::Text(Cow::Borrowed(content))]);
                }
                (Self::DeepSeek, Role::Assistant) => pieces.extend([
                    Piece::Mark("<｜Assistant｜>"),
                    Piece::Text(Cow::Borrowed(content)),
                    Piece::Mark("<｜end▁of▁sentence｜>"),
                ]),
                (Self::Plain, _) => pieces.push(Piece::Text(Cow::Owned(format!("{role}: {content}\n\n")))),
            }
        }
        match self {
            Self::ChatMl { has_thought } => {
                pieces.extend([Piece::Mark("<|im_start|>"), text("assistant\n")]);
                if has_thought {
                    pieces.extend([Piece::Mark("<think>"), text("\n\n"), Piece::Mark("</think>"), text("\n\n")]);
                }
            }
            Self::Llama3 => pieces.extend([
                Piece::Mark("<|start_header_id|>"),
                text("assistant"),
                Piece::Mark("<|end_header_id|>"),
                text("\n\n"),
            ]),
            Self::DeepSeek => pieces.push(Piece::Mark("<｜Assistant｜>")),
            Self::Plain => pieces.push(text("assistant:")),
        }
        pieces
    }
}
