//! One pass over bytes: copied, checked, counted and hashed while they are in the processor's cache,
//! on as many threads as there are processors.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use blake3::hazmat::{ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};

/// Bytes one thread takes at a time: a whole subtree of the hash, so a power of two.
const PART: u64 = 16 << 20;

/// Bytes read, checked, counted and hashed at a time: what stays in a core's own cache.
const PIECE: usize = 256 << 10;

/// Bytes per entry of the counted index; see [`super::positions`].
pub const BLOCK: usize = 64 << 10;

/// Longest sequence of UTF-8 less one: what may be left over at a border.
const EDGE: usize = 3;

/// Bytes that can be read from any place.
pub trait ReadAt: Sync {
    /// Fills `buffer` from `offset` on; fewer bytes than asked for mean the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl ReadAt for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}

impl ReadAt for cap_std::fs::File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match rustix::io::pread(self, &mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(filled)
    }
}

/// What a pass found out.
#[derive(Debug)]
pub struct Scanned {
    /// BLAKE3 of all bytes.
    pub hash: [u8; 32],
    /// Bytes there were; fewer than asked for where the source ended early.
    pub len: u64,
    /// Whether the bytes are UTF-8, and else where they are not.
    pub text: Result<Counted, BadByte>,
}

/// Code points of UTF-8.
#[derive(Debug)]
pub struct Counted {
    /// How many there are.
    pub chars: u64,
    /// How many begin in each [`BLOCK`] of bytes; nothing for ASCII.
    pub blocks: Vec<u32>,
}

/// The first byte that is no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadByte {
    /// Its offset.
    pub offset: u64,
    /// The byte.
    pub byte: u8,
}

/// What a thread found out about one part.
struct Part {
    value: ChainingValue,
    /// The hash itself, where this part is the only one.
    root: [u8; 32],
    len: u64,
    blocks: Vec<u32>,
    /// Bytes at the start that continue a sequence of the part before.
    lead: Vec<u8>,
    /// Bytes at the end of a sequence that the next part continues.
    tail: Vec<u8>,
    bad: Option<BadByte>,
}

/// Reads `len` bytes of `source` and hands each piece to `sink` with its offset, from several
/// threads.
///
/// # Errors
/// The first error of source or sink.
pub fn scan(
    source: &(impl ReadAt + ?Sized),
    len: u64,
    sink: impl Fn(&[u8], u64) -> io::Result<()> + Sync,
) -> io::Result<Scanned> {
    let count = len.div_ceil(PART).max(1);
    let parts: Mutex<Vec<(u64, Part)>> = Mutex::default();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || -> io::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let offset = number * PART;
            let part = scan_part(source, offset, PART.min(len - offset), count == 1, &sink)
                .inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            parts.lock().unwrap_or_else(PoisonError::into_inner).push((number, part));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(count as usize);
    if threads == 1 {
        work()?;
    } else {
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a reader panicked"))))
        })?;
    }
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_by_key(|&(number, _)| number);
    let parts: Vec<Part> = parts.into_iter().map(|(_, part)| part).collect();
    // A source that ended early has parts shorter than they should be: only those up to the first of
    // them belong together.
    let read: u64 = parts.iter().map(|part| part.len).sum();
    if read < len {
        return Ok(Scanned { hash: [0; 32], len: read, text: Ok(Counted { chars: 0, blocks: Vec::new() }) });
    }
    Ok(Scanned { hash: hash_of(&parts, len), len, text: text_of(&parts) })
}

