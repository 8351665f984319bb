//! Which models a run uses: flags first, then the environment, then the built-in model.

use std::sync::Arc;

use anyhow::Result;
use rlm::Models;
use rlm_model::{
    ApiKey, Builtin, ErrorKind, ModelError, ModelName, OpenAi, OpenAiConfig, SharedModel, parse_model_name,
};

use crate::{args::ModelArgs, failure::Usage, world};

/// What the environment may say about models.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    model: Option<String>,
    sub_model: Option<String>,
    base_url: Option<String>,
    key: Option<String>,
    proxies: Proxies,
}

/// Proxies as most programs take them from the environment.
#[derive(Clone, Debug, Default)]
struct Proxies {
    http: Option<String>,
    https: Option<String>,
    except: Option<String>,
}

impl Environment {
    /// What it says now.
    pub fn read() -> Self {
        let either = |lower: &str| world::variable(lower).or_else(|| world::variable(&lower.to_uppercase()));
        Self {
            model: world::variable("RLM_MODEL"),
            sub_model: world::variable("RLM_SUB_MODEL"),
            base_url: world::variable("OPENAI_BASE_URL"),
            key: world::variable("OPENAI_API_KEY"),
            proxies: Proxies {
                http: either("http_proxy").or_else(|| either("all_proxy")),
                https: either("https_proxy").or_else(|| either("all_proxy")),
                except: either("no_proxy"),
            },
        }
    }
}

/// The models of a run, and what to say about them before it starts.
pub struct Chosen {
    /// The models.
    pub models: Models,
    /// Lines for stderr.
    pub notes: Vec<String>,
}

/// Chooses the models.
pub fn choose(args: &ModelArgs, environment: &Environment) -> Result<Chosen> {
    let root_name = named(args.model.as_deref().or(environment.model.as_deref()).unwrap_or("builtin"))?;
    let sub_name = match args.sub_model.as_deref().or(environment.sub_model.as_deref()) {
        Some(name) => named(name)?,
        None => root_name.clone(),
    };
    let builtin = |name: &ModelName| *name == ModelName::Builtin;
    if args.base_url.is_some() && builtin(&root_name) && builtin(&sub_name) {
        return Err(Usage::new("--base-url: the built-in model has no server")
            .hint("name the server's model with --model openai:NAME")
            .into());
    }
    let root = model(&root_name, args, environment)?;
    let sub = if sub_name == root_name { root.clone() } else { model(&sub_name, args, environment)? };
    let notes = match builtin(&root_name) && args.model.is_none() && environment.key.is_some() {
        true => vec!["OPENAI_API_KEY is set but no model is named: choose one with --model openai:NAME".into()],
        false => Vec::new(),
    };
    Ok(Chosen { models: Models::new(root, sub), notes })
}

fn named(name: &str) -> Result<ModelName, Usage> {
    parse_model_name(name)
        .map_err(|error| Usage::new(error.to_string()).hint("use builtin, or openai:NAME such as openai:gpt-5"))
}

fn model(name: &ModelName, args: &ModelArgs, environment: &Environment) -> Result<SharedModel> {
    match name {
        ModelName::Builtin => Ok(Arc::new(Builtin)),
        ModelName::OpenAi { model } => Ok(Arc::new(open_ai(model, args, environment)?)),
        other => Err(Usage::new(format!("model {other}: not supported by this build")).into()),
    }
}

fn open_ai(model: &str, args: &ModelArgs, environment: &Environment) -> Result<OpenAi, Usage> {
    let default = OpenAiConfig::default();
    let base_url = args.base_url.clone().or_else(|| environment.base_url.clone()).unwrap_or(default.base_url);
    OpenAi::new(OpenAiConfig {
        model: model.to_owned(),
        proxy: environment.proxies.for_url(&base_url),
        base_url,
        api_key: environment.key.as_deref().map(ApiKey::new),
        ..OpenAiConfig::default()
    })
    .map_err(|error| refused(&error))
}

/// A model that cannot even be set up, for which only the settings are to blame.
fn refused(error: &ModelError) -> Usage {
    let usage = Usage::new(error.to_string());
    match hint(error) {
        Some(hint) => usage.hint(hint),
        None => usage,
    }
}

/// What to do about a model's error.
pub fn hint(error: &ModelError) -> Option<&'static str> {
    match error.kind {
        ErrorKind::Authentication => {
            Some("set OPENAI_API_KEY, or name a server on this machine with --base-url, which needs no key")
        }
        ErrorKind::Retryable { .. } => Some("check that the server runs and --base-url names it, or try again later"),
        ErrorKind::TooLong => Some("use a model with a larger window for --model"),
        ErrorKind::Refused => None,
        ErrorKind::Fatal => Some("check --base-url and the model's name"),
        _ => None,
    }
}

