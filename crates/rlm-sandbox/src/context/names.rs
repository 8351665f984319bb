//! The names that cells know contexts by.

use rlm_abi::Value;
use serde_json::json;

use crate::{Context, Result, SandboxError, Session, session::check_name};

/// What one context is called when it is the only one, and the list of all when there are several.
const TOGETHER: &str = "context";

impl Session {
    /// Binds contexts under all the names that cells know them by, and returns those of each, the
    /// plainest first.
    ///
    /// A single one is `context`; of several, `context` is the list. Each is also `context_0`,
    /// `context_1` and so on, and has the name given with it where that is an identifier; an empty name
    /// is none. A name that another context had goes over to the new one.
    ///
    /// # Errors
    /// When a name is given twice or means something else already, such as `print`, or the guest's
    /// address space is used up.
    pub async fn define_contexts(&mut self, contexts: &[(&str, &Context)]) -> Result<Vec<Vec<String>>> {
        self.name_contexts(contexts, true).await
    }

    /// Binds further contexts, numbered on from those that are there, and returns the names of each.
    ///
    /// Where there are none yet this is [`Session::define_contexts`]; otherwise `context` is left as it
    /// is.
    ///
    /// # Errors
    /// As with [`Session::define_contexts`].
    pub async fn add_contexts(&mut self, contexts: &[(&str, &Context)]) -> Result<Vec<Vec<String>>> {
        self.name_contexts(contexts, false).await
    }

    async fn name_contexts(&mut self, contexts: &[(&str, &Context)], anew: bool) -> Result<Vec<Vec<String>>> {
        if contexts.is_empty() {
            return Ok(Vec::new());
        }
        let own: Vec<Option<&str>> = contexts.iter().map(|(name, _)| own_name(name)).collect();
        let next = self.next_context(&own).await?;
        let first = if anew { 0 } else { next };
        let alone = first == 0 && contexts.len() == 1;
        let (mut bound, mut known) = (Vec::new(), Vec::new());
        for (index, ((_, context), own)) in contexts.iter().zip(own).enumerate() {
            let numbered = format!("{TOGETHER}_{}", first + index);
            // Under this name it lies in /context too.
            let main = own.unwrap_or(if alone { TOGETHER } else { &numbered });
            self.define_context(main, context).await?;
            let plainest = match (alone, first) {
                (true, _) => Some(TOGETHER.to_owned()),
                (false, 0) => Some(format!("{TOGETHER}[{index}]")),
                (false, _) => None,
            };
            let variables = alone.then_some(TOGETHER).into_iter().chain([numbered.as_str()]).chain(own);
            bound.push([main].into_iter().chain(variables).map(str::to_owned).collect::<Vec<_>>());
            known.push(plainest.into_iter().chain([numbered.clone()]).chain(own.map(str::to_owned)).collect());
        }
        let list = if first == 0 && !alone { TOGETHER } else { "" };
        self.evaluate(&format!("name_contexts({first}, {}, {})", json!(bound), json!(list))).await?;
        Ok(known)
    }

    /// The number of the next context; fails when a name is not to be had.
    async fn next_context(&mut self, names: &[Option<&str>]) -> Result<usize> {
        let given: Vec<&str> = names.iter().copied().flatten().collect();
        if let Some((_, twice)) = given.iter().enumerate().find(|(index, name)| given[..*index].contains(name)) {
            return Err(refused(twice, "two contexts have this name"));
        }
        match self.evaluate(&format!("next_context({})", json!(given))).await? {
            Value::Int(next @ 0..1_000_000) => Ok(next as usize),
            Value::Str(name) => Err(refused(&name, "it means something else in the session")),
            _ => Err(SandboxError::Refused("it did not say which contexts there are".to_owned())),
        }
    }

    /// Calls a function of the guest's `rlm_context`.
    async fn evaluate(&mut self, call: &str) -> Result<Value> {
        self.evaluate_own(&format!("__import__(\"rlm_context\").{call}")).await
    }
}

/// The name given with a context, if variables can be called so. The names all contexts have are not
/// one's own.
fn own_name(name: &str) -> Option<&str> {
    let number = name.strip_prefix(TOGETHER).and_then(|rest| rest.strip_prefix('_'));
    let of_all = name == TOGETHER || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    (!of_all && check_name(name).is_ok()).then_some(name)
}

fn refused(name: &str, why: &str) -> SandboxError {
    SandboxError::Define { name: name.to_owned(), reason: why.to_owned() }
}
