//! Model names as people write them: `builtin`, `openai:gpt-5`.

use std::fmt;

/// Which model a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelName {
    /// The built-in model.
    Builtin,
    /// A model of a server that speaks the OpenAI Chat Completions format.
    OpenAi {
        /// The model's name at that server, such as `gpt-5`.
        model: String,
    },
}

/// A model name that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownModel {
    /// Nothing before or in place of the colon is a known provider.
    #[error("unknown model {0:?}: known are builtin and openai:NAME")]
    Provider(String),
    /// A provider without the model's own name.
    #[error("{0:?} names no model: write openai:NAME, such as openai:gpt-5")]
    NoModel(String),
}

/// Reads `builtin` or `openai:NAME`. Only the first colon separates: `openai:qwen3:8b` is fine.
pub fn parse_model_name(name: &str) -> Result<ModelName, UnknownModel> {
    let name = name.trim();
    match name.split_once(':') {
        None if name == "builtin" => Ok(ModelName::Builtin),
        None if name == "openai" => Err(UnknownModel::NoModel(name.into())),
        Some(("openai", "")) => Err(UnknownModel::NoModel(name.into())),
        Some(("openai", model)) => Ok(ModelName::OpenAi { model: model.into() }),
        _ => Err(UnknownModel::Provider(name.into())),
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => out.write_str("builtin"),
            Self::OpenAi { model } => write!(out, "openai:{model}"),
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
        check("builtin", "builtin");
        check("openai:gpt-5", "openai:gpt-5");
        check(" openai:qwen3:8b ", "openai:qwen3:8b");
        check("openai:", "\"openai:\" names no model: write openai:NAME, such as openai:gpt-5");
        check("openai", "\"openai\" names no model: write openai:NAME, such as openai:gpt-5");
        check("gpt-5", "unknown model \"gpt-5\": known are builtin and openai:NAME");
        check("claude:x\n", "unknown model \"claude:x\": known are builtin and openai:NAME");
        check("", "unknown model \"\": known are builtin and openai:NAME");
    }
}
