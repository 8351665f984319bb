//! One live guest with its variables, and how it survives what cells do to it.

use std::{sync::Arc, time::Duration};

use rlm_abi::{Interrupt, Reply, Request};

use crate::{
    Bytes, Cell, Context, Exceeded, Execution, Fuel, HostFunction, Limit, Limits, Outcome, Result, SandboxError, Usage,
    Value, Variable,
    context::{Attached, Placed},
    engine::{Equipment, SessionBuilder, Shared},
    fork::{Forker, Live},
    guest::{Broken, Ended, Functions, Guest, Used, frame_of},
    memory::{Backing, Image, SharedRegion},
    output::flood,
    watch::Canceller,
    world::World,
};

/// A cell this cheap need not be followed by a checkpoint: running it again costs as little.
const CHEAP_FUEL: u64 = 2_000_000;

/// Most fuel worth running again after a rollback: some tens of milliseconds.
const MOST_REPLAYED_FUEL: u64 = 40_000_000;

/// Most requests run again after a rollback. The least of cells takes some 50,000 fuel, so it is fuel
/// that decides as a rule.
const MOST_REPLAYED: usize = 1000;

/// Most bytes of requests kept for that.
const MOST_REPLAYED_BYTES: usize = 1 << 20;

/// From this many forks of one state on, its image is worth making smaller: each piece of it is a
/// mapping in every fork, and a process may have only so many (65,530 unless told otherwise).
const MANY_FORKS: u32 = 8;

/// Pieces of an image that many forks share.
const FORKED_PIECES: usize = 12;

/// Longest time a request beside cells may take: a listing calls `repr` of what cells made.
const REQUEST_TIME: Duration = Duration::from_secs(2);

/// Longest time that making the objects of a context may take: there may be a million.
const BINDING_TIME: Duration = Duration::from_secs(60);

/// Longest request kept for running again, in bytes.
const LONGEST_REPLAYED: usize = 16 << 10;

/// Where guest code finds the files that [`SessionBuilder::module_file`] offered.
pub const MODULE_FOLDER: &str = "/modules";

/// One live guest with its variables. One cell at a time: `&mut self` says so.
pub struct Session {
    shared: Arc<Shared>,
    /// Not there in a fork that was not asked anything yet.
    guest: Option<Guest>,
    functions: Arc<Functions>,
    limits: Limits,
    canceller: Canceller,
    /// Cells run so far.
    cells: u64,
    /// What a broken guest goes back to: the last image taken,
    last: Checkpoint,
    /// what leads from there to the present state, so cheap that doing it again costs less than an
    /// image of its own (the guest is deterministic),
    steps: Vec<Step>,
    /// and the fuel and the bytes of requests that takes.
    steps_fuel: u64,
    steps_bytes: usize,
    /// Forks made from the last image.
    forks: u32,
    /// Follows the running guest, once somebody asked for it.
    forker: Option<Forker>,
    /// Whether a request is under way. Still set when the next one begins, its future was dropped,
    /// and the guest cannot be used any more.
    busy: bool,
}

/// A state a session can go back to, or another one start from. Cloning shares its memory.
#[derive(Clone)]
pub struct Checkpoint {
    pub(crate) shared: Arc<Shared>,
    pub(crate) image: Image,
    pub(crate) world: World,
    /// The contexts in the image, in order of address.
    pub(crate) contexts: Attached,
    pub(crate) functions: Arc<Functions>,
    pub(crate) cells: u64,
}

impl Checkpoint {
    /// Its image in about `most` pieces, where that can be had. Contexts stay pieces of their own.
    pub(crate) fn in_few_pieces(&self, most: usize) -> Result<Image> {
        let is_context = |backing: &Arc<Backing>| self.contexts.have(backing);
        let joined = self.image.joined(most, self.shared.mode, is_context);
        joined.map_err(|source| SandboxError::System { what: "joining an image", source })
    }
}

/// Something to do again on the way from a checkpoint to a later state.
#[derive(Clone)]
enum Step {
    /// Send a request, under the memory limit it was sent under.
    Ask { frame: Arc<[u8]>, memory: Bytes },
    /// Map a context.
    Attach(Placed),
}

