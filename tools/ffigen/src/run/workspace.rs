//! The verb `workspace`.

use std::path::Path;

use ffigen::emit::Emitter;
use ffigen::workspace::{self, Module, Sources};

use super::{Base, Session, Stopped};
use crate::args::Workspace;
use crate::disk::{self, Failure};

impl Session {
    pub(super) fn workspace(&mut self, verb: &Workspace) -> Result<(), Stopped> {
        self.format = verb.input.message_format;
        let mut files = self.read_all(&verb.input.specs)?;
        let base = self.base(&verb.input)?;
        // The base spec is a module of every library, named or not.
        if !verb.input.specs.iter().any(|path| base.is_at(path)) {
            files.insert(0, base.file.clone());
        }
        let compiled = self.compile_files(&verb.input, &files, &base.file, &Emitter::all())?;
        let modules: Vec<_> = files
            .iter()
            .zip(&compiled)
            .filter_map(|(file, one)| {
                let (model, files) = (one.model.as_ref()?, one.files.as_ref()?);
                Some(Module { model, files, spec: file.text() })
            })
            .collect();
        let workspace =
            workspace::workspace(&modules, Sources(sources::FILES)).map_err(|refusal| {
                self.fail(&Failure { title: refusal.title, help: vec![refusal.help] })
            })?;
        let files: Vec<_> = workspace.iter().map(|(path, text)| (path.to_owned(), text)).collect();
        disk::tree::replace(&verb.out, &files).map_err(|failure| self.fail(&failure))
    }
}

impl Base {
    fn is_at(&self, path: &Path) -> bool {
        let place = self.path.as_ref().and_then(|path| path.canonicalize().ok());
        place.is_some() && path.canonicalize().ok() == place
    }
}
