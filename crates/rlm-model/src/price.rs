//! Money: what calls cost, by prices that ship with the build or that somebody set.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign},
    time::{Duration, SystemTime},
};

use genai_prices::{Calculator, PriceRequest, UsageKey};

use crate::Usage;

/// A time after every change of price that the data knows.
const LATEST: Duration = Duration::from_secs(4_102_444_800);

/// An amount of money, in billionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount in US dollars, rounded up to the next billionth. Nothing for what is no amount.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        // 0.3 * 1e9 is a little more than it should be: a millionth of a billionth is forgiven.
        let nano = (dollars * 1e9 - 1e-6).ceil().max(0.0);
        (dollars >= 0.0 && nano <= 1e18).then_some(Self(nano as u64))
    }

    /// The amount in US dollars.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    /// Cents, and below a dollar what it takes to see two digits of it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = match self.0 {
            0 | 1_000_000_000.. => 2,
            10_000_000.. => 4,
            100_000.. => 6,
            _ => 9,
        };
        write!(out, "${:.places$}", self.dollars())
    }
}

/// What tokens cost, in US dollars for a million of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Input.
    pub input: f64,
    /// Input that the provider's cache answered; as input, unless told.
    pub cached_input: Option<f64>,
    /// Input written to the provider's cache; as input, unless told.
    pub cache_write: Option<f64>,
    /// Output, reasoning included.
    pub output: f64,
}

impl Price {
    fn cost(&self, usage: &Usage) -> Option<Money> {
        let (cached, written) = (usage.cached_input_tokens, usage.cache_write_tokens);
        let plain = usage.input_tokens.saturating_sub(cached).saturating_sub(written);
        let millionths = plain as f64 * self.input
            + cached as f64 * self.cached_input.unwrap_or(self.input)
            + written as f64 * self.cache_write.unwrap_or(self.input)
            + usage.output_tokens as f64 * self.output;
        Money::from_dollars(millionths / 1e6)
    }
}

/// How the calls of one model are priced.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Pricing {
    /// Nobody knows: the cost is unknown, which is not the same as nothing.
    #[default]
    Unknown,
    /// By a price that somebody set.
    Set(Price),
    /// By the data that ships with the build.
    Listed {
        /// The provider's name there, such as `openai`.
        provider: String,
        /// The model's name at the provider.
        model: String,
        /// When the calls are made; without it, the prices that hold last count.
        at: Option<SystemTime>,
    },
}

impl Pricing {
    /// The listed price of `model` at the server of `base_url`; unknown unless both are listed.
    ///
    /// The list is read on first use, which takes some tens of milliseconds.
    pub fn listed(base_url: &str, model: &str, at: Option<SystemTime>) -> Self {
        let Ok(Some(provider)) = Calculator::bundled().find_provider(None, Some(base_url)) else {
            return Self::Unknown;
        };
        let listed = Self::Listed { provider: provider.id().into(), model: model.into(), at };
        match listed.cost(&Usage { calls: 1, input_tokens: 1, output_tokens: 1, ..Usage::default() }) {
            Some(_) => listed,
            None => Self::Unknown,
        }
    }

    /// What one call cost that used this; nothing when the price is unknown.
    ///
    /// Prices depend on how long a prompt is: calls have to be priced one by one, and their costs added.
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        match self {
            Self::Unknown => None,
            Self::Set(price) => price.cost(usage),
            Self::Listed { provider, model, at } => listed_cost(provider, model, *at, usage),
        }
    }
}

fn listed_cost(provider: &str, model: &str, at: Option<SystemTime>, usage: &Usage) -> Option<Money> {
    // Input counts include what the cache read and wrote, here as there.
    let counts: genai_prices::Usage = [
        (UsageKey::INPUT_TOKENS, usage.input_tokens),
        (UsageKey::from("cache_read_tokens"), usage.cached_input_tokens),
        (UsageKey::from("cache_write_tokens"), usage.cache_write_tokens),
        (UsageKey::OUTPUT_TOKENS, usage.output_tokens),
    ]
    .into_iter()
    .map(|(key, tokens)| (key, tokens as f64))
    .collect();
    let at = at.unwrap_or(SystemTime::UNIX_EPOCH + LATEST);
    let request = PriceRequest::new(model, &counts).with_provider_id(provider).with_timestamp(at);
    Money::from_dollars(Calculator::bundled().calculate(&request).ok()?.total_price)
}

