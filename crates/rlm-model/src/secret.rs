//! Text that nobody should see.

use std::fmt;

/// A key, or another text that nobody should see. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret as given; white space around it is dropped.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The text itself, for the one who has to send it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the secret: servers repeat what they refuse.
    pub(crate) fn redact(&self, text: String) -> String {
        // What is this short is no secret, and cutting it out would garble the message.
        if self.0.len() < 6 || !text.contains(&self.0) { text } else { text.replace(&self.0, "(hidden)") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_and_cut_out_of_texts() {
        let secret = Secret::new(" sk-123456\n");
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
        assert_eq!(secret.redact("bad key sk-123456!".into()), "bad key (hidden)!");
        assert_eq!(Secret::new("").redact("text".into()), "text");
    }
}
