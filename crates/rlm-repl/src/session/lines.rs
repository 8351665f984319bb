//! Splits input into lines without ever holding more than one of bounded length.

use std::io::{self, BufRead};

/// Longest line read, in bytes.
pub const MAX_LINE: usize = 256 << 20;

/// One line, or what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line without its newline.
    Whole(Vec<u8>),
    /// A line longer than allowed, skipped to its end.
    TooLong,
}

/// The next line of at most `most` bytes; `None` at the end of input.
pub fn next(input: &mut impl BufRead, most: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        if available.is_empty() {
            return Ok((too_long || !line.is_empty()).then(|| finish(line, too_long)));
        }
        let end = available.iter().position(|&byte| byte == b'\n');
        let taken = end.unwrap_or(available.len());
        if too_long || line.len() + taken > most {
            too_long = true;
            line = Vec::new();
        } else {
            line.extend_from_slice(&available[..taken]);
        }
        input.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(Some(finish(line, too_long)));
        }
    }
}

fn finish(line: Vec<u8>, too_long: bool) -> Line {
    if too_long { Line::TooLong } else { Line::Whole(line) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn split(text: &str, most: usize) -> Vec<Line> {
        let mut input = BufReader::with_capacity(3, text.as_bytes());
        std::iter::from_fn(|| next(&mut input, most).unwrap()).collect()
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_end_at_newlines_and_at_the_end() {
        assert_eq!(split("ab\n\ncdefg\nh", 9), [whole("ab"), whole(""), whole("cdefg"), whole("h")]);
        assert_eq!(split("", 9), []);
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_one_read() {
        assert_eq!(split("12345\n1234\n123456789", 4), [Line::TooLong, whole("1234"), Line::TooLong]);
    }
}
