//! The record of a run that people read: JSON lines, each written when it is known.
//!
//! The first line is `metadata`, then comes one `iteration` for each turn, and `result` at the
//! end; `route`, `compaction` and `verification` stand between them where there was such a thing, and turns of
//! other runs are `child_iteration` and `candidate_iteration`. Iterations have the fields that the viewer of the `rlms` package reads. A context is
//! recorded by its hash, length and beginning. Writing blocks the loop for a moment, so the sink
//! should be a file or a buffer.

use std::{collections::BTreeMap, io::Write, time::SystemTime};

use rlm_model::{Message, Money, Reply, Usage};
use rlm_sandbox::{Execution, Outcome, Variable};
use serde_json::{Map, Value as Json, json};
use tokio::time::Instant;

use crate::{
    Answer, Event, Models, Report, Route, Settings, broker::SubCall, context::Bound, event::Events, json, observation,
    run::ROOT, tree::usage_of,
};

/// Version of the lines' shape.
pub(crate) const VERSION: u32 = 1;
const PREVIEW_CHARS: usize = 200;

/// Where the record goes.
pub(crate) struct Trajectory {
    sink: Option<Box<dyn Write + Send>>,
    /// Why the record is incomplete.
    pub error: Option<String>,
    events: Events,
    clock: Clock,
}

/// The time of day, as far as the caller handed it in.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub began: Instant,
    pub started: Option<SystemTime>,
}

/// One cell of a turn, and all that came of it.
pub(crate) struct Ran {
    pub code: String,
    pub execution: std::sync::Arc<Execution>,
    /// What the root model is shown of it.
    pub shown: String,
    pub variables: Vec<Variable>,
    pub calls: Vec<SubCall>,
    pub began: Instant,
    pub wall: f64,
}

/// One turn.
pub(crate) struct Iteration<'a> {
    pub run: &'a str,
    pub depth: u32,
    pub number: u32,
    pub closing: bool,
    /// The messages that this turn added to the conversation, the reply not included.
    pub prompt: &'a [Message],
    pub response: &'a str,
    pub usage: Usage,
    pub cells: &'a [Ran],
    pub answer: Option<&'a Answer>,
    pub began: Instant,
    pub wall: f64,
}

/// What a verifier said of an answer.
pub(crate) struct Verified<'a> {
    pub run: &'a str,
    pub number: u32,
    pub answer: &'a str,
    /// Why it was sent back, if it was.
    pub why: Option<&'a str>,
    pub calls: &'a [SubCall],
}

impl Trajectory {
    pub(crate) fn new(sink: Option<Box<dyn Write + Send>>, events: Events, clock: Clock) -> Self {
        Self { sink, error: None, events, clock }
    }

    /// Whether anybody reads it.
    pub(crate) fn is_kept(&self) -> bool {
        self.sink.is_some()
    }

    pub(crate) fn begin(&mut self, question: &str, contexts: &[Bound], models: &Models, settings: &Settings) {
        if self.is_kept() {
            self.write(&metadata(question, contexts, models, settings, self.clock.now()));
        }
    }

    pub(crate) fn iteration(&mut self, iteration: &Iteration<'_>) {
        if self.is_kept() {
            self.write(&iteration.json(&self.clock));
        }
    }

    /// Notes what the router chose.
    pub(crate) fn route(&mut self, route: &Route) {
        if self.is_kept() {
            let Route { policy, tokens, most, took } = route;
            self.write(&json!({
                "type": "route", "policy": policy, "tokens": tokens, "most": most, "took": took.name(),
                "timestamp": self.clock.now(),
            }));
        }
    }

    /// Notes a plain call, as an iteration without cells.
    pub(crate) fn plain_call(
        &mut self,
        run: &str,
        prompt: &[Message],
        reply: &Reply,
        answer: Option<&Answer>,
        began: Instant,
    ) {
        let (response, usage, wall) = (reply.text.as_str(), reply.usage, began.elapsed().as_secs_f64());
        let number = 0;
        let closing = false;
        self.iteration(&Iteration {
            run,
            depth: 0,
            number,
            closing,
            prompt,
            response,
            usage,
            cells: &[],
            answer,
            began,
            wall,
        });
    }

