//! Python in colour: at the prompt while it is typed, and in a model's reply while it comes.
//!
//! This reads words, strings and comments, no grammar, so that it has something to say of a cell that is
//! not finished and of one that is wrong.

use nu_ansi_term::{Color, Style};

/// What a piece of Python is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names of one's own, operators, white space.
    Plain,
    Keyword,
    /// A function or type that is always there.
    Builtin,
    /// The name that a `def` or `class` gives.
    Defined,
    Decorator,
    Number,
    Text,
    Comment,
}

impl Kind {
    /// How it looks.
    pub fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Keyword => Color::Purple.bold(),
            Self::Builtin => Color::Cyan.normal(),
            Self::Defined => Color::Blue.bold(),
            Self::Decorator => Color::Yellow.normal(),
            Self::Number => Color::Yellow.normal(),
            Self::Text => Color::Green.normal(),
            Self::Comment => Style::new().dimmed(),
        }
    }
}

const KEYWORDS: [&str; 38] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with", "yield",
];

/// Words that are keywords only where a statement begins.
const SOFT: [&str; 3] = ["case", "match", "type"];

const BUILTINS: [&str; 46] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "dict",
    "dir",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// A string that a line left open, by the quotes that end it.
pub type Open = Option<&'static str>;

/// The pieces of `text`, all of it and in order. `open` is the string that earlier lines left open, and then
/// the one that these leave open.
pub fn pieces<'a>(text: &'a str, open: &mut Open) -> Vec<(Kind, &'a str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before = "";
    let mut begins_line = true;
    if let Some(quotes) = *open {
        let (string, closed) = through_string(rest, quotes);
        pieces.push((Kind::Text, string));
        rest = &rest[string.len()..];
        *open = if closed { None } else { Some(quotes) };
    }
    while let Some(c) = rest.chars().next() {
        let (kind, piece) = if let Some((prefix, quotes)) = string_start(rest) {
            let begin = prefix + quotes.len();
            let (body, closed) = through_string(&rest[begin..], quotes);
            if !closed && quotes.len() == 3 {
                *open = Some(quotes);
            }
            (Kind::Text, &rest[..begin + body.len()])
        } else if c == '#' {
            (Kind::Comment, &rest[..rest.find('\n').unwrap_or(rest.len())])
        } else if c.is_ascii_digit() {
            (Kind::Number, take(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
        } else if c.is_alphabetic() || c == '_' {
            let word = take(rest, |c| c.is_alphanumeric() || c == '_');
            (kind_of(word, before, begins_line, &rest[word.len()..]), word)
        } else if c == '@' && begins_line {
            (Kind::Decorator, take(rest, |c| c.is_alphanumeric() || matches!(c, '@' | '_' | '.')))
        } else {
            (Kind::Plain, &rest[..c.len_utf8()])
        };
        begins_line = c == '\n' || begins_line && c.is_whitespace();
        if !c.is_whitespace() {
            before = piece;
        }
        rest = &rest[piece.len()..];
        match pieces.last_mut() {
            // White space and operators need no pieces of their own.
            Some((Kind::Plain, last)) if kind == Kind::Plain => {
                let begin = text.len() - rest.len() - piece.len() - last.len();
                *last = &text[begin..text.len() - rest.len()];
            }
            _ => pieces.push((kind, piece)),
        }
    }
    pieces
}

/// `text` with the colours in it, for a terminal. Control characters are to be made visible before.
pub fn painted(text: &str, open: &mut Open) -> String {
    pieces(text, open).into_iter().map(|(kind, piece)| kind.style().paint(piece).to_string()).collect()
}

fn kind_of(word: &str, before: &str, begins_line: bool, after: &str) -> Kind {
    if before == "." {
        return Kind::Plain;
    }
    if matches!(before, "def" | "class") {
        return Kind::Defined;
    }
    let soft = SOFT.contains(&word);
    // `match x:` begins a statement, `match = 1` and `type(x)` do not.
    let is_statement = begins_line && after.starts_with(' ') && !after.trim_start().starts_with(['=', '.', ',', ')']);
    if KEYWORDS.contains(&word) && (!soft || is_statement) {
        Kind::Keyword
    } else if BUILTINS.contains(&word) || is_exception(word) {
        Kind::Builtin
    } else {
        Kind::Plain
    }
}

/// `ValueError` and its like.
fn is_exception(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && (word.ends_with("Error") || word.ends_with("Exception"))
}

fn take(text: &str, fits: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !fits(c)).unwrap_or(text.len())]
}

/// The length of the prefix of a string that begins here, and its quotes.
fn string_start(text: &str) -> Option<(usize, &'static str)> {
    let prefix = take(text, |c| matches!(c.to_ascii_lowercase(), 'r' | 'b' | 'f' | 'u' | 't')).len();
    let after = &text[prefix..];
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| after.starts_with(quotes))?;
    (prefix <= 2).then_some((prefix, quotes))
}

/// The text through the end of a string with these quotes, and whether it ends. One with single quotes ends
/// with its line at the latest.
fn through_string<'a>(text: &'a str, quotes: &str) -> (&'a str, bool) {
    let mut escaped = false;
    for (index, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if text[index..].starts_with(quotes) {
            return (&text[..index + quotes.len()], true);
        } else if c == '\n' && quotes.len() == 1 {
            return (&text[..index], true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces that are not plain, marked by the first letter of their kind.
    fn marked(text: &str) -> String {
        let mut open = None;
        let mark = |(kind, piece): (Kind, &str)| match kind {
            Kind::Plain => piece.to_owned(),
            kind => format!("{}<{piece}>", &format!("{kind:?}")[..1]),
        };
        let marked: String = pieces(text, &mut open).into_iter().map(mark).collect();
        marked + if open.is_some() { "..." } else { "" }
    }

    #[test]
    fn words_are_told_apart() {
        for (text, expected) in [
            ("def f(x):  # why", "K<def> D<f>(x):  C<# why>"),
            ("x = len('a') + 1.5e3", "x = B<len>(T<'a'>) + N<1.5e3>"),
            ("rb'\\'' + f\"{x}\"", "T<rb'\\''> + T<f\"{x}\">"),
            ("match = match.len", "match = match.len"),
            ("match x:\n    case 1: pass", "K<match> x:\n    K<case> N<1>: K<pass>"),
            ("@cache\nclass A: pass", "D<@cache>\nK<class> D<A>: K<pass>"),
            ("a @ b", "a @ b"),
            ("s = '''a\nb", "s = T<'''a\nb>..."),
            ("s = 'a\nb", "s = T<'a>\nb"),
            ("brb_1 = été", "brb_1 = été"),
            ("# '", "C<# '>"),
            ("raise KeyError(error)", "K<raise> B<KeyError>(error)"),
        ] {
            assert_eq!(marked(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_string_goes_on_from_line_to_line() {
        let mut open = None;
        assert_eq!(pieces("s = \"\"\"a", &mut open), [(Kind::Plain, "s = "), (Kind::Text, "\"\"\"a")]);
        assert_eq!(pieces("for", &mut open), [(Kind::Text, "for")]);
        assert_eq!(pieces("\"\"\" for", &mut open)[..2], [(Kind::Text, "\"\"\""), (Kind::Plain, " ")]);
        assert_eq!(open, None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[ -~\n'\"#é@]{0,60}") {
            let mut open = None;
            let joined: String = pieces(&text, &mut open).into_iter().map(|(_, piece)| piece).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
