//! The ways a run can go about it: routed, summed up, voted on, verified, cached, with skills.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock},
};

use futures_util::StreamExt;
use rlm::{
    Budget, Compaction, Confidence, Context, Earlier, Engine, Event, Journal, JournalKey, JournalSink, Models, Reply,
    ReplyCache, Report, Router, Run, Settings, Skill, Usage,
    export::{Format, export},
};
use rlm_model::{ErrorKind, ModelError, Price, Request, Role, ScriptedModel};
use serde_json::Value as Json;

const FRUIT: &str = "apples: 3\npears: 4\nplums: 5\n";
const QUESTION: &str = "How many plums?";

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl JournalSink for Memory {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    fn lines(&self) -> Vec<Json> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn cell(code: &str) -> String {
    format!("```repl\n{code}\n```")
}

fn scripted<T: Into<String>>(name: &str, replies: impl IntoIterator<Item = T>) -> Arc<ScriptedModel> {
    Arc::new(ScriptedModel::new(replies).named(name))
}

/// A root model that goes by how often it has replied in a conversation, so that it can be asked anew.
fn by_turn(replies: &'static [&'static str]) -> Arc<ScriptedModel> {
    let reply = move |request: &Request| {
        let said = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        Ok(Reply::text(replies[said]))
    };
    Arc::new(ScriptedModel::from_fn(reply).named("root"))
}

fn shout() -> Arc<ScriptedModel> {
    let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
    let shout = move |request: &Request| {
        Ok(Reply { usage, ..Reply::text(request.messages.last().unwrap().content.to_uppercase()) })
    };
    Arc::new(ScriptedModel::from_fn(shout).named("sub"))
}

fn run(root: &Arc<ScriptedModel>, sub: &Arc<ScriptedModel>, settings: &Settings) -> Run {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| Engine::new().unwrap()).clone();
    Run::new(engine, Models::new(root.clone(), sub.clone()), settings.clone())
}

fn contexts() -> Vec<(String, Context)> {
    vec![("context".into(), Context::text(FRUIT).unwrap())]
}

fn shown(report: &Report) -> String {
    let answer = report
        .answer
        .as_ref()
        .map_or("no answer".to_owned(), |answer| format!("{:?} by {}", answer.text, answer.source.name()));
    format!("{}: {answer}, {} turns, {} sub-calls", report.stop.name(), report.iterations, report.sub_calls)
}

/// Runs with a journal, and replays that with models that are not asked.
async fn asked_and_replayed(root: &Arc<ScriptedModel>, sub: &Arc<ScriptedModel>, settings: &Settings) -> Report {
    let journal = Memory::default();
    let first = run(root, sub, settings).journal(journal.clone(), JournalKey::default(), Json::Null);
    let report = first.ask(QUESTION, contexts()).await.unwrap();
    let silent = |name: &str| scripted(name, [""; 0]);
    let read = Journal::read(&journal.0.lock().unwrap(), &JournalKey::default()).unwrap();
    let again = run(&silent("root"), &silent("sub"), settings).replay(read).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(again.differences, [""; 0]);
    assert_eq!(shown(&again), shown(&report));
    report
}

/// Questions of the same conversation, before the one that is asked.
fn earlier() -> Vec<Earlier> {
    let earlier =
        |question: &str, answer: Option<&str>| Earlier { question: question.into(), answer: answer.map(Into::into) };
    vec![earlier("How many pears?", Some("4")), earlier("And figs?", None)]
}

// --- typed answers ----------------------------------------------------------------------------------

/// What the tests ask for: a schema alone cannot say that there are no more than seven kinds.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Plums {
    count: u8,
    kinds: Vec<std::num::NonZeroU8>,
}

#[tokio::test]
async fn an_answer_is_of_the_type_that_was_asked_for_and_the_model_is_told_why_not() {
    let schema = serde_json::json!({"type": "object", "required": ["count", "kinds"]});
    let root = scripted(
        "root",
        [
            cell("FINAL('five')"),
            cell("FINAL('{\"count\": 5}')"),
            cell("FINAL({'count': 300, 'kinds': []})"),
            cell("FINAL('I found this: {\"count\": 5, \"kinds\": [1, 2]}')"),
        ],
    );
    let typed = run(&root, &shout(), &Settings::default()).typed::<Plums>(schema);
    let report = typed.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), r#"answered: "{\"count\":5,\"kinds\":[1,2]}" by cell, 4 turns, 0 sub-calls"#);
    let kinds = [1, 2].map(|kind| std::num::NonZeroU8::new(kind).unwrap()).to_vec();
    assert_eq!(report.answer_as::<Plums>().unwrap().unwrap(), Plums { count: 5, kinds });
    let asked = root.requests();
    for (request, why) in asked[1..].iter().zip([
        "\"five\" is not of type \"object\"",
        "\"kinds\" is a required property",
        "invalid value: integer `300`, expected u8",
    ]) {
        let told = &request.messages.last().unwrap().content;
        assert!(told.contains(why), "{told}\n{why}");
    }
    assert!(asked[0].messages[1].content.contains("\"required\":[\"count\",\"kinds\"]"));
}

