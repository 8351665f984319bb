//! Programs that compute, here and in CPython. Both have to print the same.

use std::time::Duration;

use anyhow::{Result, bail};
use rlm_sandbox::{Cell, Engine, Limits, Outcome};
use tokio::time::Instant;

use super::{Reference, Row, reference::Took};

/// A program in two parts: one that prepares, and after `#: timed` one that works and prints.
pub struct Program {
    pub name: &'static str,
    text: &'static str,
}

macro_rules! program {
    ($name:literal) => {
        Program { name: $name, text: include_str!(concat!("../../../../benches/compute/", $name, ".py")) }
    };
}

/// A choice of those that the project's own benches run.
pub static PROGRAMS: [Program; 12] = [
    program!("fib"),
    program!("nested_loops"),
    program!("sieve_list"),
    program!("classes"),
    program!("comprehensions"),
    program!("f_strings"),
    program!("sort_keyed"),
    program!("word_count"),
    program!("split_join"),
    program!("re_findall"),
    program!("json_loads"),
    program!("csv_parse"),
];

const WHAT: &str = "";

/// Times one program. What goes wrong is a row too.
pub async fn row(engine: &Engine, program: &Program, runs: u32, reference: Option<&Reference>) -> Row {
    match times(engine, program, runs, reference).await {
        Ok((here, there)) => Row::new(program.name, WHAT, here).beside(there),
        Err(error) => Row::failed(program.name, WHAT, format!("{error:#}")),
    }
}

async fn times(
    engine: &Engine,
    program: &Program,
    runs: u32,
    reference: Option<&Reference>,
) -> Result<(Duration, Option<f64>)> {
    let Some((prepare, timed)) = program.text.split_once("#: timed\n") else { bail!("it has no timed part") };
    let there = reference.map(|reference| reference.run(prepare, timed, runs)).transpose()?;
    let mut session = engine.session(Limits::default()).start().await?;
    let mut least = Duration::MAX;
    for (code, times) in [(prepare, 1), (timed, runs)] {
        for _ in 0..times {
            let began = Instant::now();
            let execution = session.run(&Cell::new(code)).await?;
            let took = began.elapsed();
            match execution.outcome {
                Outcome::Completed(_) => {}
                Outcome::Raised(fault) => bail!("{}: {}", fault.kind, fault.message),
                Outcome::Exceeded(exceeded) => bail!("{exceeded}"),
                Outcome::Cancelled { .. } => bail!("cancelled"),
            }
            if code == timed {
                same(&execution.output.stdout.text(), there.as_ref())?;
                least = least.min(took);
            }
        }
    }
    Ok((least, there.map(|there| there.seconds)))
}

fn same(here: &str, there: Option<&Took>) -> Result<()> {
    match there {
        Some(there) if there.output != here => bail!("prints {here:?} here, {:?} there", there.output),
        _ if here.is_empty() => bail!("prints nothing"),
        _ => Ok(()),
    }
}
