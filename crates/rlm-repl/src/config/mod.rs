//! Which models a run uses and what cells may use: flags first, then the environment, then
//! `rlm-repl.toml`, then what needs no setting.

mod environment;
mod file;
mod key;

use std::{io::BufReader, path::Path, sync::Arc};

use anyhow::Result;
use rlm::{Models, RlmError};
use rlm_model::{
    Builtin, ErrorKind, Limiters, Matching, ModelError, ModelName, Pricing, Provider, Rate, Recorder, Remote,
    RemoteConfig, Replay, Secret, SharedModel, listed_window, parse_model_name,
};
use rlm_sandbox::Limits;

use crate::{
    args::{ConfigArgs, LimitArgs, ModelArgs},
    contexts,
    failure::Usage,
    units::LEAST_ROOT_WINDOW,
    world,
};

use environment::is_local;
pub use environment::{Environment, host_of};
pub use file::File;
pub use key::KeyFile;

/// What one cell may use: by the flags, then the file, then as it is by default.
pub fn limits(config: &ConfigArgs, args: &LimitArgs) -> Result<Limits> {
    Ok(args.over(File::read(config.config.as_deref(), &Environment::read())?.limits.limits()))
}

/// The models of a run, and what to say about them before it starts.
pub struct Chosen {
    /// The models.
    pub models: Models,
    /// What is recorded of them, if anything.
    pub recorder: Option<Recorder>,
    /// Lines for stderr.
    pub notes: Vec<String>,
}

/// Chooses the models.
pub fn choose(args: &ModelArgs, file: &File, environment: &Environment) -> Result<Chosen> {
    let setup = Setup::new(args, file, environment);
    let (root, sub) = setup.roles()?;
    if args.base_url.is_some() && !root.is_remote() && !sub.is_remote() {
        return Err(Usage::new("--base-url: the built-in model has no server")
            .hint("name the server's model with --model openai:NAME")
            .into());
    }
    let recorder = args.record.as_deref().map(record).transpose()?;
    let recorded = |model: SharedModel| match &recorder {
        Some(recorder) => recorder.record(model),
        None => model,
    };
    let root_model = recorded(setup.model(&root)?);
    let sub_model = if sub == root { root_model.clone() } else { recorded(setup.model(&sub)?) };
    let mut models = Models::new(root_model, sub_model);
    for (name, entry) in &file.models {
        if entry.offer {
            let named = setup.named(name.get_ref())?;
            models.named.insert(name.get_ref().clone(), recorded(setup.model(&named)?));
        }
    }
    Ok(Chosen { models, recorder, notes: setup.notes(&root) })
}

/// A model as somebody named it, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it was written: a name of the file, or as on the command line.
    pub written: String,
    /// What it means.
    pub name: ModelName,
}

impl Named {
    fn is_remote(&self) -> bool {
        matches!(self.name, ModelName::Remote { .. })
    }
}

/// All that decides how models are reached.
pub struct Setup<'a> {
    args: &'a ModelArgs,
    file: &'a File,
    environment: &'a Environment,
    limiters: Limiters,
}

/// Where a remote model is and what opens it.
pub struct Access {
    /// Where its API begins.
    pub base_url: String,
    /// The environment variables that may hold the key; none where none is wanted.
    pub key_variables: Vec<String>,
    /// The key, if one of them is set.
    pub key: Option<Secret>,
}

impl<'a> Setup<'a> {
    /// Models of one process: they share their limiters.
    pub fn new(args: &'a ModelArgs, file: &'a File, environment: &'a Environment) -> Self {
        Self { args, file, environment, limiters: Limiters::new() }
    }

    /// Who writes the cells, and who reads the pieces.
    pub fn roles(&self) -> Result<(Named, Named), Usage> {
        let said = |flag: &Option<String>, variable: &str| flag.clone().or_else(|| self.environment.get(variable));
        let of_file = |role: &Option<toml::Spanned<String>>| role.as_ref().map(|name| name.get_ref().clone());
        let root = said(&self.args.model, "RLM_MODEL");
        let sub = said(&self.args.sub_model, "RLM_SUB_MODEL");
        let sub = match root {
            // A root named here does not get the sub-model that the file chose for another.
            Some(_) => sub,
            None => sub.or_else(|| of_file(&self.file.roles.sub)),
        };
        let root = root.or_else(|| of_file(&self.file.roles.root)).unwrap_or_else(|| "builtin".into());
        Ok((self.named(&root)?, self.named(sub.as_deref().unwrap_or(&root))?))
    }

