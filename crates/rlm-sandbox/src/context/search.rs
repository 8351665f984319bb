//! Regular expressions over texts of any size, on all processors.
//!
//! A pattern that cannot match a line's end is looked for in windows of whole lines, side by side. Any
//! other is looked for from the beginning to the end, in windows that overlap.

use std::{
    io,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind, Look as Assertion};

use super::{haystack::Haystack, positions::Look};

/// Bytes of one window.
const WINDOW: u64 = 8 << 20;

/// Longest match across lines that is found for certain.
const LONGEST_ACROSS: u64 = 1 << 20;

/// Longest window that a match across lines may grow into.
const MOST_WINDOW: u64 = 64 << 20;

/// Bytes looked at before a window, for assertions about what stands before a match.
const BEHIND: u64 = 4;

/// Memory a compiled pattern may take, in bytes.
const MOST_COMPILED: usize = 16 << 20;

/// Longest pattern, in bytes.
const MOST_PATTERN: usize = 64 << 10;

/// Tells a search to stop. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops every search that has it, at its next window.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An error once it was stopped.
    pub fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

/// A pattern that native search does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    text: Regex,
    bytes: Regex,
    /// Whether it matches within lines only.
    within_lines: bool,
    /// Whether it asks where the text ends.
    asks_for_end: bool,
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    pub ignore_case: bool,
    pub literal: bool,
    pub dot_matches_all: bool,
    pub verbose: bool,
}

impl Flags {
    /// Of the guest's letters.
    pub fn parse(letters: &str) -> Self {
        Self {
            ignore_case: letters.contains('i'),
            literal: letters.contains('l'),
            dot_matches_all: letters.contains('s'),
            verbose: letters.contains('x'),
        }
    }
}

impl Pattern {
    /// Compiles a pattern in which `^` and `$` match at lines.
    pub fn compile(pattern: &str, flags: Flags) -> Result<Self, Unsupported> {
        if pattern.len() > MOST_PATTERN {
            return Err(Unsupported(format!("a pattern of {} bytes, at most {MOST_PATTERN}", pattern.len())));
        }
        let pattern = if flags.literal { regex::escape(pattern) } else { pattern.to_owned() };
        let unsupported = |error: String| Unsupported(error.lines().last().unwrap_or_default().trim().to_owned());
        let build = |unicode: bool| {
            RegexBuilder::new(&pattern)
                .unicode(unicode)
                .multi_line(true)
                .case_insensitive(flags.ignore_case)
                .dot_matches_new_line(flags.dot_matches_all)
                .ignore_whitespace(flags.verbose)
                .size_limit(MOST_COMPILED)
                .build()
                .map_err(|error| unsupported(error.to_string()))
        };
        let hir = regex_syntax::ParserBuilder::new()
            .utf8(false)
            .multi_line(true)
            .dot_matches_new_line(flags.dot_matches_all)
            .ignore_whitespace(flags.verbose)
            .build()
            .parse(&pattern)
            .map_err(|error| unsupported(error.to_string()))?;
        let looks = hir.properties().look_set();
        Ok(Self {
            text: build(true)?,
            bytes: build(false).or_else(|_| build(true))?,
            within_lines: !matches_newline(&hir)
                && !looks.contains(Assertion::Start)
                && !looks.contains(Assertion::End),
            asks_for_end: looks.contains(Assertion::End),
        })
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        self.text.captures_len() - 1
    }

    /// The pattern for text, or for bytes.
    pub fn regex(&self, is_text: bool) -> &Regex {
        if is_text { &self.text } else { &self.bytes }
    }
}

/// Whether some match may contain a line's end.
fn matches_newline(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().any(|range| range.start() <= '\n' && '\n' <= range.end())
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().any(|range| range.start() <= b'\n' && b'\n' <= range.end())
        }
        HirKind::Repetition(repeated) => matches_newline(&repeated.sub),
        HirKind::Capture(capture) => matches_newline(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(matches_newline),
    }
}

/// A match: which text, from byte to byte, and its line counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub text: usize,
    pub range: Range<u64>,
    pub line: u64,
}

