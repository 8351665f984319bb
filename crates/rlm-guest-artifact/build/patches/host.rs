//! What the sandbox needs of RustPython: builds that repeat, and a way for the host to stop a cell.

use super::Patch;

pub const VM: &[Patch] = &[
    Patch {
        file: "build.rs",
        reason: "names a file outside the package, which is missing outside its own repository, \
                 so that cargo would build the crate anew every time",
        old: r#"    println!("cargo:rerun-if-changed=../../Lib/importlib/_bootstrap.py");
"#,
        new: r#"    println!("cargo:rerun-if-changed=build.rs");
"#,
    },
    Patch {
        file: "build.rs",
        reason: "would take this repository's commit for RustPython's, and make every commit's \
                 guest another one",
        old: r#"fn git(args: &[&str]) -> io::Result<String> {
    command("git", args)
}
"#,
        new: r#"fn git(args: &[&str]) -> io::Result<String> {
    match args {
        ["log", ..] => Ok("1767225600".into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}
"#,
    },
    Patch {
        file: "src/vm/mod.rs",
        reason: "the bytecode loop's poll is compiled out on wasm32, where no signal can arrive; \
                 here the host writes a word. Upstream: an embedder's hook in the eval breaker",
        old: r#"        #[cfg(target_arch = "wasm32")]
        {
            false
        }
    }

    #[inline]
    /// Checks for triggered signals"#,
        new: r#"        #[cfg(target_arch = "wasm32")]
        {
            crate::signal::host_interrupt::pending()
        }
    }

    #[inline]
    /// Checks for triggered signals"#,
    },
    Patch {
        file: "src/vm/mod.rs",
        reason: "the other half of the poll: what to do when the word is set",
        old: r#"        #[cfg(not(target_arch = "wasm32"))]
        crate::signal::check_signals(self)?;
"#,
        new: r#"        #[cfg(not(target_arch = "wasm32"))]
        crate::signal::check_signals(self)?;
        #[cfg(target_arch = "wasm32")]
        crate::signal::host_interrupt::check(self)?;
"#,
    },
    Patch {
        file: "src/signal.rs",
        reason: "the word and the handler the two above use",
        old: "pub(crate) const NSIG: usize = 64;\n",
        new: r#"pub(crate) const NSIG: usize = 64;

/// A word the host of a wasm guest writes, polled by the bytecode loop.
#[cfg(target_arch = "wasm32")]
pub mod host_interrupt {
    use crate::{PyResult, VirtualMachine};
    use core::sync::atomic::{AtomicU32, Ordering};
    use std::sync::OnceLock;

    /// Not zero: the host wants the running code to stop.
    pub static WORD: AtomicU32 = AtomicU32::new(0);
    static HANDLER: OnceLock<fn(&VirtualMachine) -> PyResult<()>> = OnceLock::new();

    /// Sets what is called while the word is not zero. The first call counts.
    pub fn set_handler(handler: fn(&VirtualMachine) -> PyResult<()>) {
        let _ = HANDLER.set(handler);
    }

    #[inline(always)]
    pub(crate) fn pending() -> bool {
        WORD.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn check(vm: &VirtualMachine) -> PyResult<()> {
        match HANDLER.get() {
            Some(handler) if pending() => handler(vm),
            _ => Ok(()),
        }
    }
}
"#,
    },
];
