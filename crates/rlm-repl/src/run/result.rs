//! What a run came to: for stdout, for stderr, and as an exit code.

use std::collections::BTreeMap;

use anyhow::Result;
use rlm::{PlainCall, Report, Source, Stop};
use rlm_model::{Money, Usage};
use serde::Serialize;

use crate::{
    failure,
    text::{self, counted},
    value::AsJson,
};

/// A report as one JSON object.
#[derive(Serialize)]
struct Record<'a> {
    answer: Option<&'a str>,
    value: Option<AsJson<'a>>,
    source: Option<&'static str>,
    stop: &'static str,
    iterations: u32,
    sub_calls: u64,
    failed_sub_calls: u64,
    cached_calls: u64,
    /// Who answered: `loop`, `plain_call` or `loop_after_plain_call`; null without a router.
    route: Option<&'static str>,
    votes: Option<Votes>,
    verified: Option<bool>,
    plain_call: Option<Plain>,
    seconds: Seconds,
    usage: &'a BTreeMap<String, Usage>,
    /// US dollars by model; null where the price is unknown.
    cost: BTreeMap<&'a str, Option<f64>>,
    wall_ms: f64,
    trajectory_error: Option<&'a str>,
    journal_error: Option<&'a str>,
    cache_error: Option<&'a str>,
}

/// How independent runs voted.
#[derive(Serialize)]
struct Votes {
    agree: u32,
    of: u32,
    wanted: u32,
}

/// What one plain call about all of the contexts would have taken.
#[derive(Serialize)]
struct Plain {
    input_tokens: u64,
    output_tokens: u64,
    cost: Option<f64>,
    window: Option<u64>,
}

/// Where the time went.
#[derive(Serialize)]
struct Seconds {
    root_model: f64,
    sub_calls: f64,
    cells: f64,
}

/// The report as one line of JSON.
pub fn json(report: &Report) -> Result<String> {
    let answer = report.answer.as_ref();
    let record = Record {
        answer: answer.map(|answer| answer.text.as_str()),
        value: answer.and_then(|answer| answer.value.as_ref()).map(AsJson),
        source: answer.map(|answer| answer.source.name()),
        stop: report.stop.name(),
        iterations: report.iterations,
        sub_calls: report.sub_calls,
        failed_sub_calls: report.failed_sub_calls,
        cached_calls: report.cached_calls,
        route: report.route.map(|route| route.took.name()),
        votes: report.votes.map(|rlm::Votes { agree, of, wanted }| Votes { agree, of, wanted }),
        verified: report.verified,
        plain_call: report.plain_call.map(|PlainCall { input_tokens, output_tokens, cost, window }| Plain {
            input_tokens,
            output_tokens,
            cost: cost.map(Money::dollars),
            window,
        }),
        seconds: Seconds {
            root_model: report.phases.root.as_secs_f64(),
            sub_calls: report.phases.calls.as_secs_f64(),
            cells: report.phases.cells.as_secs_f64(),
        },
        usage: &report.usage,
        cost: report.costs.iter().map(|(model, cost)| (model.as_str(), cost.map(Money::dollars))).collect(),
        wall_ms: report.wall.as_secs_f64() * 1e3,
        trajectory_error: report.trajectory_error.as_deref(),
        journal_error: report.journal_error.as_deref(),
        cache_error: report.cache_error.as_deref(),
    };
    Ok(serde_json::to_string(&record)? + "\n")
}

/// The answer, or the best there was; nothing if there was none.
pub fn answer(report: &Report) -> String {
    match &report.answer {
        Some(answer) if answer.text.ends_with('\n') => answer.text.clone(),
        Some(answer) => format!("{}\n", answer.text),
        None => String::new(),
    }
}

/// One line on what the run took.
pub fn spent(report: &Report) -> String {
    let failed = match (report.failed_sub_calls, report.cached_calls) {
        (0, 0) => String::new(),
        (failed, 0) => format!(" ({failed} failed)"),
        (0, cached) => format!(" ({} from the cache)", counted(cached, "call")),
        (failed, cached) => format!(" ({failed} failed, {} from the cache)", counted(cached, "call")),
    };
    let cost = |model: &String| report.costs.get(model).map_or(String::new(), |cost| money(*cost));
    let models: String =
        report.usage.iter().map(|(model, usage)| format!("; {model}: {}{}", tokens(usage), cost(model))).collect();
    format!(
        "{}, {}{failed}, {:.2} s{models}\n{}{}{}",
        counted(report.iterations.into(), "turn"),
        counted(report.sub_calls, "sub-call"),
        report.wall.as_secs_f64(),
        report.votes.map_or_else(String::new, |votes| {
            format!("{} of {} runs gave this answer, {} were to agree\n", votes.agree, votes.of, votes.wanted)
        }),
        if report.verified == Some(false) { "no check accepted this answer\n" } else { "" },
        report.plain_call.as_ref().map_or_else(String::new, plain),
    )
}

/// What the plain call would have been that the run replaced.
fn plain(call: &PlainCall) -> String {
    let cost = call.cost.map_or_else(String::new, |cost| format!(", {cost}"));
    let fits = match (call.fits(), call.window) {
        (Some(false), Some(window)) => {
            format!("; it does not fit the model's window of {}", text::grouped(window))
        }
        _ => String::new(),
    };
    format!(
        "a plain call: about {} tokens in, {} out{cost}{fits}\n",
        text::grouped(call.input_tokens),
        text::grouped(call.output_tokens)
    )
}

