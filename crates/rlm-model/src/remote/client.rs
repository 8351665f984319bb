//! The HTTP client, and its errors as people can read them.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, redirect::Policy};

use crate::error::excerpt;

/// Who we say we are to servers.
const USER_AGENT: &str = concat!("rlm-repl/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// No proxy, cookie or redirect that the caller did not ask for: a key must not wander.
pub(super) fn build(proxy: Option<&str>) -> reqwest::Result<Client> {
    let builder =
        Client::builder().user_agent(USER_AGENT).connect_timeout(CONNECT_TIMEOUT).redirect(Policy::none()).no_proxy();
    match proxy {
        None => builder.build(),
        Some(url) => builder.proxy(reqwest::Proxy::all(url)?).build(),
    }
}

/// An error of the HTTP client with its reasons, without the URL (which may carry a secret).
pub(super) fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = inner.source();
    }
    excerpt(&words)
}
