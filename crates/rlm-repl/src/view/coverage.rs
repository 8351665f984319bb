//! Which parts of a context were read: where what models were shown stands in it.
//!
//! A trajectory holds the texts, not where they came from. So pieces of them are looked for in the context
//! in one pass, by a rolling hash, and each piece found is made as long as both sides agree.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

/// Bytes of a piece that is looked for, and the least that counts as read.
const PIECE: usize = 32;
/// A piece begins at every so many bytes of a text; of many texts, at fewer.
const STRIDE: usize = 16;
/// Most pieces that are looked for.
const MOST_PIECES: usize = 4_000_000;
/// Places of one piece that are looked at: what stands everywhere says little.
const MOST_PLACES: usize = 32;
/// Different bytes a piece has to have: lines of dashes stand everywhere too.
const LEAST_VARIETY: usize = 8;
/// Most stretches of a page, which has no room to show more.
const MOST_SPANS: usize = 1_500;

/// Stretches of one context, as offsets in bytes, and the turns they were read by.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// Which context.
    pub context: usize,
    /// What the root models were shown.
    pub root: Vec<Span>,
    /// What was sent to sub-models.
    pub sub: Vec<Span>,
}

/// From, to, and who.
pub type Span = (usize, usize, Vec<String>);

/// What models were shown.
#[derive(Debug, Default)]
pub struct Texts {
    root: Vec<(String, String)>,
    sub: Vec<(String, String)>,
}

impl Texts {
    /// Of the lines of a trajectory.
    pub fn of(lines: &[Value]) -> Self {
        let mut texts = Self::default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for line in lines.iter().filter(|line| line["code_blocks"].is_array()) {
            let run = line["run"].as_str().unwrap_or("0");
            let name = format!("{run}/{}", line["iteration"]);
            // A child run's root model is a sub-model of the run that asked.
            let shown = if line["type"] == "iteration" { &mut texts.root } else { &mut texts.sub };
            let blocks = line["code_blocks"].as_array().into_iter().flatten();
            for result in blocks.clone().map(|block| &block["result"]) {
                shown.push((name.clone(), text(&result["shown"])));
            }
            let calls = blocks.flat_map(|block| block["result"]["rlm_calls"].as_array().into_iter().flatten());
            texts.sub.extend(calls.map(|call| (name.clone(), text(&call["prompt"]))));
        }
        texts
    }

    /// Where they stand in a context.
    pub fn in_context(&self, context: usize, bytes: &[u8]) -> Coverage {
        Coverage { context, root: spans(&self.root, bytes), sub: spans(&self.sub, bytes) }
    }
}

fn spans(texts: &[(String, String)], haystack: &[u8]) -> Vec<Span> {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    let all: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let stride = STRIDE.max(all.div_ceil(MOST_PIECES));
    let places = places(texts, haystack, stride);
    for (index, (name, text)) in texts.iter().enumerate() {
        let text = text.as_bytes();
        let mut covered = 0;
        for start in (0..text.len()).step_by(stride) {
            let Some(at) = places.get(&(index, start)).filter(|_| start >= covered) else { continue };
            let longest = at.iter().map(|place| extended(text, start, haystack, *place));
            if let Some((from, to, after)) = longest.max_by_key(|(from, to, _)| to - from) {
                covered = start + after;
                found.push((from, to, name));
            }
        }
    }
    merged(found)
}

/// Where each piece stands, by text and offset.
fn places(texts: &[(String, String)], haystack: &[u8], stride: usize) -> HashMap<(usize, usize), Vec<usize>> {
    let mut pieces: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    for (index, (_, text)) in texts.iter().enumerate() {
        let bytes = text.as_bytes();
        for (at, piece) in bytes.windows(PIECE).enumerate().step_by(stride) {
            if variety(piece) >= LEAST_VARIETY {
                pieces.entry(hash(piece)).or_default().push((index, at));
            }
        }
    }
    let mut found: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    if pieces.is_empty() || haystack.len() < PIECE {
        return found;
    }
    // Nearly every place is none: a bit for each hash answers that without the table.
    let mut filter = vec![0u64; 1 << 16];
    let bit = |hash: u64| ((hash >> 48) as usize, 1u64 << (hash >> 42 & 63));
    pieces.keys().for_each(|hash| filter[bit(*hash).0] |= bit(*hash).1);
    let leaving = (1..PIECE).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut rolling = hash(&haystack[..PIECE]);
    for at in 0..=haystack.len() - PIECE {
        if at > 0 {
            let (out, new) = (value(haystack[at - 1]), value(haystack[at + PIECE - 1]));
            rolling = rolling.wrapping_sub(out.wrapping_mul(leaving)).wrapping_mul(BASE).wrapping_add(new);
        }
        let (word, mask) = bit(rolling);
        if filter[word] & mask == 0 {
            continue;
        }
        for (index, start) in pieces.get(&rolling).into_iter().flatten() {
            let piece = &texts[*index].1.as_bytes()[*start..*start + PIECE];
            if piece == &haystack[at..at + PIECE] {
                let places = found.entry((*index, *start)).or_default();
                if places.len() < MOST_PLACES {
                    places.push(at);
                }
            }
        }
    }
    found
}

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

