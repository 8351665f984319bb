//! The calls of the C library for files, answered in place.
//!
//! The C library calls the system through functions of these names, which are imports unless
//! something in the module defines them. So the host never sees a path or a descriptor.

use std::cell::{RefCell, RefMut};

use crate::{
    bridge,
    files::{Errno, Files, How, Kind, ROOT_DESCRIPTOR, Stat, Time},
};

/// Rights to read and to write, among WASI's rights of a descriptor.
const RIGHT_READ: u64 = 1 << 1;
const RIGHT_WRITE: u64 = 1 << 6;
const ALL_RIGHTS: u64 = (1 << 30) - 1;

const APPEND: u16 = 1;

struct Tree(RefCell<Option<Files>>);

// SAFETY: one thread of execution.
unsafe impl Sync for Tree {}

static TREE: Tree = Tree(RefCell::new(None));

/// The tree of files.
pub fn files() -> RefMut<'static, Files> {
    RefMut::map(TREE.0.borrow_mut(), |files| files.get_or_insert_with(Files::new))
}

type Result<T> = std::result::Result<T, Errno>;

fn answer(result: Result<()>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(errno) => errno as i32,
    }
}

/// Bytes of the caller.
///
/// # Safety
/// `len` bytes at `ptr` must be readable, as they are in calls of the C library.
unsafe fn slice<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(ptr, len) }
}

/// One buffer of a read or a write.
#[repr(C)]
#[derive(Clone, Copy)]
struct Buffer {
    ptr: *mut u8,
    len: usize,
}

/// # Safety
/// As [`slice`].
unsafe fn buffers<'a>(ptr: *const Buffer, len: usize) -> &'a [Buffer] {
    // SAFETY: the caller's promise.
    if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(ptr, len) } }
}

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $body:block)*) => {
        $(
            $(#[$doc])*
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $kind),*) -> i32 {
                // SAFETY: the C library passes pointers to as many bytes as the call says.
                answer((|| -> Result<()> { unsafe { $body } Ok(()) })())
            }
        )*
    };
}

