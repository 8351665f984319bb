//! What the guest changes in the published sources of its dependencies.
//!
//! Each is an exact piece of text that must occur exactly once; a release that moves it breaks the
//! build instead of going unnoticed.

use std::{fs, path::Path};

pub struct Patch {
    file: &'static str,
    /// Why, and what upstream would have to do to make it unnecessary.
    #[allow(dead_code)]
    reason: &'static str,
    old: &'static str,
    new: &'static str,
}

const RUSTPYTHON_VM: &[Patch] = &[
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

/// What makes the language itself behave as CPython does, apart from the machine under it.
const RUSTPYTHON_VM_LANGUAGE: &[Patch] = &[
    Patch {
        file: "src/builtins/object.rs",
        reason: "words the error otherwise than CPython, and models know CPython's",
        old: r#""class {name} without an implementation for abstract {noun} '{methods}'""#,
        new: r#""Can't instantiate abstract class {name} without an implementation for abstract {noun} '{methods}'""#,
    },
    Patch {
        file: "src/builtins/int.rs",
        reason: "says that int and int cannot be raised to a power, where the power does not fit memory",
        old: r#"            // practically, exp over u64 is not possible to calculate anyway
            return Ok(vm.ctx.not_implemented());"#,
        new: r#"            // practically, exp over u64 is not possible to calculate anyway
            return Err(vm.no_memory_error());"#,
    },
    Patch {
        file: "src/stdlib/time.rs",
        reason: "counts the days of the week from Sunday, where Python counts from Monday",
        old: "vm.ctx.new_int(tm.weekday().to_sunday_zero_offset())",
        new: "vm.ctx.new_int(tm.weekday().to_monday_zero_offset())",
    },
    Patch {
        file: "src/exceptions.rs",
        reason: "would end the message of every OSError in Rust's ' (os error 44)'",
        old: r#"        #[cfg(not(any(windows, unix)))]
        let msg = self.to_string();

        #[allow(unused_mut)]"#,
        new: r#"        #[cfg(not(any(windows, unix)))]
        let msg = if errno > 0 { crate::host_env::time::strerror(errno) } else { self.to_string() };

        #[allow(unused_mut)]"#,
    },
    Patch {
        file: "src/stdlib/builtins.rs",
        reason: "print() to a sys.stdout that is None does nothing in CPython",
        old: r#"            None => sys::get_stdout(vm)?,
        };
        let write ="#,
        new: r#"            None => sys::get_stdout(vm)?,
        };
        if vm.is_none(&file) {
            return Ok(());
        }
        let write ="#,
    },
];

const RUSTPYTHON_STDLIB: &[Patch] = &[
    Patch {
        file: "src/pyexpat.rs",
        reason: "xml-rs takes several documents one after another for one; expat does not",
        old: "            xml::ParserConfig::new()\n                .cdata_to_characters(false)\n",
        new: "            xml::ParserConfig::new()\n                .allow_multiple_root_elements(false)\n                .cdata_to_characters(false)\n",
    },
    Patch {
        file: "src/pyexpat.rs",
        reason: "takes malformed XML for its well-formed beginning; at the end of the document an error \
                 of the parser is one",
        old: r#"                    Err(_) => break Ok(()),
                }
            };

            {
                let mut guard"#,
        new: r#"                    Err(error) if isfinal => break Err(Self::expat_error(&error, vm)?),
                    Err(_) => break Ok(()),
                }
            };

            {
                let mut guard"#,
    },
    Patch {
        file: "src/pyexpat.rs",
        reason: "the exception for the above, in expat's words",
        old: r#"        /// Feed another chunk of the document to the (possibly newly
"#,
        new: r#"        fn expat_error(
            error: &xml::reader::Error,
            vm: &VirtualMachine,
        ) -> PyResult<crate::vm::builtins::PyBaseExceptionRef> {
            let text = error.to_string();
            let known = [
                ("Unexpected closing tag", 7, "mismatched tag"),
                ("Unexpected end of stream", 3, "no element found"),
                ("Unexpected EOF", 3, "no element found"),
                ("outside the root element", 9, "junk after document element"),
                ("entity:", 11, "undefined entity"),
                ("is redefined", 8, "duplicate attribute"),
                ("prefix is unbound", 27, "unbound prefix"),
            ];
            let (code, words) = known
                .iter()
                .find(|(part, ..)| text.contains(part))
                .map_or((4, "not well-formed (invalid token)"), |(_, code, words)| (*code, *words));
            let position = error.position();
            let (line, column) = (position.row() + 1, position.column());
            let raised = vm.new_exception_msg(
                PyExpatError::class(&vm.ctx).to_owned(),
                format!("{words}: line {line}, column {column}").into(),
            );
            for (name, value) in [("code", code), ("lineno", line), ("offset", column)] {
                raised.as_object().set_attr(name, vm.ctx.new_int(value), vm)?;
            }
            Ok(raised)
        }

        /// Feed another chunk of the document to the (possibly newly
"#,
    },
];

/// The dependencies with patches, each with the places its patches are listed.
pub const PATCHED: &[(&str, &[&[Patch]])] =
    &[("rustpython-vm", &[RUSTPYTHON_VM, RUSTPYTHON_VM_LANGUAGE]), ("rustpython-stdlib", &[RUSTPYTHON_STDLIB])];

/// Copies a dependency's source and applies its patches.
pub fn apply(patches: &[&[Patch]], from: &Path, to: &Path) -> Result<(), String> {
    let patches: Vec<&Patch> = patches.iter().copied().flatten().collect();
    copy(&patches, from, from, to)?;
    for file in patches.iter().map(|patch| patch.file) {
        let mut text = fs::read_to_string(from.join(file)).map_err(|error| format!("{file}: {error}"))?;
        for patch in patches.iter().filter(|patch| patch.file == file) {
            let found = text.matches(patch.old).count();
            if found != 1 {
                return Err(format!("patch of {file} must match once, matches {found} times:\n{}", patch.old));
            }
            text = text.replacen(patch.old, patch.new, 1);
        }
        super::write_if_changed(&to.join(file), text.as_bytes())?;
    }
    Ok(())
}

fn copy(patches: &[&Patch], root: &Path, from: &Path, to: &Path) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry.map_err(|error| format!("{}: {error}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(patches, root, &source, &target)?;
        } else if !patches.iter().any(|patch| source == root.join(patch.file)) {
            super::write_if_changed(&target, &super::read(&source)?)?;
        }
    }
    Ok(())
}
