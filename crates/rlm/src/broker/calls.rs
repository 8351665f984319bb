//! Plain sub-calls: reserved, asked some at a time, written down, and given back in order.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use rlm_model::{ErrorKind, ModelError, Reply, Request, SharedModel};
use rlm_sandbox::{HostError, estimate_tokens};
use tokio::time::Instant;

use super::{Broker, SubCall, spent};
use crate::{
    Event,
    budget::{Amounts, Reservation, tokens_of},
    journal::{Bill, Body, digest, record_reply},
    observation::grouped,
};

/// What came of one sub-call.
pub(crate) type Asked = Result<String, ModelError>;

impl Broker {
    /// Asks `model` every prompt, some at a time; `names` are the calls' names in the journal. The
    /// results are in order. All are paid for or none is sent.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        id: &str,
        model: &SharedModel,
        prompts: Vec<(String, String)>,
        by: Option<&'static str>,
    ) -> Result<Vec<Asked>, HostError> {
        if let Some(Err(refused)) = self.recorded(id) {
            return Err(refused);
        }
        let known = |name: &str| matches!(self.tree.recorder.known(name), Some(Body::Call { .. }));
        let fits = |prompt: &str| self.too_long(model, prompt).is_none();
        let mut costs = Vec::with_capacity(prompts.len());
        let mut sum = [0u64; 4];
        for (name, prompt) in &prompts {
            let cost = if known(name) || !fits(prompt) { Amounts::default() } else { self.cost(model, prompt) };
            sum.iter_mut().zip(cost.0).for_each(|(sum, cost)| *sum = sum.saturating_add(cost));
            costs.push(cost);
        }
        let reserved = self.ledger.reserve(Amounts(sum));
        let mut reserved = reserved.map_err(|refused| self.refuse(id, spent(refused)))?;
        if !prompts.is_empty() {
            let (model, count) = (model.name().to_owned(), prompts.len());
            self.tree.events.tell(|| Event::SubCallsStarted { model, count });
        }
        let parts: Vec<Reservation> = costs.into_iter().map(|cost| reserved.split(cost)).collect();
        let places = self.places(prompts.len());
        let calls = prompts.into_iter().zip(parts).zip(places).map(|(((name, prompt), part), place)| {
            let (broker, model) = (self.clone(), model.clone());
            async move { (place, broker.ask_one(&name, &model, &prompt, part, place, by).await) }
        });
        let most = self.tree.settings.sub_call_concurrency.max(1);
        let mut results: Vec<_> = stream::iter(calls).buffer_unordered(most).collect().await;
        self.tree.sync();
        results.sort_by_key(|(place, _)| *place);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    /// What a prompt can cost at the most.
    pub(super) fn cost(&self, model: &SharedModel, prompt: &str) -> Amounts {
        self.tree.most_of(model, tokens_of(prompt.len()), self.tree.reply_tokens(), 1)
    }

    /// The request for one prompt.
    fn request(&self, prompt: &str) -> Request {
        Request { max_output_tokens: self.tree.reply_tokens(), ..Request::prompt(prompt) }
    }

    async fn ask_one(
        &self,
        name: &str,
        model: &SharedModel,
        prompt: &str,
        reservation: Reservation,
        place: usize,
        by: Option<&'static str>,
    ) -> Asked {
        if let Some(error) = self.too_long(model, prompt) {
            return Err(error);
        }
        let began = Instant::now();
        let (result, bill) = match self.recorded_call(name, model, prompt) {
            Some(recorded) => {
                // So that the cache counts it, as the run that made it did.
                self.tree.cache.key(model, &self.request(prompt));
                recorded
            }
            None => {
                let wait = self.tree.settings.limits.host_wait;
                let (result, bill) = self.tree.ask_in_turn(model, self.request(prompt), reservation, wait).await;
                self.tree.recorder.append(name, Body::of_call(digest([model.name(), prompt]), &result, &bill));
                (result, bill)
            }
        };
        let wall = began.elapsed();
        let error = result.as_ref().err().cloned();
        self.tree.events.tell(|| Event::SubCallEnded { model: model.name().into(), usage: bill.usage, wall, error });
        self.tree.count([&bill]);
        let text = result.as_ref().map(|reply| reply.text.clone()).map_err(ModelError::clone);
        if self.tree.trajectory().is_kept() {
            let (model, prompt) = (model.name().into(), prompt.to_owned());
            let cost = bill.cost.filter(|_| !bill.failed);
            self.log().calls.push(SubCall { model, prompt, result, cost, place, began, wall, by });
        }
        text
    }

    /// The answer in the journal, booked as what it cost then.
    fn recorded_call(
        &self,
        name: &str,
        model: &SharedModel,
        prompt: &str,
    ) -> Option<(Result<Reply, ModelError>, Bill)> {
        let Body::Call { request, text, failure, usage, cost, .. } = self.tree.recorder.known(name)? else {
            return None;
        };
        self.tree.recorder.same_request(name, request, &digest([model.name(), prompt]));
        let result = match (text, failure) {
            (Some(text), _) => Ok(record_reply(text.clone(), *usage, crate::journal::Ended::Stop)),
            (None, Some(failure)) => Err(failure.clone().into()),
            (None, None) => return None,
        };
        let bill = Bill::of_sub_call(model.name(), *usage, *cost, result.is_err());
        self.ledger.book(bill.amounts());
        Some((result, bill))
    }

    /// Why a prompt is not sent at all, if it is not.
    fn too_long(&self, model: &SharedModel, prompt: &str) -> Option<ModelError> {
        let why = self.too_many_characters(prompt).or_else(|| self.past_window(model, prompt))?;
        let message = format!("not sent: {why}; llm_read(question, text) reads a long text piece by piece");
        Some(ModelError { model: model.name().to_owned(), kind: ErrorKind::TooLong, message })
    }

    fn too_many_characters(&self, prompt: &str) -> Option<String> {
        let most = self.tree.settings.sub_prompt_chars?;
        // A text has no more code points than bytes, so most need not be counted.
        let chars = if prompt.len() <= most { return None } else { prompt.chars().count() };
        let told = || {
            format!("it has {} characters, at most {} can be read at once", grouped(chars as u64), grouped(most as u64))
        };
        (chars > most).then(told)
    }

    fn past_window(&self, model: &SharedModel, prompt: &str) -> Option<String> {
        let window = *self.tree.settings.sub_windows.get(model.name())?;
        // No token is shorter than a byte.
        let tokens = if prompt.len() as u64 <= window { return None } else { estimate_tokens(prompt) };
        // What is near the window is the provider's to judge: this is an estimate.
        let told = || format!("it has about {} tokens, the model's window is {}", grouped(tokens), grouped(window));
        (tokens > window + window / 5).then(told)
    }
}
