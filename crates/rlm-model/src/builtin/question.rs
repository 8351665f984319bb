//! What a question asks about: its terms, strongest kinds first known.

use super::words::{is_east_asian, is_stop_word, stem};

/// A question taken apart.
#[derive(Debug)]
pub(super) struct Question {
    /// The question on one line.
    pub text: String,
    /// Every plain word in lower case, stop words included, in order.
    pub words: Vec<String>,
    /// What to look for, in order, without repeats.
    pub terms: Vec<Term>,
}

/// Something to look for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    /// As the question spells it.
    pub text: String,
    /// In lower case, as most comparisons want it.
    pub lower: String,
    pub kind: Kind,
}

/// What a term is, which decides how much it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stood in quotes.
    Quoted,
    /// Holds digits or joining marks: `libssl-dev`, `foo_bar`, `v1.2`.
    Identifier,
    /// Capitalised within the sentence.
    Name,
    /// Any other word.
    Word,
    /// Words that stand side by side.
    Phrase,
}

impl Kind {
    /// How much more than a plain word a hit says.
    pub(super) fn boost(self) -> f64 {
        match self {
            Self::Quoted => 3.0,
            Self::Identifier => 2.5,
            Self::Name => 1.8,
            Self::Phrase => 1.5,
            Self::Word => 1.0,
        }
    }

    /// Is the term certainly a name of something, so that an answer has to be about it?
    pub(super) fn is_strong(self) -> bool {
        matches!(self, Self::Quoted | Self::Identifier | Self::Name)
    }
}

impl Term {
    fn new(text: &str, kind: Kind) -> Self {
        Self { text: text.to_owned(), lower: text.to_lowercase(), kind }
    }

    /// What to search for so that other forms of a plain word are found too.
    pub(super) fn needle(&self) -> &str {
        match self.kind {
            Kind::Word => {
                let length = stem(&self.lower).len();
                self.text.get(..length).unwrap_or(&self.text)
            }
            _ => &self.text,
        }
    }
}

/// Most terms searched for; a question longer than that is a document.
const MOST_TERMS: usize = 14;

impl Question {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let tokens = tokens(&text);
        let words = tokens.iter().filter(|token| token.kind == Kind::Word || token.kind == Kind::Name);
        let words = words.map(|token| token.text.to_lowercase()).collect();
        let mut terms = Vec::new();
        for run in tokens.split(|token| token.stops) {
            add_run(&mut terms, run);
        }
        terms.truncate(MOST_TERMS);
        Self { text, words, terms }
    }

    /// The terms that are words or names, without phrases.
    pub(super) fn singles(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.kind != Kind::Phrase)
    }
}

struct Token {
    text: String,
    kind: Kind,
    /// A stop word: it ends a phrase and is no term.
    stops: bool,
}

fn add_run(terms: &mut Vec<Term>, run: &[Token]) {
    let plain: Vec<&str> = run.iter().map(|token| token.text.as_str()).collect();
    let quoted = run.iter().any(|token| token.kind == Kind::Quoted);
    if (2..=5).contains(&plain.len()) && !quoted {
        add(terms, &plain.join(" "), Kind::Phrase);
    }
    for token in run {
        add(terms, &token.text, token.kind);
    }
}

fn add(terms: &mut Vec<Term>, text: &str, kind: Kind) {
    let term = Term::new(text, kind);
    if !term.lower.is_empty() && !terms.iter().any(|known| known.lower == term.lower) {
        terms.push(term);
    }
}

/// Quoted stretches whole, everything else word by word.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, quoted, after)) = next_quote(rest) {
        push_words(&mut tokens, before);
        tokens.push(Token { text: quoted.trim().to_owned(), kind: Kind::Quoted, stops: false });
        rest = after;
    }
    push_words(&mut tokens, rest);
    tokens
}

/// The first quoted stretch: what is before it, in it, after it.
fn next_quote(text: &str) -> Option<(&str, &str, &str)> {
    for (at, open) in text.char_indices() {
        let close = match open {
            '"' | '`' => open,
            '“' => '”',
            '«' => '»',
            '「' => '」',
            '\'' if at == 0 || text[..at].ends_with([' ', '(']) => '\'',
            _ => continue,
        };
        let inside = &text[at + open.len_utf8()..];
        let end = inside.char_indices().find(|(end, c)| {
            let after = inside[end + c.len_utf8()..].chars().next();
            *c == close && (close != '\'' || !after.is_some_and(char::is_alphanumeric))
        });
        if let Some((end, c)) = end.filter(|(end, _)| !inside[..*end].trim().is_empty()) {
            return Some((&text[..at], &inside[..end], &inside[end + c.len_utf8()..]));
        }
    }
    None
}