    /// What a name means: one of the file's, or one as on the command line.
    pub fn named(&self, written: &str) -> Result<Named, Usage> {
        let written = written.trim();
        let full = self.file.model(written).map_or(written, |entry| entry.model.get_ref());
        let name = parse_model_name(full)
            .map_err(|error| Usage::new(error.to_string()).hint("use builtin, or openai:NAME such as openai:gpt-5"))?;
        Ok(Named { written: written.to_owned(), name })
    }

    /// The model itself. Nothing is sent yet.
    pub fn model(&self, named: &Named) -> Result<SharedModel> {
        match &named.name {
            ModelName::Builtin => Ok(Arc::new(Builtin)),
            ModelName::Recorded { path } => Ok(Arc::new(replay(path)?)),
            ModelName::Local { path } => local(path, self.file.model(&named.written)),
            ModelName::Remote { provider, model } => Ok(Arc::new(self.remote(named, provider, model)?)),
            other => Err(Usage::new(format!("model {other}: not supported by this build")).into()),
        }
    }

    fn remote(&self, named: &Named, provider: &'static Provider, model: &str) -> Result<Remote> {
        let (entry, access) = (self.file.model(&named.written), self.access(named, provider)?);
        let config = RemoteConfig {
            name: named.name.to_string(),
            format: provider.format,
            model: model.to_owned(),
            proxy: self.environment.proxy_for(&access.base_url),
            limiter: self.limiters.of(&format!("{} {}", provider.name, access.base_url), self.rate(provider)),
            pricing: self.pricing(named, &access.base_url, model),
            context_window: entry
                .and_then(|entry| entry.context_window)
                .or_else(|| if is_local(&access.base_url) { None } else { listed_window(&access.base_url, model) }),
            key_header: entry
                .and_then(|entry| entry.key_header.clone())
                .or_else(|| provider.key_header.map(Into::into)),
            api_key: access.key,
            base_url: access.base_url,
            ..RemoteConfig::default()
        };
        let config = match entry {
            None => config,
            Some(entry) => RemoteConfig {
                headers: self.headers(named, entry)?,
                stream: entry.stream.unwrap_or(config.stream),
                mark_cache: entry.prompt_cache.unwrap_or(config.mark_cache),
                timeout: entry.timeout.unwrap_or(config.timeout),
                chunk_timeout: entry.chunk_timeout.unwrap_or(config.chunk_timeout),
                max_attempts: entry.attempts.unwrap_or(config.max_attempts).max(1),
                max_output_tokens: entry.max_output_tokens,
                temperature: entry.temperature,
                ..config
            },
        };
        Ok(Remote::new(config).map_err(|error| refused(&error))?)
    }

    /// Where a model is reached, and with which key.
    pub fn access(&self, named: &Named, provider: &'static Provider) -> Result<Access, Usage> {
        let (entry, general) = (self.file.model(&named.written), self.file.provider(provider.name));
        let in_environment = provider.base_url_variable.and_then(|variable| self.environment.get(variable));
        let base_url = entry
            .and_then(|entry| entry.base_url.clone())
            .or_else(|| self.args.base_url.clone())
            .or_else(|| in_environment.map(|url| suffixed(&url, provider.base_url_suffix)))
            .or_else(|| general.and_then(|general| general.base_url.clone()))
            .or_else(|| provider.base_url.map(Into::into));
        let Some(base_url) = base_url else {
            let variable = provider.base_url_variable.unwrap_or("RLM_CONFIG");
            return Err(Usage::new(format!("{}: nobody says where the server is", named.name))
                .hint(format!("name it with --base-url, or set {variable}")));
        };
        let own = entry
            .and_then(|entry| entry.key_variable.clone())
            .or_else(|| general.and_then(|general| general.key_variable.clone()));
        let key_variables = match &own {
            Some(variable) => vec![variable.clone()],
            None => provider.key_variables.iter().map(|variable| (*variable).to_owned()).collect(),
        };
        let key = key_variables.iter().find_map(|variable| self.environment.get(variable));
        if let (Some(variable), None) = (&own, &key) {
            return Err(Usage::new(format!("{}: its key is to be in {variable}, which is not set", named.written))
                .hint(format!("set {variable}, or change key_variable in {}", self.file_name())));
        }
        Ok(Access { base_url, key_variables, key: key.map(Secret::new) })
    }

