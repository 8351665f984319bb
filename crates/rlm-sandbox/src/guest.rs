//! One instance of the guest: what it may import, and how a request frame gets in and out.

use std::{collections::HashMap, future::poll_fn, sync::Arc, task::Poll, time::Duration};

use futures_util::FutureExt;
use rlm_abi::{HostReply, Interrupt, MAX_FRAME, Reply, Request, decode, encode, symbols};
use tokio::time::timeout;
use wasmtime::{AsContextMut, Caller, Global, Linker, Memory, ResourceLimiter, Store, Trap, TypedFunc, Val};
use wasmtime_wasi::{
    WasiCtxBuilder,
    p1::{self, WasiP1Ctx},
};

use crate::{
    Bytes, HostCall, HostError, HostFunction, Limits, Output, Result, SandboxError,
    context::{Attached, Desk, Question},
    engine::Shared,
    fork::Rest,
    memory::{Creator, Image, Piece, SharedRegion},
    output::{Capture, FloodTrap, SharedCapture},
    watch::{Canceller, CellClock, FUEL_GRACE, Watch, Watched, slice},
    world::{SharedWorld, World},
};

/// Longest fault message of the guest itself that is kept.
const MAX_DIAGNOSTIC: usize = 2_000;

/// The host functions of a session by name.
pub type Functions = HashMap<String, Arc<dyn HostFunction>>;

/// What the imports of one guest work with.
pub struct HostState {
    wasi: WasiP1Ctx,
    world: SharedWorld,
    clock: CellClock,
    rest: Rest,
    functions: Arc<Functions>,
    contexts: Attached,
    /// Whether the running cell asked about contexts.
    asked: bool,
    memory: Option<Memory>,
    fuel: Tank,
    stdout: SharedCapture,
    stderr: SharedCapture,
    /// What the guest said of its own fault.
    diagnostic: String,
    /// A reply too long for the buffer the guest offered.
    reply: Vec<u8>,
    host_calls: u64,
    limits: Limits,
    growth: Growth,
}

/// The fuel of one request. The guest takes from a global, which is filled up slice by slice.
#[derive(Default)]
struct Tank {
    global: Option<Global>,
    /// What the guest got until now,
    given: u64,
    /// the most it gets,
    most: u64,
    /// and what it gets at a time.
    slice: u64,
}

impl Tank {
    /// The next slice; `None` when all was given.
    fn next(&mut self) -> Option<i64> {
        let next = self.slice.min(self.most - self.given);
        self.given += next;
        (next > 0).then_some(next as i64)
    }
}

/// What is left in the global; less than nothing where the guest took more than there was.
fn fuel_left(mut store: impl AsContextMut, global: Option<Global>) -> i64 {
    global.and_then(|global| global.get(&mut store).i64()).unwrap_or(0)
}

/// Counts linear memory against the limit.
#[derive(Default)]
struct Growth {
    /// Bytes that do not count: the base image and contexts.
    free: u64,
    limit: u64,
    /// The size that was refused.
    refused: Option<u64>,
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let counted = (desired as u64).saturating_sub(self.free);
        let allowed = counted <= self.limit;
        if !allowed {
            self.refused = Some(counted);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(current == 0 || desired <= current)
    }
}

/// A live guest.
pub struct Guest {
    store: Store<HostState>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    call: TypedFunc<u32, u64>,
    word: u32,
    /// After the store, which lets go of the memory when it is dropped.
    region: Lease,
}

/// A guest's memory, which goes back to the engine when the guest is dropped.
struct Lease {
    region: Option<SharedRegion>,
    shared: Arc<Shared>,
}

impl Lease {
    fn region(&self) -> &SharedRegion {
        self.region.as_ref().expect("taken only when dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(region) = self.region.take().and_then(SharedRegion::into_inner) {
            self.shared.give_back(region);
        }
    }
}

/// How a request ended.
pub enum Ended {
    /// The guest answered; an interrupt may have been sent meanwhile.
    Replied(Reply, Option<Interrupt>),
    /// The guest trapped or was abandoned, and cannot be used any more.
    Broken(Broken),
}

