//! `models`: what is configured, where it is, whether its key is set, what it costs, and on request
//! whether it answers.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use rlm_model::{Model, ModelError, ModelName, PROVIDERS, Pricing, Provider, Reply, Request, Usage};
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    args::ModelsArgs,
    config::{Environment, File, Named, Setup, host_of},
    failure, text, world,
};

/// What a checked model is asked.
const CHECK: &str = "Reply with the single word: ready";
/// Longest time for one check.
const PATIENCE: Duration = Duration::from_secs(60);
/// Tokens for which a price is shown.
const MILLION: u64 = 1_000_000;

/// All that is listed.
#[derive(Serialize)]
struct Listing {
    config: Option<String>,
    roles: BTreeMap<&'static str, String>,
    models: Vec<Row>,
    providers: Vec<ProviderRow>,
}

/// One configured model.
#[derive(Serialize)]
struct Row {
    name: String,
    model: String,
    base_url: Option<String>,
    /// Where the key comes from, and whether it is there; never the key.
    key: Option<KeyRow>,
    dollars_per_million: Option<PriceRow>,
    context_window: Option<u64>,
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<CheckRow>,
}

#[derive(Serialize)]
struct KeyRow {
    variables: Vec<String>,
    set: bool,
}

#[derive(Serialize)]
struct PriceRow {
    input: f64,
    output: f64,
}

#[derive(Serialize)]
struct CheckRow {
    answered: bool,
    seconds: f64,
    message: String,
}

#[derive(Serialize)]
struct ProviderRow {
    name: &'static str,
    base_url: Option<String>,
    key: KeyRow,
    example: String,
}

/// Lists the models, and asks them if that is wanted.
pub fn models(args: &ModelsArgs) -> Result<i32> {
    let environment = Environment::read();
    let file = File::read(args.config.config.as_deref(), &environment)?;
    let setup = Setup::new(&args.models, &file, &environment);
    let mut listing = list(&setup, &file, &environment)?;
    if args.check {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(check_all(&setup, &mut listing.models));
    }
    let answered = |row: &Row| row.check.as_ref().is_none_or(|check| check.answered);
    let all_well = listing.models.iter().all(answered);
    world::out(&if args.json { serde_json::to_string(&listing)? + "\n" } else { lines(&listing) })?;
    Ok(if all_well { failure::OK } else { failure::FAILED })
}

fn list(setup: &Setup<'_>, file: &File, environment: &Environment) -> Result<Listing> {
    let (root, sub) = setup.roles()?;
    let mut named = vec![root.clone(), sub.clone()];
    for name in file.models.keys() {
        named.push(setup.named(name.get_ref())?);
    }
    let mut rows: Vec<Row> = Vec::new();
    for one in named {
        if !rows.iter().any(|row| row.name == one.written) {
            rows.push(row(setup, &one));
        }
    }
    Ok(Listing {
        config: file.path.as_ref().map(|path| path.display().to_string()),
        roles: [("root", root.written), ("sub", sub.written)].into(),
        models: rows,
        providers: PROVIDERS.iter().map(|provider| provider_row(provider, environment)).collect(),
    })
}

fn row(setup: &Setup<'_>, named: &Named) -> Row {
    let mut row = Row {
        name: named.written.clone(),
        model: named.name.to_string(),
        base_url: None,
        key: None,
        dollars_per_million: None,
        context_window: None,
        problem: None,
        check: None,
    };
    match setup.model(named) {
        Ok(model) => row.context_window = model.context_window(),
        Err(error) => row.problem = Some(error.to_string()),
    }
    let ModelName::Remote { provider, model } = &named.name else { return row };
    if let Ok(access) = setup.access(named, provider) {
        row.dollars_per_million = price(&setup.pricing(named, &access.base_url, model));
        row.key = Some(KeyRow { set: access.key.is_some(), variables: access.key_variables });
        row.base_url = Some(without_secrets(&access.base_url));
    }
    row
}

/// What a short prompt costs; long ones may cost more.
fn price(pricing: &Pricing) -> Option<PriceRow> {
    // The price of a small call, scaled up: a million tokens at once would be a long prompt.
    let scale = 1_000;
    let dollars = |input_tokens, output_tokens| {
        let usage = Usage { calls: 1, input_tokens, output_tokens, ..Usage::default() };
        Some(pricing.cost(&usage)?.dollars() * (MILLION / scale) as f64)
    };
    Some(PriceRow { input: dollars(scale, 0)?, output: dollars(0, scale)? })
}

