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

/// Written ranges this long become a file that is mapped; shorter ones are loose pages, copied.
const MAPPED: usize = 64 * PAGE;

/// Most bytes of loose pages in an image, and most that stay a memory's own when it goes from one
/// image to another. They are the pages that every cell writes: giving one back costs a page fault
/// the next time, which is some five times the cost of a copy.
const MOST_LOOSE: usize = 2 << 20;

/// Pieces an image may be made of before small ones are joined: each is a mapping, and a process may
/// have only so many.
const MAX_PIECES: usize = 1024;

/// Ranges one capture may find before gaps are bridged more generously.
const MAX_RANGES: usize = 4096;

/// Pieces shorter than this are joined first, and
const SHORT: usize = 16 * PAGE;

/// pieces as long as this never: copying them costs more than a mapping does.
const LONG: usize = 4 << 20;

/// Most pieces mapped into a memory that showed another image; making a new one costs as little.
const MAX_PLACED: usize = 16;

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
    layers: Option<Arc<Layers>>,
}

/// The same pieces in two layers: `under` is mapped, `over` copied on top of it.
#[derive(Debug)]
struct Layers {
    under: Arc<[Piece]>,
    over: Vec<Piece>,
}

impl Image {
    /// An image of `size` bytes that begins with `backing`'s `len` bytes.
    pub fn new(size: usize, len: usize, backing: Backing) -> Self {
        let piece = Piece { range: 0..len, backing: Arc::new(backing), offset: 0 };
        Self { size, pieces: Arc::new([piece]), layers: None }
    }

    /// An image of `under` with loose pages `over` it.
    fn layered(under: Arc<[Piece]>, over: Vec<Piece>, size: usize) -> Self {
        if over.is_empty() {
            return Self { size, pieces: under, layers: None };
        }
        let pieces = joined(&under, over.clone());
        Self { size, pieces, layers: Some(Arc::new(Layers { under, over })) }
    }

