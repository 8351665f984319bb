//! Names of what the guest exports and imports, with their wasm signatures.

/// `() -> i32`: the [`crate::ABI_VERSION`] the guest was built for.
pub const VERSION: &str = "rlm_abi_version";

/// `() -> ()`: starts the interpreter. Called once, at build time, before the base image is taken.
pub const BOOT: &str = "rlm_boot";

/// `(len: i32) -> i32`: a buffer of `len` bytes for the next request frame; 0 when there is none.
pub const ALLOC: &str = "rlm_alloc";

/// `(len: i32) -> i64`: answers the request frame of `len` bytes in the buffer of the last
/// [`ALLOC`]. Returns `ptr << 32 | len` of a reply frame that stays valid until the next call.
pub const CALL: &str = "rlm_call";

/// `() -> i32`: address of the 32-bit word the host writes an [`crate::Interrupt`] into.
pub const INTERRUPT_WORD: &str = "rlm_interrupt_word";

/// The module all imports below live in. Everything else the guest imports is WASI preview 1.
pub const IMPORT_MODULE: &str = "rlm";

/// `(request: i32, len: i32, reply: i32, capacity: i32) -> i32`: hands a [`crate::HostCall`] frame
/// up and waits. Returns the length of the [`crate::HostReply`] frame, written to `reply` if it
/// fits `capacity`; otherwise the guest fetches it with [`TAKE_REPLY`].
pub const HOST_CALL: &str = "host_call";

/// Name of the [`crate::HostCall`] that asks about contexts. Not an identifier, so that no host
/// function can have it.
pub const CONTEXT_CALL: &str = "rlm.context";

/// Name of the [`crate::HostCall`] that asks, while the guest boots, for the Python module of a number:
/// a list of its name and its source, and nothing after the last.
pub const BOOT_MODULE: &str = "rlm.boot_module";

/// `(reply: i32) -> ()`: copies the reply that did not fit to `reply`.
pub const TAKE_REPLY: &str = "take_reply";

/// `(stream: i32, ptr: i32, len: i32) -> ()`: output of the cell; stream 1 or 2.
pub const OUTPUT: &str = "output";

/// `(nanoseconds: i64) -> ()`: waits, or returns early when the host has an [`crate::Interrupt`].
pub const SLEEP: &str = "sleep";

/// `() -> ()`: called when [`FUEL`] is below zero, by code that is put into every function and loop when
/// the guest is compiled. The host adds to the fuel and returns, or ends the guest.
pub const OUT_OF_FUEL: &str = "out_of_fuel";

/// The global, an i64, that the code put into functions and loops takes from.
pub const FUEL: &str = "rlm_fuel";
