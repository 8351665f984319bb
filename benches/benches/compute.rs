//! How fast is Python in the guest beside the `python3` on the path?
//!
//! Each program of `compute/` has a part that prepares and, after `#: timed`, a part that works and
//! prints. The two parts are two cells; the second is run several times, here under the default
//! limits and there with `exec`, and the least CPU time of each counts. Both must print the same.
//!
//! usage: cargo bench -p rlm-benches --bench compute [-- [--runs N] [--tsv] PART_OF_A_NAME...]

#![allow(clippy::disallowed_methods, reason = "it measures, and asks another program for its time")]

use std::{
    error::Error,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use rlm_benches::{run, runtime, session};
use rlm_sandbox::{Cell, Engine, Outcome};
use rustix::time::{ClockId, clock_gettime};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What CPython is asked to do with a program: the same two parts, the second several times.
const REFERENCE: &str = include_str!("../reference.py");

/// One program's times and what it printed.
struct Measured {
    cpu: Duration,
    output: String,
    fuel: u64,
}

struct Options {
    runs: usize,
    tsv: bool,
    parts_of_names: Vec<String>,
}

fn main() -> Result<()> {
    let options = options()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compute");
    let mut names: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".py").map(str::to_owned))
        .filter(|name| wanted(name, &options.parts_of_names))
        .collect();
    names.sort();
    let engine = Engine::new()?;
    if !options.tsv {
        println!("{:<18}{:>10}{:>10}{:>8}{:>14}", "program", "here ms", "there ms", "ratio", "fuel");
    }
    let mut logs = Vec::new();
    for name in names {
        let file = folder.join(format!("{name}.py"));
        let there = there(&file, options.runs)?;
        let here = match here(&engine, &file, options.runs)? {
            Ok(here) => here,
            Err(ended) => {
                println!("{name}: {ended}");
                continue;
            }
        };
        if here.output != there.output {
            return Err(format!("{name}: prints {:?} here, {:?} there", here.output, there.output).into());
        }
        let ratio = here.cpu.as_secs_f64() / there.cpu.as_secs_f64();
        logs.push(ratio.ln());
        let (mine, theirs) = (here.cpu.as_secs_f64() * 1e3, there.cpu.as_secs_f64() * 1e3);
        if options.tsv {
            println!("{name}\t{mine:.3}\t{theirs:.3}\t{ratio:.3}\t{}", here.fuel);
        } else {
            println!("{name:<18}{mine:>10.1}{theirs:>10.1}{ratio:>8.2}{:>14}", here.fuel);
        }
    }
    let mean = (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp();
    println!("{}geometric mean of {}: {mean:.2}", if options.tsv { "# " } else { "" }, logs.len());
    Ok(())
}

fn options() -> Result<Options> {
    let mut options = Options { runs: 5, tsv: false, parts_of_names: Vec::new() };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--bench" => {}
            "--tsv" => options.tsv = true,
            "--runs" => options.runs = args.next().ok_or("--runs needs a number")?.parse()?,
            _ => options.parts_of_names.push(arg),
        }
    }
    Ok(options)
}

fn wanted(name: &str, parts: &[String]) -> bool {
    parts.is_empty() || parts.iter().any(|part| name.contains(part.as_str()))
}

fn there(file: &Path, runs: usize) -> Result<Measured> {
    let parts = fs::read_to_string(file)?.replacen("#: timed\n", "\0", 1);
    let mut python = Command::new("python3")
        .args(["-c", REFERENCE, &runs.to_string(), "process_time"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // It reads all of it before it writes anything.
    python.stdin.take().ok_or("no pipe to python3")?.write_all(parts.as_bytes())?;
    let output = python.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", file.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let (seconds, output) = text.split_once('\n').ok_or("python3 printed nothing")?;
    Ok(Measured { cpu: Duration::from_secs_f64(seconds.parse()?), output: output.to_owned(), fuel: 0 })
}

/// The same here. What ended a cell that did not complete is no fault of the bench, but a result.
fn here(engine: &Engine, file: &Path, runs: usize) -> Result<std::result::Result<Measured, String>> {
    let text = fs::read_to_string(file)?;
    let (prepare, timed) = text.split_once("#: timed\n").ok_or("no line `#: timed`")?;
    runtime().block_on(async {
        let mut session = session(engine).await;
        run(&mut session, prepare).await;
        let mut best: Option<Measured> = None;
        for _ in 0..runs {
            let start = cpu();
            let execution = session.run(&Cell::new(timed)).await?;
            let cpu = cpu() - start;
            if !matches!(execution.outcome, Outcome::Completed(_)) {
                return Ok(Err(format!("{:?}", execution.outcome)));
            }
            if best.as_ref().is_none_or(|best| cpu < best.cpu) {
                best = Some(Measured { cpu, output: execution.output.stdout.head, fuel: execution.usage.fuel });
            }
        }
        Ok(Ok(best.ok_or("--runs is 0")?))
    })
}

/// CPU time of this process so far, all threads: what a checkpoint costs counts too.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
