//! Snapshots: what survives, and what is refused.

use std::sync::{Arc, OnceLock};

use rlm_sandbox::{
    Bytes, Cell, Context, Engine, HostCall, HostError, Limits, Outcome, SandboxError, Session, Snapshot, SnapshotError,
    SnapshotKey, Value,
};

fn key() -> SnapshotKey {
    SnapshotKey::new([7; 32])
}

async fn double(call: HostCall) -> Result<Value, HostError> {
    match call.args.as_slice() {
        [Value::Int(number)] => Ok(Value::Int(number * 2)),
        _ => Err(HostError::new("TypeError", "double() takes an integer")),
    }
}

async fn start(engine: &Engine) -> Session {
    engine.session(Limits::default()).host_function("double", double).start().await.expect("a session")
}

async fn load(engine: &Engine, saved: &[u8], contexts: &[Context]) -> Result<Session, SandboxError> {
    let snapshot = Snapshot::read(&mut &*saved, &key())?;
    engine.session(Limits::default()).host_function("double", double).load(&snapshot, contexts).await
}

async fn save(session: &mut Session) -> Vec<u8> {
    let mut saved = Vec::new();
    let written = session.save(&key(), &mut saved).await.expect("saved");
    assert_eq!(written, saved.len() as u64);
    saved
}

async fn run(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.expect("the sandbox itself works").outcome {
        Outcome::Completed(None) => "completed".to_owned(),
        Outcome::Completed(Some(shown)) => shown.repr,
        other => format!("{other:?}"),
    }
}

const LIVE: &str = "\
import collections, itertools, random, re
from collections import Counter
counter = Counter('abracadabra')
pattern = re.compile(r'(\\w)(\\d)')
class Account:
    def __init__(self): self.sums = []
    def add(self, n):
        self.sums.append(n)
        return self
account = Account().add(3)
def numbers():
    try:
        for n in itertools.count(): yield n
    finally:
        account.add('closed')
live = numbers()
next(live), next(live)
def adder(n):
    return lambda more: n + more
add_five = adder(5)
walk = iter({'a': 1, 'b': 2, 'c': 3}.items())
next(walk)
twice = double
big = bytearray(b'0123456789' * 300_000)
random.seed(11)
";

const LOOK: &str = "\
(counter.most_common(1), pattern.sub('-', 'a1b2'), account.add(4).sums, next(live), add_five(1), next(walk), \
twice(21), double(4), len(big), bytes(big[-3:]), random.random(), random.randrange(1000))";

#[tokio::test]
async fn everything_alive_goes_on_where_it_was() {
    let engine = Engine::new().unwrap();
    let copied = Engine::with_copied_images().unwrap();
    let mut session = start(&engine).await;
    assert_eq!(run(&mut session, LIVE).await, "completed");
    let saved = save(&mut session).await;
    let expected = run(&mut session, LOOK).await;
    assert!(expected.starts_with("([('a', 5)], '--', [3, 4], 2, 6, ('b', 2), 42, 8, 3000000, b'789', "), "{expected}");
    for engine in [&engine, &copied] {
        let mut loaded = load(engine, &saved, &[]).await.unwrap();
        assert_eq!(save(&mut loaded).await, saved, "saving what was loaded gives the same again");
        assert_eq!(run(&mut loaded, LOOK).await, expected);
        // It is a session like any other: it forks, rolls back and survives a cell that breaks it.
        let mut fork = loaded.fork().await.unwrap();
        assert!(run(&mut loaded, "account.add(5)\nimport os\nos.abort()").await.contains("undone: true"));
        assert_eq!(run(&mut loaded, "account.sums").await, "[3, 4]");
        assert_eq!(run(&mut fork, "live.close(); account.sums").await, "[3, 4, 'closed']");
    }
    let mut session = start(&copied).await;
    run(&mut session, LIVE).await;
    assert_eq!(save(&mut session).await, saved, "how images are kept does not show in a snapshot");
}