calls! {
    fn __imported_wasi_snapshot_preview1_fd_prestat_get(fd: i32, out: *mut u32) {
        if fd != ROOT_DESCRIPTOR {
            return Err(Errno::BadDescriptor);
        }
        // A folder (kind 0) whose name has one byte.
        out.write(0);
        out.add(1).write(1);
    }

    fn __imported_wasi_snapshot_preview1_fd_prestat_dir_name(fd: i32, out: *mut u8, len: usize) {
        if fd != ROOT_DESCRIPTOR || len < 1 {
            return Err(Errno::BadDescriptor);
        }
        out.write(b'/');
    }

    fn __imported_wasi_snapshot_preview1_fd_fdstat_get(fd: i32, out: *mut u8) {
        let (kind, how) = files().opened(fd)?;
        let mut rights = ALL_RIGHTS;
        if kind != Kind::Folder {
            if !how.read {
                rights &= !RIGHT_READ;
            }
            if !how.write {
                rights &= !RIGHT_WRITE;
            }
        }
        out.write_bytes(0, 24);
        out.write(filetype(kind));
        out.add(2).cast::<u16>().write(if how.append { APPEND } else { 0 });
        out.add(8).cast::<u64>().write(rights);
        out.add(16).cast::<u64>().write(ALL_RIGHTS);
    }

    fn __imported_wasi_snapshot_preview1_fd_fdstat_set_flags(fd: i32, flags: u32) {
        files().set_append(fd, flags as u16 & APPEND != 0)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_filestat_get(fd: i32, out: *mut u8) {
        write_stat(out, files().stat(fd)?);
    }

    fn __imported_wasi_snapshot_preview1_fd_filestat_set_size(fd: i32, size: u64) {
        files().set_size(fd, size)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_filestat_set_times(fd: i32, accessed: u64, modified: u64, flags: u32) {
        files().set_times(fd, None, true, times(accessed, modified, flags))?;
    }

    fn __imported_wasi_snapshot_preview1_fd_allocate(fd: i32, offset: u64, len: u64) {
        let end = offset.checked_add(len).ok_or(Errno::Invalid)?;
        let mut files = files();
        if files.stat(fd)?.size < end {
            files.set_size(fd, end)?;
        }
    }

    fn __imported_wasi_snapshot_preview1_fd_advise(fd: i32, _offset: u64, _len: u64, _advice: u32) {
        files().stat(fd)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_sync(fd: i32) {
        files().stat(fd)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_datasync(fd: i32) {
        files().stat(fd)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_close(fd: i32) {
        files().close(fd)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_renumber(fd: i32, to: i32) {
        files().renumber(fd, to)?;
    }

    fn __imported_wasi_snapshot_preview1_fd_seek(fd: i32, offset: i64, whence: u32, out: *mut u64) {
        out.write(files().seek(fd, offset, whence as i32)?);
    }

    fn __imported_wasi_snapshot_preview1_fd_tell(fd: i32, out: *mut u64) {
        out.write(files().seek(fd, 0, 1)?);
    }

    fn __imported_wasi_snapshot_preview1_fd_read(fd: i32, parts: *const Buffer, count: usize, out: *mut usize) {
        let mut files = files();
        let (bytes, at) = files.bytes(fd)?;
        let done = read_into(buffers(parts, count), bytes, at);
        files.advance(fd, done as u64)?;
        out.write(done);
    }

    fn __imported_wasi_snapshot_preview1_fd_pread(
        fd: i32,
        parts: *const Buffer,
        count: usize,
        at: u64,
        out: *mut usize,
    ) {
        out.write(read_into(buffers(parts, count), files().bytes(fd)?.0, at));
    }

    fn __imported_wasi_snapshot_preview1_fd_write(fd: i32, parts: *const Buffer, count: usize, out: *mut usize) {
        out.write(write_from(fd, buffers(parts, count), None)?);
    }

    fn __imported_wasi_snapshot_preview1_fd_pwrite(
        fd: i32,
        parts: *const Buffer,
        count: usize,
        at: u64,
        out: *mut usize,
    ) {
        out.write(write_from(fd, buffers(parts, count), Some(at))?);
    }

    fn __imported_wasi_snapshot_preview1_fd_readdir(fd: i32, out: *mut u8, len: usize, from: u64, used: *mut usize) {
        let files = files();
        let mut filled = 0;
        for (index, (name, stat)) in files.list(fd, from)?.enumerate() {
            let mut entry = [0; 24];
            entry[..8].copy_from_slice(&(from + index as u64 + 1).to_le_bytes());
            entry[8..16].copy_from_slice(&stat.node.to_le_bytes());
            entry[16..20].copy_from_slice(&(name.len() as u32).to_le_bytes());
            entry[20] = filetype(stat.kind);
            // An entry that is cut tells the caller to ask again with more room.
            for part in [&entry[..], name] {
                let fits = part.len().min(len - filled);
                out.add(filled).copy_from_nonoverlapping(part.as_ptr(), fits);
                filled += fits;
            }
            if filled == len {
                break;
            }
        }
        used.write(filled);
    }

    fn __imported_wasi_snapshot_preview1_path_create_directory(fd: i32, path: *const u8, len: usize) {
        files().make_folder(fd, slice(path, len))?;
    }

    fn __imported_wasi_snapshot_preview1_path_filestat_get(
        fd: i32,
        flags: u32,
        path: *const u8,
        len: usize,
        out: *mut u8,
    ) {
        write_stat(out, files().stat_path(fd, slice(path, len), flags & 1 != 0)?);
    }

    fn __imported_wasi_snapshot_preview1_path_filestat_set_times(
        fd: i32,
        flags: u32,
        path: *const u8,
        len: usize,
        accessed: u64,
        modified: u64,
        which: u32,
    ) {
        files().set_times(fd, Some(slice(path, len)), flags & 1 != 0, times(accessed, modified, which))?;
    }

    fn __imported_wasi_snapshot_preview1_path_link(
        fd: i32,
        flags: u32,
        path: *const u8,
        len: usize,
        to: i32,
        new: *const u8,
        new_len: usize,
    ) {
        files().link(fd, slice(path, len), flags & 1 != 0, to, slice(new, new_len))?;
    }

    fn __imported_wasi_snapshot_preview1_path_open(
        fd: i32,
        lookup: u32,
        path: *const u8,
        len: usize,
        flags: u32,
        rights: u64,
        _inherited: u64,
        descriptor_flags: u32,
        out: *mut i32,
    ) {
        let how = How {
            read: rights & RIGHT_READ != 0,
            write: rights & RIGHT_WRITE != 0,
            append: descriptor_flags as u16 & APPEND != 0,
            create: flags & 1 != 0,
            folder: flags & 2 != 0,
            exclusive: flags & 4 != 0,
            truncate: flags & 8 != 0,
            follow: lookup & 1 != 0,
        };
        out.write(files().open(fd, slice(path, len), how)?);
    }

    fn __imported_wasi_snapshot_preview1_path_readlink(
        fd: i32,
        path: *const u8,
        len: usize,
        out: *mut u8,
        room: usize,
        used: *mut usize,
    ) {
        let files = files();
        let target = files.read_link(fd, slice(path, len))?;
        let fits = target.len().min(room);
        out.copy_from_nonoverlapping(target.as_ptr(), fits);
        used.write(fits);
    }

    fn __imported_wasi_snapshot_preview1_path_remove_directory(fd: i32, path: *const u8, len: usize) {
        files().remove_folder(fd, slice(path, len))?;
    }

    fn __imported_wasi_snapshot_preview1_path_rename(
        fd: i32,
        path: *const u8,
        len: usize,
        to: i32,
        new: *const u8,
        new_len: usize,
    ) {
        files().rename(fd, slice(path, len), to, slice(new, new_len))?;
    }

    fn __imported_wasi_snapshot_preview1_path_symlink(
        target: *const u8,
        target_len: usize,
        fd: i32,
        path: *const u8,
        len: usize,
    ) {
        files().make_link(slice(target, target_len), fd, slice(path, len))?;
    }

    fn __imported_wasi_snapshot_preview1_path_unlink_file(fd: i32, path: *const u8, len: usize) {
        files().remove_file(fd, slice(path, len))?;
    }
}

fn filetype(kind: Kind) -> u8 {
    match kind {
        Kind::Stream => 2,
        Kind::Folder => 3,
        Kind::File => 4,
        Kind::Link => 7,
    }
}

/// # Safety
/// `out` has room for WASI's `filestat`.
unsafe fn write_stat(out: *mut u8, stat: Stat) {
    let words =
        [0, stat.node, filetype(stat.kind).into(), stat.links, stat.size, stat.accessed, stat.modified, stat.changed];
    for (index, word) in words.into_iter().enumerate() {
        // SAFETY: eight words, as promised.
        unsafe { out.add(8 * index).cast::<u64>().write_unaligned(word) };
    }
}

fn times(accessed: u64, modified: u64, which: u32) -> [Time; 2] {
    let time = |set: bool, now: bool, at: u64| match (set, now) {
        (_, true) => Time::Now,
        (true, _) => Time::At(at),
        _ => Time::Keep,
    };
    [time(which & 1 != 0, which & 2 != 0, accessed), time(which & 4 != 0, which & 8 != 0, modified)]
}

/// # Safety
/// The buffers are the caller's to write.
unsafe fn read_into(parts: &[Buffer], bytes: &[u8], at: u64) -> usize {
    let mut left = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let all = left.len();
    for part in parts {
        let fits = left.len().min(part.len);
        // SAFETY: the buffer has `part.len` bytes, and no file lies in it.
        unsafe { part.ptr.copy_from_nonoverlapping(left.as_ptr(), fits) };
        left = &left[fits..];
    }
    all - left.len()
}

/// # Safety
/// The buffers are the caller's to read.
unsafe fn write_from(fd: i32, parts: &[Buffer], place: Option<u64>) -> Result<usize> {
    let stream = files().stream(fd)?;
    let mut done = 0;
    for part in parts {
        // SAFETY: the caller's promise.
        let data = unsafe { slice(part.ptr, part.len) };
        match stream {
            Some(stream @ (1 | 2)) => bridge::output(stream, data),
            Some(_) => return Err(Errno::BadDescriptor),
            None => files().write(fd, place.map(|place| place + done as u64), data)?,
        }
        done += part.len;
    }
    Ok(done)
}
