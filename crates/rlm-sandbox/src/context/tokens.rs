//! How many tokens a language model would make of a text, without a tokenizer.
//!
//! Words, numbers, punctuation, white space and each script have a price of their own, fitted to
//! OpenAI's `o200k` vocabulary. Only its proportions matter: other vocabularies of that size differ from it
//! by a few per cent on the same text.

use std::io;

use super::{haystack::Haystack, positions::Look};

/// Texts up to this size are looked at whole; of longer ones, as much in evenly spaced samples.
const LOOKED_AT: u64 = 4 << 20;

/// Samples of a longer text.
const SAMPLES: u64 = 64;

/// About how many tokens `text` has.
///
/// On prose, code, numbers, tables and CJK it is within about a tenth of what `o200k` gives; see
/// `docs/contexts.md` for the measured error on each kind of text.
pub fn estimate_tokens(text: &str) -> u64 {
    let mut total = 0.0;
    each_word(text.as_bytes(), &mut |_, tokens| total += tokens);
    total.round() as u64
}

/// The same for any haystack, by samples where it is long.
pub fn estimate(text: &Haystack) -> io::Result<u64> {
    let size = text.size();
    let of = |range| -> io::Result<f64> {
        let mut total = 0.0;
        each_word(&text.look(range)?, &mut |_, tokens| total += tokens);
        Ok(total)
    };
    if size <= LOOKED_AT {
        return Ok(of(0..size)?.round() as u64);
    }
    let (step, len) = (size / SAMPLES, LOOKED_AT / SAMPLES);
    let mut total = 0.0;
    for sample in 0..SAMPLES {
        total += of(sample * step..sample * step + len)?;
    }
    Ok((total / (SAMPLES * len) as f64 * size as f64).round() as u64)
}

/// What stands together when text is cut into tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// ASCII letters.
    Letter,
    /// Letters of other alphabets.
    OtherLetter,
    Digit,
    Space,
    Newline,
    /// ASCII punctuation.
    Mark,
    /// Chinese characters.
    Han,
    /// Kana.
    Kana,
    /// Hangul.
    Hangul,
    /// Whatever else: symbols, emoji.
    Other,
}

fn class_of(char: char) -> Class {
    match char {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '\n' | '\r' => Class::Newline,
        ' ' | '\t' | '\u{a0}' => Class::Space,
        '\0'..='\x7f' => Class::Mark,
        '\u{3040}'..='\u{30ff}' => Class::Kana,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => Class::Han,
        '\u{ac00}'..='\u{d7af}' => Class::Hangul,
        _ if char.is_alphabetic() => Class::OtherLetter,
        _ => Class::Other,
    }
}

/// Hands `take` the end of each word, in bytes, and its price.
pub fn each_word(bytes: &[u8], take: &mut dyn FnMut(usize, f64)) {
    let mut end = 0;
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        let mut chars = text.char_indices().peekable();
        let mut before = None;
        while let Some((start, first)) = chars.next() {
            let mut word = Word::begin(first, before);
            let mut last = start + first.len_utf8();
            while let Some(&(at, next)) = chars.peek() {
                if class_of(next) != word.class {
                    word.after = Some(class_of(next));
                    break;
                }
                word.go_on(next);
                last = at + next.len_utf8();
                chars.next();
            }
            before = Some(word.class);
            take(end + last, word.price());
        }
        end += text.len();
        if !chunk.invalid().is_empty() {
            end += chunk.invalid().len();
            take(end, chunk.invalid().len() as f64);
        }
    }
}

/// Characters of one class, and what stands around them.
struct Word {
    class: Class,
    before: Option<Class>,
    after: Option<Class>,
    len: u32,
    /// Capitals after small letters: camelCase.
    humps: u32,
    ends_upper: bool,
    all_upper: bool,
}

impl Word {
    fn begin(first: char, before: Option<Class>) -> Self {
        let upper = first.is_ascii_uppercase();
        let class = class_of(first);
        Self { class, before, after: None, len: 1, humps: 0, ends_upper: upper, all_upper: upper }
    }

    fn go_on(&mut self, next: char) {
        let upper = next.is_ascii_uppercase();
        self.humps += u32::from(upper && !self.ends_upper);
        self.ends_upper = upper;
        self.all_upper &= upper;
        self.len += 1;
    }

    /// About how many tokens it is.
    fn price(&self) -> f64 {
        let length = f64::from(self.len);
        let beyond = |free: f64, per: f64| 1.0 + (length - free).max(0.0) / per;
        let before_word = matches!(self.after, Some(Class::Letter | Class::OtherLetter | Class::Mark));
        match self.class {
            Class::Letter if self.all_upper && self.len > 3 => beyond(3.0, 2.8),
            Class::Letter => beyond(7.0, 4.5) + f64::from(self.humps) * 0.6,
            Class::OtherLetter => beyond(4.3, 4.0),
            Class::Digit => f64::from(self.len.div_ceil(3)),
            // A single space is part of the word after it, and often a single mark is.
            Class::Space if self.len == 1 && before_word => 0.0,
            Class::Space => 1.0,
            Class::Mark if self.len == 1 && self.after == Some(Class::Letter) => 0.65,
            Class::Mark => beyond(2.0, 4.0),
            // Line ends go with the mark before them.
            Class::Newline if self.before == Some(Class::Mark) => 0.0,
            Class::Newline => 0.7,
            Class::Han => length * 0.74,
            Class::Kana => length * 0.7,
            Class::Hangul => length * 0.65,
            Class::Other => length * 0.9,
        }
    }
}
