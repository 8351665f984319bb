//! What the root model is told. The texts are files in `prompts/`; here they are chosen and filled in.
//!
//! A pack is a folder of them. `general` has every text; the others have what their family of models
//! needs said differently or besides.
//!
//! Messages are only ever added, never changed, so that a provider's prompt cache can answer for
//! all but the newest.

use crate::{
    broker::{Broker, Schema},
    budget::Resource,
    context::Bound,
    observation::grouped,
};

/// Contexts that are described one by one.
const CONTEXTS_TOLD: usize = 20;

/// Characters of the contexts' beginnings, all together and of one at least.
const PREVIEW_CHARS: usize = 1_000;
const LEAST_PREVIEW_CHARS: usize = 100;

macro_rules! general {
    ($name:literal) => {
        include_str!(concat!("prompts/general/", $name, ".md"))
    };
}

/// The prompts for one family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    name: &'static str,
    /// Words in a model's name by which the family is known.
    known_by: &'static [&'static str],
    /// What the family needs to be told besides.
    manner: &'static str,
}

/// All packs; the last fits every model.
const PACKS: [Pack; 3] = [
    Pack { name: "qwen", known_by: &["qwen"], manner: include_str!("prompts/qwen/manner.md") },
    Pack {
        name: "reasoning",
        known_by: &["gpt-5", "o1", "o3", "o4", "deepseek-r", "reasoner", "thinking", "magistral"],
        manner: include_str!("prompts/reasoning/manner.md"),
    },
    Pack { name: "general", known_by: &[], manner: "" },
];

impl Pack {
    /// The names of all packs.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PACKS.iter().map(|pack| pack.name)
    }

    /// The pack that was asked for by name, or the one that a model's name calls for.
    pub(crate) fn choose(asked: Option<&str>, model: &str) -> Self {
        let general = PACKS[PACKS.len() - 1];
        if let Some(asked) = asked {
            return PACKS.into_iter().find(|pack| pack.name == asked).unwrap_or(general);
        }
        let model = model.to_ascii_lowercase();
        let words: Vec<&str> = model.split([':', '/', ' ']).collect();
        let fits = |pack: &Pack| {
            // A short name such as `o3` has to begin a word, or it is found in the middle of others.
            pack.known_by.iter().any(|known| {
                words.iter().any(|word| word.starts_with(known) || known.len() > 4 && word.contains(known))
            })
        };
        PACKS.into_iter().find(fits).unwrap_or(general)
    }

    /// The standing instructions, for a run that may start child runs `levels` deep and import `skills`.
    pub(crate) fn system(&self, levels: u32, skills: &[(String, String)]) -> String {
        let mut system = general!("system").trim_end().to_owned();
        let listed: Vec<String> = skills.iter().map(|(name, what)| format!("- `{name}`: {what}")).collect();
        let skills = fill(general!("skills"), &[("skills", &listed.join("\n"))]);
        let skills = if listed.is_empty() { "" } else { skills.as_str() };
        for more in [skills, if levels > 0 { general!("children") } else { "" }, self.manner] {
            if !more.is_empty() {
                system.push_str("\n\n");
                system.push_str(more.trim_end());
            }
        }
        system
    }

    /// The first user message: the question, what there is to look at, and what may be spent.
    pub(crate) fn question(&self, question: &str, contexts: &[Bound], inherits: bool, broker: &Broker) -> String {
        let (contexts, means) = (describe(contexts, inherits, broker.depth), means(broker));
        fill(general!("question"), &[("question", question), ("contexts", &contexts), ("means", &means)])
    }

    /// That there were questions before.
    pub(crate) fn history(&self, count: usize) -> String {
        fill(general!("history"), &[("count", &grouped(count as u64))])
    }

    /// The line that says which turn it is.
    pub(crate) fn turn_line(&self, turn: u32, of: u32) -> String {
        if turn == of {
            format!("Turn {turn}/{of}. {}", general!("last_turn").trim())
        } else {
            format!("Turn {turn}/{of}")
        }
    }

    pub(crate) fn nudge(&self) -> String {
        general!("nudge").trim_end().to_owned()
    }

    pub(crate) fn cut_off(&self) -> String {
        general!("cut_off").trim_end().to_owned()
    }

    pub(crate) fn unseen_final(&self) -> String {
        general!("unseen_final").trim_end().to_owned()
    }

    pub(crate) fn closing(&self) -> String {
        general!("closing").trim_end().to_owned()
    }

    /// The standing instructions of a plain call.
    pub(crate) fn plain(&self) -> String {
        general!("plain").trim_end().to_owned()
    }

    /// Asks for a summary of the conversation.
    pub(crate) fn compact(&self) -> String {
        general!("compact").trim_end().to_owned()
    }

    /// Says that the conversation was summed up, and which variable holds all of it.
    pub(crate) fn compacted(&self, variable: &str) -> String {
        fill(general!("compacted"), &[("variable", variable)])
    }

    /// Asks whether an answer can be given.
    pub(crate) fn verify(&self, question: &str, evidence: &str, answer: &str) -> String {
        fill(general!("verify"), &[("question", question), ("evidence", evidence), ("answer", answer)])
    }

    /// What is said of an answer that a verifier did not accept.
    pub(crate) fn rejected(&self, why: &str) -> String {
        fill(general!("rejected"), &[("why", why)])
    }

    /// What is said of an answer that does not have the required form.
    pub(crate) fn unfit(&self, why: &str) -> String {
        fill(general!("unfit"), &[("why", why)])
    }

    /// The form that the answer has to have.
    pub(crate) fn schema(&self, schema: &Schema) -> String {
        fill(general!("schema"), &[("schema", schema.text())])
    }
}