fn provider_row(provider: &Provider, environment: &Environment) -> ProviderRow {
    let variables: Vec<String> = provider.key_variables.iter().map(|variable| (*variable).to_owned()).collect();
    let base_url = provider.base_url_variable.and_then(|variable| environment.get(variable));
    ProviderRow {
        name: provider.name,
        base_url: base_url.or(provider.base_url.map(Into::into)).map(|url| without_secrets(&url)),
        key: KeyRow { set: variables.iter().any(|variable| environment.get(variable).is_some()), variables },
        example: format!("{}:{}", provider.name, provider.example),
    }
}

/// A base URL without a password or a query, either of which may be a key.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

async fn check_all(setup: &Setup<'_>, rows: &mut [Row]) {
    for row in rows {
        let Ok(named) = setup.named(&row.name) else { continue };
        let began = Instant::now();
        let outcome = match setup.model(&named) {
            Ok(model) => check(&*model).await,
            Err(error) => Err(error.to_string()),
        };
        row.check = Some(CheckRow {
            answered: outcome.is_ok(),
            seconds: began.elapsed().as_secs_f64(),
            message: outcome.unwrap_or_else(|why| why),
        });
    }
}

/// Asks a model for a word. A reply without text, as reasoning models give when they may say little,
/// is a reply.
async fn check(model: &dyn Model) -> Result<String, String> {
    let request = Request { max_output_tokens: Some(64), ..Request::prompt(CHECK) };
    match tokio::time::timeout(PATIENCE, model.complete(request)).await {
        Ok(Ok(Reply { usage, .. })) => {
            let cost = model.cost(&usage).map_or("price unknown".into(), |cost| cost.to_string());
            Ok(format!("{} tokens in, {} out, {cost}", usage.input_tokens, usage.output_tokens))
        }
        Ok(Err(ModelError { kind, message, .. })) => Err(format!("{kind}: {message}")),
        Err(_) => Err(format!("no reply within {} s", PATIENCE.as_secs())),
    }
}

fn lines(listing: &Listing) -> String {
    let mut shown = match &listing.config {
        Some(path) => format!("configuration: {path}\n"),
        None => "configuration: none\n".into(),
    };
    let roles: Vec<String> = listing.roles.iter().map(|(role, model)| format!("{role} {model}")).collect();
    shown += &format!("roles: {}\n\n", roles.join(", "));
    let header = ["MODEL", "IS", "AT", "KEY", "$ A MILLION IN/OUT", "WINDOW"].map(String::from);
    let rows = listing.models.iter().map(|row| {
        let dollars = row.dollars_per_million.as_ref();
        [
            row.name.clone(),
            row.model.clone(),
            row.base_url.as_deref().map_or("this program".into(), at),
            row.key.as_ref().map_or("-".into(), key),
            match (dollars, &row.base_url) {
                (Some(price), _) => format!("{}/{}", shortest(price.input), shortest(price.output)),
                (None, Some(_)) => "unknown".into(),
                (None, None) => "-".into(),
            },
            match (row.context_window, &row.base_url) {
                (Some(window), _) => text::grouped(window),
                (None, Some(_)) => "unknown".into(),
                (None, None) => "-".into(),
            },
        ]
    });
    shown += &text::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>());
    for row in &listing.models {
        match (&row.check, &row.problem) {
            (Some(check), _) => {
                let word = if check.answered { "answered" } else { "FAILED" };
                shown += &format!("{}: {word} in {:.2} s: {}\n", row.name, check.seconds, check.message);
            }
            (None, Some(problem)) => shown += &format!("{}: cannot be used: {problem}\n", row.name),
            (None, None) => {}
        }
    }
    shown += "\nproviders:\n";
    let rows = listing
        .providers
        .iter()
        .map(|row| [row.example.clone(), row.base_url.as_deref().map_or("wants --base-url".into(), at), key(&row.key)]);
    shown + &text::table(&rows.collect::<Vec<_>>())
}

fn at(base_url: &str) -> String {
    base_url.split_once("://").map_or(String::new(), |(_, rest)| host_of(rest))
}

fn key(key: &KeyRow) -> String {
    match (key.variables.as_slice(), key.set) {
        ([], _) => "none needed".into(),
        (variables, true) => format!("{} set", variables.join(" or ")),
        (variables, false) => format!("{} not set", variables.join(" or ")),
    }
}

/// A price with as many digits as it has, up to four.
fn shortest(dollars: f64) -> String {
    let text = format!("{dollars:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_an_address_that_may_be_secret_is_shown() {
        for (url, shown) in [
            ("https://u:p@a.example:1/v1?key=k#x", "https://a.example:1/v1"),
            ("http://localhost", "http://localhost"),
            ("sk-secret", ""),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }

    #[test]
    fn prices_have_as_many_digits_as_they_need() {
        assert_eq!([0.25, 10.0, 0.0375].map(shortest), ["0.25", "10", "0.0375"]);
    }
}