/// Why a guest is broken.
pub enum Broken {
    /// It went on past an interrupt's grace.
    Abandoned(Interrupt),
    /// It used up the fuel of the grace too.
    OutOfFuel,
    /// Native recursion reached the end of a stack.
    Stack,
    /// It aborted after memory was refused.
    Memory,
    /// It printed on after it was told to stop.
    Flood,
    /// It ended itself or has a fault.
    Crash(&'static str, String),
}

/// What a request used.
#[derive(Default)]
pub struct Used {
    pub fuel: u64,
    pub wall: Duration,
    pub host_calls: u64,
    pub host_wait: Duration,
    /// Whether it asked the host about contexts.
    pub asked: bool,
    pub memory: u64,
    /// Memory that was asked for and refused.
    pub refused: Option<u64>,
    /// Bytes written to the stream that was written most.
    pub written: u64,
    pub output: Output,
}

/// Gives the guest its imports.
pub fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    p1::add_to_linker_async(linker, |state| &mut state.wasi)?;
    let module = symbols::IMPORT_MODULE;
    // Waiting would hide from the watch, and there is nothing here to wait for: sleeping has an
    // import of its own. 58 is "not supported".
    linker.allow_shadowing(true);
    linker.func_wrap("wasi_snapshot_preview1", "poll_oneoff", |_: i32, _: i32, _: i32, _: i32| 58i32)?;
    // Which descriptors are open would be state that no image holds.
    linker.func_wrap("wasi_snapshot_preview1", "fd_close", |_: i32| 58i32)?;
    linker.func_wrap("wasi_snapshot_preview1", "fd_renumber", |_: i32, _: i32| 58i32)?;
    // WASI's own first makes a buffer as long as the guest asks for, byte by byte, and traps past a size.
    linker.func_wrap("wasi_snapshot_preview1", "random_get", random_get)?;
    linker.func_wrap(module, symbols::OUTPUT, write_output)?;
    linker.func_wrap(module, symbols::TAKE_REPLY, take_reply)?;
    linker.func_wrap_async(module, symbols::SLEEP, |caller: Caller<'_, HostState>, (nanos,): (i64,)| {
        Box::new(sleep(caller, nanos))
    })?;
    linker.func_wrap_async(
        module,
        symbols::HOST_CALL,
        |caller: Caller<'_, HostState>, frame: (u32, u32, u32, u32)| Box::new(host_call(caller, frame)),
    )?;
    linker
        .func_wrap_async(module, symbols::OUT_OF_FUEL, |caller: Caller<'_, HostState>, ()| Box::new(refuel(caller)))?;
    Ok(())
}

/// Gives the thread back, so that the watch can look at the cell, and then the cell its next slice.
async fn refuel(mut caller: Caller<'_, HostState>) -> wasmtime::Result<()> {
    let next = caller.data_mut().fuel.next().ok_or(Trap::OutOfFuel)?;
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    let Some(global) = caller.data().fuel.global else { return Ok(()) };
    // What was taken beyond the last slice is owed.
    let left = fuel_left(&mut caller, Some(global)).saturating_add(next);
    global.set(&mut caller, Val::I64(left))
}

/// The bytes the guest points at. The guest chose `ptr` and `len`.
fn frame<'a>(
    caller: &'a mut Caller<'_, HostState>,
    ptr: u32,
    len: u32,
) -> wasmtime::Result<(&'a mut [u8], &'a mut HostState)> {
    let memory = caller.data().memory.ok_or(Trap::MemoryOutOfBounds)?;
    let (bytes, state) = memory.data_and_store_mut(caller);
    let (start, len) = (ptr as usize, len as usize);
    let bytes = bytes.get_mut(start..start.saturating_add(len)).ok_or(Trap::MemoryOutOfBounds)?;
    Ok((bytes, state))
}

