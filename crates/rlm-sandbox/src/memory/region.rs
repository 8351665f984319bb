//! Images, and the live memory that shows one.

#![allow(unsafe_code)]

use std::{
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{Backing, Mode, PAGE, dirty, sys::Reservation};

/// Gaps of clean pages this short are written along with the dirty pages around them: one mapping
/// costs more than the copy of a few pages.
const BRIDGED_GAP: usize = 4 * PAGE;

/// Up to this many written bytes stay the memory's own after a capture: they are the pages every
/// cell writes, and giving them back would cost a page fault each where copying them once more at
/// the next capture costs less.
const KEPT: usize = 2 << 20;

/// Pieces an image may be made of before small ones are joined: each is a mapping, and a process may
/// have only so many.
const MAX_PIECES: usize = 1024;

/// Ranges one capture may find before gaps are bridged more generously.
const MAX_RANGES: usize = 4096;

/// Pieces shorter than this are joined first, and
const SHORT: usize = 16 * PAGE;

/// pieces as long as this never: copying them costs more than a mapping does.
const LONG: usize = 4 << 20;

/// A range of memory whose bytes are a range of a backing.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The range of memory, in whole pages.
    pub range: Range<usize>,
    /// Where its bytes are.
    pub backing: Arc<Backing>,
    /// Offset of the first in the backing's bytes; whole pages.
    pub offset: usize,
}

/// What a linear memory holds; zero where no piece says otherwise. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Image {
    size: usize,
    pieces: Arc<[Piece]>,
}

impl Image {
    /// An image of `size` bytes that begins with `backing`'s `len` bytes.
    pub fn new(size: usize, len: usize, backing: Backing) -> Self {
        let piece = Piece { range: 0..len, backing: Arc::new(backing), offset: 0 };
        Self { size, pieces: Arc::new([piece]) }
    }

    /// Size of the memory in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// What it is made of, in order of address.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The image with `over`, which is in order of address, over whatever was there.
    pub fn with(&self, over: Vec<Piece>, size: usize) -> Self {
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2 * over.len());
        let mut covers = over.iter().peekable();
        for piece in self.pieces.iter() {
            let mut start = piece.range.start;
            while let Some(cover) = covers.peek() {
                if cover.range.end <= start {
                    covers.next();
                    continue;
                }
                if cover.range.start >= piece.range.end {
                    break;
                }
                if cover.range.start > start {
                    pieces.push(part(piece, start..cover.range.start));
                }
                start = cover.range.end;
                if start >= piece.range.end {
                    break;
                }
                covers.next();
            }
            if start < piece.range.end {
                pieces.push(part(piece, start..piece.range.end));
            }
        }
        pieces.extend(over);
        pieces.sort_by_key(|piece| piece.range.start);
        Self { size, pieces: pieces.into() }
    }

    /// The same bytes in fewer pieces, about `most` of them where that can be had: short pieces that
    /// touch are copied together, longer and longer ones until there are few enough. Backings that
    /// are `apart` stay as they are.
    pub fn joined(&self, most: usize, mode: Mode, apart: impl Fn(&Arc<Backing>) -> bool) -> io::Result<Self> {
        let mut short = SHORT;
        let mut groups = self.groups(short, &apart);
        while groups.len() > most && short < LONG {
            short *= 4;
            groups = self.groups(short, &apart);
        }
        let to_copy = || groups.iter().filter(|group| group.len() > 1);
        let parts = to_copy().flat_map(|group| &self.pieces[group.clone()]);
        let len = parts.clone().map(|piece| piece.range.len()).sum();
        if len == 0 {
            return Ok(self.clone());
        }
        let backing = Arc::new(Backing::of_reader(&mut Bytes { left: parts, current: None }, len, mode)?);
        let mut offset = 0;
        let mut pieces = Vec::with_capacity(groups.len());
        for group in &groups {
            let (first, last) = (&self.pieces[group.start], &self.pieces[group.end - 1]);
            if group.len() == 1 {
                pieces.push(first.clone());
                continue;
            }
            let range = first.range.start..last.range.end;
            pieces.push(Piece { backing: Arc::clone(&backing), offset, range: range.clone() });
            offset += range.len();
        }
        Ok(Self { size: self.size, pieces: pieces.into() })
    }

    /// Indices of pieces that are joined: those shorter than `short` that touch.
    fn groups(&self, short: usize, apart: impl Fn(&Arc<Backing>) -> bool) -> Vec<Range<usize>> {
        let joins = |piece: &Piece| piece.range.len() < short && !apart(&piece.backing);
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            match groups.last_mut() {
                Some(group)
                    if self.pieces[index - 1].range.end == piece.range.start
                        && joins(&self.pieces[index - 1])
                        && joins(piece) =>
                {
                    group.end = index + 1;
                }
                _ => groups.push(index..index + 1),
            }
        }
        groups
    }
}

