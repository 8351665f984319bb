//! How a run goes about it: flags that become the policies of its settings, its skills and its cache.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use rlm::{CacheError, Compaction, Confidence, ReplyCache, Router, Run, Settings, Skill, StoredCache};

use crate::{contexts, failure::Usage, packages, units, world};

/// Settings of a run that are policies.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Ways of the run")]
pub struct PolicyArgs {
    /// Answer by one plain call instead of the loop: `off` (the default), `on` wherever the model can read all
    /// contexts at once, `auto` up to 16,000 tokens, or a number of tokens
    #[arg(long, value_name = "POLICY", value_parser = units::router)]
    pub router: Option<Router>,
    /// Tokens the root model can read at once; its conversation is summed up when 85 % of them are used; as
    /// listed for the model unless told
    #[arg(long, value_name = "TOKENS", value_parser = units::count, allow_hyphen_values = true)]
    pub window: Option<u64>,
    /// Take the answer that so many independent runs agree on
    #[arg(long, value_name = "RUNS", value_parser = units::runs, allow_hyphen_values = true)]
    pub agree: Option<u32>,
    /// Have each answer checked by a sub-call, which may send it back
    #[arg(long)]
    pub verify: bool,
    /// Take the draft in answer["content"] when it has been the same for so many turns
    #[arg(long, value_name = "TURNS", value_parser = units::positive, allow_hyphen_values = true)]
    pub unchanged: Option<u32>,
    /// Keep replies in this file, and take them from there when the same is asked again, in any run
    #[arg(long = "cache", value_name = "PATH")]
    pub reply_cache: Option<PathBuf>,
    /// Folder of skills: in it a folder for each, with SKILL.md and Python that cells may import. May be
    /// repeated
    #[arg(long, value_name = "DIR")]
    pub skills: Vec<PathBuf>,
}

/// What a run is given beside its settings.
pub struct Equipment {
    skills: Vec<Skill>,
    cache: Option<Arc<dyn ReplyCache>>,
}

impl PolicyArgs {
    /// The settings with these policies.
    pub fn over(&self, settings: Settings) -> Settings {
        Settings {
            router: self.router.unwrap_or_default(),
            compaction: Compaction { window: self.window, ..Compaction::default() },
            confidence: Confidence { agree: self.agree, verify: self.verify, unchanged: self.unchanged },
            ..settings
        }
    }

    /// Reads the skills and opens the cache.
    pub fn equipment(&self) -> Result<Equipment, Usage> {
        Equipment::open(&self.skills, self.reply_cache.as_deref())
    }
}

impl Equipment {
    /// Reads the skills and opens the cache.
    pub fn open(skills: &[PathBuf], cache: Option<&Path>) -> Result<Self, Usage> {
        Ok(Self { skills: packages::skills(skills)?, cache: cache.map(open_cache).transpose()? })
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
