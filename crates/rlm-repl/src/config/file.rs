//! `rlm-repl.toml`: named models, who does what, providers, limits and budget.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use rlm::Router;
use rlm_model::{Money, Price};
use rlm_sandbox::{Bytes, Fuel};
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::Environment;
use crate::{
    contexts,
    failure::Usage,
    units::{self, OrOff},
    world,
};

/// Largest configuration file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// What the file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Where it is; nothing when there is none.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// Who does what unless the command line says otherwise.
    pub roles: Roles,
    /// Models under names of one's own.
    pub models: BTreeMap<Spanned<String>, Entry>,
    /// What holds for all models of a provider.
    pub providers: BTreeMap<Spanned<String>, ProviderEntry>,
    /// What one cell may use.
    pub limits: Limits,
    /// What one run may spend.
    pub budget: Budget,
    /// How a run goes about it.
    pub policy: Policy,
}

/// Names of models, the file's own or as on the command line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Roles {
    pub root: Option<Spanned<String>>,
    pub sub: Option<Spanned<String>>,
}

/// A named model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As on the command line, such as `openai:gpt-5`.
    pub model: Spanned<String>,
    pub base_url: Option<String>,
    /// The environment variable that holds the key.
    pub key_variable: Option<String>,
    /// The header that carries the key.
    pub key_header: Option<String>,
    /// Further headers; a value `$NAME` is taken from the environment.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub stream: Option<bool>,
    pub prompt_cache: Option<bool>,
    #[serde(default, deserialize_with = "seconds")]
    pub timeout: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    pub chunk_timeout: Option<Duration>,
    pub attempts: Option<u32>,
    pub max_output_tokens: Option<u32>,
    #[serde(default, deserialize_with = "temperature")]
    pub temperature: Option<f64>,
    pub context_window: Option<u64>,
    pub price: Option<PriceEntry>,
    /// Whether cells may ask it by this name: `llm_query(..., model="NAME")`.
    #[serde(default)]
    pub offer: bool,
}

/// US dollars for a million tokens.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceEntry {
    #[serde(deserialize_with = "dollars")]
    input: f64,
    #[serde(default, deserialize_with = "some_dollars")]
    cached_input: Option<f64>,
    #[serde(default, deserialize_with = "some_dollars")]
    cache_write: Option<f64>,
    #[serde(deserialize_with = "dollars")]
    output: f64,
}

impl From<PriceEntry> for Price {
    fn from(entry: PriceEntry) -> Self {
        let PriceEntry { input, cached_input, cache_write, output } = entry;
        Self { input, cached_input, cache_write, output }
    }
}

/// What holds for all models of a provider.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderEntry {
    pub base_url: Option<String>,
    pub key_variable: Option<String>,
    pub concurrency: Option<u32>,
    pub requests_per_minute: Option<u32>,
    pub tokens_per_minute: Option<u64>,
}

/// What one cell may use; the flags of the command line come before these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    #[serde(deserialize_with = "seconds")]
    pub timeout: Option<Duration>,
    #[serde(deserialize_with = "memory")]
    pub memory: Option<Bytes>,
    #[serde(deserialize_with = "fuel")]
    pub fuel: Option<Fuel>,
    #[serde(deserialize_with = "size")]
    pub output: Option<Bytes>,
    #[serde(deserialize_with = "count")]
    pub host_calls: Option<u64>,
}

impl Limits {
    /// These limits, and the defaults for those not given.
    pub fn limits(&self) -> rlm_sandbox::Limits {
        let default = rlm_sandbox::Limits::default();
        rlm_sandbox::Limits {
            wall: self.timeout.unwrap_or(default.wall),
            memory: self.memory.unwrap_or(default.memory),
            fuel: self.fuel.unwrap_or(default.fuel),
            output: self.output.unwrap_or(default.output),
            host_calls: self.host_calls.unwrap_or(default.host_calls),
            ..default
        }
    }
}

