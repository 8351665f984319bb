//! English words: which carry no content, which are forms of one another, where one stands whole.

/// Words that say nothing about what is asked.
const STOP_WORDS: &str = "a about above according after again all also am an and any are as at be \
    because been before being below between both but by can could did do does doing down during \
    each exactly few find for from further give given had has have having he her hers him his \
    how i if in into is it its itself just know let list located many may me mentioned might more \
    most much must my name named no nor not of off often on once one only or other our out over \
    own please same say says set shall she should show so some stated such tell than that the \
    their them then there these they this those through to too under until up us value was we were \
    what when where which while who whom whose why will with would you your answer question \
    context text document called come comes use used using there's whats what's who's where's";

/// Words that ask for a property under another name. The left one is in the question.
const SYNONYMS: [(&str, &str); 24] = [
    ("do", "description"),
    ("purpose", "description"),
    ("website", "homepage"),
    ("site", "homepage"),
    ("url", "homepage"),
    ("url", "link"),
    ("web", "homepage"),
    ("cost", "price"),
    ("costs", "price"),
    ("wrote", "author"),
    ("written", "author"),
    ("writer", "author"),
    ("created", "author"),
    ("when", "date"),
    ("when", "time"),
    ("where", "location"),
    ("where", "address"),
    ("phone", "telephone"),
    ("old", "age"),
    ("job", "occupation"),
    ("big", "size"),
    ("large", "size"),
    ("named", "name"),
    ("called", "name"),
];

/// What holds the text or says that something has it, and is not what it says.
const CONTAINERS: [&str; 26] = [
    "article",
    "chapter",
    "contain",
    "contains",
    "data",
    "database",
    "dataset",
    "documents",
    "entire",
    "entry",
    "file",
    "files",
    "get",
    "gets",
    "got",
    "holds",
    "index",
    "list",
    "log",
    "page",
    "passage",
    "record",
    "report",
    "table",
    "texts",
    "whole",
];

/// Numbers that are written as words, and what else says when.
const NUMBER_WORDS: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million \
    billion dozen once twice half none january february march april may june july august september october november \
    december monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow spring summer autumn winter \
    morning noon evening midnight night";

/// Verbs whose forms share no beginning.
const IRREGULAR: [&str; 44] = [
    "begin began begun",
    "break broke broken",
    "bring brought",
    "build built",
    "buy bought",
    "catch caught",
    "choose chose chosen",
    "come came",
    "die died dies dead death",
    "draw drew drawn",
    "drink drank drunk",
    "drive drove driven",
    "eat ate eaten",
    "fall fell fallen",
    "feel felt",
    "fight fought",
    "fly flew flown",
    "get got gotten",
    "give gave given",
    "go goes went gone",
    "grow grew grown",
    "hear heard",
    "hold held",
    "keep kept",
    "know knew known",
    "lead led",
    "leave left",
    "lose lost",
    "make made",
    "meet met",
    "pay paid",
    "rise rose risen",
    "run ran",
    "see saw seen",
    "sell sold",
    "send sent",
    "sing sang sung",
    "speak spoke spoken",
    "spend spent",
    "stand stood",
    "take took taken",
    "teach taught",
    "win won",
    "write wrote written",
];

/// Endings of other forms of a word, longest first, with the letters that must be left.
const ENDINGS: [(&str, usize); 26] = [
    ("encies", 4),
    ("ements", 4),
    ("ations", 4),
    ("ation", 4),
    ("ement", 4),
    ("ances", 4),
    ("ences", 4),
    ("ments", 4),
    ("ance", 4),
    ("ence", 4),
    ("ency", 4),
    ("ment", 4),
    ("ions", 5),
    ("ings", 4),
    ("ers", 3),
    ("ors", 4),
    ("ing", 4),
    ("ies", 4),
    ("ied", 4),
    ("ion", 5),
    ("er", 3),
    ("or", 4),
    ("ed", 4),
    ("es", 4),
    ("y", 4),
    ("e", 4),
];

pub(super) fn is_stop_word(lower: &str) -> bool {
    STOP_WORDS.split_ascii_whitespace().any(|word| word == lower)
}

pub(super) fn is_container(lower: &str) -> bool {
    CONTAINERS.contains(&lower)
}