/// The first `most` matches in all texts, and whether there are more.
pub fn search(texts: &[Haystack], pattern: &Pattern, most: usize, stop: &Stop) -> io::Result<(Vec<Hit>, bool)> {
    let mut hits: Vec<Hit> = Vec::new();
    let jobs = jobs(texts, pattern);
    let threads = threads();
    let mut lines_before = LinesBefore::default();
    // Batches in order, so that an early end is found early; the first ones are small.
    let (mut next, mut batch) = (0, threads);
    while next < jobs.len() {
        let now = &jobs[next..jobs.len().min(next + batch)];
        let left = most + 1 - hits.len();
        for found in each(now, |job| job.hits(texts, pattern, left, stop))? {
            for part in found {
                let lines = lines_before.of(part.text);
                hits.extend(part.ranges.into_iter().map(|(range, line)| Hit {
                    text: part.text,
                    range,
                    line: *lines + line,
                }));
                *lines += part.newlines;
            }
        }
        if hits.len() > most {
            hits.truncate(most);
            return Ok((hits, true));
        }
        (next, batch) = (next + batch, threads * 8);
    }
    Ok((hits, false))
}

/// Lines' ends of a text in the windows before.
#[derive(Default)]
struct LinesBefore {
    text: usize,
    lines: u64,
}

impl LinesBefore {
    fn of(&mut self, text: usize) -> &mut u64 {
        if self.text != text {
            (self.text, self.lines) = (text, 0);
        }
        &mut self.lines
    }
}

/// How many matches there are in all texts.
pub fn count(texts: &[Haystack], pattern: &Pattern, stop: &Stop) -> io::Result<u64> {
    let counts = each(&jobs(texts, pattern), |job| job.count(texts, pattern, stop))?;
    Ok(counts.into_iter().sum())
}

/// What one thread does at a time.
enum Job {
    /// A window of one text, as numbers of windows.
    Window { text: usize, nominal: Range<u64> },
    /// Whole texts.
    Texts(Range<usize>),
}

/// Texts that follow each other and are small go together, large ones go by windows.
fn jobs(texts: &[Haystack], pattern: &Pattern) -> Vec<Job> {
    let mut jobs = Vec::new();
    let (mut first, mut together) = (0, 0);
    for (text, haystack) in texts.iter().enumerate() {
        let size = haystack.size();
        if size > WINDOW {
            if first < text {
                jobs.push(Job::Texts(first..text));
            }
            if pattern.within_lines {
                let starts = (0..size).step_by(WINDOW as usize);
                jobs.extend(starts.map(|start| Job::Window { text, nominal: start..size.min(start + WINDOW) }));
            } else {
                jobs.push(Job::Texts(text..text + 1));
            }
            (first, together) = (text + 1, 0);
            continue;
        }
        together += size + 64;
        if together >= WINDOW {
            jobs.push(Job::Texts(first..text + 1));
            (first, together) = (text + 1, 0);
        }
    }
    if first < texts.len() {
        jobs.push(Job::Texts(first..texts.len()));
    }
    jobs
}

/// What a job found in one text.
struct Part {
    text: usize,
    /// Each match and its line within the part, from 1.
    ranges: Vec<(Range<u64>, u64)>,
    newlines: u64,
}

