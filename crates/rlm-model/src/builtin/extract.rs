//! The sub-model: answers a question from one text, in the text's own words.

use std::cmp::Reverse;

use super::{
    NOT_FOUND,
    fields::{first_mention, hints_at, key_score, names_key},
    prompt::Prompt,
    question::{Kind, Question, Term},
    records::{Field, Record, records},
    words::{has_form_of, is_container, is_number_word, stands_whole},
};

/// Longest answer given; a model that reads it should not drown.
const LONGEST_ANSWER: usize = 4_000;

/// What follows [`NOT_FOUND`] where something was found that does not answer all of the question.
const CLOSEST: &str = "; the closest line: ";

/// What a text holds of an answer.
struct Found {
    text: String,
    /// Whether it is about all that the question asks, and not only about something in it.
    sure: bool,
}

/// Answers a prompt that holds a question and a text.
pub(super) fn answer(prompt: &str) -> String {
    let prompt = Prompt::parse(prompt);
    let question = Question::parse(prompt.question);
    let records = records(&prompt.text);
    let found = match field_value(&question, &records) {
        Some(found) if found.sure => Some(found),
        unsure => best_sentence(&question, &records).or(unsure),
    };
    match found.map(|Found { text, sure }| (text.chars().take(LONGEST_ANSWER).collect::<String>(), sure)) {
        Some((text, true)) if !text.is_empty() => text,
        Some((text, false)) if !text.is_empty() => format!("{NOT_FOUND}{CLOSEST}{text}"),
        _ => NOT_FOUND.to_owned(),
    }
}

/// Whether so few of the question's `terms` are `missed` that what was found answers it. Of a short question
/// every word counts: the lighthouse that was built answers not how tall it is.
fn is_covered<'t>(terms: impl Iterator<Item = &'t Term>, missed: impl Fn(&Term) -> bool) -> bool {
    let terms: Vec<&Term> = terms.filter(|term| !is_container(&term.lower)).collect();
    let missing: Vec<&&Term> = terms.iter().filter(|term| missed(term)).collect();
    missing.iter().all(|term| term.kind == Kind::Word) && missing.len() <= terms.len() / 5
}

/// The value of the field asked for, in the record that is most about the subject.
fn field_value(question: &Question, records: &[Record]) -> Option<Found> {
    let mut best: Option<(f64, u32, &Record, &Field)> = None;
    for record in records {
        let Some((about, score, field)) = asked_field(question, record) else {
            continue;
        };
        if best.is_none_or(|(a, s, ..)| (about, score) > (a, s)) {
            best = Some((about, score, record, field));
        }
    }
    let (.., record, field) = best?;
    let lower = record.text.to_lowercase();
    let missed = |term: &Term| !mentions(&lower, term) && !hints_at(&term.lower, &field.key);
    Some(Found { text: one_line(&field.value), sure: is_covered(question.singles(), missed) })
}

/// The record's field that fits the question best, and how much the record is about the subject.
fn asked_field<'r>(question: &Question, record: &'r Record) -> Option<(f64, u32, &'r Field)> {
    let lower = record.text.to_lowercase();
    let names_field = |term: &&Term| record.fields.iter().any(|field| names_key(&term.lower, &field.key));
    let (property, subject): (Vec<&Term>, Vec<&Term>) = question.singles().partition(names_field);
    if property.is_empty() && !record.fields.iter().any(|field| key_score(&field.key, question) > 0) {
        return None;
    }
    let about: f64 = subject.iter().map(|term| aboutness(term, question, record, &lower)).sum();
    let lacks_all_strong = subject.iter().any(|term| term.kind.is_strong())
        && !subject.iter().any(|term| term.kind.is_strong() && stands_whole(&lower, &term.lower));
    if (!subject.is_empty() && about == 0.0) || lacks_all_strong {
        return None;
    }
    // A field that holds the subject is how the question names the record, not what it asks for; so is one that it
    // puts before the subject, as in `the package vim`.
    let names_subject =
        |field: &Field| subject.iter().any(|term| names(field, term) || is_title(question, &field.key, term));
    let scored = record.fields.iter().filter(|field| !field.value.is_empty() && !names_subject(field));
    let scored = scored.map(|field| (key_score(&field.key, question), field));
    let best = scored
        .rev()
        .max_by_key(|(score, field)| (*score, Reverse(first_mention(&field.key, question))))
        .filter(|(score, _)| *score > 0);
    best.map(|(score, field)| (about, score, field))
}

/// Does the question say `the KEY TERM`, and not which key?
fn is_title(question: &Question, key: &str, term: &Term) -> bool {
    let (lower, key) = (question.text.to_lowercase(), key.to_lowercase());
    let together = format!("{key} {}", term.lower);
    lower.match_indices(&together).any(|(at, _)| {
        let before = lower[..at].split_whitespace().next_back();
        !before.is_some_and(|word| ["which", "what", "whose"].contains(&word))
    })
}

