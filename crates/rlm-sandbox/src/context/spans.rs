//! Where to cut a text: at lines, paragraphs or tokens.

use std::io;

use super::{haystack::Haystack, positions::Look, search::Stop, tokens::each_word};

/// Bytes looked at at a time.
const PIECE: u64 = 1 << 20;

/// Most pieces a text is cut into.
pub const MOST_SPANS: usize = 1_000_000;

/// What a size counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Lines,
    Paragraphs,
    Tokens,
}

impl Unit {
    /// Of the guest's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "lines" => Some(Self::Lines),
            "paragraphs" => Some(Self::Paragraphs),
            "tokens" => Some(Self::Tokens),
            _ => None,
        }
    }
}

/// Cuts `text` into pieces of `size` units that overlap by `overlap`: positions of starts and ends in
/// turn.
///
/// # Errors
/// When there would be more than [`MOST_SPANS`].
pub fn spans(text: &Haystack, unit: Unit, size: u64, overlap: u64, stop: &Stop) -> io::Result<Vec<u64>> {
    let mut cuts = Cuts { size, step: size - overlap, starts: Vec::new(), ends: Vec::new(), units: 0 };
    match unit {
        Unit::Lines => each_line(text, stop, &mut |start, _| cuts.unit(start))?,
        Unit::Paragraphs => {
            let mut parted = true;
            each_line(text, stop, &mut |start, blank| {
                let begins = parted && !blank;
                parted = blank;
                if begins { cuts.unit(if cuts.units == 0 { 0 } else { start }) } else { Ok(()) }
            })?;
        }
        Unit::Tokens => {
            let (mut tokens, mut begun) = (0.0, 0);
            each_token(text, stop, &mut |start, price| {
                // As many units begin here as the word before it has tokens.
                while begun as f64 <= tokens {
                    cuts.unit(start)?;
                    begun += 1;
                }
                tokens += price;
                Ok(())
            })?;
        }
    }
    cuts.finish(text)
}

struct Cuts {
    size: u64,
    step: u64,
    starts: Vec<u64>,
    ends: Vec<u64>,
    units: u64,
}

impl Cuts {
    /// One more unit begins at this byte.
    fn unit(&mut self, start: u64) -> io::Result<()> {
        if self.units.is_multiple_of(self.step) {
            if self.starts.len() == MOST_SPANS {
                let message = format!("more than {MOST_SPANS} chunks; take a larger size");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            self.starts.push(start);
        }
        if self.units >= self.size && (self.units - self.size).is_multiple_of(self.step) {
            self.ends.push(start);
        }
        self.units += 1;
        Ok(())
    }

    fn finish(mut self, text: &Haystack) -> io::Result<Vec<u64>> {
        if text.size() == 0 {
            return Ok(Vec::new());
        }
        // Text without a single unit, such as empty lines alone, is one piece.
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.ends.push(text.size());
        // The first piece that reaches the end is the last.
        self.starts.truncate(self.ends.len());
        self.ends.truncate(self.starts.len());
        if let Some(last) = self.ends.last_mut() {
            *last = text.size();
        }
        let (mut starts, mut ends) = (Ascending::new(text), Ascending::new(text));
        let mut flat = Vec::with_capacity(2 * self.starts.len());
        for (start, end) in self.starts.into_iter().zip(self.ends) {
            flat.extend([starts.position_of(start)?, ends.position_of(end)?]);
        }
        Ok(flat)
    }
}

/// Turns bytes into positions, each further on than the last.
pub struct Ascending<'a> {
    text: &'a Haystack,
    byte: u64,
    position: u64,
}

impl<'a> Ascending<'a> {
    /// At the text's beginning.
    pub fn new(text: &'a Haystack) -> Self {
        Self { text, byte: 0, position: 0 }
    }

    /// The position of a byte that is not before the last one asked for.
    pub fn position_of(&mut self, byte: u64) -> io::Result<u64> {
        // A short way is counted, a long one looked up.
        self.position = if !self.text.is_text() {
            byte
        } else if byte - self.byte < 4096 {
            self.position + bytecount::num_chars(&self.text.look(self.byte..byte)?) as u64
        } else {
            self.text.position_of(byte)?
        };
        self.byte = byte;
        Ok(self.position)
    }
}

