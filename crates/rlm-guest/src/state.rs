//! What lives as long as the guest does: the interpreter, the namespace and what is reserved in it.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
};

use rlm_abi::Value;
use rustpython_vm::{Interpreter, PyObjectRef, builtins::PyDictRef};

/// The guest's one interpreter and what surrounds it.
pub struct Guest {
    pub interpreter: Interpreter,
    /// `__main__`'s dict, where cells run.
    pub globals: PyDictRef,
    /// Functions of guest-stdlib's `_rlm_runtime`, which do what is easier said in Python.
    pub runtime: Runtime,
    /// The dict of `builtins`,
    pub builtins: PyDictRef,
    /// and its entries after boot, in its order.
    pub builtins_entries: Vec<(PyObjectRef, PyObjectRef)>,
    /// `linecache.cache`, where tracebacks look for source lines.
    pub sources: PyDictRef,
    /// Names that are put back after a cell rebinds them.
    pub reserved: RefCell<Vec<Reserved>>,
    /// What the running cell submitted.
    pub submitted: RefCell<Option<Value>>,
    /// What the running cell's calls of host functions go through, if not straight to the host,
    pub through: RefCell<Option<PyObjectRef>>,
    /// and what is called when it has run through.
    pub at_end: RefCell<Option<PyObjectRef>>,
    /// The files that each context has under /context.
    pub mounted: RefCell<BTreeMap<String, Vec<String>>>,
}

/// What is called of `_rlm_runtime` and, to bind contexts, of `rlm_context`. Held here, where no cell can rebind it.
pub struct Runtime {
    pub run_coroutine: PyObjectRef,
    pub show: PyObjectRef,
    pub describe: PyObjectRef,
    pub variables: PyObjectRef,
    pub complete: PyObjectRef,
    pub seed: PyObjectRef,
    pub interrupt: PyObjectRef,
    pub bind_context: PyObjectRef,
}

/// A name that belongs to the host.
pub struct Reserved {
    pub name: String,
    pub object: PyObjectRef,
    /// `on_rebind(name, value)` of the module it came from.
    pub on_rebind: Option<PyObjectRef>,
}

struct Slot(OnceCell<Guest>);

// SAFETY: wasm32-wasip1 without the threads feature has one thread of execution.
unsafe impl Sync for Slot {}

static GUEST: Slot = Slot(OnceCell::new());

/// Keeps the booted guest.
pub fn install(guest: Guest) {
    if GUEST.0.set(guest).is_err() {
        panic!("booted twice");
    }
}

/// The booted guest.
pub fn guest() -> &'static Guest {
    GUEST.0.get().expect("rlm_boot has run")
}
