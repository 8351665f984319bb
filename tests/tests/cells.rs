//! Runs `cells/*.py`: ordinary code, what it prints, shows and raises.
//!
//! Every file is run once on each kind of memory image. The two runs must also agree with each
//! other, which is what shows that a session is deterministic.

use std::{path::Path, process::ExitCode, time::Duration};

use libtest_mimic::{Arguments, Trial};
use rlm_sandbox::{Bytes, Engine, Execution, Fuel, Limits};
use rlm_tests::{CaseFile, differences, load, start, transcript};

fn limits() -> Limits {
    Limits { fuel: Fuel(20_000_000_000), wall: Duration::from_secs(20), memory: Bytes(256 << 20), ..Limits::default() }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cells");
    let files = match load(&folder, &limits()) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let engine = Engine::new().expect("engine");
    let copied = Engine::with_copied_images().expect("engine with copied images");
    let trials = files.into_iter().map(|file| {
        let (engine, copied) = (engine.clone(), copied.clone());
        Trial::test(format!("cells/{}", file.name), move || {
            let result = check(&[("mapped", &engine), ("copied", &copied)], &file);
            Ok(file.judge(result)?)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(engines: &[(&str, &Engine)], file: &CaseFile) -> Result<(), String> {
    let mut runs = Vec::new();
    for (mode, engine) in engines {
        let executions = play(engine, file).map_err(|error| format!("{mode} images: {error}"))?;
        let mut found = Vec::new();
        for (index, (cell, execution)) in file.cells.iter().zip(&executions).enumerate() {
            found.extend(
                differences(&cell.expected, execution, true)
                    .into_iter()
                    .map(|one| format!("cell {} of {}: {one}", index + 1, file.cells.len())),
            );
        }
        if !found.is_empty() {
            return Err(format!("{mode} images:\n{}", found.join("\n")));
        }
        runs.push(executions.into_iter().map(timeless).collect::<Vec<_>>());
    }
    for (index, pair) in runs.windows(2).flat_map(|pair| pair[0].iter().zip(&pair[1]).enumerate()) {
        if pair.0 != pair.1 {
            return Err(format!(
                "cell {}: two runs differ\n  first: {:#?}\n  second: {:#?}",
                index + 1,
                pair.0,
                pair.1
            ));
        }
    }
    Ok(())
}

fn play(engine: &Engine, file: &CaseFile) -> Result<Vec<Execution>, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut session = start(engine, &limits(), file.context.as_deref()).await.map_err(|error| error.to_string())?;
        transcript(&mut session, file).await
    })
}

/// Without what may differ between two runs: real time, and how far a cell got in it.
fn timeless(mut execution: Execution) -> Execution {
    if let rlm_sandbox::Outcome::Exceeded(exceeded) = &mut execution.outcome {
        exceeded.limit = rlm_sandbox::Limit::Stack;
        exceeded.traceback = None;
    }
    execution.usage = Default::default();
    execution
}