    fn headers(&self, named: &Named, entry: &file::Entry) -> Result<Vec<(String, Secret)>, Usage> {
        let value = |text: &String| match text.strip_prefix('$') {
            None => Ok(text.clone()),
            Some(variable) => self.environment.get(variable).ok_or_else(|| {
                Usage::new(format!("{}: a header is to be in {variable}, which is not set", named.written))
                    .hint(format!("set {variable}, or change headers in {}", self.file_name()))
            }),
        };
        entry.headers.iter().map(|(name, text)| Ok((name.clone(), Secret::new(value(text)?)))).collect()
    }

    fn rate(&self, provider: &Provider) -> Rate {
        let default = Rate::default();
        let Some(general) = self.file.provider(provider.name) else { return default };
        Rate {
            concurrency: general.concurrency.unwrap_or(default.concurrency),
            requests_per_minute: general.requests_per_minute,
            tokens_per_minute: general.tokens_per_minute,
        }
    }

    /// What calls of a model cost: as the file says, or as listed for its server.
    pub fn pricing(&self, named: &Named, base_url: &str, model: &str) -> Pricing {
        match self.file.model(&named.written).and_then(|entry| entry.price) {
            Some(price) => Pricing::Set(price.into()),
            // No such server is listed, and reading the list takes a while.
            None if is_local(base_url) => Pricing::Unknown,
            None => Pricing::listed(base_url, model, Some(world::now())),
        }
    }

    fn notes(&self, root: &Named) -> Vec<String> {
        let keys = [("OPENAI_API_KEY", "openai:NAME"), ("ANTHROPIC_API_KEY", "anthropic:NAME")];
        let silent = self.args.model.is_some() || root.name != ModelName::Builtin;
        keys.iter()
            .filter(|(variable, _)| !silent && self.environment.get(variable).is_some())
            .map(|(variable, name)| format!("{variable} is set but no model is named: choose one with --model {name}"))
            .collect()
    }

    fn file_name(&self) -> String {
        self.file.path.as_ref().map_or_else(|| "rlm-repl.toml".into(), |path| path.display().to_string())
    }
}

/// `url` with `suffix` after it, unless it is there already.
fn suffixed(url: &str, suffix: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with(suffix) { url.to_owned() } else { format!("{url}{suffix}") }
}

fn record(path: &Path) -> Result<Recorder, Usage> {
    let file = world::create(path).map_err(|error| {
        Usage::new(format!("recording {}: {}", path.display(), contexts::describe(&error)))
            .hint("name a file in a directory you can write to")
    })?;
    Ok(Recorder::new(file))
}

fn replay(path: &str) -> Result<Replay> {
    let named = |why: &dyn std::fmt::Display| {
        Usage::new(format!("recording {path}: {why}")).hint("name a file that --record wrote")
    };
    let file = world::open(Path::new(path)).map_err(|error| named(&contexts::describe(&error)))?;
    let name = format!("recorded:{path}");
    Ok(Replay::read(name, BufReader::new(file), Matching::Content).map_err(|error| named(&error))?)
}

/// Weights on this machine.
#[cfg(feature = "local")]
fn local(path: &str, entry: Option<&file::Entry>) -> Result<SharedModel> {
    let about = |why: &dyn std::fmt::Display| {
        Usage::new(format!("weights {path}: {why}"))
            .hint("name a whole GGUF file of a Llama, Qwen 2 or Qwen 3, such as local:models/qwen3-0.6b-q8_0.gguf")
    };
    let file = world::open(Path::new(path)).map_err(|error| about(&contexts::describe(&error)))?;
    let mut config = rlm_model::LocalConfig {
        name: format!("local:{path}"),
        // Drawn anew in every run: who sets a temperature wants several answers.
        seed: world::now_seconds(),
        ..rlm_model::LocalConfig::default()
    };
    if let Some(entry) = entry {
        config.temperature = entry.temperature.unwrap_or(config.temperature);
        config.max_output_tokens = entry.max_output_tokens.unwrap_or(config.max_output_tokens);
        config.context_window = entry.context_window;
    }
    let model = rlm_model::Local::read(config, &mut BufReader::new(file));
    Ok(Arc::new(model.map_err(|error| about(&error.message))?))
}

/// This build cannot use weights.
#[cfg(not(feature = "local"))]
fn local(path: &str, _: Option<&file::Entry>) -> Result<SharedModel> {
    Err(Usage::new(format!("model local:{path}: this build has no local weights"))
        .hint("build it with `cargo build --release --features local`, or serve the weights with ollama, llama.cpp or vllm")
        .into())
}

