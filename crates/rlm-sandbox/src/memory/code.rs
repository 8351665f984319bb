//! Runs compiled code where the loader put it, instead of copying it first.

#![allow(unsafe_code)]

use std::ptr::NonNull;

use wasmtime::{Config, CustomCodeMemory, Engine, Module};

use super::{PAGE, sys};

/// Lets an engine execute code in the program's own read-only data.
pub fn run_in_place(config: &mut Config) {
    config.with_custom_code_memory(Some(std::sync::Arc::new(InPlace)));
}

/// Makes a module of the compiled code that ships with the program.
pub fn load(engine: &Engine, code: &'static [u8]) -> wasmtime::Result<Module> {
    // SAFETY: the bytes come from the artifact crate, which embeds what `precompile_module` made;
    // wasmtime checks version and settings itself. Being static, they live as long as any module
    // and are never written.
    unsafe { Module::deserialize_raw(engine, NonNull::from(code)) }
}

struct InPlace;

impl CustomCodeMemory for InPlace {
    fn required_alignment(&self) -> usize {
        PAGE
    }

    fn publish_executable(&self, ptr: *const u8, len: usize) -> wasmtime::Result<()> {
        // SAFETY: only `load` makes modules for this engine, so the range is in static data.
        unsafe { sys::make_executable(ptr, len.next_multiple_of(PAGE))? };
        Ok(())
    }

    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        // Another engine in this process may be running the same code.
        Ok(())
    }
}
