//! How the guest is compiled. Code compiled under other settings is refused when it is loaded, so
//! the imager, which compiles, and the engine, which loads, both include this file.

use wasmtime::Config;

/// Most stack guest code may use, in bytes. Python's own recursion limit comes first; this stops
/// native recursion, such as that of a parser.
pub const GUEST_STACK: usize = 8 << 20;

/// Stack of the fiber guest code runs on, in bytes. Host functions called at the deepest point
/// of the guest run in the rest, which is twice what they could need by any measure.
pub const FIBER_STACK: usize = GUEST_STACK + (4 << 20);

/// Address space reserved for each linear memory: all a 32-bit guest can address.
pub const RESERVATION: u64 = 4 << 30;

/// Unmapped bytes after the reservation, which let compiled code go without bounds checks.
pub const GUARD: u64 = 32 << 20;

/// CPU features compiled code relies on beyond the architecture's baseline, for x86-64: those of
/// x86-64-v3, in processors since 2013. Loading checks that the CPU has them.
pub const X86_FEATURES: &[&str] = &[
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_popcnt",
    "has_avx",
    "has_avx2",
    "has_bmi1",
    "has_bmi2",
    "has_lzcnt",
    "has_fma",
];

/// The settings that compiled code depends on.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .memory_reservation(RESERVATION)
        .memory_guard_size(GUARD)
        .memory_may_move(false)
        .guard_before_linear_memory(false)
        .memory_init_cow(false)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(FIBER_STACK)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    config
}
