//! The built-in model: no weights, no network, deterministic.
//!
//! As a root model it writes cells that look at the context, search it for the question's terms,
//! have the best passages read, and submit. As a sub-model it extracts the value, line or sentence
//! that best answers. It finds and extracts; it does not reason.

mod count;
mod extract;
mod fields;
mod literal;
mod prompt;
mod question;
mod records;
mod root;
mod words;

use crate::{BoxFuture, Finish, Message, Model, ModelError, Money, Reply, Request, Role, Usage};

/// What it answers when a text does not hold the answer.
pub const NOT_FOUND: &str = "NOT FOUND";

/// One sentence for people: what answered them.
pub fn notice() -> &'static str {
    "no language model was used: the built-in model only searches the context for the \
     question's words and extracts what stands there"
}

/// The built-in model. It holds no state: the same request always gets the same reply.
///
/// Its usage is an estimate, one token for every four characters, since it has no tokenizer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Builtin;

impl Builtin {
    /// The reply to a conversation.
    fn answer(messages: &[Message]) -> String {
        match root::question_of(messages) {
            Some(question) => root::next_reply(question, messages),
            None => extract::answer(&last_prompt(messages)),
        }
    }
}

impl Model for Builtin {
    fn name(&self) -> &str {
        "builtin"
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(async move {
            let text = Self::answer(&request.messages);
            let usage = Usage {
                calls: 1,
                input_tokens: request.messages.iter().map(|m| estimate(&m.content)).sum(),
                output_tokens: estimate(&text),
                ..Usage::default()
            };
            Ok(Reply { text, usage, finish: Finish::Stop })
        })
    }

    /// It is part of this program: nobody is paid.
    fn cost(&self, _usage: &Usage) -> Option<Money> {
        Some(Money::ZERO)
    }
}

fn last_prompt(messages: &[Message]) -> String {
    let prompt = messages.iter().rev().find(|message| message.role == Role::User);
    prompt.map(|message| message.content.clone()).unwrap_or_default()
}

/// A rough count of tokens: four characters each.
fn estimate(text: &str) -> u64 {
    text.chars().count().div_ceil(4) as u64
}

#[cfg(test)]
mod tests;