fn tokens(usage: &Usage) -> String {
    format!(
        "{}, {} tokens in, {} out",
        counted(usage.calls, "call"),
        text::grouped(usage.input_tokens),
        text::grouped(usage.output_tokens)
    )
}

/// What a model cost. Unknown is said, so that nobody takes it for nothing.
fn money(cost: Option<Money>) -> String {
    match cost {
        None => ", price unknown".into(),
        Some(Money::ZERO) => String::new(),
        Some(cost) => format!(", {cost}"),
    }
}

/// Why the answer is partial or missing; nothing for a full one.
pub fn complaint(report: &Report) -> String {
    if matches!(report.stop, Stop::Answered | Stop::Settled { .. }) {
        return String::new();
    }
    let what = match report.answer.as_ref().map(|answer| answer.source) {
        None => "no answer",
        Some(Source::ClosingTurn) => "the answer is partial, the model's last word",
        Some(Source::Candidate) => "the answer is partial, the latest draft",
        Some(_) => "the answer is partial",
    };
    let hint = match report.stop {
        Stop::IterationsSpent { .. } => Some("allow more turns with --max-iterations"),
        Stop::BudgetSpent { .. } => Some("allow more with --max-input-tokens, --max-output-tokens or --max-cost"),
        Stop::TimeSpent { .. } => Some("allow more time with --max-time"),
        Stop::ErrorsInARow { .. } => Some("see what went wrong with --trajectory PATH, or try another --model"),
        _ => None,
    };
    failure::lines(&format!("{what}: {}", report.stop), hint)
}

/// Zero only for an answer given as final.
pub fn exit_code(report: &Report) -> i32 {
    match report.stop {
        Stop::Answered | Stop::Settled { .. } => failure::OK,
        Stop::ModelFailed => failure::FAILED,
        _ => failure::LIMIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn report(stop: Stop) -> Report {
        let usage = Usage { calls: 2, input_tokens: 1_234, output_tokens: 56, ..Usage::default() };
        Report {
            answer: None,
            stop,
            iterations: 1,
            sub_calls: 20,
            failed_sub_calls: 3,
            usage: BTreeMap::from([("builtin".into(), usage)]),
            costs: BTreeMap::new(),
            wall: Duration::from_millis(1_500),
            wall_before: Duration::ZERO,
            phases: rlm::Phases::default(),
            cached_calls: 0,
            route: None,
            votes: None,
            verified: None,
            plain_call: None,
            differences: Vec::new(),
            trajectory_error: None,
            journal_error: None,
            cache_error: None,
        }
    }

    #[test]
    fn the_spend_line_names_each_model() {
        assert_eq!(
            spent(&report(Stop::Answered)),
            "1 turn, 20 sub-calls (3 failed), 1.50 s; builtin: 2 calls, 1,234 tokens in, 56 out\n"
        );
        let with = |cost| {
            let costs = BTreeMap::from([("builtin".into(), cost)]);
            spent(&Report { costs, ..report(Stop::Answered) })
        };
        assert!(with(None).ends_with(" 56 out, price unknown\n"));
        assert!(with(Some(Money::ZERO)).ends_with(" 56 out\n"));
        assert!(with(Money::from_dollars(0.25)).ends_with(" 56 out, $0.2500\n"));
    }

    #[test]
    fn a_run_without_an_answer_says_why() {
        let spent = report(Stop::IterationsSpent { of: 5 });
        assert_eq!(
            complaint(&spent),
            "error: no answer: iterations: 5 of 5 used\nhint: allow more turns with --max-iterations\n"
        );
        assert_eq!(exit_code(&spent), failure::LIMIT);
        let with = |source| {
            let answer = rlm::Answer { text: "5".into(), value: None, source };
            complaint(&Report { answer: Some(answer), ..report(Stop::Stopped) })
        };
        assert_eq!(
            with(Source::ClosingTurn),
            "error: the answer is partial, the model's last word: stopped on request\n"
        );
        assert_eq!(with(Source::Candidate), "error: the answer is partial, the latest draft: stopped on request\n");
        assert_eq!(complaint(&report(Stop::Answered)), "");
    }

    #[test]
    fn the_json_has_every_field() {
        assert_eq!(
            json(&Report { costs: BTreeMap::from([("m".into(), None)]), ..report(Stop::Stopped) }).unwrap(),
            "{\"answer\":null,\"value\":null,\"source\":null,\"stop\":\"stopped\",\"iterations\":1,\"sub_calls\":20,\
             \"failed_sub_calls\":3,\"cached_calls\":0,\"route\":null,\"votes\":null,\"verified\":null,\"plain_call\":null,\
             \"seconds\":{\"root_model\":0.0,\"sub_calls\":0.0,\"cells\":0.0},\"usage\":{\"builtin\":{\"calls\":2,\"input_tokens\":1234,\"cached_input_tokens\":0,\
             \"cache_write_tokens\":0,\"output_tokens\":56,\"reasoning_tokens\":0}},\"cost\":{\"m\":null},\"wall_ms\":1500.0,\"trajectory_error\":null,\
             \"journal_error\":null,\"cache_error\":null}\n"
        );
    }
}
