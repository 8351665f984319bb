//! The words host and guest say to each other: plain data, and a codec that trusts neither side.
//!
//! A frame is one [`Request`], [`Reply`], [`HostCall`] or [`HostReply`] in postcard. Values travel
//! as a flat list of tokens, so that no nesting chosen by the other side can recurse in a decoder.
//! The guest is any core wasm module with the exports and imports of [`symbols`]; nothing here
//! knows which Python, or that it is Python at all.

mod frame;
pub mod symbols;
mod value;

pub use frame::{
    BadFrame, Document, Fault, HostCall, HostReply, Interrupt, MAX_FRAME, Reply, Request, Shape, Shown, Text, Variable,
    decode, encode,
};
pub use value::{MAX_DEPTH, MAX_NODES, Value};

/// Raised whenever a frame, a symbol or their meaning changes.
pub const ABI_VERSION: u32 = 2;
