//! How cells are compiled.

use super::Patch;

pub const CODEGEN: &[Patch] = &[
    Patch {
        file: "src/compile.rs",
        reason: "names at the top level of a cell are globals, for cells run with no locals of their own: so \
                 compiled they take the specialised, cached instructions instead of a lookup through the mapping \
                 protocol that makes and drops a KeyError for every builtin. Upstream: a mode of its own for this",
        old: "    interactive: bool,\n    /// Counter for dead-code elimination",
        new: "    interactive: bool,\n    /// True in `Mode::BlockExpr`.\n    block_expr: bool,\n    /// Counter for \
              dead-code elimination",
    },
    Patch {
        file: "src/compile.rs",
        reason: "as above: the field's first value",
        old: "            interactive: false,\n            do_not_emit_bytecode: 0,",
        new: "            interactive: false,\n            block_expr: false,\n            do_not_emit_bytecode: 0,",
    },
    Patch {
        file: "src/compile.rs",
        reason: "as above: where it is set",
        old: "        self.emit_resume_for_scope(CompilerScope::Module, 1);

        if let Some((last_statement, statements)) = body.split_last() {",
        new: "        self.emit_resume_for_scope(CompilerScope::Module, 1);
        self.block_expr = true;

        if let Some((last_statement, statements)) = body.split_last() {",
    },
    Patch {
        file: "src/compile.rs",
        reason: "as above: where it is used",
        old: "        // Generate appropriate instructions based on operation type
        match op_type {
            NameOp::Deref => {",
        new: "        let op_type = match op_type {
            NameOp::Name if self.block_expr && self.current_symbol_table().typ == CompilerScope::Module => {
                NameOp::Global
            }
            other => other,
        };

        // Generate appropriate instructions based on operation type
        match op_type {
            NameOp::Deref => {",
    },
    Patch {
        file: "src/ir.rs",
        reason: "every scope of every cell begins with room for this many instructions, most of it zeroed and \
                 never used. Upstream: smaller first allocations",
        old: "const DEFAULT_BLOCK_SIZE: usize = 16;\nconst INITIAL_INSTR_SEQUENCE_SIZE: usize = 100;",
        new: "const DEFAULT_BLOCK_SIZE: usize = 4;\nconst INITIAL_INSTR_SEQUENCE_SIZE: usize = 16;",
    },
];
