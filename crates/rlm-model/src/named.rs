//! Model names as people write them: `builtin`, `openai:gpt-5`, `anthropic:claude-sonnet-4-5`.

use std::fmt;

use crate::Format;

/// A provider this build knows by name: where it is, and how it wants to be asked.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// What stands before the colon.
    pub name: &'static str,
    /// How it wants to be asked.
    pub format: Format,
    /// Where its API begins, unless somebody says otherwise.
    pub base_url: Option<&'static str>,
    /// Environment variables that usually hold its key, the first set one counts.
    pub key_variables: &'static [&'static str],
    /// Environment variable that usually holds its base URL.
    pub base_url_variable: Option<&'static str>,
    /// What follows the base URL that its variable holds.
    pub base_url_suffix: &'static str,
    /// The header that carries the key, in place of the format's own.
    pub key_header: Option<&'static str>,
    /// A model of it, for examples.
    pub example: &'static str,
}

/// A chat server with its key in one variable; the others differ from it.
const CHAT: Provider = Provider {
    name: "",
    format: Format::Chat,
    base_url: None,
    key_variables: &[],
    base_url_variable: None,
    base_url_suffix: "",
    key_header: None,
    example: "",
};

/// Every provider known by name.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "openai",
        base_url: Some("https://api.openai.com/v1"),
        key_variables: &["OPENAI_API_KEY"],
        base_url_variable: Some("OPENAI_BASE_URL"),
        example: "gpt-5",
        ..CHAT
    },
    Provider {
        name: "responses",
        format: Format::Responses,
        base_url: Some("https://api.openai.com/v1"),
        key_variables: &["OPENAI_API_KEY"],
        base_url_variable: Some("OPENAI_BASE_URL"),
        example: "gpt-5",
        ..CHAT
    },
    Provider {
        name: "anthropic",
        format: Format::Anthropic,
        base_url: Some("https://api.anthropic.com"),
        key_variables: &["ANTHROPIC_API_KEY"],
        base_url_variable: Some("ANTHROPIC_BASE_URL"),
        example: "claude-sonnet-4-5",
        ..CHAT
    },
    Provider {
        name: "gemini",
        format: Format::Gemini,
        base_url: Some("https://generativelanguage.googleapis.com/v1beta"),
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        base_url_variable: Some("GOOGLE_GEMINI_BASE_URL"),
        example: "gemini-2.5-flash",
        ..CHAT
    },
    Provider {
        name: "azure",
        key_variables: &["AZURE_OPENAI_API_KEY"],
        base_url_variable: Some("AZURE_OPENAI_ENDPOINT"),
        base_url_suffix: "/openai/v1",
        key_header: Some("api-key"),
        example: "my-deployment",
        ..CHAT
    },
    Provider {
        name: "openrouter",
        base_url: Some("https://openrouter.ai/api/v1"),
        key_variables: &["OPENROUTER_API_KEY"],
        example: "openai/gpt-5",
        ..CHAT
    },
    Provider {
        name: "groq",
        base_url: Some("https://api.groq.com/openai/v1"),
        key_variables: &["GROQ_API_KEY"],
        example: "openai/gpt-oss-120b",
        ..CHAT
    },
    Provider {
        name: "mistral",
        base_url: Some("https://api.mistral.ai/v1"),
        key_variables: &["MISTRAL_API_KEY"],
        example: "mistral-large-latest",
        ..CHAT
    },
    Provider {
        name: "deepseek",
        base_url: Some("https://api.deepseek.com"),
        key_variables: &["DEEPSEEK_API_KEY"],
        example: "deepseek-chat",
        ..CHAT
    },
    Provider {
        name: "xai",
        base_url: Some("https://api.x.ai/v1"),
        key_variables: &["XAI_API_KEY"],
        example: "grok-4",
        ..CHAT
    },
    Provider { name: "ollama", base_url: Some("http://localhost:11434/v1"), example: "qwen3:8b", ..CHAT },
    Provider { name: "llamacpp", base_url: Some("http://localhost:8080/v1"), example: "any", ..CHAT },
    Provider {
        name: "vllm",
        base_url: Some("http://localhost:8000/v1"),
        key_variables: &["VLLM_API_KEY"],
        example: "Qwen/Qwen3-8B",
        ..CHAT
    },
];