// --- router -----------------------------------------------------------------------------------------

fn routed(router: Router) -> Settings {
    Settings { router, ..Settings::default() }
}

#[tokio::test]
async fn a_small_context_is_answered_by_one_plain_call() {
    let root = scripted("root", ["<think>5, I see</think> 5"]);
    let report = asked_and_replayed(&root, &shout(), &routed(Router::AUTO)).await;
    assert_eq!(shown(&report), r#"answered: "5" by plain_call, 0 turns, 0 sub-calls"#);
    let route = report.route.unwrap();
    assert_eq!((route.policy, route.took.name(), route.most), ("auto", "plain_call", 16_000));
    let asked = &root.requests()[0].messages;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].content, format!("Question: {QUESTION}\n\nText:\n{FRUIT}"));
}

#[tokio::test]
async fn the_loop_takes_what_is_too_large_or_what_reading_does_not_settle() {
    let settled = r#"answered: "5" by cell, 1 turns, 0 sub-calls"#;
    let root = scripted("root", ["NOT FOUND.".to_owned(), cell("FINAL(5)")]);
    let report = asked_and_replayed(&root, &shout(), &routed(Router::On)).await;
    assert_eq!((shown(&report).as_str(), report.route.unwrap().took.name()), (settled, "loop_after_plain_call"));
    assert_eq!(root.requests()[1].messages.len(), 2, "the loop begins a conversation of its own");

    let root = scripted("root", [cell("FINAL(5)")]);
    let report = asked_and_replayed(&root, &shout(), &routed(Router::Auto { tokens: 3 })).await;
    assert_eq!((shown(&report).as_str(), report.route.unwrap().took.name()), (settled, "loop"));

    let root = scripted("root", [cell("FINAL(5)")]);
    let report = asked_and_replayed(&root, &shout(), &Settings::default()).await;
    assert_eq!((shown(&report).as_str(), report.route), (settled, None));
}

#[tokio::test]
async fn a_plain_call_that_was_refused_as_too_long_is_followed_by_the_loop_and_any_other_failure_is_one() {
    let failed = |kind| Err(ModelError { model: "root".into(), kind, message: "no".into() });
    let then = [failed(ErrorKind::TooLong), Ok(Reply::text(cell("FINAL(5)")))];
    let root = Arc::new(ScriptedModel::from_results(then).named("root"));
    let report = run(&root, &shout(), &routed(Router::On)).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), r#"answered: "5" by cell, 1 turns, 0 sub-calls"#);
    let root = Arc::new(ScriptedModel::from_results([failed(ErrorKind::Authentication)]).named("root"));
    let error = run(&root, &shout(), &routed(Router::On)).ask(QUESTION, contexts()).await.unwrap_err();
    assert_eq!(error.to_string(), "root model root: authentication failed: no");
}

