//! Asks one model: a conversation as a JSON array on each line of stdin, a reply as JSON on stdout.
//!
//! `cargo run -p rlm-model --example ask -- openai:gpt-5 http://localhost:8000/v1`
#![allow(clippy::disallowed_methods)] // It is the program here: arguments are its to read.

use std::{io::BufRead, process::ExitCode, time::Duration};

use rlm_model::{Builtin, Message, Model, ModelName, OpenAi, OpenAiConfig, Request, parse_model_name};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let name = arguments.first().map_or("builtin", String::as_str);
    let model = model(name, arguments.get(1))?;
    for line in std::io::stdin().lock().lines() {
        let messages: Vec<Message> = serde_json::from_str(&line?)?;
        let reply = model.complete(Request { messages, max_output_tokens: Some(1_000) }).await?;
        println!("{}", serde_json::json!({ "text": reply.text, "usage": reply.usage }));
    }
    Ok(())
}

fn model(name: &str, base_url: Option<&String>) -> Result<Box<dyn Model>, Box<dyn std::error::Error>> {
    match parse_model_name(name)? {
        ModelName::OpenAi { model } => {
            let mut config = OpenAiConfig { model, timeout: Duration::from_secs(30), ..OpenAiConfig::default() };
            config.base_url = base_url.cloned().unwrap_or(config.base_url);
            Ok(Box::new(OpenAi::new(config)?))
        }
        _ => Ok(Box::new(Builtin)),
    }
}
