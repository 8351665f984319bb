//! Which pages of a mapping the guest has written: those that are no longer the file's.

#![allow(unsafe_code)]

use std::{io, ops::Range, os::fd::OwnedFd, process, sync::OnceLock};

use rustix::{
    fd::AsFd,
    fs::{Mode, OFlags, open},
    ioctl,
};

use super::PAGE;

const PAGE_IS_FILE: u64 = 1 << 2;
const PAGE_IS_PRESENT: u64 = 1 << 3;
const PAGE_IS_SWAPPED: u64 = 1 << 4;
const PAGE_IS_PFNZERO: u64 = 1 << 5;

/// `struct pm_scan_arg` of `linux/fs.h`.
#[repr(C)]
#[derive(Default)]
struct ScanArgs {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// `struct page_region` of `linux/fs.h`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Found {
    start: u64,
    end: u64,
    categories: u64,
}

/// The written pages of `memory`, as ranges relative to its start, in order.
///
/// `memory` must be mapped; its content is not looked at. Uses `PAGEMAP_SCAN` (Linux 6.7), or reads
/// the page map entry by entry where the kernel does not have it.
pub fn written(memory: *const u8, len: usize) -> io::Result<Vec<Range<usize>>> {
    if let Some(Ok(ranges)) = kept_page_map().map(|pagemap| scan(pagemap, memory as u64, len as u64)) {
        return Ok(ranges);
    }
    let pagemap = page_map()?;
    match scan(&pagemap, memory as u64, len as u64) {
        Err(rustix::io::Errno::NOTTY | rustix::io::Errno::INVAL) => read_entries(&pagemap, memory as u64, len as u64),
        scanned => Ok(scanned?),
    }
}

fn page_map() -> rustix::io::Result<OwnedFd> {
    open("/proc/self/pagemap", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}

/// This process's page map, opened once: opening it costs as much as a short scan. A process forked from
/// the one that opened it would look at that one's memory, and does without.
fn kept_page_map() -> Option<&'static OwnedFd> {
    static KEPT: OnceLock<Option<(u32, OwnedFd)>> = OnceLock::new();
    let kept = KEPT.get_or_init(|| Some((process::id(), page_map().ok()?)));
    kept.as_ref().filter(|(opened_by, _)| *opened_by == process::id()).map(|(_, pagemap)| pagemap)
}

fn scan(pagemap: impl AsFd, base: u64, len: u64) -> rustix::io::Result<Vec<Range<usize>>> {
    let mut found = [Found::default(); 512];
    let mut ranges = Vec::new();
    let (mut start, end) = (base, base + len);
    while start < end {
        let mut args = ScanArgs {
            size: size_of::<ScanArgs>() as u64,
            start,
            end,
            vec: found.as_mut_ptr() as u64,
            vec_len: found.len() as u64,
            // Neither the file's page nor the shared page of zeros, but there.
            category_inverted: PAGE_IS_FILE | PAGE_IS_PFNZERO,
            category_mask: PAGE_IS_FILE | PAGE_IS_PFNZERO,
            category_anyof_mask: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
            ..ScanArgs::default()
        };
        // SAFETY: the opcode is that of PAGEMAP_SCAN, which reads and writes one `ScanArgs` and
        // writes at most `vec_len` entries to `vec`, both of which live here.
        let count = unsafe { ioctl::ioctl(&pagemap, PagemapScan(&mut args))? };
        for region in found.iter().take(count) {
            push(&mut ranges, (region.start - base) as usize..(region.end - base) as usize);
        }
        if args.walk_end <= start {
            break;
        }
        start = args.walk_end;
    }
    Ok(ranges)
}

fn push(ranges: &mut Vec<Range<usize>>, next: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ => ranges.push(next),
    }
}

struct PagemapScan<'a>(&'a mut ScanArgs);

// SAFETY: the opcode belongs to `ScanArgs`, and the kernel's answer is a count.
unsafe impl ioctl::Ioctl for PagemapScan<'_> {
    type Output = usize;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> ioctl::Opcode {
        ioctl::opcode::read_write::<ScanArgs>(b'f', 16)
    }

    fn as_ptr(&mut self) -> *mut core::ffi::c_void {
        std::ptr::from_mut(self.0).cast()
    }

    unsafe fn output_from_ptr(out: ioctl::IoctlOutput, _: *mut core::ffi::c_void) -> rustix::io::Result<usize> {
        Ok(out as usize)
    }
}

/// One 64-bit entry a page: bit 63 present, 62 swapped, 61 the file's own or shared.
fn read_entries(pagemap: impl AsFd, base: u64, len: u64) -> io::Result<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    let mut buffer = vec![0u8; 64 * 1024];
    let pages = len / PAGE as u64;
    let mut page = 0;
    while page < pages {
        let wanted = ((pages - page) * 8).min(buffer.len() as u64) as usize;
        let count = rustix::io::pread(&pagemap, &mut buffer[..wanted], (base / PAGE as u64 + page) * 8)?;
        if count < 8 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for entry in buffer[..count].chunks_exact(8) {
            let entry = u64::from_le_bytes(entry.try_into().unwrap_or_default());
            if entry >> 62 != 0 && entry >> 61 & 1 == 0 {
                let start = page as usize * PAGE;
                push(&mut ranges, start..start + PAGE);
            }
            page += 1;
        }
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::sys::{Reservation, memory_file, write_at};

    /// The two ways of asking the kernel agree, and both see exactly the pages written.
    #[test]
    fn only_written_pages_are_found() {
        let file = memory_file(64 * PAGE as u64).unwrap();
        write_at(&file, &[7; 64 * PAGE], 0).unwrap();
        let mut memory = Reservation::new(128 * PAGE).unwrap();
        memory.map(0, 64 * PAGE, &file, 0).unwrap();
        memory.open(64 * PAGE, 64 * PAGE).unwrap();
        // SAFETY: all 128 pages are accessible and only this test uses them.
        let bytes = unsafe { memory.bytes_mut(0, 128 * PAGE) };
        let read: u64 = bytes.iter().map(|&byte| u64::from(byte)).sum();
        assert_eq!(read, 7 * 64 * PAGE as u64);
        for page in [3, 4, 40, 100] {
            bytes[page * PAGE + 5] = 1;
        }
        let expected = [3 * PAGE..5 * PAGE, 40 * PAGE..41 * PAGE, 100 * PAGE..101 * PAGE];
        assert_eq!(written(memory.base(), 128 * PAGE).unwrap(), expected);
        let pagemap = open("/proc/self/pagemap", OFlags::RDONLY, Mode::empty()).unwrap();
        let entries = read_entries(&pagemap, memory.base() as u64, 128 * PAGE as u64).unwrap();
        for range in &expected {
            assert!(
                entries.iter().any(|found| found.start <= range.start && range.end <= found.end),
                "{range:?} in {entries:?}"
            );
        }
    }
}
