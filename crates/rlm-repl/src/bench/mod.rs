//! `bench`: what things cost on this machine, beside what CPython takes for the same.
//!
//! Each row's answer is checked before it is timed, and of several runs the least counts: what a busy
//! machine adds is not what is measured.

mod compute;
mod engine;
mod reference;

use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use rlm_sandbox::Engine;
use serde::Serialize;

use crate::{args::BenchArgs, failure, text, world};
use reference::Reference;

/// One thing that was measured.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    what: &'static str,
    seconds: f64,
    /// What CPython took for the same, where there is the same and a CPython.
    python_seconds: Option<f64>,
    ratio: Option<f64>,
    /// Why there is no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl Row {
    fn new(name: impl Into<String>, what: &'static str, took: Duration) -> Self {
        let seconds = took.as_secs_f64();
        Self { name: name.into(), what, seconds, python_seconds: None, ratio: None, problem: None }
    }

    fn beside(self, python: Option<f64>) -> Self {
        let ratio = python.filter(|python| *python > 0.0).map(|python| self.seconds / python);
        Self { python_seconds: python, ratio, ..self }
    }

    fn failed(name: impl Into<String>, what: &'static str, problem: String) -> Self {
        Self { problem: Some(problem), ..Self::new(name, what, Duration::ZERO) }
    }
}

/// All that was measured.
#[derive(Debug, Serialize)]
struct Measured {
    version: &'static str,
    /// What the `python3` on the path says it is.
    python: Option<String>,
    cores: usize,
    rows: Vec<Row>,
    /// Of the computing programs that both ran.
    geometric_mean: Option<f64>,
}

/// Measures and prints.
pub fn bench(args: &BenchArgs) -> Result<i32> {
    let programs: Vec<_> = compute::PROGRAMS
        .iter()
        .filter(|program| args.only.as_ref().is_none_or(|part| program.name.contains(part.as_str())))
        .collect();
    let reference = match Reference::find() {
        Ok(reference) => Some(reference),
        Err(why) => {
            world::err(&format!("note: no ratios: {why:#}\n"));
            None
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let engine = Engine::new()?;
    let mut rows = Vec::new();
    // On a terminal; elsewhere it shows nothing.
    let bar = ProgressBar::new(programs.len() as u64).with_message("starting");
    bar.set_style(ProgressStyle::with_template("measuring {wide_msg} {pos}/{len}")?);
    if args.only.is_none() {
        bar.set_message("the engine");
        rows.extend(runtime.block_on(engine::rows(&engine, args.runs, reference.as_ref()))?);
    }
    let mut logs = Vec::new();
    for program in programs {
        bar.inc(1);
        bar.set_message(program.name);
        let row = runtime.block_on(compute::row(&engine, program, args.runs, reference.as_ref()));
        logs.extend(row.ratio.map(f64::ln));
        rows.push(row);
    }
    bar.finish_and_clear();
    if rows.is_empty() {
        let names: Vec<&str> = compute::PROGRAMS.iter().map(|program| program.name).collect();
        return Err(failure::Usage::new("no program's name has this in it")
            .hint(format!("there are: {}", names.join(", ")))
            .into());
    }
    let measured = Measured {
        version: env!("CARGO_PKG_VERSION"),
        python: reference.map(|reference| reference.version),
        cores: world::cores(),
        geometric_mean: (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp()),
        rows,
    };
    world::out(&if args.json { serde_json::to_string(&measured)? + "\n" } else { table(&measured) })?;
    let all_well = measured.rows.iter().all(|row| row.problem.is_none());
    Ok(if all_well { failure::OK } else { failure::FAILED })
}

fn table(measured: &Measured) -> String {
    let python = measured.python.as_deref().unwrap_or("python3");
    let header = ["", "here", python, "times", ""].map(String::from);
    let rows = measured.rows.iter().map(|row| match &row.problem {
        Some(problem) => [row.name.clone(), "-".into(), "-".into(), "-".into(), problem.clone()],
        None => [
            row.name.clone(),
            time(row.seconds),
            row.python_seconds.map_or("-".into(), time),
            row.ratio.map_or("-".into(), ratio),
            row.what.into(),
        ],
    });
    let mean = measured.geometric_mean.map_or(String::new(), |mean| {
        format!("\ncomputing programs, geometric mean: {} times CPython's time\n", ratio(mean))
    });
    text::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>()) + &mean
}

/// A time in the unit that suits it.
fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 1e-3 => format!("{:.2} ms", seconds * 1e3),
        seconds => format!("{:.2} us", seconds * 1e6),
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.095 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_ratios_where_there_is_something_to_compare_with() {
        let rows = vec![
            Row::new("a", "of this", Duration::from_micros(150)).beside(Some(0.003)),
            Row::new("bb", "of that", Duration::from_millis(20)).beside(None),
            Row::failed("c", "of those", "prints 1 here, 2 there".into()),
        ];
        let measured =
            Measured { version: "0", python: Some("3.11".into()), cores: 2, geometric_mean: Some(2.5), rows };
        assert_eq!(
            table(&measured),
            "    here       3.11     times\n\
             a   150.00 us  3.00 ms  0.0500  of this\n\
             bb  20.00 ms   -        -       of that\n\
             c   -          -        -       prints 1 here, 2 there\n\
             \ncomputing programs, geometric mean: 2.50 times CPython's time\n"
        );
    }
}