fn scan_part(
    source: &(impl ReadAt + ?Sized),
    offset: u64,
    len: u64,
    only: bool,
    sink: &(impl Fn(&[u8], u64) -> io::Result<()> + Sync),
) -> io::Result<Part> {
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(offset);
    let mut part = Part {
        value: [0; 32],
        root: [0; 32],
        len: 0,
        blocks: Vec::with_capacity((len as usize).div_ceil(BLOCK)),
        lead: Vec::new(),
        tail: Vec::new(),
        bad: None,
    };
    // What is left of a sequence at the end of one piece stands before the next.
    let mut buffer = vec![0; EDGE + PIECE.min(len as usize)];
    let mut carried = 0;
    while part.len < len {
        let at = offset + part.len;
        let wanted = PIECE.min((len - part.len) as usize);
        let count = source.read_at(&mut buffer[EDGE..EDGE + wanted], at)?;
        let piece = &buffer[EDGE..EDGE + count];
        sink(piece, at)?;
        hasher.update(piece);
        part.blocks.extend(piece.chunks(BLOCK).map(|block| bytecount::num_chars(block) as u32));
        if part.bad.is_none() {
            let mut start = EDGE - carried;
            if part.len == 0 && offset > 0 {
                let lead = piece.iter().take(EDGE).take_while(|&&byte| is_continuation(byte)).count();
                part.lead = piece[..lead].to_vec();
                start += lead;
            }
            let whole = &buffer[start.min(EDGE + count)..EDGE + count];
            let tail = unfinished(whole);
            let checked = &whole[..whole.len() - tail];
            if simdutf8::basic::from_utf8(checked).is_err() {
                let valid = std::str::from_utf8(checked).map_or_else(|error| error.valid_up_to(), str::len);
                part.bad =
                    Some(BadByte { offset: at + start as u64 + valid as u64 - EDGE as u64, byte: checked[valid] });
            }
            carried = tail;
            buffer.copy_within(EDGE + count - tail..EDGE + count, EDGE - tail);
        }
        part.len += count as u64;
        if count < wanted {
            break;
        }
    }
    part.tail = buffer[EDGE - carried..EDGE].to_vec();
    if only {
        part.root = hasher.finalize().into();
    } else if part.len > 0 {
        part.value = hasher.finalize_non_root();
    }
    Ok(part)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// How many bytes at the end begin a sequence that is not finished.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(EDGE) {
        let byte = bytes[bytes.len() - back];
        if is_continuation(byte) {
            continue;
        }
        let needed = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

/// The hash of parts, each a whole subtree but for the last.
fn hash_of(parts: &[Part], len: u64) -> [u8; 32] {
    match parts {
        [only] => only.root,
        _ => {
            let (left, right) = parts.split_at((left_subtree_len(len) / PART) as usize);
            let left_len = left.len() as u64 * PART;
            merge_subtrees_root(&value_of(left, left_len), &value_of(right, len - left_len), Mode::Hash).into()
        }
    }
}

fn value_of(parts: &[Part], len: u64) -> ChainingValue {
    match parts {
        [only] => only.value,
        _ => {
            let (left, right) = parts.split_at((left_subtree_len(len) / PART) as usize);
            let left_len = left.len() as u64 * PART;
            merge_subtrees_non_root(&value_of(left, left_len), &value_of(right, len - left_len), Mode::Hash)
        }
    }
}

fn text_of(parts: &[Part]) -> Result<Counted, BadByte> {
    let (mut end, mut tail): (u64, &[u8]) = (0, &[]);
    for part in parts {
        // The sequence across the border, and then what is inside the part.
        let across = [tail, &part.lead].concat();
        if let Err(error) = std::str::from_utf8(&across) {
            let valid = error.valid_up_to();
            return Err(BadByte { offset: end - tail.len() as u64 + valid as u64, byte: across[valid] });
        }
        if let Some(bad) = part.bad {
            return Err(bad);
        }
        end += part.len;
        tail = &part.tail;
    }
    if let Some(&byte) = tail.first() {
        return Err(BadByte { offset: end - tail.len() as u64, byte });
    }
    let blocks: Vec<u32> = parts.iter().flat_map(|part| part.blocks.iter().copied()).collect();
    let chars = blocks.iter().map(|&count| u64::from(count)).sum();
    Ok(Counted { chars, blocks: if chars == end { Vec::new() } else { blocks } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn checked(bytes: &[u8]) -> Scanned {
        scan(bytes, bytes.len() as u64, |_, _| Ok(())).unwrap()
    }

    /// What the standard library and BLAKE3 itself say of the same bytes.
    fn agrees(bytes: &[u8]) {
        let scanned = checked(bytes);
        assert_eq!(scanned.hash, *blake3::hash(bytes).as_bytes());
        match std::str::from_utf8(bytes) {
            Ok(text) => assert_eq!(scanned.text.unwrap().chars, text.chars().count() as u64),
            Err(error) => {
                let offset = error.valid_up_to();
                assert_eq!(scanned.text.unwrap_err(), BadByte { offset: offset as u64, byte: bytes[offset] });
            }
        }
    }

    #[test]
    fn sequences_across_pieces_and_parts_are_whole() {
        for (len, text) in [(PIECE as u64, "🦀"), (PART, "🦀"), (2 * PART, "漢"), (PART, "ä")] {
            for shift in 0..5 {
                let mut bytes = vec![b'x'; len as usize - shift];
                bytes.extend_from_slice(text.as_bytes());
                bytes.extend_from_slice(b"after");
                agrees(&bytes);
                // The same with the sequence cut or broken.
                let at = len as usize - shift + 1;
                bytes[at] = b'x';
                agrees(&bytes);
                agrees(&bytes[..at]);
            }
        }
    }

    #[test]
    fn hashes_of_all_shapes_of_tree_agree() {
        for len in [0, 1, 1024, 1025, PART - 1, PART, PART + 1, 3 * PART, 5 * PART + 17] {
            let bytes: Vec<u8> = (0..len).map(|at| (at % 127) as u8).collect();
            agrees(&bytes);
        }
    }

    #[test]
    fn every_piece_arrives_once() {
        let bytes: Vec<u8> = (0..PART + 70_000).map(|at| (at % 101) as u8).collect();
        let copy = Mutex::new(vec![0; bytes.len()]);
        let sink = |piece: &[u8], at: u64| {
            copy.lock().unwrap()[at as usize..at as usize + piece.len()].copy_from_slice(piece);
            Ok(())
        };
        scan(bytes.as_slice(), bytes.len() as u64, sink).unwrap();
        assert!(copy.into_inner().unwrap() == bytes);
    }

    #[test]
    fn a_source_that_ends_early_says_so() {
        assert_eq!(scan(b"abc".as_slice(), 10, |_, _| Ok(())).unwrap().len, 3);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_as_the_standard_library_does(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            agrees(&bytes);
        }

        #[test]
        fn any_text_is_counted(text in ".{0,64}") {
            agrees(text.as_bytes());
        }
    }
}