#[tokio::test]
async fn cells_go_on_counting_and_time_goes_on() {
    let engine = Engine::new().unwrap();
    let mut session = start(&engine).await;
    run(&mut session, "import os, time\ntime.sleep(0.02)\ndef fail(): 1 / 0").await;
    run(&mut session, "x = os.urandom(7)").await;
    let saved = save(&mut session).await;
    let code = "time.time(), os.urandom(9), fail.__code__.co_filename, (lambda: 0).__code__.co_filename";
    let expected = run(&mut session, code).await;
    assert!(expected.contains("'<cell 1>', '<cell 3>'"), "{expected}");
    assert_eq!(run(&mut load(&engine, &saved, &[]).await.unwrap(), code).await, expected);
}

#[tokio::test]
async fn contexts_are_referred_to_by_hash() {
    let engine = Engine::new().unwrap();
    let text = Context::text(&"a line of ä text\n".repeat(100_000)).unwrap();
    let raw = Context::bytes(&[5; 70_000]).unwrap();
    let mut session = start(&engine).await;
    session.define_context("text", &text).await.unwrap();
    session.define_context("raw", &raw).await.unwrap();
    run(&mut session, "lines = text[:60].splitlines()[:3]\nlast = raw[-1]").await;
    let saved = save(&mut session).await;
    assert!(saved.len() < 600_000, "{} bytes", saved.len());
    let other = Context::text("another").unwrap();
    let error = load(&engine, &saved, &[other.clone(), text.clone()]).await.map(drop).unwrap_err();
    let hash = raw.hash();
    assert_eq!(error.to_string(), format!("snapshot needs the context {hash} of 70000 bytes, which was not given"));
    let snapshot = Snapshot::read(&mut saved.as_slice(), &key()).unwrap();
    let needed: Vec<_> = snapshot.contexts().iter().map(|context| (context.hash, context.bytes)).collect();
    assert_eq!(needed, [(text.hash(), text.len()), (raw.hash(), 70_000)]);
    let mut loaded = load(&engine, &saved, &[raw, other.clone(), text]).await.unwrap();
    let look = "len(text), text[15:17], len(raw), raw[69_999], lines == text[:60].splitlines()[:3], last";
    assert_eq!(run(&mut loaded, look).await, "(1700000, 't\\n', 70000, 5, True, 5)");
    loaded.define_context("third", &other).await.unwrap();
    assert_eq!(run(&mut loaded, "third, len(text)").await, "('another', 1700000)");
}

#[tokio::test]
async fn host_functions_are_asked_for() {
    let engine = Engine::new().unwrap();
    let saved = save(&mut start(&engine).await).await;
    let snapshot = Snapshot::read(&mut saved.as_slice(), &key()).unwrap();
    assert_eq!(snapshot.host_functions(), ["double"]);
    let error = engine.session(Limits::default()).load(&snapshot, &[]).await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "snapshot needs the host function \"double\", which was not offered");
    let more = engine.session(Limits::default()).host_function("double", double).host_function("quadruple", double);
    let mut session = more.load(&snapshot, &[]).await.unwrap();
    assert_eq!(run(&mut session, "double(1), quadruple(2)").await, "(2, 4)");
}

#[tokio::test]
async fn a_snapshot_larger_than_the_limit_is_refused() {
    let engine = Engine::new().unwrap();
    let mut session = start(&engine).await;
    run(&mut session, "held = b'x' * (40 << 20)").await;
    let saved = save(&mut session).await;
    let snapshot = Snapshot::read(&mut saved.as_slice(), &key()).unwrap();
    let limits = Limits { memory: Bytes(32 << 20), ..Limits::default() };
    let error = engine.session(limits).host_function("double", double).load(&snapshot, &[]).await.map(drop);
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("snapshot holds ") && error.ends_with(" of memory, the limit is 32 MiB"), "{error}");
}

#[tokio::test]
async fn saving_after_a_dropped_cell_saves_the_state_before_it() {
    let engine = Engine::new().unwrap();
    let mut session = start(&engine).await;
    run(&mut session, "x = 7").await;
    let endless = Cell::new("x = 8\nwhile True: pass");
    let dropped = tokio::time::timeout(std::time::Duration::from_millis(100), session.run(&endless)).await;
    assert!(dropped.is_err());
    let saved = save(&mut session).await;
    assert_eq!(run(&mut load(&engine, &saved, &[]).await.unwrap(), "x").await, "7");
}

