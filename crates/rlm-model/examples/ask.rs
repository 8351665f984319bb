//! Asks one model: a conversation as a JSON array on each line of stdin, a reply as JSON on stdout,
//! its text on stderr while it comes.
//!
//! `cargo run -p rlm-model --example ask -- openai:gpt-5 http://localhost:8000/v1 [SECONDS]`, where the
//! seconds are the longest silence that is waited for.
#![allow(clippy::disallowed_methods)] // It is the program here: arguments are its to read.

use std::{io::BufRead, process::ExitCode, time::Duration};

use rlm_model::{
    Builtin, Message, Model, ModelName, Pricing, Remote, RemoteConfig, Request, Secret, StreamEvent, parse_model_name,
};

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
    let silence = arguments.get(2).map_or(Ok(30.0), |seconds| seconds.parse())?;
    let model = model(name, arguments.get(1), Duration::try_from_secs_f64(silence)?)?;
    let listener = |event: StreamEvent<'_>| match event {
        StreamEvent::Text(text) => eprint!("{}", text.escape_debug()),
        StreamEvent::Restarted => eprintln!("(again)"),
        _ => {}
    };
    for line in std::io::stdin().lock().lines() {
        let messages: Vec<Message> = serde_json::from_str(&line?)?;
        let request = Request { messages, max_output_tokens: Some(1_000) };
        let reply = model.stream(request, &listener).await?;
        eprintln!();
        let cost = model.cost(&reply.usage).map(|money| money.dollars());
        println!("{}", serde_json::json!({ "text": reply.text, "usage": reply.usage, "dollars": cost }));
    }
    Ok(())
}

fn model(
    name: &str,
    base_url: Option<&String>,
    silence: Duration,
) -> Result<Box<dyn Model>, Box<dyn std::error::Error>> {
    let ModelName::Remote { provider, model } = parse_model_name(name)? else {
        return Ok(Box::new(Builtin));
    };
    let base_url = base_url.cloned().or(provider.base_url.map(Into::into)).unwrap_or_default();
    let key = provider.key_variables.iter().find_map(|name| std::env::var(name).ok());
    Ok(Box::new(Remote::new(RemoteConfig {
        name: name.to_owned(),
        format: provider.format,
        pricing: Pricing::listed(&base_url, &model, None),
        model,
        base_url,
        api_key: key.map(Secret::new),
        timeout: Duration::from_secs(60),
        chunk_timeout: silence,
        ..RemoteConfig::default()
    })?))
}