fn write_output(mut caller: Caller<'_, HostState>, stream: i32, ptr: u32, len: u32) -> wasmtime::Result<()> {
    let (bytes, state) = frame(&mut caller, ptr, len)?;
    let capture = match stream {
        1 => &state.stdout,
        2 => &state.stderr,
        _ => {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_DIAGNOSTIC)]);
            state.diagnostic = text.into_owned();
            return Ok(());
        }
    };
    if capture.write(bytes) { Ok(()) } else { Err(FloodTrap.into()) }
}

/// Fills the guest's own buffer; 0 is success.
fn random_get(mut caller: Caller<'_, HostState>, ptr: u32, len: u32) -> wasmtime::Result<i32> {
    let (bytes, state) = frame(&mut caller, ptr, len)?;
    state.world.with(|world| world.fill(bytes));
    Ok(0)
}

fn take_reply(mut caller: Caller<'_, HostState>, ptr: u32) -> wasmtime::Result<()> {
    let reply = std::mem::take(&mut caller.data_mut().reply);
    frame(&mut caller, ptr, reply.len() as u32)?.0.copy_from_slice(&reply);
    Ok(())
}

async fn sleep(mut caller: Caller<'_, HostState>, nanos: i64) {
    let duration = Duration::from_nanos(nanos.max(0) as u64);
    let clock = caller.data().clock.clone();
    // Past the cell's time there is no point in sleeping on; the interrupt is sent meanwhile.
    let left = caller.data().limits.wall.saturating_sub(clock.used()) + Duration::from_millis(1);
    clock.set_sleeping(true);
    tokio::time::sleep(duration.min(left)).await;
    clock.set_sleeping(false);
    caller.data_mut().world.with(|world| world.advance(duration));
}

async fn host_call(
    mut caller: Caller<'_, HostState>,
    (ptr, len, reply, capacity): (u32, u32, u32, u32),
) -> wasmtime::Result<u32> {
    let (bytes, state) = frame(&mut caller, ptr, len)?;
    let call = decode::<rlm_abi::HostCall>(bytes).map_err(|bad| bad.to_string());
    let call = match call {
        Ok(call) if call.name == symbols::CONTEXT_CALL => {
            return ask_about_contexts(caller, call, reply, capacity).await;
        }
        other => other,
    };
    let answer = match admit(state, call) {
        Ok((function, call)) => {
            let (clock, wait) = (state.clock.clone(), state.limits.host_wait);
            let _at_rest = state.rest.begin();
            clock.pause();
            let answer = answer(&*function, call, wait).await;
            clock.resume();
            answer
        }
        Err(refused) => Err(refused),
    };
    hand_back(caller, encode_reply(answer), reply, capacity)
}

/// Writes a reply where the guest wants it, or keeps it until the guest has room.
fn hand_back(mut caller: Caller<'_, HostState>, bytes: Vec<u8>, reply: u32, capacity: u32) -> wasmtime::Result<u32> {
    if bytes.len() > capacity as usize {
        let state = caller.data_mut();
        state.reply = bytes;
        return Ok(state.reply.len() as u32);
    }
    frame(&mut caller, reply, bytes.len() as u32)?.0.copy_from_slice(&bytes);
    Ok(bytes.len() as u32)
}

/// Looks something up in the session's contexts. This is the cell's own work, so its clock runs on.
async fn ask_about_contexts(
    mut caller: Caller<'_, HostState>,
    call: rlm_abi::HostCall,
    reply: u32,
    capacity: u32,
) -> wasmtime::Result<u32> {
    let memory = caller.data().memory.ok_or(Trap::MemoryOutOfBounds)?;
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    state.asked = true;
    let question = Question::read(call, &state.contexts, bytes);
    let clock = state.clock.clone();
    let answer = match question {
        Ok(question) => {
            let left = state.limits.wall.saturating_sub(clock.used());
            clock.set_sleeping(true);
            let answer = Desk::answer(question, left).await;
            clock.set_sleeping(false);
            answer
        }
        Err(refused) => Err(refused),
    };
    hand_back(caller, encode_reply(answer), reply, capacity)
}

