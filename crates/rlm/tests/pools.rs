//! Pools and threads whose calls ask models: they overlap, and leave what threads would have left.

mod cells;

use std::{sync::Arc, time::Duration};

use cells::{Case, cells, is, sub};
use rlm::Budget;
use rlm_model::ScriptedModel;

/// A run of one cell that ends with an answer, where each sub-call takes a while.
fn slow(code: &str, delay: u64) -> Case {
    let mut case = cells(&[code]);
    case.sub = Arc::new(ScriptedModel::from_fn(sub).named("sub").with_delay(Duration::from_millis(delay)));
    case
}

/// Asserts the answer of a cell and the sub-calls it made, and that they overlapped: `rounds` of them
/// one after the other, and some time for what is not waiting.
async fn overlaps(code: &str, answer: &str, calls: u64, rounds: u64) {
    let report = slow(code, 300).ask().await;
    let given = report.answer.map_or_else(|| report.stop.to_string(), |answer| answer.text);
    assert_eq!((given, report.sub_calls), is(answer, calls), "{code}");
    let waited = report.phases.calls;
    assert!(waited < Duration::from_millis(300 * (rounds + 1)), "{waited:?} for {calls} calls: {code}");
}

const POOL: &str = "import threading, asyncio, queue, random, time\nfrom concurrent.futures import ThreadPoolExecutor, as_completed, wait\n";

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_a_pool_overlap_and_change_what_they_change() {
    let code = "seen = []\ndef work(n):\n    reply = llm_query(f'q{n}')\n    seen.append(n)\n    return reply.lower()\nwith \
                ThreadPoolExecutor(max_workers=8) as pool:\n    got = list(pool.map(work, range(8)))\nFINAL([got, seen])";
    let got: Vec<String> = (0..8).map(|n| format!("q{n}")).collect();
    let answer = serde_json::json!([got, (0..8).collect::<Vec<_>>()]).to_string();
    overlaps(&format!("{POOL}{code}"), &answer, 8, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_wait_for_a_pool_waits_for_its_calls() {
    let work = "def work(n):\n    return llm_query(f'q{n}')\npool = ThreadPoolExecutor()\nfs = [pool.submit(work, n) for n in range(4)]\n";
    let ways = [
        "got = [f.result() for f in fs]",
        "got = sorted(f.result() for f in as_completed(fs))",
        "wait(fs); got = [f.result() for f in fs]",
        "pool.shutdown(); got = [f._result for f in fs]",
        "while not all(f.done() for f in fs): time.sleep(0.1)\ngot = [f._result for f in fs]",
        "got = [str(f.exception() or f.result()) for f in fs]",
        "got = []\nfor f in fs: f.add_done_callback(lambda f: got.append(f.result()))\nfs[-1].result()",
        "async def main():\n    return await asyncio.gather(*map(asyncio.wrap_future, fs))\ngot = asyncio.run(main())",
    ];
    for way in ways {
        overlaps(&format!("{POOL}{work}{way}\nFINAL(got)"), r#"["Q0","Q1","Q2","Q3"]"#, 4, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_is_done_when_the_cell_ends() {
    let code = format!(
        "{POOL}got = []\npool = ThreadPoolExecutor(4)\nfor n in range(4): pool.submit(lambda n: \
                        got.append(llm_query(f'q{{n}}')), n)\nfor n in range(2): threading.Thread(target=lambda: \
                        got.append(llm_query('t'))).start()"
    );
    assert_eq!(cells(&[&code, "FINAL(got)"]).answer().await, is(r#"["Q0","Q1","Q2","Q3","T","T"]"#, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_overlap_and_fill_in_their_results() {
    let code = "results = [None] * 4\ndef work(n):\n    results[n] = llm_query(f'q{n}')\nthreads = \
                [threading.Thread(target=work, args=(n,)) for n in range(4)]\nfor t in threads: t.start()\nalive = \
                threads[0].is_alive()\nfor t in threads: t.join()\nFINAL([results, alive])";
    overlaps(&format!("{POOL}{code}"), r#"[["Q0","Q1","Q2","Q3"],false]"#, 4, 1).await;
    let code = "class Reader(threading.Thread):\n    def __init__(self, n):\n        super().__init__()\n        self.n = \
                n\n    def run(self):\n        self.got = llm_query(f'q{self.n}')\nthreads = [Reader(n) for n in \
                range(4)]\nfor t in threads: t.start()\nfor t in threads: t.join()\nFINAL([t.got for t in threads])";
    overlaps(&format!("{POOL}{code}"), r#"["Q0","Q1","Q2","Q3"]"#, 4, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_of_an_event_loop_overlap() {
    let code = "async def main():\n    return await asyncio.gather(*[asyncio.to_thread(llm_query, f'q{n}') for n in \
                range(3)], asyncio.get_running_loop().run_in_executor(None, lambda: llm_query('x') + \
                llm_query('y')))\nFINAL(await main())";
    overlaps(&format!("{POOL}{code}"), r#"["Q0","Q1","Q2","XY"]"#, 5, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_plain_calls_is_one_batch() {
    let case = slow(
        &format!("{POOL}with ThreadPoolExecutor() as pool:\n    FINAL(list(pool.map(llm_query, ['a', 'b', 'c'])))"),
        0,
    );
    let (report, batches) = case.batches().await;
    assert_eq!(report.answer.unwrap().text, r#"["A","B","C"]"#);
    assert_eq!(batches, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_asks_nothing_twice_and_nothing_in_vain() {
    let cases = [
        // A call that fails, in its place only.
        (
            "def work(p):\n    return llm_query(p)\nwith ThreadPoolExecutor() as pool:\n    fs = [pool.submit(work, p) for p in ('a', 'bad', 'c')]\n\
          FINAL([str(f.exception())[:16] if f.exception() else f.result() for f in fs])",
            r#"["A","sub-call failed:","C"]"#,
            3,
        ),
        // Tries again, and waits before it does.
        (
            "def work(p):\n    for attempt in range(3):\n        try:\n            return llm_query(p if attempt else 'bad')\n        except \
          RuntimeError:\n            time.sleep(0.01)\nwith ThreadPoolExecutor() as pool:\n    FINAL(list(pool.map(work, 'ab')))",
            r#"["A","B"]"#,
            4,
        ),
        // Random prompts, which are the same in a fork and after it, and differ from call to call.
        (
            "def work(n):\n    return llm_query(str(random.random()))\nwith ThreadPoolExecutor() as pool:\n    got = list(pool.map(work, range(6)))\n\
          FINAL(len(set(got)))",
            "6",
            6,
        ),
        // Consumers of one queue, begun before there is anything in it.
        (
            "tasks, got = queue.Queue(), []\ndef work():\n    while True:\n        got.append(llm_query(tasks.get()))\n        tasks.task_done()\n\
          for _ in range(3): threading.Thread(target=work, daemon=True).start()\nfor n in range(5): tasks.put(f'q{n}')\ntasks.join()\nFINAL(got)",
            r#"["Q0","Q1","Q2","Q3","Q4"]"#,
            5,
        ),
        // Pools in pools, batches and loops in pools, items in forks.
        (
            "def inner(p):\n    return llm_query(p)\ndef outer(p):\n    with ThreadPoolExecutor() as pool:\n        got = list(pool.map(inner, [p + 'x', p + 'y']))\n    \
          return got + [r for r in llm_query_batched([p] * 2)] + [llm_query(p + q) for q in 'st'] + parallel_map(inner, [p + 'z'])\nwith \
          ThreadPoolExecutor() as pool:\n    FINAL(list(pool.map(outer, 'ab')))",
            r#"[["AX","AY","A","A","AS","AT","AZ"],["BX","BY","B","B","BS","BT","BZ"]]"#,
            14,
        ),
        // The same question several times may have several answers.
        (
            "with ThreadPoolExecutor() as pool:\n    FINAL(list(pool.map(lambda _: llm_query('same'), range(3))))",
            r#"["SAME","SAME","SAME"]"#,
            3,
        ),
        // A helper by another name, a method, a partial, a class.
        (
            "from functools import partial\nask = llm_query\nclass Asker:\n    def __init__(self, tail): self.tail = tail\n    def go(self, p): return \
          ask(p + self.tail)\nwith ThreadPoolExecutor() as pool:\n    fs = [pool.submit(Asker('1').go, 'a'), pool.submit(partial(Asker('2').go, 'b')), \
          pool.submit(ask, prompt='c')]\nFINAL([f.result() for f in fs])",
            r#"["A1","B2","C"]"#,
            3,
        ),
        // A future that waits for another, and one that is called off.
        (
            "pool = ThreadPoolExecutor()\nlast = []\nfirst = pool.submit(lambda: last[0].result() + llm_query('a'))\nlast.append(pool.submit(lambda: \
          llm_query('b')))\noff = pool.submit(lambda: llm_query('c'))\nFINAL([off.cancel(), first.result(), off.cancelled()])",
            r#"[true,"BA",true]"#,
            2,
        ),
        // More calls than are made at once.
        (
            "with ThreadPoolExecutor() as pool:\n    got = list(pool.map(lambda n: llm_query(f'q{n}'), \
          range(1100)))\nFINAL([len(got), len(set(got))])",
            "[1100,1100]",
            1100,
        ),
        // What cannot be sent together says why in its own place.
        (
            "with ThreadPoolExecutor() as pool:\n    fs = [pool.submit(llm_query, p, model='nobody') for p in 'ab']\nFINAL([type(f.exception()).__name__ \
          for f in fs])",
            r#"["ValueError","ValueError"]"#,
            0,
        ),
        // A pool under way where forks begin.
        (
            "pool = ThreadPoolExecutor()\nfirst = [pool.submit(lambda p: llm_query(p), p) for p in 'ab']\nwith ThreadPoolExecutor() as other:\n    \
          second = parallel_map(lambda n: n + len(first[0].result()), [1, 2])\nFINAL([second, [f.result() for f in first]])",
            r#"[[2,3],["A","B"]]"#,
            2,
        ),
        // Where there is one worker there is nothing to overlap.
        (
            "with ThreadPoolExecutor(max_workers=1) as pool:\n    FINAL([pool.submit(lambda: llm_query('a')).result(), llm_query('b')])",
            r#"["A","B"]"#,
            2,
        ),
        // What belongs to the session stays in it.
        (
            "def work(n):\n    remember(f'fact {n}')\n    return llm_query(f'q{n}')\nwith ThreadPoolExecutor() as pool:\n    got = list(pool.map(work, range(2)))\n\
          FINAL([got, remember('last')])",
            r#"[["Q0","Q1"],["fact 0","fact 1","last"]]"#,
            2,
        ),
    ];
    for (code, answer, calls) in cases {
        let case = cells(&[&format!("{POOL}{code}")]).budget(Budget { sub_calls: 2_000, ..Budget::default() });
        assert_eq!(case.answer().await, is(answer, calls), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_given_in_a_pool_is_the_answer() {
    let code = format!(
        "{POOL}def work(p):\n    reply = llm_query(p)\n    if p == 'b': FINAL(reply)\nwith ThreadPoolExecutor() as \
                        pool: list(pool.map(work, 'abc'))"
    );
    assert_eq!(cells(&[&code]).answer().await, is("B", 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_forks() {
    let code = "from concurrent.futures import ProcessPoolExecutor\nseen = []\ndef work(n):\n    seen.append(n)\n    return \
                {llm_query(f'q{n}'), 10 // n}\nwith ProcessPoolExecutor() as pool:\n    fs = [pool.submit(work, n) for n in \
                (2, 0, 1)]\nFINAL([sorted(map(str, fs[0].result())), repr(fs[1].exception()), seen])";
    let answer = r#"[["5","Q2"],"ZeroDivisionError('division by zero')",[]]"#;
    overlaps(&format!("{POOL}{code}"), answer, 3, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_of_multiprocessing_overlap() {
    let code = "from multiprocessing import Pool\nfrom multiprocessing.pool import ThreadPool\ndef work(n, m=0):\n    return \
                llm_query(f'q{n}') * (m + 1)\nwith Pool(4) as pool:\n    first = pool.map(work, range(3))\ntold = []\nwith \
                ThreadPool() as pool:\n    later = pool.map_async(work, range(3), callback=told.append)\n    one = \
                pool.apply_async(work, (5,), error_callback=told.append)\n    second = \
                later.get()\nFINAL([first, second, told, one.get(), one.successful()])";
    let q = ["Q0", "Q1", "Q2"];
    let answer = serde_json::json!([q, q, [q], "Q5", true]).to_string();
    overlaps(&format!("{POOL}{code}"), &answer, 7, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_keeps_to_the_budget() {
    let code = format!(
        "{POOL}def work(n):\n    try:\n        return llm_query(f'q{{n}}')\n    except RuntimeError as error:\n        \
                        return 'spent' if 'sub-calls: ' in str(error) else str(error)\nwith ThreadPoolExecutor() as pool:\n    \
                        got = list(pool.map(work, range(6)))\nFINAL([got.count('spent'), budget()['sub_calls']['used']])"
    );
    let case = cells(&[&code]).budget(Budget { sub_calls: 4, ..Budget::default() });
    assert_eq!(case.answer().await, is("[2,4]", 4));
}
