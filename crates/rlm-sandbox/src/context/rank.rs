//! Which passages fit a query best: BM25 over the words of all texts.

use std::{collections::HashSet, io};

use super::{
    haystack::Haystack,
    positions::Look,
    search::{Stop, each},
};

/// Most bytes that are indexed: the index takes up to as much again.
pub const MOST_INDEXED: u64 = 256 << 20;

/// Bytes after which a passage ends at the next line's end, and at the latest.
const PASSAGE: usize = 1_000;
const LONGEST_PASSAGE: usize = 2_000;

/// Bytes one thread indexes at a time.
const PART: usize = 4 << 20;

/// Most words of a query that count.
const MOST_WORDS: usize = 64;

/// How soon more of the same word stops to matter, and how much the length of a passage does.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// The words of all passages.
#[derive(Debug, Default)]
pub struct Index {
    passages: Vec<Passage>,
    /// Which words are in which passages, in order of the words.
    postings: Vec<Posting>,
    mean_words: f64,
}

#[derive(Clone, Copy, Debug)]
struct Passage {
    text: u32,
    start: u64,
    end: u64,
    words: u32,
}

/// A word in a passage. Words are known by their hash: a chance agreement of two costs a little rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Posting {
    word: u32,
    passage: u32,
    times: u32,
}

/// A passage that was found: which text, from byte to byte, and how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    pub text: usize,
    pub start: u64,
    pub end: u64,
    pub score: f64,
}

impl Index {
    /// Indexes texts.
    ///
    /// # Errors
    /// When they are larger than [`MOST_INDEXED`], or the search was stopped.
    pub fn build(texts: &[Haystack], stop: &Stop) -> io::Result<Self> {
        let total: u64 = texts.iter().map(Look::size).sum();
        if total > MOST_INDEXED {
            let message = format!(
                "rank() reads up to {MOST_INDEXED} bytes of text, not {total}; narrow it with search(), or give it a slice"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let jobs = jobs(texts)?;
        let parts = each(&jobs, |job| {
            stop.check()?;
            job.index(texts)
        })?;
        let mut index = Self::default();
        for (passages, postings) in parts {
            let before = index.passages.len() as u32;
            index.passages.extend(passages);
            index.postings.extend(postings.into_iter().map(|one| Posting { passage: one.passage + before, ..one }));
        }
        stop.check()?;
        index.postings.sort_unstable();
        let words: f64 = index.passages.iter().map(|passage| f64::from(passage.words)).sum();
        index.mean_words = words / index.passages.len().max(1) as f64;
        Ok(index)
    }

    /// The `most` passages that fit best, the best first; of equals, the one that comes first.
    pub fn rank(&self, query: &str, most: usize) -> Vec<Ranked> {
        let mut seen = HashSet::new();
        let mut words = Vec::new();
        each_word(query.as_bytes(), &mut |word| {
            if words.len() < MOST_WORDS && seen.insert(word) {
                words.push(word);
            }
        });
        let mut scores = vec![0.0; self.passages.len()];
        for word in words {
            let start = self.postings.partition_point(|posting| posting.word < word);
            let found = &self.postings[start..];
            let found = &found[..found.partition_point(|posting| posting.word == word)];
            let (all, with) = (self.passages.len() as f64, found.len() as f64);
            let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            for posting in found {
                let times = f64::from(posting.times);
                let length = f64::from(self.passages[posting.passage as usize].words) / self.mean_words;
                scores[posting.passage as usize] += rarity * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
            }
        }
        let mut best: Vec<(usize, f64)> = scores.into_iter().enumerate().filter(|&(_, score)| score > 0.0).collect();
        best.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        best.truncate(most);
        let ranked = best.into_iter().map(|(at, score)| {
            let Passage { text, start, end, .. } = self.passages[at];
            Ranked { text: text as usize, start, end, score }
        });
        ranked.collect()
    }
}

/// Part of a text, from a line's start.
struct Job {
    text: usize,
    start: usize,
    end: usize,
}

fn jobs(texts: &[Haystack]) -> io::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for (text, haystack) in texts.iter().enumerate() {
        let bytes = bytes_of(haystack)?;
        let mut start = 0;
        while start < bytes.len() {
            let nominal = bytes.len().min(start + PART);
            let end = memchr::memchr(b'\n', &bytes[nominal..]).map_or(bytes.len(), |found| nominal + found + 1);
            jobs.push(Job { text, start, end });
            start = end;
        }
    }
    Ok(jobs)
}

fn bytes_of(text: &Haystack) -> io::Result<&[u8]> {
    let message = "rank() does not read a text that is too large to be mapped; give it a slice";
    text.bytes().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, message))
}