/// What one run may spend; the flags of the command line come before these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    #[serde(deserialize_with = "positive")]
    pub max_iterations: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub max_sub_calls: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub max_input_tokens: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub max_output_tokens: Option<u64>,
    #[serde(deserialize_with = "money")]
    pub max_cost: Option<Money>,
    #[serde(deserialize_with = "seconds")]
    pub max_time: Option<Duration>,
    #[serde(deserialize_with = "level")]
    pub max_depth: Option<u32>,
    #[serde(deserialize_with = "positive")]
    pub max_errors: Option<u32>,
}

/// How a run goes about it; the flags of the command line come before these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    #[serde(deserialize_with = "router")]
    pub router: Option<Router>,
    #[serde(deserialize_with = "window")]
    pub window: Option<u64>,
    #[serde(deserialize_with = "percent")]
    pub compaction: Option<OrOff>,
    #[serde(deserialize_with = "runs")]
    pub agree: Option<OrOff>,
    pub verify: Option<bool>,
    #[serde(deserialize_with = "turns")]
    pub unchanged: Option<OrOff>,
    pub batch_loops: Option<bool>,
    /// These are beside the file, unless they are absolute.
    pub cache: Option<PathBuf>,
    pub skills: Vec<PathBuf>,
}

impl File {
    /// Reads the file that was named, or else the user's own, or else nothing.
    ///
    /// A file in the current directory is not taken by itself: it could send keys anywhere.
    pub fn read(named: Option<&Path>, environment: &Environment) -> Result<Self> {
        let named = named.map(Into::into).or_else(|| environment.get("RLM_CONFIG").map(PathBuf::from));
        if let Some(path) = named {
            let text = read(&path).map_err(|error| {
                Usage::new(format!("configuration {}: {}", path.display(), contexts::describe(&error)))
                    .hint("name a file that exists with --config, or unset RLM_CONFIG")
            })?;
            return Self::parse(&text, path);
        }
        let Some(path) = environment.config_file() else { return Ok(Self::default()) };
        match read(&path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => {
                Err(Usage::new(format!("configuration {}: {}", path.display(), contexts::describe(&error))).into())
            }
        }
    }

    /// Reads the text of a file.
    pub fn parse(text: &str, path: PathBuf) -> Result<Self> {
        let at = |span: Option<std::ops::Range<usize>>, message: &dyn fmt::Display| {
            let line = span.map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Usage::new(format!("{}:{line}: {message}", path.display()))
                .hint("docs/models.md lists every key of this file")
        };
        let file: Self = toml::from_str(text).map_err(|error| {
            let (span, said) = (error.span(), error.message());
            let key = span.as_ref().and_then(|span| key_at(text, span.start)).filter(|key| !said.contains(key));
            at(span, &key.map_or_else(|| said.to_owned(), |key| format!("{key}: {said}")))
        })?;
        for name in file.models.keys() {
            if let Some(why) = bad_name(name.get_ref()) {
                return Err(at(Some(name.span()), &format!("model {:?}: {why}", name.get_ref())).into());
            }
        }
        for name in file.providers.keys() {
            if !rlm_model::PROVIDERS.iter().any(|provider| provider.name == name.get_ref()) {
                let known: Vec<&str> = rlm_model::PROVIDERS.iter().map(|provider| provider.name).collect();
                let message = format!("unknown provider {:?}, expected one of {}", name.get_ref(), known.join(", "));
                return Err(at(Some(name.span()), &message).into());
            }
        }
        let models = file.models.values().map(|entry| (&entry.model, false));
        let roles = [&file.roles.root, &file.roles.sub].into_iter().flatten().map(|name| (name, true));
        for (name, may_be_own) in models.chain(roles) {
            if may_be_own && file.model(name.get_ref()).is_some() {
                continue;
            }
            rlm_model::parse_model_name(name.get_ref()).map_err(|error| at(Some(name.span()), &error))?;
        }
        Ok(Self { path: Some(path), ..file })
    }

    /// The model under this name, if the file has one.
    pub fn model(&self, name: &str) -> Option<&Entry> {
        self.models.iter().find(|(own, _)| own.get_ref() == name).map(|(_, entry)| entry)
    }

