//! What the environment says about models and where configuration lives.

use std::path::{Path, PathBuf};

use crate::world;

/// Gives the value of a variable that is set and not empty.
type Lookup = dyn Fn(&str) -> Option<String>;

/// The variables of the environment.
pub struct Environment(Box<Lookup>);

impl Environment {
    /// The process's own.
    pub fn read() -> Self {
        Self(Box::new(world::variable))
    }

    /// One that tests make up.
    #[cfg(test)]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        let set: std::collections::BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self(Box::new(move |name| set.get(name).cloned()))
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    /// Where the user's own configuration would be.
    pub fn config_file(&self) -> Option<PathBuf> {
        let config = self
            .get("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| self.get("HOME").map(|home| Path::new(&home).join(".config")))?;
        Some(config.join("rlm-repl/rlm-repl.toml"))
    }

    /// The proxy for requests to `url`, as most programs take it from the environment, unless its
    /// host is excepted or is this machine.
    pub fn proxy_for(&self, url: &str) -> Option<String> {
        let (scheme, rest) = url.split_once("://")?;
        let host = host_of(rest);
        if self.excepts(&host) {
            return None;
        }
        let own = if scheme.eq_ignore_ascii_case("https") { "https_proxy" } else { "http_proxy" };
        self.either(own).or_else(|| self.either("all_proxy"))
    }

    fn excepts(&self, host: &str) -> bool {
        let except = self.either("no_proxy").unwrap_or_default();
        let listed = except.split(',').map(str::trim).any(|entry| {
            let domain = entry.trim_start_matches('.').to_ascii_lowercase();
            entry == "*" || !domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}")))
        });
        is_here(host) || listed
    }

    /// A variable in lower or upper case.
    fn either(&self, lower: &str) -> Option<String> {
        self.get(lower).or_else(|| self.get(&lower.to_uppercase()))
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    matches!(host, "localhost" | "::1") || host.starts_with("127.")
}

/// Whether the server of a URL is on this machine.
pub fn is_local(url: &str) -> bool {
    url.split_once("://").is_some_and(|(_, rest)| is_here(&host_of(rest)))
}

/// The host of what follows `scheme://`, in lower case and without port or brackets.
pub fn host_of(rest: &str) -> String {
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

    #[test]
    fn proxies_follow_the_scheme_and_spare_excepted_hosts() {
        let environment = Environment::of(&[
            ("HTTP_PROXY", "http://p:1"),
            ("https_proxy", "http://p:2"),
            ("no_proxy", "example.org, .corp"),
        ]);
        let proxy = |url: &str| environment.proxy_for(url);
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

    #[test]
    fn the_users_configuration_is_where_others_keep_theirs() {
        let path = |variables: &[(&str, &str)]| Environment::of(variables).config_file();
        assert_eq!(path(&[("HOME", "/h")]), Some("/h/.config/rlm-repl/rlm-repl.toml".into()));
        assert_eq!(path(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]), Some("/x/rlm-repl/rlm-repl.toml".into()));
        assert_eq!(path(&[("XDG_CONFIG_HOME", "x")]), None);
    }
}
