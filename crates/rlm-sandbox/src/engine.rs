//! The compiled guest and its base image, shared by all sessions.

use std::{
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wasmtime::{InstancePre, Linker};

use crate::{
    HostFunction, Limits, Result, SandboxError, Session,
    guest::{Functions, Guest, HostState, link},
    memory::{Backing, Creator, Image, Mode, code},
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
        Ok(Self { shared: Arc::new(Shared { guest, mode, base, word, hot: HotPages::default() }) })
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
