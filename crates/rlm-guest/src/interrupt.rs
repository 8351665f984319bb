//! Stops a cell from inside: the host writes a word, the bytecode loop polls it, Python sees an
//! exception.
//!
//! The word stays set until the cell ends, so code that swallows the exception meets it again.
//! Between two of them the cell gets some instructions to clean up (`finally`, `with`); code that
//! goes on regardless gets none in the end, and the host's hard stop comes after.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rlm_abi::Interrupt;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyType, signal::host_interrupt};

use crate::state;

/// Polls (about one a bytecode instruction) a cell gets to clean up after each exception.
const QUIET_POLLS: u32 = 20_000;

/// Polls that describing the exception of an interrupted cell may take.
const DESCRIBING_POLLS: u32 = 2_000_000;

/// Exceptions with a pause after them; from then on every poll raises.
const PATIENCE: u32 = 8;

static RAISED: AtomicU32 = AtomicU32::new(0);
static QUIET: AtomicU32 = AtomicU32::new(0);

/// Address of the word the host writes.
pub fn word() -> *const u32 {
    host_interrupt::WORD.as_ptr()
}

/// The interrupt the host asked for during the current cell.
pub fn pending() -> Option<Interrupt> {
    Interrupt::from_word(host_interrupt::WORD.load(Relaxed))
}

/// Tells the interpreter whom to ask when the word is set.
pub fn install() {
    host_interrupt::set_handler(raise);
}

/// Forgets what earlier cells swallowed.
pub fn begin_cell() {
    RAISED.store(0, Relaxed);
    QUIET.store(0, Relaxed);
}

/// The cell's code has ended; describing how is ours, and gets time to.
pub fn end_cell() {
    QUIET.store(DESCRIBING_POLLS, Relaxed);
}

fn raise(vm: &VirtualMachine) -> PyResult<()> {
    let Some(interrupt) = pending() else { return Ok(()) };
    let quiet = QUIET.load(Relaxed);
    if quiet > 0 {
        QUIET.store(quiet - 1, Relaxed);
        return Ok(());
    }
    let raised = RAISED.load(Relaxed);
    RAISED.store(raised.saturating_add(1), Relaxed);
    if raised < PATIENCE {
        QUIET.store(QUIET_POLLS, Relaxed);
    }
    Err(exception(interrupt, vm))
}

fn exception(interrupt: Interrupt, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let message = match interrupt {
        Interrupt::Time => "the cell's time is used up",
        Interrupt::Fuel => "the cell's fuel is used up",
        Interrupt::Cancel => "the cell was cancelled",
        Interrupt::Output => "the cell printed far more than it may",
    };
    let class = state::guest()
        .runtime
        .interrupt
        .clone()
        .downcast::<PyType>()
        .ok()
        .unwrap_or_else(|| vm.ctx.exceptions.keyboard_interrupt.to_owned());
    vm.new_exception_msg(class, message.to_owned().into())
}
