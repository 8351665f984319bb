//! What a run has spent, beside what it may.

use rlm::{Budget, Spend};
use rlm_model::Money;

use crate::text;

/// One line, what matters most first: a narrow terminal shows its beginning.
pub fn line(spend: &Spend, budget: &Budget) -> String {
    let of = |limit: Option<u64>| limit.map_or(String::new(), |limit| format!(" of {}", text::grouped(limit)));
    let (input, output) = (text::grouped(spend.usage.input_tokens), text::grouped(spend.usage.output_tokens));
    let mut parts = Vec::new();
    parts.extend(money(spend.cost, budget.money));
    parts.push(format!("{input}{} tokens in, {output}{} out", of(budget.input_tokens), of(budget.output_tokens)));
    if spend.sub_calls > 0 {
        let failed = match spend.failed_sub_calls {
            0 => String::new(),
            failed => format!(" ({} failed)", text::grouped(failed)),
        };
        parts.push(format!("{}{} sub-calls{failed}", text::grouped(spend.sub_calls), of(Some(budget.sub_calls))));
    }
    parts.join(", ")
}

/// Money, unless nothing was spent and nothing is limited. Unknown is said, so that nobody takes it for
/// nothing.
fn money(cost: Option<Money>, limit: Option<Money>) -> Option<String> {
    match (cost, limit) {
        (None, _) => Some("price unknown".to_owned()),
        (Some(Money::ZERO), None) => None,
        (Some(cost), None) => Some(cost.to_string()),
        (Some(cost), Some(limit)) => Some(format!("{cost} of {limit}")),
    }
}

#[cfg(test)]
mod tests {
    use rlm::Usage;

    use super::*;

    #[test]
    fn what_is_limited_stands_beside_its_limit() {
        let usage = Usage { calls: 3, input_tokens: 12_345, output_tokens: 67, ..Usage::default() };
        let spend = Spend { sub_calls: 20, failed_sub_calls: 1, usage, cost: Money::from_dollars(0.25) };
        let limited = Budget { money: Money::from_dollars(5.0), input_tokens: Some(1_000_000), ..Budget::default() };
        assert_eq!(
            line(&spend, &limited),
            "$0.2500 of $5.00, 12,345 of 1,000,000 tokens in, 67 out, 20 of 1,000 sub-calls (1 failed)"
        );
        let free = Spend { sub_calls: 0, failed_sub_calls: 0, cost: Some(Money::ZERO), ..spend };
        assert_eq!(line(&free, &Budget::default()), "12,345 tokens in, 67 out");
        assert_eq!(line(&Spend { cost: None, ..free }, &limited)[..15], *"price unknown, ");
    }
}
