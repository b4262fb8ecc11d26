//! The verbs: from arguments to what is printed and the exit code.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use diag::{Diagnostic, SourceFile, Style, json_line, print, print_message};
use ffigen::emit::manifest::Manifest;
use ffigen::emit::{self, Emitter};
use ffigen::{Compiled, abi_diff, code, source, spec};

use crate::args::{AbiDiff, Check, Format, Generate, Index, Input, Stage, Verb};
use crate::disk::{self, Failure};

mod workspace;

/// The most diagnostics that are printed for one spec; nobody reads more at once.
const MAX_PRINTED: usize = 100;

/// What the program prints and how it ends.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For standard output.
    pub output: String,
    /// For standard error.
    pub messages: String,
    /// Exit code.
    pub code: u8,
}

/// Why a verb ended early; everything is printed already.
struct Stopped;

/// The base spec.
struct Base {
    /// Where it lies, unless this program carries it.
    path: Option<PathBuf>,
    file: SourceFile,
}

/// Does what the command line asks for.
pub fn run(verb: Verb, style: Style) -> Outcome {
    let mut session = Session { style, format: Format::Human, outcome: Outcome::default() };
    // A stop has said why and set the exit code.
    let (Ok(()) | Err(Stopped)) = match verb {
        Verb::Generate(generate) => session.generate(&generate),
        Verb::Workspace(workspace) => session.workspace(&workspace),
        Verb::Check(check) => session.check(&check),
        Verb::AbiDiff(diff) => session.abi_diff(&diff),
        Verb::Index(index) => session.index(&index),
        Verb::Explain { code } => session.explain(code.as_deref()),
    };
    session.outcome
}

struct Session {
    style: Style,
    format: Format,
    outcome: Outcome,
}

impl Session {
    fn generate(&mut self, generate: &Generate) -> Result<(), Stopped> {
        // An emitter named twice writes its files once.
        let is_wanted = |one: &Emitter| generate.emit.is_empty() || generate.emit.contains(one);
        let emitters: Vec<_> = Emitter::all().into_iter().filter(is_wanted).collect();
        let compiled = self.compile(&generate.input, &emitters)?;
        let is_one = compiled.len() == 1;
        let outputs: Vec<_> = compiled
            .iter()
            .filter_map(|one| Some((one.model.as_ref()?, one.files.as_ref()?)))
            .flat_map(|(model, files)| {
                let folder = if is_one { String::new() } else { format!("{}/", model.module.name) };
                files.iter().map(move |(path, text)| (format!("{folder}{path}"), text))
            })
            .collect();
        let written = disk::write(&generate.out, &outputs);
        drop(outputs);
        // The program ends next; taking the models apart piece by piece is a twentieth of its time.
        std::mem::forget(compiled);
        written.map_err(|failure| self.fail(&failure))
    }

    fn check(&mut self, check: &Check) -> Result<(), Stopped> {
        if check.stage == Some(Stage::Spec) {
            return self.print_specs(&check.input);
        }
        // Emitting is part of checking only in so far as it cannot fail, so no emitter runs.
        let compiled = self.compile(&check.input, &[])?;
        for model in compiled.iter().filter_map(|one| one.model.as_ref()) {
            match check.stage {
                Some(Stage::Model) => writeln!(self.outcome.output, "{model:#?}").unwrap_or(()),
                Some(Stage::View(emitter)) => {
                    self.outcome.output.push_str(&emit::view(model, emitter));
                    self.outcome.output.push('\n');
                }
                Some(Stage::Spec) | None => {}
            }
        }
        Ok(())
    }

    fn print_specs(&mut self, input: &Input) -> Result<(), Stopped> {
        self.format = input.message_format;
        for file in self.read_all(&input.specs)? {
            let (spec, diagnostics) = spec::parse(&file);
            self.report(&file, &diagnostics);
            if let Some(spec) = spec {
                writeln!(self.outcome.output, "{spec:#?}").unwrap_or(());
            }
        }
        self.stop_after_diagnostics()
    }

    fn abi_diff(&mut self, diff: &AbiDiff) -> Result<(), Stopped> {
        let old = self.read_manifest(&diff.old)?;
        let new = self.read_manifest(&diff.new)?;
        let report = abi_diff::compare(&old, &new);
        self.outcome.output = report.render(diff.accept.as_deref());
        self.outcome.code = report.class().exit_code();
        Ok(())
    }

    fn index(&mut self, index: &Index) -> Result<(), Stopped> {
        let manifests: Vec<Manifest> = index
            .manifests
            .iter()
            .map(|path| self.read_manifest(path))
            .collect::<Result<_, _>>()?;
        let Some(name) = index.out.file_name().and_then(|name| name.to_str()) else {
            return Err(self.fail(&Failure {
                title: format!("`{}` is not the name of a file", index.out.display()),
                help: vec!["name the page to write with `--out`, e.g. `doc/index.md`".to_owned()],
            }));
        };
        let folder = index.out.parent().filter(|folder| *folder != Path::new(""));
        let page = emit::doc::index::render(&manifests);
        disk::write(folder.unwrap_or(Path::new(".")), &[(name.to_owned(), &page)])
            .map_err(|failure| self.fail(&failure))
    }

    fn read_manifest(&mut self, path: &Path) -> Result<Manifest, Stopped> {
        let text = disk::read_text(path).map_err(|failure| self.fail(&failure))?;
        abi_diff::read(&text).map_err(|what| {
            self.fail(&Failure {
                title: format!("cannot use `{}`: {what}", path.display()),
                help: vec![
                    "name an `abi/<module>.json` that `ffigen generate` wrote".to_owned(),
                    "of a committed one with merge conflicts, take one side, and accept the ABI again"
                        .to_owned(),
                ],
            })
        })
    }

