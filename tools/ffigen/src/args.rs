//! The command line: verbs and options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ffigen::emit::Emitter;

/// Turns specs of FFI modules into Rust crates, C headers, Simple modules, ABI manifests, reference pages and tests.
#[derive(Debug, Parser)]
#[command(name = "ffigen", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write the files of one or more specs: all of them, or none after a mistake.
    Generate(Generate),
    /// Write a complete Cargo workspace: the crates of the specs, the hand-written crates under them, pinned versions.
    /// It takes the place of an earlier one as a whole, or nothing changes.
    Workspace(Workspace),
    /// Check specs and write nothing.
    Check(Check),
    /// Compare two ABI manifests. Exit code: 0 identical, 1 documentation only, 4 compatible
    /// addition, 8 source break, 16 ABI break.
    AbiDiff(AbiDiff),
    /// Write the index over the reference pages of several modules.
    Index(Index),
    /// Say what a diagnostic code means.
    Explain {
        /// The code, `F0201`; without it, every code with its title.
        code: Option<String>,
    },
}

/// Options of the verbs that read specs.
#[derive(Debug, Clone, Args)]
pub struct Input {
    /// Spec files.
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    /// The spec with the error codes [default: base.toml beside the first spec, else in the directory above, else that
    /// of the runtime which ffigen carries].
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// The committed manifest of a module, for each module that has one: programs compiled against
    /// it, and against the ABIs that it accepts, still link where the module only adds to it.
    #[arg(long = "baseline", value_name = "FILE")]
    pub baselines: Vec<PathBuf>,
    /// How diagnostics are printed.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub message_format: Format,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// The output directory, made if it does not exist; of several specs, each gets a directory
    /// named after its module in it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The emitters to run, separated by commas [default: all].
    #[arg(long, value_delimiter = ',', value_parser = emitter, value_name = "EMITTER")]
    pub emit: Vec<Emitter>,
}

/// Options of `workspace`.
#[derive(Debug, Args)]
pub struct Workspace {
    /// What to read; the base spec is part of each workspace, named or not.
    #[command(flatten)]
    pub input: Input,
    /// The directory of the workspace: a new or an empty one, or that of an earlier workspace.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// Look inside: print `spec` (as written), `model` (resolved and checked) or `view:<emitter>` (what its templates
    /// get, as JSON; the emitters are those of `generate --emit`).
    #[arg(long, value_parser = stage, value_name = "STAGE")]
    pub stage: Option<Stage>,
}

/// Options of `index`.
#[derive(Debug, Args)]
pub struct Index {
    /// The manifests of the modules, in the order of the index.
    #[arg(required = true, value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,
    /// The page to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Options of `abi-diff`.
#[derive(Debug, Args)]
pub struct AbiDiff {
    /// The manifest that programs were compiled against.
    pub old: PathBuf,
    /// The manifest as it is now.
    pub new: PathBuf,
    /// A command to recommend where the change is meant.
    #[arg(long = "accept-command", value_name = "COMMAND")]
    pub accept: Option<String>,
}

/// How diagnostics are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With source lines, for people.
    #[default]
    Human,
    /// One JSON object per line.
    Json,
}

/// A stage of the way from spec to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// As written.
    Spec,
    /// Resolved and checked.
    Model,
    /// One emitter's data.
    View(Emitter),
}

fn emitter(name: &str) -> Result<Emitter, String> {
    Emitter::named(name).ok_or_else(|| {
        let names: Vec<_> = Emitter::all().into_iter().map(Emitter::name).collect();
        format!("no emitter has this name; there are {}", names.join(", "))
    })
}

fn stage(text: &str) -> Result<Stage, String> {
    match text.split_once(':') {
        None if text == "spec" => Ok(Stage::Spec),
        None if text == "model" => Ok(Stage::Model),
        Some(("view", name)) => emitter(name).map(Stage::View),
        _ => Err("a stage is `spec`, `model` or `view:<emitter>`".to_owned()),
    }
}
