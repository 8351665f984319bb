//! How a run goes about it: flags and `[policy]` of the file, which become the policies of its settings, its
//! skills and its cache.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use rlm::{CacheError, Compaction, Confidence, ReplyCache, Router, Run, Settings, Skill, StoredCache};
use rlm_sandbox::SessionBuilder;

use crate::{
    config::File,
    contexts,
    failure::Usage,
    packages,
    units::{self, OrOff},
    world,
};

/// More of a window than can be used: compaction waits for a request that is refused.
const NEVER: u32 = 1_000;

/// Settings of a run that are policies. What is not said here is as the file says.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Ways of the run")]
pub struct PolicyArgs {
    /// Answer by one plain call instead of the loop: `off` (the default), `on` wherever the model can read all
    /// contexts at once, `auto` up to 16,000 tokens, or a number of tokens
    #[arg(long, value_name = "POLICY", value_parser = units::router)]
    router: Option<Router>,
    /// Tokens the root model can read at once; as listed for the model unless told
    #[arg(long, value_name = "TOKENS", value_parser = units::window, allow_hyphen_values = true)]
    window: Option<u64>,
    /// Sum the root model's conversation up when so much of its window is used; 85 unless told
    #[arg(long, value_name = "PERCENT|off", value_parser = units::percent, allow_hyphen_values = true)]
    compaction: Option<OrOff>,
    /// Take the answer that so many independent runs agree on
    #[arg(long, value_name = "RUNS|off", value_parser = units::runs, allow_hyphen_values = true)]
    agree: Option<OrOff>,
    /// Have each answer checked by a sub-call, which may send it back
    #[arg(long, value_name = "on|off", value_parser = units::switch, num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    verify: Option<bool>,
    /// Take the draft in answer["content"] when it has been the same for so many turns
    #[arg(long, value_name = "TURNS|off", value_parser = units::turns, allow_hyphen_values = true)]
    unchanged: Option<OrOff>,
    /// Send loops of independent sub-calls as one batch; `on` unless told
    #[arg(long, value_name = "on|off", value_parser = units::switch)]
    batch_loops: Option<bool>,
    /// Keep replies in this file, and take them from there when the same is asked again, in any run
    #[arg(long = "cache", value_name = "PATH", conflicts_with = "no_cache")]
    reply_cache: Option<PathBuf>,
    /// Use no cache of replies, whatever rlm-repl.toml says
    #[arg(long)]
    no_cache: bool,
    /// Folder of skills: in it a folder for each, with SKILL.md and Python that cells may import. May be
    /// repeated
    #[arg(long, value_name = "DIR")]
    skills: Vec<PathBuf>,
}

/// How a run goes about it.
pub struct Policy {
    router: Router,
    compaction: Compaction,
    confidence: Confidence,
    batch_loops: bool,
    /// Where replies are kept, if they are.
    pub cache: Option<PathBuf>,
    /// Folders of skills.
    pub skills: Vec<PathBuf>,
}

/// What a run is given beside its settings.
#[derive(Clone)]
pub struct Equipment {
    skills: Vec<Skill>,
    cache: Option<Arc<dyn ReplyCache>>,
}

impl PolicyArgs {
    /// By the flags, then the file, then as it is by default.
    pub fn over(&self, file: &File) -> Policy {
        let said = &file.policy;
        let number = |flag: Option<OrOff>, said: Option<OrOff>| flag.or(said).and_then(|OrOff(number)| number);
        let default = Compaction::default();
        let percent = self.compaction.or(said.compaction).map(|OrOff(percent)| percent.unwrap_or(NEVER));
        Policy {
            router: self.router.or(said.router).unwrap_or_default(),
            compaction: Compaction {
                percent: percent.unwrap_or(default.percent),
                window: self.window.or(said.window).or(default.window),
            },
            confidence: Confidence {
                agree: number(self.agree, said.agree),
                verify: self.verify.or(said.verify).unwrap_or_default(),
                unchanged: number(self.unchanged, said.unchanged),
            },
            batch_loops: self.batch_loops.or(said.batch_loops).unwrap_or(Settings::default().batch_loops),
            cache: match &self.reply_cache {
                Some(path) => Some(path.clone()),
                None => said.cache.as_deref().filter(|_| !self.no_cache).map(|path| file.beside(path)),
            },
            skills: match self.skills.as_slice() {
                [] => said.skills.iter().map(|path| file.beside(path)).collect(),
                named => named.to_vec(),
            },
        }
    }
}

impl Policy {
    /// The settings with these policies.
    pub fn over(&self, settings: Settings) -> Settings {
        let Self { router, compaction, confidence, batch_loops, .. } = *self;
        Settings { router, compaction, confidence, batch_loops, ..settings }
    }

    /// As a run goes about it that takes over a session: without router and votes, which need a session of
    /// their own.
    pub fn in_session(mut self) -> Self {
        self.router = Router::default();
        self.confidence.agree = None;
        self
    }

    /// Reads the skills and opens the cache.
    pub fn equipment(&self) -> Result<Equipment, Usage> {
        Equipment::open(&self.skills, self.cache.as_deref())
    }
}

impl Equipment {
    /// Reads the skills and opens the cache.
    pub fn open(skills: &[PathBuf], cache: Option<&Path>) -> Result<Self, Usage> {
        Ok(Self { skills: packages::skills(skills)?, cache: cache.map(open_cache).transpose()? })
    }

    /// A session that a run with this can take over.
    pub fn prepare(&self, session: SessionBuilder) -> SessionBuilder {
        let files = self.skills.iter().flat_map(Skill::files);
        files.fold(session, |session, (path, source)| session.module_file(path, source))
    }

    /// The run with all of it.
    pub fn give_to(self, run: Run) -> Run {
        let run = self.skills.into_iter().fold(run, Run::skill);
        match self.cache {
            Some(cache) => run.cache(cache),
            None => run,
        }
    }
}

fn open_cache(path: &Path) -> Result<Arc<dyn ReplyCache>, Usage> {
    let about = |why: String| Usage::new(format!("cache {}: {why}", path.display()));
    let file = world::open_or_create(path)
        .map_err(|error| about(contexts::describe(&error)).hint("name a file in a directory you can write to"))?;
    match StoredCache::open(file.into_std()) {
        Ok(cache) => Ok(Arc::new(cache)),
        Err(error @ CacheError::InUse) => {
            Err(about(error.to_string()).hint("wait for it to end, or name another file"))
        }
        Err(error) => Err(about(error.to_string()).hint("name a new file, or one that --cache made")),
    }
}
