//! The stack of the parser and compiler.

use super::Patch;

pub const STACKER: &[Patch] = &[Patch {
    file: "src/backends/fallback.rs",
    reason: "not knowing where the stack ends, each parse takes a megabyte from the allocator to go on in, which it \
             cannot, since wasm has one stack. The linker puts that at the bottom of memory, growing down to 0. \
             Upstream: this, for wasm32",
    old: "    None\n",
    new: "    Some(0)\n",
}];
