//! Makes the guest count its own fuel.
//!
//! wasmtime's way of counting adds up the cost of every run of instructions in a register, which it
//! writes out and reads back around every call: an interpreter took 1.4 times as long. Here a cost is
//! taken off a global where a function is entered and where a loop begins or goes round, and copying
//! and filling memory costs by the byte. What does neither ends soon by itself, so a limit still
//! holds on everything. When the global is below zero, the host is asked for more through an import,
//! which is where it looks at the clock, or stops the cell.

use anyhow::{Context, Result};
use rlm_abi::symbols;
use wasm_encoder::{
    BlockType, BranchHint, BranchHints, Function, Instruction, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef};

/// Most a function's entry or one turn of a loop costs, in instructions. What lies between two
/// checks is mostly branches not taken: all of the bytecode loop is one turn of a loop.
const MOST_PER_CHECK: i64 = 64;

/// Copying or filling this many bytes (as a power of two) costs as much as an instruction.
const BULK_SHIFT: i64 = 3;

/// A module's functions with fuel counted in them.
pub struct Metered {
    /// Bodies, in order.
    pub bodies: Vec<Function>,
    /// Says of every check that it mostly passes.
    pub hints: BranchHints,
}

/// What the whole module says that a function's body does not.
#[derive(Default)]
struct Outline {
    imported_functions: u32,
    /// The import that is called when there is no fuel left.
    out_of_fuel: Option<u32>,
    globals: u32,
    /// Number of parameters of each type, and type of each function that has a body.
    params: Vec<u32>,
    functions: Vec<u32>,
}

/// Index of the global that [`instrument`] counts in: one more than the module has.
pub fn global_index(wasm: &[u8]) -> Result<u32> {
    Ok(Outline::of(wasm)?.globals)
}

/// The functions of `wasm` with fuel counted in them.
pub fn instrument(wasm: &[u8]) -> Result<Metered> {
    let outline = Outline::of(wasm)?;
    let out_of_fuel =
        outline.out_of_fuel.with_context(|| format!("the guest does not import {}", symbols::OUT_OF_FUEL))?;
    let mut metered = Metered { bodies: Vec::new(), hints: BranchHints::new() };
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let index = metered.bodies.len();
        let params = outline.params[outline.functions[index] as usize];
        let mut meter = Meter { out_of_fuel, global: outline.globals, length_local: 0, checks: Vec::new() };
        metered.bodies.push(meter.body(&body, params)?);
        if !meter.checks.is_empty() {
            metered.hints.function_hints(outline.imported_functions + index as u32, meter.checks.into_iter());
        }
    }
    Ok(metered)
}

impl Outline {
    fn of(wasm: &[u8]) -> Result<Self> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types.into_iter_err_on_gc_types() {
                        outline.params.push(group?.params().len() as u32);
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(_) = import.ty {
                            if (import.module, import.name) == (symbols::IMPORT_MODULE, symbols::OUT_OF_FUEL) {
                                outline.out_of_fuel = Some(outline.imported_functions);
                            }
                            outline.imported_functions += 1;
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    outline.functions = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(globals) => outline.globals = globals.count(),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        anyhow::ensure!(
                            (export.name, export.kind) != (symbols::FUEL, ExternalKind::Global),
                            "the guest has a global {} of its own",
                            symbols::FUEL
                        );
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }
}

/// Rewrites one function.
struct Meter {
    out_of_fuel: u32,
    global: u32,
    /// The local that holds the length of a copy or fill.
    length_local: u32,
    checks: Vec<BranchHint>,
}

/// What is charged in one function: at its entry, and at each of its loops, in order.
struct Costs {
    entry: i64,
    loops: Vec<i64>,
    /// Whether anything in it may run long: calls and loops.
    goes_on: bool,
    bulk: bool,
}

impl Costs {
    fn of(body: &FunctionBody<'_>) -> Result<Self> {
        let mut costs = Self { entry: 0, loops: Vec::new(), goes_on: false, bulk: false };
        // For every open block, the loop its instructions belong to.
        let mut blocks: Vec<Option<usize>> = vec![None];
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            let inside = blocks.last().copied().flatten();
            match &operator {
                Operator::Loop { .. } => {
                    costs.goes_on = true;
                    blocks.push(Some(costs.loops.len()));
                    costs.loops.push(0);
                }
                Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => blocks.push(inside),
                Operator::End => drop(blocks.pop()),
                Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => costs.bulk = true,
                Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. } => costs.goes_on = true,
                _ => {}
            }
            *inside.map_or(&mut costs.entry, |index| &mut costs.loops[index]) += 1;
        }
        Ok(costs)
    }
}

impl Meter {
    fn body(&mut self, body: &FunctionBody<'_>, params: u32) -> Result<Function> {
        let costs = Costs::of(body)?;
        let mut locals = Vec::new();
        self.length_local = params;
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            self.length_local += count;
            locals.push((count, RoundtripReencoder.val_type(ty).map_err(rewriting)?));
        }
        if costs.bulk {
            locals.push((1, ValType::I32));
        }
        let mut function = Function::new(locals);
        if costs.goes_on {
            self.check(&mut function, costs.entry);
        }
        let mut loops = costs.loops.into_iter();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            if let Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } = operator {
                self.charge_length(&mut function);
            }
            let is_loop = matches!(operator, Operator::Loop { .. });
            function.instruction(&RoundtripReencoder.instruction(operator).map_err(rewriting)?);
            if is_loop {
                self.check(&mut function, loops.next().unwrap_or_default());
            }
        }
        Ok(function)
    }

    /// Takes `cost` off, and asks for more when there is none left.
    fn check(&mut self, function: &mut Function, cost: i64) {
        function
            .instruction(&Instruction::GlobalGet(self.global))
            .instruction(&Instruction::I64Const(cost.clamp(1, MOST_PER_CHECK)))
            .instruction(&Instruction::I64Sub)
            .instruction(&Instruction::GlobalSet(self.global))
            .instruction(&Instruction::GlobalGet(self.global))
            .instruction(&Instruction::I64Const(0))
            .instruction(&Instruction::I64LtS);
        const MOSTLY_NOT: u32 = 0;
        self.checks.push(BranchHint { branch_func_offset: function.byte_len() as u32, branch_hint_value: MOSTLY_NOT });
        function
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::Call(self.out_of_fuel))
            .instruction(&Instruction::End);
    }

    /// Takes off what copying as many bytes as the top of the stack says costs.
    fn charge_length(&self, function: &mut Function) {
        function
            .instruction(&Instruction::LocalTee(self.length_local))
            .instruction(&Instruction::GlobalGet(self.global))
            .instruction(&Instruction::LocalGet(self.length_local))
            .instruction(&Instruction::I64ExtendI32U)
            .instruction(&Instruction::I64Const(BULK_SHIFT))
            .instruction(&Instruction::I64ShrU)
            .instruction(&Instruction::I64Sub)
            .instruction(&Instruction::GlobalSet(self.global));
    }
}

fn rewriting<E: std::fmt::Debug>(error: wasm_encoder::reencode::Error<E>) -> anyhow::Error {
    anyhow::anyhow!("rewriting: {error:?}")
}
