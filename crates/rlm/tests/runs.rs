//! Whole runs in the real sandbox, with models that answer from a script.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use rlm::{Budget, Context, Earlier, Engine, Event, Models, Report, RlmError, Run, Settings, Source, Stop};
use rlm_model::{ErrorKind, Message, ModelError, Reply, Role, ScriptedModel, Usage};

const FRUIT: &str = "apples: 3\npears: 4\nplums: 5\n";

/// One run, before it is asked.
struct Case {
    root: Arc<ScriptedModel>,
    sub: Arc<ScriptedModel>,
    settings: Settings,
    contexts: Vec<(String, Context)>,
}

/// A run whose root model gives these replies, and whose sub-model shouts its prompt back.
fn run(replies: &[&str]) -> Case {
    let shout = |request: &rlm_model::Request| match request.messages[0].content.as_str() {
        "bad" => Err(ModelError { model: "sub".into(), kind: ErrorKind::Refused, message: "no".into() }),
        prompt => {
            let usage = Usage { calls: 1, input_tokens: 10, output_tokens: 2, ..Usage::default() };
            Ok(Reply { usage, ..Reply::text(prompt.to_uppercase()) })
        }
    };
    Case {
        root: Arc::new(ScriptedModel::new(replies.iter().copied()).named("root")),
        sub: Arc::new(ScriptedModel::from_fn(shout).named("sub")),
        settings: Settings::default(),
        contexts: vec![("context".into(), Context::text(FRUIT).unwrap())],
    }
}

impl Case {
    fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = budget;
        self
    }

    fn ready(&self) -> Run {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = ENGINE.get_or_init(|| Engine::new().unwrap()).clone();
        Run::new(engine, Models::new(self.root.clone(), self.sub.clone()), self.settings.clone())
    }

    async fn ask(self) -> (Result<Report, RlmError>, Vec<Message>) {
        let ended = self.ready().ask("How many plums?", self.contexts.clone()).await;
        (ended, last_request(&self.root))
    }

    /// Runs it, compares how it ended, and returns what the root model was told in its last turn.
    #[track_caller]
    fn check(self, expected: &str) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            let (ended, messages) = self.ask().await;
            assert_eq!(shown(&ended), expected, "{caller}\ntold: {messages:#?}");
            messages.iter().rfind(|message| message.role == Role::User).unwrap().content.clone()
        }
    }
}

fn last_request(model: &ScriptedModel) -> Vec<Message> {
    model.requests().pop().map(|request| request.messages).unwrap_or_default()
}

/// How a run ended, in one line.
fn shown(ended: &Result<Report, RlmError>) -> String {
    let (report, error) = match ended {
        Ok(report) => (report, String::new()),
        Err(RlmError::Model { error, report }) => (&**report, format!("; {error}")),
        Err(other) => return other.to_string(),
    };
    let answer = report
        .answer
        .as_ref()
        .map_or("no answer".to_owned(), |answer| format!("{:?} by {}", answer.text, answer.source.name()));
    format!("{}: {answer}, {} turns, {} sub-calls{error}", report.stop.name(), report.iterations, report.sub_calls)
}

/// A reply of one cell.
fn cell(code: &str) -> String {
    format!("I go on.\n\n```repl\n{code}\n```\n")
}

