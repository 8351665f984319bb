//! Models behind HTTP servers: one way to send, wait, retry and give up, for every wire format.
//!
//! Dropping the future of a call closes its connection.

mod address;
mod anthropic;
mod assembly;
mod chat;
mod client;
mod config;
mod format;
mod gemini;
mod problem;
mod responses;
mod retry;
mod sse;

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use reqwest::{
    Client, Response, Url,
    header::{CONTENT_TYPE, HeaderMap},
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::{
    BoxFuture, ErrorKind, Model, ModelError, Money, Reply, Request, StreamEvent, StreamListener, Usage,
    limiter::{Permit, TooLongAWait},
};
use assembly::{Assembly, Failure};
use client::causes;
use format::{Adapter, Ask};
use problem::Problem;
use retry::{backoff, requested_wait};

pub use config::RemoteConfig;
pub use format::Format;

/// Largest body of a failed response that is read, in bytes.
const MAX_PROBLEM: usize = 1 << 20;

/// A model behind an HTTP server.
pub struct Remote {
    config: RemoteConfig,
    adapter: &'static dyn Adapter,
    endpoint: Url,
    headers: HeaderMap,
    client: Client,
    /// Whether the server wants the output limit under OpenAI's newer name.
    renamed_limit: AtomicBool,
}

impl Remote {
    /// Checks the settings. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address or a header cannot be used, or a key is missing that the server will want.
    pub fn new(config: RemoteConfig) -> Result<Self, ModelError> {
        let fail = |(kind, message)| ModelError { model: config.name.clone(), kind, message };
        let adapter = config.format.adapter();
        let endpoint = address::endpoint(&config, adapter).map_err(fail)?;
        let headers = address::headers(&config, adapter).map_err(fail)?;
        let client = client::build(config.proxy.as_deref()).map_err(|error| fail((ErrorKind::Fatal, causes(error))))?;
        let renamed_limit = endpoint.host_str().is_some_and(is_openai).into();
        Ok(Self { endpoint, headers, client, adapter, config, renamed_limit })
    }

    /// Tries until there is a reply, an error that waiting will not mend, or no time left.
    async fn ask(&self, mut request: Request, listener: Option<StreamListener<'_>>) -> Result<Reply, ModelError> {
        request.max_output_tokens = request.max_output_tokens.or(self.config.max_output_tokens);
        let (mut body, tokens) = (self.body(&request), estimate(&request));
        let told = Told { listener, any: AtomicBool::new(false) };
        let mut deadline = None;
        let mut attempt = 1;
        loop {
            let permit = self.enter(tokens).await?;
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + self.config.timeout);
            let outcome = timeout_at(deadline, self.attempt(body.clone(), &told)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(self.timed_out()));
            let mut failure = match settle(permit, outcome) {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            if failure.wants_renamed_limit && !self.renamed_limit.swap(true, Relaxed) {
                // A gateway to OpenAI's newer models, which nothing tells before.
                body = self.body(&request);
                continue;
            }
            let ErrorKind::Retryable { after } = failure.kind else {
                return Err(self.error(failure));
            };
            if Instant::now() >= deadline {
                return Err(self.error(failure));
            }
            let wait = after.unwrap_or_else(|| backoff(self.config.first_backoff, attempt));
            if attempt >= self.config.max_attempts || Instant::now() + wait >= deadline {
                failure.message = format!("{} (attempt {attempt}, the last)", failure.message);
                return Err(self.error(failure));
            }
            told.start_again();
            told.waits(wait, || self.redacted(failure.message));
            sleep(wait).await;
            attempt += 1;
        }
    }

    fn body(&self, request: &Request) -> Bytes {
        let ask = Ask {
            model: &self.config.model,
            request,
            stream: self.config.stream,
            renamed_limit: self.renamed_limit.load(Relaxed),
            mark_cache: self.config.mark_cache,
            temperature: self.config.temperature,
        };
        self.adapter.body(&ask).to_string().into()
    }

    async fn enter(&self, tokens: u64) -> Result<Permit, ModelError> {
        self.config.limiter.enter(tokens, self.config.timeout).await.map_err(|TooLongAWait(left)| {
            let message = format!("{} asked for a pause of {} s more", self.host(), left.as_secs());
            self.error(Failure::new(ErrorKind::Retryable { after: Some(left) }, message))
        })
    }

    async fn attempt(&self, body: Bytes, told: &Told<'_>) -> Result<Reply, Failure> {
        let request = self.client.post(self.endpoint.clone()).headers(self.headers.clone()).body(body);
        let mut response = request
            .send()
            .await
            .map_err(|error| Failure::later(format!("no answer from {}: {}", self.host(), causes(error))))?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        // What came decides, not what was asked for: not every server can stream.
        let is_stream = response.headers().get(CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
        });
        if is_stream {
            return self.read_stream(&mut response, told).await;
        }
        let body = self.read_whole(&mut response, self.config.max_body_bytes).await?;
        let mut assembly = Assembly::default();
        if sse::looks_like_events(&body) {
            // A stream under another name.
            let mut events = sse::Events::default();
            let mut all = events.take(&body);
            all.extend(events.end());
            all.iter().try_for_each(|event| self.adapter.event(event, &mut assembly))?;
        } else {
            let reply = serde_json::from_slice(&body)
                .map_err(|error| Failure::unreadable(self.adapter.what(), error, &body))?;
            self.adapter.whole(&reply, &mut assembly)?;
        }
        told.text(&assembly.text);
        assembly.into_reply()
    }

    /// Reads events until the reply is whole, telling its text as it grows.
    async fn read_stream(&self, response: &mut Response, told: &Told<'_>) -> Result<Reply, Failure> {
        let (mut events, mut assembly) = (sse::Events::default(), Assembly::default());
        let (mut read, mut understood) = (0, 0u64);
        let mut ended = false;
        while !assembly.done && !ended {
            let complete = match self.chunk(response, &mut read, self.config.max_body_bytes).await {
                Ok(Some(piece)) => events.take(&piece),
                Ok(None) => {
                    ended = true;
                    events.end().into_iter().collect()
                }
                // The text had ended; only the last formalities are missing.
                Err(_) if assembly.finish.is_some() => break,
                Err(failure) => return Err(failure),
            };
            for event in complete {
                let before = assembly.text.len();
                self.adapter.event(&event, &mut assembly).map_err(|failure| match failure {
                    // It did make sense before: damage on the way, not a server of another kind.
                    Failure { garbled: true, message, .. } if understood > 0 => Failure::later(message),
                    failure => failure,
                })?;
                understood += 1;
                told.text(&assembly.text[before..]);
            }
        }
        assembly.into_reply()
    }

    /// Reads a body piece by piece and stops at the cap, whatever length was announced.
    async fn read_whole(&self, response: &mut Response, most: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let mut read = 0;
        while let Some(piece) = self.chunk(response, &mut read, most).await? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// The next piece of a body. `read` counts what came so far.
    async fn chunk(&self, response: &mut Response, read: &mut usize, most: usize) -> Result<Option<Bytes>, Failure> {
        let limit = self.config.chunk_timeout;
        let piece = match timeout(limit, response.chunk()).await {
            Ok(piece) => piece,
            Err(_) => {
                return Err(Failure::later(format!("{} fell silent for {limit:?} after {read} bytes", self.host())));
            }
        };
        let piece = piece
            .map_err(|error| Failure::later(format!("the reply broke off after {read} bytes: {}", causes(error))))?;
        *read = read.saturating_add(piece.as_ref().map_or(0, Bytes::len));
        if *read > most {
            return Err(Failure::new(ErrorKind::Fatal, format!("the reply is larger than {most} bytes")));
        }
        Ok(piece)
    }

    async fn refusal(&self, mut response: Response) -> Failure {
        let (status, after) = (response.status().as_u16(), requested_wait(response.headers()));
        match self.read_whole(&mut response, MAX_PROBLEM).await {
            Ok(body) => Problem::read(&body).answered(self.host(), status, after),
            // The status says enough.
            Err(_) => Problem::read(b"").answered(self.host(), status, after),
        }
    }

    fn timed_out(&self) -> Failure {
        Failure::later(format!("no reply from {} within {:?}", self.host(), self.config.timeout))
    }

    /// The error as the caller sees it. Servers repeat what they refuse, so secrets are cut out.
    fn error(&self, failure: Failure) -> ModelError {
        ModelError { model: self.config.name.clone(), kind: failure.kind, message: self.redacted(failure.message) }
    }

    fn redacted(&self, message: String) -> String {
        let secrets = self.config.api_key.iter().chain(self.config.headers.iter().map(|(_, value)| value));
        secrets.fold(message, |message, secret| secret.redact(message))
    }

    fn host(&self) -> &str {
        self.endpoint.host_str().unwrap_or("the server")
    }
}

impl Model for Remote {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(self.ask(request, None))
    }

    fn stream<'a>(
        &'a self,
        request: Request,
        listener: StreamListener<'a>,
    ) -> BoxFuture<'a, Result<Reply, ModelError>> {
        Box::pin(self.ask(request, Some(listener)))
    }

    fn cost(&self, usage: &Usage) -> Option<Money> {
        self.config.pricing.cost(usage)
    }

    fn context_window(&self) -> Option<u64> {
        self.config.context_window
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Remote").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What a listener has been told of a reply.
struct Told<'a> {
    listener: Option<StreamListener<'a>>,
    any: AtomicBool,
}

