//! What makes the language itself behave as CPython does, apart from the machine under it.

use super::Patch;

pub const VM: &[Patch] = &[
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
