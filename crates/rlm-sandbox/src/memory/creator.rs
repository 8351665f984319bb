//! Gives wasmtime memories that show an image.

#![allow(unsafe_code)]

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

use super::Region;

/// A region that wasmtime and its session both hold: wasmtime while the guest runs or grows, the
/// session while the guest is at rest.
#[derive(Clone, Debug)]
pub struct SharedRegion(Arc<Mutex<Region>>);

impl SharedRegion {
    /// Shares a region.
    pub fn new(region: Region) -> Self {
        Self(Arc::new(Mutex::new(region)))
    }

    /// The region; waits for nobody, since guest and session take turns.
    pub fn lock(&self) -> MutexGuard<'_, Region> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The region, if nobody else holds it any more.
    pub fn into_inner(self) -> Option<Region> {
        Arc::into_inner(self.0).map(|region| region.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

thread_local! {
    /// The region for the memory that is being made on this thread.
    static HANDOVER: RefCell<Option<SharedRegion>> = const { RefCell::new(None) };
}

/// The memory creator. It makes memories only inside [`Creator::with_region`].
#[derive(Debug)]
pub struct Creator;

impl Creator {
    /// Runs `instantiate`, which makes one memory on this thread, so that `region` is that memory.
    ///
    /// An instance that had the region before must not run again.
    pub fn with_region<T>(
        region: &SharedRegion,
        instantiate: impl FnOnce() -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        region.lock().begin();
        HANDOVER.set(Some(region.clone()));
        let made = instantiate();
        match HANDOVER.take() {
            None => made,
            Some(_) => Err(made.err().unwrap_or_else(|| wasmtime::Error::msg("the instance made no memory"))),
        }
    }
}

// SAFETY: `new_memory` gives a reservation of at least the asked size with at least the asked guard
// behind it, whose base never moves (`Reservation` is never remapped elsewhere) and whose first
// `byte_size` bytes are accessible (`Region::show`, `Region::turn_into` and `Region::grow` open every
// page below the size).
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let region = HANDOVER.take().ok_or("no region was handed over for this memory")?;
        let capacity = reserved.ok_or("memories are made with a reservation")?;
        let (base, size, there) = {
            let region = region.lock();
            (region.base(), region.size(), region.capacity())
        };
        if size < minimum || size > capacity {
            return Err(format!("image of {size} bytes for a memory of {minimum} to {capacity}"));
        }
        if there < capacity + guard {
            return Err(format!("{there} bytes of address space for a memory of {capacity} and a guard of {guard}"));
        }
        Ok(Box::new(Linear { base: Address(base), capacity, region }))
    }
}

struct Linear {
    base: Address,
    capacity: usize,
    region: SharedRegion,
}

#[derive(Clone, Copy)]
struct Address(*mut u8);

// SAFETY: an address is only a number until it is used, which wasmtime does under its own rules.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

// SAFETY: see `Creator`; the region is kept alive by `self`.
unsafe impl LinearMemory for Linear {
    fn byte_size(&self) -> usize {
        self.region.lock().size()
    }

    fn byte_capacity(&self) -> usize {
        self.capacity
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        Ok(self.region.lock().grow(new_size)?)
    }

    fn as_ptr(&self) -> *mut u8 {
        self.base.0
    }
}
