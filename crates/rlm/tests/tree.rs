//! Runs below runs, forks, loops and awaits: all that makes more than one thing happen.

mod cells;

use std::{sync::Arc, time::Duration};

use cells::{cells, is, sub};
use rlm::{Budget, Report, Stop};
use rlm_model::{ModelError, Money, Price, Reply, Request, Role, ScriptedModel, Usage};

#[tokio::test(flavor = "multi_thread")]
async fn a_child_has_a_session_a_context_and_turns_of_its_own() {
    let case = cells(&["x = 1\ngot = rlm_query('look', context='of the child')\nFINAL([got, x, context])"]);
    assert_eq!(case.answer().await, is(r#"["seen 4 messages",1,"some text"]"#, 2));
    let asked = &case.sub.requests()[0].messages[1].content;
    assert!(asked.contains("`context`: a str of 12 characters. It begins: \"of the child\""), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_inherits_sees_what_the_cell_has_made_and_changes_nothing() {
    let case = cells(&[
        "shared = [1]\nshared.append(2)\ngot = rlm_query('use my variables', inherit=True)\nFINAL([got, shared])",
    ]);
    assert_eq!(case.answer().await, is(r#"["[[1,2,99],\"some text\"]",[1,2]]"#, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn children_have_children_until_the_depth_bound_where_a_plain_call_is_made() {
    let code = "FINAL(rlm_query('go deeper'))";
    let case = cells(&[code]).budget(Budget { depth: 2, ..Budget::default() });
    // Two turns of the grandchild, one of the child.
    assert_eq!(case.answer().await, is("child of seen 4 messages", 3));
    let case = cells(&[code]);
    assert_eq!(case.answer().await, is("child of THEN STOP", 2));
    let case = cells(&["got = rlm_query('go deeper')", "FINAL(got)"]).budget(Budget { depth: 0, ..Budget::default() });
    assert_eq!(case.answer().await, is("GO DEEPER", 1));
    assert!(case.told().contains("[note] rlm_query: no more levels below this one"), "{}", case.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_childs_failure_is_an_exception_and_its_cost_is_counted() {
    let case =
        cells(&["try:\n    rlm_query('give up', context='x')\nexcept RuntimeError as error:\n    FINAL(str(error))"])
            .budget(Budget { child_iterations: 2, closing_turn: false, ..Budget::default() });
    assert_eq!(case.answer().await, is("child run: no answer: iterations: 2 of 2 used", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_cannot_take_more_than_its_share_and_the_tree_not_more_than_all() {
    let code = "try:\n    got = rlm_query_batched(['give up'] * 3, contexts=['x'] * 3)\nexcept RuntimeError as error:\n    got = \
                str(error)\nFINAL([got.count('sub-calls: 2 of 2 used'), budget()['sub_calls']['used']])";
    let case = cells(&[code]).budget(Budget { sub_calls: 8, closing_turn: false, ..Budget::default() });
    assert_eq!(case.answer().await, is("[3,6]", 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn children_of_a_batch_go_on_together() {
    let mut case = cells(&["FINAL(rlm_query_batched(['look'] * 12, contexts=['x'] * 12))"]);
    case.sub = Arc::new(ScriptedModel::from_fn(sub).named("sub").with_delay(Duration::from_millis(100)));
    case.settings.child_concurrency = 12;
    case.settings.sub_call_concurrency = 12;
    let report = case.ask().await;
    assert_eq!(report.answer.unwrap().text.matches("seen 4 messages").count(), 12);
    // Two turns each: far from twenty-four in a row.
    assert!(report.wall < Duration::from_millis(1_200), "{:?}", report.wall);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_map_brings_back_results_and_nothing_else() {
    let code = "seen = []\nclass Pair(tuple): pass\ndef work(n):\n    seen.append(n)\n    print('item', n)\n    return Pair((n, \
                llm_query(f'q{n}'), {n}))\ngot = parallel_map(work, range(3))\nFINAL([repr(got), type(got[0]).__name__, seen])";
    let case = cells(&[code]);
    let expected = r#"["[(0, 'Q0', {0}), (1, 'Q1', {1}), (2, 'Q2', {2})]","Pair",[]]"#;
    assert_eq!(case.answer().await, is(expected, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_map_says_which_item_raised() {
    let code = "def work(n):\n    return 10 // n\nparallel_map(work, [2, 0, 1])";
    let returned =
        "try:\n    parallel_map(lambda n: (i for i in []), [1])\nexcept TypeError as e:\n    FINAL(str(e)[:48])";
    let case = cells(&[code, returned]);
    assert_eq!(case.answer().await.0, "a 'generator' cannot come back from a fork: cann");
    let told = case.told();
    assert!(told.contains("ZeroDivisionError"), "{told}");
    assert!(told.contains("parallel_map: item 1 of the list, 0, raised this:"), "{told}");
    assert!(told.contains("return 10 // n"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn awaited_calls_overlap() {
    let code = "import asyncio\nasync def one(n):\n    first = await llm_query_async(f'a{n}')\n    return await \
                llm_query_async(first + 'b')\nasync def main():\n    return await asyncio.gather(*[one(n) for n in \
                range(10)])\nFINAL(asyncio.run(main()))";
    let mut case = cells(&[code]);
    case.sub = Arc::new(ScriptedModel::from_fn(sub).named("sub").with_delay(Duration::from_millis(100)));
    let report = case.ask().await;
    let expected: Vec<String> = (0..10).map(|n| format!("A{n}B")).collect();
    assert_eq!(report.answer.unwrap().text, serde_json::json!(expected).to_string());
    assert!(report.wall < Duration::from_millis(1_000), "twenty calls in two rounds: {:?}", report.wall);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_await_raises_in_its_place_only() {
    let code = "import asyncio\nasync def main():\n    return await asyncio.gather(llm_query_async('a'), \
                llm_query_async('bad'), return_exceptions=True)\nFINAL([repr(part) for part in asyncio.run(main())])";
    let (answer, calls) = cells(&[code]).answer().await;
    assert!(answer.starts_with(r#"["'A'","RuntimeError("#), "{answer}");
    assert_eq!(calls, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_of_independent_calls_is_one_batch_and_says_so() {
    let code = "out = []\nfor n in range(10):\n    prompt = f'q{n}'\n    reply = llm_query(prompt)\n    out.append((n, \
                reply))";
    let mut case = cells(&[code, "FINAL(out[-1])"]);
    let (report, batches) = case.batches().await;
    assert_eq!(report.answer.unwrap().text, r#"[9,"Q9"]"#);
    assert_eq!(batches, [10]);
    assert!(
        case.told().contains("[note] a loop of 10 independent llm_query calls was sent as one batch"),
        "{}",
        case.told()
    );
    // And where it is switched off.
    case = cells(&[code, "FINAL(out[-1])"]);
    case.settings.batch_loops = false;
    assert_eq!(case.answer().await, is(r#"[9,"Q9"]"#, 10));
    assert!(!case.told().contains("batch"), "{}", case.told());
}

/// What one cell leaves behind, with loops sent ahead or not.
async fn left_behind(code: &str, batch_loops: bool, sub_calls: u64) -> String {
    let show = "FINAL(repr([globals().get(name) for name in ('out', 'n', 'd', 'reply', 'total', 'error')]))";
    let mut case = cells(&[code, show]).budget(Budget { sub_calls, ..Budget::default() });
    case.settings.batch_loops = batch_loops;
    let report = case.ask().await;
    let told = case.told();
    let error = told.lines().filter(|line| line.contains("Error: ")).collect::<Vec<_>>().join("\n");
    format!("{:?}\n{error}", report.answer.map(|answer| answer.text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_sent_ahead_leaves_what_the_loop_would_have_left() {
    let loops = [
        "out = [llm_query(f'q {d}') for d in docs]",
        "out = {d: llm_query(f'q {d}').lower() for d in docs if d != 'b'}",
        "out = []\nfor n, d in enumerate(docs):\n    out.append(llm_query(d))",
        "out = {}\nfor d in docs:\n    p = 'x' + d\n    out[d] = llm_query(p)\n    total = len(out)",
        "out = []\nfor d in docs:\n    try:\n        reply = llm_query(d)\n        out.append(reply)\n    except Exception as e:\n        out.append(str(e))",
        "out = ''\nfor d in docs:\n    out = llm_query(out + d)",
        "out = []\nfor d in docs:\n    out.append(llm_query(str(out)))",
        "out = []\nfor d in docs:\n    reply = llm_query(d)\n    out.append(reply)\n    if reply == 'B': break",
        "out = []\nfor d in docs:\n    out.append(llm_query(d))\n    docs.append(d) if len(docs) < 9 else None",
        "def f():\n    got = []\n    for d in docs:\n        got.append(llm_query(d + '!'))\n    return got\nout = f()",
        "out = [llm_query(d) for d in iter(docs)]",
        "out = [[llm_query(a + b) for b in docs] for a in docs]",
        "out = [json.loads(llm_query(d)) for d in docs]",
    ];
    let lists = [
        "docs = ['a', 'b', 'c']",
        "docs = ['a', 'bad', 'c']",
        "docs = ['a', 3, 'c']",
        "docs = []",
        "docs = ['1', '[2]', '{']",
    ];
    for code in loops {
        for list in lists {
            for sub_calls in [2, 100] {
                let code = format!("import json\n{list}\n{code}");
                let (ahead, plain) =
                    (left_behind(&code, true, sub_calls).await, left_behind(&code, false, sub_calls).await);
                assert_eq!(ahead, plain, "{code}");
            }
        }
    }
}

#[tokio::test]
async fn a_reply_that_does_not_meet_its_schema_is_asked_for_again() {
    let replies = ["no number", "\"5\"", "```json\n5\n```", "{\"a\": 1}", "nothing", "still nothing", "never"];
    let mut case = cells(&[
        "n = llm_query('How many?', schema={'type': 'integer', 'minimum': 3})\no = llm_query('Which?', schema='object')\n\
         try:\n    llm_query('x', schema='array')\nexcept ValueError as error:\n    FINAL([n, o, str(error)])",
    ]);
    case.sub = Arc::new(ScriptedModel::new(replies).named("sub"));
    let (answer, calls) = case.answer().await;
    assert!(
        answer.starts_with(r#"[5,{"a":1},"the reply does not meet the schema after 3 attempts: it is not JSON:"#),
        "{answer}"
    );
    assert_eq!(calls, 7);
    let asked: Vec<String> = case.sub.requests().iter().map(|request| request.messages[0].content.clone()).collect();
    assert!(asked[1].contains("It was not accepted: it is not JSON"), "{}", asked[1]);
    assert!(asked[2].contains("It was not accepted: \"5\" is not of type \"integer\""), "{}", asked[2]);
}

#[tokio::test]
async fn an_answer_has_to_meet_the_runs_schema() {
    let mut case = cells(&["FINAL('five')", "FINAL(5)"]);
    case.settings.answer_schema = Some(serde_json::json!({"type": "integer"}));
    assert_eq!(case.answer().await, is("5", 0));
    assert!(
        case.told().contains("Your answer was not accepted, because it does not have the required form:"),
        "{}",
        case.told()
    );
}

#[tokio::test]
async fn a_prompt_past_the_models_window_is_not_sent_and_one_near_it_is() {
    let mut case = cells(&[
        "told = []\nfor words in (2_000, 900):\n    try:\n        told.append(len(llm_query('plum ' * words)) > 0)\n    \
         except ValueError as error:\n        told.append(str(error))\nFINAL(told)",
    ]);
    case.settings.sub_windows = std::collections::BTreeMap::from([("sub".to_owned(), 1_000)]);
    let (answer, calls) = case.answer().await;
    let answer: Vec<serde_json::Value> = serde_json::from_str(&answer).unwrap();
    let (past, near) = (answer[0].as_str().unwrap(), &answer[1]);
    assert!(past.starts_with("prompt of 10,000 characters: sub: request too long: not sent: it has about "), "{past}");
    let advice = " tokens, the model's window is 1,000; llm_read(question, text) reads a long text piece by piece";
    assert!(past.ends_with(advice), "{past}");
    assert_eq!((near, calls), (&true.into(), 1));
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_not_sent() {
    let mut case = cells(&[
        "try:\n    llm_query('x' * 1001)\nexcept ValueError as error:\n    told = str(error)\nread = llm_read('q', 'line\\n' * 60, \
         chars=120)\nFINAL([told, budget()['sub_calls']['used']])",
    ]);
    case.settings.sub_prompt_chars = Some(1_000);
    let (answer, calls) = case.answer().await;
    let told = "prompt of 1,001 characters: sub: request too long: not sent: it has 1,001 characters, at most 1,000 can be read \
                at once; llm_read(question, text) reads a long text piece by piece";
    assert_eq!(answer, serde_json::json!([told, 4]).to_string());
    assert_eq!(calls, 4, "three pieces and one more to combine them");
}

#[tokio::test]
async fn patterns_are_bounded_and_made_of_sub_calls() {
    let code = "kept = llm_filter(['yes', 'no'], lambda item: item)\nbest = llm_vote('same', 3)\nmerged = llm_merge(['a', 'b'], \
                'join')\nmr = map_reduce(['x', 'y'], 'map', 'reduce')\ntry:\n    llm_filter(['x'] * 600, \
                'q')\nexcept ValueError as error:\n    refused = str(error)\nFINAL([kept, best, merged, mr, refused])";
    let (answer, calls) = cells(&[code]).answer().await;
    let expected = serde_json::json!([
        ["yes"],
        ["SAME", 3],
        "JOIN\n\nA\n\n---\n\nB",
        "REDUCE\n\nMAP\n\nX\n\n---\n\nMAP\n\nY",
        "llm_filter: 600 sub-calls needed, at most 500 allowed; pass max_calls=, or send less"
    ]);
    assert_eq!(answer, expected.to_string());
    assert_eq!(calls, 2 + 3 + 1 + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_can_be_made_of_child_runs() {
    let code = "mr = map_reduce(['x', 'y'], 'look', 'reduce', child=True)\nread = llm_read('look', 'line\\n' * 60, chars=160, \
                child=True)\nvote = llm_vote('look', 2, child=True)\nFINAL([mr, read[-23:], vote, llm_filter(['x'], 'look', \
                child=True), llm_merge(['a', 'b'], 'look', child=True)])";
    let case = cells(&[code, "FINAL('not reached')"]);
    let (answer, calls) = case.answer().await;
    let seen = "SEEN 4 MESSAGES";
    let expected = serde_json::json!([
        format!("REDUCE\n\n{seen}\n\n---\n\n{seen}"),
        "PART 2: SEEN 4 MESSAGES",
        ["seen 4 messages", 2],
        [],
        "seen 4 messages"
    ]);
    assert_eq!(answer, expected.to_string());
    // Two turns each child; two plain calls combine.
    assert_eq!(calls, 2 * (2 + 2 + 2 + 1 + 1) + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trajectory_says_what_made_a_call() {
    let code = "from concurrent.futures import ThreadPoolExecutor\nllm_query('a')\nmap_reduce(['x'], 'm', \
                'r')\n[llm_query(p) for p in 'bc']\nparallel_map(llm_query, ['d'])\nwith ThreadPoolExecutor() as pool:\n    \
                list(pool.map(lambda p: llm_query(p), 'ef'))\nllm_query('1', schema={})\nFINAL(llm_vote('g', 1))";
    let case = cells(&[code]);
    let kept = Kept::default();
    let report = case.run().trajectory(kept.clone()).ask("What?", Vec::new()).await.unwrap();
    assert_eq!(report.sub_calls, 10, "{report:?}");
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let turn = line.into_iter().find(|line| line["type"] == "iteration").unwrap();
    let calls = turn["code_blocks"][0]["result"]["rlm_calls"].as_array().unwrap().clone();
    let by: Vec<_> = calls.iter().map(|call| call["by"].as_str().unwrap_or("-")).collect();
    let expected =
        ["-", "map_reduce", "map_reduce", "loop", "loop", "parallel_map", "pool", "pool", "schema", "llm_vote"];
    assert_eq!(by, expected);
}

/// Where a trajectory is written.
#[derive(Clone, Default)]
struct Kept(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn tokens_are_paid_for_before_they_are_spent_and_the_last_word_is_kept() {
    let used = |report: &Report| report.usage.values().map(|usage| usage.output_tokens).sum::<u64>();
    let spend = |_: &Request| {
        let usage = Usage { calls: 1, input_tokens: 50, output_tokens: 1_000, ..Usage::default() };
        Ok(Reply { usage, ..Reply::text("```repl\nx = 1\n```") })
    };
    let mut case = cells(&[]);
    case.root = Arc::new(ScriptedModel::from_fn(spend).named("root"));
    case.settings.max_output_tokens = Some(1_000);
    let case = case.budget(Budget { output_tokens: Some(4_500), ..Budget::default() });
    let report = case.ask().await;
    assert_eq!(report.stop.name(), "budget_spent");
    assert_eq!(used(&report), 4_000, "three turns and the last word");
    assert!(case.told().contains("Your turns are used up."), "{}", case.told());
    assert!(case.root.requests().iter().all(|request| request.max_output_tokens == Some(1_000)));
}

#[tokio::test]
async fn money_needs_prices_and_is_never_overspent() {
    let script = ["got = [llm_query('x') for _ in [1] * 50]", "FINAL('done')"];
    let mut case = cells(&script);
    case.settings.budget.money = Money::from_dollars(0.1);
    let refused = case.run().ask("What?", Vec::new()).await.unwrap_err();
    assert_eq!(refused.to_string(), "a budget of money needs a price for root");
    let price = Price { input: 1.0, cached_input: Some(0.1), cache_write: None, output: 2.0 };
    case.root = Arc::new(ScriptedModel::from_fn(scripted(&script)).named("root").with_price(price));
    case.sub = Arc::new(ScriptedModel::from_fn(sub).named("sub").with_price(price));
    case.settings.max_output_tokens = Some(1_000);
    let report = case.run().ask("What?", Vec::new()).await.unwrap();
    let cost = report.cost().unwrap();
    assert!(cost > Money::ZERO && cost <= Money::from_dollars(0.1).unwrap(), "{report:?}");
    assert!(report.sub_calls > 10, "{report:?}");
}

/// A root model that says so many tokens were used for each of these cells.
fn scripted(cells: &[&str]) -> impl Fn(&Request) -> Result<Reply, ModelError> + use<> {
    let replies: Vec<String> = cells.iter().map(|cell| format!("```repl\n{cell}\n```")).collect();
    move |request| {
        let said = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        let usage = Usage { calls: 1, input_tokens: 1_000, output_tokens: 100, ..Usage::default() };
        Ok(Reply { usage, ..Reply::text(replies[said].clone()) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_for_the_whole_tree() {
    let mut case = cells(&["answer['content'] = 'so far'", "llm_query('slow')"]);
    case.sub = Arc::new(ScriptedModel::from_fn(sub).named("sub").with_delay(Duration::from_secs(3600)));
    let case = case.budget(Budget { wall: Some(Duration::from_millis(700)), ..Budget::default() });
    let began = tokio::time::Instant::now();
    let report = case.ask().await;
    assert!(began.elapsed() < Duration::from_millis(2_000), "{:?}", began.elapsed());
    assert_eq!(report.stop, Stop::TimeSpent { of: Duration::from_millis(700) });
    assert_eq!(report.answer.unwrap().text, "so far");
}