#[tokio::test]
async fn every_dialect_gives_an_answer() {
    for (code, expected) in [
        ("FINAL(40 + 2)", "42"),
        ("x = 'forty-two'\nFINAL_VAR('x')", "forty-two"),
        ("SUBMIT(answer=42)", "42"),
        ("SUBMIT(count=42, unit='plums')", r#"{"count":42,"unit":"plums"}"#),
        ("done([1, None, 'a'])", r#"[1,null,"a"]"#),
        ("answer['content'] = 42\nanswer['ready'] = True", "42"),
        ("answer['ready'] = True\nanswer['content'] = 42", "42"),
        ("answer = {'content': '42', 'ready': True}", "42"),
        ("answer.update(content='42', ready=True)", "42"),
        ("FINAL(object)", "<class 'object'>"),
    ] {
        run(&[&cell(code)]).check(&format!("answered: {expected:?} by cell, 1 turns, 0 sub-calls")).await;
    }
}

#[tokio::test]
async fn the_first_submission_counts_and_ends_the_turn() {
    run(&[&format!("{}{}", cell("FINAL(1)\nFINAL(2)"), cell("FINAL(3)"))])
        .check(r#"answered: "1" by cell, 1 turns, 0 sub-calls"#)
        .await;
}

#[tokio::test]
async fn a_submission_counts_even_if_the_cell_raises_afterwards() {
    run(&[&cell("FINAL('kept')\nraise ValueError('late')")])
        .check(r#"answered: "kept" by cell, 1 turns, 0 sub-calls"#)
        .await;
}

#[tokio::test]
async fn the_context_is_there_under_each_of_its_names() {
    let code = "FINAL([len(context), context is context_0, context[-2]])";
    run(&[&cell(code)]).check(r#"answered: "[28,true,\"5\"]" by cell, 1 turns, 0 sub-calls"#).await;

    let mut several = run(&[&cell("FINAL([type(context).__name__, context[1], logs, context_0 == FRUIT_2])")]);
    several.contexts = [("fruit.txt", FRUIT), ("logs", "one\n"), ("FRUIT_2", FRUIT), ("empty.txt", "")]
        .map(|(name, text)| (name.to_owned(), Context::text(text).unwrap()))
        .into();
    several.check(r#"answered: "[\"list\",\"one\\n\",\"one\\n\",true]" by cell, 1 turns, 0 sub-calls"#).await;

    let mut taken = run(&[&cell("FINAL(1)")]);
    taken.contexts = vec![("list".into(), Context::text(FRUIT).unwrap())];
    let (ended, _) = taken.ask().await;
    assert_eq!(shown(&ended), "cannot name the contexts: \"list\": it means something else in the session");
}

#[tokio::test]
async fn earlier_questions_can_be_looked_up() {
    let first = run(&[&cell("FINAL(context.split()[1])")]);
    let report = first.ready().ask("How many apples?", first.contexts.clone()).await.unwrap();
    let earlier =
        vec![Earlier { question: "What is it about?".into(), answer: None }, Earlier::of("How many apples?", &report)];
    let second = run(&[&cell("FINAL([history, len(context)])")]);
    let answered = second.ready().history(earlier).ask("And twice as many?", second.contexts.clone()).await;
    assert_eq!(
        shown(&answered),
        r#"answered: "[[{\"question\":\"What is it about?\",\"answer\":null},{\"question\":\"How many apples?\",\"answer\":\"3\"}],28]" by cell, 1 turns, 0 sub-calls"#
    );
    let told = &last_request(&second.root)[1].content;
    assert!(told.contains("`history` is a list of them, 2 in all"), "{told}");
}

#[tokio::test]
async fn text_finals_are_taken_when_nothing_is_unseen() {
    run(&[&cell("n = 5"), "FINAL(There are 5 (five) plums)"])
        .check(r#"answered: "There are 5 (five) plums" by text, 2 turns, 0 sub-calls"#)
        .await;
    run(&[&cell("n = [5]"), "FINAL_VAR(n)"]).check(r#"answered: "[5]" by variable, 2 turns, 0 sub-calls"#).await;
    run(&[&cell("n = 5"), "FINAL(n)"]).check(r#"answered: "5" by variable, 2 turns, 0 sub-calls"#).await;
    run(&[&cell("n = [5]"), "FINAL_VAR(n[0])"]).check(r#"answered: "5" by variable, 2 turns, 0 sub-calls"#).await;
}

#[tokio::test]
async fn an_unknown_variable_is_told_and_can_be_corrected() {
    let told = run(&[&cell("plums = 5"), "FINAL_VAR(pulms)", "FINAL_VAR(plums)"])
        .check(r#"answered: "5" by variable, 3 turns, 0 sub-calls"#)
        .await;
    let last = told.lines().find(|line| line.starts_with("NameError")).unwrap();
    assert_eq!(
        last,
        "NameError: FINAL_VAR: no variable is called 'pulms'; there are: context, context_0, plums. Use FINAL(value) for a value"
    );
}

#[tokio::test]
async fn a_final_beside_unseen_output_is_not_trusted() {
    let told = run(&[&format!("{}It prints 7.\n\nFINAL(7)\n", cell("print(5)")), "FINAL(5)"])
        .check(r#"answered: "5" by text, 2 turns, 0 sub-calls"#)
        .await;
    assert_eq!(
        told,
        "Output:\n5\n\nVariables: context (str, 28), context_0 (str, 28)\n\nYour reply also gave a final answer, but it was \
         written before the output above could be seen, so it was not taken. Read the output, then answer again.\n\nTurn 2/30"
    );
}

#[tokio::test]
async fn a_reply_with_nothing_to_do_gets_a_nudge() {
    let told = run(&["I should look at the context.", &cell("FINAL(5)")])
        .check(r#"answered: "5" by cell, 2 turns, 0 sub-calls"#)
        .await;
    assert!(told.starts_with("Your reply held neither code nor an answer"), "{told}");
    assert!(told.ends_with("\n\nTurn 2/30"), "{told}");
    run(&["", &cell("FINAL(5)")]).check(r#"answered: "5" by cell, 2 turns, 0 sub-calls"#).await;
}

#[tokio::test]
async fn an_error_is_shown_and_loses_nothing() {
    let told = run(&[&cell("found = 5\nfound.nope"), &cell("FINAL(found)")])
        .check(r#"answered: "5" by cell, 2 turns, 0 sub-calls"#)
        .await;
    assert!(told.contains("[raised]\n"), "{told}");
    assert!(told.contains("AttributeError: 'int' object has no attribute 'nope'"), "{told}");
    assert!(told.contains("found (int)"), "{told}");
}

#[tokio::test]
async fn reserved_names_come_back_and_ordinary_ones_stay() {
    let told = run(&[&cell("llm_query = 1\ndone = False"), &cell("FINAL([done, llm_query('a')])")])
        .check(r#"answered: "[false,\"A\"]" by cell, 2 turns, 1 sub-calls"#)
        .await;
    assert!(told.contains("[note] `llm_query` is reserved"), "{told}");
    assert!(!told.contains("`done`"), "{told}");
}

#[tokio::test]
async fn a_batch_comes_back_in_order_though_replies_do_not() {
    let mut case = run(&[&cell("FINAL(llm_query_batched([str(n) for n in range(40)]))")]);
    let slow_first = |request: &rlm_model::Request| Ok(Reply::text(format!("<{}>", request.messages[0].content)));
    case.sub = Arc::new(ScriptedModel::from_fn(slow_first).named("sub").with_delay(Duration::from_millis(20)));
    let (ended, _) = case.ask().await;
    let expected: Vec<String> = (0..40).map(|n| format!("<{n}>")).collect();
    let report = ended.unwrap();
    assert_eq!(report.answer.unwrap().text, serde_json::json!(expected).to_string());
    // Three rounds of at most sixteen: far from forty in a row.
    assert!(report.wall < Duration::from_millis(40 * 20), "{:?}", report.wall);
}

#[tokio::test]
async fn failed_items_of_a_batch_are_none_and_noted() {
    let told = run(&[&cell("got = llm_query_batched(['a', 'bad', 'c'])"), &cell("FINAL(got)")])
        .check(r#"answered: "[\"A\",null,\"C\"]" by cell, 2 turns, 3 sub-calls"#)
        .await;
    let note = "[note] llm_query_batched: 1 of 3 sub-calls failed: [1] sub: request refused: no; each of these is None in the list";
    assert!(told.contains(note), "{told}");
}

#[tokio::test]
async fn the_cap_on_sub_calls_holds_inside_a_cell() {
    let code = "got = []\nfor n in range(10):\n    got.append(llm_query(str(n)))";
    let told = run(&[&cell(code), &cell("FINAL([len(got), budget()['sub_calls']['left']])")])
        .budget(Budget { sub_calls: 3, ..Budget::default() })
        .check(r#"answered: "[3,0]" by cell, 2 turns, 3 sub-calls"#)
        .await;
    let error = "RuntimeError: sub-calls: 3 of 3 used, 1 more asked for; nothing was sent; answer with what you have";
    assert!(told.contains(error), "{told}");
}

#[tokio::test]
async fn spent_turns_end_with_a_closing_turn() {
    let two = Budget { iterations: 2, ..Budget::default() };
    let told = run(&[&cell("a = 1"), &cell("b = 2"), "FINAL(about 5)"])
        .budget(two.clone())
        .check(r#"iterations_spent: "about 5" by closing_turn, 2 turns, 0 sub-calls"#)
        .await;
    assert!(told.contains("Your turns are used up."), "{told}");
    run(&[&cell("a = 1"), &cell("b = 2"), "Five, I think."])
        .budget(two.clone())
        .check(r#"iterations_spent: "Five, I think." by closing_turn, 2 turns, 0 sub-calls"#)
        .await;
    run(&[&cell("a = 1"), &cell("b = 2"), &cell("FINAL(a + b)")])
        .budget(two.clone())
        .check(r#"iterations_spent: "3" by closing_turn, 2 turns, 0 sub-calls"#)
        .await;
    // The script ends here: the closing turn fails, and what there is comes back.
    run(&[&cell("a = 1"), &cell("answer['content'] = 'draft'")])
        .budget(two.clone())
        .check(r#"iterations_spent: "draft" by candidate, 2 turns, 0 sub-calls"#)
        .await;
    let told = run(&[&cell("a = 1"), &cell("b = 2")])
        .budget(Budget { closing_turn: false, ..two })
        .check("iterations_spent: no answer, 2 turns, 0 sub-calls")
        .await;
    assert!(told.ends_with("Turn 2/2. This is the last turn: give your best answer now with FINAL(...)."), "{told}");
}

#[tokio::test]
async fn a_failing_root_model_leaves_the_best_candidate() {
    run(&[&format!("{}\nFINAL(7)", cell("print(5)"))])
        .check(r#"model_failed: "7" by candidate, 2 turns, 0 sub-calls; root: request failed: the script has no reply for call 2"#)
        .await;
    run(&[&cell("answer = 'maybe 5'")])
        .check(
            r#"model_failed: "maybe 5" by candidate, 2 turns, 0 sub-calls; root: request failed: the script has no reply for call 2"#,
        )
        .await;
}

#[tokio::test]
async fn turns_that_gain_nothing_end_the_run() {
    run(&["Hm.", &cell("1 / 0"), &cell("x ="), &cell("never()")])
        .budget(Budget { errors_in_a_row: 3, ..Budget::default() })
        .check("errors_in_a_row: no answer, 3 turns, 0 sub-calls")
        .await;
}

#[tokio::test]
async fn a_run_can_be_stopped_between_steps() {
    let case = run(&[&cell("answer['content'] = 'so far'"), &cell("FINAL('too late')")]);
    let run = case.ready();
    let stopper = run.stop_handle();
    let run = run.events(move |event| {
        if matches!(event, Event::CellStarted { .. }) {
            stopper.stop();
        }
    });
    let ended = run.ask("How many?", case.contexts.clone()).await;
    assert_eq!(shown(&ended), r#"stopped: "so far" by candidate, 1 turns, 0 sub-calls"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_aborted_in_a_cell_and_in_a_model_call() {
    let case = run(&[&cell("while True: pass")]);
    let run_ = case.ready();
    let stopper = run_.stop_handle();
    let asked = tokio::spawn(run_.ask("How many?", case.contexts.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    stopper.abort();
    assert_eq!(shown(&asked.await.unwrap()), "stopped: no answer, 1 turns, 0 sub-calls");

    let mut case = run(&["never read"]);
    case.root = Arc::new(ScriptedModel::new(["never read"]).with_delay(Duration::from_secs(3600)));
    let run_ = case.ready();
    run_.stop_handle().abort();
    assert_eq!(shown(&run_.ask("How many?", case.contexts).await), "stopped: no answer, 0 turns, 0 sub-calls");
}

#[tokio::test]
async fn messages_are_only_ever_added() {
    let case =
        run(&[&cell("print('x' * 50_000)"), "Hm.", &cell("1 / 0"), &format!("{}\nFINAL(1)", cell("2")), "FINAL(5)"]);
    let root = case.root.clone();
    case.check(r#"answered: "5" by text, 5 turns, 0 sub-calls"#).await;
    let requests = root.requests();
    for pair in requests.windows(2) {
        let (before, after) = (&pair[0].messages, &pair[1].messages);
        assert_eq!(&after[..before.len()], &before[..]);
        assert_eq!(after.len(), before.len() + 2);
    }
    let first = &requests[0].messages[1].content;
    assert!(first.starts_with("<question>\nHow many plums?\n</question>\n"), "{first}");
    assert!(
        first.contains(r#"`context`: a str of 28 characters. It begins: "apples: 3\npears: 4\nplums: 5\n""#),
        "{first}"
    );
    let cut = &requests[1].messages[3].content;
    assert!(cut.contains("[... 30,001 characters not shown ...]"), "{cut}");
    assert!(cut.contains("[note] the variable `last_output` holds this output in full"), "{cut}");
}

/// A sink that can be read while the run owns it.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_trajectory_tells_the_whole_run() {
    let case = run(&[&cell("print(llm_query('plums?'))\nn = 5"), "FINAL_VAR(n)"]);
    let sink = Shared::default();
    let report = case.ready().trajectory(sink.clone()).ask("How many plums?", case.contexts).await.unwrap();
    assert_eq!(report.trajectory_error, None);
    let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["metadata", "iteration", "iteration", "result"]);
    assert_eq!(lines[0]["root_model"], "root");
    assert_eq!(lines[0]["contexts"][0]["length"], 28);
    assert_eq!(lines[0]["contexts"][0]["blake3"].as_str().unwrap().len(), 64);
    assert_eq!(lines[1]["prompt"].as_array().unwrap().len(), 2, "system and question");
    assert_eq!(lines[2]["prompt"].as_array().unwrap().len(), 1, "only what is new");
    let result = &lines[1]["code_blocks"][0]["result"];
    assert_eq!(result["stdout"], "PLUMS?\n");
    assert_eq!(result["rlm_calls"][0]["prompt_tokens"], 10);
    assert_eq!(result["rlm_calls"][0]["usage_summary"]["model_usage_summaries"]["sub"]["total_output_tokens"], 2);
    assert_eq!(result["locals"]["n"], "int: 5");
    assert_eq!(lines[2]["final_answer"], "5");
    assert_eq!(lines[3]["answer"], serde_json::json!({"text": "5", "value": 5, "source": "variable"}));
    assert_eq!(lines[3]["usage"]["sub"]["input_tokens"], 10);
}

#[tokio::test]
async fn a_broken_sink_does_not_break_the_run() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("disk full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let case = run(&[&cell("FINAL(5)")]);
    let report = case.ready().trajectory(Full).ask("How many plums?", case.contexts).await.unwrap();
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(report.answer.unwrap().source, Source::Cell);
    assert_eq!(report.trajectory_error.as_deref(), Some("disk full"));
}
