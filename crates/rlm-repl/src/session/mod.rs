//! `session`: sessions served over standard input and output, a JSON object on each line.
//!
//! One thread reads. It answers nothing by itself but does at once what cannot wait for the cell
//! that is running: replies to host calls and cancels. All other requests queue for the thread that
//! owns the session. `docs/session-protocol.md` describes the lines.

mod calls;
mod cancel;
mod lines;
mod output;
mod reader;
mod serve;
mod wire;

use std::io::{BufReader, stdin, stdout};

use anyhow::Result;
use rlm_sandbox::Engine;

use self::serve::Setup;
use crate::{
    args::SessionArgs,
    config::{self, KeyFile},
    contexts,
    failure::{self, Usage},
    packages,
};

/// Serves until standard input ends.
pub fn session(args: &SessionArgs) -> Result<i32> {
    if args.context.given.iter().any(|given| contexts::is_stdin(&given.path)) {
        return Err(Usage::new("--context -: standard input carries the requests").hint("name a file").into());
    }
    let store = contexts::store(&args.context)?;
    let opened = contexts::open_all(&args.context, &store)?;
    let files = packages::read(&args.packages)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let limits = config::limits(&args.config, &args.limits)?;
        let setup = Setup { engine: Engine::new()?, limits, files, key: KeyFile::find(&args.key), store };
        serve::serve(setup, &opened, BufReader::with_capacity(1 << 16, stdin()), stdout()).await
    })?;
    Ok(failure::OK)
}
