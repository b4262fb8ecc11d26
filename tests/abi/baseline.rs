//! The ABI lock: a manifest is as the committed one says, or somebody has accepted the change.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// The one command that makes the generated manifests the committed ones.
const ACCEPT: &str = "If that is meant, accept it: ./bazelw run //ffi:accept_abi";

/// What `ffigen abi-diff` says about the change, and what to run; nothing for a manifest that is
/// the same, or that differs only in documentation.
pub fn differences(ffigen: &Path, baseline: &Path, manifest: &Path) -> Result<Vec<String>> {
    if !baseline.exists() {
        return Ok(vec![
            format!("There is no ABI baseline {} yet.", baseline.display()),
            ACCEPT.to_owned(),
        ]);
    }
    let output = Command::new(ffigen)
        .args(["abi-diff".as_ref(), baseline.as_os_str(), manifest.as_os_str()])
        .output()
        .with_context(|| ffigen.display().to_string())?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim_end().to_owned();
    let kind = match output.status.code() {
        Some(0 | 1) => return Ok(Vec::new()),
        Some(4) => {
            "The ABI has additions that the baseline lacks; programs built before still work."
        }
        Some(8) => {
            "The ABI differs from the baseline: programs must be changed and compiled again."
        }
        Some(16) => "The ABI differs from the baseline: programs built before would break.",
        _ => {
            return Ok(vec![format!(
                "{} cannot compare: {}\n{said}",
                ffigen.display(),
                output.status
            )]);
        }
    };
    Ok(vec![said, format!("{kind} Baseline: {}", baseline.display()), ACCEPT.to_owned()])
}