/// Calls a host function and waits for it no longer than `wait`. One that answers at once is spared
/// the timer.
async fn answer(
    function: &dyn HostFunction,
    call: HostCall,
    wait: Duration,
) -> std::result::Result<crate::Value, HostError> {
    let mut answer = function.call(call);
    match poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx))).await {
        Poll::Ready(answer) => answer,
        Poll::Pending => timeout(wait, answer).await.unwrap_or_else(|_| {
            Err(HostError::new("TimeoutError", format!("no answer within {:.3} s", wait.as_secs_f64())))
        }),
    }
}

/// Counts a call and finds its function.
fn admit(
    state: &mut HostState,
    call: std::result::Result<rlm_abi::HostCall, String>,
) -> std::result::Result<(Arc<dyn HostFunction>, HostCall), HostError> {
    let most = state.limits.host_calls;
    if state.host_calls >= most {
        return Err(HostError::new("RuntimeError", format!("host calls: {most} of {most} used by this cell")));
    }
    state.host_calls += 1;
    let call = call.map_err(|bad| HostError::new("ValueError", bad))?;
    let function = state.functions.get(&call.name).cloned();
    let function = function.ok_or_else(|| HostError::new("NameError", format!("no host function {:?}", call.name)))?;
    Ok((function, HostCall { args: call.args, kwargs: call.kwargs }))
}

fn encode_reply(answer: std::result::Result<crate::Value, HostError>) -> Vec<u8> {
    let reply = match answer {
        Ok(value) => HostReply::Value(value),
        Err(error) => HostReply::Error { kind: error.kind, message: error.message },
    };
    encode(&reply).unwrap_or_else(|bad| {
        let refused =
            HostReply::Error { kind: "ValueError".to_owned(), message: format!("the answer does not fit: {bad}") };
        encode(&refused).unwrap_or_default()
    })
}

impl Guest {
    /// A guest whose memory shows `image` and whose world is `world`.
    ///
    /// Uses `old`, the memory of a guest that must not be used any more whatever becomes of this,
    /// where that costs less than a new one.
    pub fn start(
        shared: &Arc<Shared>,
        image: &Image,
        world: World,
        functions: Arc<Functions>,
        contexts: Attached,
        old: Option<SharedRegion>,
    ) -> Result<Self> {
        let again = old.filter(|region| matches!(region.lock().turn_into(image), Ok(true)));
        let region = again.map_or_else(|| shared.region(image), Ok)?;
        let world = SharedWorld::new(world);
        let (stdout, stderr) = (SharedCapture::default(), SharedCapture::default());
        let mut wasi = WasiCtxBuilder::new();
        wasi.secure_random(world.clone())
            .insecure_random(world.clone())
            .insecure_random_seed(0)
            .wall_clock(world.clone())
            .monotonic_clock(world.clone())
            .stdout(stdout.clone())
            .stderr(stderr.clone());
        let limits = Limits::default();
        let free = shared.base.size() as u64 + contexts.bytes();
        let state = HostState {
            wasi: wasi.build_p1(),
            world,
            clock: CellClock::default(),
            rest: Rest::default(),
            functions,
            contexts,
            asked: false,
            memory: None,
            fuel: Tank::default(),
            stdout,
            stderr,
            diagnostic: String::new(),
            reply: Vec::new(),
            host_calls: 0,
            limits,
            growth: Growth { free, limit: u64::MAX, refused: None },
        };
        let mut store = Store::new(shared.guest.engine(), state);
        store.limiter(|state| &mut state.growth);
        let instance = Creator::with_region(&region, || {
            shared
                .guest
                .pre()
                .instantiate_async(&mut store)
                .now_or_never()
                .unwrap_or_else(|| Err(wasmtime::Error::msg("instantiation waits")))
        })
        .map_err(|error| SandboxError::Artifact(format!("{error:#}")))?;
        let broken = |error: wasmtime::Error| SandboxError::Artifact(format!("{error:#}"));
        let memory =
            instance.get_memory(&mut store, "memory").ok_or_else(|| SandboxError::Artifact("no memory".to_owned()))?;
        let alloc = instance.get_typed_func(&mut store, symbols::ALLOC).map_err(broken)?;
        let call = instance.get_typed_func(&mut store, symbols::CALL).map_err(broken)?;
        let fuel = instance.get_global(&mut store, symbols::FUEL);
        let fuel = fuel.ok_or_else(|| SandboxError::Artifact("no fuel counter".to_owned()))?;
        store.data_mut().memory = Some(memory);
        store.data_mut().fuel.global = Some(fuel);
        let region = Lease { region: Some(region), shared: Arc::clone(shared) };
        Ok(Self { store, memory, alloc, call, word: shared.word, region })
    }