#[tokio::test]
async fn a_plain_answer_has_to_meet_the_schema_too() {
    let schema = serde_json::json!({"type": "integer"});
    let settings = Settings { answer_schema: Some(schema), ..routed(Router::On) };
    let root = scripted("root", ["```json\n5\n```"]);
    let report = asked_and_replayed(&root, &shout(), &settings).await;
    assert_eq!(report.answer.unwrap().value, Some(rlm::Value::Int(5)));
    let root = scripted("root", ["five".to_owned(), cell("FINAL(5)")]);
    let report = asked_and_replayed(&root, &shout(), &settings).await;
    assert_eq!(shown(&report), r#"answered: "5" by cell, 1 turns, 0 sub-calls"#);
}

#[tokio::test]
async fn a_plain_call_is_told_of_earlier_questions_and_so_is_the_loop_after_it() {
    let root = scripted("root", ["NOT FOUND".to_owned(), cell("FINAL(history[0]['answer'])")]);
    let routed = run(&root, &shout(), &routed(Router::AUTO)).history(earlier());
    let report = routed.ask("And both together?", contexts()).await.unwrap();
    assert_eq!(shown(&report), "answered: \"4\" by cell, 1 turns, 0 sub-calls");
    let asked = root.requests();
    let plain = &asked[0].messages[1].content;
    let told = "Earlier question: How many pears?\nIts answer: 4\n\nEarlier question: And figs?\nIts answer: (none)\n\n\
                Question: And both together?\n\nText:\n";
    assert!(plain.starts_with(told), "{plain}");
    assert!(asked[1].messages[1].content.contains("`history` is a list of them, 2 in all"));
}

#[tokio::test]
async fn several_contexts_stand_in_a_plain_call_by_name() {
    let root = scripted("root", ["5"]);
    let many = Context::texts([("a.txt", "one"), ("b.txt", "two")], true).unwrap();
    let data = Context::data(br#"{"x": [1]}"#, rlm_sandbox::DataFormat::Json).unwrap();
    let contexts = vec![("docs".into(), many), ("data".into(), data)];
    run(&root, &shout(), &routed(Router::On)).ask(QUESTION, contexts).await.unwrap();
    let told = &root.requests()[0].messages[1].content;
    assert!(told.ends_with("Text:\n[docs]\n[a.txt]\none\n\n[b.txt]\ntwo\n\n[data]\n{\"x\":[1]}"), "{told}");
}

// --- compaction -------------------------------------------------------------------------------------

const LONG: [&str; 4] = [
    "```repl\nfound = 5\nremember('plums are in line 3')\nprint('x ' * 4000)\n```",
    "```repl\nprint(found)\n```",
    "```repl\nFINAL([found, len(history), history[2]['content'][:7], remember()])\n```",
    "never",
];

/// A root model that is asked for a summary in between: it goes by the last thing it was told.
fn long_runner() -> Arc<ScriptedModel> {
    let reply = move |request: &Request| {
        let last = &request.messages.last().unwrap().content;
        Ok(Reply::text(match () {
            () if last.contains("replaced by a summary that you write now") => "I found 5 in line 3.",
            () if last.starts_with("Question: ") => "NOT FOUND",
            () if last.contains("Turn 1/") => LONG[0],
            () if last.contains("Turn 2/") => LONG[1],
            () => LONG[2],
        }))
    };
    Arc::new(ScriptedModel::from_fn(reply).named("root"))
}

fn narrow() -> Settings {
    let compaction = Compaction { window: Some(6_000), ..Compaction::default() };
    Settings { compaction, max_output_tokens: Some(100), ..Settings::default() }
}

const LONG_ANSWER: &str = r#"[5,5,"```repl",["plums are in line 3"]]"#;

#[tokio::test]
async fn a_conversation_near_its_window_is_replaced_by_a_summary_and_kept_in_a_variable() {
    let root = long_runner();
    let report = asked_and_replayed(&root, &shout(), &narrow()).await;
    assert_eq!(report.answer.as_ref().unwrap().text, LONG_ANSWER, "{report:?}");
    let requests = root.requests();
    assert_eq!(requests.len(), 4, "three turns and a summary");
    // The summary is asked for in the old conversation, and the new one begins with its first messages.
    assert_eq!(requests[2].messages[..4], requests[1].messages[..]);
    let anew = &requests[3].messages;
    assert_eq!(anew[..2], requests[0].messages[..]);
    assert_eq!((anew.len(), anew[2].content.as_str()), (4, "I found 5 in line 3."));
    let told = &anew[3].content;
    assert!(told.contains("You asked to remember:\n- plums are in line 3"), "{told}");
    assert!(told.contains("the variable `history` holds the whole conversation"), "{told}");
    assert!(told.contains("found (int)") && told.contains("history (list, 5)"), "{told}");
    assert!(told.contains("Output:\n5\n"), "the newest output is shown: {told}");
}

#[tokio::test]
async fn such_a_run_killed_at_any_record_goes_on_to_the_same_end() {
    let confidence = Confidence { verify: true, unchanged: Some(9), ..Confidence::default() };
    let settings = Settings { confidence, router: Router::AUTO, ..narrow() };
    let accept = || Arc::new(ScriptedModel::from_fn(|_| Ok(Reply::text("ACCEPT"))).named("sub"));
    let journal = Memory::default();
    let (root, sub) = (long_runner(), accept());
    let first = run(&root, &sub, &settings).journal(journal.clone(), JournalKey::default(), Json::Null);
    let whole = first.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(whole.route.unwrap().took.name(), "loop_after_plain_call");
    assert_eq!(whole.answer.as_ref().unwrap().text, LONG_ANSWER, "{whole:?}");
    let asked = root.requests().len() + sub.requests().len();
    let bytes = journal.0.lock().unwrap().clone();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    for end in ends {
        let (root, sub) = (long_runner(), accept());
        let read = Journal::read(&bytes[..end], &JournalKey::default()).unwrap();
        let again = run(&root, &sub, &settings).resume(read, Memory::default());
        assert_eq!(shown(&again.ask(QUESTION, contexts()).await.unwrap()), shown(&whole), "cut at {end}");
        let before = String::from_utf8_lossy(&bytes[..end]);
        let known = before.matches("\"type\":\"reply\"").count() + before.matches("\"type\":\"call\"").count();
        assert_eq!(root.requests().len() + sub.requests().len() + known, asked, "cut at {end}");
    }
}

/// A root model that can be sent so many characters.
fn reads_at_most(chars: usize, replies: fn(&str) -> String) -> Arc<ScriptedModel> {
    let reply = move |request: &Request| {
        if request.messages.iter().map(|message| message.content.len()).sum::<usize>() > chars {
            return Err(ModelError { model: "root".into(), kind: ErrorKind::TooLong, message: "too much".into() });
        }
        Ok(Reply::text(replies(&request.messages.last().unwrap().content)))
    };
    Arc::new(ScriptedModel::from_fn(reply).named("root"))
}

#[tokio::test]
async fn a_request_that_was_refused_as_too_long_makes_room_without_a_summary() {
    let root = reads_at_most(12_000, |last| match (1..6).find(|turn| last.contains(&format!("Turn {turn}/"))) {
        Some(turn) => cell(&format!("print('y' * 1_500, {turn})")),
        None => cell("FINAL(len(history) > 4)"),
    });
    let report = asked_and_replayed(&root, &shout(), &Settings::default()).await;
    assert_eq!(shown(&report), r#"answered: "True" by cell, 6 turns, 0 sub-calls"#);
    let anew = root.requests().iter().any(|request| {
        request.messages.get(2).is_some_and(|message| message.content.starts_with("(The earlier turns no longer fit"))
    });
    assert!(anew, "the conversation was begun anew");
}

#[tokio::test]
async fn one_output_that_is_too_long_is_cut() {
    let root = reads_at_most(12_000, |last| {
        cell(if last.contains("Turn 1/") { "print('y' * 15_000)" } else { "FINAL('seen')" })
    });
    let report = asked_and_replayed(&root, &shout(), &Settings::default()).await;
    assert_eq!(shown(&report), r#"answered: "seen" by cell, 2 turns, 0 sub-calls"#);
    let root = reads_at_most(5, |_| String::new());
    let error = run(&root, &shout(), &Settings::default()).ask(QUESTION, contexts()).await.unwrap_err();
    assert_eq!(error.to_string(), "root model root: request too long: too much");
}

#[tokio::test]
async fn what_an_undone_cell_remembered_is_forgotten() {
    let root = scripted(
        "root",
        [
            cell("remember('kept')"),
            cell("remember('lost')\nwhile True: pass"),
            cell("try:\n    remember('x' * 20_000)\nexcept ValueError as error:\n    FINAL([remember(), str(error)])"),
        ],
    );
    let mut settings = Settings::default();
    // A cell that a clock ended is always undone.
    settings.limits.wall = std::time::Duration::from_secs(2);
    let report = asked_and_replayed(&root, &shout(), &settings).await;
    assert_eq!(
        report.answer.unwrap().text,
        r#"[["kept"],"remember(): 4 of 20,000 characters are used, this fact has 20,000; keep it in a variable"]"#
    );
}

// --- confidence -------------------------------------------------------------------------------------

fn sure(confidence: Confidence) -> Settings {
    Settings { confidence, ..Settings::default() }
}

#[tokio::test]
async fn a_verifier_can_send_an_answer_back_twice() {
    let settings = sure(Confidence { verify: true, ..Confidence::default() });
    let root = scripted("root", [cell("print('plums: 5')"), cell("FINAL('4')"), cell("FINAL('5 plums')")]);
    let sub = scripted("sub", ["REJECT: the output says 5", "ACCEPT"]);
    let report = asked_and_replayed(&root, &sub, &settings).await;
    assert_eq!(shown(&report), r#"answered: "5 plums" by cell, 3 turns, 2 sub-calls"#);
    assert_eq!(report.verified, Some(true));
    let asked = &sub.requests()[0].messages[0].content;
    assert!(asked.contains("plums: 5") && asked.contains("Answer: 4"), "{asked}");
    let requests = root.requests();
    let told = &requests[2].messages.last().unwrap().content;
    assert!(told.contains("A check did not accept your answer: the output says 5."), "{told}");

    let root = scripted("root", [cell("FINAL(4)"), cell("FINAL(4)"), cell("FINAL(4)")]);
    let sub = scripted("sub", ["REJECT: no", "REJECT: no", "never asked"]);
    let report = asked_and_replayed(&root, &sub, &settings).await;
    assert_eq!(shown(&report), r#"answered: "4" by cell, 3 turns, 2 sub-calls"#);
    assert_eq!(report.verified, Some(false));
}

#[tokio::test]
async fn a_verifier_that_cannot_be_asked_accepts_nothing_and_stops_nobody() {
    let settings = sure(Confidence { verify: true, ..Confidence::default() });
    let error = ModelError { model: "sub".into(), kind: ErrorKind::Fatal, message: "gone".into() };
    let sub = Arc::new(ScriptedModel::from_fn(move |_: &Request| Err(error.clone())).named("sub"));
    let (root, trajectory) = (scripted("root", [cell("FINAL(5)")]), Memory::default());
    let report = run(&root, &sub, &settings).trajectory(trajectory.clone()).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), r#"answered: "5" by cell, 1 turns, 1 sub-calls"#);
    assert_eq!(report.verified, Some(false));
    let told = trajectory.lines().into_iter().find(|line| line["type"] == "verification").unwrap();
    assert_eq!(told["accepted"], false);
    assert_eq!(told["why"], "the verifier could not be asked: sub: request failed: gone");
}

#[tokio::test]
async fn a_draft_that_stays_the_same_becomes_the_answer() {
    let settings = sure(Confidence { unchanged: Some(2), ..Confidence::default() });
    let root = by_turn(&[
        "```repl\nanswer['content'] = 4\n```",
        "```repl\nanswer['content'] = 5\n```",
        "```repl\nprint('checked')\n```",
        "never",
    ]);
    let report = asked_and_replayed(&root, &shout(), &settings).await;
    assert_eq!(shown(&report), r#"settled: "5" by candidate, 3 turns, 0 sub-calls"#);
}

/// A root model whose runs answer as they are numbered, in the order they begin.
fn voters(answers: &'static [&'static str]) -> Arc<ScriptedModel> {
    scripted("root", answers.iter().map(|answer| cell(&format!("FINAL({answer:?})"))))
}

#[tokio::test]
async fn independent_runs_vote() {
    let settings = sure(Confidence { agree: Some(2), ..Confidence::default() });
    let asked = async |answers: &'static [&'static str]| {
        let (root, sub) = (voters(answers), shout());
        let report = run(&root, &sub, &settings).ask(QUESTION, contexts()).await.unwrap();
        let votes = report.votes.unwrap();
        (shown(&report), format!("{} of {}, {} wanted", votes.agree, votes.of, votes.wanted), root.requests().len())
    };
    let first = r#"answered: "five" by cell, 2 turns, 0 sub-calls"#.to_owned();
    assert_eq!(asked(&["five", " Five. "]).await, (first, "2 of 2, 2 wanted".into(), 2));
    let third = r#"answered: "6" by cell, 3 turns, 0 sub-calls"#.to_owned();
    assert_eq!(asked(&["5", "6", "6"]).await, (third, "2 of 3, 2 wanted".into(), 3));
    let none = r#"answered: "5" by cell, 3 turns, 0 sub-calls"#.to_owned();
    assert_eq!(asked(&["5", "6", "7"]).await, (none, "1 of 3, 2 wanted".into(), 3));
}

#[tokio::test]
async fn a_plain_answer_is_verified_too_and_no_vote_is_taken_of_one_call() {
    let verified =
        |settings: Settings| Settings { confidence: Confidence { verify: true, ..settings.confidence }, ..settings };
    let asked = async |verdict: &'static str| {
        let root = scripted("root", ["Four.".to_owned(), cell("FINAL(5)")]);
        let sub = scripted("sub", [verdict, "ACCEPT"]);
        let report = asked_and_replayed(&root, &sub, &verified(routed(Router::AUTO))).await;
        (shown(&report), sub.requests()[0].messages[0].content.contains(FRUIT.trim()))
    };
    let plain = "answered: \"Four.\" by plain_call, 0 turns, 1 sub-calls".to_owned();
    assert_eq!(asked("ACCEPT").await, (plain, true));
    let looped = "answered: \"5\" by cell, 1 turns, 2 sub-calls".to_owned();
    assert_eq!(asked("REJECT: there are five").await, (looped, true));

    let votes = Settings { confidence: Confidence { agree: Some(2), ..Confidence::default() }, ..routed(Router::On) };
    let report = run(&voters(&["5", "5"]), &shout(), &votes).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!((report.votes.map(|votes| votes.agree), report.route), (Some(2), None));
}

#[tokio::test]
async fn every_run_that_votes_finds_the_earlier_questions() {
    let root = by_turn(&["```repl\nFINAL([entry['answer'] for entry in history])\n```"]);
    let settings = sure(Confidence { agree: Some(3), ..Confidence::default() });
    let voted = run(&root, &shout(), &settings).history(earlier());
    let report = voted.ask("And both together?", contexts()).await.unwrap();
    assert_eq!(shown(&report), "answered: \"[\\\"4\\\",null]\" by cell, 3 turns, 0 sub-calls");
    let asked = root.requests();
    assert_eq!(asked.len(), 3);
    for request in asked {
        let told = &request.messages[1].content;
        assert!(told.contains("`history` is a list of them, 2 in all"), "{told}");
    }
}

#[tokio::test]
async fn an_export_ends_with_the_answer_that_was_voted_for() {
    let (root, trajectory) = (voters(&["a", "b", "b"]), Memory::default());
    let settings = sure(Confidence { agree: Some(2), ..Confidence::default() });
    run(&root, &shout(), &settings).trajectory(trajectory.clone()).ask(QUESTION, contexts()).await.unwrap();
    let log = export(&trajectory.lines(), Format::Rlms).unwrap();
    assert_eq!(log.last().unwrap()["final_answer"], "b");
}

#[tokio::test]
async fn a_vote_is_journaled_and_costs_stay_within_the_budget() {
    let budget = Budget { sub_calls: 12, ..Budget::default() };
    let settings = Settings { budget, ..sure(Confidence { agree: Some(3), ..Confidence::default() }) };
    let root = by_turn(&["```repl\ngot = [llm_query(str(n)) for n in range(2)]\n```", "FINAL_VAR(got)", "never"]);
    let report = asked_and_replayed(&root, &shout(), &settings).await;
    assert_eq!(report.answer.as_ref().unwrap().text, r#"["0","1"]"#);
    assert!(report.sub_calls <= 12, "{report:?}");
}

// --- cache ------------------------------------------------------------------------------------------

#[derive(Default)]
struct Shelf {
    replies: Mutex<HashMap<String, Reply>>,
    breaks: bool,
}

impl ReplyCache for Shelf {
    fn get(&self, key: &str) -> io::Result<Option<Reply>> {
        if self.breaks {
            return Err(io::Error::other("disk gone"));
        }
        Ok(self.replies.lock().unwrap().get(key).cloned())
    }

    fn put(&self, key: &str, reply: &Reply) -> io::Result<()> {
        self.replies.lock().unwrap().insert(key.to_owned(), reply.clone());
        Ok(())
    }
}

#[tokio::test]
async fn what_was_asked_before_is_not_asked_again_in_another_run() {
    const TURNS: &[&str] =
        &["```repl\ngot = [llm_query_batched(['a', 'b']), llm_vote('c', 3)]\n```", "FINAL_VAR(got)", "never"];
    let shelf = Arc::new(Shelf::default());
    let price = Price { input: 1.0, cached_input: None, cache_write: None, output: 1.0 };
    let count = Arc::new(Mutex::new(0));
    let asked = async || {
        let counted = count.clone();
        let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
        // The same prompt gets another reply each time.
        let reply = move |request: &Request| {
            let mut count = counted.lock().unwrap();
            *count += 1;
            Ok(Reply { usage, ..Reply::text(format!("{}{}", request.messages[0].content, *count % 2)) })
        };
        let sub = Arc::new(ScriptedModel::from_fn(reply).named("sub").with_price(price));
        let root = by_turn(TURNS);
        let run = run(&root, &sub, &Settings::default()).cache(shelf.clone());
        let report = run.ask(QUESTION, contexts()).await.unwrap();
        (report, root.requests().len() + sub.requests().len())
    };
    let (first, calls) = asked().await;
    assert_eq!((calls, first.cached_calls, first.sub_calls), (7, 0, 5));
    let (second, calls) = asked().await;
    assert_eq!((calls, second.cached_calls, second.sub_calls), (0, 7, 5));
    assert_eq!(second.answer, first.answer, "the vote too, whose three replies differ");
    assert_eq!(second.usage["sub"], Usage::default());
    assert_eq!(second.costs["sub"], Some(rlm_model::Money::ZERO));
}

#[tokio::test]
async fn a_broken_cache_does_not_break_the_run() {
    let shelf = Arc::new(Shelf { breaks: true, ..Shelf::default() });
    let root = scripted("root", [cell("FINAL(llm_query('a'))")]);
    let report = run(&root, &shout(), &Settings::default()).cache(shelf).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(shown(&report), r#"answered: "A" by cell, 1 turns, 1 sub-calls"#);
    assert_eq!(report.cache_error.as_deref(), Some("disk gone"));
}

#[tokio::test]
async fn a_journal_of_a_run_with_a_cache_replays_without_it() {
    let shelf = Arc::new(Shelf::default());
    let ask = async |journal: &Memory| {
        let root = by_turn(&["```repl\nFINAL(llm_query('a'))\n```", "never"]);
        let run = run(&root, &shout(), &Settings::default()).cache(shelf.clone());
        run.journal(journal.clone(), JournalKey::default(), Json::Null).ask(QUESTION, contexts()).await.unwrap()
    };
    ask(&Memory::default()).await;
    let journal = Memory::default();
    assert_eq!(ask(&journal).await.cached_calls, 2);
    let read = Journal::read(&journal.0.lock().unwrap(), &JournalKey::default()).unwrap();
    let silent = |name: &str| scripted(name, [""; 0]);
    let again = run(&silent("root"), &silent("sub"), &Settings::default()).replay(read);
    let again = again.ask(QUESTION, contexts()).await.unwrap();
    assert_eq!((again.differences.len(), again.cached_calls, again.answer.unwrap().text.as_str()), (0, 2, "A"));
}

// --- skills -----------------------------------------------------------------------------------------

#[tokio::test]
async fn a_skill_is_listed_by_description_and_imported_on_demand() {
    let files = [
        ("SKILL.md", "---\ndescription: Counts fruit.\n---\nCall `count(name, text)`."),
        (
            "counting.py",
            "from .deep.lines import find\n\ndef count(name, text):\n    return int(find(name, text).split()[1])\n",
        ),
        ("deep/__init__.py", ""),
        (
            "deep/lines.py",
            "def find(name, text):\n    return next(l for l in text.splitlines() if l.startswith(name))\n",
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let skill = Skill::new("fruit-tools", files.to_vec()).unwrap();
    let root = scripted(
        "root",
        [cell(
            "import fruit_tools\ntext = open('/modules/fruit_tools/SKILL.md').read()\nFINAL([fruit_tools.count('plums', context), \
         text[-25:]])",
        )],
    );
    let report = run(&root, &shout(), &Settings::default()).skill(skill).ask(QUESTION, contexts()).await.unwrap();
    assert_eq!(report.answer.as_ref().unwrap().text, r#"[5,"Call `count(name, text)`."]"#, "{report:?}");
    let system = &root.requests()[0].messages[0].content;
    assert!(system.contains("- `fruit_tools`: Counts fruit."), "{system}");
    assert!(!system.contains("count(name, text)"), "its body is not told");
}

// --- records ----------------------------------------------------------------------------------------

#[tokio::test]
async fn a_trajectory_is_exported_for_the_viewer_and_for_training() {
    let trajectory = Memory::default();
    let root = scripted(
        "root",
        [
            cell("print(llm_query('plums?'))\nprint(rlm_query('look', context='of the child'))"),
            "Hm.".to_owned(),
            cell("FINAL(5)"),
        ],
    );
    let sub = |request: &Request| match request.messages.len() {
        1 => Ok(Reply::text(request.messages[0].content.to_uppercase())),
        _ => Ok(Reply::text("FINAL(child has looked)")),
    };
    let sub = Arc::new(ScriptedModel::from_fn(sub).named("sub"));
    let run = run(&root, &sub, &Settings::default()).trajectory(trajectory.clone());
    run.ask(QUESTION, contexts()).await.unwrap();
    let lines = trajectory.lines();

    let rlms = export(&lines, Format::Rlms).unwrap();
    let kinds: Vec<_> = rlms.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["metadata", "iteration", "iteration", "iteration"]);
    assert_eq!(rlms[0]["backend_kwargs"]["model_name"], "root");
    let prompts: Vec<_> = rlms[1..].iter().map(|line| line["prompt"].as_array().unwrap().len()).collect();
    assert_eq!(prompts, [2, 4, 6], "all that the model was told, not only what is new");
    let requests = root.requests();
    for (line, request) in rlms[1..].iter().zip(&requests) {
        assert_eq!(line["prompt"], serde_json::to_value(&request.messages).unwrap());
    }
    let calls = rlms[1]["code_blocks"][0]["result"]["rlm_calls"].as_array().unwrap();
    let said: Vec<_> = calls.iter().map(|call| call["response"].as_str().unwrap()).collect();
    assert_eq!(said, ["PLUMS?", "child has looked"]);
    for call in calls {
        assert!(call["prompt_tokens"].is_u64() && call["completion_tokens"].is_u64(), "{call}");
        assert!(call["usage_summary"]["model_usage_summaries"].is_object(), "{call}");
    }
    assert_eq!(rlms[3]["final_answer"], "5");

    let sft = export(&lines, Format::Sft).unwrap();
    assert_eq!(sft.len(), 3);
    for (sample, request) in sft.iter().zip(&requests) {
        let messages = sample["messages"].as_array().unwrap();
        assert_eq!(
            messages[..messages.len() - 1],
            *serde_json::to_value(&request.messages).unwrap().as_array().unwrap()
        );
        assert_eq!(messages.last().unwrap()["role"], "assistant");
        assert_eq!(sample["metadata"]["run_answer"], "5");
    }
    assert_eq!(sft[1]["messages"][5]["content"], Json::Null);
    assert_eq!(sft[1]["messages"][4]["content"], "Hm.");

    assert_eq!(
        export(&lines[1..], Format::Sft).unwrap_err().to_string(),
        "it does not begin with a line of type metadata"
    );
    let mut later = lines.clone();
    later[0]["version"] = 99.into();
    assert_eq!(export(&later, Format::Rlms).unwrap_err().to_string(), "it has version 99, this program reads 1");
}

#[tokio::test]
async fn an_export_of_a_run_that_was_summed_up_has_the_conversations_as_they_were() {
    let (root, trajectory) = (long_runner(), Memory::default());
    run(&root, &shout(), &narrow()).trajectory(trajectory.clone()).ask(QUESTION, contexts()).await.unwrap();
    let sft = export(&trajectory.lines(), Format::Sft).unwrap();
    let asked: Vec<Request> = root.requests();
    let turns: Vec<&Request> = asked
        .iter()
        .filter(|request| !request.messages.last().unwrap().content.contains("that you write now"))
        .collect();
    assert_eq!(sft.len(), turns.len());
    for (sample, request) in sft.iter().zip(turns) {
        let messages = sample["messages"].as_array().unwrap();
        assert_eq!(
            messages[..messages.len() - 1],
            *serde_json::to_value(&request.messages).unwrap().as_array().unwrap()
        );
    }
}

#[tokio::test]
async fn events_come_as_a_stream_that_ends_with_the_run() {
    let root = scripted("root", [cell("FINAL(llm_query('a'))")]);
    let (run, events) = run(&root, &shout(), &Settings::default()).event_stream();
    let (report, events) = tokio::join!(run.ask(QUESTION, contexts()), events.collect::<Vec<Event>>());
    assert!(report.is_ok());
    let names: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    let names: Vec<&str> = names.iter().map(|name| name.split([' ', '{']).next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "TurnStarted",
            "ReplyPiece",
            "SpendChanged",
            "ReplyReceived",
            "CellStarted",
            "SubCallsStarted",
            "SubCallEnded",
            "SpendChanged",
            "CellEnded",
            "Answered"
        ]
    );
}

#[tokio::test]
async fn the_report_says_where_the_time_went_and_what_a_plain_call_would_have_cost() {
    let price = Price { input: 1_000.0, cached_input: None, cache_write: None, output: 2_000.0 };
    let delay = std::time::Duration::from_millis(50);
    let root = ScriptedModel::new([cell("x = llm_query('a')\nFINAL(sum(range(200_000)))")]).named("root");
    let root = Arc::new(root.with_price(price).with_delay(delay));
    let sub = Arc::new(ScriptedModel::new(["A"]).named("sub").with_delay(2 * delay));
    let report = run(&root, &sub, &Settings::default()).ask(QUESTION, contexts()).await.unwrap();
    let phases = report.phases;
    assert!(phases.root >= delay && phases.calls >= 2 * delay, "{phases:?}");
    assert!(phases.cells > std::time::Duration::ZERO, "{phases:?}");
    assert!(phases.root + phases.calls + phases.cells <= report.wall, "{report:?}");
    let plain = report.plain_call.unwrap();
    assert_eq!((plain.window, plain.fits()), (None, None));
    assert!((1..10).contains(&plain.output_tokens), "{plain:?}");
    let tokens = (plain.input_tokens as f64, plain.output_tokens as f64);
    assert_eq!(plain.cost.unwrap().dollars(), (tokens.0 + 2.0 * tokens.1) / 1_000.0);
    assert!((10..40).contains(&plain.input_tokens), "{plain:?}");
}
