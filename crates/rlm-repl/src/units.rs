//! Sizes, counts and durations as people write them on a command line or in a request.

use std::time::Duration;

use rlm::Router;
use rlm_model::Money;
use rlm_sandbox::{Bytes, Fuel};

/// Most a wasm32 guest can address.
pub const MAX_MEMORY: u64 = 4 << 30;

/// Longest time limit: far enough for any use, near enough that deadlines never overflow.
pub const MAX_SECONDS: u64 = 365 * 24 * 3600;

/// Smallest window of a root model: the instructions and one turn of any use.
pub const LEAST_ROOT_WINDOW: u64 = 4_096;

/// Powers of 1024, with powers of 1000 where the unit says so.
const SIZE_UNITS: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

/// Counts are decimal.
const COUNT_UNITS: [(&str, u64); 5] =
    [("", 1), ("k", 1_000), ("m", 1_000_000), ("g", 1_000_000_000), ("t", 1_000_000_000_000)];

/// A size above zero: `65536`, `512K`, `128M`, `1.5G`, `64MiB`.
pub fn size(text: &str) -> Result<Bytes, String> {
    match scaled(text, &SIZE_UNITS) {
        Some(bytes) if bytes > 0 => Ok(Bytes(bytes)),
        _ => Err("expected a size above 0, such as 65536, 512K, 128M or 1.5G (K, M and G are \
                  powers of 1024)"
            .into()),
    }
}

/// A size of memory: as [`size`], and no more than a guest can address.
pub fn memory(text: &str) -> Result<Bytes, String> {
    let bytes = size(text)?;
    if bytes.0 > MAX_MEMORY {
        return Err("expected at most 4G, the most a session can address".into());
    }
    Ok(bytes)
}

/// A number of instructions above zero: `2_000_000_000`, `500M`, `2G`.
pub fn fuel(text: &str) -> Result<Fuel, String> {
    match scaled(text, &COUNT_UNITS) {
        Some(count) if count > 0 => Ok(Fuel(count)),
        _ => Err("expected a number of instructions above 0, such as 2_000_000_000, 500M or 2G \
                  (K, M and G are powers of 1000)"
            .into()),
    }
}

/// A count that may be zero: `0`, `10_000`, `10K`.
pub fn count(text: &str) -> Result<u64, String> {
    scaled(text, &COUNT_UNITS).ok_or_else(|| "expected a whole number, such as 100, 10_000 or 10K".into())
}

/// A count from 1: `1`, `30`.
pub fn positive(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number from 1, such as 30".into()),
    }
}

/// When a plain call answers: `off`, `on`, `auto`, or up to how many tokens.
pub fn router(text: &str) -> Result<Router, String> {
    match text {
        "off" => Ok(Router::Off),
        "on" => Ok(Router::On),
        "auto" => Ok(Router::AUTO),
        _ => match scaled(text, &COUNT_UNITS) {
            Some(tokens) => Ok(Router::Auto { tokens }),
            None => Err("expected off, on, auto, or a number of tokens such as 16_000 or 16K".into()),
        },
    }
}

/// A number, or that there is to be none: `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrOff(pub Option<u32>);

impl OrOff {
    fn read(text: &str, among: std::ops::RangeInclusive<u32>, expected: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "off" => Ok(Self(None)),
            Ok(number) if among.contains(&number) => Ok(Self(Some(number))),
            _ => Err(format!("expected {expected}, or off")),
        }
    }
}

/// How many runs are to agree: `2` to `16`, or `off`.
pub fn runs(text: &str) -> Result<OrOff, String> {
    OrOff::read(text, 2..=16, "a whole number from 2 to 16")
}

/// How many turns a draft has to stay the same: `1`, `3`, or `off`.
pub fn turns(text: &str) -> Result<OrOff, String> {
    OrOff::read(text, 1..=u32::MAX, "a whole number from 1, such as 3")
}

/// How much of a window may be full: `85`, `85%`, or `off`.
pub fn percent(text: &str) -> Result<OrOff, String> {
    OrOff::read(text.strip_suffix('%').unwrap_or(text), 1..=100, "a percentage from 1 to 100, such as 85")
}

