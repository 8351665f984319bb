//! The functions the host calls.

use std::{cell::UnsafeCell, panic};

use rlm_abi::{ABI_VERSION, MAX_FRAME, Reply, Request, decode, encode};

use crate::{boot, bridge, cell, interrupt, namespace, state};

/// The last request and reply frames. The host writes the one and reads the other between calls.
struct Frames(UnsafeCell<(Vec<u8>, Vec<u8>)>);

// SAFETY: one thread of execution, and no export is entered while another runs: host functions
// are answered without calling back into the guest.
unsafe impl Sync for Frames {}

static FRAMES: Frames = Frames(UnsafeCell::new((Vec::new(), Vec::new())));

#[unsafe(no_mangle)]
extern "C" fn rlm_abi_version() -> u32 {
    ABI_VERSION
}

unsafe extern "C" {
    /// What the linker collects constructors of C code into. Naming it here also keeps the linker
    /// from wrapping every export in a call of it.
    fn __wasm_call_ctors();
}

#[unsafe(no_mangle)]
extern "C" fn rlm_boot() {
    // SAFETY: called once, before anything else runs.
    unsafe { __wasm_call_ctors() };
    panic::set_hook(Box::new(|info| bridge::output(bridge::DIAGNOSTIC, info.to_string().as_bytes())));
    boot::boot();
}

#[unsafe(no_mangle)]
extern "C" fn rlm_interrupt_word() -> *const u32 {
    interrupt::word()
}

#[unsafe(no_mangle)]
extern "C" fn rlm_alloc(len: usize) -> *mut u8 {
    if len > MAX_FRAME {
        return std::ptr::null_mut();
    }
    // SAFETY: see `Frames`.
    let (request, _) = unsafe { &mut *FRAMES.0.get() };
    request.clear();
    if request.try_reserve_exact(len).is_err() {
        return std::ptr::null_mut();
    }
    request.resize(len, 0);
    request.as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn rlm_call(len: usize) -> u64 {
    // SAFETY: see `Frames`. The request is moved out, so that nothing below can reach it.
    let (request, reply) = unsafe { &mut *FRAMES.0.get() };
    *reply = Vec::new();
    let request = std::mem::take(request);
    let answer = match request.get(..len).map(decode::<Request>) {
        Some(Ok(request)) => answer(request),
        _ => Reply::Refused("request frame is malformed".to_owned()),
    };
    *reply = encode(&answer).unwrap_or_else(|_| refusal());
    (reply.as_ptr() as u64) << 32 | reply.len() as u64
}

fn refusal() -> Vec<u8> {
    encode(&Reply::Refused("reply does not fit a frame".to_owned())).unwrap_or_default()
}

fn answer(request: Request) -> Reply {
    let guest = state::guest();
    guest.interpreter.enter(|vm| match request {
        Request::Run { name, code } => cell::run(guest, &name, &code, vm),
        Request::Define { name, value } => namespace::define(guest, &name, value, vm),
        Request::DefineTexts { name, shape, texts } => namespace::define_texts(guest, &name, shape, texts, vm),
        Request::Functions { names } => namespace::functions(guest, &names, vm),
        Request::Import { module, names } => namespace::import(guest, &module, &names, vm),
        Request::Mount { path, bytes } => namespace::mount(&path, bytes),
        Request::ModuleFolder { path } => namespace::module_folder(&path, vm),
        Request::Variables { most } => namespace::variables(guest, most, vm),
        Request::Complete { prefix } => namespace::complete(guest, &prefix, vm),
        Request::Seed { seed } => namespace::seed(guest, seed, vm),
    })
}