impl Session {
    pub(crate) async fn start(builder: SessionBuilder, world: World, seed: u64) -> Result<Self> {
        let SessionBuilder { shared, limits, functions, imports, modules, .. } = builder;
        let mut names: Vec<String> = functions.keys().cloned().collect();
        // One order always, so that what the guest does with them replays.
        names.sort();
        for name in &names {
            check_name(name)?;
        }
        let equipment = Equipment { functions: names, imports };
        let prepared = shared.prepared(&equipment);
        let image = prepared.clone().unwrap_or_else(|| shared.base.clone());
        shared.begin_with(&image);
        let state = Checkpoint {
            image,
            shared,
            world,
            contexts: Attached::default(),
            functions: Arc::new(functions),
            cells: 0,
        };
        let mut session = Self::at(state, limits).await?;
        session.prefault();
        if prepared.is_none() && !equipment.is_empty() {
            session.equip(equipment).await?;
        }
        if seed != 0 {
            session.request(&Request::Seed { seed }).await?;
        }
        if !modules.is_empty() {
            session.request(&Request::ModuleFolder { path: MODULE_FOLDER.to_owned() }).await?;
        }
        for (path, bytes) in modules {
            let path = format!("{MODULE_FOLDER}/{}", path.trim_start_matches('/'));
            session.request(&Request::Mount { path, bytes }).await?;
        }
        Ok(session)
    }

    /// Binds what a session starts with, and keeps an image of that where it is of use to others.
    async fn equip(&mut self, equipment: Equipment) -> Result<()> {
        let before = self.awake().await?.world().parts();
        self.offer(equipment.functions.clone()).await?;
        for (module, names) in equipment.imports.clone() {
            self.request(&Request::Import { module, names }).await?;
        }
        // What looked at clock or randomness is this session's alone.
        if self.awake().await?.world().parts() == before && self.shared.is_worth_preparing(&equipment) {
            self.capture()?;
            self.shared.keep_prepared(&equipment, &self.last.image);
        }
        Ok(())
    }

    /// A session in the state of a checkpoint.
    pub(crate) async fn at(state: Checkpoint, limits: Limits) -> Result<Self> {
        let mut session = Self::asleep(state, limits);
        session.restore().await?;
        Ok(session)
    }

    /// The same without a guest, which is made when there is something to ask it.
    fn asleep(state: Checkpoint, limits: Limits) -> Self {
        Self {
            guest: None,
            shared: Arc::clone(&state.shared),
            functions: Arc::clone(&state.functions),
            limits,
            canceller: Canceller::default(),
            cells: state.cells,
            last: state,
            steps: Vec::new(),
            steps_fuel: 0,
            steps_bytes: 0,
            forks: 0,
            forker: None,
            busy: false,
        }
    }

