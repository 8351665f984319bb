//! What all runs of a tree share: the models, the account, the journal, and how a model is asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rlm_model::{ErrorKind, ModelError, Reply, Request, SharedModel, Usage};
use rlm_sandbox::Engine;
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    Models, Settings, Stopper,
    budget::{Amounts, Reservation, most_input_tokens},
    event::Events,
    journal::{Recorder, Settled},
    trajectory::Trajectory,
};

/// Most tokens of a reply where they have to be bounded and nobody said how.
const REPLY_TOKENS: u32 = 8_192;

/// What all runs of a tree share.
pub(crate) struct Tree {
    pub engine: Engine,
    pub models: Models,
    pub settings: Settings,
    pub recorder: Recorder,
    pub events: Events,
    pub stopper: Stopper,
    pub trajectory: Mutex<Trajectory>,
    /// Places for sub-calls under way.
    places: Semaphore,
    totals: Mutex<Settled>,
}

impl Tree {
    pub(crate) fn new(
        engine: Engine,
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
        Arc::new(Self { engine, models, settings, recorder, events, stopper, trajectory, places, totals })
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
    pub(crate) fn most(&self, model: &str, request: &Request, calls: u64) -> Amounts {
        self.most_of(model, most_input_tokens(&request.messages), request.max_output_tokens, calls)
    }

    /// The same for sizes in tokens.
    pub(crate) fn most_of(&self, model: &str, input: u64, output: Option<u32>, calls: u64) -> Amounts {
        let output = output.map_or(0, u64::from);
        let money = self.settings.prices.get(model).map_or(0, |price| price.most(input, output));
        Amounts([calls, input, output, money])
    }

    /// What a call cost that was made before the run was resumed.
    pub(crate) fn price(&self, model: &str, usage: Usage, calls: u64) -> Amounts {
        Amounts::spent(usage, self.settings.prices.get(model).copied(), Amounts([calls, 0, 0, 0]))
    }

    /// How long replies may be: bounded wherever output or money is.
    pub(crate) fn reply_tokens(&self) -> Option<u32> {
        let budget = &self.settings.budget;
        let bounded = budget.output_tokens.is_some() || budget.money_micros.is_some();
        self.settings.max_output_tokens.or(bounded.then_some(REPLY_TOKENS))
    }

    /// Asks a model and books what it cost in place of the reservation. Gives up after `wait`.
    pub(crate) async fn ask(
        &self,
        model: &SharedModel,
        request: Request,
        mut reservation: Reservation,
        wait: Duration,
    ) -> Result<Reply, ModelError> {
        if self.recorder.is_offline() {
            return Err(failure(model, ErrorKind::Fatal, "not asked: the journal has no answer to this"));
        }
        let wait = self.time_left().map_or(wait, |left| wait.min(left));
        reservation.sent();
        let result = timeout(wait, model.complete(request)).await.unwrap_or_else(|_| {
            let message = format!("no answer within {:.3} s", wait.as_secs_f64());
            Err(failure(model, ErrorKind::Retryable { after: None }, &message))
        });
        let (usage, held) = (usage_of(&result), reservation.held());
        reservation.settle(Amounts::spent(usage, self.settings.prices.get(model.name()).copied(), held));
        result
    }

    /// As [`Self::ask`], once there is a place among the sub-calls under way.
    pub(crate) async fn ask_in_turn(
        &self,
        model: &SharedModel,
        request: Request,
        reservation: Reservation,
        wait: Duration,
    ) -> Result<Reply, ModelError> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        self.ask(model, request, reservation, wait).await
    }

    /// Adds to the totals of the report.
    pub(crate) fn count(&self, settled: &Settled) {
        let mut totals = self.totals();
        totals.calls += settled.calls;
        totals.failed += settled.failed;
        for (model, usage) in &settled.usage {
            *totals.usage.entry(model.clone()).or_default() += *usage;
        }
    }

    /// What calls cost, in millionths of a dollar, where the prices of all models are known.
    pub(crate) fn cost(&self, usage: &BTreeMap<String, Usage>) -> Option<u64> {
        usage.iter().map(|(model, usage)| Some(self.settings.prices.get(model)?.micros(*usage))).sum()
    }

    /// What all runs have used.
    pub(crate) fn used(&self) -> Settled {
        self.totals().clone()
    }

    fn totals(&self) -> MutexGuard<'_, Settled> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books everything that was spent below `id` before the run was resumed, for a step that is
    /// not taken again. Says how much.
    pub(crate) fn spent_below(&self, id: &str) -> (Settled, Amounts) {
        use crate::journal::Body;
        let (mut settled, mut amounts) = (Settled::default(), Amounts::default());
        let mut add = |model: &str, usage: Usage, failed: bool| {
            settled.calls += 1;
            settled.failed += u64::from(failed);
            *settled.usage.entry(model.to_owned()).or_default() += usage;
            let spent = self.price(model, usage, 1);
            amounts = Amounts(std::array::from_fn(|kind| amounts.0[kind] + spent.0[kind]));
        };
        for body in self.recorder.below(id) {
            match body {
                Body::Call { model, usage, failure, .. } => add(model, *usage, failure.is_some()),
                Body::Reply { model, usage, .. } => add(model, *usage, false),
                _ => {}
            }
        }
        (settled, amounts)
    }
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

/// The totals of one call.
pub(crate) fn one_call(model: &str, usage: Usage, failed: bool, sub_call: bool) -> Settled {
    Settled {
        calls: u64::from(sub_call),
        failed: u64::from(failed && sub_call),
        usage: BTreeMap::from([(model.to_owned(), usage)]),
    }
}
