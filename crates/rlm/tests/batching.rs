//! Loops made at random do the same whether their sub-calls are sent ahead or not.

use std::sync::{Arc, OnceLock};

use proptest::{prelude::*, sample::select};
use rlm::{Budget, Engine, Models, Run, Settings};
use rlm_model::{ErrorKind, ModelError, Reply, Request, ScriptedModel};

/// Lists that loops go over.
static LISTS: [&str; 8] = [
    "['a', 'b', 'c']",
    "['a', 'bad', 'c', 'd']",
    "['a', 'a', 'b', 'a']",
    "['a', 3, 'c']",
    "[]",
    "['only']",
    "('x', 'y')",
    "iter(['p', 'q', 'r'])",
];

/// Prompts made of the loop's variable `d`, its number `n`, and what is around.
static PROMPTS: [&str; 13] = [
    "d",
    "f'q {d}'",
    "f'{d!r:>8} of {len(docs)}'",
    "'pre ' + d",
    "d.upper() + suffix",
    "str(n) + str(d)",
    "'%s-%s' % (n, d)",
    "' '.join([d, suffix])",
    "d if n % 2 else 'even'",
    "table[d]",
    "str(out)",
    "llm_query",
    "note(d)",
];

/// What a reply goes through.
static USES: [&str; 5] = ["{}", "{}.lower()", "len({})", "({}, n)", "int({})"];

/// Bodies of a loop: `ASK` is the call, used.
static BODIES: [&str; 12] = [
    "out.append(ASK)",
    "reply = ASK\n    out.append(reply)\n    total += 1",
    "try:\n        out.append(ASK)\n    except Exception as e:\n        out.append(type(e).__name__ + str(e))",
    "if n != 1:\n        out.append(ASK)",
    "out.append(ASK)\n    if n == 1: break",
    "out.append(ASK)\n    if len(out) > 2: continue\n    total += len(out)",
    "out += [ASK]\n    suffix = suffix + '!'",
    "out.append(ASK)\n    seen[d] = n",
    "out.append(ASK)\n    table[d] = 'changed'",
    "x = ASK\n    y = llm_query('second ' + str(x))\n    out.append(y)",
    "out.append(ASK)\n    docs_seen = len(docs) if hasattr(docs, '__len__') else 0",
    "out.append(ASK)\n    assert n < 2",
];

/// Where the loop stands: `LOOP` is its lines.
static FRAMES: [&str; 5] = [
    "LOOP",
    "def f(docs):\n    global out, total, suffix\n    INDENTED\nf(docs)",
    "for turn in range(2):\n    INDENTED",
    "if True:\n    INDENTED",
    "try:\n    INDENTED\nexcept Exception as error:\n    caught = repr(error)",
];

#[derive(Clone, Debug)]
struct Program {
    list: &'static str,
    prompt: &'static str,
    used: &'static str,
    /// A statement, or one of the comprehensions.
    body: Result<&'static str, u8>,
    frame: &'static str,
}

impl Program {
    fn source(&self) -> String {
        let ask = self.used.replace("{}", &format!("llm_query({})", self.prompt));
        let lines = match self.body {
            Ok(body) => format!("for n, d in enumerate(docs):\n    {}", body.replace("ASK", &ask)),
            Err(0) => format!("out = [{ask} for n, d in enumerate(docs)]"),
            Err(1) => format!("out = {{n: {ask} for n, d in enumerate(docs) if n != 1}}"),
            Err(2) => format!("out = sorted({{str({ask}) for n, d in enumerate(docs)}})"),
            Err(_) => format!("out = [[{ask} for d in docs] for n in range(2)]"),
        };
        let indented = lines.replace('\n', "\n    ");
        let framed = self.frame.replace("INDENTED", &indented).replace("LOOP", &lines);
        format!(
            "out, total, suffix, seen, caught = [], 0, '?', {{}}, None\ntable = {{'a': 'A', 'b': 'B', 'x': 'X'}}\n\
             marks = []\ndef note(text):\n    marks.append(text)\n    return str(text)\ndocs = {}\n{framed}",
            self.list
        )
    }
}

fn program() -> impl Strategy<Value = Program> {
    let body = prop_oneof![3 => select(&BODIES[..]).prop_map(Ok), 1 => (0u8..4).prop_map(Err)];
    (select(&LISTS[..]), select(&PROMPTS[..]), select(&USES[..]), body, select(&FRAMES[..]))
        .prop_map(|(list, prompt, used, body, frame)| Program { list, prompt, used, body, frame })
}

fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new().unwrap()).clone()
}

/// What a program leaves behind, how it failed if it did, and whether a loop was sent as a batch.
fn left_behind(source: &str, batch_loops: bool, sub_calls: u64) -> (String, bool) {
    let show = "```repl\nFINAL(repr([globals().get(name, '-') for name in ('out', 'n', 'd', 'total', 'suffix', 'seen', \
                'table', 'marks', 'reply', 'x', 'y', 'caught')]))\n```";
    let root = Arc::new(ScriptedModel::new([format!("```repl\n{source}\n```"), show.to_owned()]).named("root"));
    let reply = |request: &Request| match request.messages[0].content.as_str() {
        bad if bad.contains("bad") => {
            Err(ModelError { model: "sub".into(), kind: ErrorKind::Refused, message: bad.into() })
        }
        prompt => Ok(Reply::text(prompt.to_uppercase())),
    };
    let sub = Arc::new(ScriptedModel::from_fn(reply).named("sub"));
    let budget = Budget { sub_calls, ..Budget::default() };
    let settings = Settings { batch_loops, budget, ..Settings::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = Run::new(engine(), Models::new(root.clone(), sub), settings);
    let report = runtime.block_on(run.ask("What?", Vec::new())).unwrap();
    let told = root.requests().pop().unwrap().messages.pop().unwrap().content;
    let errors: Vec<&str> = told.lines().filter(|line| line.contains("Error")).collect();
    let left = format!("{:?}\n{}", report.answer.map(|answer| answer.text), errors.join("\n"));
    (left, told.contains("sent as one batch"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_loop_sent_ahead_does_what_the_loop_does(program in program()) {
        let source = program.source();
        let (ahead, _) = left_behind(&source, true, 100);
        let (plain, batched) = left_behind(&source, false, 100);
        prop_assert_eq!(ahead, plain, "{}", source);
        prop_assert!(!batched);
    }

    #[test]
    fn so_it_does_with_little_left_to_spend(program in program(), sub_calls in 0u64..4) {
        // A loop that is caught and begun again pays twice for what it sent ahead.
        prop_assume!(program.frame != FRAMES[2] && program.frame != FRAMES[4]);
        let source = program.source();
        let (ahead, _) = left_behind(&source, true, sub_calls);
        prop_assert_eq!(ahead, left_behind(&source, false, sub_calls).0, "{}", source);
    }
}

#[test]
fn the_programs_are_such_that_some_are_sent_ahead() {
    let program = Program { list: LISTS[0], prompt: PROMPTS[1], used: USES[0], body: Ok(BODIES[0]), frame: FRAMES[1] };
    assert!(left_behind(&program.source(), true, 100).1);
}
