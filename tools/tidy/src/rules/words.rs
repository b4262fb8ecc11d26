//! One word, one meaning: the glossary, enforced.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "One word, one meaning (GLOSSARY.md): two words for one thing make a reader look for the \
    difference.";

/// Words that mean here what another word already says, with that word. Only words without an
/// innocent meaning are listed.
const BANNED: &[(&[&str], &str)] = &[
    (
        &["validate", "validates", "validated", "validation", "validator"],
        "check (the deed), rule (the condition)",
    ),
    (&["analyze", "analyse", "analyzes", "analyzer"], "resolve"),
    (&["golden", "goldens"], "snapshot, or baseline"),
    (&["bless", "blessed", "blesses"], "accept"),
    (&["thunk", "thunks", "trampoline", "trampolines", "scaffolding"], "shim"),
    (&["marshal", "marshals", "marshalling", "unmarshal"], "to_abi, input"),
    (&["sdk", "sdks"], "wrapper"),
    (&["illegal"], "what exactly is wrong, as in `unknown type`"),
    (&["whitelist", "blacklist"], "list of what is allowed, or refused"),
    (&["utilize", "utilizes", "leverage", "leverages"], "use"),
];

/// Names of programs, whose words are not ours.
const PROGRAMS: [&str; 1] = ["rust-analyzer"];

/// Files that name the words in order to forbid them.
const EXEMPT: [&str; 2] = ["GLOSSARY.md", "tools/tidy/src/rules/words.rs"];

pub(super) fn check_words(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| file.is_hand_written() && !EXEMPT.contains(&file.path.as_str()))
    {
        for (line, text) in file.lines() {
            let ours = PROGRAMS.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
            words(file, line, &ours, &mut problems);
        }
    }
    problems
}

fn words(file: &File, line: usize, text: &str, problems: &mut Vec<Problem>) {
    for word in text.split(|ch: char| !ch.is_ascii_alphabetic()).flat_map(humps) {
        let lower = word.to_ascii_lowercase();
        if let Some((_, instead)) =
            BANNED.iter().find(|(banned, _)| banned.contains(&lower.as_str()))
        {
            problems.push(Problem::at(
                file,
                line,
                format!("the word `{word}`"),
                format!("say: {instead}"),
            ));
        }
    }
}

/// The words of `UpperCamel` and `lowerCamel` names.
fn humps(word: &str) -> Vec<&str> {
    let bytes = word.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        if bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase() {
            found.push(&word[start..at]);
            start = at;
        }
    }
    found.push(&word[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn a_second_word_is_caught_in_names_and_prose() {
        for bad in [
            "fn validate_name() {}",
            "struct NameValidator;",
            "// The golden file.",
            "An Illegal state.",
        ] {
            let found = messages(check_words, &[("a.rs", &format!("//! A.\n{bad}\n"))]);
            assert!(
                found.len() == 1 && found[0].starts_with("a.rs:2: the word"),
                "{bad}: {found:?}"
            );
        }
        assert_eq!(
            messages(check_words, &[("a.rs", "fn check_name() {} // invalidated, a goldfish\n")]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn programs_have_the_names_they_have() {
        assert_eq!(messages(check_words, &[("a.nix", "rust-analyzer\n")]), Vec::<String>::new());
        assert_eq!(messages(check_words, &[("a.nix", "an-analyzer\n")]).len(), 1);
    }

    #[test]
    fn the_glossary_may_name_what_it_forbids() {
        assert_eq!(
            messages(check_words, &[("GLOSSARY.md", "not golden\n"), ("snapshots/a", "golden\n")]),
            Vec::<String>::new()
        );
    }
}
