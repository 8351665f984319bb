//! Stacks that guest code runs on, used again from session to session.
//!
//! Each store keeps its stack as long as it lives; without this, each session would map a new one and
//! take a page fault for each of its first pages.

#![allow(unsafe_code)]

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use wasmtime::{StackCreator, StackMemory};

use super::{PAGE, sys::Reservation};

/// Inaccessible bytes below a stack: more than any function moves its stack pointer without touching
/// what is between.
const GUARD: usize = 64 << 10;

/// Most stacks kept.
const MOST_IDLE: usize = 16;

/// Bytes at the top of an idle stack that stay in memory. Most cells need no more; what a deep one
/// wrote below goes back to the system.
const KEPT: usize = 128 << 10;

/// The stacks that nobody uses now.
#[derive(Debug, Default)]
pub struct Stacks {
    idle: Arc<Mutex<Vec<Reservation>>>,
}

// SAFETY: a stack is `size` accessible bytes, in whole pages, behind `GUARD` inaccessible ones, in a
// reservation of its own that is not touched by us until wasmtime drops it.
unsafe impl StackCreator for Stacks {
    fn new_stack(&self, size: usize, zeroed: bool) -> wasmtime::Result<Box<dyn StackMemory>> {
        let len = GUARD + size.next_multiple_of(PAGE);
        let idle = lock(&self.idle).pop();
        let memory = match idle.filter(|memory| memory.len() == len && !zeroed) {
            Some(memory) => memory,
            None => {
                let mut memory = Reservation::new(len)?;
                memory.open(GUARD, len - GUARD)?;
                memory
            }
        };
        Ok(Box::new(Stack { memory: Some(memory), idle: Arc::clone(&self.idle) }))
    }
}

struct Stack {
    /// Taken only when dropped.
    memory: Option<Reservation>,
    idle: Arc<Mutex<Vec<Reservation>>>,
}

impl Stack {
    fn bounds(&self) -> (*mut u8, usize) {
        self.memory.as_ref().map_or((std::ptr::null_mut(), 0), |memory| (memory.base(), memory.len()))
    }
}

// SAFETY: the addresses are those of a reservation that `self` owns, laid out as `Stacks` says.
unsafe impl StackMemory for Stack {
    fn top(&self) -> *mut u8 {
        let (base, len) = self.bounds();
        base.wrapping_add(len)
    }

    fn range(&self) -> Range<usize> {
        let (base, len) = self.bounds();
        base.wrapping_add(GUARD) as usize..base.wrapping_add(len) as usize
    }

    fn guard_range(&self) -> Range<*mut u8> {
        let (base, _) = self.bounds();
        base..base.wrapping_add(GUARD)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let Some(mut memory) = self.memory.take() else { return };
        if lock(&self.idle).len() >= MOST_IDLE {
            return;
        }
        let below = memory.len().saturating_sub(GUARD + KEPT);
        if memory.discard(GUARD, below).is_ok() {
            lock(&self.idle).push(memory);
        }
    }
}

fn lock(idle: &Mutex<Vec<Reservation>>) -> std::sync::MutexGuard<'_, Vec<Reservation>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