fn push_words(tokens: &mut Vec<Token>, text: &str) {
    for piece in text.split_whitespace() {
        let starts = tokens.is_empty();
        let word = bare(piece);
        if piece.starts_with(['(', '[']) {
            tokens.push(pause());
        }
        if word.chars().any(is_east_asian) {
            push_east_asian(tokens, word);
        } else if !word.is_empty() {
            let kind = kind_of(word, starts);
            let stops = kind != Kind::Identifier && is_stop_word(&word.to_lowercase());
            tokens.push(Token { text: word.to_owned(), kind, stops });
        }
        if piece.ends_with([',', ';', ':']) {
            tokens.push(pause());
        }
    }
}

/// What ends a phrase without being a word.
fn pause() -> Token {
    Token { text: String::new(), kind: Kind::Word, stops: true }
}

/// A word without the punctuation around it and without a possessive ending.
fn bare(piece: &str) -> &str {
    let word = piece.trim_start_matches(['(', '[', '{', '<', '"', '\'', '¿', '¡', ',', ';', '*']);
    let word =
        word.trim_end_matches([')', ']', '}', '>', '"', '\'', ',', '.', ';', ':', '?', '!', '…', '*', '？', '。']);
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

fn kind_of(word: &str, starts: bool) -> Kind {
    let marked = |c: char| c.is_numeric() || "_/+@#$\\:.=".contains(c);
    let inner_dash = word.trim_matches('-').contains('-');
    let capitals = word.chars().skip(1).any(char::is_uppercase);
    match word.chars().next() {
        _ if word.chars().any(marked) || inner_dash => Kind::Identifier,
        Some(first) if first.is_uppercase() && (!starts || capitals) => Kind::Name,
        Some(_) if capitals => Kind::Identifier,
        _ => Kind::Word,
    }
}

/// Text without spaces: runs of one script are words, hiragana holds them together.
fn push_east_asian(tokens: &mut Vec<Token>, text: &str) {
    let script = |c: char| match c {
        '\u{3040}'..='\u{309f}' => 0,
        '\u{30a0}'..='\u{30ff}' => 1,
        c if is_east_asian(c) => 2,
        c if c.is_alphanumeric() => 3,
        _ => 4,
    };
    let chars: Vec<char> = text.chars().collect();
    for run in chars.chunk_by(|a, b| script(*a) == script(*b)) {
        let stops = matches!(script(run[0]), 0 | 4);
        // Long Chinese runs are several words: pairs of characters find them.
        let size = if script(run[0]) == 2 && run.len() > 4 { 2 } else { run.len() };
        for word in run.windows(size) {
            tokens.push(Token { text: word.iter().collect(), kind: Kind::Name, stops });
            tokens.push(pause());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &str) {
        let terms = Question::parse(question).terms;
        let shown: Vec<_> = terms.iter().map(|t| format!("{:?}:{}", t.kind, t.text)).collect();
        assert_eq!(shown.join(" | "), expected, "{question}");
    }

    #[test]
    fn terms_are_what_the_question_is_about() {
        check(
            "Who maintains the package ripgrep?",
            "Word:maintains | Phrase:package ripgrep | Word:package | Word:ripgrep",
        );
        check(
            "What is the installed size of gcc-12?",
            "Phrase:installed size | Word:installed | Word:size | Identifier:gcc-12",
        );
        check(
            "What is the secret code for project Bluebird?",
            "Phrase:secret code | Word:secret | Word:code | Phrase:project Bluebird | Word:project | Name:Bluebird",
        );
        check(
            "Where does 'connection reset' occur in `net.c`, and why?",
            "Quoted:connection reset | Word:occur | Quoted:net.c",
        );
        check(
            "Which one is Ada Lovelace's ZX-81?",
            "Phrase:Ada Lovelace ZX-81 | Name:Ada | Name:Lovelace | Identifier:ZX-81",
        );
        check("What's in libstdc++6 or g++ (v1.2)?", "Identifier:libstdc++6 | Identifier:g++ | Identifier:v1.2");
        check("What is it?", "");
        check("", "");
        check("東京タワーの高さは？", "Name:東京 | Name:タワー | Name:高");
        check("don't 'stop' it's Bob's", "Word:don't | Quoted:stop | Name:Bob");
    }

    #[test]
    fn a_needle_finds_other_forms() {
        let question = Question::parse("who maintains Maintains");
        assert_eq!(question.terms[1].needle(), "maintain");
    }
}
