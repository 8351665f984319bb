//! One live guest with its variables, and how it survives what cells do to it.

use std::{sync::Arc, time::Duration};

use rlm_abi::{Interrupt, Reply, Request, Text};

use crate::{
    Bytes, Cell, Context, Exceeded, Execution, Fuel, HostFunction, Limit, Limits, Outcome, Result, SandboxError, Usage,
    Value, Variable,
    engine::{SessionBuilder, Shared},
    fork::{Forker, Live},
    guest::{Broken, Ended, Functions, Guest, Used, frame_of},
    memory::Image,
    output::flood,
    watch::Canceller,
    world::World,
};

/// A cell this cheap need not be followed by a checkpoint: running it again costs as little.
const CHEAP_FUEL: u64 = 2_000_000;

/// Most fuel worth running again after a rollback: some tens of milliseconds.
const MOST_REPLAYED_FUEL: u64 = 40_000_000;

/// Most requests run again after a rollback.
const MOST_REPLAYED: usize = 200;

/// Longest time a request beside cells may take: a listing calls `repr` of what cells made.
const REQUEST_TIME: Duration = Duration::from_secs(2);

/// Longest request kept for running again, in bytes.
const LONGEST_REPLAYED: usize = 16 << 10;

/// One live guest with its variables. One cell at a time: `&mut self` says so.
pub struct Session {
    shared: Arc<Shared>,
    guest: Guest,
    functions: Arc<Functions>,
    limits: Limits,
    canceller: Canceller,
    state: Checkpoint,
    forker: Forker,
    /// Whether a request is under way. Still set when the next one begins, its future was dropped,
    /// and the guest cannot be used any more.
    busy: bool,
}

/// A state a session can go back to, or another one start from. Cloning shares its memory.
///
/// It is a memory image and the requests that lead from it to the state: those were so cheap that
/// running them again costs less than an image of their own, and the guest is deterministic.
#[derive(Clone)]
pub struct Checkpoint {
    image: Image,
    world: World,
    /// Bytes of contexts in the image.
    contexts: u64,
    replay: Vec<Replayed>,
    replayed_fuel: u64,
    functions: Arc<Functions>,
    cells: u64,
}

/// A request to run again, under the memory limit it ran under.
#[derive(Clone)]
struct Replayed {
    frame: Arc<[u8]>,
    memory: Bytes,
}

impl Checkpoint {
    /// This state with other memory, taken in the middle of the cell that follows it.
    pub(crate) fn within(&self, image: Image, world: World) -> Self {
        Self { image, world, replay: Vec::new(), replayed_fuel: 0, ..self.clone() }
    }
}

impl Session {
    pub(crate) async fn start(builder: SessionBuilder, world: World, seed: u64) -> Result<Self> {
        let SessionBuilder { shared, limits, functions, imports, .. } = builder;
        let mut names: Vec<String> = functions.keys().cloned().collect();
        // One order always, so that what the guest does with them replays.
        names.sort();
        for name in &names {
            check_name(name)?;
        }
        let state = Checkpoint {
            image: shared.base.clone(),
            world,
            contexts: 0,
            replay: Vec::new(),
            replayed_fuel: 0,
            functions: Arc::new(functions),
            cells: 0,
        };
        let mut session = Self::at(shared, state, limits).await?;
        if seed != 0 {
            session.request(&Request::Seed { seed }).await?;
        }
        if !names.is_empty() {
            session.request(&Request::Functions { names }).await?;
        }
        for (module, names) in imports {
            session.request(&Request::Import { module, names }).await?;
        }
        Ok(session)
    }

    /// A session in the state of a checkpoint.
    pub(crate) async fn at(shared: Arc<Shared>, state: Checkpoint, limits: Limits) -> Result<Self> {
        let canceller = Canceller::default();
        let guest = revive(&shared, &state).await?;
        let functions = Arc::clone(&state.functions);
        let forker = Forker::new(Arc::clone(&shared));
        Ok(Self { shared, guest, functions, limits, canceller, state, forker, busy: false })
    }

