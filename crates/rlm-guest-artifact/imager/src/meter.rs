//! Makes the guest count its own fuel.
//!
//! wasmtime's way of counting adds up the cost of every run of instructions in a register, which it
//! writes out and reads back around every call: an interpreter took 1.4 times as long. Here a cost is
//! taken off a global where a function is entered and where a loop begins or goes round, and copying
//! and filling memory costs by the byte. What does neither ends soon by itself, so a limit still
//! holds on everything. Loops that call nothing keep the count in a local and write the global each turn
//! without reading it: a short loop would otherwise wait for the last turn's write. When the global is below zero, the host is asked for more through an import,
//! which is where it looks at the clock, or stops the cell.

use anyhow::{Context, Result};
use rlm_abi::symbols;
use wasm_encoder::{
    BlockType, BranchHint, BranchHints, Function, Instruction, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef};

use crate::branches;

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
        let mut meter = Meter { out_of_fuel, global: outline.globals, scratch: 0, held: 0, checks: Vec::new() };
        metered.bodies.push(meter.body(&body, params)?);
        if !meter.checks.is_empty() {
            metered.hints.function_hints(outline.imported_functions + index as u32, meter.checks);
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
    /// A local for the length of a copy or fill, or for what a branch goes by.
    scratch: u32,
    /// The local that holds the count in loops that call nothing.
    held: u32,
    checks: Vec<BranchHint>,
}

/// A place where fuel is taken off: a function's entry or a loop.
#[derive(Default)]
struct Check {
    /// Instructions that belong to it.
    cost: i64,
    /// Whether the next check comes in any case before the code can go another way. One is enough for a
    /// loop that begins with a loop.
    skipped: bool,
    /// Whether other code may take off fuel in it.
    calls: bool,
    /// The check it is inside.
    parent: usize,
}

/// What is charged in one function.
struct Costs {
    /// At its entry, and at each of its loops, in order.
    checks: Vec<Check>,
    /// Whether anything in it may run long: calls and loops.
    goes_on: bool,
    /// Which locals it takes.
    scratch: bool,
    held: bool,
}

impl Costs {
    fn of(body: &FunctionBody<'_>) -> Result<Self> {
        const ENTRY: usize = 0;
        let entry = Check { calls: true, ..Check::default() };
        let mut costs = Self { checks: vec![entry], goes_on: false, scratch: false, held: false };
        // For every open block, the check its instructions belong to.
        let mut blocks = vec![ENTRY];
        // The last check, as long as there was only one way to go from it.
        let mut straight_from = Some(ENTRY);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            let inside = blocks.last().copied().unwrap_or(ENTRY);
            costs.checks[inside].cost += 1;
            match &operator {
                Operator::Loop { .. } => {
                    costs.goes_on = true;
                    let this = costs.checks.len();
                    if let Some(last) = straight_from.replace(this) {
                        costs.checks[last].skipped = true;
                    }
                    blocks.push(this);
                    costs.checks.push(Check { parent: inside, ..Check::default() });
                }
                Operator::Block { .. } => blocks.push(inside),
                Operator::If { .. } | Operator::TryTable { .. } => {
                    straight_from = None;
                    blocks.push(inside);
                }
                Operator::End => {
                    straight_from = None;
                    blocks.pop();
                }
                Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => {
                    costs.scratch = true;
                    costs.checks[inside].calls = true;
                }
                Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. } => {
                    costs.goes_on = true;
                    straight_from = None;
                    // Panics do not come back.
                    let comes_back = !matches!(operators.clone().read(), Ok(Operator::Unreachable));
                    costs.checks[inside].calls |= comes_back;
                }
                Operator::BrTable { targets } => {
                    costs.scratch |= branches::Tests::of(targets)?.is_some();
                    straight_from = None;
                }
                Operator::Else
                | Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::Return
                | Operator::Unreachable => straight_from = None,
                _ => {}
            }
        }
        // What a loop calls, the loops around it call.
        for index in (1..costs.checks.len()).rev() {
            let Check { calls, parent, .. } = costs.checks[index];
            costs.checks[parent].calls |= calls;
            costs.held |= !calls;
        }
        Ok(costs)
    }
}

impl Meter {
    fn body(&mut self, body: &FunctionBody<'_>, params: u32) -> Result<Function> {
        let costs = Costs::of(body)?;
        let mut locals = Vec::new();
        self.scratch = params;
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            self.scratch += count;
            locals.push((count, RoundtripReencoder.val_type(ty).map_err(rewriting)?));
        }
        self.held = self.scratch + u32::from(costs.scratch);
        if costs.scratch {
            locals.push((1, ValType::I32));
        }
        if costs.held {
            locals.push((1, ValType::I64));
        }
        let mut function = Function::new(locals);
        let mut checks = costs.checks.iter();
        if let Some(entry) = checks.next()
            && costs.goes_on
        {
            self.check(&mut function, entry);
        }
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            match &operator {
                Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => self.charge_length(&mut function),
                Operator::BrTable { targets } => {
                    if let Some(tests) = branches::Tests::of(targets)? {
                        tests.write(&mut function, self.scratch);
                        continue;
                    }
                }
                Operator::Loop { .. } => {
                    let Some(check) = checks.next() else { anyhow::bail!("more loops than were counted") };
                    if !check.calls && costs.checks[check.parent].calls {
                        self.hold(&mut function);
                    }
                    function.instruction(&RoundtripReencoder.instruction(operator).map_err(rewriting)?);
                    self.check(&mut function, check);
                    continue;
                }
                _ => {}
            }
            function.instruction(&RoundtripReencoder.instruction(operator).map_err(rewriting)?);
        }
        Ok(function)
    }

    /// Reads the count into the local.
    fn hold(&self, function: &mut Function) {
        function.instruction(&Instruction::GlobalGet(self.global)).instruction(&Instruction::LocalSet(self.held));
    }

    /// Takes a cost off, and asks for more when there is none left.
    fn check(&mut self, function: &mut Function, check: &Check) {
        if check.skipped {
            return;
        }
        let count = || if check.calls { Instruction::GlobalGet(self.global) } else { Instruction::LocalGet(self.held) };
        function
            .instruction(&count())
            .instruction(&Instruction::I64Const(check.cost.clamp(1, MOST_PER_CHECK)))
            .instruction(&Instruction::I64Sub);
        if !check.calls {
            function.instruction(&Instruction::LocalTee(self.held));
        }
        function
            .instruction(&Instruction::GlobalSet(self.global))
            .instruction(&count())
            .instruction(&Instruction::I64Const(0))
            .instruction(&Instruction::I64LtS);
        const MOSTLY_NOT: u32 = 0;
        self.checks.push(BranchHint { branch_func_offset: function.byte_len() as u32, branch_hint_value: MOSTLY_NOT });
        function.instruction(&Instruction::If(BlockType::Empty)).instruction(&Instruction::Call(self.out_of_fuel));
        if !check.calls {
            self.hold(function);
        }
        function.instruction(&Instruction::End);
    }

    /// Takes off what copying as many bytes as the top of the stack says costs.
    fn charge_length(&self, function: &mut Function) {
        function
            .instruction(&Instruction::LocalTee(self.scratch))
            .instruction(&Instruction::GlobalGet(self.global))
            .instruction(&Instruction::LocalGet(self.scratch))
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
