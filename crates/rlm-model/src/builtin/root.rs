//! The root model: which cell comes next, from what was asked and what the last cell printed.

use std::cmp::Reverse;

use super::{
    count::Plan,
    fields::{first_mention, key_score, names_key},
    literal,
    question::{Kind, Question, Term},
};
use crate::{Message, Role};

const PROBE: &str = include_str!("cells/probe.py");
const PIECES: &str = include_str!("cells/pieces.py");
const SEARCH: &str = include_str!("cells/search.py");
const SIMPLE: &str = include_str!("cells/simple.py");
const COUNT: &str = include_str!("cells/count.py");

/// Passages sent to be read, all in one batch.
const PROMPTS: usize = 5;
const INSTRUCTION: &str = "Answer the question from the text alone, with the answer and nothing else. \
    Reply NOT FOUND if the text does not answer it.";

/// What a turn does. Each names itself in its cell, so that the conversation holds all state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Probe,
    Count,
    Search,
    Simple,
    Finish,
    GiveUp,
    Insist,
}

/// The question of a run's root conversation, or nothing when this is not one.
pub(super) fn question_of(messages: &[Message]) -> Option<&str> {
    messages.first().filter(|message| message.role == Role::System)?;
    let asked = messages.iter().find(|message| message.role == Role::User)?;
    let (_, after) = asked.content.split_once("<question>")?;
    // The last closing tag, so that a question about tags stays whole.
    after.rsplit_once("</question>").map(|(question, _)| question.trim())
}

/// The next reply of the root conversation.
pub(super) fn next_reply(question: &str, messages: &[Message]) -> String {
    let question = Question::parse(question);
    let fields = fields_seen(messages);
    let plan = Plan::of(&question, &fields);
    let step = next_step(last_step(messages), has_candidate(messages), plan.is_some());
    let (said, cell) = match (step, plan) {
        (Step::Probe, _) => ("First, what kind of thing the context is.", PROBE.to_owned()),
        (Step::Count, Some(plan)) => ("One scan of the context answers this exactly.", count_cell(&plan)),
        (Step::Count | Step::Search, _) => (
            "I search the context for the question's terms and have the best passages read.",
            search_cell(&question, &fields),
        ),
        (Step::Simple, _) => ("That did not work, so I try something simpler.", simple_cell(&question, &fields)),
        (Step::Finish, _) => ("The candidate is there, so I submit it.", "# step: finish\nFINAL(candidate)\n".into()),
        (Step::GiveUp, _) => ("No search worked, so I say so.", give_up_cell()),
        (Step::Insist, _) => return "FINAL_VAR(candidate)\n".into(),
    };
    format!("{said}\n\n```repl\n{cell}```\n")
}

/// Every step leads towards the end, whatever its cell printed.
fn next_step(last: Option<Step>, has_candidate: bool, countable: bool) -> Step {
    match last {
        None => Step::Probe,
        Some(Step::Probe) if countable => Step::Count,
        Some(Step::Count | Step::Search | Step::Simple) if has_candidate => Step::Finish,
        Some(Step::Probe | Step::Count) => Step::Search,
        Some(Step::Search) => Step::Simple,
        Some(Step::Simple) => Step::GiveUp,
        Some(Step::Finish | Step::GiveUp | Step::Insist) => Step::Insist,
    }
}

/// What the newest reply of ours did.
fn last_step(messages: &[Message]) -> Option<Step> {
    let reply = messages.iter().rev().find(|message| message.role == Role::Assistant)?;
    let named = reply.content.lines().find_map(|line| line.strip_prefix("# step: "));
    Some(match named {
        Some("probe") => Step::Probe,
        Some("count") => Step::Count,
        Some("search") => Step::Search,
        Some("simple") => Step::Simple,
        Some("finish") => Step::Finish,
        Some("give up") => Step::GiveUp,
        _ => Step::Insist,
    })
}