/// Hands over where each line begins, and whether there is nothing in it but white space.
fn each_line(text: &Haystack, stop: &Stop, take: &mut dyn FnMut(u64, bool) -> io::Result<()>) -> io::Result<()> {
    let size = text.size();
    let (mut start, mut blank, mut at) = (0, true, 0);
    while at < size {
        stop.check()?;
        let piece = text.look(at..size.min(at + PIECE))?;
        let mut rest = 0;
        for end in memchr::memchr_iter(b'\n', &piece) {
            blank &= piece[rest..end].trim_ascii().is_empty();
            take(start, blank)?;
            (start, blank, rest) = (at + end as u64 + 1, true, end + 1);
        }
        blank &= piece[rest..].trim_ascii().is_empty();
        at += piece.len() as u64;
    }
    if start < size { take(start, blank) } else { Ok(()) }
}

/// Hands over where each word begins and its price in tokens.
fn each_token(text: &Haystack, stop: &Stop, take: &mut dyn FnMut(u64, f64) -> io::Result<()>) -> io::Result<()> {
    let size = text.size();
    let mut at = 0;
    while at < size {
        stop.check()?;
        let piece = text.look(at..size.min(at + PIECE))?;
        // No word is cut in two, unless it is longer than a piece.
        let whole = match memchr::memrchr2(b' ', b'\n', &piece) {
            Some(last) if at + (piece.len() as u64) < size => last,
            _ => piece.len(),
        };
        let whole = if whole == 0 { piece.len() } else { whole };
        let (mut start, mut failed) = (0, Ok(()));
        each_word(&piece[..whole], &mut |end, price| {
            if failed.is_ok() {
                failed = take(at + start as u64, price);
            }
            start = end;
        });
        failed?;
        at += whole as u64;
    }
    Ok(())
}

/// Positions of the start of line `first` and the end of line `last`, its own end not included. Lines
/// count from 1.
pub fn lines(text: &Haystack, first: u64, last: u64, stop: &Stop) -> io::Result<(u64, u64)> {
    let size = text.size();
    let (mut line, mut at) = (1, 0);
    let (mut start, mut end) = (if first <= 1 { Some(0) } else { None }, None);
    while at < size && end.is_none() && first <= last {
        stop.check()?;
        let piece = text.look(at..size.min(at + PIECE))?;
        let newlines = bytecount::count(&piece, b'\n') as u64;
        // Most pieces have neither of the two and need only be counted.
        if line + newlines >= first.min(last) {
            for found in memchr::memchr_iter(b'\n', &piece) {
                let newline = at + found as u64;
                if line == last {
                    end = Some(newline);
                    break;
                }
                line += 1;
                if line == first {
                    start = Some(newline + 1);
                }
            }
        } else {
            line += newlines;
        }
        at += piece.len() as u64;
    }
    let end = match end {
        _ if first > last => 0,
        Some(end) => end,
        // The last line may have an end too.
        None if size > 0 && *text.look(size - 1..size)? == *b"\n" => size - 1,
        None => size,
    };
    let start = start.unwrap_or(size).min(end);
    Ok((text.position_of(start)?, text.position_of(end)?))
}