    /// Whether both are the same image, by where their bytes are.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pieces, &other.pieces) && self.size == other.size
    }

    /// The pieces to map.
    fn under(&self) -> &Arc<[Piece]> {
        self.layers.as_ref().map_or(&self.pieces, |layers| &layers.under)
    }

    /// The loose pages to copy on top of those.
    fn over(&self) -> &[Piece] {
        self.layers.as_ref().map_or(&[], |layers| &layers.over)
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
        Self { size, pieces: joined(&self.pieces, over), layers: None }
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
        Ok(Self { size: self.size, pieces: pieces.into(), layers: None })
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

/// The image in fewer pieces, if it has very many.
fn few(image: Image, mode: Mode) -> io::Result<Image> {
    if image.pieces.len() > MAX_PIECES { image.joined(MAX_PIECES / 4, mode, |_| false) } else { Ok(image) }
}

/// Pieces with others over them, both in order of address.
fn joined(under: &[Piece], over: Vec<Piece>) -> Arc<[Piece]> {
    let mut pieces = Vec::with_capacity(under.len() + 2 * over.len());
    let mut covers = over.iter().peekable();
    for piece in under {
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
    pieces.into()
}

fn part(piece: &Piece, range: Range<usize>) -> Piece {
    let offset = piece.offset + (range.start - piece.range.start);
    Piece { range, backing: Arc::clone(&piece.backing), offset }
}

/// One live linear memory. Written by its guest; looked at by us only while the guest is at rest.
///
/// Under the pages the guest wrote, it shows `mapped`; with them, at the last capture, `shown`.
#[derive(Debug)]
pub struct Region {
    memory: Reservation,
    mode: Mode,
    size: usize,
    /// Its files must not go before the mappings.
    mapped: Arc<[Piece]>,
    shown: Image,
    /// Whether no guest has run in it since it was made to show `shown`: then only the loose pages
    /// of that differ from what is mapped.
    pristine: bool,
    /// Whether another session had it, and its hot pages are there.
    used: bool,
}

impl Region {
    /// A memory that shows `image`, in `capacity` bytes of address space with `guard` more behind.
    pub fn new(image: &Image, capacity: usize, guard: usize, mode: Mode) -> io::Result<Self> {
        if image.size > capacity {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let memory = Reservation::new(capacity + guard)?;
        let mapped = Arc::clone(image.under());
        let mut region =
            Self { memory, mode, size: image.size, mapped, shown: image.clone(), pristine: true, used: false };
        region.show(image)?;
        Ok(region)
    }

    fn show(&mut self, image: &Image) -> io::Result<()> {
        let mut shown = 0;
        for piece in image.under().iter() {
            self.open_gap(shown..piece.range.start)?;
            self.place(piece)?;
            shown = piece.range.end;
        }
        self.open_gap(shown..image.size)?;
        image.over().iter().try_for_each(|piece| self.copy_in(piece))
    }

    /// Makes a memory that a guest is done with show `image`, to the last bit as a new one would.
    /// Says false, and changes nothing, where a new one would cost less.
    ///
    /// Long runs of pages the guest wrote are given back to the system, and show what is mapped there
    /// again. Short ones are written back page by page and stay where they are: they are the hottest,
    /// and the next guest is spared a page fault for each.
    pub fn turn_into(&mut self, image: &Image) -> io::Result<bool> {
        if self.mode == Mode::Copy {
            return Ok(false);
        }
        if self.shows(image) {
            return Ok(true);
        }
        let Some(foreign) = foreign(&self.mapped, image.under(), image.size) else { return Ok(false) };
        if foreign.len() > MAX_PLACED {
            return Ok(false);
        }
        let written = self.written()?;
        self.resize(image.size)?;
        // Restored first and replaced after, so that what lies under a foreign piece need not be
        // told apart: it goes with the mapping.
        let ends = image.size;
        let written =
            written.into_iter().map(|range| range.start..range.end.min(ends)).filter(|range| !range.is_empty());
        let (long, short) = apart(without(written, image.over()));
        long.into_iter().try_for_each(|range| self.memory.discard(range.start, range.len()))?;
        short.into_iter().try_for_each(|range| self.restore(range))?;
        foreign.iter().try_for_each(|piece| self.place(piece))?;
        image.over().iter().try_for_each(|piece| self.copy_in(piece))?;
        self.mapped = Arc::clone(image.under());
        self.shown = image.clone();
        self.pristine = true;
        self.used = true;
        Ok(true)
    }

    /// Pages that may differ from what is mapped.
    fn written(&self) -> io::Result<Vec<Range<usize>>> {
        if self.pristine {
            return Ok(self.shown.over().iter().map(|piece| piece.range.clone()).collect());
        }
        dirty::written(self.base(), self.size)
    }

    /// Opens or closes memory at the end.
    fn resize(&mut self, size: usize) -> io::Result<()> {
        if size > self.size {
            self.memory.open(self.size, size - self.size)?;
        } else if size < self.size {
            self.memory.close(size, self.size - size)?;
        }
        self.size = size;
        Ok(())
    }

    /// Puts back the bytes of the pieces mapped below a range the guest wrote.
    fn restore(&mut self, range: Range<usize>) -> io::Result<()> {
        let mut done = range.start;
        let first = self.mapped.partition_point(|piece| piece.range.end <= range.start);
        for piece in self.mapped[first..].iter().take_while(|piece| piece.range.start < range.end) {
            let (start, end) = (piece.range.start.max(range.start), piece.range.end.min(range.end));
            // SAFETY: within the accessible size, and no guest runs in this memory.
            unsafe { self.memory.bytes_mut(done, start - done) }.fill(0);
            // SAFETY: as above.
            let bytes = unsafe { self.memory.bytes_mut(start, end - start) };
            piece.backing.read_at(piece.offset + (start - piece.range.start), bytes)?;
            done = end;
        }
        // SAFETY: as above.
        unsafe { self.memory.bytes_mut(done, range.end - done) }.fill(0);
        Ok(())
    }

    /// Copies a loose piece over what is mapped.
    fn copy_in(&mut self, piece: &Piece) -> io::Result<()> {
        // SAFETY: within the accessible size, and no guest runs in this memory.
        let bytes = unsafe { self.memory.bytes_mut(piece.range.start, piece.range.len()) };
        piece.backing.read_at(piece.offset, bytes)
    }

    /// Whether it shows `image` and nothing was written since.
    pub fn shows(&self, image: &Image) -> bool {
        self.pristine && self.shown.is(image)
    }

    /// A guest is about to run in this memory.
    pub fn begin(&mut self) {
        self.pristine = false;
    }

    /// Bytes of address space, the guard included.
    pub fn capacity(&self) -> usize {
        self.memory.len()
    }

    fn open_gap(&mut self, gap: Range<usize>) -> io::Result<()> {
        if gap.is_empty() { Ok(()) } else { self.memory.open(gap.start, gap.len()) }
    }

    fn place(&mut self, piece: &Piece) -> io::Result<()> {
        let (start, len) = (piece.range.start, piece.range.len());
        let bytes: &[u8] = match &*piece.backing {
            Backing::File { file, offset } | Backing::Program { file, offset, .. } => {
                return self.memory.map(start, len, file, offset + piece.offset as u64);
            }
            Backing::Part(part) => {
                let (file, offset) = part.place();
                return self.memory.map(start, len, file, offset + piece.offset as u64);
            }
            Backing::Bytes(bytes) => bytes,
            Backing::Own(own) => own.bytes(),
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
        if self.used {
            return;
        }
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
        self.mapped = joined(&self.mapped, vec![piece.clone()]);
        let over = self.shown.over().to_vec();
        self.shown = match self.mode {
            Mode::Map => Image::layered(Arc::clone(&self.mapped), over, self.size),
            Mode::Copy => self.shown.with(vec![piece], self.size),
        };
        Ok(())
    }

    /// What the memory holds now, as an image; where much was written, only later writes are dirty
    /// from here on.
    ///
    /// Costs in proportion to the pages written since the last capture, plus a walk over the page
    /// tables.
    pub fn capture(&mut self) -> io::Result<Image> {
        let dirty = self.dirty()?;
        if dirty.is_empty() && self.size == self.shown.size {
            return Ok(self.shown.clone());
        }
        self.shown = match self.mode {
            Mode::Copy => self.shown.with(self.copies(dirty), self.size),
            Mode::Map => {
                let (long, loose) = apart(dirty);
                if !long.is_empty() {
                    let files = self.files(&long)?;
                    let mapped = joined(&self.mapped, files.clone());
                    // The same bytes under the same addresses, now from the file: clean again.
                    files.iter().try_for_each(|piece| self.place(piece))?;
                    self.mapped = mapped;
                }
                let under = Image { size: self.size, pieces: Arc::clone(&self.mapped), layers: None };
                Image::layered(few(under, self.mode)?.pieces, self.copies(loose), self.size)
            }
        };
        Ok(self.shown.clone())
    }

    /// Ranges of the memory as pieces of a file.
    fn files(&self, ranges: &[Range<usize>]) -> io::Result<Vec<Piece>> {
        // SAFETY: all ranges are within the accessible size, and the guest is at rest.
        let parts = ranges.iter().map(|range| unsafe { self.memory.bytes(range.start, range.len()) });
        Ok(pieces_of(ranges, Backing::of_parts(parts, total(ranges), Mode::Map)?))
    }

    /// Ranges of the memory as pieces of a copy.
    fn copies(&self, ranges: Vec<Range<usize>>) -> Vec<Piece> {
        if ranges.is_empty() {
            return Vec::new();
        }
        // SAFETY: all ranges are within the accessible size, and the guest is at rest.
        let parts = ranges.iter().map(|range| unsafe { self.memory.bytes(range.start, range.len()) });
        pieces_of(&ranges, Backing::of_copies(parts, total(&ranges), self.mode))
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
            Mode::Map => self.written(),
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
                        Backing::File { .. } | Backing::Program { .. } | Backing::Part(_) | Backing::Own(_) => false,
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

/// Bytes in ranges.
fn total(ranges: &[Range<usize>]) -> usize {
    ranges.iter().map(Range::len).sum()
}

/// Ranges of memory as pieces of a backing that holds them one behind the other.
fn pieces_of(ranges: &[Range<usize>], backing: Backing) -> Vec<Piece> {
    let backing = Arc::new(backing);
    let mut offset = 0;
    let piece = |range: &Range<usize>| {
        let piece = Piece { range: range.clone(), backing: Arc::clone(&backing), offset };
        offset += range.len();
        piece
    };
    ranges.iter().map(piece).collect()
}

/// Tells long ranges from short ones. Where the short ones are too much to copy again and again, all
/// count as long, joined where they are close together.
fn apart(ranges: Vec<Range<usize>>) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (long, loose): (Vec<_>, Vec<_>) = ranges.iter().cloned().partition(|range| range.len() >= MAPPED);
    if total(&loose) > MOST_LOOSE { (bridge(ranges), Vec::new()) } else { (long, loose) }
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

/// The pieces of `wanted`, or parts of them, that are not mapped already; `None` where something is
/// mapped below `size` that `wanted` has nothing for.
fn foreign(mapped: &Arc<[Piece]>, wanted: &Arc<[Piece]>, size: usize) -> Option<Vec<Piece>> {
    if Arc::ptr_eq(mapped, wanted) {
        return Some(Vec::new());
    }
    if mapped.iter().any(|piece| !covers(wanted, piece.range.start..piece.range.end.min(size))) {
        return None;
    }
    let mut foreign = Vec::new();
    for piece in wanted.iter() {
        let mut start = piece.range.start;
        let first = mapped.partition_point(|there| there.range.end <= start);
        for there in mapped[first..].iter().take_while(|there| there.range.start < piece.range.end) {
            let same = Arc::ptr_eq(&there.backing, &piece.backing)
                && there.range.start.wrapping_sub(there.offset) == piece.range.start.wrapping_sub(piece.offset);
            if !same {
                continue;
            }
            let from = there.range.start.max(start);
            if from > start {
                foreign.push(part(piece, start..from));
            }
            start = there.range.end.min(piece.range.end);
        }
        if start < piece.range.end {
            foreign.push(part(piece, start..piece.range.end));
        }
    }
    Some(foreign)
}

/// Whether pieces leave no gap in a range.
fn covers(pieces: &[Piece], range: Range<usize>) -> bool {
    let mut covered = range.start;
    let first = pieces.partition_point(|piece| piece.range.end <= range.start);
    for piece in &pieces[first..] {
        if covered >= range.end || piece.range.start > covered {
            break;
        }
        covered = piece.range.end;
    }
    covered >= range.end
}

/// Ranges less what pieces cover, all in order of address.
fn without(ranges: impl Iterator<Item = Range<usize>>, pieces: &[Piece]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    for range in ranges {
        let mut start = range.start;
        let first = pieces.partition_point(|piece| piece.range.end <= start);
        for piece in pieces[first..].iter().take_while(|piece| piece.range.start < range.end) {
            if piece.range.start > start {
                left.push(start..piece.range.start);
            }
            start = piece.range.end.min(range.end);
        }
        if start < range.end {
            left.push(start..range.end);
        }
    }
    left
}
