//! The `python3` on the path, asked for its times.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::Instant;

use crate::world;

/// Runs the two parts of a program, the second several times, and prints the least time and the output. The
/// project's own benches ask with it too.
const PROGRAM: &str = include_str!("../../../../benches/reference.py");

/// CPython.
pub struct Reference {
    /// Such as `CPython 3.11.4`.
    pub version: String,
    /// Where it is: what the path finds first may be a script that looks for it.
    program: String,
}

/// What CPython took and printed.
pub struct Took {
    pub seconds: f64,
    pub output: String,
}

impl Reference {
    /// The `python3` on the path.
    pub fn find() -> Result<Self> {
        let asked = "import platform, sys; print(platform.python_implementation(), platform.python_version()); \
                     print(sys.executable)";
        let said = python("python3", &["-c", asked], "")?;
        let (version, program) = said.split_once('\n').context("python3 does not say what it is")?;
        Ok(Self { version: version.trim().to_owned(), program: program.trim().to_owned() })
    }

    /// A program's least time of so many runs, and what it printed.
    pub fn run(&self, prepare: &str, timed: &str, runs: u32) -> Result<Took> {
        let args = ["-c", PROGRAM, &runs.to_string(), "perf_counter"];
        let said = python(&self.program, &args, &format!("{prepare}\0{timed}"))?;
        let (seconds, output) = said.split_once('\n').context("python3 printed nothing")?;
        Ok(Took { seconds: seconds.parse().context("python3 printed no time")?, output: output.to_owned() })
    }

    /// The same in seconds, where the output has to be this.
    pub fn time(&self, prepare: &str, timed: &str, expected: &str, runs: u32) -> Result<f64> {
        let took = self.run(prepare, timed, runs)?;
        if took.output != expected {
            bail!("python3 printed {:?}, not {expected:?}", took.output);
        }
        Ok(took.seconds)
    }

    /// The least time of a whole process that runs `code`, which prints `expected`.
    pub fn process(&self, code: &str, expected: &str, runs: u32) -> Result<f64> {
        let mut least = Duration::MAX;
        for _ in 0..runs {
            let began = Instant::now();
            let said = python(&self.program, &["-c", code], "")?;
            least = least.min(began.elapsed());
            if said != expected {
                bail!("python3 printed {said:?} for {code:?}");
            }
        }
        Ok(least.as_secs_f64())
    }
}

fn python(program: &str, args: &[&str], stdin: &str) -> Result<String> {
    let output = world::run_program(program, args, stdin).context("python3")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("python3: {}", said.trim().lines().last().unwrap_or("failed without a word"));
    }
    Ok(String::from_utf8(output.stdout)?)
}
