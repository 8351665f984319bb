//! The two things that the imager does to the guest's code before it is compiled, on small modules and in an
//! interpreter that others wrote: branches by table keep their ways, and fuel is counted everywhere.

use proptest::prelude::*;
use rlm_abi::symbols;
use wasmi::{Engine, Error, Instance, Linker, Module, Store, Val};

#[path = "../../crates/rlm-guest-artifact/imager/src/branches.rs"]
mod branches;
#[path = "../../crates/rlm-guest-artifact/imager/src/meter.rs"]
mod meter;
#[path = "../../crates/rlm-guest-artifact/imager/src/rewrite.rs"]
#[allow(dead_code, reason = "the check of the guest itself is the imager's")]
mod rewrite;

/// A module with a memory, a stack pointer, and what is asked for more fuel.
fn module(functions: &str) -> Vec<u8> {
    let (from, name) = (symbols::IMPORT_MODULE, symbols::OUT_OF_FUEL);
    let text = format!(
        r#"(module (import "{from}" "{name}" (func $out_of_fuel)) (memory (export "memory") 1)
           (global $stack (mut i32) (i32.const 0)) {functions})"#
    );
    wat::parse_str(text).expect("a module")
}

/// A module at work.
struct Running {
    /// How often it may still ask for fuel.
    store: Store<u32>,
    instance: Instance,
}

/// How much fuel there is at a time.
const PORTION: i64 = 1_000;

impl Running {
    /// Starts a module as it is.
    fn plain(wasm: &[u8]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, wasm).expect("a valid module");
        let mut linker = Linker::<u32>::new(&engine);
        let out_of_fuel = |mut caller: wasmi::Caller<'_, u32>| -> Result<(), Error> {
            if *caller.data() == 0 {
                return Err(Error::new("the fuel is used up"));
            }
            *caller.data_mut() -= 1;
            let global = caller.get_export(symbols::FUEL).and_then(wasmi::Extern::into_global).expect("a count");
            let left = global.get(&caller).i64().expect("a number");
            Ok(global.set(&mut caller, Val::I64(left + PORTION))?)
        };
        linker.func_wrap(symbols::IMPORT_MODULE, symbols::OUT_OF_FUEL, out_of_fuel).expect("a free name");
        let mut store = Store::new(&engine, 1_000_000);
        let instance = linker.instantiate_and_start(&mut store, &module).expect("it starts");
        Self { store, instance }
    }

    /// Starts a module that counts its fuel.
    fn counted(wasm: &[u8]) -> Self {
        Self::plain(&rewrite::start_from_image(wasm, 65_536).expect("it can be rewritten"))
    }

    fn call(&mut self, name: &str, args: &[i32]) -> Result<i32, Error> {
        let function = self.instance.get_func(&self.store, name).expect("a function");
        let args: Vec<Val> = args.iter().map(|arg| Val::I32(*arg)).collect();
        let mut results = [Val::I32(0)];
        function.call(&mut self.store, &args, &mut results)?;
        Ok(results[0].i32().expect("a number"))
    }

    /// Fuel taken since the start.
    fn used(&self) -> i64 {
        let global = self.instance.get_global(&self.store, symbols::FUEL).expect("a count");
        let portions = i64::from(1_000_000 - self.store.data());
        portions * PORTION - global.get(&self.store).i64().expect("a number")
    }
}

/// A function that goes by table to one of so many places and says to which, with something else on the
/// stack meanwhile.
fn by_table(targets: &[u32], default: u32, places: u32) -> Vec<u8> {
    let table: String = targets.iter().map(|target| format!(" {target}")).collect();
    let mut body = format!("(i32.const 7) (local.get 0) (br_table{table} {default})");
    for place in 0..places {
        // What came along is added, so that losing it shows.
        body = format!("(block (result i32) {body}) (i32.const {}) (i32.add) (return)", 100 * (place + 1));
    }
    module(&format!(r#"(func (export "go") (param i32) (result i32) {body})"#))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_table_goes_where_it_went(
        targets in prop::collection::vec(0u32..4, 0..12),
        default in 0u32..4,
        far in any::<i32>(),
    ) {
        let wasm = by_table(&targets, default, 4);
        let (mut before, mut after) = (Running::plain(&wasm), Running::counted(&wasm));
        for index in (-2..14).chain([i32::MIN, i32::MAX, far]) {
            prop_assert_eq!(before.call("go", &[index]).unwrap(), after.call("go", &[index]).unwrap());
        }
    }
}

#[test]
fn few_ways_become_tests_and_many_stay_a_table() {
    let has_table = |targets: &[u32]| {
        let wasm = rewrite::start_from_image(&by_table(targets, 0, 4), 65_536).unwrap();
        goes_by_table(&wasm)
    };
    assert!(!has_table(&[0, 1, 2, 3]), "three ways beside the default");
    assert!(!has_table(&[1, 1, 1, 2, 2, 3, 0, 0]), "neighbours are one test");
    assert!(has_table(&[1, 2, 1, 2, 1]), "five tests");
}

/// Whether any function goes by a table.
fn goes_by_table(wasm: &[u8]) -> bool {
    use wasmparser::{Operator, Parser, Payload};
    Parser::new(0).parse_all(wasm).any(|payload| match payload.unwrap() {
        Payload::CodeSectionEntry(body) => {
            let operators = body.get_operators_reader().unwrap();
            operators.into_iter().any(|operator| matches!(operator.unwrap(), Operator::BrTable { .. }))
        }
        _ => false,
    })
}

/// A loop of so many turns that does `body` in each.
fn turns(name: &str, body: &str) -> String {
    format!(
        r#"(func ${name} (export "{name}") (param $n i32) (result i32) (local $sum i32) (local $m i32)
             (block $done (loop $turn
               (br_if $done (i32.eqz (local.get $n)))
               (local.set $n (i32.sub (local.get $n) (i32.const 1)))
               {body}
               (br $turn)))
             (local.get $sum))"#
    )
}

