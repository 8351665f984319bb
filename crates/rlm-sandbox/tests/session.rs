//! Sessions as an embedder uses them: limits, cancelling, checkpoints, forks, contexts.

use std::time::Duration;

use rlm_sandbox::{
    Bytes, Cell, Context, Engine, Execution, Fuel, HostCall, HostError, Limits, Outcome, SandboxError, Session,
    Snapshot, SnapshotKey, Value,
};

async fn start() -> Session {
    Engine::new().expect("engine").session(Limits::default()).start().await.expect("session")
}

async fn run(session: &mut Session, code: &str) -> String {
    told(&session.run(&Cell::new(code)).await.expect("the sandbox itself works"))
}

async fn run_within(session: &mut Session, code: &str, limits: Limits) -> String {
    let cell = Cell::within(code, limits);
    told(&session.run(&cell).await.expect("the sandbox itself works"))
}

/// One line for what happened.
fn told(execution: &Execution) -> String {
    let outcome = match &execution.outcome {
        Outcome::Completed(None) => "completed".to_owned(),
        Outcome::Completed(Some(shown)) => shown.repr.clone(),
        Outcome::Raised(fault) => format!("raised: {}: {}", fault.kind, fault.message),
        Outcome::Exceeded(exceeded) => format!("exceeded: {}, undone: {}", exceeded.limit.name(), exceeded.undone),
        Outcome::Cancelled { undone } => format!("cancelled, undone: {undone}"),
    };
    match execution.output.stdout.text().as_str() {
        "" => outcome,
        printed => format!("{outcome}; printed {printed:?}"),
    }
}

fn wall(milliseconds: u64) -> Limits {
    Limits { wall: Duration::from_millis(milliseconds), ..Limits::default() }
}

#[tokio::test]
async fn variables_persist_and_the_last_value_shows() {
    let mut session = start().await;
    assert_eq!(run(&mut session, "x = 20").await, "completed");
    assert_eq!(run(&mut session, "print('hi'); x + 22").await, "42; printed \"hi\\n\"");
    assert_eq!(run(&mut session, "1 / 0").await, "raised: ZeroDivisionError: division by zero");
    assert_eq!(run(&mut session, "_").await, "42");
}

#[tokio::test]
async fn a_bytecode_loop_ends_as_an_exception_and_keeps_its_work() {
    let mut session = start().await;
    let cell = "y = 1\ntry:\n    while True: pass\nfinally:\n    print('bye')";
    assert_eq!(run_within(&mut session, cell, wall(200)).await, "exceeded: wall, undone: false; printed \"bye\\n\"");
    let limits = Limits { fuel: Fuel(30_000_000), ..Limits::default() };
    assert_eq!(run_within(&mut session, "while True: y += 1", limits).await, "exceeded: fuel, undone: false");
    assert_eq!(run(&mut session, "y > 1").await, "True");
}

#[tokio::test]
async fn a_native_loop_is_undone_and_earlier_variables_survive() {
    let mut session = start().await;
    run(&mut session, "x = [1]\ngen = (n for n in range(9))\nnext(gen)").await;
    let cell = "x.append(2)\nlost = 1\nsum(range(10**11))";
    assert_eq!(run_within(&mut session, cell, wall(100)).await, "exceeded: wall, undone: true");
    assert_eq!(run(&mut session, "x, next(gen)").await, "([1], 1)");
    assert_eq!(run(&mut session, "lost").await, "raised: NameError: name 'lost' is not defined");
}

#[tokio::test]
async fn memory_is_bounded_and_the_session_lives_on() {
    let mut session = start().await;
    run(&mut session, "x = 7").await;
    let limits = Limits { memory: Bytes(64 << 20), ..Limits::default() };
    let ended = run_within(&mut session, "held = []\nwhile True: held.append(bytes(1 << 20))", limits).await;
    assert!(ended.starts_with("exceeded: memory"), "{ended}");
    assert_eq!(run(&mut session, "x").await, "7");
}

