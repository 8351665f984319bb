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
        file: "src/builtins/int.rs",
        reason: "0 / -1 is -0.0 in CPython",
        old: "    let float = true_div(i1, i2);\n",
        new: "    let float = if i1.is_zero() && i2.is_negative() { -0.0 } else { true_div(i1, i2) };\n",
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

pub const STDLIB: &[Patch] = &[
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

pub const CODEGEN: &[Patch] = &[Patch {
    file: "src/ir.rs",
    reason: "makes 0.0 of 100.0 // 10 and of every other division of constants that leaves no remainder",
    old: r#"        modulo = 0.0f64.copysign(right);
        0.0f64.copysign(left / right)
    };"#,
    new: r#"        modulo = 0.0f64.copysign(right);
        if div == 0.0 { 0.0f64.copysign(left / right) } else { div }
    };"#,
}];
