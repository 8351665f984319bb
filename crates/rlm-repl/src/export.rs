//! `export`: a trajectory in the shape of another program.

use std::io::{BufReader, Write};

use anyhow::Result;
use rlm::export::{Format, export as lines_of};

use crate::{
    args::{ExportArgs, ExportFormat},
    contexts, failure,
    failure::Usage,
    view, world,
};

/// Writes the lines.
pub fn export(args: &ExportArgs) -> Result<i32> {
    let source = args.trajectory.display();
    let file = view::open(&args.trajectory)?;
    let (lines, cut) = view::read(BufReader::new(file), &args.trajectory)?;
    if cut {
        world::err(&format!("note: {source}: its last line is incomplete and left out\n"));
    }
    let format = match args.format {
        ExportFormat::Rlms => Format::Rlms,
        ExportFormat::Sft => Format::Sft,
    };
    let exported = lines_of(&lines, format).map_err(|why| Usage::new(format!("trajectory {source}: {why}")))?;
    let text: String = exported.iter().map(|line| format!("{line}\n")).collect();
    match args.output.as_deref().filter(|path| path.as_os_str() != "-") {
        None => world::out(&text)?,
        Some(path) => world::create(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
            Usage::new(format!("{}: {}", path.display(), contexts::describe(&error)))
                .hint("name a file in a directory you can write to with --output, or - for standard output")
        })?,
    }
    Ok(failure::OK)
}