/// A model that cannot even be set up, for which only the settings are to blame.
fn refused(error: &ModelError) -> Usage {
    let usage = Usage::new(error.to_string());
    match hint(error) {
        Some(hint) => usage.hint(hint),
        None => usage,
    }
}

/// Characters of a prompt to a sub-model for each token of its window, the reply's room taken off.
const CHARACTERS_A_TOKEN: u64 = 3;

/// From here on a window is larger than what a prompt should hold anyway, and the root model is not told of it.
const LARGE_WINDOW: u64 = 100_000;

/// Refuses a root model that cannot even take its instructions in; gives how many characters a prompt to the
/// sub-model may have, where its window is known and not large.
pub fn windows(models: &Models) -> Result<Option<usize>, Usage> {
    if let Some(window) = models.root.context_window().filter(|window| *window < LEAST_ROOT_WINDOW) {
        let name = models.root.name();
        return Err(Usage::new(format!(
            "model {name}: its window of {window} tokens is too small to write cells, which takes {LEAST_ROOT_WINDOW} at least"
        ))
        .hint(format!("name another with --model, and this one as --sub-model {name}")));
    }
    let sub = models.sub.context_window().filter(|window| *window < LARGE_WINDOW);
    Ok(sub.and_then(|window| usize::try_from(window * CHARACTERS_A_TOKEN).ok()))
}

/// An error of a run with what to do about it, where the person at the terminal can do something. `lift` is how a
/// budget of money is lifted there.
pub fn about(error: RlmError, lift: &str) -> anyhow::Error {
    match error {
        RlmError::Unpriced { ref model } => {
            let hint = format!(
                "{lift}, or say what {model} costs under a name of your own in rlm-repl.toml: price = {{ \
                 input = 1.25, output = 10.0 }}, in dollars for a million tokens"
            );
            Usage::new(error.to_string()).hint(hint).into()
        }
        error => error.into(),
    }
}