    /// Binds names to host functions the guest has.
    pub(crate) async fn offer(&mut self, names: Vec<String>) -> Result<()> {
        if names.is_empty() { Ok(()) } else { self.request(&Request::Functions { names }).await.map(drop) }
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
        self.cells += 1;
        let request = Request::Run { name: format!("<cell {}>", self.cells), code: cell.code.clone() };
        let (ended, used) = self.exchange(&request, &limits, cell.all_or_nothing).await?;
        if let Some(guest) = self.guest.as_ref().filter(|_| self.cells == 1) {
            self.shared.learn_hot_pages(guest);
        }
        let usage = Usage {
            fuel: used.fuel,
            wall: used.wall,
            memory: used.memory,
            host_calls: used.host_calls,
            host_wait: used.host_wait,
        };
        let (outcome, submitted, notes) = match ended {
            Ended::Replied(_, Some(interrupt)) if cell.all_or_nothing && is_from_outside(interrupt) => {
                (interrupted(interrupt, None, true, &used, &limits), None, Vec::new())
            }
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
    /// in the state before the request, a living one gets its checkpoint moved forward. With
    /// `all_or_nothing`, a guest that was interrupted from outside counts as broken.
    async fn exchange(&mut self, request: &Request, limits: &Limits, all_or_nothing: bool) -> Result<(Ended, Used)> {
        let frame = frame_of(request)?;
        self.awake().await?;
        if let Some(forker) = self.forker.clone() {
            forker.follow(self.live(limits)?);
        }
        self.busy = true;
        let canceller = self.canceller.clone();
        let (ended, used) = match self.guest()?.ask(&frame, limits, &canceller).await {
            Ok(done) => done,
            Err(error) => {
                self.restore().await?;
                return Err(error);
            }
        };
        self.busy = false;
        match &ended {
            Ended::Broken(_) => self.restore().await?,
            Ended::Replied(_, Some(interrupt)) if all_or_nothing && is_from_outside(*interrupt) => {
                self.restore().await?;
            }
            Ended::Replied(_, interrupt) => {
                let cheap = interrupt.is_none()
                    && used.host_calls == 0
                    && !used.asked
                    && used.fuel <= CHEAP_FUEL
                    && frame.len() <= LONGEST_REPLAYED;
                self.move_forward(cheap.then_some(frame), used.fuel, limits.memory)?;
            }
        }
        Ok((ended, used))
    }

    /// What a fork in the middle of a request needs.
    fn live(&mut self, limits: &Limits) -> Result<Live> {
        let guest = self.guest()?;
        Ok(Live {
            region: guest.region().clone(),
            world: guest.shared_world(),
            rest: guest.rest(),
            state: Checkpoint {
                contexts: self.contexts(),
                functions: Arc::clone(&self.functions),
                cells: self.cells,
                ..self.last.clone()
            },
            limits: limits.clone(),
        })
    }

    /// Makes the present state the one that a broken cell goes back to.
    fn move_forward(&mut self, cheap: Option<Vec<u8>>, fuel: u64, memory: Bytes) -> Result<()> {
        match cheap {
            Some(frame) if self.has_room_for(fuel, frame.len()) => {
                self.steps_fuel += fuel;
                self.steps_bytes += frame.len();
                self.steps.push(Step::Ask { frame: frame.into(), memory });
                Ok(())
            }
            _ => self.capture(),
        }
    }

    /// Whether one more step is better done again than captured.
    fn has_room_for(&self, fuel: u64, bytes: usize) -> bool {
        self.steps.len() < MOST_REPLAYED
            && self.steps_fuel + fuel <= MOST_REPLAYED_FUEL
            && self.steps_bytes + bytes <= MOST_REPLAYED_BYTES
    }

    /// The last image is the present state: nothing leads from the one to the other.
    fn forget_steps(&mut self) {
        self.steps.clear();
        self.steps_fuel = 0;
        self.steps_bytes = 0;
        self.forks = 0;
    }

    fn capture(&mut self) -> Result<()> {
        let guest = self.guest()?;
        let captured = guest.region().lock().capture();
        let image = captured.map_err(|source| SandboxError::System { what: "taking a checkpoint", source })?;
        self.last.world = guest.world();
        self.last.image = image;
        self.last.contexts = self.contexts();
        self.forget_steps();
        Ok(())
    }

    /// Clears an interrupt that was on its way to the cell this memory was taken from.
    pub(crate) fn calm(&self) {
        if let Some(guest) = &self.guest {
            guest.region().lock().store_word(self.shared.word, 0);
        }
    }

    /// The guest, in whatever state it is.
    fn guest(&mut self) -> Result<&mut Guest> {
        self.guest.as_mut().ok_or_else(|| SandboxError::Protocol("the session has no guest".to_owned()))
    }

    /// The guest in the session's state: made where there is none yet, or where the last request's future
    /// was dropped half way.
    async fn awake(&mut self) -> Result<&mut Guest> {
        if self.guest.is_none() {
            self.restore().await?;
        }
        self.recover().await?;
        self.guest()
    }

    /// Puts a new guest in the place of the present one, in the last good state.
    async fn restore(&mut self) -> Result<()> {
        self.busy = true;
        let old = self.guest.as_ref().map(|guest| guest.region().clone());
        self.guest = Some(revive(&self.last, &self.functions, &self.steps, old).await?);
        self.busy = false;
        Ok(())
    }

    /// Spares the next cell page faults. Forks go without: they may never run one.
    fn prefault(&self) {
        if let Some(guest) = &self.guest {
            guest.region().lock().prefault(self.shared.hot_pages());
        }
    }

    /// Restores the session if the last request's future was dropped half way.
    async fn recover(&mut self) -> Result<()> {
        if self.busy { self.restore().await } else { Ok(()) }
    }

    /// A request that is not a cell: it runs our code, under limits of its own.
    async fn request(&mut self, request: &Request) -> Result<Reply> {
        self.request_within(request, REQUEST_TIME).await
    }

    async fn request_within(&mut self, request: &Request, wall: Duration) -> Result<Reply> {
        let limits = Limits { memory: Bytes(u64::MAX), wall, ..Limits::default() };
        let (ended, used) = self.exchange(request, &limits, false).await?;
        match ended {
            Ended::Replied(Reply::Refused(why), _) => Err(SandboxError::Refused(why)),
            Ended::Replied(reply, _) => Ok(reply),
            Ended::Broken(broken) => match undone(broken, &used, &limits) {
                Outcome::Exceeded(exceeded) => Err(SandboxError::Refused(exceeded.to_string())),
                _ => Err(SandboxError::Refused("it was interrupted".to_owned())),
            },
        }
    }

    /// Evaluates an expression of our own, which no cell wrote. What it gives is submitted rather than shown:
    /// `_` stays what the last cell made it.
    pub(crate) async fn evaluate_own(&mut self, expression: &str) -> Result<Value> {
        let code = format!("__import__(\"_rlm\").submit({expression}); None");
        match self.request_within(&Request::Run { name: "<session>".to_owned(), code }, BINDING_TIME).await? {
            Reply::Completed { submitted, .. } => Ok(submitted.unwrap_or(Value::None)),
            Reply::Raised { fault, .. } => Err(SandboxError::Refused(format!("{}: {}", fault.kind, fault.message))),
            other => Err(unexpected(other)),
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

    /// Binds `name` to a context, mapped rather than copied, and offers cells the functions of
    /// `rlm_context` to find their way in it. Data is copied.
    ///
    /// # Errors
    /// When the name is not an identifier or the guest's address space is used up.
    pub async fn define_context(&mut self, name: &str, context: &Context) -> Result<()> {
        check_name(name)?;
        if let Some(value) = context.value() {
            return self.define(name, value.clone()).await;
        }
        self.awake().await?;
        if !self.has_room_for(0, 0) {
            self.capture()?;
        }
        let placed = Placed { address: self.attach(name, context).await?, context: context.clone() };
        let number = self.contexts().next_number();
        let (shape, texts) = context.placed(placed.address.unwrap_or_default(), number);
        self.steps.push(Step::Attach(placed));
        let contexts = self.contexts();
        self.guest()?.set_contexts(contexts);
        let request = Request::DefineTexts { name: name.to_owned(), shape, texts };
        self.request_within(&request, BINDING_TIME).await.map(drop)
    }

    /// Maps a context that has pages, and says where. A session that has no room is as it was.
    async fn attach(&mut self, name: &str, context: &Context) -> Result<Option<u32>> {
        if context.pages().is_none() || context.is_empty() {
            return Ok(None);
        }
        match self.guest()?.attach(context).await {
            Ok(address) => Ok(Some(address)),
            Err(error) => {
                // Its memory may have grown already, which no step says.
                self.restore().await?;
                Err(error.about(name))
            }
        }
    }

    /// The contexts of the present state.
    fn contexts(&self) -> Attached {
        let later = self.steps.iter().filter_map(|step| match step {
            Step::Attach(placed) => Some(placed.clone()),
            Step::Ask { .. } => None,
        });
        self.last.contexts.with(later)
    }

    /// Offers another host function, under a name that becomes reserved.
    ///
    /// # Errors
    /// When the name is not an identifier.
    pub async fn add_host_function(&mut self, name: &str, function: impl HostFunction) -> Result<()> {
        check_name(name)?;
        let mut functions = (*self.functions).clone();
        functions.insert(name.to_owned(), Arc::new(function));
        let functions = Arc::new(functions);
        self.awake().await?.set_functions(Arc::clone(&functions));
        self.functions = functions;
        self.offer(vec![name.to_owned()]).await
    }

    /// Answers the host function `name`, which the session was offered before, with `function` from
    /// now on. A fork has the functions of the session it comes from until it is given its own.
    pub fn answer_with(&mut self, name: &str, function: impl HostFunction) {
        let mut functions = (*self.functions).clone();
        functions.insert(name.to_owned(), Arc::new(function));
        self.functions = Arc::new(functions);
        if let Some(guest) = &mut self.guest {
            guest.set_functions(Arc::clone(&self.functions));
        }
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
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.recover().await?;
        if !self.steps.is_empty() {
            self.capture()?;
        }
        Ok(Checkpoint { functions: Arc::clone(&self.functions), cells: self.cells, ..self.last.clone() })
    }

    /// A handle that makes forks of this session while a cell of it waits for a host function.
    pub fn forker(&mut self) -> Forker {
        self.forker.get_or_insert_default().clone()
    }

    /// Goes back to a checkpoint of this session or of one it was forked from.
    ///
    /// # Errors
    /// When the system refuses memory; the session is then unchanged.
    pub async fn rollback(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        // Should this fail, the next request goes back to the state before it.
        self.busy = true;
        let old = self.guest.as_ref().map(|guest| guest.region().clone());
        self.guest = Some(revive(checkpoint, &checkpoint.functions, &[], old).await?);
        self.functions = Arc::clone(&checkpoint.functions);
        self.cells = checkpoint.cells;
        self.last = checkpoint.clone();
        self.forget_steps();
        self.busy = false;
        self.prefault();
        Ok(())
    }

    /// An independent session with the same variables. Shares memory until either writes, and has none of
    /// its own until it is asked something.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub async fn fork(&mut self) -> Result<Self> {
        let state = self.checkpoint().await?;
        self.forks += 1;
        if self.forks == MANY_FORKS {
            self.last.image = state.in_few_pieces(FORKED_PIECES)?;
        }
        Ok(Self::asleep(state, self.limits.clone()))
    }

    /// Bytes the guest has written since the last checkpoint, in whole pages.
    ///
    /// # Errors
    /// When the system's page map cannot be read.
    pub fn dirty_bytes(&self) -> Result<u64> {
        let Some(guest) = &self.guest else { return Ok(0) };
        let dirty = guest.region().lock().dirty();
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
        if let Some(forker) = &self.forker {
            forker.forget();
        }
    }
}

/// A new guest in the state that `steps` lead to from a checkpoint, in the memory of an `old` one that
/// must not be used any more.
async fn revive(
    state: &Checkpoint,
    functions: &Arc<Functions>,
    steps: &[Step],
    old: Option<SharedRegion>,
) -> Result<Guest> {
    let mut contexts = state.contexts.clone();
    let (image, world) = (&state.image, state.world.clone());
    let mut guest = Guest::start(&state.shared, image, world, Arc::clone(functions), contexts.clone(), old)?;
    for step in steps {
        let same = match step {
            Step::Ask { frame, memory } => {
                let limits = Limits { memory: *memory, ..Limits::default() };
                let (ended, _) = guest.ask(frame, &limits, &Canceller::default()).await?;
                matches!(ended, Ended::Replied(_, None))
            }
            Step::Attach(placed) => {
                contexts = contexts.with([placed.clone()]);
                guest.set_contexts(contexts.clone());
                match placed.address {
                    Some(address) => guest.attach(&placed.context).await? == address,
                    None => true,
                }
            }
        };
        if !same {
            return Err(SandboxError::Protocol("what was done before could not be done again".to_owned()));
        }
    }
    Ok(guest)
}

/// Whether it came at a moment that nobody can tell again: by a clock or by a person.
fn is_from_outside(interrupt: Interrupt) -> bool {
    matches!(interrupt, Interrupt::Time | Interrupt::Cancel)
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
pub fn check_name(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    if first && chars.all(|char| char == '_' || char.is_alphanumeric()) && name.len() <= 200 {
        return Ok(());
    }
    let name = name.chars().take(80).collect();
    Err(SandboxError::Define { name, reason: "not an identifier of at most 200 bytes".to_owned() })
}
