//! Runs that are killed and go on: nothing is asked twice, and the answer is the same.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use proptest::prelude::*;
use rlm::{
    Budget, Context, Engine, Journal, JournalError, JournalKey, JournalSink, Models, Report, RlmError, Run, Settings,
    Stop,
};
use rlm_model::{Message, Reply, Request, Role, ScriptedModel, Usage};

const QUESTION: &str = "How many plums?";

/// A run with a batch, a schema asked twice, a loop, a child run, forks, a pool and an error; its root model
/// goes by the conversation, so that it can be taken up anywhere.
const TURNS: [&str; 6] = [
    "```repl\nlines = context.split()\ngot = llm_query_batched([f'about {line}' for line in lines])\nprint(got)\n```",
    "```repl\nn = llm_query('number', schema='integer')\nprint(n, budget()['sub_calls'])\n```\n```repl\nundefined_name\n```",
    "I think.",
    "```repl\nfound = [llm_query(f'loop {line}') for line in lines]\nkept = rlm_query('count them', inherit=True)\nprint(kept)\n```",
    "```repl\nprint(parallel_map(lambda line: (line, llm_query('fork ' + line)), lines))\n```\n```repl\nfrom \
     concurrent.futures import ThreadPoolExecutor\nnoted = []\ndef note(line): noted.append(llm_query('pool ' + \
     line))\nwith ThreadPoolExecutor() as pool: list(pool.map(note, lines))\n```",
    "```repl\nFINAL([n, kept, found[-1], len(got), noted[-1]])\n```",
];

/// What a child's root model says.
const CHILD: [&str; 2] = ["```repl\nprint(len(lines), llm_query('from the child'))\n```", "FINAL(child has counted)"];

/// Where a journal is written, and read when its writer is gone.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Vec<u8>>>);

