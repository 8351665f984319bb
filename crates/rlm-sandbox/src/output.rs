//! Keeps what a cell prints within its cap: the head, the tail, and a count of the rest.

use std::collections::VecDeque;

use crate::Stream;

/// A cell that prints this many times its cap is stopped.
const FLOOD_FACTOR: u64 = 64;

/// No cell is stopped for printing less than this many bytes.
const FLOOD_FLOOR: u64 = 64 << 20;

/// One stream being written.
#[derive(Debug, Default)]
pub struct Capture {
    cap: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    written: u64,
}

impl Capture {
    /// Keeps up to `cap` bytes, half of them from the beginning.
    pub fn new(cap: u64) -> Self {
        Self { cap: usize::try_from(cap).unwrap_or(usize::MAX), ..Self::default() }
    }

    /// Takes what the guest writes. Copies at most the cap, however much it is.
    pub fn write(&mut self, bytes: &[u8]) {
        self.written = self.written.saturating_add(bytes.len() as u64);
        let head_room = (self.cap - self.cap / 2).saturating_sub(self.head.len());
        let (head, rest) = bytes.split_at(head_room.min(bytes.len()));
        self.head.extend_from_slice(head);
        let tail_cap = self.cap / 2;
        let rest = &rest[rest.len().saturating_sub(tail_cap)..];
        let overflow = (self.tail.len() + rest.len()).saturating_sub(tail_cap);
        self.tail.drain(..overflow.min(self.tail.len()));
        self.tail.extend(rest);
    }

    /// Bytes written so far, kept or not.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How many bytes a cell may write before it is stopped.
    pub fn flood(&self) -> u64 {
        (self.cap as u64).saturating_mul(FLOOD_FACTOR).max(FLOOD_FLOOR)
    }

    /// The stream as text.
    pub fn finish(self) -> Stream {
        let kept = (self.head.len() + self.tail.len()) as u64;
        let omitted = self.written - kept;
        let mut head = self.head;
        let tail = Vec::from(self.tail);
        if omitted == 0 {
            head.extend_from_slice(&tail);
            return Stream { head: text(head), tail: String::new(), omitted };
        }
        Stream { head: text(head), tail: text(tail), omitted }
    }
}

/// Bytes as text; those that are not UTF-8 are replaced.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(cap: u64, writes: &[&str]) -> Stream {
        let mut capture = Capture::new(cap);
        writes.iter().for_each(|write| capture.write(write.as_bytes()));
        capture.finish()
    }

    #[test]
    fn within_the_cap_everything_is_kept() {
        let stream = captured(10, &["hello", "", "world"]);
        assert_eq!(stream, Stream { head: "helloworld".into(), tail: String::new(), omitted: 0 });
    }

    #[test]
    fn past_the_cap_the_middle_is_counted() {
        let stream = captured(6, &["abcd", "efgh", "ijkl"]);
        assert_eq!(stream, Stream { head: "abc".into(), tail: "jkl".into(), omitted: 6 });
        assert_eq!(captured(6, &["abcdefghijkl"]), stream);
    }

    #[test]
    fn one_huge_write_is_not_copied_whole() {
        let mut capture = Capture::new(8);
        capture.write(&vec![b'x'; 1 << 20]);
        assert!(capture.tail.capacity() < 1024);
        assert_eq!(capture.finish().omitted, (1 << 20) - 8);
    }
}
