//! A run in a session that a person works in, and what is told while a reply comes.

use std::sync::{Arc, Mutex};

use rlm::{Engine, Event, Models, RlmError, Run, Settings, Stop};
use rlm_model::{Message, Reply, Role, ScriptedModel, Usage};
use rlm_sandbox::{Cell, Limits, Outcome, Session};

const IDLE: &str = "nobody is asked now";

async fn session(engine: &Engine) -> Session {
    Run::prepare(engine.session(Limits::default()), IDLE).start().await.unwrap()
}

fn run(engine: &Engine, replies: &[&str]) -> (Run, Arc<ScriptedModel>) {
    let root = Arc::new(ScriptedModel::new(replies.iter().copied()).named("root"));
    let sub = ScriptedModel::from_fn(|request| {
        let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
        Ok(Reply { usage, ..Reply::text(request.messages[0].content.to_uppercase()) })
    });
    let models = Models::new(root.clone(), Arc::new(sub));
    (Run::new(engine.clone(), models, Settings::default()), root)
}

/// What a cell's value is, or what it raises.
async fn value(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.unwrap().outcome {
        Outcome::Completed(shown) => shown.map_or("None".into(), |shown| shown.repr),
        Outcome::Raised(fault) => format!("{}: {}", fault.kind, fault.message),
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_finds_the_variables_and_leaves_its_own() {
    let engine = Engine::new().unwrap();
    let mut session = session(&engine).await;
    value(&mut session, "words = ['ab', 'cd']\nanswer['content'] = 'old'").await;
    assert_eq!(value(&mut session, "llm_query('x')").await, format!("RuntimeError: {IDLE}"));

    let cells = ["```repl\nloud = llm_query(words[0])\nprint(loud)\n```", "```repl\nFINAL(loud + words[1])\n```"];
    let (run, root) = run(&engine, &cells);
    let report = run.ask_in(&mut session, "How does it sound?", IDLE).await.unwrap();
    assert_eq!((report.answer.unwrap().text.as_str(), report.stop, report.sub_calls), ("ABcd", Stop::Answered, 1));
    let asked: Vec<Message> = root.requests()[0].messages.clone();
    let told = &asked.iter().find(|message| message.role == Role::User).unwrap().content;
    assert!(told.contains("How does it sound?") && told.contains("a session that a person works in"), "{told}");
    assert!(told.contains("Variables: words (list, 2)"), "{told}");

    assert_eq!(value(&mut session, "loud, words").await, "('AB', ['ab', 'cd'])");
    assert_eq!(value(&mut session, "llm_query('x')").await, format!("RuntimeError: {IDLE}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_hands_back_what_it_did() {
    let engine = Engine::new().unwrap();
    let mut session = session(&engine).await;
    value(&mut session, "kept = 1").await;
    let (run, _) = run(&engine, &["```repl\nmade = kept + 1\n```"]);
    let failed = run.ask_in(&mut session, "Why?", IDLE).await;
    let Err(RlmError::Model { report, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!((report.stop, report.answer), (Stop::ModelFailed, None));
    assert_eq!(value(&mut session, "kept, made").await, "(1, 2)");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_an_earlier_run_is_not_taken_for_this_ones() {
    let engine = Engine::new().unwrap();
    let mut session = session(&engine).await;
    let (first, _) = run(&engine, &["```repl\nanswer['content'] = 'first'\nanswer['ready'] = True\n```"]);
    assert_eq!(first.ask_in(&mut session, "1?", IDLE).await.unwrap().answer.unwrap().text, "first");
    let (second, _) = run(&engine, &["```repl\nx = 1\n```"]);
    let Err(RlmError::Model { report, .. }) = second.ask_in(&mut session, "2?", IDLE).await else { panic!() };
    assert_eq!(report.answer, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_the_functions_of_a_run_is_prepared_on_the_way() {
    // As a session is that another program saved: loaded with the functions, without what else cells find.
    let engine = Engine::new().unwrap();
    let names: Vec<&str> = Run::functions().collect();
    let bare = Run::idle_functions(engine.session(Limits::default()), &names, IDLE);
    let mut session = bare.start().await.unwrap();
    let (run, _) = run(&engine, &["```repl\nFINAL(llm_query('yes'))\n```"]);
    assert_eq!(run.ask_in(&mut session, "Well?", IDLE).await.unwrap().answer.unwrap().text, "YES");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_told_in_pieces_and_spending_as_it_grows() {
    let engine = Engine::new().unwrap();
    let mut session = session(&engine).await;
    let cells = ["```repl\ngot = llm_query_batched(['a', 'b'])\n```", "FINAL(done)"];
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let run = run(&engine, &cells).0.events(move |event| {
        listener.lock().unwrap().push(match event {
            Event::ReplyPiece { turn, text } => format!("piece {turn} {}", text.len()),
            Event::ReplyReceived { turn, text, .. } => format!("reply {turn} {}", text.len()),
            Event::SpendChanged { spend } => {
                format!("spend {} {} {:?}", spend.sub_calls, spend.usage.input_tokens, spend.cost)
            }
            Event::SubCallsStarted { count, .. } => format!("calls {count}"),
            _ => return,
        });
    });
    run.ask_in(&mut session, "Go?", IDLE).await.unwrap();
    let expected = [
        "piece 1 47",
        "spend 0 0 None",
        "reply 1 47",
        "calls 2",
        "spend 1 10 None",
        "spend 2 20 None",
        "piece 2 11",
        "spend 2 20 None",
        "reply 2 11",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}
