//! Servers that speak the OpenAI Chat Completions format.

mod retry;
mod wire;

use std::{error::Error as _, fmt, net::IpAddr, time::Duration};

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{AUTHORIZATION, HeaderValue},
    redirect::Policy,
};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{BoxFuture, ErrorKind, Model, ModelError, Reply, Request, error::excerpt};
use retry::{backoff, requested_wait};

/// Who we say we are to servers.
const USER_AGENT: &str = concat!("rlm-repl/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A key to a provider. Its `Debug` does not show it.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key as given; white space around it is dropped.
    pub fn new(key: impl AsRef<str>) -> Self {
        Self(key.as_ref().trim().to_owned())
    }

    fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ApiKey(hidden)")
    }
}

/// How to reach one model of one server.
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// The model's name at the server, such as `gpt-5`.
    pub model: String,
    /// Where the API begins, such as `https://api.openai.com/v1`; a query is kept.
    pub base_url: String,
    /// The key; servers on this machine need none.
    pub api_key: Option<ApiKey>,
    /// Longest time for one call, retries and waiting included.
    pub timeout: Duration,
    /// Most requests sent for one call; 1 means no retries.
    pub max_attempts: u32,
    /// The wait before the first retry; it doubles from there, with jitter.
    pub first_backoff: Duration,
    /// Largest reply body read, in bytes.
    pub max_body_bytes: usize,
    /// A proxy to go through. None is taken from the surroundings.
    pub proxy: Option<String>,
}

impl Default for OpenAiConfig {
    fn default() -> Self {
        Self {
            model: String::new(),
            base_url: "https://api.openai.com/v1".into(),
            api_key: None,
            timeout: Duration::from_secs(600),
            max_attempts: 5,
            first_backoff: Duration::from_millis(500),
            max_body_bytes: 64 << 20,
            proxy: None,
        }
    }
}

/// A model behind an HTTP server that speaks the OpenAI Chat Completions format.
#[derive(Debug)]
pub struct OpenAi {
    name: String,
    config: OpenAiConfig,
    endpoint: Url,
    authorization: Option<HeaderValue>,
    client: Client,
}

impl OpenAi {
    /// Checks the settings. Nothing is sent yet.
    pub fn new(config: OpenAiConfig) -> Result<Self, ModelError> {
        let name = format!("openai:{}", config.model);
        let fail = |kind, message| ModelError { model: name.clone(), kind, message };
        let base = parse_base(&config.base_url).map_err(|why| fail(ErrorKind::Fatal, why))?;
        if config.api_key.is_none() && !is_loopback(&base) {
            let message = format!("no api key for {}", base.host_str().unwrap_or("this server"));
            return Err(fail(ErrorKind::Authentication, message));
        }
        let authorization = match &config.api_key {
            None => None,
            Some(key) => Some(key.header().ok_or_else(|| {
                let why = "the api key holds characters that no header can carry";
                fail(ErrorKind::Authentication, why.into())
            })?),
        };
        let client = build_client(config.proxy.as_deref()).map_err(|error| fail(ErrorKind::Fatal, causes(error)))?;
        Ok(Self { endpoint: endpoint(base), name, config, authorization, client })
    }

    /// Tries until there is a reply, an error that waiting will not mend, or no time left.
    async fn complete_with_retries(&self, request: Request) -> Result<Reply, ModelError> {
        let deadline = Instant::now() + self.config.timeout;
        let body = wire::request_body(&self.config.model, &request, self.is_openai());
        let mut attempt = 1;
        loop {
            let outcome = timeout_at(deadline, self.attempt(body.clone())).await;
            let mut error = match outcome {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.timed_out()),
            };
            let ErrorKind::Retryable { after } = error.kind else {
                return Err(error);
            };
            let wait = after.unwrap_or_else(|| backoff(self.config.first_backoff, attempt));
            if attempt >= self.config.max_attempts || Instant::now() + wait >= deadline {
                error.message = format!("{} (attempt {attempt}, the last)", error.message);
                return Err(error);
            }
            sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, body: Vec<u8>) -> Result<Reply, ModelError> {
        let mut request = self.client.post(self.endpoint.clone());
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.header("content-type", "application/json").body(body);
        let response = request
            .send()
            .await
            .map_err(|error| self.retryable(None, format!("no answer from {}: {}", self.host(), causes(error))))?;
        let status = response.status();
        let after = requested_wait(response.headers());
        let body = self.read(response).await?;
        if status.is_success() {
            wire::parse_reply(&body).map_err(|(kind, message)| self.error(kind, message))
        } else {
            Err(self.refusal(status, after, &body))
        }
    }

    /// Reads a body piece by piece and stops at the cap, whatever length was announced.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        loop {
            let piece = response.chunk().await.map_err(|error| {
                let read = body.len();
                let why = causes(error);
                self.retryable(None, format!("the reply broke off after {read} bytes: {why}"))
            })?;
            let Some(piece) = piece else { return Ok(body) };
            if piece.len() > self.config.max_body_bytes - body.len() {
                let cap = self.config.max_body_bytes;
                let message = format!("the reply is larger than {cap} bytes");
                return Err(self.error(ErrorKind::Fatal, message));
            }
            body.extend_from_slice(&piece);
        }
    }

    fn refusal(&self, status: StatusCode, after: Option<Duration>, body: &[u8]) -> ModelError {
        let problem = wire::parse_problem(body);
        let said = match &problem.message {
            message if message.is_empty() => "no explanation".to_owned(),
            message => excerpt(message),
        };
        let kind = problem.kind(status.as_u16(), after);
        self.error(kind, format!("{} answered {}: {said}", self.host(), status.as_u16()))
    }

    fn timed_out(&self) -> ModelError {
        let limit = self.config.timeout;
        self.retryable(None, format!("no reply from {} within {limit:?}", self.host()))
    }

    fn retryable(&self, after: Option<Duration>, message: String) -> ModelError {
        self.error(ErrorKind::Retryable { after }, message)
    }

    fn error(&self, kind: ErrorKind, message: String) -> ModelError {
        ModelError { model: self.name.clone(), kind, message }
    }

    fn host(&self) -> &str {
        self.endpoint.host_str().unwrap_or("the server")
    }

    /// OpenAI itself wants `max_completion_tokens`; most others know only `max_tokens`.
    fn is_openai(&self) -> bool {
        self.host() == "api.openai.com" || self.host().ends_with(".openai.azure.com")
    }
}

impl Model for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        Box::pin(self.complete_with_retries(request))
    }
}

fn parse_base(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("base url {:?} is not a url: {error}", excerpt(text)))?;
    match (url.scheme(), url.has_host()) {
        ("http" | "https", true) => Ok(url),
        _ => Err(format!("base url {:?} is not an http or https url", excerpt(text))),
    }
}

/// Is the server on this machine, so that nobody else sees the request?
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
    }
}

fn endpoint(mut base: Url) -> Url {
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend(["chat", "completions"]);
    }
    base
}

/// No proxy, cookie or redirect that the caller did not ask for: a key must not wander.
fn build_client(proxy: Option<&str>) -> reqwest::Result<Client> {
    let builder =
        Client::builder().user_agent(USER_AGENT).connect_timeout(CONNECT_TIMEOUT).redirect(Policy::none()).no_proxy();
    match proxy {
        None => builder.build(),
        Some(url) => builder.proxy(reqwest::Proxy::all(url)?).build(),
    }
}

/// An error of the HTTP client with its reasons, without the URL (which may carry a secret).
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = inner.source();
    }
    excerpt(&words)
}

#[cfg(test)]
mod tests;