/// How many lines there are, and whether there is a NUL.
pub fn facts(text: &Haystack, stop: &Stop) -> io::Result<(u64, bool)> {
    let size = text.size();
    let (mut at, mut lines, mut nul, mut last) = (0, 0, false, b'\n');
    while at < size {
        stop.check()?;
        let piece = text.look(at..size.min(at + PIECE))?;
        lines += bytecount::count(&piece, b'\n') as u64;
        nul = nul || memchr::memchr(0, &piece).is_some();
        last = piece.last().copied().unwrap_or(last);
        at += piece.len() as u64;
    }
    Ok((lines + u64::from(last != b'\n'), nul))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, unit: Unit, size: u64, overlap: u64) -> Vec<&str> {
        let haystack = Haystack::copied(text.as_bytes(), true);
        let flat = spans(&haystack, unit, size, overlap, &Stop::default()).unwrap();
        let byte = |position: u64| text.char_indices().nth(position as usize).map_or(text.len(), |(at, _)| at);
        flat.chunks(2).map(|pair| &text[byte(pair[0])..byte(pair[1])]).collect()
    }

    #[test]
    fn lines_stay_whole() {
        assert_eq!(cut("a\nä\nc\nd", Unit::Lines, 2, 0), ["a\nä\n", "c\nd"]);
        assert_eq!(cut("a\nä\nc\nd\n", Unit::Lines, 2, 1), ["a\nä\n", "ä\nc\n", "c\nd\n"]);
        assert_eq!(cut("a", Unit::Lines, 5, 1), ["a"]);
        assert_eq!(cut("", Unit::Lines, 5, 1), Vec::<&str>::new());
    }

    #[test]
    fn paragraphs_are_parted_by_empty_lines() {
        assert_eq!(cut("\n\na\nb\n\n \nc\n\nd", Unit::Paragraphs, 1, 0), ["\n\na\nb\n\n \n", "c\n\n", "d"]);
        assert_eq!(cut("a\n\nb\n\nc", Unit::Paragraphs, 2, 1), ["a\n\nb\n\n", "b\n\nc"]);
        assert_eq!(cut("\n\n", Unit::Paragraphs, 2, 1), ["\n\n"]);
    }

    #[test]
    fn token_chunks_cover_the_text_in_even_sizes() {
        let text = "Some quite ordinary words, and then 12345 numbers. ".repeat(400);
        let pieces = cut(&text, Unit::Tokens, 100, 0);
        assert_eq!(pieces.concat(), text);
        for piece in &pieces[..pieces.len() - 1] {
            let tokens = super::super::estimate_tokens(piece);
            assert!((90..=110).contains(&tokens), "{tokens}");
        }
    }

    #[test]
    fn large_pieces_agree_with_the_plain_way() {
        let text: String =
            (0..300_000).map(|n| if n % 7 == 0 { "\n".to_owned() } else { format!("Zeile ä {n}\n") }).collect();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let expected: Vec<String> = lines.chunks(70_000).map(|chunk| chunk.concat()).collect();
        let haystack = Haystack::copied(text.as_bytes(), true);
        let flat = spans(&haystack, Unit::Lines, 70_000, 0, &Stop::default()).unwrap();
        let bytes: Vec<u64> = flat.iter().map(|&position| haystack.byte_of(position).unwrap()).collect();
        let pieces: Vec<&str> = bytes.chunks(2).map(|pair| &text[pair[0] as usize..pair[1] as usize]).collect();
        assert!(pieces == expected);
    }

    #[test]
    fn lines_are_found_by_number() {
        let text = "one\nzwölf\nthree\n";
        let haystack = Haystack::copied(text.as_bytes(), true);
        let get = |first, last| lines(&haystack, first, last, &Stop::default()).unwrap();
        assert_eq!(get(1, 1), (0, 3));
        assert_eq!(get(2, 2), (4, 9));
        assert_eq!(get(2, 3), (4, 15));
        assert_eq!(get(1, 100), (0, 15));
        assert_eq!(get(4, 4), (15, 15));
        assert_eq!(get(9, 9), (15, 15));
        assert_eq!(get(3, 2), (0, 0));
        assert_eq!(facts(&haystack, &Stop::default()).unwrap(), (3, false));
        assert_eq!(facts(&Haystack::copied(b"a\0\nb", true), &Stop::default()).unwrap(), (2, true));
    }

    #[test]
    fn too_many_pieces_are_refused() {
        let haystack = Haystack::copied(&b"\n".repeat(MOST_SPANS + 1), true);
        let error = spans(&haystack, Unit::Lines, 1, 0, &Stop::default()).unwrap_err();
        assert_eq!(error.to_string(), "more than 1000000 chunks; take a larger size");
    }
}