    /// A path that the file names, which is relative to where the file is.
    pub fn beside(&self, named: &Path) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).map_or_else(|| named.to_owned(), |folder| folder.join(named))
    }

    /// What the file says about a provider, if anything.
    pub fn provider(&self, name: &str) -> Option<&ProviderEntry> {
        self.providers.iter().find(|(own, _)| own.get_ref() == name).map(|(_, entry)| entry)
    }
}

/// The key of the line that a place is in, if there is one.
fn key_at(text: &str, place: usize) -> Option<&str> {
    let before = text.get(..place)?;
    let line = &text[before.rfind('\n').map_or(0, |end| end + 1)..];
    let key = line.lines().next()?.split_once('=')?.0.trim();
    (!key.is_empty() && !key.starts_with('#')).then_some(key)
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    world::open(path)?.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE {
        return Err(std::io::Error::other(format!("larger than {MAX_FILE} bytes")));
    }
    Ok(text)
}

/// Why a model cannot have this name, if it cannot.
fn bad_name(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.contains(':') || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some("a name of one's own is one word without a colon");
    }
    let taken = name == "builtin" || rlm_model::PROVIDERS.iter().any(|provider| provider.name == name);
    taken.then_some("this name already means something")
}

/// A number or a text, read as the flag of the same name reads it.
fn scalar<'de, D: Deserializer<'de>, T>(from: D, read: fn(&str) -> Result<T, String>) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number, or a text with a number and its unit")]
    enum Scalar {
        Integer(i64),
        Float(f64),
        Text(String),
    }
    let text = match Scalar::deserialize(from)? {
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Text(text) => text,
    };
    read(&text).map(Some).map_err(de::Error::custom)
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    scalar(from, units::seconds)
}

fn memory<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    scalar(from, units::memory)
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    scalar(from, units::size)
}

fn fuel<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fuel>, D::Error> {
    scalar(from, units::fuel)
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    scalar(from, units::count)
}

fn level<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    scalar(from, units::level)
}

fn money<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Money>, D::Error> {
    scalar(from, units::dollars)
}

fn temperature<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let number = f64::deserialize(from)?;
    if (0.0..=2.0).contains(&number) {
        return Ok(Some(number));
    }
    Err(de::Error::custom("expected a temperature from 0 to 2"))
}

fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    scalar(from, units::positive)
}

fn router<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Router>, D::Error> {
    scalar(from, units::router)
}

fn window<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    scalar(from, units::window)
}

fn percent<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OrOff>, D::Error> {
    scalar(from, units::percent)
}

fn runs<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OrOff>, D::Error> {
    scalar(from, units::runs)
}

fn turns<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OrOff>, D::Error> {
    scalar(from, units::turns)
}

fn dollars<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(from)?;
    if number.is_finite() && number >= 0.0 {
        return Ok(number);
    }
    Err(de::Error::custom("expected US dollars for a million tokens, such as 1.25"))
}

