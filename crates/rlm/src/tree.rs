//! What all runs of a tree share: the models, the account, the journal, and how a model is asked.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rlm_model::{ErrorKind, ModelError, Money, Reply, Request, SharedModel, StreamListener, Usage};
use rlm_sandbox::{Engine, Limits, SessionBuilder};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    Event, Models, Settings, Stopper,
    broker::Check,
    budget::{Amounts, Reservation, most_input_tokens},
    cache::Cache,
    event::Events,
    journal::{Bill, Body, Recorder, Settled},
    trajectory::Trajectory,
};

/// Most tokens of a reply where they have to be bounded and nobody said how.
const REPLY_TOKENS: u32 = 8_192;

/// What new sessions are made of.
pub(crate) struct Workshop {
    pub engine: Engine,
    /// Files of Python packages, with their paths.
    pub modules: Vec<(String, Vec<u8>)>,
    /// Names and descriptions of those that are skills.
    pub skills: Vec<(String, String)>,
}

impl Workshop {
    /// A session to be.
    pub(crate) fn session(&self, limits: Limits) -> SessionBuilder {
        let files = self.modules.iter();
        files.fold(self.engine.session(limits), |builder, (path, source)| builder.module_file(path, source.clone()))
    }
}

/// What all runs of a tree share.
pub(crate) struct Tree {
    pub workshop: Workshop,
    pub models: Models,
    pub settings: Settings,
    pub recorder: Recorder,
    pub events: Events,
    pub stopper: Stopper,
    pub trajectory: Mutex<Trajectory>,
    pub cache: Cache,
    /// What the answer has to stand beside its schema.
    pub check: Option<Check>,
    /// Places for sub-calls under way.
    places: Semaphore,
    totals: Mutex<Settled>,
}

impl Tree {
    pub(crate) fn new(
        workshop: Workshop,
        models: Models,
        settings: Settings,
        recorder: Recorder,
        events: Events,
        stopper: Stopper,
        trajectory: Trajectory,
    ) -> Arc<Self> {
        let places = Semaphore::new(settings.sub_call_concurrency.clamp(1, Semaphore::MAX_PERMITS));
        let trajectory = Mutex::new(trajectory);
        let totals = Mutex::default();
        let (cache, check) = (Cache::default(), None);
        Arc::new(Self {
            workshop,
            models,
            settings,
            recorder,
            events,
            stopper,
            trajectory,
            cache,
            check,
            places,
            totals,
        })
    }

    /// The tree with a cache and a check of the answer, before anybody else has it.
    pub(crate) fn with(mut self: Arc<Self>, cache: Cache, check: Option<Check>) -> Arc<Self> {
        if let Some(tree) = Arc::get_mut(&mut self) {
            (tree.cache, tree.check) = (cache, check);
        }
        self
    }

