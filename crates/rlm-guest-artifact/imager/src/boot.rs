//! Runs the guest's boot and takes its memory.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use rlm_abi::{HostCall, HostReply, Value, symbols};
use wasmtime::{Caller, Config, Engine, Extern, Linker, Memory, Module, OptLevel, Store};
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtxBuilder,
    p1::{self, WasiP1Ctx},
    random::Deterministic,
};

/// The guest after boot.
pub struct Booted {
    /// All of its linear memory.
    pub memory: Vec<u8>,
    /// Address of its interrupt word.
    pub interrupt_word: u32,
}

/// A Python module as its name and source.
pub type Source = (String, String);

/// Boots the guest with these Python modules of ours.
pub fn boot(wasm: &[u8], modules: Vec<Source>) -> Result<Booted> {
    run(wasm, modules).map_err(|error| anyhow!("booting the guest: {error:?}"))
}

fn run(wasm: &[u8], modules: Vec<Source>) -> wasmtime::Result<Booted> {
    let mut config = Config::new();
    // Boot runs once: compiling it fast matters, running it fast does not.
    config.cranelift_opt_level(OptLevel::None);
    config.cranelift_regalloc_algorithm(wasmtime::RegallocAlgorithm::SinglePass);
    config.max_wasm_stack(super::settings::GUEST_STACK);
    config.async_stack_size(super::settings::FIBER_STACK);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, wasm)?;
    let mut linker: Linker<WasiP1Ctx> = Linker::new(&engine);
    p1::add_to_linker_async(&mut linker, |wasi| wasi)?;
    linker.func_wrap(symbols::IMPORT_MODULE, symbols::OUTPUT, print)?;
    let long_reply = Arc::new(Mutex::new(Vec::new()));
    let kept = long_reply.clone();
    let answer = move |mut caller: Caller<'_, WasiP1Ctx>, request: i32, len: i32, reply: i32, capacity: i32| {
        let memory = memory_of(&mut caller);
        let request = within(memory.data(&caller), request, len).to_vec();
        let answer = rlm_abi::encode(&answer(&modules, &request)).expect("a module fits a frame");
        match answer.len() <= capacity as u32 as usize {
            true => memory.write(&mut caller, reply as u32 as usize, &answer).expect("the guest's own buffer"),
            false => *kept.lock().unwrap_or_else(PoisonError::into_inner) = answer.clone(),
        }
        answer.len() as i32
    };
    linker.func_wrap(symbols::IMPORT_MODULE, symbols::HOST_CALL, answer)?;
    let take_reply = move |mut caller: Caller<'_, WasiP1Ctx>, reply: i32| {
        let answer = std::mem::take(&mut *long_reply.lock().unwrap_or_else(PoisonError::into_inner));
        memory_of(&mut caller).write(&mut caller, reply as u32 as usize, &answer).expect("the guest's own buffer");
    };
    linker.func_wrap(symbols::IMPORT_MODULE, symbols::TAKE_REPLY, take_reply)?;
    linker.func_wrap(symbols::IMPORT_MODULE, symbols::SLEEP, |_: i64| {})?;
    linker.func_wrap(symbols::IMPORT_MODULE, symbols::OUT_OF_FUEL, || {})?;
    let mut store = Store::new(&engine, wasi());
    tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let pointer = instance.get_global(&mut store, "__stack_pointer").expect("the guest exports its stack pointer");
        let empty_stack = pointer.get(&mut store).i32();
        instance.get_typed_func::<(), ()>(&mut store, symbols::BOOT)?.call_async(&mut store, ()).await?;
        let version =
            instance.get_typed_func::<(), i32>(&mut store, symbols::VERSION)?.call_async(&mut store, ()).await?;
        assert_eq!(version as u32, rlm_abi::ABI_VERSION, "abi version of the guest");
        let word =
            instance.get_typed_func::<(), i32>(&mut store, symbols::INTERRUPT_WORD)?.call_async(&mut store, ()).await?;
        assert_eq!(pointer.get(&mut store).i32(), empty_stack, "stack pointer after boot");
        let memory = instance.get_memory(&mut store, "memory").expect("the guest exports its memory");
        Ok(Booted { memory: memory.data(&store).to_vec(), interrupt_word: word as u32 })
    })
}

/// What the guest asks while it boots: modules by their numbers.
fn answer(modules: &[Source], request: &[u8]) -> HostReply {
    let none = HostReply::Value(Value::None);
    let Ok(HostCall { name, args, .. }) = rlm_abi::decode(request) else { return none };
    match args.as_slice() {
        [Value::Int(index)] if name == symbols::BOOT_MODULE => {
            let module = usize::try_from(*index).ok().and_then(|index| modules.get(index));
            module.map_or(none, |(name, source)| {
                HostReply::Value(Value::List(vec![Value::Str(name.clone()), Value::Str(source.clone())]))
            })
        }
        _ => none,
    }
}

fn memory_of(caller: &mut Caller<'_, WasiP1Ctx>) -> Memory {
    caller.get_export("memory").and_then(Extern::into_memory).expect("the guest exports its memory")
}

/// The bytes at an address of the guest; fewer where they would be past its memory.
fn within(memory: &[u8], ptr: i32, len: i32) -> &[u8] {
    let (start, len) = (ptr as u32 as usize, len as u32 as usize);
    memory.get(start..start.saturating_add(len)).unwrap_or_default()
}

/// What the guest says while it boots is for whoever builds it.
fn print(mut caller: Caller<'_, WasiP1Ctx>, _stream: i32, ptr: i32, len: i32) {
    let memory = memory_of(&mut caller);
    eprint!("{}", String::from_utf8_lossy(within(memory.data(&caller), ptr, len)));
}

/// No world: fixed time, fixed randomness, no files. Two boots leave the same memory.
fn wasi() -> WasiP1Ctx {
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stderr()
        .secure_random(Deterministic::new(b"rlm-repl base image".to_vec()))
        .insecure_random(Deterministic::new(b"rlm-repl base image".to_vec()))
        .insecure_random_seed(0)
        .wall_clock(Epoch)
        .monotonic_clock(Epoch);
    wasi.build_p1()
}

/// A clock that stands at 2026-01-01.
struct Epoch;

impl HostWallClock for Epoch {
    fn resolution(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(1)
    }

    fn now(&self) -> std::time::Duration {
        std::time::Duration::from_secs(1_767_225_600)
    }
}

impl HostMonotonicClock for Epoch {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        1
    }
}
