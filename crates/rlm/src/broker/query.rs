//! `llm_query` and its relatives.

use std::sync::Arc;

use rlm_model::{ErrorKind, ModelError, SharedModel};
use rlm_sandbox::{HostCall, HostError, Value};

use super::{Broker, Schema, calls::Asked, child::Task};
use crate::{args::Args, budget::Resource, observation::grouped};

/// Most failures of one batch that are told in full.
const FAILURES_TOLD: usize = 5;

/// Times a sub-model is asked until its reply meets a schema.
const SCHEMA_ATTEMPTS: u32 = 3;

/// Why a sub-call has no value.
enum NoValue {
    Failed(ModelError),
    Unfit(String),
}

impl Broker {
    /// `llm_query(prompt, model=None, schema=None)`
    pub(super) async fn query(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("llm_query", &["prompt", "model", "schema"], call)?;
        let prompt = args.text("prompt")?;
        let model = self.model(args.optional_text("model")?)?;
        let schema = Schema::of_argument(&mut args)?;
        let chars = prompt.chars().count();
        let id = self.next_call();
        match self.ask_for(&id, &model, vec![prompt], schema).await?.pop() {
            Some(Ok(value)) => Ok(value),
            Some(Err(NoValue::Failed(error))) => Err(raised(&error, chars)),
            Some(Err(NoValue::Unfit(why))) => Err(HostError::new("ValueError", why)),
            None => Err(HostError::new("RuntimeError", "the sub-call was lost")),
        }
    }

    /// `llm_query_batched(prompts, model=None, errors="none", schema=None)`
    pub(super) async fn query_batched(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("llm_query_batched", &["prompts", "model", "errors", "schema"], call)?;
        let prompts = args.texts("prompts")?;
        let model = self.model(args.optional_text("model")?)?;
        let schema = Schema::of_argument(&mut args)?;
        let raises = raises("llm_query_batched", &mut args)?;
        let id = self.next_call();
        let results = self.ask_for(&id, &model, prompts, schema).await?;
        let results = results.into_iter().map(|result| result.map_err(|why| why.to_string())).collect();
        self.gather("llm_query_batched", results, raises)
    }

    /// What a batch gives: the values in order, `None` where there is none.
    pub(super) fn gather(
        &self,
        function: &str,
        results: Vec<Result<Value, String>>,
        raises: bool,
    ) -> Result<Value, HostError> {
        if let Some(failures) = failures(function, &results) {
            if raises || results.iter().all(Result::is_err) {
                return Err(HostError::new("RuntimeError", failures));
            }
            self.note(format!("{failures}; each of these is None in the list"));
        }
        Ok(Value::List(results.into_iter().map(|result| result.unwrap_or(Value::None)).collect()))
    }

    /// `_llm_each(prompts, model=None, by="loop")`: the prompts a loop or a pool is going to send, sent
    /// ahead: for each a text or `[kind, message]`. Those the budget has no room for are left to it.
    pub(super) async fn query_each(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("_llm_each", &["prompts", "model", "by"], call)?;
        let mut prompts = args.texts("prompts")?;
        let model = self.model(args.optional_text("model")?)?;
        let by = args.optional_text("by")?.map_or(Ok("loop"), |by| maker("_llm_each", &by))?;
        let id = self.next_call();
        prompts.truncate(self.affordable(&id, &model, &prompts));
        let chars: Vec<usize> = prompts.iter().map(|prompt| prompt.chars().count()).collect();
        if prompts.len() > 1 {
            self.note(format!("a {by} of {} independent llm_query calls was sent as one batch", prompts.len()));
        }
        let asked = self.ask(&id, &model, named(&id, prompts), Some(by)).await?;
        let told = asked.into_iter().zip(chars).map(|(asked, chars)| match asked {
            Ok(text) => Value::Str(text),
            Err(error) => {
                let error = raised(&error, chars);
                Value::List(vec![error.kind.into(), error.message.into()])
            }
        });
        Ok(Value::List(told.collect()))
    }

    /// `_llm_pattern(by, prompts, model=None, child=False)`: the prompts of a pattern as sub-calls or,
    /// with `child`, as child runs; raises when one fails.
    pub(super) async fn pattern(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let mut args = Args::bind("_llm_pattern", &["by", "prompts", "model", "child"], call)?;
        let by = maker("_llm_pattern", &args.text("by")?)?;
        let prompts = args.texts("prompts")?;
        let model = self.model(args.optional_text("model")?)?;
        let id = self.next_call();
        let results: Vec<_> = if args.truth("child")? {
            self.note(format!("{by}: {} child runs", prompts.len()));
            let results = self.run_children(&id, &model, Task::all(prompts), None).await?;
            results.into_iter().map(|result| result.map_err(|error| error.message)).collect()
        } else {
            let asked = self.ask(&id, &model, named(&id, prompts), Some(by)).await?;
            asked.into_iter().map(|asked| asked.map(Value::Str).map_err(|error| error.to_string())).collect()
        };
        self.gather(by, results, true)
    }

    /// How many of the prompts, from the first, the budget has room for now. A resumed run goes by
    /// what was sent then.
    fn affordable(&self, id: &str, model: &SharedModel, prompts: &[String]) -> usize {
        let sent = |index: &usize| self.tree.recorder.known(&format!("{id}.{index}")).is_some();
        let sent = (0..prompts.len()).rev().find(sent).map_or(0, |last| last + 1);
        let left = Resource::ALL.map(|resource| self.ledger.state(resource).2.unwrap_or(u64::MAX));
        let mut sum = [0u64; 4];
        let fits = prompts.iter().skip(sent).take_while(|prompt| {
            let cost = self.cost(model, prompt);
            sum.iter_mut().zip(cost.0).for_each(|(sum, cost)| *sum = sum.saturating_add(cost));
            sum.iter().zip(left).all(|(sum, left)| *sum <= left)
        });
        sent + fits.count()
    }