/// A small snapshot, and what is said of a changed one.
async fn small() -> Arc<[u8]> {
    static SAVED: OnceLock<Arc<[u8]>> = OnceLock::new();
    if let Some(saved) = SAVED.get() {
        return Arc::clone(saved);
    }
    let mut session = Engine::new().unwrap().session(Limits::default()).start().await.unwrap();
    run(&mut session, "x = 7").await;
    let saved: Arc<[u8]> = save(&mut session).await.into();
    Arc::clone(SAVED.get_or_init(|| saved))
}

fn refusal(bytes: &[u8]) -> String {
    match Snapshot::read(&mut &*bytes, &key()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn every_edit_is_refused() {
    let saved = small().await;
    assert_eq!(refusal(&saved), "accepted");
    let edited = "snapshot was changed after it was saved";
    // All of the header, the beginning and end of the body, and every 997th byte between.
    let ends = saved.len() - 2_000;
    for at in (0..2_000).chain((2_000..ends).step_by(997)).chain(ends..saved.len()) {
        let mut bytes = saved.to_vec();
        bytes[at] ^= 0x21;
        let expected = match at {
            0..8 => "not a snapshot".to_owned(),
            8..12 => {
                let found = 1 ^ (0x21 << (8 * (at - 8)));
                format!("snapshot has version {found}, this build reads version 1")
            }
            44..60 => "snapshot was sealed with another key".to_owned(),
            _ => edited.to_owned(),
        };
        assert_eq!(refusal(&bytes), expected, "byte {at}");
    }
    assert_eq!(refusal(&[&saved[..], b"x"].concat()), edited);
    assert_eq!(refusal(b"#!/usr/bin/python3\n"), "not a snapshot");
}

#[tokio::test]
async fn every_cut_is_refused() {
    let saved = small().await;
    assert_eq!(refusal(b""), "not a snapshot");
    for len in (1..132).chain((132..saved.len()).step_by(1009)).chain(saved.len() - 40..saved.len()) {
        let of = if len < 100 { 132 } else { saved.len() };
        assert_eq!(refusal(&saved[..len]), format!("snapshot is truncated: {len} of {of} bytes"));
    }
}

#[tokio::test]
async fn other_keys_versions_and_guests_are_told_apart() {
    let saved = small().await;
    let error = Snapshot::read(&mut &saved[..], &SnapshotKey::new([8; 32])).unwrap_err();
    assert!(matches!(error, SnapshotError::WrongKey), "{error}");
    assert_eq!(error.to_string(), "snapshot was sealed with another key");
    let mut older = saved.to_vec();
    older[8..12].copy_from_slice(&0u32.to_le_bytes());
    assert_eq!(refusal(&older), "snapshot has version 0, this build reads version 1");
    // Another guest, sealed by whoever has the key.
    let mut foreign = saved.to_vec();
    foreign[12] ^= 1;
    let header_key = blake3::derive_key("rlm-sandbox snapshot v1: header", &[7; 32]);
    let tag = blake3::keyed_hash(&header_key, &foreign[..68]);
    foreign[68..100].copy_from_slice(tag.as_bytes());
    assert_eq!(refusal(&foreign), "snapshot is of another guest, saved by another build");
}

/// On the smallest stack that is promised to be enough.
#[test]
fn saving_and_loading_fit_the_smallest_supported_thread() {
    let small = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let engine = Engine::new().unwrap();
            let mut session = start(&engine).await;
            run(&mut session, LIVE).await;
            let saved = save(&mut session).await;
            let mut loaded = load(&engine, &saved, &[]).await.unwrap();
            assert_eq!(run(&mut loaded, "len(big)").await, "3000000");
        });
    });
    small.unwrap().join().expect("no overflow");
}

/// What is done in a living session and in one revived from its image.
const AFTERWARDS: &[&str] = &[
    LOOK,
    "def deep(n): return 0 if n == 0 else 1 + deep(n - 1)\ndeep(300)",
    "deep(10**6)",
    "import os, time, uuid\nos.urandom(5), time.time(), uuid.uuid4(), id(object()), hash('text')",
    "[os.write(fd, b'raw') for fd in (1, 2)]",
    "print('shown', end='')\nraise LookupError(account.sums)",
    "sorted(os.listdir('/')) if os.path.exists('/') else None",
    "import json, threading, decimal, asyncio\njson.dumps({str(n): [n] * 3 for n in range(2000)})[:40]",
    "held = [bytearray(1 << 20) for _ in range(8)]; del held[::2]; len(held)",
    "double(len(held)), twice(5)",
    "_, __name__, sorted(globals())[:5]",
];

