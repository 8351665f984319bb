//! The system calls below the memory images, each as narrow as its use.

#![allow(unsafe_code)]

use std::{
    fs::File,
    io,
    os::fd::{AsFd, OwnedFd},
    ptr::{self, NonNull},
};

use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create},
    mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap, mmap_anonymous, mprotect, munmap},
};

/// Address space of its own, inaccessible until parts of it are opened. Unmapped when dropped.
#[derive(Debug)]
pub struct Reservation {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: the reservation owns its address range; nothing about it is tied to a thread.
unsafe impl Send for Reservation {}
// SAFETY: through a shared reference only the address and length can be read.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves `len` bytes of address space.
    pub fn new(len: usize) -> io::Result<Self> {
        // SAFETY: a new anonymous mapping at an address the kernel chooses touches nothing.
        let base = unsafe {
            mmap_anonymous(ptr::null_mut(), len, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE)?
        };
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { base, len })
    }

    /// Its first address.
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    fn check(&self, start: usize, len: usize) -> io::Result<*mut core::ffi::c_void> {
        if !start.is_multiple_of(super::PAGE) || start.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // SAFETY: within the reservation, as just checked.
        Ok(unsafe { self.base.as_ptr().add(start) }.cast())
    }

    /// Makes a range readable and writable; what was never written reads as zero.
    pub fn open(&mut self, start: usize, len: usize) -> io::Result<()> {
        let address = self.check(start, len)?;
        // SAFETY: the range is inside our own reservation; `&mut` keeps other users of it away,
        // and opening a page never takes anything from a running guest.
        unsafe { mprotect(address, len, MprotectFlags::READ | MprotectFlags::WRITE)? };
        Ok(())
    }

    /// Gives a range back: what it held is gone, and it cannot be accessed until it is opened again.
    pub fn close(&mut self, start: usize, len: usize) -> io::Result<()> {
        let address = self.check(start, len)?;
        // SAFETY: MAP_FIXED replaces a range inside our own reservation, which `&mut` says nobody
        // borrows; the caller closes only what no guest uses any more.
        unsafe {
            let flags = MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE;
            mmap_anonymous(address, len, ProtFlags::empty(), flags)?;
        }
        Ok(())
    }

    /// Gives back the pages of a range that are the reservation's own: it shows the file mapped there
    /// again, or zeros.
    pub fn discard(&mut self, start: usize, len: usize) -> io::Result<()> {
        let address = self.check(start, len)?;
        // SAFETY: within our own reservation, all of whose mappings are private; the caller discards
        // only what no guest uses any more.
        unsafe { madvise(address, len, Advice::LinuxDontNeed)? };
        Ok(())
    }

    /// Maps a file's range over part of the reservation, copy-on-write.
    pub fn map(&mut self, start: usize, len: usize, file: &OwnedFd, offset: u64) -> io::Result<()> {
        let address = self.check(start, len)?;
        // SAFETY: MAP_FIXED replaces a range inside our own reservation, which `&mut` says nobody
        // borrows; the caller replaces only what the guest is meant to see replaced.
        let mapped = unsafe {
            mmap(
                address,
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE,
                file,
                offset,
            )?
        };
        debug_assert_eq!(mapped, address);
        Ok(())
    }

    /// Makes pages of a copy-on-write mapping the reservation's own at once, sparing the guest a page
    /// fault for each.
    pub fn prefault(&mut self, start: usize, len: usize) -> io::Result<()> {
        let address = self.check(start, len)?;
        // SAFETY: within our own reservation; populating changes no byte that can be read.
        unsafe { madvise(address, len, Advice::LinuxPopulateWrite)? };
        Ok(())
    }

    /// The bytes of a range that was opened or mapped before.
    ///
    /// # Safety
    /// All of the range is accessible, and nobody writes it while the slice is in use.
    pub unsafe fn bytes(&self, start: usize, len: usize) -> &[u8] {
        debug_assert!(start + len <= self.len);
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr().add(start), len) }
    }

    /// The bytes of a range, to be written.
    ///
    /// # Safety
    /// As for [`Self::bytes`], and nobody reads it meanwhile either.
    #[allow(
        clippy::mut_from_ref,
        reason = "the reservation is shared with the engine; the caller has the guest at rest"
    )]
    pub unsafe fn bytes_mut(&self, start: usize, len: usize) -> &mut [u8] {
        debug_assert!(start + len <= self.len);
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr().add(start), len) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `new` and nothing can use it after its owner.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// Bytes beside the process's heap: dropped, they are the system's again at once, whatever the heap has
/// kept or given out since.
#[derive(Debug)]
pub struct Own(Reservation);

