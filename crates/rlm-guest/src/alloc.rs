//! The allocator: small blocks come from slabs that hold one size each, all else from the system.
//!
//! An interpreter makes and drops a small object every few instructions. In a slab that is taking a
//! block off a list and putting it back, where the C library's allocator searches, splits and joins.
//! Slabs come in groups, and a group that is empty goes back to the system, so that what was once
//! a million numbers can become one text.
//!
//! Blocks of a slab are laid out as they are first asked for, so pages nobody needed stay untouched. What
//! the slabs of a group know of themselves stands together at its beginning: a cell that takes blocks of
//! many sizes writes a few pages of these, and not one for each size.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    ptr::null_mut,
};

/// Size of a slab.
const SLAB: usize = 32 << 10;

/// Slabs in a group.
const GROUP: usize = 16;

/// Size and alignment of a group, and so what a block's address is cut to to find its group.
const GROUP_SIZE: usize = GROUP * SLAB;

/// Room for what is known of one slab.
const HEADER: usize = 64;

/// The beginning of a group: a header for each slab, and one for itself.
const HEADERS: usize = (GROUP + 1) * HEADER;

/// Blocks are laid out this many bytes at a time.
const LAID_OUT: usize = 1024;

/// Sizes up to this one have a class for every eight bytes,
const FINE: usize = 512;

/// those up to this one a class for every 64, and larger ones are not ours.
const SMALL: usize = 1024;

const CLASSES: usize = FINE / 8 + (SMALL - FINE) / 64 + 1;

/// A free block.
struct Free {
    next: *mut Free,
}

/// What is known of a slab.
#[repr(C)]
struct Slab {
    free: *mut Free,
    /// Blocks handed out.
    used: u32,
    /// Whether it is in its class's list, which holds the slabs that have room.
    listed: bool,
    class: u8,
    /// Bytes laid out as blocks so far; in a group's first slab, the headers included.
    laid_out: u32,
    previous: *mut Slab,
    next: *mut Slab,
}

/// What a group knows of its slabs; kept behind their headers.
#[repr(C)]
struct Group {
    /// A bit for each slab in use.
    taken: u32,
    previous: *mut Group,
    next: *mut Group,
}

const _: () = assert!(size_of::<Slab>() <= HEADER && size_of::<Group>() <= HEADER && CLASSES < 256 && GROUP < 32);

struct Heap {
    /// For each class, the slabs that have room.
    rooms: [*mut Slab; CLASSES],
    /// Groups with slabs that are not in use.
    groups: *mut Group,
}

/// Small blocks from slabs, all others from `S`.
pub struct Slabs<S> {
    heap: UnsafeCell<Heap>,
    system: S,
}

// SAFETY: wasm32-wasip1 without the threads feature has one thread of execution. Tests on other
// platforms keep an allocator to one thread.
unsafe impl<S> Sync for Slabs<S> {}

impl<S> Slabs<S> {
    /// An allocator without any memory yet.
    pub const fn new(system: S) -> Self {
        Self { heap: UnsafeCell::new(Heap { rooms: [null_mut(); CLASSES], groups: null_mut() }), system }
    }
}

/// The class of a layout, if a slab can hold it.
#[inline(always)]
fn class_of(layout: Layout) -> Option<usize> {
    // A block is aligned as its size is: a multiple of the alignment, from a start that is aligned to 64.
    let size = (layout.size() + layout.align() - 1) & !(layout.align() - 1);
    if size > SMALL || layout.align() > 64 {
        None
    } else if size <= FINE {
        Some(size.div_ceil(8))
    } else {
        Some(FINE / 8 + (size - FINE).div_ceil(64))
    }
}

/// Size of the blocks of a class.
const fn size_of_class(class: usize) -> usize {
    let fine = FINE / 8;
    match class {
        0 => 8,
        class if class <= fine => class * 8,
        class => FINE + (class - fine) * 64,
    }
}

