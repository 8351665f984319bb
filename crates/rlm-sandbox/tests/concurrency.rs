//! Many sessions on many threads over one engine.

use std::thread;

use rlm_sandbox::{Bytes, Cell, Context, Engine, Fuel, Limits, Outcome, Session, Snapshot, SnapshotKey};

const THREADS: usize = 8;
const ROUNDS: usize = 3;

async fn run(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.expect("the sandbox itself works").outcome {
        Outcome::Completed(None) => String::new(),
        Outcome::Completed(Some(shown)) => shown.repr,
        Outcome::Exceeded(met) => format!("{}, undone: {}", met.limit.name(), met.undone),
        other => format!("{other:?}"),
    }
}

/// A life of a session, in which nothing may come from any other.
async fn live(engine: &Engine, mine: usize, context: &Context) {
    let limits = Limits { fuel: Fuel(400_000_000), memory: Bytes(64 << 20), ..Limits::default() };
    let mut session = engine.session(limits.clone()).seed(mine as u64).start().await.expect("a session");
    session.define_context("context", context).await.expect("mapped");
    run(&mut session, &format!("mine = [{mine}] * 1000\nblock = bytearray(b'{}' * 200_000)", mine % 10)).await;
    let look = "set(mine), len(mine), set(block), context.count('line')";
    let expected = format!("({{{mine}}}, 1000, {{{}}}, 1000)", 48 + mine % 10);
    let checkpoint = session.checkpoint().await.expect("a checkpoint");
    let mut fork = session.fork().await.expect("a fork");
    run(&mut fork, "mine.append(-1); block[:] = b'?' * len(block)").await;
    assert_eq!(run(&mut session, look).await, expected);
    assert_eq!(run(&mut session, "mine.clear(); sum(range(10**11))").await, "fuel, undone: true");
    assert_eq!(
        run(&mut session, "held = []\nwhile True: held.append(bytes(1 << 20))").await.split(',').next(),
        Some("memory")
    );
    assert_eq!(run(&mut session, look).await, expected);
    run(&mut session, "mine.clear(); block.clear()").await;
    session.rollback(&checkpoint).await.expect("rolled back");
    assert_eq!(run(&mut session, look).await, expected);
    let key = SnapshotKey::new([mine as u8; 32]);
    let mut saved = Vec::new();
    session.save(&key, &mut saved).await.expect("saved");
    let snapshot = Snapshot::read(&mut saved.as_slice(), &key).expect("whole");
    let loaded = engine.session(limits).load(&snapshot, std::slice::from_ref(context)).await;
    assert_eq!(run(&mut loaded.expect("loaded"), look).await, expected);
    assert_eq!(run(&mut fork, "len(mine), set(block)").await, "(1001, {63})");
}

#[test]
fn sessions_on_many_threads_do_not_meet() {
    let engine = Engine::new().expect("an engine");
    let context = Context::text(&"line\n".repeat(1000)).expect("a context");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (engine, context) = (&engine, &context);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
                runtime.block_on(async {
                    for round in 0..ROUNDS {
                        live(engine, thread * ROUNDS + round, context).await;
                    }
                });
            });
        }
    });
}

/// A session started on one thread goes on on another, as on a runtime that steals work.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_move_between_threads() {
    let engine = Engine::new().expect("an engine");
    let mut tasks = tokio::task::JoinSet::new();
    for mine in 0..16 {
        let engine = engine.clone();
        tasks.spawn(async move {
            let mut session = engine.session(Limits::default()).start().await.expect("a session");
            run(&mut session, &format!("total = {mine}")).await;
            for _ in 0..20 {
                run(&mut session, "total += 1").await;
                tokio::task::yield_now().await;
            }
            assert_eq!(run(&mut session, "total").await, (mine + 20).to_string());
        });
    }
    tasks.join_all().await;
}
