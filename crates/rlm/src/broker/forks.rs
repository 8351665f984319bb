//! `parallel_map` and pools: items computed in forks of the session, on all cores.
//!
//! The guest's side keeps the function and the items where a fork finds them, and asks for forks by
//! number. Each fork runs one small cell that computes one item and submits it; its host calls are
//! counted and answered like any others. What a fork changes is gone when it ends.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use futures_util::{StreamExt, stream};
use rlm_sandbox::{Cell, HostCall, HostError, Outcome, Value};

use super::{Broker, Log, SubCall, child::on_its_own, query::maker};
use crate::args::Args;

/// Most items of one call.
const MOST_FORKS: i64 = 10_000;

impl Broker {
    /// `_rlm_forks(count, by="parallel_map")`: for each item `[true, value]` or `[false, kind, message, traceback]`, and
    /// what it printed.
    pub(super) async fn forks(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("_rlm_forks", &["count", "by"], call)?;
        let count = args.number("count")?;
        let by = maker("_rlm_forks", args.optional_text("by")?.as_deref().unwrap_or("parallel_map"))?;
        if !(0..=MOST_FORKS).contains(&count) {
            let message = format!("{by}: {count} items, at most {MOST_FORKS} can be done in one call");
            return Err(HostError::new("ValueError", message));
        }
        let id = self.next_call();
        let state = self.checkpoint()?;
        // A fork that waits for a sub-call takes a place among those, not a core.
        let settings = &self.tree.settings;
        let most = settings.child_concurrency.max(settings.sub_call_concurrency).max(1);
        let items = (0..count).map(|index| {
            let (broker, state, name) = (self.clone(), state.clone(), format!("{id}.{index}"));
            on_its_own(Box::pin(async move { broker.fork_item(&state, name, index, by).await }))
        });
        let results: Vec<Result<(Value, Log), HostError>> = stream::iter(items).buffered(most).collect().await;
        self.note(match by {
            "pool" => format!("a pool of {count} calls: each was made in a fork of the session first, so that what they ask went out together"),
            _ => format!("{by}: {count} items, each in a fork of the session"),
        });
        let mut values = Vec::with_capacity(results.len());
        for result in results {
            let (value, log) = result?;
            values.push(value);
            let places = self.places(log.calls.len());
            let mut ours = self.log();
            ours.calls.extend(log.calls.into_iter().zip(places).map(|(call, place)| SubCall { place, ..call }));
            ours.notes.extend(log.notes);
        }
        Ok(Value::List(values))
    }

    /// Computes one item.
    async fn fork_item(
        self: Arc<Self>,
        state: &rlm_sandbox::Checkpoint,
        name: String,
        index: i64,
        by: &'static str,
    ) -> Result<(Value, Log), HostError> {
        let mut session = self.fork(state).await?;
        // Calls of the fork have names, and a place, of their own.
        let broker = Broker::new(self.tree.clone(), self.ledger.clone(), self.run.clone(), self.depth, self.iterations);
        let broker = broker.made_by(by);
        broker.enter(name);
        broker.begin_turn(self.turn.load(Relaxed));
        broker.answer_for(&mut session);
        let code = format!("__import__(\"rlm_calls\").fork_item({index})");
        let execution = session.run(&Cell::new(code)).await;
        let execution = execution.map_err(|error| HostError::new("RuntimeError", error.to_string()))?;
        let log = broker.take_log();
        let printed = Value::Str(execution.output.stdout.text());
        let failed = |kind: &str, message: String, traceback: String| {
            Value::List(vec![printed.clone(), false.into(), kind.into(), message.into(), traceback.into()])
        };
        let value = match (execution.outcome, execution.submitted) {
            (Outcome::Completed(_), Some(value)) => Value::List(vec![printed, true.into(), value]),
            (Outcome::Completed(_), None) => failed("RuntimeError", "the item gave nothing".into(), String::new()),
            (Outcome::Raised(fault), _) => failed(&fault.kind, fault.message, fault.traceback),
            (Outcome::Exceeded(exceeded), _) => {
                failed("RuntimeError", format!("limit exceeded: {exceeded}"), exceeded.traceback.unwrap_or_default())
            }
            (Outcome::Cancelled { .. }, _) => failed("RuntimeError", "cancelled".into(), String::new()),
        };
        Ok((value, log))
    }
}
