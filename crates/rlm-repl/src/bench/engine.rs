//! What the sandbox and the loop themselves cost.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use rlm::{Budget, Models, Run, Settings};
use rlm_model::{Reply, Request, Role, ScriptedModel};
use rlm_sandbox::{Cell, Context, Engine, HostCall, HostError, Limits, Outcome, Pool, Session, Value};
use tokio::time::Instant;

use super::{Reference, Row};

/// Host calls of one cell.
const CALLS: u32 = 1_000;
/// Cells of one measurement of a cell.
const CELLS: u32 = 200;
/// Turns of a short and of a long run.
const TURNS: [usize; 2] = [5, 55];
/// Bytes of the context.
const CONTEXT: usize = 10_000_000;
/// What a cell leaves in a session that is forked.
const OWN: usize = 10_000_000;

/// All rows.
pub async fn rows(engine: &Engine, runs: u32, reference: Option<&Reference>) -> Result<Vec<Row>> {
    let process = reference.map(|python| python.process("print(1+1)", "2\n", runs)).transpose()?;
    let cell = reference.map(|python| python_cell(python, runs)).transpose()?;
    let call = reference.map(|python| python_call(python, runs)).transpose()?;
    let context = reference.map(|python| python_context(python, runs)).transpose()?;
    let runs = runs.max(1);
    Ok(vec![
        Row::new("session, fresh", "to first result; there a process", fresh(engine, runs).await?).beside(process),
        Row::new("session, pool", "to first result; there a process", pool(engine, runs).await?).beside(process),
        Row::new("cell", "1+1 in a session; there exec()", trivial(engine, runs).await?).beside(cell),
        Row::new("host call", "one of a loop; there a function", host_call(engine, runs).await?).beside(call),
        Row::new("context", "10 MB opened; there decode()", set_context(engine, runs).await?).beside(context),
        Row::new("fork", "with 10 MB of its own", fork(engine, runs).await?),
        Row::new("rollback", "of 10 MB", rollback(engine, runs).await?),
        Row::new("turn", "of the loop, models not counted", turn(engine, runs).await?),
    ])
}

fn python_cell(python: &Reference, runs: u32) -> Result<f64> {
    let timed = format!("for _ in range({CELLS}):\n    exec(compile('1+1', 'cell', 'exec'), names)\nprint('done')");
    Ok(python.time("names = {}", &timed, "done\n", runs)? / f64::from(CELLS))
}

fn python_call(python: &Reference, runs: u32) -> Result<f64> {
    // So many that the clock sees the difference.
    const CALLS: u32 = 100_000;
    let timed = |call: &str| format!("for _ in range({CALLS}):\n    r = {call}\nprint(r)");
    let prepare = "def echo(value):\n    return value\n";
    let time = |call: &str| python.time(prepare, &timed(call), "7\n", runs);
    Ok((time("echo(7)")? - time("7")?).max(0.0) / f64::from(CALLS))
}

fn python_context(python: &Reference, runs: u32) -> Result<f64> {
    let prepare =
        format!("data = ('a plain line of text, forty bytes long.\\n' * {})[:{CONTEXT}].encode()", CONTEXT / 40 + 1);
    python.time(&prepare, "print(len(data.decode()))", &format!("{CONTEXT}\n"), runs)
}

async fn start(engine: &Engine) -> Result<Session> {
    Ok(engine.session(Limits::default()).start().await?)
}

/// Runs a cell whose value has to be this.
async fn check(session: &mut Session, code: &str, expected: &str) -> Result<()> {
    match session.run(&Cell::new(code)).await?.outcome {
        Outcome::Completed(Some(shown)) if shown.repr == expected => Ok(()),
        other => bail!("{code:?} gave {other:?}, not {expected}"),
    }
}

async fn fresh(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..runs * 10 {
        let began = Instant::now();
        let mut session = start(engine).await?;
        check(&mut session, "1+1", "2").await?;
        least = least.min(began.elapsed());
    }
    Ok(least)
}

async fn pool(engine: &Engine, runs: u32) -> Result<Duration> {
    let pool = Pool::new(engine.session(Limits::default()), 2);
    let mut least = Duration::MAX;
    for _ in 0..runs * 10 {
        pool.fill().await?;
        let began = Instant::now();
        let mut session = pool.take().await?;
        check(&mut session, "1+1", "2").await?;
        least = least.min(began.elapsed());
    }
    Ok(least)
}