/// Which model a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelName {
    /// The built-in model.
    Builtin,
    /// A model of a known provider.
    Remote {
        /// The provider.
        provider: &'static Provider,
        /// The model's name there, such as `gpt-5`.
        model: String,
    },
    /// The replies of a recording.
    Recorded {
        /// The recording's file.
        path: String,
    },
    /// Weights on this machine.
    Local {
        /// The GGUF file.
        path: String,
    },
}

/// A model name that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownModel {
    /// Nothing before or in place of the colon is a known provider.
    #[error("unknown model {name:?}: known are builtin, local:PATH, recorded:PATH and PROVIDER:NAME, where PROVIDER is one of {known}", known = known())]
    Provider {
        /// The name as written.
        name: String,
    },
    /// A provider without the model's own name.
    #[error("{name:?} names no model: write {provider}:NAME, such as {provider}:{example}")]
    NoModel {
        /// The name as written.
        name: String,
        /// The provider it names.
        provider: &'static str,
        /// A model of that provider.
        example: &'static str,
    },
}

fn known() -> String {
    PROVIDERS.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
}

/// Reads `builtin`, `local:PATH`, `recorded:PATH` or `PROVIDER:NAME`. Only the first colon separates: `ollama:qwen3:8b`
/// is fine.
pub fn parse_model_name(name: &str) -> Result<ModelName, UnknownModel> {
    let name = name.trim();
    let (before, after) = name.split_once(':').unwrap_or((name, ""));
    let no_model = |provider, example| UnknownModel::NoModel { name: name.into(), provider, example };
    match (before, after) {
        ("builtin", "") if name == "builtin" => Ok(ModelName::Builtin),
        ("recorded", "") => Err(no_model("recorded", "replies.jsonl")),
        ("local", "") => Err(no_model("local", "model.gguf")),
        ("local", path) => Ok(ModelName::Local { path: path.into() }),
        ("recorded", path) => Ok(ModelName::Recorded { path: path.into() }),
        _ => match PROVIDERS.iter().find(|provider| provider.name == before) {
            None => Err(UnknownModel::Provider { name: name.into() }),
            Some(provider) if after.trim().is_empty() => Err(no_model(provider.name, provider.example)),
            Some(provider) => Ok(ModelName::Remote { provider, model: after.trim().into() }),
        },
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => out.write_str("builtin"),
            Self::Remote { provider, model } => write!(out, "{}:{model}", provider.name),
            Self::Recorded { path } => write!(out, "recorded:{path}"),
            Self::Local { path } => write!(out, "local:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let got = match parse_model_name(name) {
            Ok(model) => model.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn names_are_read_or_refused_with_the_known_ones() {
        let known = "known are builtin, local:PATH, recorded:PATH and PROVIDER:NAME, where PROVIDER is one of openai, responses, \
                     anthropic, gemini, azure, openrouter, groq, mistral, deepseek, xai, ollama, llamacpp, vllm";
        check("builtin", "builtin");
        check("openai:gpt-5", "openai:gpt-5");
        check(" ollama:qwen3:8b ", "ollama:qwen3:8b");
        check("recorded:a:b.jsonl", "recorded:a:b.jsonl");
        check("local:/m/a:b.gguf", "local:/m/a:b.gguf");
        check("local:", "\"local:\" names no model: write local:NAME, such as local:model.gguf");
        check("openai:", "\"openai:\" names no model: write openai:NAME, such as openai:gpt-5");
        check("anthropic", "\"anthropic\" names no model: write anthropic:NAME, such as anthropic:claude-sonnet-4-5");
        check("gpt-5", &format!("unknown model \"gpt-5\": {known}"));
        check("builtin:x", &format!("unknown model \"builtin:x\": {known}"));
        check("claude:x\n", &format!("unknown model \"claude:x\": {known}"));
        check("", &format!("unknown model \"\": {known}"));
    }
}
