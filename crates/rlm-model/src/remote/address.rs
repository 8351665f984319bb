//! Where requests go, and what goes with each of them.

use std::net::IpAddr;

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use super::{RemoteConfig, format::Adapter};
use crate::{ErrorKind, error::excerpt};

/// Why a model cannot be set up.
pub(super) type Unusable = (ErrorKind, String);

/// The address that `config` leads to; nothing is sent yet.
pub(super) fn endpoint(config: &RemoteConfig, adapter: &dyn Adapter) -> Result<Url, Unusable> {
    let mut url = base(&config.base_url).map_err(|why| (ErrorKind::Fatal, why))?;
    if config.api_key.is_none() && config.headers.is_empty() && !is_loopback(&url) {
        let message = format!("no api key for {}", url.host_str().unwrap_or("this server"));
        return Err((ErrorKind::Authentication, message));
    }
    let path = adapter.path(url.path(), &config.model, config.stream);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if let Some((key, value)) = adapter.query(config.stream) {
        url.query_pairs_mut().append_pair(key, value);
    }
    Ok(url)
}

/// The headers of every request, those with secrets marked as such.
pub(super) fn headers(config: &RemoteConfig, adapter: &dyn Adapter) -> Result<HeaderMap, Unusable> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in adapter.headers() {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    for (name, value) in &config.headers {
        let header = header_name(name)?;
        headers.insert(header, sensitive(value.expose()).ok_or_else(|| uncarriable(&format!("header {name}")))?);
    }
    if let Some(key) = &config.api_key {
        let (name, prefix) = match config.key_header.as_deref() {
            Some(name) => (name, ""),
            None => adapter.key_header(),
        };
        let value = sensitive(&format!("{prefix}{}", key.expose())).ok_or_else(|| uncarriable("the api key"))?;
        headers.insert(header_name(name)?, value);
    }
    Ok(headers)
}

fn header_name(name: &str) -> Result<HeaderName, Unusable> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| (ErrorKind::Fatal, format!("{:?} cannot be the name of a header", excerpt(name))))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn uncarriable(what: &str) -> Unusable {
    (ErrorKind::Authentication, format!("{what} holds characters that no header can carry"))
}

fn base(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("base url {:?} is not a url: {error}", excerpt(text)))?;
    match (url.scheme(), url.has_host()) {
        ("http" | "https", true) => Ok(url),
        _ => Err(format!("base url {:?} is not an http or https url", excerpt(text))),
    }
}

/// Is the server on this machine, so that nobody else sees the request?
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
    }
}