    /// Runs `cell` and returns what happened, Python errors included.
    ///
    /// A limit or a cancel first ends the cell from inside, as an exception. A cell that cannot be
    /// ended so is rolled back: the session is then as it was before the cell. Dropping the future
    /// half way also rolls back, before the next cell.
    ///
    /// # Errors
    /// Only when the sandbox itself fails.
    pub async fn run(&mut self, cell: &Cell) -> Result<Execution> {
        let limits = cell.limits.clone().unwrap_or_else(|| self.limits.clone());
        self.state.cells += 1;
        let request = Request::Run { name: format!("<cell {}>", self.state.cells), code: cell.code.clone() };
        let (ended, used) = self.exchange(&request, &limits).await?;
        if self.state.cells == 1 {
            self.shared.learn_hot_pages(&self.guest);
        }
        let usage = Usage {
            fuel: used.fuel,
            wall: used.wall,
            memory: used.memory,
            host_calls: used.host_calls,
            host_wait: used.host_wait,
        };
        let (outcome, submitted, notes) = match ended {
            Ended::Replied(Reply::Completed { shown, submitted, notes }, interrupt) => {
                let outcome = match interrupt {
                    None => Outcome::Completed(shown),
                    Some(interrupt) => interrupted(interrupt, None, false, &used, &limits),
                };
                (outcome, submitted, notes)
            }
            Ended::Replied(Reply::Raised { fault, submitted, notes }, interrupt) => {
                let outcome = match (interrupt, used.refused) {
                    (Some(interrupt), _) => interrupted(interrupt, Some(fault.traceback), false, &used, &limits),
                    (None, Some(asked)) if fault.kind == "MemoryError" => Outcome::Exceeded(Exceeded {
                        limit: Limit::Memory(Bytes(asked), limits.memory),
                        undone: false,
                        traceback: Some(fault.traceback),
                    }),
                    _ => Outcome::Raised(fault),
                };
                (outcome, submitted, notes)
            }
            Ended::Replied(other, _) => return Err(unexpected(other)),
            Ended::Broken(broken) => (undone(broken, &used, &limits), None, Vec::new()),
        };
        Ok(Execution { outcome, output: used.output, usage, submitted, notes })
    }

    /// Sends a request and keeps the session's state in order: a broken guest is replaced by one
    /// in the state before the request, a living one gets its checkpoint moved forward.
    async fn exchange(&mut self, request: &Request, limits: &Limits) -> Result<(Ended, Used)> {
        let frame = frame_of(request)?;
        self.recover().await?;
        self.busy = true;
        self.forker.follow(Live {
            region: self.guest.region().clone(),
            world: self.guest.shared_world(),
            rest: self.guest.rest(),
            state: self.state.clone(),
            limits: limits.clone(),
        });
        let (ended, used) = match self.guest.ask(&frame, limits, &self.canceller).await {
            Ok(done) => done,
            Err(error) => {
                self.restore().await?;
                return Err(error);
            }
        };
        self.busy = false;
        match &ended {
            Ended::Broken(_) => self.restore().await?,
            Ended::Replied(_, interrupt) => {
                let cheap = interrupt.is_none()
                    && used.host_calls == 0
                    && used.fuel <= CHEAP_FUEL
                    && frame.len() <= LONGEST_REPLAYED;
                self.move_forward(cheap.then_some(frame), used.fuel, limits.memory)?;
            }
        }
        Ok((ended, used))
    }

    /// Makes the present state the one that a broken cell goes back to.
    fn move_forward(&mut self, cheap: Option<Vec<u8>>, fuel: u64, memory: Bytes) -> Result<()> {
        let state = &mut self.state;
        let fits = state.replay.len() < MOST_REPLAYED && state.replayed_fuel + fuel <= MOST_REPLAYED_FUEL;
        match cheap {
            Some(frame) if fits => {
                state.replayed_fuel += fuel;
                state.replay.push(Replayed { frame: frame.into(), memory });
                Ok(())
            }
            _ => self.capture(),
        }
    }

    fn capture(&mut self) -> Result<()> {
        let captured = self.guest.region().lock().capture();
        self.state.image = captured.map_err(|source| SandboxError::System { what: "taking a checkpoint", source })?;
        self.state.world = self.guest.world();
        self.state.replay.clear();
        self.state.replayed_fuel = 0;
        Ok(())
    }

    /// Clears an interrupt that was on its way to the cell this memory was taken from.
    pub(crate) fn calm(&self) {
        self.guest.region().lock().store_word(self.shared.word, 0);
    }

    /// Puts a new guest in the place of the present one, in the last good state.
    async fn restore(&mut self) -> Result<()> {
        self.guest = revive(&self.shared, &self.state).await?;
        self.busy = false;
        Ok(())
    }