/// The bytes of pieces, one behind the other.
struct Bytes<'a, I> {
    left: I,
    /// The piece being read, and how much of it was.
    current: Option<(&'a Piece, usize)>,
}

impl<'a, I: Iterator<Item = &'a Piece>> io::Read for Bytes<'a, I> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some((piece, done)) = self.current.take().or_else(|| self.left.next().map(|piece| (piece, 0))) else {
            return Ok(0);
        };
        let count = into.len().min(piece.range.len() - done);
        piece.backing.read_at(piece.offset + done, &mut into[..count])?;
        if done + count < piece.range.len() {
            self.current = Some((piece, done + count));
        }
        Ok(count)
    }
}

fn part(piece: &Piece, range: Range<usize>) -> Piece {
    let offset = piece.offset + (range.start - piece.range.start);
    Piece { range, backing: Arc::clone(&piece.backing), offset }
}

/// One live linear memory. Written by its guest; looked at by us only while the guest is at rest.
#[derive(Debug)]
pub struct Region {
    memory: Reservation,
    mode: Mode,
    size: usize,
    shown: Image,
    /// What is mapped, which is less than what is shown where written pages stayed the memory's own.
    /// Its files must not go before the mappings.
    mapped: Image,
}

impl Region {
    /// A memory that shows `image`, in `capacity` bytes of address space with `guard` more behind.
    pub fn new(image: &Image, capacity: usize, guard: usize, mode: Mode) -> io::Result<Self> {
        if image.size > capacity {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let memory = Reservation::new(capacity + guard)?;
        let mut region = Self { memory, mode, size: image.size, shown: image.clone(), mapped: image.clone() };
        region.show(image)?;
        Ok(region)
    }

    fn show(&mut self, image: &Image) -> io::Result<()> {
        let mut shown = 0;
        for piece in image.pieces.iter() {
            self.open_gap(shown..piece.range.start)?;
            self.place(piece)?;
            shown = piece.range.end;
        }
        self.open_gap(shown..image.size)
    }

    fn open_gap(&mut self, gap: Range<usize>) -> io::Result<()> {
        if gap.is_empty() { Ok(()) } else { self.memory.open(gap.start, gap.len()) }
    }

    fn place(&mut self, piece: &Piece) -> io::Result<()> {
        let (start, len) = (piece.range.start, piece.range.len());
        let bytes: &[u8] = match &*piece.backing {
            Backing::File { file, offset } => return self.memory.map(start, len, file, offset + piece.offset as u64),
            Backing::Part(part) => {
                let (file, offset) = part.place();
                return self.memory.map(start, len, file, offset + piece.offset as u64);
            }
            Backing::Bytes(bytes) => bytes,
            Backing::Static(bytes) => bytes,
        };
        self.memory.open(start, len)?;
        // SAFETY: just opened; the guest this memory is for has not started or is at rest.
        unsafe { self.memory.bytes_mut(start, len) }.copy_from_slice(&bytes[piece.offset..piece.offset + len]);
        Ok(())
    }

    /// Makes pages that are about to be written the memory's own, where the system can. A range the
    /// memory does not have is left out.
    pub fn prefault(&mut self, ranges: &[Range<usize>]) {
        for range in ranges.iter().filter(|range| self.mode == Mode::Map && range.end <= self.size) {
            // Without it the guest takes a page fault for each page, which is only slower.
            if self.memory.prefault(range.start, range.len()).is_err() {
                return;
            }
        }
    }

    /// First address.
    pub fn base(&self) -> *mut u8 {
        self.memory.base()
    }

    /// Accessible bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Makes the memory larger. What is new reads as zero.
    pub fn grow(&mut self, size: usize) -> io::Result<()> {
        self.memory.open(self.size, size - self.size)?;
        self.size = size;
        Ok(())
    }

    /// Puts a context's pages at the start of a range that the guest does not use yet.
    pub fn attach(&mut self, piece: Piece) -> io::Result<()> {
        self.place(&piece)?;
        self.shown = self.shown.with(vec![piece.clone()], self.size);
        self.mapped = self.mapped.with(vec![piece], self.size);
        Ok(())
    }

    /// What the memory holds now, as an image; where much was written, only later writes are dirty
    /// from here on.
    ///
    /// Costs in proportion to the pages written since the last capture, plus a walk over the page
    /// tables.
    pub fn capture(&mut self) -> io::Result<Image> {
        let dirty = bridge(self.dirty()?);
        if dirty.is_empty() && self.size == self.shown.size {
            return Ok(self.shown.clone());
        }
        let len = dirty.iter().map(Range::len).sum();
        // SAFETY: all ranges are within the accessible size, and the guest is at rest.
        let parts = dirty.iter().map(|range| unsafe { self.memory.bytes(range.start, range.len()) });
        let backing = Arc::new(Backing::of_parts(parts, len, self.mode)?);
        let mut offset = 0;
        let over: Vec<Piece> = dirty
            .into_iter()
            .map(|range| {
                let piece = Piece { offset, backing: Arc::clone(&backing), range };
                offset += piece.range.len();
                piece
            })
            .collect();
        if self.mode == Mode::Map && len > KEPT {
            // The same bytes under the same addresses, now from the file: clean again.
            let mapped = self.mapped.with(over.clone(), self.size);
            over.iter().try_for_each(|piece| self.place(piece))?;
            self.mapped = mapped;
        }
        self.shown = self.shown.with(over, self.size);
        if self.shown.pieces.len() > MAX_PIECES {
            self.shown = self.shown.joined(MAX_PIECES / 4, self.mode, |_| false)?;
        }
        Ok(self.shown.clone())
    }

    /// Writes a 32-bit word that the guest polls. Does nothing outside the memory.
    pub fn store_word(&self, address: u32, word: u32) {
        let address = address as usize;
        if !address.is_multiple_of(4) || address + 4 > self.size {
            return;
        }
        // SAFETY: aligned, accessible, and atomic on both sides: the guest reads it as an atomic.
        let target = unsafe { AtomicU32::from_ptr(self.base().add(address).cast()) };
        target.store(word, Ordering::Relaxed);
    }

    /// Pages written since the last capture.
    pub fn dirty(&self) -> io::Result<Vec<Range<usize>>> {
        match self.mode {
            Mode::Map => dirty::written(self.base(), self.size),
            Mode::Copy => Ok(self.changed_pages()),
        }
    }

    /// Pages that differ from the image shown, found by comparing.
    fn changed_pages(&self) -> Vec<Range<usize>> {
        let mut changed: Vec<Range<usize>> = Vec::new();
        let mut pieces = self.shown.pieces.iter().peekable();
        for start in (0..self.size).step_by(PAGE) {
            while pieces.peek().is_some_and(|piece| piece.range.end <= start) {
                pieces.next();
            }
            // SAFETY: within the accessible size, and the guest is at rest.
            let page = unsafe { self.memory.bytes(start, PAGE) };
            let same = match pieces.peek() {
                Some(piece) if piece.range.contains(&start) => {
                    let offset = piece.offset + (start - piece.range.start);
                    match &*piece.backing {
                        Backing::Bytes(bytes) => page == &bytes[offset..offset + PAGE],
                        Backing::Static(bytes) => page == &bytes[offset..offset + PAGE],
                        Backing::File { .. } | Backing::Part(_) => false,
                    }
                }
                _ => page.iter().all(|&byte| byte == 0),
            };
            if !same {
                match changed.last_mut() {
                    Some(last) if last.end == start => last.end = start + PAGE,
                    _ => changed.push(start..start + PAGE),
                }
            }
        }
        changed
    }
}

/// Joins ranges that are close together.
fn bridge(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let gap = if ranges.len() > MAX_RANGES { BRIDGED_GAP * 64 } else { BRIDGED_GAP };
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start - last.end <= gap => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}
