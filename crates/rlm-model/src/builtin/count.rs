//! Questions that one scan answers exactly: how many occurrences, lines or records with a value,
//! and which records have it.

use super::{
    fields::{key_score, names_key},
    literal,
    question::{Kind, Question, Term},
    words::{is_stop_word, same_word},
};

/// What to count or list.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// Occurrences of this text.
    literal: Option<String>,
    /// All lines.
    lines: bool,
    /// Lines of these fields...
    filters: Vec<String>,
    /// ...that hold one of these values.
    values: Vec<String>,
    /// Without values: all lines of one of these fields. When listing: the fields to list.
    records: Vec<String>,
    /// Names the records that hold a value in place of counting them.
    lists: bool,
}

impl Plan {
    /// A plan, when the question asks how many or which ones and the fields say of what.
    pub(super) fn of(question: &Question, fields: &[String]) -> Option<Self> {
        Self::counting(question, fields).or_else(|| Self::listing(question, fields))
    }

    /// `Which packages are maintained by X?`: a kind of record, a field, a value, in this order.
    fn listing(question: &Question, fields: &[String]) -> Option<Self> {
        let words = &question.words;
        let asks = ["which", "what", "list", "name", "show", "find", "give"];
        let asked = words.first().is_some_and(|word| asks.contains(&word.as_str()));
        let turned = words.iter().any(|word| ["do", "does", "did"].contains(&word.as_str()));
        let singles: Vec<&Term> = question.singles().collect();
        let noun = *singles.first().filter(|_| asked && !turned)?;
        let at = words.iter().position(|word| *word == noun.lower)?;
        let plan = Self::of_records(question, fields, noun, &singles)?;
        let is_filter = |word: &String| {
            plan.filters.iter().any(|key| names_key(word, key)) && !plan.records.iter().any(|key| names_key(word, key))
        };
        let filter = at + 1 + words[at + 1..].iter().position(is_filter)?;
        let between = &words[at + 1..filter];
        let plural = plan
            .records
            .iter()
            .any(|key| noun.lower.starts_with(&key.to_lowercase()) && !key.eq_ignore_ascii_case(&noun.lower));
        let links = between.iter().all(|word| is_stop_word(word) && word != "of" && word != "for");
        let owns = |word: &String| ["has", "have", "with", "whose"].contains(&word.as_str());
        let fits = links
            && (plural || between.is_empty() || between.iter().any(owns))
            && !plan.records.is_empty()
            && !plan.values.is_empty();
        fits.then_some(Self { lists: true, ..plan })
    }

    fn counting(question: &Question, fields: &[String]) -> Option<Self> {
        let lower = question.text.to_lowercase();
        let asks = ["how many", "how often", "number of", "count the", "count of"];
        let asked = asks.iter().find(|words| lower.contains(*words))?;
        // `the phone number of` asks for one number, not for how many there are.
        let before = lower.split_once(asked).and_then(|(before, _)| before.split_whitespace().next_back());
        let counts = |word: &str| is_stop_word(word) || ["total", "exact", "overall", "full"].contains(&word);
        if *asked == "number of" && !before.is_none_or(counts) {
            return None;
        }
        if lower.contains("how often") || lower.contains("times") || lower.contains("occurrences") {
            let literal = occurrence(question)?;
            return Some(Self { literal: Some(literal), ..Self::default() });
        }
        let singles: Vec<&Term> = question.singles().filter(|term| !is_filler(&term.lower)).collect();
        if singles.iter().all(|term| same_word(&term.lower, "lines")) && !singles.is_empty() {
            return Some(Self { lines: true, ..Self::default() });
        }
        let after = lower.split_once(asked).map(|(_, after)| after).unwrap_or_default();
        let noun = singles.iter().copied().find(|term| after.contains(&term.lower))?;
        Self::of_records(question, fields, noun, &singles)
    }

    fn of_records(question: &Question, fields: &[String], noun: &Term, singles: &[&Term]) -> Option<Self> {
        let is_record = |key: &&String| names_key(&noun.lower, key);
        let records: Vec<String> = fields.iter().filter(is_record).cloned().collect();
        let others: Vec<&Term> = singles.iter().copied().filter(|term| *term != noun).collect();
        let names_field = |term: &Term| fields.iter().any(|key| !is_record(&key) && names_key(&term.lower, key));
        let filters = best_fields(question, fields.iter().filter(|key| !is_record(key)));
        let plain: Vec<&Term> = others.into_iter().filter(|term| !names_field(term)).collect();
        let values = values_of(question, &plain);
        match (filters.is_empty(), values.is_empty(), records.is_empty()) {
            (false, false, _) => Some(Self { filters, values, records, ..Self::default() }),
            (_, true, false) => Some(Self { records, ..Self::default() }),
            _ => None,
        }
    }

