//! The host functions that cells call: sub-calls and what is left of the budget.
//!
//! `llm_query` returns text or raises. `llm_query_batched` is one host call for any number of
//! prompts, asked concurrently, with the results in order. A sub-call of it that fails is `None` in
//! the list, never text that could pass for an answer, and a remark in the cell's observation says
//! which failed and why: what the others cost is not lost, and the model can ask the failed ones
//! again. With `errors="raise"`, or when all failed, it raises once all have ended.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use rlm_model::{ErrorKind, ModelError, Reply, Request, SharedModel, Usage};
use rlm_sandbox::{HostCall, HostError, SessionBuilder, Value};
use tokio::time::Instant;

use crate::{
    Event, Models,
    args::Args,
    budget::{Ledger, Reservation, Spent},
    event::Events,
    observation::grouped,
};

/// Most failures of one batch that are told in full.
const FAILURES_TOLD: usize = 5;

/// Answers the host functions of one run and keeps account of them.
pub(crate) struct Broker {
    pub models: Models,
    pub ledger: Ledger,
    pub concurrency: usize,
    pub events: Events,
    /// Whether prompts and replies are kept for the trajectory.
    pub record: bool,
    pub log: Mutex<Log>,
}

/// What was asked and what it cost.
#[derive(Default)]
pub(crate) struct Log {
    usage: BTreeMap<String, Usage>,
    failed: u64,
    calls: Vec<SubCall>,
    notes: Vec<String>,
}

/// One sub-call, for the trajectory.
pub(crate) struct SubCall {
    pub model: String,
    pub prompt: String,
    pub result: Result<Reply, ModelError>,
    pub wall: Duration,
}

impl Broker {
    /// Offers the host functions to a session.
    pub(crate) fn offer(self: &Arc<Self>, session: SessionBuilder) -> SessionBuilder {
        let (query, batch, budget) = (self.clone(), self.clone(), self.clone());
        session
            .host_function("llm_query", move |call| query.clone().query(call))
            .host_function("llm_query_batched", move |call| batch.clone().query_batched(call))
            .host_function("budget", move |call| budget.clone().what_is_left(call))
    }

    /// `llm_query(prompt, model=None)`
    async fn query(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("llm_query", &["prompt", "model"], call)?;
        let prompts = vec![args.text("prompt")?];
        let model = self.model(args.optional_text("model")?)?;
        let chars = prompts[0].chars().count();
        match self.ask(model, prompts).await?.pop() {
            Some(Ok(text)) => Ok(Value::Str(text)),
            Some(Err(error)) => Err(raised(&error, chars)),
            None => Err(HostError::new("RuntimeError", "the sub-call was lost")),
        }
    }

    /// `llm_query_batched(prompts, model=None, errors="none")`
    async fn query_batched(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("llm_query_batched", &["prompts", "model", "errors"], call)?;
        let prompts = args.texts("prompts")?;
        let model = self.model(args.optional_text("model")?)?;
        let raises = match args.optional_text("errors")?.as_deref() {
            None | Some("none") => false,
            Some("raise") => true,
            Some(other) => {
                let message = format!("llm_query_batched(): errors has to be \"none\" or \"raise\", not {other:?}");
                return Err(HostError::new("ValueError", message));
            }
        };
        let results = self.ask(model, prompts).await?;
        if let Some(failures) = failures(&results) {
            if raises || results.iter().all(Result::is_err) {
                return Err(HostError::new("RuntimeError", failures));
            }
            self.log().notes.push(format!("{failures}; each of these is None in the list"));
        }
        Ok(Value::List(results.into_iter().map(|result| result.map_or(Value::None, Value::Str)).collect()))
    }

    /// `budget()`
    async fn what_is_left(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        Args::bind("budget", &[], call)?;
        let budget = self.ledger.budget();
        Ok(Value::Dict(vec![
            ("turns".into(), account(self.ledger.turn().into(), budget.iterations.into())),
            ("sub_calls".into(), account(self.ledger.sub_calls(), budget.sub_calls)),
        ]))
    }

    fn model(&self, name: Option<String>) -> Result<SharedModel, HostError> {
        let Some(name) = name else { return Ok(self.models.sub.clone()) };
        if name == self.models.sub.name() {
            return Ok(self.models.sub.clone());
        }
        self.models.named.get(&name).cloned().ok_or_else(|| {
            let mut known = vec![self.models.sub.name()];
            known.extend(self.models.named.keys().map(String::as_str));
            HostError::new("ValueError", format!("there is no sub-model {name:?}; there are: {}", known.join(", ")))
        })
    }

