//! The guest's allocator, run on the host: no block overlaps another, none is lost, and what was
//! given back can become something else.

#![allow(unsafe_code, reason = "an allocator is used through unsafe calls")]

#[path = "../../crates/rlm-guest/src/alloc.rs"]
mod alloc;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use alloc::Slabs;
use proptest::prelude::*;

/// The system's allocator, which counts what it handed out.
#[derive(Default)]
struct Counted(AtomicUsize);

// SAFETY: passes everything on.
unsafe impl GlobalAlloc for &Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(layout.size(), Relaxed);
        // SAFETY: as promised to us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.0.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as promised to us.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What is done to an allocator.
#[derive(Clone, Debug)]
enum Step {
    Take {
        size: usize,
        align: usize,
        zeroed: bool,
    },
    /// The block of this number, modulo how many there are.
    Drop(usize),
    Resize(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop_oneof![8 => 1usize..200, 3 => 200usize..1200, 1 => 1200usize..9000];
    let align = prop_oneof![Just(1usize), Just(4), Just(8), Just(16), Just(64), Just(256)];
    let step = prop_oneof![
        5 => (size.clone(), align, any::<bool>()).prop_map(|(size, align, zeroed)| Step::Take { size, align, zeroed }),
        4 => any::<usize>().prop_map(Step::Drop),
        1 => (any::<usize>(), size).prop_map(|(which, size)| Step::Resize(which, size)),
    ];
    prop::collection::vec(step, 1..2000)
}

/// The blocks in use: address, layout and the byte each is full of.
struct Blocks<'a> {
    slabs: Slabs<&'a Counted>,
    live: BTreeMap<usize, (Layout, u8)>,
    made: u8,
}

impl<'a> Blocks<'a> {
    fn new(system: &'a Counted) -> Self {
        Self { slabs: Slabs::new(system), live: BTreeMap::new(), made: 0 }
    }

    fn take(&mut self, layout: Layout, zeroed: bool) {
        // SAFETY: the size is not zero.
        let block = unsafe { if zeroed { self.slabs.alloc_zeroed(layout) } else { self.slabs.alloc(layout) } };
        if zeroed {
            // SAFETY: as long as the layout says, and written.
            assert!(unsafe { std::slice::from_raw_parts(block, layout.size()) }.iter().all(|&byte| byte == 0));
        }
        self.keep(block, layout);
    }

    /// Checks a new block's place and fills it.
    fn keep(&mut self, block: *mut u8, layout: Layout) {
        let start = block.expose_provenance();
        assert_ne!(start, 0);
        assert_eq!(start % layout.align(), 0, "alignment of {layout:?}");
        if let Some((&before, (other, _))) = self.live.range(..=start).next_back() {
            assert!(before + other.size() <= start, "overlaps the block before it");
        }
        if let Some((&after, _)) = self.live.range(start..).next() {
            assert!(start + layout.size() <= after, "overlaps the block after it");
        }
        self.made = self.made.wrapping_add(1);
        // SAFETY: the block is that long.
        unsafe { block.write_bytes(self.made, layout.size()) };
        self.live.insert(start, (layout, self.made));
    }

    /// A block that must still hold what it was filled with, up to `len`.
    fn check(start: usize, len: usize, byte: u8) -> *mut u8 {
        let block: *mut u8 = std::ptr::with_exposed_provenance_mut(start);
        // SAFETY: the block is in use and was filled.
        let bytes = unsafe { std::slice::from_raw_parts(block, len) };
        assert!(bytes.iter().all(|&found| found == byte), "somebody wrote into the block at {start:#x}");
        block
    }

    fn nth(&self, which: usize) -> Option<usize> {
        let index = which.checked_rem(self.live.len())?;
        self.live.keys().nth(index).copied()
    }

    fn drop(&mut self, start: usize) {
        let (layout, byte) = self.live.remove(&start).expect("in use");
        let block = Self::check(start, layout.size(), byte);
        // SAFETY: in use, with this layout.
        unsafe { self.slabs.dealloc(block, layout) };
    }

    fn resize(&mut self, start: usize, size: usize) {
        let (layout, byte) = self.live.remove(&start).expect("in use");
        let block = Self::check(start, layout.size(), byte);
        // SAFETY: in use, with this layout.
        let moved = unsafe { self.slabs.realloc(block, layout, size) };
        Self::check(moved.expose_provenance(), size.min(layout.size()), byte);
        self.keep(moved, Layout::from_size_align(size, layout.align()).expect("a layout"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_are_whole_and_apart(steps in steps()) {
        let system = Counted::default();
        let mut blocks = Blocks::new(&system);
        for step in steps {
            match step {
                Step::Take { size, align, zeroed } => {
                    blocks.take(Layout::from_size_align(size, align).expect("a layout"), zeroed);
                }
                Step::Drop(which) => {
                    if let Some(start) = blocks.nth(which) {
                        blocks.drop(start);
                    }
                }
                Step::Resize(which, size) => {
                    if let Some(start) = blocks.nth(which) {
                        blocks.resize(start, size);
                    }
                }
            }
        }
        while let Some(start) = blocks.nth(0) {
            blocks.drop(start);
        }
    }
}

#[test]
fn what_is_given_back_goes_back_to_the_system() {
    let system = Counted::default();
    let mut blocks = Blocks::new(&system);
    let layout = Layout::from_size_align(56, 8).expect("a layout");
    for _ in 0..100_000 {
        blocks.take(layout, false);
    }
    let most = system.0.load(Relaxed);
    assert!(most < 56 * 100_000 * 11 / 10 + (1 << 20), "{most} bytes for 5.6 million");
    while let Some(start) = blocks.nth(0) {
        blocks.drop(start);
    }
    let left = system.0.load(Relaxed);
    assert!(left <= 2 << 20, "{left} bytes are kept of {most}");
}
