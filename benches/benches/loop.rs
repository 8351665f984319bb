//! What does one turn of the loop cost when the models answer at once? A sub-call?

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rlm::{Budget, Models, Report, Run, Settings};
use rlm_benches::runtime;
use rlm_model::{Reply, ScriptedModel};
use rlm_sandbox::{Context, Engine};

/// A root model that runs `turns` small cells and then answers.
fn root(turns: usize) -> ScriptedModel {
    let cells = (0..turns).map(|turn| format!("```repl\nx = {turn}\nprint(len(context) + x)\n```"));
    ScriptedModel::new(cells.chain(["```repl\nFINAL(len(context))\n```".to_owned()]))
}

async fn ask(engine: &Engine, root: ScriptedModel, context: &Context) -> Report {
    let sub = ScriptedModel::from_fn(|_| Ok(Reply::text("seen")));
    let budget = Budget { iterations: 1000, sub_calls: 10_000, ..Budget::default() };
    let run = Run::new(
        engine.clone(),
        Models::new(Arc::new(root), Arc::new(sub)),
        Settings { budget, ..Settings::default() },
    );
    run.ask("How long is it?", vec![("context".into(), context.clone())]).await.expect("the loop works")
}

fn turns(c: &mut Criterion) {
    let (engine, rt) = (Engine::new().expect("an engine"), runtime());
    let context = Context::text("some text").expect("a context");
    let mut group = c.benchmark_group("loop");
    group.sample_size(20);
    // The difference between two rows, over the difference in turns, is one turn.
    for turns in [10, 110] {
        group.throughput(Throughput::Elements(turns));
        group.bench_with_input(BenchmarkId::new("run_of_turns", turns), &turns, |b, &turns| {
            b.iter(|| {
                let report = rt.block_on(ask(&engine, root(turns as usize), &context));
                assert_eq!(report.answer.expect("an answer").text, "9");
            });
        });
    }
    for calls in [10, 1010] {
        group.throughput(Throughput::Elements(calls));
        group.bench_with_input(BenchmarkId::new("run_of_sub_calls", calls), &calls, |b, &calls| {
            b.iter(|| {
                let cell = format!("```repl\nFINAL(len(llm_query_batched(['q'] * {calls})))\n```");
                let report = rt.block_on(ask(&engine, ScriptedModel::new([cell]), &context));
                assert_eq!(report.answer.expect("an answer").text, calls.to_string());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, turns);
criterion_main!(benches);