    /// Notes that the conversation before `turn` was replaced by a summary. The next iteration's prompt is
    /// all of the new one.
    pub(crate) fn compaction(&mut self, run: &str, turn: u32, tokens: u64, window: Option<u64>, summary: Option<&str>) {
        if self.is_kept() {
            self.write(&json!({
                "type": "compaction", "run": run, "iteration": turn, "tokens": tokens, "window": window,
                "summary": summary, "timestamp": self.clock.now(),
            }));
        }
    }

    /// Notes what a verifier said of an answer.
    pub(crate) fn verification(&mut self, verified: &Verified<'_>) {
        if self.is_kept() {
            let Verified { run, number, answer, why, calls } = verified;
            let calls: Vec<Json> = calls.iter().map(|call| call.json(&self.clock)).collect();
            self.write(&json!({
                "type": "verification", "run": run, "iteration": number, "answer": answer, "accepted": why.is_none(),
                "why": why, "rlm_calls": calls,
                "timestamp": self.clock.now(),
            }));
        }
    }

    /// Ends the record with the report, if there is one, and the failure that ended the run, if one
    /// did.
    pub(crate) fn end(&mut self, report: Option<&Report>, error: Option<String>) {
        if self.is_kept() {
            let mut line = report.map_or_else(|| json!({"type": "result"}), of_report);
            line["timestamp"] = json!(self.clock.now());
            line["error"] = json!(error);
            self.write(&line);
        }
    }

    /// Writes one line. After the first failure nothing more is written: a record with a hole in
    /// it would mislead.
    fn write(&mut self, line: &Json) {
        let Some(sink) = &mut self.sink else { return };
        if let Err(error) = writeln!(sink, "{line}").and_then(|()| sink.flush()) {
            self.sink = None;
            self.events.tell(|| Event::TrajectoryFailed { error: error.to_string() });
            self.error = Some(error.to_string());
        }
    }
}

impl Clock {
    /// Seconds from the run's begin to `then`.
    fn at(&self, then: Instant) -> f64 {
        then.saturating_duration_since(self.began).as_secs_f64()
    }

    fn now(&self) -> Option<String> {
        let now = self.started?.checked_add(self.began.elapsed())?;
        Some(jiff::Timestamp::try_from(now).ok()?.to_string())
    }
}

fn metadata(question: &str, contexts: &[Bound], models: &Models, settings: &Settings, now: Option<String>) -> Json {
    let (root, sub) = (models.root.name(), models.sub.name());
    let named: Vec<&str> = models.named.values().map(|model| model.name()).collect();
    json!({
        "type": "metadata",
        "version": VERSION,
        "rlm_version": env!("CARGO_PKG_VERSION"),
        "timestamp": now,
        "question": question,
        "root_model": root,
        "sub_model": sub,
        "named_models": named,
        "max_depth": settings.budget.depth + 1,
        "max_iterations": settings.budget.iterations,
        "max_sub_calls": settings.budget.sub_calls,
        "seed": settings.seed,
        "backend": root,
        "backend_kwargs": {"model_name": root},
        "environment_type": "rlm-sandbox",
        "environment_kwargs": {},
        "other_backends": [sub],
        "contexts": contexts.iter().map(of_context).collect::<Vec<_>>(),
    })
}

fn of_context(bound: &Bound) -> Json {
    json!({
        "name": bound.name,
        "variables": bound.variables,
        "kind": bound.kind(),
        "length": bound.length(),
        "bytes": bound.context.len(),
        "blake3": bound.context.hash().to_string(),
        "preview": bound.preview(PREVIEW_CHARS),
    })
}

impl Iteration<'_> {
    fn json(&self, clock: &Clock) -> Json {
        json!({
            "type": match self.depth {
                0 if self.run == ROOT => "iteration",
                0 => "candidate_iteration",
                _ => "child_iteration",
            },
            "run": self.run,
            "iteration": self.number,
            "closing": self.closing,
            "timestamp": clock.now(),
            "at": clock.at(self.began),
            "prompt": self.prompt,
            "response": self.response,
            "usage": self.usage,
            "code_blocks": self.cells.iter().map(|cell| cell.json(clock)).collect::<Vec<_>>(),
            "final_answer": self.answer.map(|answer| &answer.text),
            "iteration_time": self.wall,
        })
    }
}

