//! Which field of a record a question asks for.

use super::{
    question::{Kind, Question},
    words::{is_stop_word, is_synonym, same_word, stem},
};

/// Points for a field whose name the question spells out whole.
const NAMED_OUTRIGHT: u32 = 20;

/// How well a field's name fits the question; 0 is not at all.
pub(super) fn key_score(key: &str, question: &Question) -> u32 {
    let lower = key.to_lowercase();
    let spelled = |kind: Kind| matches!(kind, Kind::Identifier | Kind::Quoted);
    if question.terms.iter().any(|term| spelled(term.kind) && term.lower == lower) {
        return NAMED_OUTRIGHT;
    }
    let parts = parts_of(key);
    if parts.is_empty() || parts.len() > 4 {
        return 0;
    }
    if is_joined_in(&parts.concat(), question) {
        return 2 * parts.len() as u32;
    }
    let points: Vec<u32> = parts.iter().map(|part| part_score(part, question)).collect();
    let hit: u32 = points.iter().sum();
    let missed = points.iter().filter(|point| **point == 0).count() as u32;
    if hit == 0 { 0 } else { hit.saturating_sub(missed).max(1) }
}

/// Where in the question a field is first named: what is asked for comes before what it is asked of.
pub(super) fn first_mention(key: &str, question: &Question) -> usize {
    let mentioned = |word: &String| !is_stop_word(word) && names_key(word, key);
    question.words.iter().position(mentioned).unwrap_or(usize::MAX)
}

/// Does this word of the question name the field, or a part of its name?
pub(super) fn names_key(word: &str, key: &str) -> bool {
    key.to_lowercase() == word || parts_of(key).iter().any(|part| same_word(part, word))
}

/// May this word of the question ask for the field under another name, or be a part of its name?
pub(super) fn hints_at(word: &str, key: &str) -> bool {
    let parts = parts_of(key);
    let joined = parts.concat();
    names_key(word, key)
        || parts.iter().any(|part| is_synonym(word, part))
        || (word.len() > 2 && joined.contains(stem(word)))
}

fn part_score(part: &str, question: &Question) -> u32 {
    let direct = |word: &String| !is_stop_word(word) && same_word(part, word);
    if question.words.iter().any(direct) {
        2
    } else {
        u32::from(question.words.iter().any(|word| is_synonym(word, part)))
    }
}

/// `home page` asks for `Homepage`, `zipcode` for `Zip-Code`.
fn is_joined_in(joined: &str, question: &Question) -> bool {
    let words = &question.words;
    let pairs = words.windows(2).map(<[String]>::concat);
    let whole = words.iter().filter(|word| !is_stop_word(word)).cloned();
    pairs.chain(whole).any(|word| stem(&word) == stem(joined))
}

/// The words in a field's name: `Installed-Size`, `installed_size`, `installedSize`.
fn parts_of(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for c in key.chars() {
        let boundary = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if boundary && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
            part.extend(c.to_lowercase());
        }
        before = c;
    }
    parts.retain(|part| !part.is_empty() && part != "of" && part != "the");
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_asked_for_has_the_most_points() {
        const KEYS: [&str; 15] = [
            "Package",
            "Version",
            "Maintainer",
            "Depends",
            "Pre-Depends",
            "Installed-Size",
            "Size",
            "Description",
            "Description-md5",
            "Homepage",
            "zipCode",
            "max_connections",
            "Author",
            "unit_price",
            "Built-Using",
        ];
        for (question, expected) in [
            ("Who maintains ripgrep?", "Maintainer"),
            ("What is the installed size of x?", "Installed-Size"),
            ("What is the size of x?", "Size"),
            ("What does ripgrep depend on?", "Depends"),
            ("What are the pre-depends of x?", "Pre-Depends"),
            ("What is the home page of x?", "Homepage"),
            ("What is the website of x?", "Homepage"),
            ("How is x described?", "Description"),
            ("What is the zip code of x?", "zipCode"),
            ("What is max_connections set to?", "max_connections"),
            ("Who wrote x?", "Author"),
            ("What version is x built for?", "Version"),
            ("What is the unit price of x?", "unit_price"),
        ] {
            let question = Question::parse(question);
            let best = KEYS.iter().rev().max_by_key(|key| key_score(key, &question)).unwrap();
            assert_eq!(*best, expected, "{question:?}");
        }
        assert_eq!(key_score("Section", &Question::parse("Who maintains ripgrep?")), 0);
    }
}