/// Memory, clock and randomness are all the state there is: a session revived from them does exactly
/// what the living one does, to the last instruction and the last byte of memory.
#[tokio::test]
async fn nothing_else_is_state() {
    let engine = Engine::new().unwrap();
    let mut living = start(&engine).await;
    run(&mut living, LIVE).await;
    // Whatever could leave something behind outside memory: descriptors, stacks, interrupts, output.
    for code in [
        "import os\nfor fd in range(5):\n    try: os.close(fd)\n    except OSError: pass",
        "def f(n): return f(n + 1)\nf(0)",
        "print('no newline', end='')\n1 / 0",
        "os.write(1, b'x' * 100_000)",
        "import sys; sys.exit(3)",
        "double('not a number')",
    ] {
        run(&mut living, code).await;
    }
    let limits = Limits { fuel: rlm_sandbox::Fuel(30_000_000), ..Limits::default() };
    let spin = Cell::within("try:\n    while True: pass\nfinally: spun = True", limits);
    assert!(matches!(living.run(&spin).await.unwrap().outcome, Outcome::Exceeded(met) if !met.undone));
    let mut revived = living.fork().await.unwrap();
    for &code in AFTERWARDS {
        let cell = Cell::new(code);
        let (living_did, revived_did) = (living.run(&cell).await.unwrap(), revived.run(&cell).await.unwrap());
        assert_eq!(living_did.outcome, revived_did.outcome, "{code}");
        assert_eq!(living_did.output, revived_did.output, "{code}");
        assert_eq!(living_did.usage.fuel, revived_did.usage.fuel, "{code}");
        assert_eq!(living_did.usage.memory, revived_did.usage.memory, "{code}");
        assert!(save(&mut living).await == save(&mut revived).await, "memory differs after {code}");
    }
}

/// Each piece of an image is a mapping, each file a descriptor, and a process has only so many.
#[cfg(target_os = "linux")]
#[allow(clippy::disallowed_methods, reason = "it counts what this process has open")]
#[tokio::test]
async fn many_states_take_few_mappings_and_descriptors() {
    let count = |what: &str| match what {
        "descriptors" => std::fs::read_dir("/proc/self/fd").unwrap().count(),
        _ => std::fs::read_to_string("/proc/self/maps").unwrap().lines().count(),
    };
    let engine = Engine::new().unwrap();
    let mut session = start(&engine).await;
    run(&mut session, "data = bytearray(20_000_000)").await;
    let (descriptors, mappings) = (count("descriptors"), count("mappings"));
    let mut forks = Vec::new();
    for _ in 0..200 {
        let mut fork = session.fork().await.unwrap();
        run(&mut fork, "mine = 1").await;
        forks.push(fork);
    }
    let mut checkpoints = Vec::new();
    for step in 0..100 {
        // Pages all over the memory, others each time.
        run(&mut session, &format!("for at in range({step} * 4096, len(data), 331 * 4096): data[at] = {step}")).await;
        checkpoints.push(session.checkpoint().await.unwrap());
    }
    // Other tests of this process open and close some meanwhile.
    let (more_descriptors, more_mappings) =
        (count("descriptors").saturating_sub(descriptors), count("mappings").saturating_sub(mappings));
    assert!(more_descriptors < 60, "{more_descriptors} more descriptors");
    assert!(more_mappings < 200 * 60 + 3000, "{more_mappings} more mappings");
    session.rollback(&checkpoints[49]).await.unwrap();
    let look = "sum(1 for at in range(0, len(data), 4096) if data[at]), max(data)";
    let seen = run(&mut session, look).await;
    assert_eq!(seen, run(&mut session.fork().await.unwrap(), look).await);
    assert!(seen.ends_with(", 49)"), "{seen}");
    assert_eq!(run(&mut forks[150], "len(data), max(data)").await, "(20000000, 0)");
}