    fn explain(&mut self, name: Option<&str>) -> Result<(), Stopped> {
        let Some(name) = name else {
            for row in code::ALL {
                writeln!(self.outcome.output, "{}  {}", row.code, row.title).unwrap_or(());
            }
            return Ok(());
        };
        let Some(row) = code::find(name) else {
            return Err(self.fail(&Failure {
                title: format!("unknown code `{name}`"),
                help: vec!["`ffigen explain` without a code lists them all".to_owned()],
            }));
        };
        writeln!(self.outcome.output, "{}: {}\n\n{}", row.code, row.title, row.explanation)
            .unwrap_or(());
        Ok(())
    }

    /// Reads, checks and emits all specs; stops if anything was reported.
    fn compile(&mut self, input: &Input, emitters: &[Emitter]) -> Result<Vec<Compiled>, Stopped> {
        self.format = input.message_format;
        let files = self.read_all(&input.specs)?;
        let base = self.base(input)?;
        self.compile_files(input, &files, &base.file, emitters)
    }

    /// The same for files that are read.
    fn compile_files(
        &mut self,
        input: &Input,
        files: &[SourceFile],
        base: &SourceFile,
        emitters: &[Emitter],
    ) -> Result<Vec<Compiled>, Stopped> {
        let (resolved, diagnostics) = ffigen::base(base);
        self.report(base, &diagnostics);
        self.stop_after_diagnostics()?;
        let resolved = resolved.unwrap_or_default();
        let baselines = self.baselines(input)?;
        let compiled = ffigen::compile(files, &resolved, &baselines, emitters);
        for (file, one) in files.iter().zip(&compiled) {
            self.report(file, &one.diagnostics);
        }
        self.stop_after_diagnostics()?;
        Ok(compiled)
    }

    /// The base spec of these specs, of which there is at least one: the one that is named, or lies near the first of
    /// them, or is one of them, or is that of the runtime which this program carries.
    fn base(&mut self, input: &Input) -> Result<Base, Stopped> {
        let first = input.specs.first().map_or(Path::new("base.toml"), PathBuf::as_path);
        let is_base = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "base.toml");
        let found = match (&input.base, input.specs.iter().find(is_base)) {
            (Some(path), _) => Ok(path.clone()),
            (None, other) => {
                disk::find_base(first).or_else(|failure| other.cloned().ok_or(failure))
            }
        };
        let carried = sources::FILES.iter().find(|(name, _)| *name == "specs/base.toml");
        match (found, carried) {
            (Ok(path), _) => {
                let file = self.read(&path).ok_or(Stopped)?;
                Ok(Base { path: Some(path), file })
            }
            (Err(_), Some((name, text))) => {
                Ok(Base { path: None, file: SourceFile::new(*name, *text) })
            }
            (Err(failure), None) => Err(self.fail(&failure)),
        }
    }

    fn baselines(&mut self, input: &Input) -> Result<Vec<Manifest>, Stopped> {
        let mut baselines: Vec<Manifest> = Vec::new();
        for path in &input.baselines {
            let baseline = self.read_manifest(path)?;
            if baselines.iter().any(|other| other.module == baseline.module) {
                return Err(self.fail(&Failure {
                    title: format!("module `{}` has two baselines", baseline.module),
                    help: vec!["name one `--baseline` per module".to_owned()],
                }));
            }
            baselines.push(baseline);
        }
        Ok(baselines)
    }

    fn read_all(&mut self, paths: &[PathBuf]) -> Result<Vec<SourceFile>, Stopped> {
        let files: Vec<_> = paths.iter().filter_map(|path| self.read(path)).collect();
        if files.len() == paths.len() { Ok(files) } else { Err(Stopped) }
    }

    fn read(&mut self, path: &Path) -> Option<SourceFile> {
        let bytes = disk::read(path).map_err(|failure| self.fail(&failure)).ok()?;
        match source::from_bytes(&path.display().to_string(), bytes) {
            Ok(file) => Some(file),
            Err(bad) => {
                let (file, diagnostic) = *bad;
                self.report(&file, &[diagnostic]);
                None
            }
        }
    }

    fn report(&mut self, file: &SourceFile, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        self.outcome.code = self.outcome.code.max(1);
        if self.format == Format::Json {
            self.outcome
                .messages
                .extend(diagnostics.iter().map(|diagnostic| json_line(diagnostic, file)));
            return;
        }
        for diagnostic in diagnostics.iter().take(MAX_PRINTED) {
            self.outcome.messages.push_str(&print(diagnostic, file, self.style));
            self.outcome.messages.push('\n');
        }
        if let Some(more @ 1..) = diagnostics.len().checked_sub(MAX_PRINTED) {
            writeln!(self.outcome.messages, "... and {more} more in {}", file.name()).unwrap_or(());
        }
    }

    fn stop_after_diagnostics(&self) -> Result<(), Stopped> {
        if self.outcome.code == 0 { Ok(()) } else { Err(Stopped) }
    }

    fn fail(&mut self, failure: &Failure) -> Stopped {
        let message = match self.format {
            Format::Human => print_message(&failure.title, &failure.help, self.style),
            Format::Json => diag::json_message_line(&failure.title, &failure.help),
        };
        self.outcome.messages.push_str(&message);
        self.outcome.code = 2;
        Stopped
    }
}