/// The listed context window of `model` at the server of `base_url`, in tokens.
pub fn listed_window(base_url: &str, model: &str) -> Option<u64> {
    let provider = Calculator::bundled().find_provider(None, Some(base_url)).ok()??;
    let bare = model.strip_prefix("models/").unwrap_or(model);
    provider.models().find(|listed| listed.id() == bare)?.context_window()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, cached: u64, written: u64, output: u64) -> Usage {
        Usage {
            calls: 1,
            input_tokens: input,
            cached_input_tokens: cached,
            cache_write_tokens: written,
            output_tokens: output,
            ..Usage::default()
        }
    }

    fn listed(base_url: &str, model: &str, usage: Usage) -> String {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_761_955_200); // 2025-11-01
        match Pricing::listed(base_url, model, Some(at)).cost(&usage) {
            Some(money) => money.to_string(),
            None => "unknown".into(),
        }
    }

    #[test]
    fn listed_prices_count_what_the_cache_did() {
        let openai = "https://api.openai.com/v1";
        // gpt-5: 1.25 in, 0.125 cached, 10 out for a million.
        assert_eq!(listed(openai, "gpt-5", usage(1_000_000, 0, 0, 100_000)), "$2.25");
        assert_eq!(listed(openai, "gpt-5", usage(1_000_000, 800_000, 0, 0)), "$0.3500");
        // Claude Sonnet 4: 3 in, 0.30 cached, 3.75 written, 15 out.
        let anthropic = "https://api.anthropic.com";
        assert_eq!(listed(anthropic, "claude-sonnet-4-0", usage(100_000, 0, 0, 10_000)), "$0.4500");
        assert_eq!(listed(anthropic, "claude-sonnet-4-0", usage(100_000, 80_000, 20_000, 0)), "$0.0990");
    }

    #[test]
    fn what_is_not_listed_is_unknown() {
        let some = usage(10, 0, 0, 10);
        assert_eq!(listed("https://api.openai.com/v1", "no-such-model", some), "unknown");
        assert_eq!(listed("http://localhost:11434/v1", "gpt-5", some), "unknown");
        assert_eq!(Pricing::Unknown.cost(&some), None);
        assert_eq!(listed_window("http://localhost:11434/v1", "gpt-5"), None);
        assert_eq!(listed_window("https://api.openai.com/v1", "gpt-5"), Some(400_000));
    }

    #[test]
    fn a_price_that_was_set_counts_its_parts() {
        let price = Price { input: 2.0, cached_input: Some(0.2), cache_write: Some(2.5), output: 8.0 };
        let cost = |price: Price| Pricing::Set(price).cost(&usage(1_000_000, 500_000, 100_000, 1_000)).unwrap();
        assert_eq!(cost(price), Money::from_dollars(0.8 + 0.1 + 0.25 + 0.008).unwrap());
        let plain = Price { cached_input: None, cache_write: None, ..price };
        assert_eq!(cost(plain), Money::from_dollars(2.008).unwrap());
    }

    #[test]
    fn money_is_shown_to_the_digits_that_matter() {
        for (dollars, shown) in
            [(0.0, "$0.00"), (12.345, "$12.35"), (0.5, "$0.5000"), (0.00123, "$0.001230"), (0.00001, "$0.000010000")]
        {
            assert_eq!(Money::from_dollars(dollars).unwrap().to_string(), shown);
        }
        assert_eq!(Money::from_dollars(-1.0), None);
        assert_eq!(Money::from_dollars(f64::NAN), None);
        assert_eq!(Money::from_dollars(0.3), Some(Money(300_000_000)));
    }
}