/// `on` or `off`.
pub fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("expected on or off".into()),
    }
}

/// A root model's window in tokens.
pub fn window(text: &str) -> Result<u64, String> {
    match count(text) {
        Ok(tokens) if tokens >= LEAST_ROOT_WINDOW => Ok(tokens),
        _ => Err(format!("expected a number of tokens from {LEAST_ROOT_WINDOW}, such as 128_000 or 128K")),
    }
}

/// A level of child runs: `0`, `3`.
pub fn level(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a whole number, such as 2, or 0 for none".into())
}

/// An amount of money above zero, in US dollars: `5`, `0.25`.
pub fn dollars(text: &str) -> Result<Money, String> {
    let amount = text.strip_prefix('$').unwrap_or(text).parse().ok().and_then(Money::from_dollars);
    amount.filter(|amount| *amount > Money::ZERO).ok_or_else(|| "expected US dollars above 0, such as 5 or 0.25".into())
}

/// Seconds above zero, with or without a fraction: `10`, `0.5`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text
        .parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero());
    match duration {
        None => Err("expected a number of seconds above 0, such as 10 or 0.5".into()),
        Some(duration) if duration > Duration::from_secs(MAX_SECONDS) => {
            Err(format!("expected at most {MAX_SECONDS} seconds, which is a year"))
        }
        Some(duration) => Ok(duration),
    }
}

/// Reads `<number><unit>`, where the number may have `_` between digits and a fraction.
/// `None` for anything else, and for what is not a whole number that 64 bits hold.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let split = text.find(|c: char| !matches!(c, '0'..='9' | '_' | '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim_start().to_ascii_lowercase();
    let &(_, scale) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = digits(whole)?.parse().ok()?;
    let fraction: f64 = format!("0.{}", digits(fraction)?).parse().ok()?;
    let part = fraction * scale as f64;
    if scale == 1 && part != 0.0 {
        return None;
    }
    whole.checked_mul(scale)?.checked_add(part as u64)
}

/// Drops `_` between digits; `None` unless it begins and ends in a digit.
fn digits(text: &str) -> Option<String> {
    let edges_are_digits =
        text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_digit());
    edges_are_digits.then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_binary_unless_the_unit_is_decimal() {
        let read = |text| size(text).map(|bytes| bytes.0);
        assert_eq!(read("65536"), Ok(65536));
        assert_eq!(read("128M"), Ok(128 << 20));
        assert_eq!(read("1.5G"), Ok(3 << 29));
        assert_eq!(read("64 KiB"), Ok(64 << 10));
        assert_eq!(read("64kb"), Ok(64_000));
        assert_eq!(read("1_000b"), Ok(1_000));
    }

    #[test]
    fn nonsense_is_refused_with_what_is_accepted() {
        let expected = "expected a size above 0, such as 65536, 512K, 128M or 1.5G (K, M and G are \
                        powers of 1024)";
        for text in ["", "0", "M", "-1", "1X", "1.5", "_1", "1_", "1..5G", "999999999999G", "1e9", "٣"] {
            assert_eq!(size(text), Err(expected.into()), "{text:?}");
        }
        assert_eq!(memory("5G"), Err("expected at most 4G, the most a session can address".into()));
        assert_eq!(memory("4G"), Ok(Bytes(4 << 30)));
    }

    #[test]
    fn counts_are_decimal() {
        assert_eq!(fuel("2_000_000_000"), Ok(Fuel(2_000_000_000)));
        assert_eq!(fuel("2G"), Ok(Fuel(2_000_000_000)));
        assert_eq!(fuel("0.5M"), Ok(Fuel(500_000)));
        assert!(fuel("0").is_err());
        assert_eq!(count("0"), Ok(0));
        assert!(count("many").is_err());
    }

    #[test]
    fn seconds_are_above_zero_and_below_a_year() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "nan", "inf", "", "1s", "1e400"] {
            assert_eq!(
                seconds(text),
                Err("expected a number of seconds above 0, such as 10 or 0.5".into()),
                "{text:?}"
            );
        }
        assert_eq!(seconds("1e9"), Err("expected at most 31536000 seconds, which is a year".into()));
    }
}
