//! Money spent in a run, call by call: prices depend on how long each prompt is.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use rlm::{Event, Models};
use rlm_model::{Money, SharedModel, Usage};

/// What each model cost; nothing where the price is unknown.
pub type Costs = BTreeMap<String, Option<Money>>;

/// Counts what the models of a run cost.
pub struct Spend {
    models: BTreeMap<String, SharedModel>,
    root: String,
    costs: Mutex<Costs>,
}

impl Spend {
    /// Nothing yet.
    pub fn new(models: &Models) -> Self {
        let all = [&models.root, &models.sub].into_iter().chain(models.named.values());
        let models_by_name = all.map(|model| (model.name().to_owned(), model.clone())).collect();
        Self { models: models_by_name, root: models.root.name().to_owned(), costs: Mutex::default() }
    }

    /// Books what an event says was used.
    pub fn heed(&self, event: &Event) {
        match event {
            Event::ReplyReceived { usage, .. } => self.book(&self.root, usage),
            // What a failed call cost, nobody says.
            Event::SubCallEnded { model, usage, error: None, .. } => self.book(model, usage),
            _ => {}
        }
    }

    fn book(&self, model: &str, usage: &Usage) {
        let cost = self.models.get(model).and_then(|model| model.cost(usage));
        let mut costs = self.costs.lock().unwrap_or_else(PoisonError::into_inner);
        let total = costs.entry(model.to_owned()).or_insert(Some(Money::ZERO));
        // One call of unknown price makes the sum unknown.
        *total = total.zip(cost).map(|(total, cost)| total + cost);
    }

    /// What was spent so far.
    pub fn total(&self) -> Costs {
        self.costs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
