use super::*;
use crate::{Context, Engine, Models, RlmError, Run, Settings};
use rlm_model::ScriptedModel;
use std::{
    io,
    sync::{Arc, Mutex},
};

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

fn run() -> Run {
    let model = Arc::new(ScriptedModel::new(["```repl\nprint(len(context))\n```", "FINAL(4)"]));
    Run::new(Engine::new().unwrap(), Models::new(model.clone(), model), Settings::default())
}

fn context() -> Vec<(String, Context)> {
    vec![("context".into(), Context::text("four").unwrap())]
}

async fn journal() -> Journal {
    let disk = Disk::default();
    let run = run().journal(disk.clone(), JournalKey::default(), serde_json::Value::Null);
    run.ask("How long?", context()).await.unwrap();
    Journal::read(&disk.0.lock().unwrap(), &JournalKey::default()).unwrap()
}

#[tokio::test]
async fn a_run_that_takes_another_way_is_stopped_and_a_replay_says_where() {
    let mut journal = journal().await;
    let cell = journal.entries.iter_mut().find_map(|entry| match &mut entry.body {
        Body::Cell { digest, .. } => Some(digest),
        _ => None,
    });
    *cell.unwrap() = "otherwise".into();
    let refused = run().resume(journal.clone(), Disk::default()).ask("How long?", context()).await.unwrap_err();
    let told = "0/1.1: the cell ended otherwise than recorded: now completed, printed \"4\\n\"";
    assert_eq!(refused.to_string(), format!("the run does not repeat what the journal holds: {told}"));
    assert!(matches!(refused, RlmError::Journal(JournalError::Diverged(_))));
    let report = run().replay(journal).ask("How long?", context()).await.unwrap();
    assert_eq!(report.differences, [told]);
    assert_eq!(report.answer.unwrap().text, "4");
}

#[tokio::test]
async fn another_version_is_refused() {
    let mut chain = format::Chain::new(JournalKey::default());
    let line = chain.line(&serde_json::json!({"version": 2}));
    let refused = Journal::read(line.as_bytes(), &JournalKey::default()).err().unwrap();
    assert_eq!(refused.to_string(), "the journal has version 2, this program reads 1");
}
