//! How much one provider is asked at a time, by everybody who shares the limiter.
//!
//! Three limits hold at once: calls in progress, requests a minute, tokens a minute. The first adapts:
//! when the provider says that it is asked too much, half as many calls are let through and all wait
//! as long as it asked; each round of successes then lets one more through, up to the limit again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turnstile, Notify},
    time::{Instant, sleep_until},
};

const MINUTE: Duration = Duration::from_secs(60);
/// How long all wait when the provider does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// What one provider may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls in progress at the same time.
    pub concurrency: u32,
    /// Requests sent in a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens in a minute, in and out. What a call will take is estimated before it, and settled after.
    pub tokens_per_minute: Option<u64>,
}

impl Default for Rate {
    /// 64 calls at a time, and as many a minute as the provider takes.
    fn default() -> Self {
        Self { concurrency: 64, requests_per_minute: None, tokens_per_minute: None }
    }
}

/// The limiters of one process, by provider.
#[derive(Clone, Debug, Default)]
pub struct Limiters(Arc<Mutex<BTreeMap<String, Limiter>>>);

impl Limiters {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The limiter of `provider`, the same for everybody who asks. `rate` counts for the first.
    pub fn of(&self, provider: &str, rate: Rate) -> Limiter {
        let mut limiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limiters.entry(provider.to_owned()).or_insert_with(|| Limiter::new(rate)).clone()
    }
}

/// Lets calls to one provider through. Clones share it.
#[derive(Clone, Debug)]
pub struct Limiter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rate: Rate,
    state: Mutex<State>,
    /// Calls are let through in the order they came: only the first looks at the state.
    first: Turnstile<()>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    running: u32,
    /// Calls let through at a time; grows by parts of one.
    allowed: f64,
    requests: Bucket,
    tokens: Bucket,
    paused_until: Option<Instant>,
    /// When calls were last throttled: those already on their way then say nothing new.
    throttled_at: Option<Instant>,
}

/// A budget that fills up over a minute. It may be overdrawn by what could not be foreseen.
#[derive(Debug)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl Bucket {
    fn fill(&mut self, size: f64, now: Instant) {
        let grown = now.saturating_duration_since(self.at).as_secs_f64() / MINUTE.as_secs_f64() * size;
        self.level = (self.level + grown).min(size);
        self.at = now;
    }

    /// When `wanted` will be there, if it is not yet.
    fn ready_at(&self, wanted: f64, size: f64) -> Option<Instant> {
        // More than all there ever is can only wait for a full bucket.
        let missing = wanted.min(size) - self.level;
        (missing > 1e-9).then(|| self.at + MINUTE.mul_f64(missing / size))
    }
}

/// The provider wants us to wait for longer than the caller can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLongAWait(pub Duration);

impl Limiter {
    /// A limiter that nobody shares yet.
    pub fn new(rate: Rate) -> Self {
        let now = Instant::now();
        let full = |size: Option<f64>| Bucket { level: size.unwrap_or(0.0), at: now };
        Self(Arc::new(Shared {
            rate,
            state: Mutex::new(State {
                running: 0,
                allowed: f64::from(rate.concurrency.max(1)),
                requests: full(rate.requests_per_minute.map(f64::from)),
                tokens: full(rate.tokens_per_minute.map(|tokens| tokens as f64)),
                paused_until: None,
                throttled_at: None,
            }),
            first: Turnstile::default(),
            changed: Notify::new(),
        }))
    }

    /// Calls let through at the same time, as far as the provider has taught so far.
    pub fn allowed(&self) -> u32 {
        self.0.state().allowed as u32
    }

    /// Waits until a call of some `tokens` may be sent, unless a pause is longer than `patience`.
    pub(crate) async fn enter(&self, tokens: u64, patience: Duration) -> Result<Permit, TooLongAWait> {
        let _turn = self.0.first.lock().await;
        loop {
            let changed = self.0.changed.notified();
            let wait = match self.0.try_enter(tokens, patience)? {
                None => {
                    let (shared, entered) = (self.0.clone(), Instant::now());
                    return Ok(Permit { shared, tokens, entered });
                }
                Some(wait) => wait,
            };
            match wait {
                Wait::Until(then) => tokio::select! { () = sleep_until(then) => {}, () = changed => {} },
                Wait::ForOthers => changed.await,
            }
        }
    }
}

/// What the next call waits for.
enum Wait {
    Until(Instant),
    ForOthers,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what one call needs, or says what to wait for.
    fn try_enter(&self, tokens: u64, patience: Duration) -> Result<Option<Wait>, TooLongAWait> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(until) = state.paused_until.filter(|until| *until > now) {
            let left = until - now;
            return if left > patience { Err(TooLongAWait(left)) } else { Ok(Some(Wait::Until(until))) };
        }
        if f64::from(state.running) >= state.allowed.floor() {
            return Ok(Some(Wait::ForOthers));
        }
        if let Some(size) = self.rate.requests_per_minute.map(|rate| f64::from(rate.max(1))) {
            state.requests.fill(size, now);
            if let Some(then) = state.requests.ready_at(1.0, size) {
                return Ok(Some(Wait::Until(then)));
            }
        }
        if let Some(size) = self.rate.tokens_per_minute.map(|rate| rate.max(1) as f64) {
            state.tokens.fill(size, now);
            if let Some(then) = state.tokens.ready_at(tokens as f64, size) {
                return Ok(Some(Wait::Until(then)));
            }
            state.tokens.level -= tokens as f64;
        }
        state.requests.level -= 1.0;
        state.running += 1;
        Ok(None)
    }
}