#[test]
fn every_turn_of_every_kind_of_loop_is_counted() {
    let add = "(local.set $sum (i32.add (local.get $sum) (local.get $n)))";
    let inner = format!(
        "(local.set $m (i32.const 10)) (loop $more {add} (br_if $more (local.tee $m (i32.sub (local.get $m) (i32.const 1)))))"
    );
    let functions = [
        r#"(func $nothing)"#.to_owned(),
        turns("alone", add),
        turns("calling", &format!("(call $nothing) {add}")),
        turns("nested", &inner),
        turns("nested_calling", &format!("(call $nothing) {inner}")),
        turns("either", &format!("(if (i32.and (local.get $n) (i32.const 1)) (then (call $nothing)) (else {inner}))")),
    ];
    let wasm = module(&functions.concat());
    for (name, inner_turns) in [("alone", 0), ("calling", 0), ("nested", 10), ("nested_calling", 10), ("either", 4)] {
        let (mut before, mut after) = (Running::plain(&wasm), Running::counted(&wasm));
        assert_eq!(before.call(name, &[5_000]).unwrap(), after.call(name, &[5_000]).unwrap(), "{name}");
        let first = after.used();
        assert!(first >= 5_000 * (1 + inner_turns), "{name}: {first}");
        assert!(first <= 5_000 * (1 + inner_turns.max(1)) * 64, "{name}: {first}");
        // What is counted is the same every time, and ten times as much for ten times the turns.
        after.call(name, &[5_000]).unwrap();
        assert_eq!(after.used(), 2 * first, "{name}");
        after.call(name, &[50_000]).unwrap();
        let more = after.used() - 2 * first;
        assert!((9 * first..11 * first).contains(&more), "{name}: {more} against {first}");
    }
}

#[test]
fn nothing_goes_on_without_fuel() {
    let wasm = module(
        r#"(func $deep (export "deep") (param i32) (result i32) (call $deep (local.get 0)))
           (func (export "tight") (param i32) (result i32) (loop (br 0)) (unreachable))
           (func (export "twice") (param i32) (result i32) (loop (loop (br 1))) (unreachable))
           (func (export "table") (param i32) (result i32) (loop (br_table 0 0 (local.get 0))) (unreachable))
           (func $nothing)
           (func (export "calling") (param i32) (result i32) (loop (call $nothing) (br 0)) (unreachable))
           (func (export "within") (param i32) (result i32)
             (loop (if (local.get 0) (then (loop (br_if 0 (i32.eqz (local.get 0))))) (else (call $nothing))) (br 0))
             (unreachable))"#,
    );
    for name in ["tight", "twice", "table", "calling", "within"] {
        for argument in [0, 1] {
            let mut running = Running::counted(&wasm);
            *running.store.data_mut() = 100;
            let error = running.call(name, &[argument]).unwrap_err();
            assert!(error.to_string().contains("the fuel is used up"), "{name}: {error}");
        }
    }
    // Endless recursion ends by its depth or by its fuel, whatever comes first.
    let mut running = Running::counted(&wasm);
    *running.store.data_mut() = 0;
    let error = running.call("deep", &[0]).unwrap_err();
    assert!(error.to_string().contains("the fuel is used up"), "{error}");
}

#[test]
fn fuel_given_in_the_middle_of_a_loop_is_seen() {
    // The count is held in a local there; what the host adds has to arrive in it.
    let wasm = module(&turns("alone", "(local.set $sum (i32.add (local.get $sum) (i32.const 1)))"));
    let mut running = Running::counted(&wasm);
    assert_eq!(running.call("alone", &[100_000]).unwrap(), 100_000);
    let portions = i64::from(1_000_000 - running.store.data());
    assert_eq!(portions, (running.used() - 1) / PORTION + 1, "each portion was asked for once");
}

#[test]
fn copying_and_filling_cost_by_the_byte() {
    let wasm = module(
        r#"(func (export "fill") (param i32) (result i32)
             (memory.fill (i32.const 0) (i32.const 1) (local.get 0)) (i32.load8_u (i32.const 0)))
           (func (export "copy") (param i32) (result i32)
             (memory.copy (i32.const 0) (i32.const 32768) (local.get 0)) (i32.load8_u (i32.const 0)))"#,
    );
    for (name, result) in [("fill", 1), ("copy", 0)] {
        let cost = |bytes: i32| {
            let mut running = Running::counted(&wasm);
            assert_eq!(running.call(name, &[bytes]).unwrap(), result);
            running.used()
        };
        assert_eq!(cost(32_768) - cost(8), (32_768 - 8) / 8, "{name}");
    }
}

#[test]
fn a_guest_that_cannot_be_counted_is_refused() {
    let without = wat::parse_str("(module (memory 1))").unwrap();
    let error = rewrite::start_from_image(&without, 65_536).unwrap_err().to_string();
    assert!(error.contains("does not import"), "{error}");
    let name = symbols::FUEL;
    let own = module(&format!(r#"(global $own (export "{name}") (mut i64) (i64.const 0))"#));
    let error = rewrite::start_from_image(&own, 65_536).unwrap_err().to_string();
    assert!(error.contains("of its own"), "{error}");
}