/// What to do about a model's error.
pub fn hint(error: &ModelError) -> Option<String> {
    let remote = match parse_model_name(&error.model) {
        Ok(ModelName::Remote { provider, .. }) => Some(provider),
        _ => None,
    };
    match error.kind {
        ErrorKind::Authentication => {
            let variable = remote.and_then(|provider| provider.key_variables.first()).unwrap_or(&"OPENAI_API_KEY");
            Some(match error.message.starts_with("no api key") {
                true => format!("set {variable}, or name a server on this machine with --base-url, which needs no key"),
                false => format!(
                    "check that the key in {variable} is whole, of this provider and allowed to use the model; `rlm-repl \
                     models --check` asks with it"
                ),
            })
        }
        ErrorKind::Retryable { .. } => {
            Some("check that the server runs and --base-url names it, or try again later".into())
        }
        ErrorKind::TooLong => Some("use a model with a larger window for --model".into()),
        ErrorKind::Fatal if remote.is_some() => Some("check --base-url and the model's name".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(model: Option<&str>, sub_model: Option<&str>, base_url: Option<&str>) -> ModelArgs {
        ModelArgs {
            model: model.map(Into::into),
            sub_model: sub_model.map(Into::into),
            base_url: base_url.map(Into::into),
            ..ModelArgs::default()
        }
    }

    fn chosen_with(args: &ModelArgs, file: &str, environment: &[(&str, &str)]) -> String {
        let file = File::parse(file, "c.toml".into()).unwrap();
        match choose(args, &file, &Environment::of(environment)) {
            Ok(chosen) => format!("{} {} {:?}", chosen.models.root.name(), chosen.models.sub.name(), chosen.notes),
            Err(error) => crate::failure::report(&error).0,
        }
    }

    fn chosen(args: &ModelArgs, environment: &[(&str, &str)]) -> String {
        chosen_with(args, "", environment)
    }

    #[test]
    fn flags_come_before_the_environment_and_the_built_in_model_last() {
        let set = [("RLM_MODEL", "openai:a"), ("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k")];
        assert_eq!(chosen(&args(None, None, None), &[]), "builtin builtin []");
        assert_eq!(chosen(&args(None, None, None), &set), "openai:a openai:a []");
        assert_eq!(chosen(&args(Some("openai:b"), Some("builtin"), None), &set), "openai:b builtin []");
        assert_eq!(chosen(&args(Some("anthropic:c"), Some("responses:d"), None), &set), "anthropic:c responses:d []");
        assert_eq!(
            chosen(&args(None, None, None), &[("OPENAI_API_KEY", "k")]),
            "builtin builtin [\"OPENAI_API_KEY is set but no model is named: choose one with --model openai:NAME\"]"
        );
    }

    #[test]
    fn the_file_comes_after_the_environment() {
        let file = "[roles]\nroot = 'big'\nsub = 'ollama:small'\n[models.big]\nmodel = 'openai:x'\n\
                    base_url = 'http://localhost:1/v1'\n";
        assert_eq!(chosen_with(&args(None, None, None), file, &[]), "openai:x ollama:small []");
        assert_eq!(chosen_with(&args(Some("builtin"), None, None), file, &[]), "builtin builtin []");
        assert_eq!(chosen_with(&args(None, Some("big"), None), file, &[]), "openai:x openai:x []");
        assert_eq!(chosen_with(&args(None, None, None), file, &[("RLM_MODEL", "ollama:y")]), "ollama:y ollama:y []");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let known = "known are builtin, local:PATH, recorded:PATH and PROVIDER:NAME, where PROVIDER is one of openai, responses, \
                     anthropic, gemini, azure, openrouter, groq, mistral, deepseek, xai, ollama, llamacpp, vllm";
        assert_eq!(
            chosen(&args(Some("gpt-5"), None, None), &[]),
            format!(
                "error: unknown model \"gpt-5\": {known}\nhint: use builtin, or openai:NAME such as openai:gpt-5\n"
            )
        );
        assert_eq!(
            chosen(&args(Some("anthropic:x"), None, None), &[("OPENAI_API_KEY", "k")]),
            "error: anthropic:x: authentication failed: no api key for api.anthropic.com\n\
             hint: set ANTHROPIC_API_KEY, or name a server on this machine with --base-url, which needs no key\n"
        );
        assert_eq!(
            chosen(&args(None, None, Some("http://localhost:1/v1")), &[]),
            "error: --base-url: the built-in model has no server\n\
             hint: name the server's model with --model openai:NAME\n"
        );
        assert_eq!(chosen(&args(Some("openai:x"), None, Some("http://localhost:1/v1")), &[]), "openai:x openai:x []");
        assert_eq!(
            chosen(&args(Some("azure:d"), None, None), &[]),
            "error: azure:d: nobody says where the server is\n\
             hint: name it with --base-url, or set AZURE_OPENAI_ENDPOINT\n"
        );
        assert_eq!(
            chosen_with(&args(Some("m"), None, None), "[models.m]\nmodel = 'openai:x'\nkey_variable = 'K'\n", &[]),
            "error: m: its key is to be in K, which is not set\n\
             hint: set K, or change key_variable in c.toml\n"
        );
        assert_eq!(
            chosen(&args(Some("recorded:/no/such"), None, None), &[]),
            "error: recording /no/such: no such file\nhint: name a file that --record wrote\n"
        );
    }

    #[test]
    fn each_provider_is_where_its_variables_say() {
        let environment = Environment::of(&[
            ("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com/"),
            ("AZURE_OPENAI_API_KEY", "k"),
            ("GOOGLE_API_KEY", "k"),
            ("OPENAI_BASE_URL", "http://localhost:9/v1"),
        ]);
        let (none, file) = (ModelArgs::default(), File::default());
        let setup = Setup::new(&none, &file, &environment);
        let at = |name: &str| {
            let named = setup.named(name).unwrap();
            let ModelName::Remote { provider, .. } = &named.name else { panic!("{name}") };
            let access = setup.access(&named, provider).unwrap();
            format!("{} {}", access.base_url, access.key.is_some())
        };
        assert_eq!(at("azure:d"), "https://me.openai.azure.com/openai/v1 true");
        assert_eq!(at("gemini:g"), "https://generativelanguage.googleapis.com/v1beta true");
        assert_eq!(at("openai:g"), "http://localhost:9/v1 false");
        assert_eq!(at("anthropic:g"), "https://api.anthropic.com false");
        assert_eq!(at("ollama:g"), "http://localhost:11434/v1 false");
    }

    #[test]
    fn offered_models_can_be_named_by_cells() {
        let file = "[models.a]\nmodel = 'ollama:x'\noffer = true\n[models.b]\nmodel = 'ollama:y'\n";
        let file = File::parse(file, "c.toml".into()).unwrap();
        let chosen = choose(&ModelArgs::default(), &file, &Environment::of(&[])).unwrap();
        assert_eq!(chosen.models.named.keys().collect::<Vec<_>>(), ["a"]);
    }
}