fn describe(contexts: &[Bound], inherits: bool, depth: u32) -> String {
    let most = (PREVIEW_CHARS / contexts.len().max(1)).max(LEAST_PREVIEW_CHARS);
    match contexts {
        [] if inherits && depth == 0 => general!("taken_over").trim_end().to_owned(),
        [] if inherits => general!("inherited").trim_end().to_owned(),
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

/// What may be spent: limits that hold for all of the run, since the message is never changed.
fn means(broker: &Broker) -> String {
    let limit = |resource| broker.ledger.state(resource).2;
    let calls = limit(Resource::SubCalls).unwrap_or(0);
    let mut means = format!("You have {} turns and {} sub-calls.", grouped(broker.iterations.into()), grouped(calls));
    for (resource, name) in [(Resource::InputTokens, "read"), (Resource::OutputTokens, "write")] {
        if let Some(tokens) = limit(resource) {
            means.push_str(&format!(" All models together may {name} {} tokens.", grouped(tokens)));
        }
    }
    if let Some(wall) = broker.tree.settings.budget.wall {
        means.push_str(&format!(" The whole run may take {} seconds.", grouped(wall.as_secs())));
    }
    if let Some(chars) = broker.tree.settings.sub_prompt_chars {
        means.push_str(&format!(" A prompt to a sub-model may have {} characters.", grouped(chars as u64)));
    }
    let named = &broker.tree.models.named;
    if !named.is_empty() {
        let names: Vec<String> = named.keys().map(|name| format!("{name:?}")).collect();
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
        let pack = Pack::choose(None, "any");
        assert_eq!(pack.turn_line(1, 30), "Turn 1/30");
        assert!(pack.turn_line(30, 30).starts_with("Turn 30/30. This is the last turn"));
    }

    #[test]
    fn a_models_name_calls_for_its_pack() {
        let chosen = |model: &str| Pack::choose(None, model).name;
        assert_eq!(chosen("openai:Qwen3-Coder-480B"), "qwen");
        assert_eq!(chosen("openai:qwen/qwen3:8b"), "qwen");
        assert_eq!(chosen("openai:gpt-5-mini"), "reasoning");
        assert_eq!(chosen("openai:o3"), "reasoning");
        assert_eq!(chosen("openai:gpt-4o3x"), "general");
        assert_eq!(chosen("openai:kimi-k2-thinking"), "reasoning");
        assert_eq!(chosen("builtin"), "general");
        assert_eq!(Pack::choose(Some("qwen"), "builtin").name, "qwen");
    }

    #[test]
    fn child_runs_are_explained_where_there_can_be_some() {
        let pack = Pack::choose(None, "any");
        assert!(pack.system(1, &[]).contains("rlm_query("));
        assert!(!pack.system(0, &[]).contains("rlm_query("));
        assert!(!pack.system(0, &[]).contains("# Skills"));
        let skills = [("dates".to_owned(), "Reads dates.".to_owned())];
        assert!(pack.system(0, &skills).ends_with("\n- `dates`: Reads dates."));
    }
}
