//! The host functions that cells call: sub-calls, child runs, forks, and what is left of the budget.
//!
//! `llm_query` returns text or raises. `llm_query_batched` is one host call for any number of
//! prompts, asked concurrently, with the results in order. A sub-call of it that fails is `None` in
//! the list, never text that could pass for an answer, and a remark in the cell's observation says
//! which failed and why: what the others cost is not lost, and the model can ask the failed ones
//! again. With `errors="raise"`, or when all failed, it raises once all have ended.
//!
//! Each host call has a name of its own, made of the run, the turn, the cell and a count. Under that
//! name its answer stands in the journal, and there it is found again when the run is resumed.

mod calls;
mod child;
mod facts;
mod forks;
mod query;
mod schema;

use std::{
    future::Future,
    mem,
    ops::Range,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use rlm_model::{ModelError, Money, Reply, SharedModel};
use rlm_sandbox::{Forker, HostCall, HostError, HostFunction, Session, SessionBuilder, Value};
use tokio::time::Instant;

use crate::{
    Event,
    args::Args,
    budget::{Ledger, Resource, Spent},
    journal::{Body, Outside},
    json,
    run::ROOT,
    tree::Tree,
};

use facts::Facts;
pub(crate) use schema::{Check, Schema, of_reply as json_of_reply};

/// Answers the host functions of one session and keeps account of them.
pub(crate) struct Broker {
    pub tree: Arc<Tree>,
    pub ledger: Ledger,
    /// The run's name in the journal.
    pub run: String,
    /// Levels above this run.
    pub depth: u32,
    /// Turns the run may take.
    pub iterations: u32,
    /// What makes the sub-calls here, where they are those of one call further up.
    by: Option<&'static str>,
    turn: AtomicU32,
    place: Mutex<Place>,
    log: Mutex<Log>,
    facts: Mutex<Facts>,
    /// Nanoseconds that cells waited for host functions.
    waited: AtomicU64,
    forker: OnceLock<Forker>,
}

/// Where the run is.
#[derive(Default)]
struct Place {
    cell: String,
    calls: u64,
}

/// What was asked since the loop last looked.
#[derive(Default)]
pub(crate) struct Log {
    pub calls: Vec<SubCall>,
    pub notes: Vec<String>,
    /// Calls that were begun.
    begun: usize,
}

/// One sub-call, for the trajectory.
#[derive(Clone)]
pub(crate) struct SubCall {
    pub model: String,
    pub prompt: String,
    pub result: Result<Reply, ModelError>,
    /// What it cost, where the price is known.
    pub cost: Option<Money>,
    /// Where it stands among the calls, which end in any order.
    place: usize,
    pub began: Instant,
    pub wall: Duration,
    /// What made several calls of one line, if something did.
    pub by: Option<&'static str>,
}

impl Broker {
    pub(crate) fn new(tree: Arc<Tree>, ledger: Ledger, run: String, depth: u32, iterations: u32) -> Arc<Self> {
        Arc::new(Self {
            tree,
            ledger,
            run,
            depth,
            iterations,
            by: None,
            turn: AtomicU32::new(0),
            place: Mutex::default(),
            log: Mutex::default(),
            facts: Mutex::default(),
            waited: AtomicU64::new(0),
            forker: OnceLock::new(),
        })
    }

    /// The broker of a fork, whose sub-calls are those of one call here.
    fn made_by(mut self: Arc<Self>, by: &'static str) -> Arc<Self> {
        if let Some(broker) = Arc::get_mut(&mut self) {
            broker.by = Some(by);
        }
        self
    }

    /// Offers the host functions to a session.
    pub(crate) fn offer(self: &Arc<Self>, session: SessionBuilder) -> SessionBuilder {
        Function::ALL.into_iter().fold(session, |session, function| {
            session.host_function(function.name(), Bound { broker: self.clone(), function })
        })
    }

    /// Answers the host functions of a session that was forked from another run's, or from this one's.
    pub(crate) fn answer_for(self: &Arc<Self>, session: &mut Session) {
        for function in Function::ALL {
            session.answer_with(function.name(), Bound { broker: self.clone(), function });
        }
        self.follow(session.forker());
    }

    /// Where forks of the session come from.
    pub(crate) fn follow(&self, forker: Forker) {
        let _ = self.forker.set(forker);
    }

    /// Notes which turn has begun.
    pub(crate) fn begin_turn(&self, turn: u32) {
        self.turn.store(turn, Relaxed);
    }

    /// Host calls belong to `cell` from now on.
    pub(crate) fn enter(&self, cell: String) {
        *self.place() = Place { cell, calls: 0 };
    }

    /// The name of the next host call.
    fn next_call(&self) -> String {
        let mut place = self.place();
        place.calls += 1;
        format!("{}.{}", place.cell, place.calls)
    }

    /// `budget()`
    async fn what_is_left(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        Args::bind("budget", &[], call)?;
        let id = self.next_call();
        if let Some(answer) = self.recorded(&id) {
            return answer;
        }
        let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let account = |used: u64, of: Option<u64>, left: Option<u64>| {
            let number = |amount: Option<u64>| amount.map_or(Value::None, number);
            Value::Dict(vec![
                ("used".into(), number(Some(used))),
                ("of".into(), number(of)),
                ("left".into(), number(left)),
            ])
        };
        let dollars = |used: u64, of: Option<u64>, left: Option<u64>| {
            let dollars = |amount: Option<u64>| amount.map_or(Value::None, |nano| Value::Float(Money(nano).dollars()));
            Value::Dict(vec![
                ("used".into(), dollars(Some(used))),
                ("of".into(), dollars(of)),
                ("left".into(), dollars(left)),
            ])
        };
        let (turn, turns) = (self.turn.load(Relaxed).into(), u64::from(self.iterations));
        let mut told = vec![("turns".into(), account(turn, Some(turns), Some(turns.saturating_sub(turn))))];
        for resource in Resource::ALL {
            let (used, of, left) = self.ledger.state(resource);
            told.push(match resource {
                Resource::SubCalls => ("sub_calls".into(), account(used, of, left)),
                Resource::InputTokens => ("input_tokens".into(), account(used, of, left)),
                Resource::OutputTokens => ("output_tokens".into(), account(used, of, left)),
                Resource::Money if of.is_none() && left.is_none() => continue,
                Resource::Money => ("dollars".into(), dollars(used, of, left)),
            });
        }
        if let (Some(of), Some(left)) = (self.tree.settings.budget.wall, self.tree.time_left()) {
            let seconds = |time: Duration| Value::Int(time.as_secs().try_into().unwrap_or(i64::MAX));
            told.push((
                "seconds".into(),
                Value::Dict(vec![
                    ("used".into(), seconds(of.saturating_sub(left))),
                    ("of".into(), seconds(of)),
                    ("left".into(), seconds(left)),
                ]),
            ));
        }
        let levels = self.tree.settings.budget.depth.saturating_sub(self.depth);
        told.push(("levels_below".into(), number(levels.into())));
        let value = Value::Dict(told);
        self.tree.recorder.append(&id, Body::Host { outside: Outside::Value(json::json(&value)) });
        Ok(value)
    }

    /// The sub-model of a name.
    fn model(&self, name: Option<String>) -> Result<SharedModel, HostError> {
        let models = &self.tree.models;
        let Some(name) = name else { return Ok(models.sub.clone()) };
        if name == models.sub.name() {
            return Ok(models.sub.clone());
        }
        models.named.get(&name).cloned().ok_or_else(|| {
            let mut known = vec![models.sub.name()];
            known.extend(models.named.keys().map(String::as_str));
            HostError::new("ValueError", format!("there is no sub-model {name:?}; there are: {}", known.join(", ")))
        })
    }

    /// What the journal says a host function answered.
    fn recorded(&self, id: &str) -> Option<Result<Value, HostError>> {
        match self.tree.recorder.known(id)? {
            Body::Host { outside: Outside::Value(value) } => Some(Ok(json::value(value))),
            Body::Host { outside: Outside::Error { kind, message } } => Some(Err(HostError::new(kind, message))),
            _ => None,
        }
    }

    /// Refuses a host call for a reason that running again need not find again.
    fn refuse(&self, id: &str, error: HostError) -> HostError {
        self.tree.recorder.append(id, Body::Host { outside: Outside::from(&error) });
        error
    }

    /// How long cells waited for host functions since this was last asked.
    pub(crate) fn take_wait(&self) -> Duration {
        Duration::from_nanos(self.waited.swap(0, Relaxed))
    }

    /// Tells the listener of an event of this run.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        self.tree.events.tell(|| match self.depth {
            0 if self.run == ROOT => event(),
            depth => Event::InChild { run: self.run.clone(), depth, event: Box::new(event()) },
        });
    }

    /// Adds a remark to the cell's observation.
    pub(crate) fn note(&self, note: String) {
        self.log().notes.push(note);
    }

    /// The remarks since the log was last taken.
    pub(crate) fn peek_notes(&self) -> Vec<String> {
        self.log().notes.clone()
    }

    /// The sub-calls and remarks since this was last asked.
    pub(crate) fn take_log(&self) -> Log {
        let mut log = mem::take(&mut *self.log());
        log.calls.sort_by_key(|call| call.place);
        log
    }

    /// The places of so many calls that begin now.
    fn places(&self, count: usize) -> Range<usize> {
        let mut log = self.log();
        let first = log.begun;
        log.begun += count;
        first..log.begun
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What cells can call.
#[derive(Clone, Copy)]
enum Function {
    Query,
    QueryBatched,
    QueryEach,
    Pattern,
    Child,
    Children,
    Forks,
    Budget,
    Remember,
}

impl Function {
    const ALL: [Self; 9] = [
        Self::Query,
        Self::QueryBatched,
        Self::QueryEach,
        Self::Pattern,
        Self::Child,
        Self::Children,
        Self::Forks,
        Self::Budget,
        Self::Remember,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Query => "llm_query",
            Self::QueryBatched => "llm_query_batched",
            Self::QueryEach => "_llm_each",
            Self::Pattern => "_llm_pattern",
            Self::Child => "rlm_query",
            Self::Children => "rlm_query_batched",
            Self::Forks => "_rlm_forks",
            Self::Budget => "budget",
            Self::Remember => "remember",
        }
    }
}