    /// Restores the session if the last request's future was dropped half way.
    async fn recover(&mut self) -> Result<()> {
        if self.busy { self.restore().await } else { Ok(()) }
    }

    /// A request that is not a cell: it runs our code, under limits of its own.
    async fn request(&mut self, request: &Request) -> Result<Reply> {
        let limits = Limits { memory: Bytes(u64::MAX), wall: REQUEST_TIME, ..Limits::default() };
        let (ended, _) = self.exchange(request, &limits).await?;
        match ended {
            Ended::Replied(Reply::Refused(why), _) => Err(SandboxError::Refused(why)),
            Ended::Replied(reply, _) => Ok(reply),
            Ended::Broken(_) => Err(SandboxError::Refused("the guest broke over it".to_owned())),
        }
    }

    /// Binds `name` to a value.
    ///
    /// # Errors
    /// When the name is not an identifier or the value does not fit.
    pub async fn define(&mut self, name: &str, value: Value) -> Result<()> {
        check_name(name)?;
        self.request(&Request::Define { name: name.to_owned(), value }).await.map(drop)
    }

    /// Binds `name` to a context, mapped rather than copied.
    ///
    /// # Errors
    /// When the name is not an identifier or the guest's address space is used up.
    pub async fn define_context(&mut self, name: &str, context: &Context) -> Result<()> {
        check_name(name)?;
        if context.is_empty() {
            let empty = if context.chars().is_some() { Value::from("") } else { Value::Bytes(Vec::new()) };
            return self.define(name, empty).await;
        }
        self.recover().await?;
        let address = self.guest.attach(context).await.map_err(|error| error.about(name))?;
        let chars = context.chars().map(|chars| chars as u32);
        let text = Text { address, bytes: context.len() as u32, chars };
        self.state.contexts += context.len().next_multiple_of(65_536);
        // The mapping is no part of any request, so the state behind it must be an image.
        self.capture()?;
        self.request(&Request::DefineText { name: name.to_owned(), text }).await.map(drop)
    }

    /// Offers another host function, under a name that becomes reserved.
    ///
    /// # Errors
    /// When the name is not an identifier.
    pub async fn add_host_function(&mut self, name: &str, function: impl HostFunction) -> Result<()> {
        check_name(name)?;
        let mut functions = (*self.functions).clone();
        functions.insert(name.to_owned(), Arc::new(function));
        self.functions = Arc::new(functions);
        self.state.functions = Arc::clone(&self.functions);
        self.guest.set_functions(Arc::clone(&self.functions));
        self.request(&Request::Functions { names: vec![name.to_owned()] }).await.map(drop)
    }

    /// Answers the host function `name`, which the session was offered before, with `function` from
    /// now on. A fork has the functions of the session it comes from until it is given its own.
    pub fn answer_with(&mut self, name: &str, function: impl HostFunction) {
        let mut functions = (*self.functions).clone();
        functions.insert(name.to_owned(), Arc::new(function));
        self.functions = Arc::new(functions);
        self.state.functions = Arc::clone(&self.functions);
        self.guest.set_functions(Arc::clone(&self.functions));
    }

    /// The session's variables, in the order they were made; at most `most`.
    ///
    /// # Errors
    /// Only when the sandbox itself fails, or a variable breaks its own listing.
    pub async fn variables(&mut self, most: u32) -> Result<Vec<Variable>> {
        match self.request(&Request::Variables { most }).await? {
            Reply::Variables(variables) => Ok(variables),
            other => Err(unexpected(other)),
        }
    }

    /// Names that complete the dotted name `prefix`.
    ///
    /// # Errors
    /// Only when the sandbox itself fails.
    pub async fn complete(&mut self, prefix: &str) -> Result<Vec<String>> {
        match self.request(&Request::Complete { prefix: prefix.to_owned() }).await? {
            Reply::Completions(names) => Ok(names),
            other => Err(unexpected(other)),
        }
    }

