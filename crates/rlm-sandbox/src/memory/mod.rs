//! Memory images: what a guest's linear memory holds, as files that many guests map.
//!
//! An [`Image`] is an immutable list of pieces of files. A [`Region`] is one live linear memory
//! that shows an image copy-on-write; the pages the guest has written since are its own. Taking
//! those pages into a new image is a checkpoint; showing an image in a new region is start,
//! rollback or fork, whichever image it is. A context is a piece like any other.
//!
//! This module is the only one that maps memory, and with [`code`] the only one that is `unsafe`.

mod backing;
pub mod code;
mod creator;
mod dirty;
mod part;
mod region;
mod stacks;
pub mod sys;

pub use backing::Backing;
pub use creator::{Creator, SharedRegion};
pub use region::{Image, Piece, Region};
pub use stacks::Stacks;

/// Granularity of mappings, in bytes.
pub const PAGE: usize = 4096;

/// Whether images are mapped or copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Files are mapped copy-on-write and dirty pages come from the kernel's page map. Linux.
    Map,
    /// Memory is copied and compared. Works everywhere, at a cost that grows with the memory.
    Copy,
}