    /// The trajectory, which runs of the tree write one after the other.
    pub(crate) fn trajectory(&self) -> MutexGuard<'_, Trajectory> {
        self.trajectory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time left of the budget, if there is one on time.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        Some(self.settings.budget.wall?.saturating_sub(self.recorder.elapsed()))
    }

    /// What a request may take at the most.
    pub(crate) fn most(&self, model: &SharedModel, request: &Request, calls: u64) -> Amounts {
        self.most_of(model, most_input_tokens(&request.messages), request.max_output_tokens, calls)
    }

    /// The same for sizes in tokens.
    pub(crate) fn most_of(&self, model: &SharedModel, input: u64, output: Option<u32>, calls: u64) -> Amounts {
        let output = output.map_or(0, u64::from);
        let money = self.settings.budget.money.map_or(0, |_| most_money(model, input, output).0);
        Amounts([calls, input, output, money])
    }

    /// How long replies may be: bounded wherever output or money is.
    pub(crate) fn reply_tokens(&self) -> Option<u32> {
        let budget = &self.settings.budget;
        let bounded = budget.output_tokens.is_some() || budget.money.is_some();
        self.settings.max_output_tokens.or(bounded.then_some(REPLY_TOKENS))
    }

    /// Asks a model, or the cache, and books what it cost in place of the reservation. Gives up after
    /// `wait`. A `listener` is told the reply of a model as it comes.
    pub(crate) async fn ask(
        &self,
        model: &SharedModel,
        request: Request,
        reservation: Reservation,
        wait: Duration,
        listener: Option<StreamListener<'_>>,
        is_sub_call: bool,
    ) -> (Result<Reply, ModelError>, Bill) {
        let key = self.cache.key(model, &request);
        if let Some(reply) = key.as_deref().and_then(|key| self.cache.get(key)) {
            let calls = reservation.held().of(crate::Resource::SubCalls);
            reservation.settle(Amounts([calls, 0, 0, 0]));
            return (Ok(reply), Bill::from_cache(model, is_sub_call));
        }
        let result = self.ask_model(model, request, reservation, wait, listener).await;
        if let (Some(key), Ok(reply)) = (&key, &result) {
            self.cache.put(key, reply);
        }
        let bill = Bill::of(model, &result, is_sub_call);
        (result, bill)
    }

    async fn ask_model(
        &self,
        model: &SharedModel,
        request: Request,
        mut reservation: Reservation,
        wait: Duration,
        listener: Option<StreamListener<'_>>,
    ) -> Result<Reply, ModelError> {
        if self.recorder.is_offline() {
            return Err(failure(model, ErrorKind::Fatal, "not asked: the journal has no answer to this"));
        }
        let wait = self.time_left().map_or(wait, |left| wait.min(left));
        reservation.sent();
        let reply = match listener {
            None => model.complete(request),
            Some(listener) => model.stream(request, listener),
        };
        let result = timeout(wait, reply).await.unwrap_or_else(|_| {
            let message = format!("no answer within {:.3} s", wait.as_secs_f64());
            Err(failure(model, ErrorKind::Retryable { after: None }, &message))
        });
        let (usage, held) = (usage_of(&result), reservation.held());
        reservation.settle(Amounts::spent(usage, model.cost(&usage), held));
        result
    }

    /// As [`Self::ask`] for a sub-call, once there is a place among those under way.
    pub(crate) async fn ask_in_turn(
        &self,
        model: &SharedModel,
        request: Request,
        reservation: Reservation,
        wait: Duration,
    ) -> (Result<Reply, ModelError>, Bill) {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        self.ask(model, request, reservation, wait, None, true).await
    }

    /// Makes journal and cache safe.
    pub(crate) fn sync(&self) {
        self.recorder.sync();
        self.cache.sync();
    }

    /// Adds to the totals of the report.
    pub(crate) fn count<'a>(&self, bills: impl IntoIterator<Item = &'a Bill>) {
        let spend = {
            let mut totals = self.totals();
            bills.into_iter().for_each(|bill| totals.add(bill));
            totals.spend()
        };
        self.events.tell(|| Event::SpendChanged { spend });
    }

    /// What all runs have used.
    pub(crate) fn used(&self) -> Settled {
        self.totals().clone()
    }

    fn totals(&self) -> MutexGuard<'_, Settled> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was paid below `id` before the run was resumed, for a step that is not taken again.
    pub(crate) fn bills_below(&self, id: &str) -> Vec<Bill> {
        let bill = |body: &Body| match body {
            Body::Call { model, usage, cost, failure, .. } => {
                Some(Bill::of_sub_call(model, *usage, *cost, failure.is_some()))
            }
            Body::Reply { model, usage, cost, .. } => Some(Bill::of_sub_call(model, *usage, *cost, false)),
            _ => None,
        };
        self.recorder.below(id).filter_map(bill).collect()
    }
}

/// The most that a call of these sizes can cost, whatever part of it a cache reads or writes. Nothing
/// where the price is unknown, which a budget of money does not let through.
fn most_money(model: &SharedModel, input: u64, output: u64) -> Money {
    let plain = Usage { calls: 1, input_tokens: input, output_tokens: output, ..Usage::default() };
    let written = Usage { cache_write_tokens: input, ..plain };
    let read = Usage { cached_input_tokens: input, ..plain };
    [plain, written, read].iter().filter_map(|usage| model.cost(usage)).max().unwrap_or_default()
}

/// What a call cost; of a failed one only that it was made.
pub(crate) fn usage_of(result: &Result<Reply, ModelError>) -> Usage {
    match result {
        Ok(reply) => reply.usage,
        Err(_) => Usage { calls: 1, ..Usage::default() },
    }
}

fn failure(model: &SharedModel, kind: ErrorKind, message: &str) -> ModelError {
    ModelError { model: model.name().to_owned(), kind, message: message.to_owned() }
}

impl Bill {
    /// What a call to `model` took.
    pub(crate) fn of(model: &SharedModel, result: &Result<Reply, ModelError>, is_sub_call: bool) -> Self {
        let usage = usage_of(result);
        let cost = model.cost(&usage);
        Self { model: model.name().to_owned(), usage, cost, failed: result.is_err(), is_sub_call, cached: false }
    }

    /// What a call took that a cache answered.
    fn from_cache(model: &SharedModel, is_sub_call: bool) -> Self {
        let (usage, cost) = (Usage::default(), Some(Money::ZERO));
        Self { model: model.name().to_owned(), usage, cost, failed: false, is_sub_call, cached: true }
    }

    /// What a call below the root run took, as the journal has it.
    pub(crate) fn of_sub_call(model: &str, usage: Usage, cost: Option<Money>, failed: bool) -> Self {
        let cached = usage == Usage::default();
        Self { model: model.to_owned(), usage, cost, failed, is_sub_call: true, cached }
    }

    /// What it takes out of a budget.
    pub(crate) fn amounts(&self) -> Amounts {
        Amounts::spent(self.usage, self.cost, Amounts([u64::from(self.is_sub_call), 0, 0, 0]))
    }
}