    /// The session's state, to go back to or to start other sessions from. Costs in proportion to
    /// the pages written since the last one.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub fn checkpoint(&mut self) -> Result<Checkpoint> {
        if !self.busy && !self.state.replay.is_empty() {
            self.capture()?;
        }
        Ok(self.state.clone())
    }

    /// The same without writing anything down: going back may have to run the latest cells again,
    /// all of them cheap. For a state that is seldom gone back to.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub async fn mark(&mut self) -> Result<Checkpoint> {
        self.recover().await?;
        Ok(self.state.clone())
    }

    /// A handle that makes forks of this session while a cell of it waits for a host function.
    pub fn forker(&self) -> Forker {
        self.forker.clone()
    }

    /// Goes back to a checkpoint of this session or of one it was forked from.
    ///
    /// # Errors
    /// When the system refuses memory; the session is then unchanged.
    pub async fn rollback(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.guest = revive(&self.shared, checkpoint).await?;
        self.functions = Arc::clone(&checkpoint.functions);
        self.state = checkpoint.clone();
        self.busy = false;
        Ok(())
    }

    /// An independent session with the same variables. Shares memory until either writes.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub async fn fork(&mut self) -> Result<Self> {
        let state = self.checkpoint()?;
        Self::at(Arc::clone(&self.shared), state, self.limits.clone()).await
    }

    /// Bytes the guest has written since the last checkpoint, in whole pages.
    ///
    /// # Errors
    /// When the system's page map cannot be read.
    pub fn dirty_bytes(&self) -> Result<u64> {
        let dirty = self.guest.region().lock().dirty();
        dirty
            .map(|dirty| dirty.iter().map(|range| range.len() as u64).sum())
            .map_err(|source| SandboxError::System { what: "reading the page map", source })
    }

    /// The limits cells run under unless they bring their own.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Replaces the limits for cells to come.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// A handle that cancels the running cell.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Host functions may hold the forker, which holds what they are called through.
        self.forker.forget();
    }
}

/// A new guest in the state of a checkpoint.
async fn revive(shared: &Shared, state: &Checkpoint) -> Result<Guest> {
    let mut guest =
        Guest::start(shared, &state.image, state.world.clone(), Arc::clone(&state.functions), state.contexts)?;
    for replayed in &state.replay {
        let limits = Limits { memory: replayed.memory, ..Limits::default() };
        let (ended, _) = guest.ask(&replayed.frame, &limits, &Canceller::default()).await?;
        if !matches!(ended, Ended::Replied(_, None)) {
            return Err(SandboxError::Protocol("a cell that ran before did not run again".to_owned()));
        }
    }
    Ok(guest)
}

/// The outcome of a cell that an interrupt ended from inside.
fn interrupted(interrupt: Interrupt, traceback: Option<String>, undone: bool, used: &Used, limits: &Limits) -> Outcome {
    let limit = match interrupt {
        Interrupt::Cancel => return Outcome::Cancelled { undone },
        Interrupt::Fuel => Limit::Fuel(Fuel(used.fuel), limits.fuel),
        Interrupt::Time => Limit::Wall(used.wall, limits.wall),
        Interrupt::Output => Limit::Output(Bytes(used.written), Bytes(flood(limits.output.0))),
    };
    Outcome::Exceeded(Exceeded { limit, undone, traceback })
}

/// The outcome of a cell that broke its guest and was rolled back.
fn undone(broken: Broken, used: &Used, limits: &Limits) -> Outcome {
    let limit = match broken {
        Broken::Abandoned(interrupt) => return interrupted(interrupt, None, true, used, limits),
        Broken::OutOfFuel => Limit::Fuel(Fuel(used.fuel), limits.fuel),
        Broken::Memory => Limit::Memory(Bytes(used.refused.unwrap_or(used.memory)), limits.memory),
        Broken::Flood => Limit::Output(Bytes(used.written), Bytes(flood(limits.output.0))),
        Broken::Stack => Limit::Stack,
        Broken::Crash(what, said) if said.is_empty() => Limit::Crash(what.to_owned()),
        Broken::Crash(what, said) => Limit::Crash(format!("{what}: {said}")),
    };
    Outcome::Exceeded(Exceeded { limit, undone: true, traceback: None })
}

fn unexpected(reply: Reply) -> SandboxError {
    let kind = format!("{reply:?}");
    let kind = kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    SandboxError::Protocol(format!("unexpected reply {kind}"))
}

/// Refuses what Python could not call a variable.
fn check_name(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    if first && chars.all(|char| char == '_' || char.is_alphanumeric()) && name.len() <= 200 {
        return Ok(());
    }
    let name = name.chars().take(80).collect();
    Err(SandboxError::Define { name, reason: "not an identifier of at most 200 bytes".to_owned() })
}