/// What the cells printed since our newest reply.
fn newest_output(messages: &[Message]) -> impl Iterator<Item = &str> {
    let since = messages.iter().rposition(|message| message.role == Role::Assistant);
    let newest = since.map_or(&[][..], |at| &messages[at + 1..]);
    newest.iter().flat_map(|message| message.content.lines())
}

fn has_candidate(messages: &[Message]) -> bool {
    newest_output(messages).any(|line| line.starts_with("candidate: "))
}

/// The field names that the probe printed.
fn fields_seen(messages: &[Message]) -> Vec<String> {
    let mut users = messages.iter().filter(|message| message.role == Role::User).skip(1);
    let line = users.find_map(|message| message.content.lines().find_map(|line| line.strip_prefix("fields: ")));
    let names = line.unwrap_or_default().split(" | ").map(str::trim).filter(|name| !name.is_empty());
    names.take(60).map(str::to_owned).collect()
}

fn count_cell(plan: &Plan) -> String {
    format!("# step: count\n{}\n\n{PIECES}\n\n{COUNT}", plan.literals())
}

fn simple_cell(question: &Question, fields: &[String]) -> String {
    let names_field = |term: &&Term| fields.iter().any(|key| names_key(&term.lower, key));
    let mut terms: Vec<&Term> = question.singles().filter(|term| !names_field(term)).collect();
    terms.sort_by_key(|term| !term.kind.is_strong());
    let needles = literal::strings(terms.iter().take(6).map(|term| &term.text));
    let asked = literal::strings(asked(question, fields));
    format!("# step: simple\nNEEDLES = {needles}\nASKED = {asked}\n\n\n{PIECES}\n\n{SIMPLE}")
}

fn give_up_cell() -> String {
    let said = literal::string("not found in the context: the search could not be run to its end");
    format!("# step: give up\ncandidate = {said}\nFINAL(candidate)\n")
}

fn search_cell(question: &Question, fields: &[String]) -> String {
    let names_field = |term: &Term| fields.iter().any(|key| names_key(&term.lower, key));
    let subjects: Vec<&Term> = question.singles().filter(|term| !names_field(term)).collect();
    let terms: Vec<String> = question.terms.iter().map(|term| term_literal(term, names_field(term))).collect();
    let text = |terms: &[&Term]| literal::strings(terms.iter().map(|term| &term.text));
    let strong: Vec<&Term> = subjects.iter().copied().filter(|term| term.kind.is_strong()).collect();
    let needed = if strong.is_empty() { &subjects } else { &strong };
    let prompt = format!("{INSTRUCTION}\n\nQuestion: {}\n\nText:\n", question.text);
    format!(
        "# step: search\nTERMS = [{}]  # as written, stem, how much it says\nSUBJECTS = {}\n\
         NEEDED = {}  # without any of these there is no answer\nASKED = {}\nPROMPTS = {PROMPTS}\n\
         PROMPT = {}\n\n\n{PIECES}\n\n{SEARCH}",
        terms.join(", "),
        text(&subjects),
        text(needed),
        literal::strings(asked(question, fields)),
        literal::string(&prompt),
    )
}

/// A word that names a field stands in every record, so it says little about which record.
fn term_literal(term: &Term, names_field: bool) -> String {
    let boost = if names_field && term.kind != Kind::Phrase { 0.25 } else { term.kind.boost() };
    format!("({}, {}, {boost:?})", literal::string(&term.text), literal::string(term.needle()))
}

/// The fields that the question may be asking for.
fn asked<'f>(question: &Question, fields: &'f [String]) -> Vec<&'f String> {
    let mut scored: Vec<(u32, &String)> = fields.iter().map(|key| (key_score(key, question), key)).collect();
    scored.retain(|(score, _)| *score > 1);
    scored.sort_by_key(|(score, key)| (Reverse(*score), first_mention(key, question)));
    scored.into_iter().take(4).map(|(_, key)| key).collect()
}
