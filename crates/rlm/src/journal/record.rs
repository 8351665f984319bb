//! What the records say.

use std::collections::BTreeMap;

use rlm_model::{ErrorKind, Finish, ModelError, Money, Reply, Usage};
use rlm_sandbox::HostError;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{Earlier, Settings, Spend};

/// The first record: what the run was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Version of the format.
    pub version: u32,
    /// Version of the library that wrote it.
    pub rlm: String,
    /// The question.
    pub question: String,
    /// The questions it goes on from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Earlier>,
    /// The contexts, in order.
    pub contexts: Vec<ContextSeen>,
    /// Name of the root model.
    pub root_model: String,
    /// Name of the sub-model.
    pub sub_model: String,
    /// Names of further sub-models, by the names cells give.
    #[serde(default)]
    pub named_models: BTreeMap<String, String>,
    /// Names the Python packages that cells could import, if there were any.
    #[serde(default)]
    pub modules: Option<String>,
    /// The settings.
    pub settings: Settings,
    /// What the embedder wanted to be kept with it, such as where the contexts came from.
    pub note: Json,
}

/// A context as the journal knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextSeen {
    /// What the caller called it.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its BLAKE3 hash, in hexadecimal.
    pub blake3: String,
    /// Whether it was text.
    pub is_text: bool,
}

/// One record after the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// What it is about. `0/3` is the third turn of the root run, `0/3.1` the first cell of that
    /// turn, `0/3.1.2` the cell's second host call, `0/3.1.2.5` that call's fifth item; a child run
    /// there has turns of its own, from `0/3.1.2.5/1`.
    pub id: String,
    /// Milliseconds since the run began, pauses between resumes not counted.
    pub at: u64,
    #[serde(flatten)]
    pub body: Body,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Body {
    /// A root model replied.
    Reply { model: String, request: String, text: String, usage: Usage, cost: Option<Money>, finish: Ended },
    /// A sub-model answered, or failed.
    Call {
        model: String,
        request: String,
        text: Option<String>,
        failure: Option<Failure>,
        usage: Usage,
        cost: Option<Money>,
    },
    /// A child run ended.
    Child { request: String, text: Option<String>, failure: Option<Outside> },
    /// A host function answered something that the clock or the budget decided.
    Host { outside: Outside },
    /// A cell ended. `cut` says what the root model was told when a clock or a person ended it: such
    /// a cell is undone, and is not run again.
    Cell { digest: String, cut: Option<String> },
    /// The run ended.
    End(Ending),
}

/// How a run ended, as its journal says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// The answer's text.
    pub answer: Option<String>,
    /// Why the run ended, as [`crate::Stop::name`] has it.
    pub stop: String,
}

/// What one call took.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bill {
    pub model: String,
    pub usage: Usage,
    pub cost: Option<Money>,
    /// Whether it gave no text.
    pub failed: bool,
    /// Whether it counts among the calls below the root run.
    pub is_sub_call: bool,
    /// Whether a cache answered it.
    pub cached: bool,
}

/// What calls came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settled {
    pub calls: u64,
    pub failed: u64,
    /// Calls that a cache answered.
    pub cached: u64,
    pub usage: BTreeMap<String, Usage>,
    /// Nothing where one call's price is unknown.
    pub costs: BTreeMap<String, Option<Money>>,
}

impl Settled {
    /// Adds a call.
    pub(crate) fn add(&mut self, bill: &Bill) {
        self.calls += u64::from(bill.is_sub_call);
        self.failed += u64::from(bill.is_sub_call && bill.failed);
        self.cached += u64::from(bill.cached);
        *self.usage.entry(bill.model.clone()).or_default() += bill.usage;
        // What a failed call cost, nobody says.
        if !bill.failed {
            let total = self.costs.entry(bill.model.clone()).or_insert(Some(Money::ZERO));
            *total = total.zip(bill.cost).map(|(total, cost)| total + cost);
        }
    }
}

impl Settled {
    /// All models together.
    pub(crate) fn spend(&self) -> Spend {
        let usage = self.usage.values().fold(Usage::default(), |sum, usage| sum + *usage);
        Spend { sub_calls: self.calls, failed_sub_calls: self.failed, usage, cost: self.costs.values().copied().sum() }
    }
}

/// What a host function answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outside {
    Value(Json),
    Error { kind: String, message: String },
}

impl From<&HostError> for Outside {
    fn from(error: &HostError) -> Self {
        Self::Error { kind: error.kind.clone(), message: error.message.clone() }
    }
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    Stop,
    Length,
    Other,
}

/// A model's failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub model: String,
    pub kind: String,
    pub message: String,
}

impl Body {
    /// The record of a root model's reply.
    pub(crate) fn of_reply(request: String, reply: &Reply, bill: &Bill) -> Self {
        let finish = match reply.finish {
            Finish::Stop => Ended::Stop,
            Finish::Length => Ended::Length,
            _ => Ended::Other,
        };
        let (model, cost) = (bill.model.clone(), bill.cost);
        Self::Reply { model, request, text: reply.text.clone(), usage: reply.usage, cost, finish }
    }

    /// The record of a sub-call.
    pub(crate) fn of_call(request: String, result: &Result<Reply, ModelError>, bill: &Bill) -> Self {
        Self::Call {
            model: bill.model.clone(),
            request,
            text: result.as_ref().ok().map(|reply| reply.text.clone()),
            failure: result.as_ref().err().map(Failure::from),
            usage: bill.usage,
            cost: bill.cost,
        }
    }
}

/// The reply that was recorded.
pub(crate) fn reply(text: String, usage: Usage, finish: Ended) -> Reply {
    let finish = match finish {
        Ended::Stop => Finish::Stop,
        Ended::Length => Finish::Length,
        Ended::Other => Finish::Other,
    };
    Reply { usage, finish, ..Reply::text(text) }
}

impl From<&ModelError> for Failure {
    fn from(error: &ModelError) -> Self {
        let kind = match error.kind {
            ErrorKind::Retryable { .. } => "retryable",
            ErrorKind::TooLong => "too_long",
            ErrorKind::Authentication => "authentication",
            ErrorKind::Refused => "refused",
            _ => "fatal",
        };
        Self { model: error.model.clone(), kind: kind.to_owned(), message: error.message.clone() }
    }
}

impl From<Failure> for ModelError {
    fn from(failure: Failure) -> Self {
        let kind = match failure.kind.as_str() {
            "retryable" => ErrorKind::Retryable { after: None },
            "too_long" => ErrorKind::TooLong,
            "authentication" => ErrorKind::Authentication,
            "refused" => ErrorKind::Refused,
            _ => ErrorKind::Fatal,
        };
        Self { model: failure.model, kind, message: failure.message }
    }
}
