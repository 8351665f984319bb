//! The compiled guest and its base image, shared by all sessions.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wasmtime::{InstancePre, Linker};

use crate::{
    HostFunction, Limits, Result, SandboxError, Session,
    guest::{Functions, Guest, HostState, link},
    memory::{Backing, Creator, Image, Mode, Region, SharedRegion, Stacks, code},
    world::World,
};

/// What the guest's clock shows at the start unless told otherwise: 2026-01-01 00:00 UTC.
const DEFAULT_START: Duration = Duration::from_secs(1_767_225_600);

/// The compiled guest and its base image. Cloning shares it.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What all sessions of an engine share.
pub struct Shared {
    pub guest: &'static Compiled,
    pub mode: Mode,
    pub base: Image,
    /// Address of the guest's interrupt word.
    pub word: u32,
    hot: HotPages,
    idle: Mutex<Vec<Region>>,
    latest: Mutex<Image>,
    prepared: Mutex<Vec<Prepared>>,
}

/// The base image after the host functions and imports of a session were bound: sessions that offer
/// the same ones start from here.
struct Prepared {
    equipment: Equipment,
    /// How many sessions asked for it before there was an image.
    asked: u32,
    image: Option<Image>,
}

/// Names a session starts with: those of host functions, and those taken from modules.
#[derive(Clone, PartialEq, Eq)]
pub struct Equipment {
    /// In order.
    pub functions: Vec<String>,
    pub imports: Vec<(String, Vec<String>)>,
}

impl Equipment {
    /// Whether there is nothing to bind.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.imports.is_empty()
    }
}

/// Pages that every session writes in its first cell. A session that starts with them as its own is
/// spared as many page faults.
#[derive(Default)]
struct HotPages {
    sessions: AtomicUsize,
    ranges: OnceLock<Vec<Range<usize>>>,
}

impl Shared {
    /// Looks at what the second session of an engine wrote in its first cell. The first is let off:
    /// where it is the only one, learning would be for nothing.
    pub fn learn_hot_pages(&self, guest: &Guest) {
        if self.hot.sessions.fetch_add(1, Ordering::Relaxed) == 1
            && let Ok(ranges) = guest.region().lock().dirty()
        {
            let base = ranges.into_iter().filter(|range| range.end <= self.base.size());
            let _ = self.hot.ranges.set(base.take(MOST_HOT_RANGES).collect());
        }
    }

    /// The pages learned so far.
    pub fn hot_pages(&self) -> &[Range<usize>] {
        self.hot.ranges.get().map_or(&[], Vec::as_slice)
    }
}

impl Shared {
    /// A memory that shows `image`: one that another session left behind, or a new one.
    pub fn region(&self, image: &Image) -> Result<SharedRegion> {
        if let Some(mut region) = self.take_idle(image) {
            match region.turn_into(image) {
                Ok(true) => return Ok(SharedRegion::new(region)),
                Ok(false) => lock(&self.idle).push(region),
                Err(_) => {}
            }
        }
        let (capacity, guard) = (rlm_guest_artifact::RESERVATION as usize, rlm_guest_artifact::GUARD as usize);
        Region::new(image, capacity, guard, self.mode)
            .map(SharedRegion::new)
            .map_err(|source| SandboxError::System { what: "mapping a memory", source })
    }

    /// An idle memory, best one that shows `image` already.
    fn take_idle(&self, image: &Image) -> Option<Region> {
        let mut idle = lock(&self.idle);
        match idle.iter().rposition(|region| region.shows(image)) {
            Some(index) => Some(idle.swap_remove(index)),
            None => idle.pop(),
        }
    }

    /// Takes the memory of a session that has ended, and makes it show the image again that
    /// sessions last began with: nothing of the session is left in it.
    pub fn give_back(&self, mut region: Region) {
        let is_room = || lock(&self.idle).len() < MOST_IDLE;
        let image = lock(&self.latest).clone();
        if is_room() && matches!(region.turn_into(&image), Ok(true)) && is_room() {
            lock(&self.idle).push(region);
        }
    }

    /// Sessions begin with this image; more of them are likely to.
    pub fn begin_with(&self, image: &Image) {
        let mut latest = lock(&self.latest);
        if !latest.is(image) {
            *latest = image.clone();
        }
    }

    /// The image that has the equipment, if it was made.
    pub fn prepared(&self, equipment: &Equipment) -> Option<Image> {
        lock(&self.prepared).iter().find(|prepared| prepared.equipment == *equipment)?.image.clone()
    }

    /// Counts a session that had to bind its equipment itself; says whether an image of it would be
    /// of use. The first one is let off: where it is the only one, an image would be for nothing.
    pub fn is_worth_preparing(&self, equipment: &Equipment) -> bool {
        let mut prepared = lock(&self.prepared);
        if let Some(known) = prepared.iter_mut().find(|prepared| prepared.equipment == *equipment) {
            known.asked += 1;
            return known.asked == 2;
        }
        if prepared.len() == MOST_PREPARED {
            prepared.remove(0);
        }
        prepared.push(Prepared { equipment: equipment.clone(), asked: 1, image: None });
        false
    }