    /// Sends a request and waits for its end under `limits`.
    pub async fn ask(&mut self, request: &[u8], limits: &Limits, canceller: &Canceller) -> Result<(Ended, Used)> {
        self.arm(limits)?;
        let (clock, region, word) = (self.store.data().clock.clone(), self.region().clone(), self.word);
        let streams = [self.store.data().stdout.clone(), self.store.data().stderr.clone()];
        let watch = Watch { clock: &clock, canceller, region: &region, word, limits, streams: &streams };
        let ended = match watch.drive(self.exchange(request)).await {
            Watched::Abandoned(interrupt) => Ended::Broken(Broken::Abandoned(interrupt)),
            Watched::Finished(Ok(reply), interrupt) => Ended::Replied(reply?, interrupt),
            Watched::Finished(Err(error), _) => Ended::Broken(self.diagnose(error)),
        };
        let interrupt = self.interrupt_word();
        let ended = match ended {
            Ended::Replied(reply, sent) => Ended::Replied(reply, sent.or(interrupt)),
            broken => broken,
        };
        self.region().lock().store_word(self.word, 0);
        Ok((ended, self.used()))
    }

    fn arm(&mut self, limits: &Limits) -> Result<()> {
        let internal = |error: wasmtime::Error| SandboxError::Protocol(format!("{error:#}"));
        let tank = &mut self.store.data_mut().fuel;
        *tank = Tank {
            global: tank.global,
            given: 0,
            most: limits.fuel.0.saturating_add(FUEL_GRACE),
            slice: slice(limits),
        };
        if let (Some(first), Some(global)) = (tank.next(), tank.global) {
            global.set(&mut self.store, Val::I64(first)).map_err(internal)?;
        }
        let state = self.store.data_mut();
        state.stdout.replace(Capture::new(limits.output.0));
        state.stderr.replace(Capture::new(limits.output.0));
        state.host_calls = 0;
        state.asked = false;
        state.growth.limit = limits.memory.0;
        state.growth.refused = None;
        state.limits = limits.clone();
        Ok(())
    }

    /// One frame in, one frame out. The outer error is the guest's trap.
    async fn exchange(&mut self, request: &[u8]) -> wasmtime::Result<Result<Reply>> {
        let ptr = self.alloc.call_async(&mut self.store, request.len() as u32).await?;
        if ptr == 0 {
            return Ok(Err(SandboxError::Protocol(format!(
                "no room for a request of {}",
                Bytes(request.len() as u64)
            ))));
        }
        self.memory.write(&mut self.store, ptr as usize, request)?;
        let packed = self.call.call_async(&mut self.store, request.len() as u32).await?;
        let (start, len) = ((packed >> 32) as usize, packed as u32 as usize);
        let reply = self.memory.data(&self.store).get(start..start.saturating_add(len)).filter(|_| len <= MAX_FRAME);
        let reply = reply
            .ok_or_else(|| SandboxError::Protocol(format!("reply of {len} bytes at {start:#x} is outside memory")));
        Ok(reply.and_then(|bytes| decode(bytes).map_err(|bad| SandboxError::Protocol(bad.to_string()))))
    }

    fn interrupt_word(&self) -> Option<Interrupt> {
        let bytes = self.memory.data(&self.store).get(self.word as usize..)?.first_chunk()?;
        Interrupt::from_word(u32::from_le_bytes(*bytes))
    }