impl Ran {
    fn json(&self, clock: &Clock) -> Json {
        let execution = &*self.execution;
        json!({
            "code": self.code,
            "result": {
                "stdout": execution.output.stdout.text(),
                "stderr": self.stderr(),
                "shown": self.shown,
                "outcome": observation::outcome_name(&execution.outcome),
                "notes": execution.notes,
                "locals": self.locals(),
                "at": clock.at(self.began),
                "execution_time": self.wall,
                "rlm_calls": self.calls.iter().map(|call| call.json(clock)).collect::<Vec<_>>(),
                "final_answer": execution.submitted.as_ref().map(json::text),
            },
        })
    }

    /// What was written to stderr, and then the error that ended the cell, as viewers expect.
    fn stderr(&self) -> String {
        let written = self.execution.output.stderr.text();
        match &self.execution.outcome {
            Outcome::Raised(fault) => written + &fault.traceback,
            Outcome::Exceeded(exceeded) => format!("{written}{exceeded}"),
            Outcome::Completed(_) | Outcome::Cancelled { .. } => written,
        }
    }

    fn locals(&self) -> Json {
        let shown = |variable: &Variable| format!("{}: {}", observation::kind(variable), variable.preview);
        Json::Object(
            self.variables
                .iter()
                .map(|variable| (variable.name.clone(), shown(variable).into()))
                .collect::<Map<_, _>>(),
        )
    }
}

impl SubCall {
    fn json(&self, clock: &Clock) -> Json {
        let usage = usage_of(&self.result);
        json!({
            "root_model": self.model,
            "prompt": self.prompt,
            "response": self.result.as_ref().map(|reply| reply.text.as_str()).ok(),
            "error": self.result.as_ref().map_err(ToString::to_string).err(),
            "usage_summary": usage_summary(&self.model, &usage, self.cost),
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "at": clock.at(self.began),
            "execution_time": self.wall.as_secs_f64(),
            "by": self.by,
        })
    }
}

/// What one call took, as `rlms` says it: the cost only where it is known.
fn usage_summary(model: &str, usage: &Usage, cost: Option<Money>) -> Json {
    let mut summary = json!({
        "total_calls": usage.calls,
        "total_input_tokens": usage.input_tokens,
        "total_output_tokens": usage.output_tokens,
    });
    if let Some(cost) = cost {
        summary["total_cost"] = cost.dollars().into();
    }
    json!({"model_usage_summaries": {model: summary}})
}

fn of_report(report: &Report) -> Json {
    json!({
        "type": "result",
        "answer": report.answer.as_ref().map(|answer| json!({
            "text": answer.text,
            "value": answer.value.as_ref().map(json::json),
            "source": answer.source.name(),
        })),
        "stop": report.stop.name(),
        "stop_detail": report.stop.to_string(),
        "iterations": report.iterations,
        "sub_calls": report.sub_calls,
        "failed_sub_calls": report.failed_sub_calls,
        "cached_calls": report.cached_calls,
        "votes": report.votes.map(|votes| json!({"agree": votes.agree, "of": votes.of, "wanted": votes.wanted})),
        "verified": report.verified,
        "plain_call": report.plain_call.map(|call| json!({
            "input_tokens": call.input_tokens, "output_tokens": call.output_tokens, "cost": call.cost.map(Money::dollars), "window": call.window,
        })),
        "seconds": {
            "root_model": report.phases.root.as_secs_f64(),
            "sub_calls": report.phases.calls.as_secs_f64(),
            "cells": report.phases.cells.as_secs_f64(),
        },
        "usage": report.usage,
        "cost": report.costs.iter().map(|(model, cost)| (model.as_str(), cost.map(Money::dollars))).collect::<BTreeMap<_, _>>(),
        "wall_seconds": report.wall.as_secs_f64(),
    })
}