/// A call in progress. Dropping it lets the next one through.
#[derive(Debug)]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    tokens: u64,
    entered: Instant,
}

impl Permit {
    /// The call succeeded, and took this many tokens; zero when nobody counted them.
    pub(crate) fn succeeded(self, tokens: u64) {
        let most = f64::from(self.shared.rate.concurrency.max(1));
        let mut state = self.shared.state();
        state.allowed = (state.allowed + 1.0 / state.allowed).min(most);
        if tokens > 0 {
            state.tokens.level += self.tokens as f64 - tokens as f64;
        }
    }

    /// The provider said that it is asked too much, and perhaps for how long to wait.
    pub(crate) fn throttled(self, after: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.shared.state();
        let until = now + after.unwrap_or(PAUSE);
        state.paused_until = Some(state.paused_until.map_or(until, |before| before.max(until)));
        // Of many calls refused at once, only the first halves.
        if state.throttled_at.is_none_or(|at| self.entered > at) {
            state.allowed = (state.allowed / 2.0).max(1.0);
            state.throttled_at = Some(now);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.state().running -= 1;
        self.shared.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn rate(concurrency: u32, requests: Option<u32>, tokens: Option<u64>) -> Limiter {
        Limiter::new(Rate { concurrency, requests_per_minute: requests, tokens_per_minute: tokens })
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_calls_run_at_once_than_allowed() {
        let limiter = rate(3, None, None);
        let (now, most) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let (limiter, now, most) = (limiter.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    let permit = limiter.enter(0, HOUR).await.unwrap();
                    *now.lock().unwrap() += 1;
                    let running = *now.lock().unwrap();
                    let highest = &mut *most.lock().unwrap();
                    *highest = running.max(*highest);
                    drop(permit);
                    *now.lock().unwrap() -= 1;
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        assert!(*most.lock().unwrap() <= 3);
        assert_eq!(limiter.0.state().running, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_and_tokens_are_spread_over_minutes() {
        let limiter = rate(100, Some(60), None);
        let began = Instant::now();
        for _ in 0..90 {
            limiter.enter(0, HOUR).await.unwrap().succeeded(0);
        }
        let took = began.elapsed().as_secs_f64();
        assert!((29.9..30.2).contains(&took), "{took}");

        let limiter = rate(100, None, Some(60_000));
        let began = Instant::now();
        // Estimated at 40,000, these took 10,000 each: the rest is given back.
        for _ in 0..9 {
            limiter.enter(40_000, HOUR).await.unwrap().succeeded(10_000);
        }
        // 60,000 are there; the ninth needs 8 x 10,000 + 40,000: 60,000 more, in a minute.
        let took = began.elapsed().as_secs_f64();
        assert!((59.9..60.2).contains(&took), "{took}");
        // One that is larger than the whole budget waits for all of it, and not for ever.
        limiter.enter(1_000_000, HOUR).await.unwrap().succeeded(0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_halves_and_success_grows_back() {
        let limiter = rate(8, None, None);
        let mut permits = Vec::new();
        for _ in 0..4 {
            permits.push(limiter.enter(0, HOUR).await.unwrap());
        }
        tokio::time::advance(Duration::from_millis(5)).await;
        for permit in permits {
            permit.throttled(Some(Duration::from_secs(7)));
        }
        assert_eq!(limiter.allowed(), 4, "four refusals at once are one");
        let began = Instant::now();
        limiter.enter(0, HOUR).await.unwrap().succeeded(0);
        assert_eq!(began.elapsed().as_secs(), 7);
        for _ in 0..40 {
            limiter.enter(0, HOUR).await.unwrap().succeeded(0);
        }
        assert_eq!(limiter.allowed(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_past_patience_is_refused_at_once() {
        let limiter = rate(8, None, None);
        limiter.enter(0, HOUR).await.unwrap().throttled(Some(HOUR));
        let refused = limiter.enter(0, Duration::from_secs(10)).await.unwrap_err();
        assert_eq!(refused, TooLongAWait(HOUR));
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_gives_up_leaves_nothing_behind() {
        let limiter = rate(1, None, None);
        let held = limiter.enter(0, HOUR).await.unwrap();
        for _ in 0..3 {
            let waiting = tokio::time::timeout(Duration::from_secs(1), limiter.enter(0, HOUR)).await;
            assert!(waiting.is_err());
        }
        drop(held);
        limiter.enter(0, HOUR).await.unwrap().succeeded(0);
        assert_eq!(limiter.0.state().running, 0);
    }

    #[test]
    fn a_provider_has_one_limiter() {
        let limiters = Limiters::new();
        let first = limiters.of("a", Rate { concurrency: 2, ..Rate::default() });
        assert!(Arc::ptr_eq(&first.0, &limiters.of("a", Rate::default()).0));
        assert!(!Arc::ptr_eq(&first.0, &limiters.of("b", Rate::default()).0));
    }
}
