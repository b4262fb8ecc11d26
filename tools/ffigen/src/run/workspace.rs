//! The verb `workspace`.

use ffigen::emit::Emitter;
use ffigen::workspace::{self, Module, Sources};

use super::{Session, Stopped};
use crate::args::Workspace;
use crate::disk::{self, Failure};

impl Session {
    pub(super) fn workspace(&mut self, verb: &Workspace) -> Result<(), Stopped> {
        self.format = verb.input.message_format;
        let specs = self.with_base(verb)?;
        let input = crate::args::Input { specs, ..verb.input.clone() };
        let (files, compiled) = self.compile(&input, &Emitter::all())?;
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

    /// The specs with the base spec, which is a module of every library.
    fn with_base(&mut self, verb: &Workspace) -> Result<Vec<std::path::PathBuf>, Stopped> {
        let mut specs = verb.input.specs.clone();
        let base = self.base_path(&verb.input)?;
        let is_base = |path: &std::path::PathBuf| {
            path.canonicalize().ok().is_some_and(|path| base.canonicalize().ok() == Some(path))
        };
        if !specs.iter().any(is_base) {
            specs.insert(0, base);
        }
        Ok(specs)
    }
}
