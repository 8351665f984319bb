//! The guest as bytes: native code compiled ahead of time, and the memory of a Python that has
//! already booted.

#[allow(dead_code, reason = "some of it is for the imager alone")]
mod settings;

pub use settings::{FIBER_STACK, GUARD, GUEST_STACK, RESERVATION, config};

/// Bytes at the start of a page, so that they can be mapped from the file they are in.
#[repr(C, align(4096))]
struct Aligned<T: ?Sized>(T);

macro_rules! embed {
    ($file:literal) => {{
        static BYTES: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("RLM_GUEST_OUT"), $file)));
        &BYTES.0
    }};
}

/// The guest's compiled code, for `wasmtime::Module::deserialize`. Starts at a page boundary.
pub fn code() -> &'static [u8] {
    embed!("/guest.cwasm")
}

/// The guest's linear memory after boot; zeros beyond its end. Starts at a page boundary.
pub fn image() -> &'static [u8] {
    embed!("/guest.image")
}

/// Hash of code and image, in hex: what a snapshot must be from.
pub const IDENTITY: &str = include_str!(concat!(env!("RLM_GUEST_OUT"), "/identity"));

include!(concat!(env!("RLM_GUEST_OUT"), "/constants.rs"));