    /// Asks `model` every prompt, some at a time. The results are in order.
    async fn ask(
        self: &Arc<Self>,
        model: SharedModel,
        prompts: Vec<String>,
    ) -> Result<Vec<Result<String, ModelError>>, HostError> {
        let count = prompts.len();
        let reservation = Arc::new(self.ledger.reserve(count as u64).map_err(spent)?);
        if count > 0 {
            self.events.tell(|| Event::SubCallsStarted { model: model.name().into(), count });
        }
        let calls = prompts.into_iter().enumerate().map(|(index, prompt)| {
            let (broker, model, reservation) = (self.clone(), model.clone(), reservation.clone());
            async move { (index, broker.ask_one(model, prompt, &reservation).await) }
        });
        let mut results: Vec<_> = stream::iter(calls).buffer_unordered(self.concurrency.max(1)).collect().await;
        results.sort_by_key(|(index, _)| *index);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    async fn ask_one(
        &self,
        model: SharedModel,
        prompt: String,
        reservation: &Reservation,
    ) -> Result<String, ModelError> {
        let began = Instant::now();
        reservation.use_one();
        let result = model.complete(Request::prompt(prompt.as_str())).await;
        let wall = began.elapsed();
        let usage = usage_of(&result);
        let error = result.as_ref().err().cloned();
        self.events.tell(|| Event::SubCallEnded { model: model.name().into(), usage, wall, error });
        self.spend(model.name(), usage);
        let text = result.as_ref().map(|reply| reply.text.clone()).map_err(ModelError::clone);
        let mut log = self.log();
        log.failed += u64::from(result.is_err());
        if self.record {
            log.calls.push(SubCall { model: model.name().into(), prompt, result, wall });
        }
        text
    }

    /// Books what a call cost.
    pub(crate) fn spend(&self, model: &str, usage: Usage) {
        *self.log().usage.entry(model.to_owned()).or_default() += usage;
    }

    /// Tokens by model so far.
    pub(crate) fn usage(&self) -> BTreeMap<String, Usage> {
        self.log().usage.clone()
    }

    /// Sub-calls that gave no text.
    pub(crate) fn failed(&self) -> u64 {
        self.log().failed
    }

    /// The sub-calls and remarks since this was last asked.
    pub(crate) fn take_log(&self) -> (Vec<SubCall>, Vec<String>) {
        let mut log = self.log();
        (mem::take(&mut log.calls), mem::take(&mut log.notes))
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call cost; of a failed one only that it was made.
pub(crate) fn usage_of(result: &Result<Reply, ModelError>) -> Usage {
    match result {
        Ok(reply) => reply.usage,
        Err(_) => Usage { calls: 1, ..Usage::default() },
    }
}

fn account(used: u64, of: u64) -> Value {
    let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    Value::Dict(vec![
        ("used".into(), number(used)),
        ("of".into(), number(of)),
        ("left".into(), number(of.saturating_sub(used))),
    ])
}

/// A spent budget as the cell sees it, with what can be done about it.
fn spent(spent: Spent) -> HostError {
    let left = spent.of - spent.taken;
    let advice = match left {
        0 => "answer with what you have".to_owned(),
        left => format!("{left} are left: send fewer prompts"),
    };
    HostError::new("RuntimeError", format!("{spent}; nothing was sent; {advice}"))
}

fn raised(error: &ModelError, chars: usize) -> HostError {
    match error.kind {
        ErrorKind::TooLong => {
            HostError::new("ValueError", format!("prompt of {} characters: {error}", grouped(chars as u64)))
        }
        _ => HostError::new("RuntimeError", format!("sub-call failed: {error}")),
    }
}

/// Which sub-calls failed and why, if any did.
fn failures(results: &[Result<String, ModelError>]) -> Option<String> {
    let failed: Vec<_> =
        results.iter().enumerate().filter_map(|(index, result)| Some((index, result.as_ref().err()?))).collect();
    if failed.is_empty() {
        return None;
    }
    let mut told: Vec<String> =
        failed.iter().take(FAILURES_TOLD).map(|(index, error)| format!("[{index}] {error}")).collect();
    let more: Vec<String> = failed.iter().skip(FAILURES_TOLD).map(|(index, _)| format!("[{index}]")).collect();
    if !more.is_empty() {
        told.push(format!("also {}", more.join(" ")));
    }
    Some(format!("llm_query_batched: {} of {} sub-calls failed: {}", failed.len(), results.len(), told.join("; ")))
}

#[cfg(test)]
mod tests;