pub(super) fn is_number_word(lower: &str) -> bool {
    NUMBER_WORDS.split_ascii_whitespace().any(|word| word == lower)
}

/// The forms of an irregular verb, this one included.
fn irregular_forms(lower: &str) -> impl Iterator<Item = &'static str> {
    let verb = IRREGULAR.iter().find(|forms| forms.split(' ').any(|form| form == lower));
    verb.into_iter().flat_map(|forms| forms.split(' '))
}

pub(super) fn is_synonym(asked: &str, key: &str) -> bool {
    SYNONYMS.contains(&(asked, key))
}

/// The part of a lower-case word that its other forms share; always a prefix of it.
pub(super) fn stem(lower: &str) -> &str {
    if !lower.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return lower;
    }
    for (ending, least) in ENDINGS {
        if let Some(rest) = lower.strip_suffix(ending).filter(|rest| rest.len() >= least) {
            return rest;
        }
    }
    match lower.strip_suffix('s') {
        Some(rest) if rest.len() >= 3 && !rest.ends_with(['s', 'u', 'i']) => rest,
        _ => lower,
    }
}

/// Are two lower-case words forms of one word, such as `maintains` and `maintainer`?
pub(super) fn same_word(a: &str, b: &str) -> bool {
    let (a, b) = (stem(a), stem(b));
    if a == b {
        return true;
    }
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    shared >= 5 && shared + 2 >= a.len().max(b.len())
}

/// Does `needle` stand in `text` by itself, and not inside a longer word or name?
pub(super) fn stands_whole(text: &str, needle: &str) -> bool {
    !needle.is_empty()
        && text.match_indices(needle).any(|(at, _)| open_before(&text[..at]) && open_after(&text[at + needle.len()..]))
}

const JOINERS: [char; 4] = ['-', '.', '+', '_'];

fn open_before(before: &str) -> bool {
    let mut chars = before.chars().rev();
    match (chars.next(), chars.next()) {
        (Some(last), _) if is_word(last) => false,
        (Some(last), Some(other)) => !(JOINERS.contains(&last) && is_word(other)),
        _ => true,
    }
}

fn open_after(after: &str) -> bool {
    let mut chars = after.chars();
    match (chars.next(), chars.next()) {
        (Some(first), _) if is_word(first) || first == '+' => false,
        (Some(first), Some(other)) => !(JOINERS.contains(&first) && is_word(other)),
        _ => true,
    }
}

/// Chinese and Japanese run words together, so a neighbour there does not make a longer word.
fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_east_asian(c)
}

pub(super) fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Does any word of a lower-case text come from the same word?
pub(super) fn has_form_of(text: &str, word: &str) -> bool {
    if irregular_forms(word).any(|form| stands_whole(text, form)) {
        return true;
    }
    let stem = stem(word);
    text.contains(stem.get(..5).unwrap_or(stem))
        && text.split(|c: char| !is_word(c)).any(|other| !other.is_empty() && same_word(word, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_word() {
        for (a, b) in [
            ("maintains", "maintainer"),
            ("maintained", "maintainers"),
            ("depend", "depends"),
            ("dependencies", "depends"),
            ("package", "packages"),
            ("versions", "version"),
            ("priorities", "priority"),
            ("described", "description"),
            ("installed", "install"),
            ("licence", "license"),
            ("located", "location"),
            ("homepage", "homepages"),
            ("owns", "owner"),
        ] {
            assert!(same_word(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("section", "secret"),
            ("version", "verse"),
            ("size", "site"),
            ("source", "soup"),
            ("status", "stat"),
            ("archive", "architecture"),
            ("v1", "v2"),
        ] {
            assert!(!same_word(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_name_inside_a_longer_name_does_not_count() {
        for text in ["ripgrep", "a ripgrep b", "(ripgrep)", "ripgrep.", "ripgrep, x", "-ripgrep-"] {
            assert!(stands_whole(text, "ripgrep"), "{text}");
        }
        for text in ["ripgrep-all", "librust-ripgrep-dev", "ripgreps", "ripgrep.el", "xripgrep", "ripgrep++"] {
            assert!(!stands_whole(text, "ripgrep"), "{text}");
        }
        assert!(stands_whole("use g++ here", "g++"));
        assert!(stands_whole("東京タワーの高さは", "高さ"));
    }
}
