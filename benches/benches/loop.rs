//! What does one turn of the loop cost when the models answer at once? A sub-call? A journal?

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::{
    fs::File,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rlm::{Budget, Journal, JournalKey, JournalSink, Models, Report, Run, Settings};
use rlm_benches::runtime;
use rlm_model::{Reply, Request, Role, ScriptedModel};
use rlm_sandbox::{Context, Engine};

/// A root model that runs `turns` small cells and then answers. It goes by the conversation, so that a
/// run can be resumed.
fn root(turns: usize) -> ScriptedModel {
    ScriptedModel::from_fn(move |request: &Request| {
        let turn = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        Ok(Reply::text(match turn {
            turn if turn < turns => format!("```repl\nx = {turn}\nprint(len(context) + x)\n```"),
            _ => "```repl\nFINAL(len(context))\n```".to_owned(),
        }))
    })
}

/// A sub-model that takes its time. As a child's root model it answers at once, without a cell.
fn sub(delay: Duration) -> ScriptedModel {
    ScriptedModel::from_fn(|_| Ok(Reply::text("FINAL(seen)"))).with_delay(delay)
}

fn settings() -> Settings {
    let budget = Budget { iterations: 1000, sub_calls: 10_000, ..Budget::default() };
    Settings { budget, sub_call_concurrency: 100, child_concurrency: 200, ..Settings::default() }
}

fn run(engine: &Engine, root: ScriptedModel, delay: Duration) -> Run {
    Run::new(engine.clone(), Models::new(Arc::new(root), Arc::new(sub(delay))), settings())
}

async fn ask(run: Run, context: &Context) -> Report {
    run.ask("How long is it?", vec![("context".into(), context.clone())]).await.expect("the loop works")
}

fn answer(report: Report) -> String {
    report.answer.expect("an answer").text
}

/// One cell that ends the run.
fn one_cell(code: &str) -> ScriptedModel {
    ScriptedModel::new([format!("```repl\n{code}\n```")])
}

/// A journal in memory: what is measured is ours, not the disk's.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl JournalSink for Memory {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A journal on the disk: each reply waits for it.
struct Disk(File);

impl JournalSink for Disk {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.0).write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

fn turns(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let context = Context::text("some text").expect("a context");
    let mut group = c.benchmark_group("loop");
    group.sample_size(20);
    // The difference between two rows, over the difference in turns, is one turn; with a journal
    // beside, the difference between those differences is what the journal costs.
    for turns in [10, 110] {
        group.throughput(Throughput::Elements(turns as u64));
        group.bench_with_input(BenchmarkId::new("run_of_turns", turns), &turns, |b, &turns| {
            b.iter(|| {
                let run = run(&engine, root(turns), Duration::ZERO);
                assert_eq!(answer(rt.block_on(ask(run, &context))), "9");
            });
        });
        group.bench_with_input(BenchmarkId::new("run_of_turns_with_journal", turns), &turns, |b, &turns| {
            b.iter(|| {
                let run = run(&engine, root(turns), Duration::ZERO);
                let run = run.journal(Memory::default(), JournalKey::default(), serde_json::Value::Null);
                assert_eq!(answer(rt.block_on(ask(run, &context))), "9");
            });
        });
    }
    // What a disk takes beside: for each turn one append of a reply and one of its cell, and one fsync.
    group.bench_function("run_of_turns_with_journal_on_disk/110", |b| {
        b.iter(|| {
            let disk = Disk(tempfile::tempfile().expect("a file"));
            let run = run(&engine, root(110), Duration::ZERO);
            let run = run.journal(disk, JournalKey::default(), serde_json::Value::Null);
            assert_eq!(answer(rt.block_on(ask(run, &context))), "9");
        });
    });
    for calls in [10, 1010] {
        group.throughput(Throughput::Elements(calls));
        group.bench_with_input(BenchmarkId::new("run_of_sub_calls", calls), &calls, |b, &calls| {
            b.iter(|| {
                let run =
                    run(&engine, one_cell(&format!("FINAL(len(llm_query_batched(['q'] * {calls})))")), Duration::ZERO);
                assert_eq!(answer(rt.block_on(ask(run, &context))), calls.to_string());
            });
        });
    }
    group.finish();
}

fn parallel(c: &mut Criterion) {
    let engine = Engine::new().expect("an engine");
    let rt = tokio::runtime::Runtime::new().expect("a runtime");
    let context = Context::text("some text").expect("a context");
    let mut group = c.benchmark_group("loop/parallel");
    group.sample_size(10);
    // At a concurrency of 100, ten rounds of 50 ms: 500 ms are the model's.
    group.bench_function("1000_sub_calls_of_50_ms", |b| {
        b.iter(|| {
            let run = run(&engine, one_cell("FINAL(len(llm_query_batched(['q'] * 1000)))"), Duration::from_millis(50));
            assert_eq!(answer(rt.block_on(ask(run, &context))), "1000");
        });
    });
    // The same as a model writes it who does not know of batches.
    group.bench_function("loop_of_1000_sub_calls_of_50_ms", |b| {
        b.iter(|| {
            let code = "FINAL(len([llm_query(f'q {n}') for n in range(1000)]))";
            let run = run(&engine, one_cell(code), Duration::from_millis(50));
            assert_eq!(answer(rt.block_on(ask(run, &context))), "1000");
        });
    });
    group.bench_function("200_child_runs", |b| {
        b.iter(|| {
            let code = "FINAL(len(rlm_query_batched(['count'] * 200, contexts=['text'] * 200)))";
            let run = run(&engine, one_cell(code), Duration::ZERO);
            assert_eq!(answer(rt.block_on(ask(run, &context))), "200");
        });
    });
    group.bench_function("thread_pool_of_100_calls_that_ask_50ms", |b| {
        b.iter(|| {
            let code = "from concurrent.futures import ThreadPoolExecutor\nout = []\ndef work(n):\n    \
                        out.append(llm_query(f'q{n}'))\nwith ThreadPoolExecutor(100) as pool:\n    \
                        list(pool.map(work, range(100)))\nFINAL(len(out))";
            let run = run(&engine, one_cell(code), Duration::from_millis(50));
            assert_eq!(answer(rt.block_on(ask(run, &context))), "100");
        });
    });
    group.bench_function("parallel_map_of_100_items", |b| {
        b.iter(|| {
            let run = run(&engine, one_cell("FINAL(sum(parallel_map(lambda n: n, range(100))))"), Duration::ZERO);
            assert_eq!(answer(rt.block_on(ask(run, &context))), "4950");
        });
    });
    group.finish();
}

fn resume(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let context = Context::text("some text").expect("a context");
    let disk = Memory::default();
    let whole =
        run(&engine, root(500), Duration::ZERO).journal(disk.clone(), JournalKey::default(), serde_json::Value::Null);
    assert_eq!(answer(rt.block_on(ask(whole, &context))), "9");
    let bytes = disk.0.lock().expect("nobody failed").clone();
    let mut group = c.benchmark_group("loop/journal");
    group.sample_size(10);
    group.bench_function("read_500_turns", |b| {
        b.iter(|| Journal::read(&bytes, &JournalKey::default()).expect("a journal").records());
    });
    group.bench_function("resume_500_turns", |b| {
        b.iter(|| {
            let journal = Journal::read(&bytes, &JournalKey::default()).expect("a journal");
            let run = run(&engine, ScriptedModel::new([""; 0]), Duration::ZERO).resume(journal, Memory::default());
            assert_eq!(answer(rt.block_on(ask(run, &context))), "9");
        });
    });
    group.finish();
}

criterion_group!(benches, turns, parallel, resume);
criterion_main!(benches);
