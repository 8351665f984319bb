//! Boots the guest once and writes what ships: its memory after boot, and native code for a module
//! that starts from that memory.
//!
//! usage: rlm-imager GUEST.wasm OUT_DIR TARGET

mod boot;
mod branches;
mod meter;
mod rewrite;
#[path = "../../src/settings.rs"]
#[allow(dead_code)]
mod settings;

use std::{env, fs, path::Path};

use anyhow::{Context, Result, bail};
use wasmtime::Engine;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [wasm, out, target] = args.as_slice() else {
        bail!("usage: rlm-imager GUEST.wasm OUT_DIR TARGET");
    };
    let (wasm, out) = (fs::read(wasm).with_context(|| format!("reading {wasm}"))?, Path::new(out));
    rewrite::check_only_memory_changes(&wasm)?;
    let booted = boot::boot(&wasm)?;
    let image = booted.memory;
    let module = rewrite::start_from_image(&wasm, image.len() as u64)?;
    let code = compile(&module, target)?;
    fs::create_dir_all(out)?;
    fs::write(out.join("guest.image"), trim(&image))?;
    fs::write(out.join("guest.cwasm"), &code)?;
    let word = booted.interrupt_word;
    fs::write(
        out.join("constants.rs"),
        format!(
            "/// Address of the word the host writes an interrupt into.\npub const INTERRUPT_WORD: u32 = {word};\n"
        ),
    )?;
    println!("wasm {} bytes, code {} bytes, image {} bytes", wasm.len(), code.len(), image.len());
    Ok(())
}

fn compile(module: &[u8], target: &str) -> Result<Vec<u8>> {
    let mut config = settings::config();
    config.wasm_branch_hinting(true);
    config.target(target).map_err(|error| anyhow::anyhow!("target {target}: {error}"))?;
    if target.starts_with("x86_64") {
        for feature in settings::X86_FEATURES {
            // SAFETY: code that uses a feature the CPU lacks is refused when it is loaded.
            unsafe { config.cranelift_flag_enable(feature) };
        }
    }
    let engine = Engine::new(&config).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    engine.precompile_module(module).map_err(|error| anyhow::anyhow!("compiling: {error:?}"))
}

/// The image without the zeros at its end, in whole pages.
fn trim(image: &[u8]) -> &[u8] {
    const PAGE: usize = 4096;
    let used = image.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &image[..used.next_multiple_of(PAGE).min(image.len())]
}