/// Is the term the field's value, or the head of an item in its list?
fn names(field: &Field, term: &Term) -> bool {
    let value = field.value.to_lowercase();
    let head =
        |item: &str| item.trim().strip_prefix(&term.lower).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    value == term.lower || (value.contains(&term.lower) && value.split([',', '|']).any(head))
}

/// How much a record is about a term: most when the term is the whole value of its first field.
fn aboutness(term: &Term, question: &Question, record: &Record, lower: &str) -> f64 {
    let mut best: f64 = 0.0;
    for (place, field) in record.fields.iter().enumerate() {
        let value = field.value.to_lowercase();
        if value == term.lower {
            let asked = key_score(&field.key, question) > 0;
            best = best.max(3.0 + f64::from(u8::from(place == 0)) + f64::from(u8::from(asked)));
        } else if names(field, term) {
            best = best.max(1.5);
        }
    }
    if best == 0.0 && stands_whole(lower, &term.lower) {
        best = 1.0;
    } else if best == 0.0 && term.kind == Kind::Word && has_form_of(lower, &term.lower) {
        best = 0.5;
    }
    best * term.kind.boost()
}

fn one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One sentence, or a line that is none, and the paragraph it stands in.
struct Sentence<'r> {
    text: String,
    lower: String,
    paragraph: &'r Record,
}

/// The sentence in which most of the question's weight comes together.
fn best_sentence(question: &Question, records: &[Record]) -> Option<Found> {
    let all: Vec<Sentence> = records.iter().flat_map(sentences).collect();
    let weights: Vec<(&Term, f64)> = question.terms.iter().map(|term| (term, rarity(term, &all))).collect();
    let strong = question.terms.iter().any(|term| term.kind.is_strong());
    let mut best: Option<(f64, &Sentence)> = None;
    for sentence in &all {
        let score = worth(sentence, &weights, strong) + shape_bonus(question, &sentence.text);
        if tells_something(sentence, question) && score > 0.0 && best.is_none_or(|(top, _)| score > top + 1e-9) {
            best = Some((score, sentence));
        }
    }
    let (_, sentence) = best?;
    let paragraph = sentence.paragraph.text.to_lowercase();
    let sure =
        is_covered(question.singles(), |term| !mentions(&paragraph, term)) && has_shape(question, &sentence.text);
    Some(Found { text: said_of(question, &sentence.text).unwrap_or_else(|| sentence.text.clone()), sure })
}

/// When and how many are answered by a number, or by nothing.
fn has_shape(question: &Question, sentence: &str) -> bool {
    let begins = |words: &[&str]| words.iter().zip(&question.words).all(|(word, other)| word == other);
    let asks =
        [&["when"][..], &["how", "many"], &["how", "much"], &["how", "old"], &["what", "year"], &["which", "year"]];
    let has_number = || {
        sentence.contains(|c: char| c.is_numeric())
            || sentence.to_lowercase().split(|c: char| !c.is_alphabetic()).any(is_number_word)
    };
    question.words.len() < 2 || !asks.into_iter().any(begins) || has_number()
}

fn mentions(lower: &str, term: &Term) -> bool {
    stands_whole(lower, &term.lower) || (term.kind == Kind::Word && has_form_of(lower, &term.lower))
}

/// Does a sentence hold a term of the question? In a record the line must say more than its name:
/// `Package: vim` answers nothing about vim.
fn tells_something(sentence: &Sentence, question: &Question) -> bool {
    if !says_more(&sentence.lower, question) {
        return false;
    }
    let fields = &sentence.paragraph.fields;
    let in_record = fields.len() > 2;
    let only_names = |field: &Field| {
        let naming = |term: &Term| names(field, term) || is_title(question, &field.key, term);
        sentence.text.starts_with(&field.key) && question.singles().any(naming)
    };
    if in_record && (!is_about_subject(sentence.paragraph, question) || fields.iter().any(only_names)) {
        return false;
    }
    let is_name = |term: &&Term| in_record && fields.iter().any(|field| names(field, term));
    let (naming, other): (Vec<&Term>, Vec<&Term>) = question.singles().partition(is_name);
    let asked = if other.is_empty() { naming } else { other };
    asked.iter().any(|term| mentions(&sentence.lower, term))
}

/// Does a sentence hold a word that the question does not?
fn says_more(lower: &str, question: &Question) -> bool {
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| !question.words.iter().any(|known| known == word))
}

/// Does a record mention what the question asks about, besides the property it asks for?
fn is_about_subject(record: &Record, question: &Question) -> bool {
    let lower = record.text.to_lowercase();
    let names_field = |term: &&Term| record.fields.iter().any(|field| names_key(&term.lower, &field.key));
    let mut subject = question.singles().filter(|term| !names_field(term)).peekable();
    subject.peek().is_none() || subject.any(|term| mentions(&lower, term))
}