#[tokio::test]
async fn another_thread_cancels_a_cell() {
    let mut session = start().await;
    run(&mut session, "x = 7").await;
    let canceller = session.canceller();
    let thread = std::thread::spawn(move || {
        for _ in 0..2000 {
            canceller.cancel();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(run(&mut session, "while True: pass").await, "cancelled, undone: false");
    drop(thread);
    let mut other = start().await;
    assert_eq!(run(&mut other, "1").await, "1");
}

#[tokio::test]
async fn dropping_a_cell_half_way_loses_only_the_cell() {
    let mut session = start().await;
    run(&mut session, "x = 7").await;
    let endless = Cell::new("x = 8\nwhile True: pass");
    assert!(tokio::time::timeout(Duration::from_millis(100), session.run(&endless)).await.is_err());
    assert_eq!(run(&mut session, "x").await, "7");
}

#[tokio::test]
async fn checkpoints_and_forks_are_independent() {
    let mut session = start().await;
    run(&mut session, "x = [1]\nbig = 'x' * 3_000_000").await;
    let checkpoint = session.checkpoint().await.unwrap();
    let mut fork = session.fork().await.unwrap();
    run(&mut fork, "x.append('fork')").await;
    run(&mut session, "x.append('session')").await;
    let mut fork_of_fork = fork.fork().await.unwrap();
    assert_eq!(run(&mut fork_of_fork, "x, len(big)").await, "([1, 'fork'], 3000000)");
    assert_eq!(run(&mut session, "x").await, "[1, 'session']");
    session.rollback(&checkpoint).await.unwrap();
    assert_eq!(run(&mut session, "x").await, "[1]");
    assert_eq!(run(&mut fork, "x").await, "[1, 'fork']");
}

#[tokio::test]
async fn a_fork_that_was_not_asked_anything_is_a_session_like_any_other() {
    for engine in [Engine::new().unwrap(), Engine::with_copied_images().unwrap()] {
        let mut session =
            engine.session(Limits::default()).host_function("name", |_| answer("first")).start().await.unwrap();
        run(&mut session, "x = [1]").await;
        let mut fork = session.fork().await.unwrap();
        let mut fork_of_fork = fork.fork().await.unwrap();
        run(&mut session, "x.append(2)").await;
        drop(session);
        assert_eq!(fork.dirty_bytes().unwrap(), 0);
        let before = fork.checkpoint().await.unwrap();
        fork.answer_with("name", |_| answer("second"));
        assert_eq!(run(&mut fork, "x.append(3); x, name()").await, "([1, 3], 'second')");
        fork.rollback(&before).await.unwrap();
        assert_eq!(run(&mut fork, "x, name()").await, "([1], 'first')");
        let names: Vec<String> =
            fork_of_fork.variables(10).await.unwrap().into_iter().map(|variable| variable.name).collect();
        assert_eq!(names, ["x"]);
        let mut saved = Vec::new();
        let key = SnapshotKey::new([4; 32]);
        fork_of_fork.fork().await.unwrap().save(&key, &mut saved).await.unwrap();
        let snapshot = Snapshot::read(&mut saved.as_slice(), &key).unwrap();
        let builder = engine.session(Limits::default()).host_function("name", |_| answer("loaded"));
        let mut loaded = builder.load(&snapshot, &[]).await.unwrap();
        assert_eq!(run(&mut loaded, "x, name()").await, "([1], 'loaded')");
        let mut with_context = fork_of_fork.fork().await.unwrap();
        with_context.define_context("context", &Context::text("some text").unwrap()).await.unwrap();
        assert_eq!(run(&mut with_context, "x, context[5:]").await, "([1], 'text')");
        let mut with_more = fork_of_fork.fork().await.unwrap();
        with_more.add_host_function("more", |_| answer("more")).await.unwrap();
        assert_eq!(run(&mut with_more, "x, name(), more()").await, "([1], 'first', 'more')");
        let mut limited = fork_of_fork.fork().await.unwrap();
        assert_eq!(
            run_within(&mut limited, "x.append(4)\nwhile True: pass", wall(50)).await,
            "exceeded: wall, undone: false"
        );
        assert_eq!(run(&mut limited, "x").await, "[1, 4]");
    }
}

async fn answer(text: &str) -> Result<Value, HostError> {
    Ok(Value::from(text))
}

#[tokio::test]
async fn a_context_is_text_like_any_other_and_survives_rollback_and_fork() {
    let mut session = start().await;
    let context = Context::text(&"lorem ipsum ä dolor\n".repeat(100_000)).unwrap();
    session.define_context("context", &context).await.unwrap();
    let look = "len(context), type(context).__name__, context[12:14], context.count('ipsum'), context.split()[7]";
    let seen = "(2000000, 'str', 'ä ', 100000, 'dolor')";
    assert_eq!(run(&mut session, look).await, seen);
    let lost = run_within(&mut session, "context = None\nsum(range(10**11))", wall(100)).await;
    assert_eq!(lost, "exceeded: wall, undone: true");
    assert_eq!(run(&mut session, look).await, seen);
    assert_eq!(run(&mut session.fork().await.unwrap(), look).await, seen);
    assert_eq!(run(&mut session, "del context\n'gone'").await, "'gone'");
    session.define_context("raw", &Context::bytes(&[0, 255, 7]).unwrap()).await.unwrap();
    session.define_context("empty", &Context::text("").unwrap()).await.unwrap();
    assert_eq!(run(&mut session, "raw, empty").await, "(b'\\x00\\xff\\x07', '')");
}

#[tokio::test]
async fn waiting_for_a_host_function_is_not_the_cells_time() {
    let slow = |_: HostCall| async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        Ok::<_, HostError>(Value::from("late"))
    };
    let limits = wall(200);
    let mut session = Engine::new().unwrap().session(limits).host_function("slow", slow).start().await.unwrap();
    assert_eq!(run(&mut session, "slow()").await, "'late'");
    assert_eq!(run(&mut session, "import time\ntime.sleep(1)").await, "exceeded: wall, undone: false");
}

#[tokio::test]
async fn sessions_of_one_seed_are_alike() {
    let engine = Engine::new().unwrap();
    let code = "import os, random, time, uuid\n(os.urandom(4), random.random(), time.time(), uuid.uuid4())";
    let mut told = Vec::new();
    for seed in [5, 5, 6] {
        let mut session = engine.session(Limits::default()).seed(seed).start().await.unwrap();
        told.push(run(&mut session, code).await);
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0], told[2]);
}

#[tokio::test]
async fn a_name_that_python_cannot_use_is_refused() {
    let mut session = start().await;
    let error = session.define("not a name", Value::None).await.unwrap_err();
    assert!(matches!(&error, SandboxError::Define { .. }), "{error}");
    assert_eq!(error.to_string(), "cannot define \"not a name\": not an identifier of at most 200 bytes");
}

#[tokio::test]
async fn module_files_are_imported_and_cannot_be_changed() {
    let builder = Engine::new().expect("engine").session(Limits::default());
    let builder = builder
        .module_file("tools/__init__.py", "from .words import count\n")
        .module_file("tools/words.py", "def count(text):\n    return len(text.split())\n\ndef fail():\n    1 / 0\n")
        .module_file("tools/list.txt", "data beside it");
    let mut session = builder.start().await.expect("session");
    assert_eq!(run(&mut session, "import tools; tools.count('a b c')").await, "3");
    assert_eq!(run(&mut session, "tools.__file__").await, "'/modules/tools/__init__.py'");
    assert_eq!(run(&mut session, "open('/modules/tools/list.txt').read()").await, "'data beside it'");
    let refused = "raised: PermissionError: [Errno 2] Permission denied: '/modules/tools/words.py'";
    assert_eq!(run(&mut session, "open('/modules/tools/words.py', 'w')").await, refused);
    let mut fork = session.fork().await.expect("fork");
    assert_eq!(run(&mut fork, "from tools.words import fail; tools.count('x')").await, "1");
    let shown = session.run(&Cell::new("import tools.words\ntools.words.fail()")).await.expect("sandbox");
    let Outcome::Raised(fault) = shown.outcome else { panic!("{shown:?}") };
    assert!(fault.traceback.contains("/modules/tools/words.py\", line 5, in fail\n    1 / 0"), "{}", fault.traceback);
}

#[tokio::test]
async fn a_fork_in_the_middle_of_a_cell_has_what_the_cell_had_made() {
    use std::sync::{Arc, Mutex};
    // The host function forks the session that called it, and has the fork compute.
    let slot: Arc<Mutex<Option<rlm_sandbox::Forker>>> = Arc::default();
    let for_calls = slot.clone();
    let mut session = Engine::new()
        .unwrap()
        .session(Limits::default())
        .host_function("elsewhere", move |call: rlm_sandbox::HostCall| {
            let forker = for_calls.lock().unwrap().clone().unwrap();
            async move {
                let code = call.args[0].as_str().unwrap().to_owned();
                let state = forker.checkpoint().unwrap();
                let mut shown = Vec::new();
                for _ in 0..2 {
                    let mut fork = forker.start(&state).await.unwrap();
                    match fork.run(&Cell::new(code.clone())).await.unwrap().outcome {
                        rlm_sandbox::Outcome::Completed(Some(value)) => shown.push(value.data.unwrap()),
                        other => panic!("{other:?}"),
                    }
                }
                Ok(rlm_sandbox::Value::List(shown))
            }
        })
        .start()
        .await
        .unwrap();
    *slot.lock().unwrap() = Some(session.forker());
    session.run(&Cell::new("before = [1]")).await.unwrap();
    let code = "def double(x):\n    return 2 * x\nbefore.append(2)\ndef deep(n):\n    if n:\n        return deep(n - 1)\n    \
                return elsewhere('before.append(3); double(sum(before))')\nprint(deep(20), before)\ntry:\n    1/0\nexcept \
                ZeroDivisionError:\n    print(elsewhere('''\ndef f(n):\n    return n and f(n - 1)\nf(100)\ntry:\n    \
                {}[1]\nexcept KeyError as error:\n    found = repr(error)\nfound'''))";
    let execution = session.run(&Cell::new(code)).await.unwrap();
    assert_eq!(execution.output.stderr.text(), "", "{:?}", execution.outcome);
    assert_eq!(execution.output.stdout.text(), "[12, 12] [1, 2]\n['KeyError(1)', 'KeyError(1)']\n");
    let refused = session.forker().checkpoint().err().unwrap();
    assert_eq!(refused.to_string(), "guest refused: no cell waits for a host function");
    assert_eq!(session.run(&Cell::new("print(before)")).await.unwrap().output.stdout.text(), "[1, 2]\n");
}
