//! How to reach one model of one server.

use std::{fmt, time::Duration};

use super::format::Format;
use crate::{Limiter, Pricing, Rate, Secret};

/// How to reach one model of one server.
#[derive(Clone)]
pub struct RemoteConfig {
    /// The name usage is reported under, such as `openai:gpt-5`.
    pub name: String,
    /// How the server wants to be asked.
    pub format: Format,
    /// The model's name at the server, such as `gpt-5`.
    pub model: String,
    /// Where the API begins, such as `https://api.openai.com/v1`; a query is kept.
    pub base_url: String,
    /// The key; servers on this machine need none.
    pub api_key: Option<Secret>,
    /// The header that carries the key, in place of the format's own; Azure wants `api-key`.
    pub key_header: Option<String>,
    /// Further headers of every request.
    pub headers: Vec<(String, Secret)>,
    /// Whether replies are asked for in pieces, so that silence is noticed early.
    pub stream: bool,
    /// Whether to mark what the provider's cache should keep, where that has to be said.
    pub mark_cache: bool,
    /// Longest time for one call, retries and waits between them included. Waiting for the limiter
    /// before the first try does not count.
    pub timeout: Duration,
    /// Longest time between two pieces of a reply.
    pub chunk_timeout: Duration,
    /// Most requests sent for one call; 1 means no retries.
    pub max_attempts: u32,
    /// The wait before the first retry; it doubles from there, with jitter.
    pub first_backoff: Duration,
    /// Largest reply read, in bytes as sent.
    pub max_body_bytes: usize,
    /// Most tokens of a reply when the request sets no limit.
    pub max_output_tokens: Option<u32>,
    /// How much chance replies may hold; `None` leaves it to the server. Not every model takes it.
    pub temperature: Option<f64>,
    /// A proxy to go through. None is taken from the surroundings.
    pub proxy: Option<String>,
    /// Who may ask when; share one between all models of a provider.
    pub limiter: Limiter,
    /// What calls cost.
    pub pricing: Pricing,
    /// How many tokens the model can take in and give out together, if that is known.
    pub context_window: Option<u64>,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            format: Format::Chat,
            model: String::new(),
            base_url: "https://api.openai.com/v1".into(),
            api_key: None,
            key_header: None,
            headers: Vec::new(),
            stream: true,
            mark_cache: true,
            timeout: Duration::from_secs(600),
            chunk_timeout: Duration::from_secs(180),
            max_attempts: 5,
            first_backoff: Duration::from_millis(500),
            max_body_bytes: 64 << 20,
            max_output_tokens: None,
            temperature: None,
            proxy: None,
            limiter: Limiter::new(Rate::default()),
            pricing: Pricing::Unknown,
            context_window: None,
        }
    }
}

/// Addresses are left out: they may carry a password or a key.
impl fmt::Debug for RemoteConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RemoteConfig")
            .field("name", &self.name)
            .field("format", &self.format)
            .field("model", &self.model)
            .field("stream", &self.stream)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
