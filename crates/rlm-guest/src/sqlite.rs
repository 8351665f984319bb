//! What SQLite asks of a machine: files, which are the guest's own, locks among the connections of the
//! session, a clock and chance.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    env,
    ffi::{CStr, c_char, c_int, c_void},
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    mem,
    path::{Component, PathBuf},
    ptr,
    time::{SystemTime, UNIX_EPOCH},
};

use libsqlite3_sys::{self as ffi, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
// The compiled library.
use sqlite_wasm_rs as _;

use crate::bridge;

/// Longest path, in bytes.
const LONGEST_PATH: c_int = 1024;

/// The Julian day of 1970-01-01, in milliseconds.
const UNIX_EPOCH_JULIAN: i64 = 210_866_760_000_000;

/// A file as SQLite holds it: `base` first, as it expects.
#[repr(C)]
struct Opened {
    base: sqlite3_file,
    inner: *mut Inner,
}

struct Inner {
    file: File,
    path: String,
    delete_on_close: bool,
    /// What this connection holds, as one of SQLite's five levels.
    level: c_int,
}

/// What all connections hold of a file.
#[derive(Default)]
struct Locks {
    readers: u32,
    reserved: bool,
    pending: bool,
    exclusive: bool,
}

thread_local! {
    static LOCKS: RefCell<BTreeMap<String, Locks>> = const { RefCell::new(BTreeMap::new()) };
    static TEMPORARY: RefCell<u64> = const { RefCell::new(0) };
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // The first version has no shared memory, so write-ahead logs are refused.
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Called by SQLite when it is first used.
#[unsafe(no_mangle)]
extern "C" fn sqlite3_os_init() -> c_int {
    let vfs = sqlite3_vfs {
        iVersion: 2,
        szOsFile: mem::size_of::<Opened>() as c_int,
        mxPathname: LONGEST_PATH,
        pNext: ptr::null_mut(),
        zName: c"guest".as_ptr(),
        pAppData: ptr::null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_path_name),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_time_int64),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: what is registered lives as long as the guest.
    unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1) }
}

/// Called by SQLite when it is shut down.
#[unsafe(no_mangle)]
extern "C" fn sqlite3_os_end() -> c_int {
    ffi::SQLITE_OK
}

/// # Safety
/// `name` is a string that ends in a zero.
unsafe fn text(name: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let opened = file.cast::<Opened>();
    // SAFETY: SQLite gives `szOsFile` bytes, and looks at `pMethods` even when opening fails.
    unsafe { opened.write(Opened { base: sqlite3_file { pMethods: ptr::null() }, inner: ptr::null_mut() }) };
    let path = if name.is_null() {
        let number = TEMPORARY.with_borrow_mut(|number| {
            *number += 1;
            *number
        });
        format!("/tmp/.sqlite-{number}")
    } else {
        // SAFETY: SQLite passes its own string.
        unsafe { text(name) }
    };
    let (writes, creates) = (flags & ffi::SQLITE_OPEN_READWRITE != 0, flags & ffi::SQLITE_OPEN_CREATE != 0);
    let mut options = OpenOptions::new();
    options.read(true).write(writes).create(creates);
    options.create_new(creates && flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0);
    let mut given = flags;
    let file = options.open(&path).or_else(|error| {
        if !writes {
            return Err(error);
        }
        given = flags & !(ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE) | ffi::SQLITE_OPEN_READONLY;
        File::open(&path)
    });
    let Ok(file) = file else { return ffi::SQLITE_CANTOPEN };
    let delete_on_close = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
    let inner = Inner { file, path, delete_on_close, level: ffi::SQLITE_LOCK_NONE };
    // SAFETY: as above; `out_flags` may be null.
    unsafe {
        opened.write(Opened { base: sqlite3_file { pMethods: &METHODS }, inner: Box::into_raw(Box::new(inner)) });
        if !out_flags.is_null() {
            *out_flags = given;
        }
    }
    ffi::SQLITE_OK
}