impl Job {
    fn hits(&self, texts: &[Haystack], pattern: &Pattern, most: usize, stop: &Stop) -> io::Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut left = most;
        self.run(texts, pattern, stop, &mut |text, window| {
            let mut part = Part { text, ranges: Vec::new(), newlines: 0 };
            let mut counted = window.searched.start;
            let mut lines_to = |to: usize| {
                let lines = bytecount::count(&window.bytes[counted..to], b'\n') as u64;
                counted = to;
                lines
            };
            let went = window.each(pattern, &mut |range| {
                part.newlines += lines_to(range.start);
                let (start, end) = (window.offset + range.start as u64, window.offset + range.end as u64);
                part.ranges.push((start..end, part.newlines + 1));
                left -= 1;
                left > 0
            });
            if let Went::On(at) | Went::Grow(at) = went {
                part.newlines += lines_to(at);
            }
            parts.push(part);
            went
        })?;
        Ok(parts)
    }

    fn count(&self, texts: &[Haystack], pattern: &Pattern, stop: &Stop) -> io::Result<u64> {
        let mut count = 0;
        self.run(texts, pattern, stop, &mut |_, window| {
            window.each(pattern, &mut |_| {
                count += 1;
                true
            })
        })?;
        Ok(count)
    }

    /// Hands `take` every window in which matches count, until it wants no more.
    fn run(
        &self,
        texts: &[Haystack],
        pattern: &Pattern,
        stop: &Stop,
        take: &mut dyn FnMut(usize, &Window<'_>) -> Went,
    ) -> io::Result<()> {
        match self {
            Self::Window { text, nominal } => {
                let haystack = &texts[*text];
                let start = line_start(haystack, nominal.start, stop)?;
                let end = line_start(haystack, nominal.end, stop)?;
                let to_the_end = end == haystack.size() && start < end;
                walk(haystack, start..end, to_the_end, pattern, stop, &mut |window| take(*text, window)).map(drop)
            }
            Self::Texts(range) => {
                for text in range.clone() {
                    let haystack = &texts[text];
                    let all = 0..haystack.size();
                    if !walk(haystack, all, true, pattern, stop, &mut |window| take(text, window))? {
                        return Ok(());
                    }
                }
                Ok(())
            }
        }
    }
}

/// The first byte of the first line that begins at `offset` or after it.
fn line_start(text: &Haystack, offset: u64, stop: &Stop) -> io::Result<u64> {
    let size = text.size();
    let mut at = offset.saturating_sub(1);
    while offset > 0 && at < size {
        stop.check()?;
        let piece = text.look(at..size.min(at + (64 << 10)))?;
        if let Some(found) = memchr::memchr(b'\n', &piece) {
            return Ok(at + found as u64 + 1);
        }
        at += piece.len() as u64;
    }
    Ok(if offset == 0 { 0 } else { size })
}

/// Bytes in which matches are looked for.
struct Window<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begin in the text.
    offset: u64,
    /// Where in `bytes` matches may begin.
    searched: Range<usize>,
    is_text: bool,
    /// Whether an empty match at the end of what is searched counts.
    to_the_end: bool,
    /// Whether a match that reaches the end of `bytes` might be longer with more of them.
    may_grow: bool,
}

/// How far a window was searched.
enum Went {
    /// To its end: what comes next begins at this byte of it.
    On(usize),
    /// To a match that may be longer, at this byte of it.
    Grow(usize),
    /// To a match after which no more are wanted.
    Stopped,
}

impl Window<'_> {
    /// Hands over each match, until `take` wants no more.
    fn each(&self, pattern: &Pattern, take: &mut dyn FnMut(Range<usize>) -> bool) -> Went {
        let regex = pattern.regex(self.is_text);
        let (mut at, mut last_end) = (self.searched.start, None);
        while at <= self.searched.end {
            let Some(found) = regex.find_at(self.bytes, at) else { break };
            let range = found.range();
            if range.start > self.searched.end || (range.start == self.searched.end && !self.to_the_end) {
                break;
            }
            if self.may_grow && range.end == self.bytes.len() {
                return Went::Grow(range.start);
            }
            let inside_a_char =
                self.is_text && range.is_empty() && self.bytes.get(range.start).is_some_and(|byte| byte & 0xc0 == 0x80);
            // As elsewhere, an empty match does not count right after another match.
            let right_after = range.is_empty() && last_end == Some(range.start);
            at = if range.is_empty() { range.end + 1 } else { range.end };
            if !inside_a_char && !right_after {
                last_end = Some(range.end);
                if !take(range) {
                    return Went::Stopped;
                }
            }
        }
        Went::On(at.max(self.searched.end).min(self.bytes.len()))
    }
}