// SAFETY: a block is handed out once until it is given back: it is off its slab's list. It is as
// long as its class says, which is at least what the layout asks for, and does not overlap another:
// blocks are laid out one after the other.
unsafe impl<S: GlobalAlloc> GlobalAlloc for Slabs<S> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class_of(layout) else {
            // SAFETY: as promised to us.
            return unsafe { self.system.alloc(layout) };
        };
        // SAFETY: one thread, and nothing below calls back. Listed slabs are alive.
        unsafe {
            let heap = &mut *self.heap.get();
            let slab = heap.rooms[class];
            if !slab.is_null() {
                let block = (*slab).free;
                if !block.is_null() {
                    (*slab).free = (*block).next;
                    (*slab).used += 1;
                    return block.cast();
                }
            }
            self.alloc_slowly(heap, class)
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if class_of(layout).is_none() {
            // SAFETY: as promised to us.
            return unsafe { self.system.dealloc(pointer, layout) };
        }
        // SAFETY: the layout is that of the allocation, so the block is in a slab.
        unsafe {
            let slab = slab_of(pointer);
            let block: *mut Free = pointer.cast();
            (*block).next = (*slab).free;
            (*slab).free = block;
            (*slab).used -= 1;
            if (*slab).used == 0 || !(*slab).listed {
                self.made_room(&mut *self.heap.get(), slab);
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if class_of(layout).is_none() {
            // SAFETY: as promised to us.
            return unsafe { self.system.alloc_zeroed(layout) };
        }
        // SAFETY: as promised to us; the block is as long as the layout says.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is not zero and does not overflow.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (class_of(layout), class_of(wanted)) {
            // SAFETY: as promised to us.
            (None, None) => unsafe { self.system.realloc(pointer, layout, size) },
            (Some(old), Some(new)) if old == new => pointer,
            _ => {
                // SAFETY: both are as long as is copied.
                unsafe {
                    let moved = self.alloc(wanted);
                    if !moved.is_null() {
                        moved.copy_from_nonoverlapping(pointer, layout.size().min(size));
                        self.dealloc(pointer, layout);
                    }
                    moved
                }
            }
        }
    }
}

/// The header of the slab a block is in.
#[inline(always)]
fn slab_of(block: *mut u8) -> *mut Slab {
    block.map_addr(|address| (address & !(GROUP_SIZE - 1)) + address % GROUP_SIZE / SLAB * HEADER).cast()
}

/// Where the group begins that a header is in.
fn start_of<T>(header: *mut T) -> *mut u8 {
    header.cast::<u8>().map_addr(|address| address & !(GROUP_SIZE - 1))
}

/// The number in its group of the slab a header is of.
fn number_of(slab: *mut Slab) -> usize {
    slab.addr() % GROUP_SIZE / HEADER
}

impl<S: GlobalAlloc> Slabs<S> {
    /// A block of a class whose first slab has no free one.
    #[cold]
    unsafe fn alloc_slowly(&self, heap: &mut Heap, class: usize) -> *mut u8 {
        // SAFETY: listed slabs are alive, and those of a class have blocks of its size.
        unsafe {
            loop {
                let slab = heap.rooms[class];
                if slab.is_null() {
                    let slab = self.take_slab(heap, class);
                    if slab.is_null() {
                        return null_mut();
                    }
                    list(heap, slab);
                } else if !(*slab).free.is_null() || lay_out(slab) {
                    let block = (*slab).free;
                    (*slab).free = (*block).next;
                    (*slab).used += 1;
                    return block.cast();
                } else {
                    unlist(heap, slab);
                }
            }
        }
    }

    /// What a block that was given back changes beyond its slab's list.
    #[cold]
    unsafe fn made_room(&self, heap: &mut Heap, slab: *mut Slab) {
        // SAFETY: the slab is alive.
        unsafe {
            if !(*slab).listed {
                list(heap, slab);
            }
            // The last one with room stays, or a block that comes and goes would take its slab along.
            let is_only = (*slab).previous.is_null() && (*slab).next.is_null();
            if (*slab).used == 0 && !is_only {
                unlist(heap, slab);
                self.give_back_slab(heap, slab);
            }
        }
    }

    /// An empty slab of a class; null when there is no memory.
    unsafe fn take_slab(&self, heap: &mut Heap, class: usize) -> *mut Slab {
        // SAFETY: groups in the list are alive and have a slab that is not in use.
        unsafe {
            if heap.groups.is_null() {
                let start = self.system.alloc(group_layout());
                if start.is_null() {
                    return null_mut();
                }
                let group = group_at(start);
                *group = Group { taken: 0, previous: null_mut(), next: null_mut() };
                heap.groups = group;
            }
            let group = heap.groups;
            let number = (*group).taken.trailing_ones() as usize;
            (*group).taken |= 1 << number;
            if (*group).taken == (1 << GROUP) - 1 {
                unlink_group(heap, group);
            }
            let slab: *mut Slab = start_of(group).add(number * HEADER).cast();
            *slab = Slab {
                free: null_mut(),
                used: 0,
                listed: false,
                class: class as u8,
                laid_out: first_block(number) as u32,
                previous: null_mut(),
                next: null_mut(),
            };
            slab
        }
    }