    /// The plan as Python assignments.
    pub(super) fn literals(&self) -> String {
        let literal = self.literal.as_deref().map_or("None".into(), literal::string);
        format!(
            "LITERAL = {literal}\nLINES = {}\nLISTS = {}\nFILTERS = {}\nVALUES = {}\nRECORDS = {}\n",
            truth(self.lines),
            truth(self.lists),
            literal::strings(&self.filters),
            literal::strings(&self.values),
            literal::strings(&self.records),
        )
    }
}

fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn is_filler(lower: &str) -> bool {
    ["number", "count", "total", "file", "index", "entire", "whole"].contains(&lower)
}

/// The text whose occurrences are asked for: quoted, else a name, else the words themselves.
fn occurrence(question: &Question) -> Option<String> {
    const ABOUT: [&str; 9] = ["occur", "occurrences", "appear", "mention", "times", "time", "word", "string", "phrase"];
    let is_about = |word: &str| ABOUT.iter().any(|about| same_word(about, word)) || is_filler(word);
    let pick = |kind: Kind| question.terms.iter().find(|term| term.kind == kind);
    let named = pick(Kind::Quoted).or_else(|| pick(Kind::Identifier));
    let phrase = || {
        let free = |term: &&Term| term.kind == Kind::Phrase && !term.lower.split(' ').any(is_about);
        question.terms.iter().find(free)
    };
    let word = || question.singles().find(|term| !is_about(&term.lower));
    named.or_else(phrase).or_else(word).map(|term| term.text.clone())
}

/// The fields with most points for the question.
fn best_fields<'f>(question: &Question, fields: impl Iterator<Item = &'f String>) -> Vec<String> {
    let scored: Vec<(u32, &String)> = fields.map(|key| (key_score(key, question), key)).collect();
    let top = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    scored.into_iter().filter(|(score, _)| top > 0 && *score == top).map(|(_, key)| key.clone()).collect()
}

/// Phrases made of value words come first: they say more than their words.
fn values_of(question: &Question, plain: &[&Term]) -> Vec<String> {
    let holds = |phrase: &Term| {
        let mut words = phrase.lower.split(' ');
        words.next().is_some_and(|first| plain.iter().any(|term| term.lower == first))
    };
    let phrases = question.terms.iter().filter(|term| term.kind == Kind::Phrase && holds(term));
    phrases.chain(plain.iter().copied()).map(|term| term.text.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &str) {
        let fields = ["Package", "Section", "Depends", "Pre-Depends", "Maintainer"].map(String::from);
        let plan = Plan::of(&Question::parse(question), &fields);
        let shown = plan.map_or("none".into(), |plan| plan.literals().replace('\n', "; "));
        let default = Plan::default().literals().replace('\n', "; ");
        let short: Vec<&str> = shown.split("; ").filter(|part| !part.is_empty() && !default.contains(part)).collect();
        assert_eq!(short.join("; "), expected, "{question}");
    }

    #[test]
    fn only_what_a_scan_can_count_is_counted() {
        check(
            "How many packages are in section utils?",
            r#"FILTERS = ["Section"]; VALUES = ["utils"]; RECORDS = ["Package"]"#,
        );
        check(
            "How many packages depend on libc6?",
            r#"FILTERS = ["Depends"]; VALUES = ["libc6"]; RECORDS = ["Package"]"#,
        );
        check("How many packages are there in the index?", r#"RECORDS = ["Package"]"#);
        check(
            "How many packages are maintained by Debian Rust Maintainers?",
            r#"FILTERS = ["Maintainer"]; VALUES = ["Debian Rust Maintainers", "Debian", "Rust"]; RECORDS = ["Package"]"#,
        );
        check("How many times does \"foo bar\" occur?", r#"LITERAL = "foo bar""#);
        check("How often does the word ripgrep appear?", r#"LITERAL = "ripgrep""#);
        check("What is the number of lines?", "LINES = True");
        check("How many moons does Jupiter have?", "none");
        check("What is the total number of packages?", r#"RECORDS = ["Package"]"#);
        check("What is the phone number of the vim maintainer?", "none");
        check("Who maintains vim?", "none");
    }

    #[test]
    fn only_what_a_scan_can_list_is_listed() {
        let depends = r#"LISTS = True; FILTERS = ["Depends"]; VALUES = ["ripgrep"]; RECORDS = ["Package"]"#;
        check("Which packages depend on ripgrep?", depends);
        check("Which package depends on ripgrep?", depends);
        check(
            "List the packages in section utils",
            r#"LISTS = True; FILTERS = ["Section"]; VALUES = ["utils"]; RECORDS = ["Package"]"#,
        );
        check(
            "Which package has the maintainer Ann?",
            r#"LISTS = True; FILTERS = ["Maintainer"]; VALUES = ["Ann"]; RECORDS = ["Package"]"#,
        );
        check("Which packages does ripgrep depend on?", "none");
        check("Which section is the package vim in?", "none");
        check("What is the installed size of vim?", "none");
        check("What depends of the package vim are there?", "none");
    }
}