impl JournalSink for Disk {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk {
    fn holding(bytes: &[u8]) -> Self {
        Self(Arc::new(Mutex::new(bytes.to_vec())))
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

/// The models of one process's life.
struct World {
    root: Arc<ScriptedModel>,
    sub: Arc<ScriptedModel>,
}

fn world() -> World {
    let said = |request: &Request| request.messages.iter().filter(|message| message.role == Role::Assistant).count();
    let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
    let root = move |request: &Request| {
        Ok(Reply { usage, ..Reply::text(TURNS.get(said(request)).copied().unwrap_or("FINAL(no more to try)")) })
    };
    let sub = move |request: &Request| {
        let prompt = &request.messages[request.messages.len() - 1].content;
        let text = match request.messages.len() {
            1 if prompt.starts_with("number") && prompt.contains("Your last reply") => "7".to_owned(),
            1 if prompt.starts_with("number") => "seven".to_owned(),
            1 => prompt.to_uppercase(),
            // Several messages: the conversation of a child run.
            _ => CHILD[said(request)].to_owned(),
        };
        Ok(Reply { usage, ..Reply::text(text) })
    };
    World {
        root: Arc::new(ScriptedModel::from_fn(root).named("root")),
        sub: Arc::new(ScriptedModel::from_fn(sub).named("sub")),
    }
}

impl World {
    fn run(&self) -> Run {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = ENGINE.get_or_init(|| Engine::new().unwrap()).clone();
        Run::new(engine, Models::new(self.root.clone(), self.sub.clone()), Settings::default())
    }

    /// What was asked, each as the conversation it was asked with.
    fn asked(&self) -> Vec<Vec<Message>> {
        let requests = self.root.requests().into_iter().chain(self.sub.requests());
        requests.map(|request| request.messages).collect()
    }
}

fn contexts() -> Vec<(String, Context)> {
    vec![("context".into(), Context::text("apples pears plums").unwrap())]
}

fn shown(report: &Report) -> String {
    let answer = report.answer.as_ref().map_or("none", |answer| answer.text.as_str());
    let calls: u64 = report.usage.values().map(|usage| usage.calls).sum();
    format!(
        "{}: {answer}, {} turns, {} sub-calls, {calls} calls",
        report.stop.name(),
        report.iterations,
        report.sub_calls
    )
}

const WHOLE: &str = r#"answered: [7,"child has counted","LOOP PLUMS",3,"POOL PLUMS"], 6 turns, 17 sub-calls, 23 calls"#;

/// A whole run: its journal, and all that was asked.
async fn whole() -> (Vec<u8>, Vec<Vec<Message>>) {
    let (world, disk) = (world(), Disk::default());
    let run = world.run().journal(disk.clone(), JournalKey::default(), serde_json::json!({"kept": true}));
    let report = run.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), WHOLE);
    assert_eq!(report.journal_error, None);
    (disk.bytes(), world.asked())
}

fn read(bytes: &[u8]) -> Result<Journal, JournalError> {
    Journal::read(bytes, &JournalKey::default())
}

/// Takes a journal up where it was cut off. What was asked, and the journal as it is then.
async fn resume(bytes: &[u8]) -> (Result<Report, RlmError>, Vec<Vec<Message>>, Vec<u8>) {
    let journal = read(bytes).unwrap();
    let disk = Disk::holding(&bytes[..journal.whole_bytes() as usize]);
    let world = world();
    let ended = world.run().resume(journal, disk.clone()).ask(QUESTION, contexts()).await;
    (ended, world.asked(), disk.bytes())
}

fn sorted(mut asked: Vec<Vec<Message>>) -> Vec<String> {
    asked.sort_by_key(|messages| format!("{messages:?}"));
    asked.iter().map(|messages| format!("{messages:?}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_record_goes_on_and_asks_nothing_twice() {
    let (bytes, all) = whole().await;
    let ends: Vec<usize> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    assert!(ends.len() > 25, "{} records", ends.len());
    for end in ends {
        let before = &bytes[..end];
        let (ended, asked, after) = resume(before).await;
        assert_eq!(shown(&ended.unwrap()), WHOLE, "cut at {end}");
        // What was answered before the cut and what was asked after it are all that there is to ask.
        // A child's calls are counted by its own record once it has ended.
        let answered = String::from_utf8_lossy(before);
        let replies = answered.matches("\"type\":\"reply\"").count() + answered.matches("\"type\":\"call\"").count();
        assert_eq!(asked.len() + replies, all.len(), "cut at {end}");
        assert!(sorted(asked).iter().all(|one| sorted(all.clone()).contains(one)));
        let replayed = world().run().replay(read(&after).unwrap()).ask(QUESTION, contexts()).await.unwrap();
        assert_eq!(replayed.differences, [""; 0]);
        assert_eq!(shown(&replayed), WHOLE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_asks_nobody_and_a_finished_run_resumes_to_its_answer() {
    let (bytes, _) = whole().await;
    let world = world();
    let report = world.run().replay(read(&bytes).unwrap()).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!((shown(&report).as_str(), report.differences.len()), (WHOLE, 0));
    assert!(world.asked().is_empty());
    let (ended, asked, after) = resume(&bytes).await;
    assert_eq!(shown(&ended.unwrap()), WHOLE);
    assert!(asked.is_empty());
    assert_eq!(after, bytes, "nothing to add");
    assert_eq!(read(&bytes).unwrap().start().note, serde_json::json!({"kept": true}));
}

#[tokio::test]
async fn a_journal_of_another_run_is_refused() {
    let (bytes, _) = whole().await;
    let refused = async |question: &str, contexts: Vec<(String, Context)>| {
        let run = world().run().resume(read(&bytes).unwrap(), Disk::default());
        run.ask(question, contexts).await.unwrap_err().to_string()
    };
    assert_eq!(refused("Why?", contexts()).await, "the journal is of another run: it asks \"How many plums?\"");
    assert_eq!(
        refused(QUESTION, vec![("context".into(), Context::text("apples pears plum!").unwrap())]).await,
        "the journal is of another run: context 0 (context) is not the same: it had 18 bytes and now has 18"
    );
    assert_eq!(refused(QUESTION, vec![]).await, "the journal is of another run: it has 1 contexts, not 0");
    let secret = JournalKey::of_secret(b"another");
    assert!(matches!(Journal::read(&bytes, &secret), Err(JournalError::Empty { .. })));
}

#[tokio::test]
async fn a_person_who_stopped_a_run_can_go_on_with_it() {
    let (first, disk) = (world(), Disk::default());
    let run = first.run().journal(disk.clone(), JournalKey::default(), serde_json::Value::Null);
    let stopper = run.stop_handle();
    let run = run.events(move |event| {
        if matches!(event, rlm::Event::TurnStarted { turn: 3, .. }) {
            stopper.stop();
        }
    });
    assert_eq!(run.ask(QUESTION, contexts()).await.unwrap().stop, Stop::Stopped);
    let replayed = world().run().replay(read(&disk.bytes()).unwrap()).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!((replayed.stop, replayed.differences.len()), (Stop::Stopped, 0));
    let (ended, _, _) = resume(&disk.bytes()).await;
    assert_eq!(shown(&ended.unwrap()), WHOLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_a_clock_ended_is_not_run_again() {
    let turns =
        ["```repl\nkept = 1\n```", "```repl\nllm_query('paid')\nkept = 2\nwhile True: pass\n```", "FINAL_VAR(kept)"];
    let root = || {
        let said = |request: &Request| request.messages.iter().filter(|m| m.role == Role::Assistant).count();
        Arc::new(ScriptedModel::from_fn(move |request| Ok(Reply::text(turns[said(request)]))).named("root"))
    };
    let sub = || Arc::new(ScriptedModel::new(["seen"]).named("sub"));
    let mut settings = Settings::default();
    settings.limits.wall = std::time::Duration::from_millis(300);
    let disk = Disk::default();
    let run = Run::new(Engine::new().unwrap(), Models::new(root(), sub()), settings.clone());
    let run = run.journal(disk.clone(), JournalKey::default(), serde_json::Value::Null);
    let report = run.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), "answered: 1, 3 turns, 1 sub-calls, 4 calls");
    let silent = Arc::new(ScriptedModel::new([""; 0]).named("sub"));
    let run = Run::new(Engine::new().unwrap(), Models::new(root(), silent.clone()), settings);
    let report = run.replay(read(&disk.bytes()).unwrap()).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), "answered: 1, 3 turns, 1 sub-calls, 4 calls");
    assert_eq!(report.differences, [""; 0]);
}

#[tokio::test]
async fn a_full_disk_does_not_end_the_run() {
    struct Full;
    impl JournalSink for Full {
        fn append(&self, _: &[u8]) -> io::Result<()> {
            Err(io::Error::other("disk full"))
        }
        fn sync(&self) -> io::Result<()> {
            Ok(())
        }
    }
    let world = world();
    let run = world.run().journal(Full, JournalKey::default(), serde_json::Value::Null);
    let report = run.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), WHOLE);
    assert_eq!(report.journal_error.as_deref(), Some("disk full"));
}

#[tokio::test]
async fn a_budget_that_is_spent_ends_the_same_way_again() {
    let (first, disk) = (world(), Disk::default());
    let settings = Settings { budget: Budget { sub_calls: 5, ..Budget::default() }, ..Settings::default() };
    let run = |world: &World| {
        Run::new(Engine::new().unwrap(), Models::new(world.root.clone(), world.sub.clone()), settings.clone())
    };
    let run_ = run(&first).journal(disk.clone(), JournalKey::default(), serde_json::Value::Null);
    let ended = shown(&run_.ask(QUESTION, contexts()).await.unwrap());
    assert_eq!(ended, "answered: no more to try, 7 turns, 5 sub-calls, 12 calls");
    let again = run(&world()).replay(read(&disk.bytes()).unwrap()).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(again.differences, [""; 0]);
    assert_eq!(shown(&again), ended);
}

/// The journal of a whole run, made once.
fn journal_bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| runtime().block_on(whole()).0)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_journal_cut_at_any_byte_goes_on_or_says_what_is_wrong(at in any::<prop::sample::Index>()) {
        let bytes = journal_bytes();
        let cut = &bytes[..at.index(bytes.len())];
        match read(cut) {
            Err(error) => {
                prop_assert!(!cut.contains(&b'\n'), "{error}");
                prop_assert_eq!(
                    error.to_string(),
                    format!("the journal has no whole first record: {} bytes, it has no end", cut.len())
                );
            }
            Ok(journal) => {
                prop_assert_eq!(journal.whole_bytes() + journal.torn_bytes(), cut.len() as u64);
                let (ended, _, after) = runtime().block_on(resume(cut));
                prop_assert_eq!(shown(&ended.unwrap()), WHOLE);
                prop_assert!(read(&after).is_ok());
            }
        }
    }
}

proptest! {
    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), change in 1u8..=255) {
        let mut bytes = journal_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        match read(&bytes) {
            // The end of the last line: the record is taken for one that was not written to its end.
            Ok(journal) => prop_assert!(at == bytes.len() - 1 && journal.torn_bytes() > 0, "byte {at} of {}", bytes.len()),
            Err(JournalError::Damaged { .. } | JournalError::Empty { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn records_taken_out_or_put_elsewhere_are_noticed(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let lines: Vec<&[u8]> = journal_bytes().split_inclusive(|&byte| byte == b'\n').collect();
        let (from, to) = (from.index(lines.len() - 1), to.index(lines.len()));
        let mut moved = lines.clone();
        let taken = moved.remove(from);
        prop_assert!(read(&moved.concat()).is_err());
        moved.insert(to.min(moved.len()), taken);
        prop_assert_eq!(read(&moved.concat()).is_ok(), moved == lines);
    }
}