    unsafe fn give_back_slab(&self, heap: &mut Heap, slab: *mut Slab) {
        // SAFETY: no block of the slab is in use, and it is in no list.
        unsafe {
            let group = group_at(start_of(slab));
            let was_full = (*group).taken == (1 << GROUP) - 1;
            (*group).taken &= !(1 << number_of(slab));
            if was_full {
                link_group(heap, group);
            }
            let is_only = (*group).previous.is_null() && (*group).next.is_null();
            if (*group).taken == 0 && !is_only {
                unlink_group(heap, group);
                self.system.dealloc(start_of(group), group_layout());
            }
        }
    }
}

/// Where blocks begin: the first slab holds the headers.
const fn first_block(number: usize) -> usize {
    if number == 0 { HEADERS } else { 0 }
}

const fn group_layout() -> Layout {
    // A little less than whole slabs, so that the system's own header does not cost it another.
    match Layout::from_size_align(GROUP_SIZE - 64, GROUP_SIZE) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    }
}

/// The group that begins at `start`: behind the headers of its slabs.
unsafe fn group_at(start: *mut u8) -> *mut Group {
    // SAFETY: inside the first slab.
    unsafe { start.add(GROUP * HEADER).cast() }
}

/// Lays out some more blocks of a slab; false when it is full.
unsafe fn lay_out(slab: *mut Slab) -> bool {
    // SAFETY: blocks stay inside the slab: the last slab of a group is 64 bytes short.
    unsafe {
        let size = size_of_class((*slab).class as usize);
        let start = (*slab).laid_out as usize;
        let blocks = (SLAB - 64 - start.min(SLAB - 64)) / size;
        let blocks = blocks.min((LAID_OUT / size).max(1));
        if blocks == 0 {
            return false;
        }
        let base = start_of(slab).add(number_of(slab) * SLAB);
        let mut next = null_mut();
        for index in (0..blocks).rev() {
            let block: *mut Free = base.add(start + index * size).cast();
            (*block).next = next;
            next = block;
        }
        (*slab).free = next;
        (*slab).laid_out = (start + blocks * size) as u32;
        true
    }
}

/// Puts a slab at the head of its class's list.
unsafe fn list(heap: &mut Heap, slab: *mut Slab) {
    // SAFETY: the slab is in no list; listed ones are alive.
    unsafe {
        let head = &mut heap.rooms[(*slab).class as usize];
        (*slab).listed = true;
        (*slab).previous = null_mut();
        (*slab).next = *head;
        if !head.is_null() {
            (**head).previous = slab;
        }
        *head = slab;
    }
}

unsafe fn unlist(heap: &mut Heap, slab: *mut Slab) {
    // SAFETY: the slab and its neighbours are alive.
    unsafe {
        let (previous, next) = ((*slab).previous, (*slab).next);
        if previous.is_null() {
            heap.rooms[(*slab).class as usize] = next;
        } else {
            (*previous).next = next;
        }
        if !next.is_null() {
            (*next).previous = previous;
        }
        (*slab).listed = false;
        (*slab).previous = null_mut();
        (*slab).next = null_mut();
    }
}

unsafe fn link_group(heap: &mut Heap, group: *mut Group) {
    // SAFETY: the group is in no list; listed ones are alive.
    unsafe {
        (*group).previous = null_mut();
        (*group).next = heap.groups;
        if !heap.groups.is_null() {
            (*heap.groups).previous = group;
        }
        heap.groups = group;
    }
}

unsafe fn unlink_group(heap: &mut Heap, group: *mut Group) {
    // SAFETY: the group and its neighbours are alive.
    unsafe {
        let (previous, next) = ((*group).previous, (*group).next);
        if previous.is_null() {
            heap.groups = next;
        } else {
            (*previous).next = next;
        }
        if !next.is_null() {
            (*next).previous = previous;
        }
        (*group).previous = null_mut();
        (*group).next = null_mut();
    }
}