impl Own {
    /// A copy of parts, one behind the other, `len` bytes in all.
    pub fn new<'a>(parts: impl Iterator<Item = &'a [u8]>, len: usize) -> io::Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | MapFlags::POPULATE);
        // SAFETY: a new anonymous mapping at an address the kernel chooses touches nothing.
        let base = unsafe { mmap_anonymous(ptr::null_mut(), len, access, flags)? };
        let own = Self(Reservation { base: NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?, len });
        // SAFETY: just mapped, and nobody else knows of it.
        let mut left = unsafe { own.0.bytes_mut(0, len) };
        for part in parts {
            let (to, rest) = left.split_at_mut(part.len());
            to.copy_from_slice(part);
            left = rest;
        }
        Ok(own)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: all of it is accessible, and was written for the last time in `new`.
        unsafe { self.0.bytes(0, self.0.len) }
    }
}

/// A file that exists only in memory, `len` bytes of zeros.
pub fn memory_file(len: u64) -> io::Result<OwnedFd> {
    let file = memfd_create("rlm-image", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    ftruncate(&file, len)?;
    Ok(file)
}

/// Gives a memory file another size.
pub fn resize(file: &OwnedFd, len: u64) -> io::Result<()> {
    Ok(ftruncate(file, len)?)
}

/// Takes everybody's permission to write a file.
pub fn make_read_only(file: &OwnedFd) -> io::Result<()> {
    Ok(rustix::fs::fchmod(file, rustix::fs::Mode::RUSR)?)
}

/// Fixes the size and content of a memory file for good.
pub fn seal(file: &OwnedFd) -> io::Result<()> {
    Ok(fcntl_add_seals(file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::FUTURE_WRITE | SealFlags::SEAL)?)
}

/// Writes all of `bytes` at an offset.
pub fn write_at(file: &OwnedFd, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = rustix::io::pwrite(file, bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

/// Fills all of `bytes` from an offset on.
pub fn read_at(file: &OwnedFd, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = rustix::io::pread(file, &mut *bytes, offset)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[count..];
        offset += count as u64;
    }
    Ok(())
}

/// A read-only view of a sealed memory file.
#[derive(Debug)]
pub struct View {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a read-only mapping of a file that is sealed against writing; its bytes never change.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

impl View {
    /// Maps `len` bytes of a sealed memory file.
    pub fn new(file: &OwnedFd, len: usize) -> io::Result<Self> {
        if len == 0 {
            return Ok(Self { base: NonNull::dangling(), len });
        }
        // SAFETY: a new shared read-only mapping at an address the kernel chooses.
        let base = unsafe { mmap(ptr::null_mut(), len, ProtFlags::READ, MapFlags::SHARED, file, 0)? };
        Ok(Self { base: NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?, len })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: mapped for as long as `self` lives; the file cannot shrink or change.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: mapped by `new`; the slice of `bytes` cannot outlive `self`.
            let _ = unsafe { munmap(self.base.as_ptr().cast(), self.len) };
        }
    }
}

/// The file, and the offset in it, that static data of this program lies in: the program itself or
/// a library, mapped by the loader.
pub fn file_behind(data: &'static [u8]) -> io::Result<(OwnedFd, u64)> {
    use rustix::fs::{Mode, OFlags, fstat, open};

    let address = data.as_ptr() as usize;
    let maps = open("/proc/self/maps", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let text = io::read_to_string(File::from(maps))?;
    let line = text.lines().find_map(|line| Mapping::parse(line).filter(|found| found.range.contains(&address)));
    let found = line.ok_or(io::ErrorKind::NotFound)?;
    if found.range.end < address + data.len() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = open(found.path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    if fstat(&file)?.st_ino != found.inode {
        return Err(io::ErrorKind::NotFound.into());
    }
    let offset = found.offset + (address - found.range.start) as u64;
    // The loader's mapping is of this file; a read through the file must give the same bytes.
    let mut start = [0; 64];
    rustix::io::pread(file.as_fd(), &mut start, offset)?;
    if data.get(..64) != Some(start.as_slice()) || !offset.is_multiple_of(super::PAGE as u64) {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, offset))
}

/// A line of `/proc/self/maps` that names a file.
struct Mapping<'a> {
    range: std::ops::Range<usize>,
    offset: u64,
    inode: u64,
    path: &'a str,
}

impl<'a> Mapping<'a> {
    /// `start-end perms offset device inode path`
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let offset = fields.nth(1)?;
        let inode = fields.nth(1)?;
        let path = &line[line.find('/')?..];
        Some(Self {
            range: usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?,
            offset: u64::from_str_radix(offset, 16).ok()?,
            inode: inode.parse().ok()?,
            path,
        })
    }
}

/// Makes part of the program's own read-only data executable.
///
/// # Safety
/// The range is whole pages of data that is never written.
pub unsafe fn make_executable(start: *const u8, len: usize) -> io::Result<()> {
    // SAFETY: the caller's promise; readers of the data are not disturbed by the new permission.
    unsafe { mprotect(start.cast_mut().cast(), len, MprotectFlags::READ | MprotectFlags::EXEC)? };
    Ok(())
}
