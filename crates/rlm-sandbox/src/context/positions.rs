//! Bytes to code points and back, by a count kept for every block.

use std::{borrow::Cow, io, ops::Range};

use super::scan::BLOCK;

/// Bytes that can be looked at from any place.
pub trait Look {
    /// How many there are.
    fn size(&self) -> u64;

    /// Some of them. The range is within the size.
    fn look(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>>;
}

impl Look for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn look(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(&self[range.start as usize..range.end as usize]))
    }
}

/// Where the code points of a text are. Nothing is kept for ASCII.
#[derive(Debug)]
pub struct Positions {
    /// Code points before each block; empty for ASCII.
    before: Vec<u64>,
}

impl Positions {
    /// Of a text whose blocks have these counts.
    pub fn of_blocks(blocks: &[u32]) -> Self {
        let mut total = 0;
        let before = blocks.iter().map(|&count| {
            let here = total;
            total += u64::from(count);
            here
        });
        Self { before: before.collect() }
    }

    /// Of a text that was not counted yet.
    pub fn of_text(bytes: &[u8]) -> Self {
        let blocks: Vec<u32> = bytes.chunks(BLOCK).map(|block| bytecount::num_chars(block) as u32).collect();
        Self::of_blocks(&blocks)
    }

    /// Code points that begin before the byte `offset`.
    pub fn chars_before(&self, text: &(impl Look + ?Sized), offset: u64) -> io::Result<u64> {
        let Some(last) = self.before.len().checked_sub(1) else { return Ok(offset) };
        let block = (offset as usize / BLOCK).min(last);
        let part = text.look((block * BLOCK) as u64..offset)?;
        Ok(self.before[block] + bytecount::num_chars(&part) as u64)
    }

    /// Offset of the byte at which the code point `position` begins; the end for any past it.
    pub fn byte_of(&self, text: &(impl Look + ?Sized), position: u64) -> io::Result<u64> {
        let size = text.size();
        if self.before.is_empty() {
            return Ok(position.min(size));
        }
        let block = self.before.partition_point(|&before| before <= position).saturating_sub(1);
        let start = (block * BLOCK) as u64;
        let part = text.look(start..size.min(start + BLOCK as u64))?;
        let left = (position - self.before[block]) as usize;
        let begins = part.iter().enumerate().filter(|&(_, &byte)| byte & 0xc0 != 0x80);
        Ok(begins.map(|(at, _)| start + at as u64).nth(left).unwrap_or(start + part.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = "aä漢🦀".repeat(40_000);
        let bytes = text.as_bytes();
        let positions = Positions::of_text(bytes);
        let mut chars = 0;
        for (offset, _) in text.char_indices() {
            if chars % 997 == 0 || offset % BLOCK < 8 {
                assert_eq!(positions.chars_before(bytes, offset as u64).unwrap(), chars);
                assert_eq!(positions.byte_of(bytes, chars).unwrap(), offset as u64);
            }
            chars += 1;
        }
        assert_eq!(positions.chars_before(bytes, text.len() as u64).unwrap(), chars);
        assert_eq!(positions.byte_of(bytes, chars).unwrap(), text.len() as u64);
        assert_eq!(positions.byte_of(bytes, chars + 5).unwrap(), text.len() as u64);
    }

    #[test]
    fn the_end_may_be_a_block_s_end() {
        let text = "ä".repeat(BLOCK);
        let positions = Positions::of_text(text.as_bytes());
        assert_eq!(positions.chars_before(text.as_bytes(), text.len() as u64).unwrap(), BLOCK as u64);
    }

    #[test]
    fn ascii_needs_no_index() {
        let positions = Positions::of_blocks(&[]);
        assert_eq!(positions.chars_before(b"abc".as_slice(), 2).unwrap(), 2);
        assert_eq!(positions.byte_of(b"abc".as_slice(), 9).unwrap(), 3);
    }
}
