use rlm_model::{ErrorKind, ScriptedModel};
use rlm_sandbox::Engine;
use tokio::time::Instant;

use super::*;
use crate::{
    Budget, Models, Settings, Stopper,
    event::Events,
    journal::Recorder,
    trajectory::{Clock, Trajectory},
    tree::Workshop,
};

fn broker(sub: ScriptedModel, sub_calls: u64) -> Arc<Broker> {
    let sub: SharedModel = Arc::new(sub);
    let budget = Budget { sub_calls, ..Budget::default() };
    let settings = Settings { budget, sub_call_concurrency: 4, ..Settings::default() };
    let (ledger, began) = (Ledger::new(&settings.budget), Instant::now());
    let trajectory = Trajectory::new(None, Events::default(), Clock { began, started: None });
    let (models, recorder) = (Models::new(sub.clone(), sub), Recorder::none(began));
    let workshop = Workshop { engine: Engine::new().unwrap(), modules: Vec::new(), skills: Vec::new() };
    let (events, stopper) = (Events::default(), Stopper::new());
    let tree = Tree::new(workshop, models, settings, recorder, events, stopper, trajectory);
    Broker::new(tree, ledger, "0".into(), 0, 30)
}

/// A model that echoes in capitals, and fails on what begins with "bad".
fn echo() -> ScriptedModel {
    ScriptedModel::from_fn(|request| match request.messages[0].content.as_str() {
        bad if bad.starts_with("bad") => {
            let kind = if bad == "bad long" { ErrorKind::TooLong } else { ErrorKind::Refused };
            Err(ModelError { model: "echo".into(), kind, message: bad.into() })
        }
        prompt => Ok(Reply::text(prompt.to_uppercase())),
    })
}

fn call(args: Vec<Value>, kwargs: Vec<(&str, Value)>) -> HostCall {
    HostCall { args, kwargs: kwargs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect() }
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Value::from(*item)).collect())
}

fn shown(result: Result<Value, HostError>) -> String {
    match result {
        Ok(value) => crate::json::text(&value),
        Err(error) => format!("{}: {}", error.kind, error.message),
    }
}

#[tokio::test]
async fn one_query_returns_text_or_raises() {
    let broker = broker(echo(), 3);
    let ask = |call| broker.clone().query(call);
    assert_eq!(shown(ask(call(vec!["a".into()], vec![])).await), "A");
    assert_eq!(shown(ask(call(vec![], vec![("prompt", "b".into()), ("model", Value::None)])).await), "B");
    assert_eq!(
        shown(ask(call(vec!["bad long".into()], vec![])).await),
        "ValueError: prompt of 8 characters: echo: request too long: bad long"
    );
    assert_eq!(
        shown(ask(call(vec!["a".into()], vec![])).await),
        "RuntimeError: sub-calls: 3 of 3 used, 1 more asked for; nothing was sent; answer with what you have"
    );
    let used = broker.tree.used();
    assert_eq!((used.usage["scripted"].calls, used.calls, used.failed), (3, 3, 1));
}

#[tokio::test]
async fn wrong_arguments_say_what_is_wrong() {
    let broker = broker(echo(), 3);
    let one = async |args, kwargs| shown(broker.clone().query(call(args, kwargs)).await);
    let many = async |args, kwargs| shown(broker.clone().query_batched(call(args, kwargs)).await);
    assert_eq!(one(vec![], vec![]).await, "TypeError: llm_query(): prompt has to be a str, not None");
    assert_eq!(one(vec![Value::Int(1)], vec![]).await, "TypeError: llm_query(): prompt has to be a str, not int");
    assert_eq!(
        one(vec!["a".into()], vec![("modle", "x".into())]).await,
        "TypeError: llm_query() has no parameter \"modle\"; it takes prompt, model, schema"
    );
    assert_eq!(
        one(vec!["a".into()], vec![("model", "x".into())]).await,
        "ValueError: there is no sub-model \"x\"; there are: scripted"
    );
    assert_eq!(
        many(vec![Value::List(vec!["a".into(), Value::Bool(true)])], vec![]).await,
        "TypeError: llm_query_batched(): prompts has to be a list of str; item 1 is bool"
    );
    assert_eq!(
        many(vec!["a".into()], vec![]).await,
        "TypeError: llm_query_batched(): prompts has to be a list of str, not str"
    );
    assert_eq!(
        many(vec![list(&["a"])], vec![("errors", "hide".into())]).await,
        "ValueError: llm_query_batched(): errors has to be \"none\" or \"raise\", not \"hide\""
    );
    assert_eq!(broker.ledger.used().0, [0; 4]);
}

#[tokio::test]
async fn a_failed_item_loses_no_other() {
    let broker = broker(echo(), 100);
    let many =
        async |prompts: &[&str], kwargs| shown(broker.clone().query_batched(call(vec![list(prompts)], kwargs)).await);
    assert_eq!(many(&[], vec![]).await, "[]");
    assert_eq!(many(&["a", "bad", "c"], vec![]).await, r#"["A",null,"C"]"#);
    let told = "llm_query_batched: 1 of 3 sub-calls failed: [1] echo: request refused: bad";
    assert_eq!(broker.take_log().notes, [format!("{told}; each of these is None in the list")]);
    assert_eq!(many(&["a", "bad", "c"], vec![("errors", "raise".into())]).await, format!("RuntimeError: {told}"));
    assert_eq!(
        many(&["bad"; 7], vec![]).await.split_once("; also ").unwrap().1,
        "[5] [6]",
        "when all fail there is nothing to keep"
    );
}

#[tokio::test]
async fn a_batch_that_does_not_fit_sends_nothing() {
    let broker = broker(echo(), 2);
    let batch = broker.clone().query_batched(call(vec![list(&["a", "b", "c"])], vec![])).await;
    assert_eq!(
        shown(batch),
        "RuntimeError: sub-calls: 0 of 2 used, 3 more asked for; nothing was sent; 2 are left: send fewer or shorter prompts"
    );
    assert_eq!(
        shown(broker.clone().what_is_left(call(vec![], vec![])).await),
        r#"{"turns":{"used":0,"of":30,"left":30},"sub_calls":{"used":0,"of":2,"left":2},"input_tokens":{"used":0,"of":null,"left":null},"output_tokens":{"used":0,"of":null,"left":null},"levels_below":1}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_runs_some_at_a_time() {
    let broker = broker(echo().with_delay(Duration::from_secs(1)), 100);
    let began = Instant::now();
    let batch = broker.query_batched(call(vec![list(&["a", "b", "c", "d", "e", "f", "g", "h", "i"])], vec![]));
    assert_eq!(shown(batch.await), r#"["A","B","C","D","E","F","G","H","I"]"#);
    assert_eq!(began.elapsed(), Duration::from_secs(3), "nine, four at a time");
}
