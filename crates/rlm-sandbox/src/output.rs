//! Keeps what a cell prints within its cap: the head, the tail, and a count of the rest.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

use crate::Stream;

/// A cell that prints this many times its cap is stopped.
const FLOOD_FACTOR: u64 = 64;

/// No cell is stopped for printing less than this many bytes.
const FLOOD_FLOOR: u64 = 64 << 20;

/// How many bytes a cell may write to a stream with this cap before it is stopped.
pub fn flood(cap: u64) -> u64 {
    cap.saturating_mul(FLOOD_FACTOR).max(FLOOD_FLOOR)
}

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

    fn flood(&self) -> u64 {
        flood(self.cap as u64)
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

/// A stream that the guest writes through our import, or raw through its descriptor. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct SharedCapture(Arc<Mutex<Capture>>);

/// The guest went on writing after it was told to stop.
#[derive(Debug, thiserror::Error)]
#[error("output flood")]
pub struct FloodTrap;

impl SharedCapture {
    fn lock(&self) -> MutexGuard<'_, Capture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the guest writes; false when that is far past any use.
    pub fn write(&self, bytes: &[u8]) -> bool {
        let mut capture = self.lock();
        capture.write(bytes);
        capture.written() < capture.flood().saturating_mul(2)
    }

    /// Whether the cell has written so much that it is to be stopped.
    pub fn floods(&self) -> bool {
        let capture = self.lock();
        capture.written() >= capture.flood()
    }

    /// Puts another capture in the place of the present one.
    pub fn replace(&self, capture: Capture) -> Capture {
        std::mem::replace(&mut self.lock(), capture)
    }
}

impl IsTerminal for SharedCapture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for SharedCapture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for SharedCapture {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.write(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for SharedCapture {
    async fn ready(&mut self) {}
}

impl OutputStream for SharedCapture {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        if SharedCapture::write(self, &bytes) { Ok(()) } else { Err(StreamError::Trap(FloodTrap.into())) }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(1 << 20)
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