fn some_dollars<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    dollars(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = File::parse(text, "rlm-repl.toml".into()).unwrap_err();
        crate::failure::report(&error).0.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_file_says_what_its_keys_say() {
        let text = r#"
            [roles]
            root = "big"
            sub = "openai:gpt-5-nano"

            [models.big]
            model = "anthropic:claude-sonnet-4-5"
            timeout = 90
            chunk_timeout = "7.5"
            headers = { x-team = "$TEAM" }
            price = { input = 3, output = 15.5 }
            offer = true

            [providers.anthropic]
            concurrency = 4
            tokens_per_minute = 80_000

            [limits]
            memory = "128M"
            fuel = 5_000_000
            timeout = 0.5

            [budget]
            max_iterations = 7
            max_sub_calls = "2K"

            [policy]
            router = 40_000
            window = "128K"
            compaction = "off"
            agree = 3
            verify = true
            unchanged = 2
            batch_loops = false
            cache = "replies"
            skills = ["skills", "/more"]
        "#;
        let file = File::parse(text, "x".into()).unwrap();
        let big = file.model("big").unwrap();
        assert_eq!(big.timeout, Some(Duration::from_secs(90)));
        assert_eq!(big.chunk_timeout, Some(Duration::from_millis(7500)));
        assert_eq!(Price::from(big.price.unwrap()).output, 15.5);
        assert_eq!(file.provider("anthropic").unwrap().concurrency, Some(4));
        let limits = file.limits.limits();
        assert_eq!((limits.memory, limits.fuel), (Bytes(128 << 20), Fuel(5_000_000)));
        assert_eq!(limits.wall, Duration::from_millis(500));
        assert_eq!((file.budget.max_iterations, file.budget.max_sub_calls), (Some(7), Some(2_000)));
        let policy = &file.policy;
        assert_eq!((policy.router, policy.window), (Some(Router::Auto { tokens: 40_000 }), Some(128_000)));
        assert_eq!((policy.compaction, policy.agree), (Some(OrOff(None)), Some(OrOff(Some(3)))));
        assert_eq!((policy.verify, policy.unchanged), (Some(true), Some(OrOff(Some(2)))));
        assert_eq!((policy.batch_loops, policy.skills.len()), (Some(false), 2));
        assert!(File::parse("", "x".into()).is_ok());
    }

    #[test]
    fn a_typo_names_line_and_key() {
        let known = "known are builtin, local:PATH, recorded:PATH and PROVIDER:NAME, where PROVIDER is one of openai, responses, \
                     anthropic, gemini, azure, openrouter, groq, mistral, deepseek, xai, ollama, llamacpp, vllm";
        let rows = [
            (
                "[roles]\nrot = \"builtin\"\n",
                "rlm-repl.toml:2: unknown field `rot`, expected `root` or `sub`".to_owned(),
            ),
            ("[roles]\nroot = \"gpt-5\"\n", format!("rlm-repl.toml:2: unknown model \"gpt-5\": {known}")),
            ("\n[models.a]\nmodel = \"openai\"\n", "rlm-repl.toml:3: \"openai\" names no model: write openai:NAME, such as openai:gpt-5".into()),
            ("[models.a]\nmodel = \"builtin\"\ntimeout = -1\n", "rlm-repl.toml:3: timeout: expected a number of seconds above 0, such as 10 or 0.5".into()),
            ("[models.a]\nmodel = \"builtin\"\nprice = { input = -1, output = 1 }\n", "rlm-repl.toml:3: price: expected US dollars for a million tokens, such as 1.25".into()),
            ("[models.a]\nbase_url = \"x\"\n", "rlm-repl.toml:1: missing field `model`".into()),
            ("[models.builtin]\nmodel = \"openai:x\"\n", "rlm-repl.toml:1: model \"builtin\": this name already means something".into()),
            ("[limits]\nfuel = \"lots\"\n", "rlm-repl.toml:2: fuel: expected a number of instructions above 0, such as 2_000_000_000, 500M or 2G (K, M and G are powers of 1000)".into()),
            ("\n[policy]\nverfy = true\n", "rlm-repl.toml:3: unknown field `verfy`, expected one of `router`, `window`, `compaction`, `agree`, `verify`, `unchanged`, `batch_loops`, `cache`, `skills`".into()),
            ("[policy]\nrouter = \"maybe\"\n", "rlm-repl.toml:2: router: expected off, on, auto, or a number of tokens such as 16_000 or 16K".into()),
            ("[policy]\nagree = 1\n", "rlm-repl.toml:2: agree: expected a whole number from 2 to 16, or off".into()),
            ("[policy]\ncompaction = 0\n", "rlm-repl.toml:2: compaction: expected a percentage from 1 to 100, such as 85, or off".into()),
            ("[policy]\nwindow = 100\n", "rlm-repl.toml:2: window: expected a number of tokens from 4096, such as 128_000 or 128K".into()),
            ("[policy]\nverify = \"yes\"\n", "rlm-repl.toml:2: verify: invalid type: string \"yes\", expected a boolean".into()),
            ("\n\n[limits\n", "rlm-repl.toml:3: ".into()),
            ("[providers.opanai]\n", "rlm-repl.toml:1: unknown provider \"opanai\", expected one of openai,".into()),
        ];
        for (text, expected) in rows {
            let got = refused(text);
            assert!(got.starts_with(&format!("error: {expected}")), "{got}\n{expected}");
        }
    }
}
