//! A model that answers from a list or a function, for tests.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{BoxFuture, ErrorKind, Model, ModelError, Money, Price, Pricing, Reply, Request, Usage};

type Answer = dyn Fn(&Request) -> Result<Reply, ModelError> + Send + Sync;

/// A model that says what it was told to say and remembers what it was asked.
pub struct ScriptedModel {
    name: String,
    script: Script,
    delay: Option<Duration>,
    pricing: Pricing,
    seen: Mutex<Vec<Request>>,
}

enum Script {
    List(Mutex<VecDeque<Result<Reply, ModelError>>>),
    Function(Box<Answer>),
}

impl ScriptedModel {
    /// Answers with these texts in order; one call more is a fatal error.
    pub fn new<T: Into<String>>(replies: impl IntoIterator<Item = T>) -> Self {
        Self::from_results(replies.into_iter().map(|text| Ok(Reply::text(text))))
    }

    /// Answers with these replies and errors in order; one call more is a fatal error.
    pub fn from_results(results: impl IntoIterator<Item = Result<Reply, ModelError>>) -> Self {
        Self::with_script(Script::List(Mutex::new(results.into_iter().collect())))
    }

    /// Answers every request with what `answer` makes of it.
    pub fn from_fn(answer: impl Fn(&Request) -> Result<Reply, ModelError> + Send + Sync + 'static) -> Self {
        Self::with_script(Script::Function(Box::new(answer)))
    }

    fn with_script(script: Script) -> Self {
        Self { name: "scripted".into(), script, delay: None, pricing: Pricing::Unknown, seen: Mutex::default() }
    }

    /// Reports under this name instead of `scripted`.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Waits this long, by tokio's clock, before each answer.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Costs this much; unless told, nobody knows what it costs.
    #[must_use]
    pub fn with_price(mut self, price: Price) -> Self {
        self.pricing = Pricing::Set(price);
        self
    }

    /// The requests seen so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, request: &Request) -> Result<Reply, ModelError> {
        match &self.script {
            Script::Function(answer) => answer(request),
            Script::List(replies) => replies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
                .unwrap_or_else(|| Err(self.exhausted())),
        }
    }

    fn exhausted(&self) -> ModelError {
        let asked = self.requests().len();
        ModelError {
            model: self.name.clone(),
            kind: ErrorKind::Fatal,
            message: format!("the script has no reply for call {asked}"),
        }
    }
}

impl Model for ScriptedModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(async move {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
            // The place in the script is taken on arrival, so a delay cannot reorder replies.
            let answer = self.answer(&request);
            if let Some(delay) = self.delay {
                tokio::time::sleep(delay).await;
            }
            answer
        })
    }

    fn cost(&self, usage: &Usage) -> Option<Money> {
        self.pricing.cost(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(model: &ScriptedModel, prompt: &str) -> String {
        match model.complete(Request::prompt(prompt)).await {
            Ok(reply) => reply.text,
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_list_answers_in_order_and_then_fails() {
        let model = ScriptedModel::new(["one", "two"]);
        assert_eq!(ask(&model, "a").await, "one");
        assert_eq!(ask(&model, "b").await, "two");
        assert_eq!(ask(&model, "c").await, "scripted: request failed: the script has no reply for call 3");
        assert_eq!(model.requests()[1], Request::prompt("b"));
        assert_eq!(model.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_function_sees_the_request() {
        let model = ScriptedModel::from_fn(|request| Ok(Reply::text(request.messages[0].content.to_uppercase())));
        assert_eq!(ask(&model, "louder").await, "LOUDER");
    }

    #[test]
    fn a_price_is_unknown_unless_it_is_set() {
        let usage = Usage { calls: 1, input_tokens: 2_000_000, output_tokens: 1_000_000, ..Usage::default() };
        let price = Price { input: 1.0, cached_input: None, cache_write: None, output: 4.0 };
        let model = ScriptedModel::new(["one"]);
        assert_eq!(model.cost(&usage), None);
        assert_eq!(model.with_price(price).cost(&usage), Money::from_dollars(6.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_passes_on_the_clock_of_the_runtime() {
        let model = ScriptedModel::new(["late"]).with_delay(Duration::from_secs(60));
        let start = tokio::time::Instant::now();
        assert_eq!(ask(&model, "a").await, "late");
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