impl Proxies {
    /// The proxy for requests to `url`, unless its host is excepted or is this machine.
    fn for_url(&self, url: &str) -> Option<String> {
        let (scheme, rest) = url.split_once("://")?;
        let proxy = if scheme.eq_ignore_ascii_case("https") { &self.https } else { &self.http };
        let host = host_of(rest);
        (!self.excepts(&host)).then(|| proxy.clone()).flatten()
    }

    fn excepts(&self, host: &str) -> bool {
        let here = matches!(host, "localhost" | "::1") || host.starts_with("127.");
        let listed = self.except.as_deref().unwrap_or("").split(',').map(str::trim).any(|entry| {
            let domain = entry.trim_start_matches('.').to_ascii_lowercase();
            entry == "*" || !domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}")))
        });
        here || listed
    }
}

/// The host of what follows `scheme://`, in lower case and without port or brackets.
fn host_of(rest: &str) -> String {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host_and_port = authority.rsplit('@').next().unwrap_or("");
    let host = match host_and_port.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or(""),
        None => host_and_port.split(':').next().unwrap_or(""),
    };
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(model: Option<&str>, sub_model: Option<&str>, base_url: Option<&str>) -> ModelArgs {
        ModelArgs {
            model: model.map(Into::into),
            sub_model: sub_model.map(Into::into),
            base_url: base_url.map(Into::into),
        }
    }

    fn chosen(args: &ModelArgs, environment: &Environment) -> String {
        match choose(args, environment) {
            Ok(chosen) => format!("{} {} {:?}", chosen.models.root.name(), chosen.models.sub.name(), chosen.notes),
            Err(error) => crate::failure::report(&error).0,
        }
    }

    #[test]
    fn flags_come_before_the_environment_and_the_built_in_model_last() {
        let nothing = Environment::default();
        let set = Environment { model: Some("openai:a".into()), key: Some("k".into()), ..Environment::default() };
        let key_only = Environment { key: Some("k".into()), ..Environment::default() };
        assert_eq!(chosen(&args(None, None, None), &nothing), "builtin builtin []");
        assert_eq!(chosen(&args(None, None, None), &set), "openai:a openai:a []");
        assert_eq!(chosen(&args(Some("openai:b"), Some("builtin"), None), &set), "openai:b builtin []");
        assert_eq!(
            chosen(&args(None, None, None), &key_only),
            "builtin builtin [\"OPENAI_API_KEY is set but no model is named: choose one with --model openai:NAME\"]"
        );
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let nothing = Environment::default();
        assert_eq!(
            chosen(&args(Some("gpt-5"), None, None), &nothing),
            "error: unknown model \"gpt-5\": known are builtin and openai:NAME\n\
             hint: use builtin, or openai:NAME such as openai:gpt-5\n"
        );
        assert_eq!(
            chosen(&args(Some("openai:gpt-5"), None, None), &nothing),
            "error: openai:gpt-5: authentication failed: no api key for api.openai.com\n\
             hint: set OPENAI_API_KEY, or name a server on this machine with --base-url, which needs no key\n"
        );
        assert_eq!(
            chosen(&args(None, None, Some("http://localhost:1/v1")), &nothing),
            "error: --base-url: the built-in model has no server\n\
             hint: name the server's model with --model openai:NAME\n"
        );
        assert_eq!(
            chosen(&args(Some("openai:x"), None, Some("http://localhost:1/v1")), &nothing),
            "openai:x openai:x []"
        );
    }

    #[test]
    fn proxies_follow_the_scheme_and_spare_excepted_hosts() {
        let proxies = Proxies {
            http: Some("http://p:1".into()),
            https: Some("http://p:2".into()),
            except: Some("example.org, .corp".into()),
        };
        let proxy = |url: &str| proxies.for_url(url);
        assert_eq!(proxy("https://api.openai.com/v1"), Some("http://p:2".into()));
        assert_eq!(proxy("http://10.0.0.1:8000/v1"), Some("http://p:1".into()));
        for url in [
            "http://localhost:8000",
            "http://127.0.0.1/v1",
            "http://[::1]:8/",
            "https://u:p@a.example.org/",
            "https://x.corp",
        ] {
            assert_eq!(proxy(url), None, "{url}");
        }
    }
}
