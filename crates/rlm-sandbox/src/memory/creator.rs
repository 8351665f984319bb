//! Gives wasmtime memories that show an image.

#![allow(unsafe_code)]

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

use super::{Image, Mode, Region};

/// A region that wasmtime and its session both hold: wasmtime while the guest runs or grows, the
/// session while the guest is at rest.
#[derive(Clone, Debug)]
pub struct SharedRegion(Arc<Mutex<Region>>);

impl SharedRegion {
    /// The region; waits for nobody, since guest and session take turns.
    pub fn lock(&self) -> MutexGuard<'_, Region> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// The image for the memory that is being made on this thread, and then the memory.
    static HANDOVER: RefCell<Handover> = const { RefCell::new(Handover::Nothing) };
}

enum Handover {
    Nothing,
    Image(Image, Mode),
    Region(SharedRegion),
}

/// The memory creator. It makes memories only inside [`Creator::with_image`].
#[derive(Debug)]
pub struct Creator;

impl Creator {
    /// Runs `instantiate`, which makes one memory on this thread, so that the memory shows
    /// `image`; returns the memory beside the instance.
    pub fn with_image<T>(
        image: &Image,
        mode: Mode,
        instantiate: impl FnOnce() -> wasmtime::Result<T>,
    ) -> wasmtime::Result<(T, SharedRegion)> {
        HANDOVER.set(Handover::Image(image.clone(), mode));
        let made = instantiate();
        match HANDOVER.replace(Handover::Nothing) {
            Handover::Region(region) => Ok((made?, region)),
            _ => Err(made.err().unwrap_or_else(|| wasmtime::Error::msg("the instance made no memory"))),
        }
    }
}

// SAFETY: `new_memory` gives a reservation of the asked size with the asked guard behind it, whose
// base never moves (`Reservation` is never remapped elsewhere) and whose first `byte_size` bytes
// are accessible (`Region::show` and `Region::grow` open every page below the size).
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let Handover::Image(image, mode) = HANDOVER.replace(Handover::Nothing) else {
            return Err("no image was handed over for this memory".to_owned());
        };
        let capacity = reserved.ok_or("memories are made with a reservation")?;
        if image.size() < minimum {
            return Err(format!("image of {} bytes for a memory of at least {minimum}", image.size()));
        }
        let region =
            Region::new(&image, capacity, guard, mode).map_err(|error| format!("mapping a memory: {error}"))?;
        let base = region.base();
        let region = SharedRegion(Arc::new(Mutex::new(region)));
        HANDOVER.set(Handover::Region(region.clone()));
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
