//! How long to wait before asking again.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::Duration,
};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// A server may ask for any wait; more than this is not worth adding to a clock.
const LONGEST_REQUEST: f64 = 24.0 * 3600.0;

/// Doubles with each attempt; the upper half is random so that many clients spread out.
pub(super) fn backoff(first: Duration, attempt: u32) -> Duration {
    let doubled = first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
    doubled.min(LONGEST_BACKOFF).mul_f64(0.5 + 0.5 * random_fraction())
}

/// A number in [0, 1). The standard library's hash seed is the randomness at hand.
fn random_fraction() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    bits as f64 / (1u64 << 53) as f64
}

/// The wait a response asks for: `retry-after-ms`, or `retry-after` in seconds or as a date.
pub(super) fn requested_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|value| value.parse::<f64>().ok()) {
        return seconds(ms / 1000.0);
    }
    let asked = text(RETRY_AFTER.as_str())?;
    if let Ok(value) = asked.parse::<f64>() {
        return seconds(value);
    }
    // Against the server's own clock: ours may be wrong, and none was handed in.
    let until = unix_time(asked)? - unix_time(text(DATE.as_str())?)?;
    seconds(until as f64)
}

fn seconds(value: f64) -> Option<Duration> {
    value.is_finite().then(|| Duration::from_secs_f64(value.clamp(0.0, LONGEST_REQUEST)))
}

/// Seconds since 1970 of a date like `Sun, 06 Nov 1994 08:49:37 GMT`.
fn unix_time(date: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = date.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days in the proleptic Gregorian calendar; years are counted from March so leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    type Header = (&'static str, &'static str);

    fn wait(headers: &[Header]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (reqwest::header::HeaderName::from_static(name), value.parse().unwrap()));
        requested_wait(&headers.collect())
    }

    #[test]
    fn servers_ask_in_seconds_milliseconds_or_dates() {
        let rows: [(&[Header], Option<Duration>); 8] = [
            (&[], None),
            (&[("retry-after", "2")], Some(Duration::from_secs(2))),
            (&[("retry-after", "0.5")], Some(Duration::from_millis(500))),
            (&[("retry-after", "9"), ("retry-after-ms", "250")], Some(Duration::from_millis(250))),
            (&[("retry-after", "-1")], Some(Duration::ZERO)),
            (&[("retry-after", "soon")], None),
            (
                &[("retry-after", "Fri, 01 Mar 2024 00:00:05 GMT"), ("date", "Thu, 29 Feb 2024 23:59:50 GMT")],
                Some(Duration::from_secs(15)),
            ),
            (&[("retry-after", "Fri, 01 Mar 2024 00:00:05 GMT")], None),
        ];
        for (headers, expected) in rows {
            assert_eq!(wait(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn dates_count_from_1970() {
        assert_eq!(unix_time("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(unix_time("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix_time("Sun, 99 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(unix_time("tomorrow"), None);
    }

    #[test]
    fn backoff_doubles_with_jitter_up_to_a_minute() {
        for (attempt, most) in [(1, 1.0), (2, 2.0), (5, 16.0), (40, 60.0)] {
            let wait = backoff(Duration::from_secs(1), attempt).as_secs_f64();
            assert!(wait >= most / 2.0 && wait <= most, "attempt {attempt}: {wait}");
        }
    }
}