    /// Keeps an image that has the equipment.
    pub fn keep_prepared(&self, equipment: &Equipment, image: &Image) {
        if let Some(known) = lock(&self.prepared).iter_mut().find(|prepared| prepared.equipment == *equipment) {
            known.image = Some(image.clone());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Most memories of ended sessions kept for new ones. Each holds at most 2 MiB.
const MOST_IDLE: usize = 16;

/// Most images of the equipment of sessions.
const MOST_PREPARED: usize = 16;

/// Most ranges made a session's own at its start.
const MOST_HOT_RANGES: usize = 128;

/// The compiled guest. There is one in a process: its code runs where the loader put it.
pub struct Compiled {
    engine: wasmtime::Engine,
    pre: InstancePre<HostState>,
    /// Size of a guest's memory at its start, in bytes.
    memory: u64,
}

static COMPILED: OnceLock<std::result::Result<Compiled, String>> = OnceLock::new();

impl Compiled {
    fn get() -> Result<&'static Self> {
        let loaded = COMPILED.get_or_init(|| Self::load().map_err(|error| format!("{error:#}")));
        loaded.as_ref().map_err(|why| SandboxError::Artifact(why.clone()))
    }

    fn load() -> wasmtime::Result<Self> {
        let mut config = rlm_guest_artifact::config();
        config.with_host_memory(Arc::new(Creator));
        config.with_host_stack(Arc::new(Stacks::default()));
        code::run_in_place(&mut config);
        let engine = wasmtime::Engine::new(&config)?;
        let module = code::load(&engine, rlm_guest_artifact::code())?;
        let memory = module
            .exports()
            .find_map(|export| export.ty().memory().map(|memory| memory.minimum() * memory.page_size()));
        let memory = memory.ok_or_else(|| wasmtime::Error::msg("the guest exports no memory"))?;
        let mut linker = Linker::new(&engine);
        link(&mut linker)?;
        let pre = linker.instantiate_pre(&module)?;
        Ok(Self { engine, pre, memory })
    }

    /// The engine the guest was loaded into.
    pub fn engine(&self) -> &wasmtime::Engine {
        &self.engine
    }

    /// The guest with its imports resolved.
    pub fn pre(&self) -> &InstancePre<HostState> {
        &self.pre
    }
}

impl Engine {
    /// Loads the guest that ships with this build.
    ///
    /// # Errors
    /// When the artifact does not fit, or the system refuses memory.
    pub fn new() -> Result<Self> {
        Self::with_mode(if cfg!(target_os = "linux") { Mode::Map } else { Mode::Copy })
    }

    /// The same with memory images that are copied instead of mapped, as on systems without a page
    /// map. Slower; for tests of that path.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_copied_images() -> Result<Self> {
        Self::with_mode(Mode::Copy)
    }

    fn with_mode(mode: Mode) -> Result<Self> {
        let guest = Compiled::get()?;
        let image = rlm_guest_artifact::image();
        let backing = Backing::of_static(image, mode)
            .map_err(|source| SandboxError::System { what: "mapping the base image", source })?;
        let base = Image::new(guest.memory as usize, image.len(), backing);
        let word = rlm_guest_artifact::INTERRUPT_WORD;
        let shared = Shared {
            guest,
            mode,
            word,
            hot: HotPages::default(),
            idle: Mutex::default(),
            latest: Mutex::new(base.clone()),
            prepared: Mutex::default(),
            base,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Begins a session; [`SessionBuilder::start`] starts it.
    pub fn session(&self, limits: Limits) -> SessionBuilder {
        SessionBuilder {
            shared: Arc::clone(&self.shared),
            limits,
            functions: Functions::new(),
            imports: Vec::new(),
            modules: Vec::new(),
            seed: 0,
            start_time: DEFAULT_START,
        }
    }
}

/// What a session starts with.
#[derive(Clone)]
pub struct SessionBuilder {
    pub(crate) shared: Arc<Shared>,
    pub(crate) limits: Limits,
    pub(crate) functions: Functions,
    pub(crate) imports: Vec<(String, Vec<String>)>,
    pub(crate) modules: Vec<(String, Vec<u8>)>,
    seed: u64,
    start_time: Duration,
}

impl SessionBuilder {
    /// Offers `function` to guest code under `name`, which becomes reserved.
    pub fn host_function(mut self, name: impl Into<String>, function: impl HostFunction) -> Self {
        self.functions.insert(name.into(), Arc::new(function));
        self
    }

    /// Binds `names` of the guest's standard `module`; the names become reserved.
    pub fn import(mut self, module: impl Into<String>, names: &[&str]) -> Self {
        self.imports.push((module.into(), names.iter().map(|&name| name.to_owned()).collect()));
        self
    }

    /// Offers a file of a pure-Python package to `import`, such as `tools/words.py`: the path relative
    /// to the folder that would be on `sys.path`. Guest code can read all of them, under
    /// [`MODULE_FOLDER`](crate::MODULE_FOLDER), and change none. They count towards the session's memory.
    pub fn module_file(mut self, path: impl Into<String>, source: impl Into<Vec<u8>>) -> Self {
        self.modules.push((path.into(), source.into()));
        self
    }

    /// Seed of `os.urandom`, `uuid`, `secrets` and, where it is not 0, of Python's `random`; 0
    /// unless told.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What the guest's clock shows at the start, as time since 1970: 2026-01-01 unless told. The
    /// clock is virtual: it moves a microsecond with every look at it, and by what the guest sleeps.
    pub fn clock(mut self, start: Duration) -> Self {
        self.start_time = start;
        self
    }

    /// Starts the session.
    ///
    /// # Errors
    /// When the system refuses memory, or a name is not an identifier.
    pub async fn start(self) -> Result<Session> {
        let world = World::new(self.start_time, self.seed);
        let seed = self.seed;
        Session::start(self, world, seed).await
    }
}
