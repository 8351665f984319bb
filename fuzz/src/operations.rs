//! Sequences of what can be done to sessions, against a model of what their variables should be.

use arbitrary::{Arbitrary, Unstructured};
use rlm_sandbox::{Checkpoint, Context, Session, Snapshot, SnapshotKey};

use super::{engine, limits, shown, wait};

/// Most operations of one input.
const MOST: usize = 24;

/// Most sessions, checkpoints and saved sessions kept, of each.
const KEPT: usize = 5;

/// One operation. Numbers choose among what there is.
#[derive(Arbitrary, Debug)]
enum Operation {
    Append(u8, i8),
    Next(u8),
    Grow(u8, u8),
    Touch(u8, u16),
    Raise(u8),
    Break(u8, u8),
    Attach(u8),
    Checkpoint(u8),
    Rollback(u8, u8),
    Fork(u8),
    Save(u8),
    Load(u8),
    Drop(u8),
}

/// What a session's variables should be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    numbers: Vec<i64>,
    position: u32,
    block: usize,
    touched: usize,
    contexts: usize,
}

struct World {
    sessions: Vec<(Session, Model)>,
    checkpoints: Vec<(Checkpoint, Model)>,
    saved: Vec<(Vec<u8>, Model)>,
    context: Context,
}

/// Does what the bytes say, and compares every session with its model after every operation.
pub fn operations(data: &[u8]) {
    let mut source = Unstructured::new(data);
    wait(async {
        let mut world = World {
            sessions: vec![(fresh().await, Model::default())],
            checkpoints: Vec::new(),
            saved: Vec::new(),
            context: Context::text(&"a line\n".repeat(3000)).expect("a context"),
        };
        for _ in 0..MOST {
            if source.is_empty() {
                break;
            }
            let Ok(operation) = Operation::arbitrary(&mut source) else { break };
            world.take(&operation).await;
        }
        world.check().await;
    });
}

async fn fresh() -> Session {
    let mut session = engine().session(limits()).start().await.expect("a session");
    let code = "numbers = []; block = bytearray(); contexts = []\ndef count():\n    at = 0\n    while True:\n        \
                yield at\n        at += 1\nlive = count()";
    assert_eq!(shown(&mut session, code).await, "completed");
    session
}

fn key() -> SnapshotKey {
    SnapshotKey::new([5; 32])
}

impl World {
    async fn take(&mut self, operation: &Operation) {
        use Operation::{
            Append, Attach, Break, Checkpoint, Drop, Fork, Grow, Load, Next, Raise, Rollback, Save, Touch,
        };
        let chosen = match *operation {
            Append(which, _)
            | Next(which)
            | Grow(which, _)
            | Touch(which, _)
            | Raise(which)
            | Break(which, _)
            | Attach(which)
            | Checkpoint(which)
            | Rollback(which, _)
            | Fork(which)
            | Save(which)
            | Drop(which) => usize::from(which) % self.sessions.len(),
            Load(_) => 0,
        };
        let room = self.sessions.len() < KEPT;
        let (session, model) = &mut self.sessions[chosen];
        match *operation {
            Append(_, number) => {
                model.numbers.push(number.into());
                assert_eq!(shown(session, &format!("numbers.append({number})")).await, "completed");
            }
            Next(_) => {
                assert_eq!(shown(session, "next(live)").await, model.position.to_string());
                model.position += 1;
            }
            Grow(_, kilobytes) if model.block < 4 << 20 => {
                let more = usize::from(kilobytes) << 12;
                model.block += more;
                assert_eq!(shown(session, &format!("block.extend(bytes({more}))")).await, "completed");
            }
            Touch(_, at) if model.block > 0 => {
                let at = usize::from(at) * 64 % model.block;
                let code = format!("fresh = block[{at}] == 0; block[{at}] = 1; fresh");
                model.touched += usize::from(shown(session, &code).await == "True");
            }
            Grow(..) | Touch(..) => {}
            Raise(_) => {
                model.numbers.push(-1);
                assert_eq!(shown(session, "numbers.append(-1); 1 / 0").await, "raised ZeroDivisionError");
            }
            Break(_, how) => {
                let ways = ["sum(range(10**11))", "import os; os.abort()", "x = 'x' * (1 << 30) * 4"];
                let code = format!("numbers.append(-2); next(live); {}", ways[usize::from(how) % ways.len()]);
                match shown(session, &code).await.as_str() {
                    // What no memory could hold is refused before memory is asked for.
                    "exceeded memory, undone: false" | "raised MemoryError" => {
                        model.numbers.push(-2);
                        model.position += 1;
                    }
                    ended => assert!(ended.ends_with("undone: true"), "{ended}"),
                }
            }
            Attach(_) if model.contexts < 3 => {
                model.contexts += 1;
                session.define_context("mapped", &self.context).await.expect("mapped");
                assert_eq!(shown(session, "contexts.append(mapped)").await, "completed");
            }
            Attach(_) => {}
            Checkpoint(_) => {
                let noted = (session.checkpoint().await.expect("a checkpoint"), model.clone());
                keep(&mut self.checkpoints, noted);
            }
            Rollback(_, which) if !self.checkpoints.is_empty() => {
                let (checkpoint, then) = &self.checkpoints[usize::from(which) % self.checkpoints.len()];
                session.rollback(checkpoint).await.expect("rolled back");
                *model = then.clone();
            }
            Rollback(..) => {}
            Fork(_) if room => {
                let made = (session.fork().await.expect("a fork"), model.clone());
                self.sessions.push(made);
            }
            Fork(_) => {}
            Save(_) => {
                let mut bytes = Vec::new();
                session.save(&key(), &mut bytes).await.expect("saved");
                let saved = (bytes, model.clone());
                keep(&mut self.saved, saved);
            }
            Load(which) if !self.saved.is_empty() && room => {
                let (bytes, then) = &self.saved[usize::from(which) % self.saved.len()];
                let snapshot = Snapshot::read(&mut bytes.as_slice(), &key()).expect("whole");
                let contexts = std::slice::from_ref(&self.context);
                let loaded = engine().session(limits()).load(&snapshot, contexts).await.expect("loaded");
                self.sessions.push((loaded, then.clone()));
            }
            Load(_) => {}
            Drop(_) if self.sessions.len() > 1 => {
                self.sessions.remove(chosen);
            }
            Drop(_) => {}
        }
        let last = self.sessions.len() - 1;
        for index in [chosen.min(last), last] {
            check(&mut self.sessions[index]).await;
        }
    }

    async fn check(&mut self) {
        for session in &mut self.sessions {
            check(session).await;
        }
    }
}

/// Keeps the newest few.
fn keep<T>(list: &mut Vec<T>, new: T) {
    if list.len() == KEPT {
        list.remove(0);
    }
    list.push(new);
}

async fn check((session, model): &mut (Session, Model)) {
    let look = "(numbers, len(block), block.count(1), len(contexts), all(c.count('line') == 3000 for c in contexts))";
    let Model { numbers, block, touched, contexts, .. } = model;
    assert_eq!(shown(session, look).await, format!("({numbers:?}, {block}, {touched}, {contexts}, True)"));
}