/// A term in few sentences says more than one in many.
fn rarity(term: &Term, all: &[Sentence]) -> f64 {
    let holding = all.iter().filter(|sentence| mentions(&sentence.lower, term)).count();
    term.kind.boost() * (1.0 + all.len() as f64 / (holding as f64 + 1.0)).ln()
}

/// What a sentence is worth; nothing, when the question names things its paragraph does not.
fn worth(sentence: &Sentence, weights: &[(&Term, f64)], strong: bool) -> f64 {
    let mut total = 0.0;
    let mut about = !strong;
    let paragraph = sentence.paragraph.text.to_lowercase();
    for (term, weight) in weights {
        if mentions(&sentence.lower, term) {
            total += weight;
            about |= term.kind.is_strong();
        } else if term.kind.is_strong() && stands_whole(&paragraph, &term.lower) {
            total += 0.4 * weight;
            about = true;
        }
    }
    if about { total } else { f64::NEG_INFINITY }
}

/// Who, when, where and how many like sentences that hold such a thing.
fn shape_bonus(question: &Question, sentence: &str) -> f64 {
    let asks = |word: &str| question.words.iter().any(|known| known == word);
    let digits = sentence.contains(|c: char| c.is_ascii_digit());
    let name = sentence.split_whitespace().skip(1).any(|word| word.starts_with(char::is_uppercase));
    let number = ["when", "many", "much", "old"].into_iter().any(asks);
    let wanted = (number && digits) || ((asks("who") || asks("where")) && name);
    if wanted { 0.5 } else { 0.0 }
}

/// `The code is 7` answers what the code is with `7`, when the one side asks and the other tells.
fn said_of(question: &Question, sentence: &str) -> Option<String> {
    let asks =
        ["what", "what's", "who", "who's", "which", "where", "when", "tell", "give", "name", "state", "find", "show"];
    question.words.first().filter(|word| asks.contains(&word.as_str()))?;
    let terms: Vec<&Term> = question.singles().collect();
    let holds_all = |side: &str| terms.iter().all(|term| mentions(side, term));
    let holds_none = |side: &str| !terms.iter().any(|term| mentions(side, term));
    for verb in [" is ", " are ", " was ", " were ", ": ", " = "] {
        let Some((left, right)) = sentence.split_once(verb) else {
            continue;
        };
        let (left_lower, right_lower) = (left.to_lowercase(), right.to_lowercase());
        let links = verb.trim().chars().all(char::is_alphabetic);
        let told = match () {
            () if holds_all(&left_lower) && holds_none(&right_lower) => right,
            () if links && is_name_like(left) && holds_none(&left_lower) && holds_all(&right_lower) => left,
            () => continue,
        };
        let told = told.trim().trim_end_matches(['.', '!', '。']);
        return Some(told.to_owned()).filter(|told| !told.is_empty() && !told.contains('"'));
    }
    None
}

/// A few words that begin like a sentence and hold no clause of their own.
fn is_name_like(text: &str) -> bool {
    text.split_whitespace().count() <= 8
        && text.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
        && !text.contains([',', ';', '\''])
}

/// Wrapped lines are joined, then cut after full stops; lists, logs and rows stay lines.
fn sentences(record: &Record) -> Vec<Sentence<'_>> {
    let mut texts: Vec<String> = Vec::new();
    for line in record.text.lines() {
        let line = line.trim();
        match texts.last_mut() {
            Some(before) if continues(before, line) => {
                before.push(' ');
                before.push_str(line);
            }
            _ => texts.push(line.to_owned()),
        }
    }
    let cut = texts.iter().flat_map(|text| cut_sentences(text));
    cut.map(|text| Sentence { text: text.to_owned(), lower: text.to_lowercase(), paragraph: record }).collect()
}

/// Is the second line the rest of a sentence that the first began?
fn continues(before: &str, line: &str) -> bool {
    before.len() > 30
        && !before.ends_with(['.', '!', '?', ':', ';', '。'])
        && line.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || "\"'(".contains(c) || c.is_uppercase())
        && (line.starts_with(char::is_lowercase) || before.len() > 55 && !line.contains([':', '=', '\t']))
}

fn cut_sentences(text: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let rest = &text[end..];
        let stops = match c {
            '。' | '！' | '？' => true,
            '!' | '?' => rest.starts_with(' '),
            '.' => {
                let next = rest.strip_prefix(' ').and_then(|rest| rest.chars().next());
                next.is_some_and(|next| !next.is_lowercase()) && !is_abbreviation(&text[start..at])
            }
            _ => false,
        };
        if stops {
            cuts.push(text[start..end].trim());
            start = end;
        }
    }
    cuts.push(text[start..].trim());
    cuts.retain(|cut| !cut.is_empty());
    cuts
}

/// Does the text end in `Dr`, `e.g` or an initial, so that the stop ends no sentence?
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '(']).next().unwrap_or_default();
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    initial || ["Mr", "Mrs", "Ms", "Dr", "Prof", "St", "No", "vs", "e.g", "i.e", "etc", "Inc", "Jr"].contains(&word)
}