async fn trivial(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut session = start(engine).await?;
    let mut least = Duration::MAX;
    for _ in 0..runs {
        let began = Instant::now();
        for _ in 0..CELLS {
            check(&mut session, "1+1", "2").await?;
        }
        least = least.min(began.elapsed() / CELLS);
    }
    Ok(least)
}

async fn host_call(engine: &Engine, runs: u32) -> Result<Duration> {
    let echo = |call: HostCall| async move { Ok::<_, HostError>(call.args.into_iter().next().unwrap_or(Value::None)) };
    let mut session = engine.session(Limits::default()).host_function("echo", echo).start().await?;
    let mut least = [Duration::MAX; 2];
    for _ in 0..runs {
        for (least, call) in least.iter_mut().zip(["echo(7)", "7"]) {
            let code = format!("for _ in range({CALLS}):\n    r = {call}\nr");
            let began = Instant::now();
            check(&mut session, &code, "7").await?;
            *least = (*least).min(began.elapsed());
        }
    }
    Ok(least[0].saturating_sub(least[1]) / CALLS)
}

async fn set_context(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut text = "a plain line of text, forty bytes long.\n".repeat(CONTEXT / 40 + 1);
    text.truncate(CONTEXT);
    let mut least = Duration::MAX;
    for _ in 0..runs {
        let mut session = start(engine).await?;
        let began = Instant::now();
        session.define_context("context", &Context::text(&text)?).await?;
        check(&mut session, "len(context)", &CONTEXT.to_string()).await?;
        least = least.min(began.elapsed());
    }
    Ok(least)
}

/// A session with a buffer of its own.
async fn holding(engine: &Engine) -> Result<Session> {
    let mut session = start(engine).await?;
    check(&mut session, &format!("data = bytearray(b'x' * {OWN})\nlen(data)"), &OWN.to_string()).await?;
    Ok(session)
}

async fn fork(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut session = holding(engine).await?;
    session.checkpoint().await?;
    let mut least = Duration::MAX;
    for _ in 0..runs * 3 {
        let began = Instant::now();
        let mut fork = session.fork().await?;
        least = least.min(began.elapsed());
        check(&mut fork, "len(data)", &OWN.to_string()).await?;
    }
    Ok(least)
}

async fn rollback(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut session = holding(engine).await?;
    let before = session.checkpoint().await?;
    let mut least = Duration::MAX;
    for _ in 0..runs {
        check(&mut session, "data[::4096] = bytes(len(data[::4096]))\ndata[0]", "0").await?;
        let began = Instant::now();
        session.rollback(&before).await?;
        least = least.min(began.elapsed());
        check(&mut session, "data[0]", "120").await?;
    }
    Ok(least)
}

/// What one turn costs: a long run less a short one.
async fn turn(engine: &Engine, runs: u32) -> Result<Duration> {
    let mut least = [Duration::MAX; 2];
    for _ in 0..runs {
        for (least, turns) in least.iter_mut().zip(TURNS) {
            *least = (*least).min(run_of(engine, turns).await?);
        }
    }
    Ok(least[1].saturating_sub(least[0]) / (TURNS[1] - TURNS[0]) as u32)
}

async fn run_of(engine: &Engine, turns: usize) -> Result<Duration> {
    let root = ScriptedModel::from_fn(move |request: &Request| {
        let turn = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        Ok(Reply::text(match turn {
            turn if turn < turns => format!("```repl\nx = {turn}\nprint(len(context) + x)\n```"),
            _ => "```repl\nFINAL(len(context))\n```".to_owned(),
        }))
    });
    let root = Arc::new(root);
    let budget = Budget { iterations: 1_000, ..Budget::default() };
    let run = Run::new(engine.clone(), Models::new(root.clone(), root), Settings { budget, ..Settings::default() });
    let context = Context::text("some text")?;
    let began = Instant::now();
    let report = run.ask("How long is it?", vec![("context".into(), context)]).await?;
    let took = began.elapsed();
    let answer = report.answer.context("the run has no answer")?;
    if answer.text != "9" {
        bail!("the run answered {:?}", answer.text);
    }
    Ok(took)
}
