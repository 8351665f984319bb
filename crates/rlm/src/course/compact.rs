//! Compaction: a conversation near the end of its model's window is replaced by a summary.
//!
//! The model writes the summary itself, in the conversation that is about to go, so that the provider's
//! cache still answers for all of it. What it asked to `remember` is put beside the summary word for word,
//! and the session keeps the whole conversation in a variable. Where no summary can be had, because the
//! request is too long already or the budget has no room, the conversation goes all the same.

use std::mem;

use rlm_model::{Message, Role};
use rlm_sandbox::{Value, estimate_tokens};

use super::{Course, Said, act::VARIABLES_LISTED};
use crate::{
    Event, RlmError,
    journal::{Body, Hasher, Outside},
    observation::{self, cut},
};

/// The variables that may hold the whole conversation; the first that cells have not taken does.
const HISTORY: [&str; 2] = ["history", "whole_history"];

/// What providers wrap around a message, in tokens.
const AROUND_A_MESSAGE: u64 = 4;

/// Messages that compaction leaves: system, question, summary. With no more than these nothing is gained.
const LEFT: usize = 3;

/// Characters of each output that are left where a request was refused as too long.
const CUT_CHARS: usize = 2_000;

/// Says that no summary could be had.
const NO_SUMMARY: &str = "(The earlier turns no longer fit and were taken out of this conversation.)";

impl Course {
    /// The window of the root model, where it is known.
    pub(super) fn window(&self) -> Option<u64> {
        self.tree.settings.compaction.window.or_else(|| self.model.context_window())
    }

    /// Counts a message that was added to the conversation.
    pub(super) fn weigh(&mut self, message: &Message) {
        if self.window().is_some() {
            self.tokens += AROUND_A_MESSAGE + estimate_tokens(&message.content);
        }
    }

    /// Makes room before turn `turn`, where too little of the window is left, or where it is `forced` by a
    /// request that was refused.
    pub(super) async fn make_room(&mut self, turn: u32, forced: bool) -> Result<bool, RlmError> {
        let id = format!("{}/{turn}c", self.broker.run);
        let recorder = &self.tree.recorder;
        let known = recorder.known(&id).cloned();
        let passed = known.is_none() && recorder.known(&format!("{}/{turn}", self.broker.run)).is_some();
        if passed || known.is_none() && !forced && !self.is_nearly_full() {
            return Ok(false);
        }
        let forced = forced || matches!(known, Some(Body::Host { .. }));
        // The first message is the question, which stays whole.
        let has_cut = forced && self.messages.len() > 1 && self.cut_pending();
        if self.messages.len() <= LEFT {
            if has_cut && known.is_none() {
                self.tree.recorder.append(&id, Body::Host { outside: Outside::Value(serde_json::Value::Null) });
            }
            return Ok(has_cut);
        }
        let before = self.tokens;
        let summary = if forced { None } else { self.sum_up(&id).await };
        if summary.is_none() && known.is_none() && self.tree.stopper.is_stopping() {
            return Ok(false);
        }
        if summary.is_none() && known.is_none() {
            self.tree.recorder.append(&id, Body::Host { outside: Outside::Value(serde_json::Value::Null) });
        }
        let variable = self.keep_history().await?;
        self.begin_anew(summary.as_deref().unwrap_or(NO_SUMMARY), variable);
        self.broker.enter(format!("{id}v"));
        let variables = self.session.variables(VARIABLES_LISTED).await?;
        self.seen.clear();
        let listed = observation::of_variables(&variables, &mut self.seen);
        self.pending.insert(1, listed);
        let (after, window) = (self.tokens, self.window());
        let summary = summary.as_deref();
        self.tree.trajectory().compaction(&self.broker.run, turn, before, window, summary);
        self.tell(|| Event::Compacted { turn, before, after, window });
        Ok(true)
    }

    fn is_nearly_full(&self) -> bool {
        let Some(window) = self.window() else { return false };
        let pending: u64 = self.pending.iter().map(|part| estimate_tokens(part)).sum();
        let percent = u64::from(self.tree.settings.compaction.percent);
        (self.tokens + pending).saturating_mul(100) >= window.saturating_mul(percent)
    }

    /// Cuts what the model is told next, and says whether there was something to cut.
    fn cut_pending(&mut self) -> bool {
        let lengths = |parts: &[String]| parts.iter().map(String::len).sum::<usize>();
        let before = lengths(&self.pending);
        self.pending.iter_mut().for_each(|part| *part = cut(part, CUT_CHARS));
        lengths(&self.pending) < before
    }

    /// What the model makes of the conversation so far, the newest output included.
    async fn sum_up(&mut self, id: &str) -> Option<String> {
        let mut told = self.pending.clone();
        told.push(self.pack.compact());
        let message = Message::user(told.join("\n\n"));
        let mut conversation = self.conversation.clone();
        conversation.message(&message);
        let mut messages = self.messages.clone();
        messages.push(message);
        let Said::Reply(reply) = self.say_once(id, None, messages, conversation.digest(), false).await else {
            return None;
        };
        let summary = crate::reply::without_thoughts(&reply.text);
        (!summary.is_empty()).then_some(summary)
    }

    /// Puts the whole conversation where cells can read it, and says where.
    async fn keep_history(&mut self) -> Result<&'static str, RlmError> {
        let from = if self.archive.is_empty() { 0 } else { LEFT };
        self.archive.extend(self.messages.iter().skip(from).cloned());
        let variable = match self.history {
            Some(variable) => variable,
            None => {
                self.broker.enter(format!("{}/{}h", self.broker.run, self.iterations));
                let taken = self.session.variables(VARIABLES_LISTED).await?;
                let free = |name: &&str| !taken.iter().any(|variable| variable.name == **name);
                HISTORY.into_iter().find(free).unwrap_or(HISTORY[1])
            }
        };
        self.history = Some(variable);
        let entry = |message: &Message| {
            let role = match message.role {
                Role::System => "system",
                Role::User => "user",
                _ => "assistant",
            };
            Value::Dict(vec![("role".into(), role.into()), ("content".into(), message.content.as_str().into())])
        };
        self.session.define(variable, Value::List(self.archive.iter().map(entry).collect())).await?;
        Ok(variable)
    }

    /// Begins the conversation anew: its first two messages, and the summary. What is pending stays.
    fn begin_anew(&mut self, summary: &str, variable: &str) {
        let mut kept = mem::take(&mut self.messages);
        kept.truncate(LEFT - 1);
        (self.conversation, self.tokens, self.recorded) = (Hasher::default(), 0, 0);
        kept.into_iter().for_each(|message| self.say(message));
        self.say(Message::assistant(summary));
        let mut told = self.pack.compacted(variable);
        let facts = self.broker.facts();
        if !facts.is_empty() {
            told.push_str("\n\nYou asked to remember:");
            facts.iter().for_each(|fact| told.push_str(&format!("\n- {fact}")));
        }
        self.pending.insert(0, told);
    }
}