impl Told<'_> {
    fn text(&self, text: &str) {
        if let Some(listener) = self.listener
            && !text.is_empty()
        {
            self.any.store(true, Relaxed);
            listener(StreamEvent::Text(text));
        }
    }

    fn waits(&self, wait: Duration, why: impl FnOnce() -> String) {
        if let Some(listener) = self.listener {
            listener(StreamEvent::Waiting { wait, why: &why() });
        }
    }

    fn start_again(&self) {
        if let Some(listener) = self.listener
            && self.any.swap(false, Relaxed)
        {
            listener(StreamEvent::Restarted);
        }
    }
}

/// Whether OpenAI's own models answer there, under a name that everybody knows.
fn is_openai(host: &str) -> bool {
    let azure = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];
    host == "api.openai.com" || azure.iter().any(|domain| host.ends_with(domain))
}

/// Tells the limiter how a call went, and ends its turn.
fn settle(permit: Permit, outcome: Result<Reply, Failure>) -> Result<Reply, Failure> {
    match &outcome {
        Ok(reply) => permit.succeeded(reply.usage.input_tokens.saturating_add(reply.usage.output_tokens)),
        Err(Failure { kind: ErrorKind::Retryable { after }, throttled: true, .. }) => permit.throttled(*after),
        Err(_) => drop(permit),
    }
    outcome
}

/// A rough count of the tokens a call will take: four bytes each, and the output it may have.
fn estimate(request: &Request) -> u64 {
    let input: usize = request.messages.iter().map(|message| message.content.len()).sum();
    (input / 4) as u64 + u64::from(request.max_output_tokens.unwrap_or(0))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_formats;
