//! What the root model is told. The texts are files in `prompts/`; here they are filled in.
//!
//! Messages are only ever added, never changed, so that a provider's prompt cache can answer for
//! all but the newest.

use crate::{Models, budget::Ledger, context::Bound, observation::grouped};

pub(crate) const SYSTEM: &str = include_str!("prompts/system.md");
pub(crate) const NUDGE: &str = include_str!("prompts/nudge.md");
pub(crate) const CUT_OFF: &str = include_str!("prompts/cut_off.md");
pub(crate) const UNSEEN_FINAL: &str = include_str!("prompts/unseen_final.md");
pub(crate) const CLOSING: &str = include_str!("prompts/closing.md");
const QUESTION: &str = include_str!("prompts/question.md");
const LAST_TURN: &str = include_str!("prompts/last_turn.md");

/// Contexts that are described one by one.
const CONTEXTS_TOLD: usize = 20;

/// Characters of the contexts' beginnings, all together and of one at least.
const PREVIEW_CHARS: usize = 1_000;
const LEAST_PREVIEW_CHARS: usize = 100;

/// The first user message: the question, what there is to look at, and what may be spent.
pub(crate) fn question(question: &str, contexts: &[Bound], models: &Models, ledger: &Ledger) -> String {
    let (contexts, means) = (describe(contexts), means(models, ledger));
    fill(QUESTION, &[("question", question), ("contexts", &contexts), ("means", &means)])
}

/// The line that says which turn it is.
pub(crate) fn turn_line(turn: u32, of: u32) -> String {
    if turn == of { format!("Turn {turn}/{of}. {}", LAST_TURN.trim()) } else { format!("Turn {turn}/{of}") }
}

fn describe(contexts: &[Bound]) -> String {
    let most = (PREVIEW_CHARS / contexts.len().max(1)).max(LEAST_PREVIEW_CHARS);
    match contexts {
        [] => "There is no context: the variable `context` is not defined.".to_owned(),
        [only] => describe_one(only, most),
        several => {
            let mut told = vec![format!("`context` is a list of {}:", several.len())];
            told.extend(several.iter().take(CONTEXTS_TOLD).map(|bound| format!("- {}", describe_one(bound, most))));
            if several.len() > CONTEXTS_TOLD {
                told.push(format!("- and {} more like these", several.len() - CONTEXTS_TOLD));
            }
            told.join("\n")
        }
    }
}

fn describe_one(bound: &Bound, most: usize) -> String {
    let variables: Vec<String> = bound.variables.iter().map(|name| format!("`{name}`")).collect();
    let name = if bound.name == "context" { String::new() } else { format!(" named {:?}", bound.name) };
    format!(
        "{}: a {}{name} of {} {}. It begins: {}",
        variables.join(" or "),
        bound.kind(),
        grouped(bound.length()),
        bound.unit(),
        bound.preview(most),
    )
}

fn means(models: &Models, ledger: &Ledger) -> String {
    let budget = ledger.budget();
    let mut means =
        format!("You have {} turns and {} sub-calls.", grouped(budget.iterations.into()), grouped(budget.sub_calls));
    if !models.named.is_empty() {
        let names: Vec<String> = models.named.keys().map(|name| format!("{name:?}")).collect();
        means.push_str(&format!(" Besides the usual sub-model there are, as `model=`: {}.", names.join(", ")));
    }
    means
}

/// Puts values in the places of their `{names}`. Values are not searched for names.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template.trim_end();
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let place =
            values.iter().find(|(name, _)| rest[1..].strip_prefix(name).is_some_and(|after| after.starts_with('}')));
        match place {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &rest[name.len() + 2..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fill_their_places_and_no_others() {
        assert_eq!(fill("a {b} {c}\n", &[("b", "{c}"), ("c", "d")]), "a {c} d");
        assert_eq!(fill("{ {x} {b", &[("b", "B")]), "{ {x} {b");
    }

    #[test]
    fn the_last_turn_says_so() {
        assert_eq!(turn_line(1, 30), "Turn 1/30");
        assert!(turn_line(30, 30).starts_with("Turn 30/30. This is the last turn"));
    }
}