/// Goes through part of a text in windows; says whether it went to the end. What begins at `range.end`
/// counts only `to_the_end`.
fn walk(
    text: &Haystack,
    range: Range<u64>,
    to_the_end: bool,
    pattern: &Pattern,
    stop: &Stop,
    take: &mut dyn FnMut(&Window<'_>) -> Went,
) -> io::Result<bool> {
    let is_text = text.is_text();
    let whole = range.end - range.start <= 4 * WINDOW;
    if !whole && pattern.asks_for_end {
        let message = format!("a pattern with \\z in a text of {} bytes, at most {}", text.size(), 4 * WINDOW);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let (mut at, mut len) = (range.start, 2 * WINDOW);
    loop {
        stop.check()?;
        let end = if whole { range.end } else { range.end.min(at + len) };
        let behind = (at - range.start).min(BEHIND);
        let bytes = text.look(at - behind..end)?;
        let last = end == range.end;
        let searched_to = if last { bytes.len() } else { bytes.len() - LONGEST_ACROSS as usize };
        let window = Window {
            bytes: &bytes,
            offset: at - behind,
            searched: behind as usize..searched_to,
            is_text,
            to_the_end: last && to_the_end,
            may_grow: !last && len < MOST_WINDOW,
        };
        match take(&window) {
            Went::Stopped => return Ok(false),
            Went::On(_) if last => return Ok(true),
            Went::On(next) => (at, len) = (at - behind + next as u64, 2 * WINDOW),
            Went::Grow(next) => (at, len) = (at - behind + next as u64, 2 * len),
        }
    }
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does jobs on all processors; the results are in the jobs' order.
pub fn each<J: Sync, T: Send>(jobs: &[J], work: impl Fn(&J) -> io::Result<T> + Sync) -> io::Result<Vec<T>> {
    let threads = threads().min(jobs.len());
    if threads <= 1 {
        return jobs.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(jobs.len()));
    let run = || -> io::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return Ok(()) };
            let result = work(job).inspect_err(|_| next.store(jobs.len(), Ordering::Relaxed))?;
            results.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a search panicked"))))
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|&(number, _)| number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use proptest::prelude::*;

    fn mapped(text: &str) -> Haystack {
        let context = Context::text(text).unwrap();
        let range = 0..context.len();
        Haystack::mapped(context, range, true)
    }

    fn ranges(text: &str, pattern: &str) -> Vec<Range<u64>> {
        let pattern = Pattern::compile(pattern, Flags::default()).unwrap();
        let (hits, cut) = search(&[mapped(text)], &pattern, 1_000_000, &Stop::default()).unwrap();
        assert!(!cut);
        let lines: Vec<u64> = hits.iter().map(|hit| hit.line).collect();
        let expected = hits.iter().map(|hit| 1 + text[..hit.range.start as usize].matches('\n').count() as u64);
        assert_eq!(lines, expected.collect::<Vec<_>>());
        hits.into_iter().map(|hit| hit.range).collect()
    }

    /// What the regex crate finds in the whole text at once.
    fn expected(text: &str, pattern: &str) -> Vec<Range<u64>> {
        let regex = regex::RegexBuilder::new(pattern).multi_line(true).build().unwrap();
        regex.find_iter(text).map(|found| found.start() as u64..found.end() as u64).collect()
    }

    #[test]
    fn windows_find_what_the_whole_does() {
        let line = "some words, some numbers 4711, ein wenig Größe\n";
        let text = line.repeat(5 * WINDOW as usize / line.len());
        // A match in sixty thousand, so that the lists stay short.
        let mut text: String = text;
        for at in (0..text.len() - 400).step_by(3_000_017) {
            let at = (at..).find(|&at| text.is_char_boundary(at)).unwrap();
            text.insert_str(at, "NEEDLE\nNEEDLE");
        }
        for pattern in [
            "NEEDLE",
            "(?s)NEEDLE.NEEDLE",
            r"NEEDLE\s+NEEDLE",
            r"^NEEDLE",
            r"NEEDLE$",
            r"\ANEEDLE",
            r"[^a-zA-Z]*NEEDLE",
        ] {
            assert_eq!(ranges(&text, pattern), expected(&text, pattern), "{pattern}");
            let compiled = Pattern::compile(pattern, Flags::default()).unwrap();
            let counted = count(&[mapped(&text)], &compiled, &Stop::default()).unwrap();
            assert_eq!(counted, expected(&text, pattern).len() as u64, "{pattern}");
        }
    }

    #[test]
    fn matches_across_a_window_s_border_are_whole() {
        let border = (2 * WINDOW - LONGEST_ACROSS) as usize;
        for shift in [0, 1, 5, 6, 100] {
            let mut text = "x".repeat(5 * WINDOW as usize);
            text.replace_range(border - shift..border - shift + 6, "AB\nABC");
            assert_eq!(ranges(&text, r"AB\nABC"), expected(&text, r"AB\nABC"), "{shift}");
            assert_eq!(ranges(&text, r"(?s)A.*C"), expected(&text, r"(?s)A.*C"), "{shift}");
        }
    }

    #[test]
    fn a_match_longer_than_a_window_is_one() {
        let text = format!("A{}C\n{}", "\n".repeat(3 * WINDOW as usize), "x".repeat(4 * WINDOW as usize));
        assert_eq!(ranges(&text, r"A\n*"), expected(&text, r"A\n*"));
        assert_eq!(ranges(&text, r"x+"), expected(&text, r"x+"));
    }

    #[test]
    fn an_end_is_asked_for_in_what_is_whole() {
        assert_eq!(ranges("a\na", r"a\z"), [Range { start: 2, end: 3 }]);
        let text = mapped(&"a".repeat(5 * WINDOW as usize));
        let pattern = Pattern::compile(r"a\z", Flags::default()).unwrap();
        let error = count(&[text], &pattern, &Stop::default()).unwrap_err();
        assert_eq!(error.to_string(), "a pattern with \\z in a text of 41943040 bytes, at most 33554432");
    }

    #[test]
    fn many_texts_are_searched_in_order() {
        let texts: Vec<Haystack> = (0..10_000).map(|n| Haystack::copied(format!("a\nn{n}").as_bytes(), true)).collect();
        let pattern = Pattern::compile("n\\d+", Flags::default()).unwrap();
        let (hits, cut) = search(&texts, &pattern, 9_000, &Stop::default()).unwrap();
        assert!(
            cut && hits.iter().enumerate().all(|(at, hit)| hit.text == at && hit.line == 2 && hit.range.start == 2)
        );
        assert_eq!(hits.len(), 9_000);
        assert_eq!(count(&texts, &pattern, &Stop::default()).unwrap(), 10_000);
    }

    #[test]
    fn what_the_crate_cannot_do_is_said() {
        let told = |pattern: &str| Pattern::compile(pattern, Flags::default()).unwrap_err().0;
        assert!(told("(?<=a)b").contains("look-around"), "{}", told("(?<=a)b"));
        assert!(told(r"(a)\1").contains("backreferences"), "{}", told(r"(a)\1"));
        assert_eq!(told("a("), "error: unclosed group");
        assert_eq!(told(&"a".repeat(100_000)), "a pattern of 100000 bytes, at most 65536");
    }

    #[test]
    fn a_stopped_search_ends() {
        let (text, stop) = (mapped(&"x\n".repeat(1000)), Stop::default());
        stop.stop();
        let pattern = Pattern::compile("x", Flags::default()).unwrap();
        assert_eq!(count(&[text], &pattern, &stop).unwrap_err().kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn bytes_that_are_no_text_are_found() {
        let context = Context::bytes(b"\xff\x00\xffA").unwrap();
        let haystack = Haystack::mapped(context, 0..4, false);
        let pattern = Pattern::compile(r"\xff.", Flags::default()).unwrap();
        let (hits, _) = search(&[haystack], &pattern, 10, &Stop::default()).unwrap();
        assert_eq!(hits.into_iter().map(|hit| hit.range).collect::<Vec<_>>(), [0..2, 2..4]);
    }

    proptest! {
        #[test]
        fn small_texts_agree(text in "[ab\n\u{e4}]{0,40}", pattern in prop::sample::select(vec!["a", "a*", "^", "$", "b$", "[^a]*", r"\ba", "\\n", "ä?"])) {
            prop_assert_eq!(ranges(&text, pattern), expected(&text, pattern));
        }
    }
}
