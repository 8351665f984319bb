//! `remember(fact)`: what the root model wants to keep in view when its conversation is summed up.

use std::{mem, sync::Arc};

use rlm_sandbox::{HostCall, HostError, Value};

use super::Broker;
use crate::{args::Args, observation::grouped};

/// Characters of all facts together.
const MOST_CHARS: usize = 20_000;

/// What was remembered. Facts of a cell count once it has ended: one that is undone has remembered nothing.
#[derive(Default)]
pub(crate) struct Facts {
    kept: Vec<String>,
    fresh: Vec<String>,
}

impl Facts {
    fn all(&self) -> impl Iterator<Item = &String> {
        self.kept.iter().chain(&self.fresh)
    }
}

impl Broker {
    /// `remember(fact=None)`: keeps a fact, and tells all there are.
    pub(super) async fn remember(self: Arc<Self>, call: HostCall) -> Result<Value, HostError> {
        let fact = Args::bind("remember", &["fact"], call)?.optional_text("fact")?;
        let mut facts = self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(fact) = fact.map(|fact| fact.trim().to_owned()).filter(|fact| !fact.is_empty()) {
            let (used, more) = (facts.all().map(|fact| fact.chars().count()).sum::<usize>(), fact.chars().count());
            if used + more > MOST_CHARS {
                let [used, most, more] = [used, MOST_CHARS, more].map(|chars| grouped(chars as u64));
                let message = format!(
                    "remember(): {used} of {most} characters are used, this fact has {more}; keep it in a variable"
                );
                return Err(HostError::new("ValueError", message));
            }
            if !facts.all().any(|known| *known == fact) {
                facts.fresh.push(fact);
            }
        }
        Ok(Value::List(facts.all().map(|fact| fact.as_str().into()).collect()))
    }

    /// What was remembered so far.
    pub(crate) fn facts(&self) -> Vec<String> {
        self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).all().cloned().collect()
    }

    /// Keeps what the cell that has ended remembered, or forgets it with the rest of what the cell did.
    pub(crate) fn settle_facts(&self, undone: bool) {
        let mut facts = self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = mem::take(&mut facts.fresh);
        if !undone {
            facts.kept.extend(fresh);
        }
    }
}