/// # Safety
/// `file` was opened by [`open`] and not closed.
unsafe fn inner<'a>(file: *mut sqlite3_file) -> &'a mut Inner {
    // SAFETY: the caller's promise; SQLite makes one call to a file at a time.
    unsafe { &mut *(*file.cast::<Opened>()).inner }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes what it opened, once.
    let inner = unsafe {
        unlock(file, ffi::SQLITE_LOCK_NONE);
        Box::from_raw((*file.cast::<Opened>()).inner)
    };
    if inner.delete_on_close {
        let _ = fs::remove_file(&inner.path);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, len: c_int, offset: sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a file it opened and a buffer of `len` bytes.
    let (inner, buffer) = unsafe { (inner(file), std::slice::from_raw_parts_mut(to.cast::<u8>(), len as usize)) };
    let mut read = || -> io::Result<usize> {
        inner.file.seek(SeekFrom::Start(offset as u64))?;
        let mut done = 0;
        while done < buffer.len() {
            match inner.file.read(&mut buffer[done..])? {
                0 => break,
                some => done += some,
            }
        }
        Ok(done)
    };
    match read() {
        Ok(done) if done == len as usize => ffi::SQLITE_OK,
        Ok(done) => {
            buffer[done..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, len: c_int, offset: sqlite3_int64) -> c_int {
    // SAFETY: as in `read`.
    let (inner, bytes) = unsafe { (inner(file), std::slice::from_raw_parts(from.cast::<u8>(), len as usize)) };
    let written = inner.file.seek(SeekFrom::Start(offset as u64)).and_then(|_| inner.file.write_all(bytes));
    written.map_or(ffi::SQLITE_IOERR_WRITE, |()| ffi::SQLITE_OK)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a file it opened.
    let inner = unsafe { inner(file) };
    inner.file.set_len(size as u64).map_or(ffi::SQLITE_IOERR_TRUNCATE, |()| ffi::SQLITE_OK)
}

unsafe extern "C" fn sync(_: *mut sqlite3_file, _: c_int) -> c_int {
    // Files are memory, and as safe as it is.
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a file it opened and a place for the answer.
    let (inner, size) = unsafe { (inner(file), &mut *size) };
    match inner.file.metadata() {
        Ok(metadata) => {
            *size = metadata.len() as i64;
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_FSTAT,
    }
}

/// The rules are those of SQLite's own file locks: <https://sqlite.org/lockingv3.html>.
unsafe extern "C" fn lock(file: *mut sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: SQLite passes a file it opened.
    let inner = unsafe { inner(file) };
    if inner.level >= wanted {
        return ffi::SQLITE_OK;
    }
    LOCKS.with_borrow_mut(|all| {
        let locks = all.entry(inner.path.clone()).or_default();
        if wanted == ffi::SQLITE_LOCK_SHARED {
            if locks.pending || locks.exclusive {
                return ffi::SQLITE_BUSY;
            }
            locks.readers += 1;
        } else {
            if locks.reserved && inner.level < ffi::SQLITE_LOCK_RESERVED {
                return ffi::SQLITE_BUSY;
            }
            locks.reserved = true;
            if wanted >= ffi::SQLITE_LOCK_PENDING {
                locks.pending = true;
                inner.level = ffi::SQLITE_LOCK_PENDING;
            }
            if wanted == ffi::SQLITE_LOCK_EXCLUSIVE {
                if locks.readers > 1 {
                    return ffi::SQLITE_BUSY;
                }
                locks.exclusive = true;
            }
        }
        inner.level = wanted;
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: SQLite passes a file it opened.
    let inner = unsafe { inner(file) };
    if inner.level <= wanted {
        return ffi::SQLITE_OK;
    }
    LOCKS.with_borrow_mut(|all| {
        let locks = all.entry(inner.path.clone()).or_default();
        if inner.level >= ffi::SQLITE_LOCK_RESERVED {
            (locks.reserved, locks.pending, locks.exclusive) = (false, false, false);
        }
        if wanted == ffi::SQLITE_LOCK_NONE {
            locks.readers = locks.readers.saturating_sub(1);
            if locks.readers == 0 {
                all.remove(&inner.path);
            }
        }
    });
    inner.level = wanted;
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite passes a file it opened and a place for the answer.
    let (inner, out) = unsafe { (inner(file), &mut *out) };
    *out = LOCKS.with_borrow(|all| c_int::from(all.get(&inner.path).is_some_and(|locks| locks.reserved)));
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    // SAFETY: SQLite passes its own string.
    match fs::remove_file(unsafe { text(name) }) {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == io::ErrorKind::NotFound => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(_) => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(_: *mut sqlite3_vfs, name: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite passes its own string and a place for the answer.
    let (path, out) = unsafe { (text(name), &mut *out) };
    *out = c_int::from(match flags {
        ffi::SQLITE_ACCESS_READWRITE => OpenOptions::new().write(true).open(&path).is_ok(),
        // An empty journal counts as none.
        _ => fs::metadata(&path).is_ok_and(|found| found.len() > 0 || flags != ffi::SQLITE_ACCESS_EXISTS),
    });
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path_name(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    capacity: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes its own string.
    let name = unsafe { text(name) };
    // One spelling for each file, by which its locks are found.
    let mut full = PathBuf::new();
    for part in env::current_dir().unwrap_or_else(|_| "/".into()).join(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(full.pop()),
            part => full.push(part),
        }
    }
    let full = full.to_string_lossy();
    if full.len() >= capacity as usize {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: the path and its zero fit the `capacity` bytes at `out`.
    unsafe {
        ptr::copy_nonoverlapping(full.as_ptr(), out.cast::<u8>(), full.len());
        out.add(full.len()).write(0);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" {
    /// Of the C library: at most 256 bytes of chance.
    fn getentropy(to: *mut c_void, len: usize) -> c_int;
}

unsafe extern "C" fn randomness(_: *mut sqlite3_vfs, len: c_int, out: *mut c_char) -> c_int {
    const MOST: usize = 256;
    let len = (len as usize).min(MOST);
    // SAFETY: SQLite passes a buffer that is at least as long.
    unsafe { getentropy(out.cast(), len) };
    len as c_int
}

unsafe extern "C" fn sleep(_: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    bridge::sleep(i64::from(microseconds) * 1_000);
    microseconds
}

fn milliseconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH_JULIAN + since.as_millis() as i64
}

unsafe extern "C" fn current_time(_: *mut sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = milliseconds() as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_: *mut sqlite3_vfs, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = milliseconds() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