/// The names of the host functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    Function::ALL.into_iter().map(Function::name)
}

/// No run is at work in the session any more.
pub(crate) fn answer_idle(session: &mut Session, why: &str) {
    names().for_each(|name| session.answer_with(name, idle(why)));
}

/// A host function that no run answers.
pub(crate) fn idle(why: &str) -> impl HostFunction + use<> {
    let why = why.to_owned();
    move |_: HostCall| {
        let error = HostError::new("RuntimeError", why.clone());
        async move { Err::<Value, HostError>(error) }
    }
}

/// A host function of one session.
struct Bound {
    broker: Arc<Broker>,
    function: Function,
}

impl HostFunction for Bound {
    fn call(&self, call: HostCall) -> Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send + '_>> {
        let broker = self.broker.clone();
        let answering: Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>> = match self.function {
            Function::Query => Box::pin(broker.query(call)),
            Function::QueryBatched => Box::pin(broker.query_batched(call)),
            Function::QueryEach => Box::pin(broker.query_each(call)),
            Function::Pattern => Box::pin(broker.pattern(call)),
            Function::Child => Box::pin(broker.child(call)),
            Function::Children => Box::pin(broker.children(call)),
            Function::Forks => Box::pin(broker.forks(call)),
            Function::Budget => Box::pin(broker.what_is_left(call)),
            Function::Remember => Box::pin(broker.remember(call)),
        };
        Box::pin(async {
            let began = Instant::now();
            let answer = answering.await;
            let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.broker.waited.fetch_add(took, Relaxed);
            answer
        })
    }
}

/// A spent budget as the cell sees it, with what can be done about it.
fn spent(spent: Spent) -> HostError {
    let left = spent.of.saturating_sub(spent.taken);
    let advice = match left {
        0 => "answer with what you have".to_owned(),
        left => format!("{} are left: send fewer or shorter prompts", spent.resource.amount(left)),
    };
    HostError::new("RuntimeError", format!("{spent}; nothing was sent; {advice}"))
}

#[cfg(test)]
mod tests;
