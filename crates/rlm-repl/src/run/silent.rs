//! Models that lend their names and are never asked.

use std::sync::Arc;

use rlm::{Journal, Models};
use rlm_model::{BoxFuture, ErrorKind, Model, ModelError, Reply, Request, SharedModel};

struct Silent(String);

impl Model for Silent {
    fn name(&self) -> &str {
        &self.0
    }

    fn complete(&self, _: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        let message = "a replay asks no model".to_owned();
        let error = ModelError { model: self.0.clone(), kind: ErrorKind::Fatal, message };
        Box::pin(async { Err(error) })
    }
}

/// The models of a journal's run.
pub fn models(journal: &Journal) -> Models {
    let start = journal.start();
    let silent = |name: &String| Arc::new(Silent(name.clone()));
    let mut models = Models::new(silent(&start.root_model), silent(&start.sub_model));
    models.named.extend(start.named_models.iter().map(|(name, model)| (name.clone(), silent(model) as SharedModel)));
    models
}