fn value(byte: u8) -> u64 {
    (u64::from(byte) + 1).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn hash(piece: &[u8]) -> u64 {
    piece.iter().fold(0, |hash, byte| hash.wrapping_mul(BASE).wrapping_add(value(*byte)))
}

fn variety(piece: &[u8]) -> usize {
    let mut seen = [false; 256];
    piece.iter().filter(|byte| !std::mem::replace(&mut seen[usize::from(**byte)], true)).count()
}

/// The match around a piece that stands at `start` in the text and at `place` here: from, to, and how long it
/// is from the piece's begin on.
fn extended(text: &[u8], start: usize, haystack: &[u8], place: usize) -> (usize, usize, usize) {
    let before = text[..start].iter().rev().zip(haystack[..place].iter().rev()).take_while(|(a, b)| a == b).count();
    let after = text[start..].iter().zip(&haystack[place..]).take_while(|(a, b)| a == b).count();
    (place - before, place + after, after)
}

/// Stretches in order, those that touch made one, and few enough to be shown.
fn merged(mut found: Vec<(usize, usize, &str)>) -> Vec<Span> {
    found.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for (from, to, name) in found {
        match spans.last_mut() {
            Some((_, end, names)) if from <= *end => {
                *end = to.max(*end);
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
            _ => spans.push((from, to, vec![name.to_owned()])),
        }
    }
    spans.sort_by_key(|(from, to, _)| std::cmp::Reverse(to - from));
    spans.truncate(MOST_SPANS);
    spans.sort_unstable();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> String {
        (0..2_000).map(|line| format!("Package: tool-{line}\nPriority: optional\nSection: utilities\n\n")).collect()
    }

    fn found(texts: &[(&str, &str)], haystack: &str) -> Vec<Span> {
        let texts: Vec<_> = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        spans(&texts, haystack.as_bytes())
    }

    #[test]
    fn what_was_shown_is_found_where_it_stands() {
        let context = context();
        let at = context.find("Package: tool-700\n").unwrap();
        let passage = &context[at..at + 600];
        let told = format!("Answer from this passage.\n\n{passage}\n\nWhat is it?");
        let got = found(&[("0/1", &told)], &context);
        // The line ends around the passage stand in the context too.
        assert_eq!((got.len(), got[0].0.abs_diff(at) <= 2), (1, true), "{got:?}");
        assert!(got[0].1.abs_diff(at + 600) <= 2, "{got:?}");
        let both = found(&[("0/1", &told), ("0/2", &told)], &context);
        assert_eq!((both.len(), both[0].2.len()), (1, 2));
    }

    #[test]
    fn what_stands_nowhere_or_says_nothing_is_not_found() {
        let context = format!("{}{}", context(), "-".repeat(200));
        assert_eq!(found(&[("0/1", "a text that nobody ever put into that context at all")], &context), []);
        assert_eq!(found(&[("0/1", &"-".repeat(100))], &context), []);
        assert_eq!(found(&[("0/1", "short")], &context), []);
        assert_eq!(found(&[("0/1", "a text that is longer than the context")], "tiny"), []);
    }

    #[test]
    fn texts_of_a_trajectory_are_told_apart() {
        let line = serde_json::json!({"type": "iteration", "run": "0", "iteration": 3, "code_blocks": [
            {"result": {"shown": "seen", "rlm_calls": [{"prompt": "read"}]}}]});
        let texts = Texts::of(&[serde_json::json!({"type": "metadata"}), line]);
        assert_eq!(texts.root, [("0/3".to_owned(), "seen".to_owned())]);
        assert_eq!(texts.sub, [("0/3".to_owned(), "read".to_owned())]);
    }
}