impl Job {
    fn index(&self, texts: &[Haystack]) -> io::Result<(Vec<Passage>, Vec<Posting>)> {
        let bytes = &bytes_of(&texts[self.text])?[self.start..self.end];
        let (mut passages, mut postings, mut words): (Vec<Passage>, Vec<Posting>, Vec<u32>) = Default::default();
        let mut start = 0;
        while start < bytes.len() {
            let end = start + passage_end(&bytes[start..]);
            words.clear();
            each_word(&bytes[start..end], &mut |word| words.push(word));
            words.sort_unstable();
            let passage = passages.len() as u32;
            for same in words.chunk_by(|one, other| one == other) {
                postings.push(Posting { word: same[0], passage, times: same.len() as u32 });
            }
            passages.push(Passage {
                text: self.text as u32,
                start: (self.start + start) as u64,
                end: (self.start + end) as u64,
                words: words.len() as u32,
            });
            start = end;
        }
        Ok((passages, postings))
    }
}

/// Where the first passage of `bytes` ends: behind a paragraph or line, else behind a word.
fn passage_end(bytes: &[u8]) -> usize {
    if bytes.len() <= PASSAGE {
        return bytes.len();
    }
    let longest = &bytes[..bytes.len().min(LONGEST_PASSAGE)];
    let behind = |found: usize| PASSAGE + found + 1;
    if let Some(found) = memchr::memchr(b'\n', &longest[PASSAGE..]) {
        return behind(found);
    }
    if let Some(found) = memchr::memrchr(b' ', &longest[PASSAGE..]) {
        return behind(found);
    }
    // Somewhere between two code points.
    (longest.len()..bytes.len()).find(|&at| bytes[at] & 0xc0 != 0x80).unwrap_or(bytes.len())
}

/// Hands over the hash of each word in lower case; of each two characters that follow each other where
/// the script has no spaces.
fn each_word(bytes: &[u8], take: &mut dyn FnMut(u32)) {
    const START: u32 = 0x811c_9dc5;
    let add = |hash: u32, char: char| {
        let mut code = char as u32;
        let mut hash = hash;
        loop {
            hash = (hash ^ (code & 0xff)).wrapping_mul(0x0100_0193);
            code >>= 8;
            if code == 0 {
                return hash;
            }
        }
    };
    for chunk in bytes.utf8_chunks() {
        let (mut word, mut before) = (None, None);
        for char in chunk.valid().chars() {
            if has_no_spaces(char) {
                if let Some(hash) = word.take() {
                    take(hash);
                }
                take(before.map_or_else(|| add(START, char), |before| add(add(START, before), char)));
                before = Some(char);
                continue;
            }
            before = None;
            if char.is_alphanumeric() {
                let hash = word.unwrap_or(START);
                word = Some(if char.is_ascii() {
                    add(hash, char.to_ascii_lowercase())
                } else {
                    char.to_lowercase().fold(hash, add)
                });
            } else if let Some(hash) = word.take() {
                take(hash);
            }
        }
        if let Some(hash) = word {
            take(hash);
        }
    }
}

/// Whether a character is of a script written without spaces.
fn has_no_spaces(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(texts: &[&str], query: &str, most: usize) -> Vec<(usize, u64, u64)> {
        let texts: Vec<Haystack> = texts.iter().map(|text| Haystack::copied(text.as_bytes(), true)).collect();
        let index = Index::build(&texts, &Stop::default()).unwrap();
        index.rank(query, most).into_iter().map(|found| (found.text, found.start, found.end)).collect()
    }

    #[test]
    fn rare_words_and_short_passages_count_more() {
        let texts =
            ["apples and pears", "apples and apples and apples", "plums", "apples, pears and many other fruits too"];
        assert_eq!(ranked(&texts, "PEARS apples", 2), [(0, 0, 16), (3, 0, 39)]);
        assert_eq!(ranked(&texts, "plums", 5), [(2, 0, 5)]);
        assert_eq!(ranked(&texts, "cherries", 5), []);
        assert_eq!(ranked(&texts, "", 5), []);
    }

    #[test]
    fn scripts_without_spaces_are_found() {
        assert_eq!(ranked(&["これは漢字です", "何か別の文"], "漢字", 5), [(0, 0, 21)]);
        assert_eq!(ranked(&["Größe und Länge", "etwas anderes"], "GRÖSSE größe", 5), [(0, 0, 18)]);
    }

    #[test]
    fn passages_of_a_long_text_are_whole_lines() {
        let mut text: String = (0..200_000).map(|n| format!("line number {n} of many\n")).collect();
        let at = text.find("line number 150000 ").unwrap();
        text.insert_str(at, "the needle is here\n");
        let [(0, start, end)] = ranked(&[&text], "needle", 3)[..] else { panic!("one passage") };
        let found = &text[start as usize..end as usize];
        assert!(found.contains("the needle is here\n") && found.starts_with("line number") && found.ends_with('\n'));
        assert!((PASSAGE..LONGEST_PASSAGE).contains(&found.len()));
    }
}