    /// Plain sub-calls in place of child runs.
    pub(super) async fn ask_plainly(
        self: &Arc<Self>,
        id: &str,
        model: &SharedModel,
        prompts: Vec<String>,
        schema: Option<Arc<Schema>>,
    ) -> Result<Vec<Result<Value, HostError>>, HostError> {
        let chars: Vec<usize> = prompts.iter().map(|prompt| prompt.chars().count()).collect();
        let results = self.ask_for(id, model, prompts, schema).await?;
        let error = |(result, chars): (Result<Value, NoValue>, usize)| {
            result.map_err(|why| match why {
                NoValue::Failed(error) => raised(&error, chars),
                NoValue::Unfit(why) => HostError::new("ValueError", why),
            })
        };
        Ok(results.into_iter().zip(chars).map(error).collect())
    }

    /// Asks every prompt, and again where the reply does not meet the schema.
    async fn ask_for(
        self: &Arc<Self>,
        id: &str,
        model: &SharedModel,
        prompts: Vec<String>,
        schema: Option<Arc<Schema>>,
    ) -> Result<Vec<Result<Value, NoValue>>, HostError> {
        let by = schema.is_some().then_some("schema").or(self.by);
        let Some(schema) = schema else {
            let asked = self.ask(id, model, named(id, prompts), by).await?;
            return Ok(asked.into_iter().map(|asked| asked.map(Value::Str).map_err(NoValue::Failed)).collect());
        };
        let mut results: Vec<Option<Result<Value, NoValue>>> = prompts.iter().map(|_| None).collect();
        let mut open: Vec<(usize, String)> =
            prompts.into_iter().map(|prompt| schema.prompt(&prompt)).enumerate().collect();
        for attempt in 1..=SCHEMA_ATTEMPTS {
            let round = if attempt == 1 { id.to_owned() } else { format!("{id}~{attempt}") };
            let named: Vec<_> =
                open.iter().map(|(index, prompt)| (format!("{round}.{index}"), prompt.clone())).collect();
            let asked = match self.ask(&round, model, named, by).await {
                Ok(asked) => asked,
                // What the first round brought is not lost when the budget has no room for another.
                Err(_) if attempt > 1 => break,
                Err(error) => return Err(error),
            };
            open = self.sort_out(&schema, open, asked, &mut results);
            if open.is_empty() {
                break;
            }
        }
        let lost = || Err(NoValue::Unfit("the sub-call was lost".into()));
        Ok(results.into_iter().map(|result| result.unwrap_or_else(lost)).collect())
    }

    /// Puts what came into its place; what has to be asked again comes back.
    fn sort_out(
        &self,
        schema: &Schema,
        open: Vec<(usize, String)>,
        asked: Vec<Asked>,
        results: &mut [Option<Result<Value, NoValue>>],
    ) -> Vec<(usize, String)> {
        let mut again = Vec::new();
        for ((index, prompt), asked) in open.into_iter().zip(asked) {
            let result = match asked {
                Err(error) => Err(NoValue::Failed(error)),
                Ok(text) => schema.read(&text).map_err(|why| {
                    again.push((index, schema.correction(&prompt, &text, &why)));
                    NoValue::Unfit(format!(
                        "the reply does not meet the schema after {SCHEMA_ATTEMPTS} attempts: {why}"
                    ))
                }),
            };
            results[index] = Some(result);
        }
        again
    }
}

/// What makes several sub-calls of one line, by its name.
pub(super) fn maker(function: &str, name: &str) -> Result<&'static str, HostError> {
    const MAKERS: [&str; 8] =
        ["loop", "pool", "parallel_map", "llm_read", "map_reduce", "llm_merge", "llm_filter", "llm_vote"];
    let known = MAKERS.into_iter().find(|known| *known == name);
    known.ok_or_else(|| HostError::new("ValueError", format!("{function}(): nothing called {name:?} makes sub-calls")))
}

/// Prompts with their names in the journal.
fn named(id: &str, prompts: impl IntoIterator<Item = String>) -> Vec<(String, String)> {
    prompts.into_iter().enumerate().map(|(index, prompt)| (format!("{id}.{index}"), prompt)).collect()
}

/// Whether `errors` asks for an exception.
pub(super) fn raises(function: &str, args: &mut Args) -> Result<bool, HostError> {
    match args.optional_text("errors")?.as_deref() {
        None | Some("none") => Ok(false),
        Some("raise") => Ok(true),
        Some(other) => {
            let message = format!("{function}(): errors has to be \"none\" or \"raise\", not {other:?}");
            Err(HostError::new("ValueError", message))
        }
    }
}

/// A failed call as the exception it becomes.
pub(super) fn raised(error: &ModelError, chars: usize) -> HostError {
    match error.kind {
        ErrorKind::TooLong => {
            HostError::new("ValueError", format!("prompt of {} characters: {error}", grouped(chars as u64)))
        }
        _ => HostError::new("RuntimeError", format!("sub-call failed: {error}")),
    }
}

impl std::fmt::Display for NoValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Unfit(why) => f.write_str(why),
        }
    }
}

/// Which sub-calls failed and why, if any did.
fn failures(function: &str, results: &[Result<Value, String>]) -> Option<String> {
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
    Some(format!("{function}: {} of {} sub-calls failed: {}", failed.len(), results.len(), told.join("; ")))
}
