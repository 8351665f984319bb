//! Boots the guest once and writes what ships: its memory after boot, and native code for a module
//! that starts from that memory.
//!
//! usage: rlm-imager GUEST.wasm STDLIB_DIR OUT_DIR TARGET
//!
//! The Python modules of `STDLIB_DIR` are part of the image alone: where nothing but they changed, the code of
//! the last time is used again.

mod boot;
mod branches;
mod meter;
mod rewrite;
#[path = "../../src/settings.rs"]
#[allow(dead_code)]
mod settings;

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result, bail};
use wasmtime::Engine;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [wasm, stdlib, out, target] = args.as_slice() else {
        bail!("usage: rlm-imager GUEST.wasm STDLIB_DIR OUT_DIR TARGET");
    };
    let (wasm, out) = (fs::read(wasm).with_context(|| format!("reading {wasm}"))?, Path::new(out));
    rewrite::check_only_memory_changes(&wasm)?;
    let booted = boot::boot(&wasm, modules(Path::new(stdlib))?)?;
    let image = booted.memory;
    let module = rewrite::start_from_image(&wasm, image.len() as u64)?;
    fs::create_dir_all(out)?;
    fs::write(out.join("guest.image"), trim(&image))?;
    let (code_file, made_of) = (out.join("guest.cwasm"), out.join("guest.cwasm.of"));
    let key = key(&module, target)?;
    let same = fs::read_to_string(&made_of).is_ok_and(|last| last == key);
    let code = match same.then(|| fs::read(&code_file)).and_then(Result::ok) {
        Some(code) => code,
        None => {
            let code = compile(&module, target)?;
            fs::write(&code_file, &code)?;
            fs::write(&made_of, key)?;
            code
        }
    };
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

/// The Python modules of a folder, in the order of its `modules.txt`: each can import those before it.
fn modules(folder: &Path) -> Result<Vec<boot::Source>> {
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    let list = read("modules.txt")?;
    list.lines().map(|name| Ok((name.to_owned(), read(&format!("{name}.py"))?))).collect()
}

/// Names what the code is made of: the module, the target, and this program.
fn key(module: &[u8], target: &str) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    (module, target, fs::read(env::current_exe()?)?).hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
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