    /// Tells traps apart.
    fn diagnose(&mut self, error: wasmtime::Error) -> Broken {
        if error.is::<FloodTrap>() {
            return Broken::Flood;
        }
        if error.is::<wasmtime_wasi::I32Exit>() {
            return Broken::Crash("the cell ended the interpreter's process", String::new());
        }
        let refused = self.store.data().growth.refused.is_some();
        let said = std::mem::take(&mut self.store.data_mut().diagnostic);
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Broken::OutOfFuel,
            // The guest's own stack grows down to address zero; past it, addresses wrap around.
            Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => Broken::Stack,
            Some(Trap::UnreachableCodeReached) if refused => Broken::Memory,
            Some(Trap::UnreachableCodeReached) => Broken::Crash("the interpreter aborted", said),
            _ => Broken::Crash("the interpreter failed", format!("{error:#}")),
        }
    }

    fn used(&mut self) -> Used {
        let global = self.store.data().fuel.global;
        let left = fuel_left(&mut self.store, global);
        let size = self.region().lock().size() as u64;
        let state = self.store.data_mut();
        let (stdout, stderr) = (state.stdout.replace(Capture::default()), state.stderr.replace(Capture::default()));
        Used {
            fuel: state.fuel.given.saturating_sub_signed(left),
            wall: state.clock.used(),
            host_calls: state.host_calls,
            host_wait: state.clock.waited(),
            asked: state.asked,
            memory: size.saturating_sub(state.growth.free),
            refused: state.growth.refused,
            written: stdout.written().max(stderr.written()),
            output: Output { stdout: stdout.finish(), stderr: stderr.finish() },
        }
    }

    /// Maps a context behind the guest's memory; returns its address.
    pub async fn attach(&mut self, context: &crate::Context) -> Result<u32> {
        const WASM_PAGE: u64 = 65_536;
        let pages = context
            .pages()
            .ok_or_else(|| SandboxError::Define { name: String::new(), reason: "it has no pages to map".to_owned() })?;
        let len = context.len().next_multiple_of(WASM_PAGE);
        let free = self.store.data().growth.free;
        let limit = std::mem::replace(&mut self.store.data_mut().growth.limit, u64::MAX);
        let grown = self.memory.grow_async(&mut self.store, len / WASM_PAGE).await;
        let growth = &mut self.store.data_mut().growth;
        growth.limit = limit;
        let start = grown.map_err(|_| SandboxError::Define {
            name: String::new(),
            reason: format!("{} do not fit the guest's 4 GiB beside {}", Bytes(context.len()), Bytes(free)),
        })? * WASM_PAGE;
        self.store.data_mut().growth.free += len;
        let mapped = context.len().next_multiple_of(crate::memory::PAGE as u64);
        let piece =
            Piece { range: start as usize..(start + mapped) as usize, backing: Arc::clone(pages.backing()), offset: 0 };
        self.region()
            .lock()
            .attach(piece)
            .map_err(|source| SandboxError::System { what: "mapping a context", source })?;
        Ok(start as u32)
    }

    /// The memory, for captures while the guest is at rest.
    pub fn region(&self) -> &SharedRegion {
        self.region.region()
    }

    /// A copy of the guest's world as it is now.
    pub fn world(&self) -> World {
        self.store.data().world.with(|world| world.clone())
    }

    /// Answers questions about these contexts from now on.
    pub fn set_contexts(&mut self, contexts: Attached) {
        self.store.data_mut().contexts = contexts;
    }

    /// The guest's world itself.
    pub fn shared_world(&self) -> SharedWorld {
        self.store.data().world.clone()
    }

    /// Whether the guest waits for a host function.
    pub fn rest(&self) -> Rest {
        self.store.data().rest.clone()
    }

    /// Offers other host functions from now on.
    pub fn set_functions(&mut self, functions: Arc<Functions>) {
        self.store.data_mut().functions = functions;
    }
}

/// Writes a request frame.
pub fn frame_of(request: &Request) -> Result<Vec<u8>> {
    encode(request).map_err(|bad| SandboxError::Protocol(bad.to_string()))
}
