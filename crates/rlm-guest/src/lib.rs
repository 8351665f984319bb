//! RustPython as a core wasm module: boots once, keeps one namespace, answers request frames.
//!
//! Everything the outside gets in or out passes the exports below and the imports of [`bridge`].

mod alloc;
mod boot;
mod bridge;
mod cell;
mod convert;
mod exports;
mod files;
mod interrupt;
mod namespace;
mod sqlite;
mod state;
mod wasi;

#[global_allocator]
static ALLOCATOR: alloc::Slabs<std::alloc::System> = alloc::Slabs::new(std::alloc::System);
