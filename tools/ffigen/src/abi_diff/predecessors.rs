//! Which earlier ABIs a module still serves: those that it only adds to.
//!
//! The hash of a module changes with every addition, and headers refer to it by a symbol. So that a
//! program that was compiled before still links with the library of after, the library exports the
//! symbols of the ABIs that were accepted and that it only adds to. A break ends them all at once.
//!
//! Invariant: the result depends on the committed manifest and the spec alone. Once a manifest is
//! committed, generating again gives that very manifest.

use super::{Class, compare};
use crate::emit::manifest::Manifest;

/// The hashes that a module serves beside its own, oldest first; `baseline` is its committed
/// manifest and `new` the one generated now.
pub fn of(baseline: &Manifest, new: &Manifest) -> Vec<u64> {
    let accepted = || baseline.predecessors.iter().filter_map(|hash| parse(hash));
    if baseline.abi_hash == new.abi_hash {
        return accepted().collect();
    }
    // What the committed manifest serves is no part of the comparison: it is the question.
    let plain = Manifest { predecessors: Vec::new(), ..baseline.clone() };
    if compare(&plain, new).class() > Class::Addition {
        return Vec::new();
    }
    let own = parse(&new.abi_hash);
    accepted().chain(parse(&baseline.abi_hash)).filter(|hash| Some(*hash) != own).collect()
}

/// Sixteen hexadecimal digits, as a manifest holds them.
fn parse(hash: &str) -> Option<u64> {
    u64::from_str_radix(hash, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi_diff::tests::sample;
    use crate::emit::manifest::Function;

    fn hash(digit: char) -> String {
        digit.to_string().repeat(16)
    }

    /// The sample with another hash, as a real change would give it.
    fn changed(digit: char, change: impl FnOnce(&mut Manifest)) -> Manifest {
        let mut manifest = sample();
        manifest.abi_hash = hash(digit);
        change(&mut manifest);
        manifest
    }

    fn add(manifest: &mut Manifest) {
        let more = Function { name: "rt_more".to_owned(), ..manifest.functions[0].clone() };
        manifest.functions.push(more);
    }

    #[test]
    fn an_addition_serves_what_the_baseline_served_and_the_baseline() {
        let mut baseline = changed('b', |_| {});
        baseline.predecessors = vec![hash('a')];
        assert_eq!(
            of(&baseline, &changed('c', add)),
            [0xaaaa_aaaa_aaaa_aaaa, 0xbbbb_bbbb_bbbb_bbbb]
        );
    }

    #[test]
    fn the_same_abi_serves_the_same() {
        let mut baseline = changed('b', |_| {});
        baseline.predecessors = vec![hash('a')];
        let documented = changed('b', |manifest| manifest.doc.push('!'));
        assert_eq!(of(&baseline, &documented), [0xaaaa_aaaa_aaaa_aaaa]);
    }

    #[test]
    fn a_break_serves_nobody() {
        let mut baseline = changed('b', |_| {});
        baseline.predecessors = vec![hash('a')];
        let source_break = |manifest: &mut Manifest| manifest.functions[0].params[0].name.push('x');
        let abi_break = |manifest: &mut Manifest| drop(manifest.functions.remove(0));
        let both = |manifest: &mut Manifest| {
            add(manifest);
            manifest.functions[1].failure = "-9".to_owned();
        };
        assert_eq!(of(&baseline, &changed('c', source_break)), [0; 0]);
        assert_eq!(of(&baseline, &changed('c', abi_break)), [0; 0]);
        assert_eq!(of(&baseline, &changed('c', both)), [0; 0]);
    }

    #[test]
    fn an_abi_that_comes_back_is_not_its_own_predecessor() {
        let mut baseline = changed('b', |_| {});
        baseline.predecessors = vec![hash('c'), hash('a')];
        assert_eq!(
            of(&baseline, &changed('c', add)),
            [0xaaaa_aaaa_aaaa_aaaa, 0xbbbb_bbbb_bbbb_bbbb]
        );
    }

    #[test]
    fn losing_a_predecessor_is_a_break_and_gaining_one_an_addition() {
        let without = sample();
        let with = Manifest { predecessors: vec![hash('a')], ..sample() };
        let lost = compare(&with, &without);
        assert_eq!(lost.class(), Class::AbiBreak);
        assert!(lost.render(None).contains("the ABI aaaaaaaaaaaaaaaa no longer link"));
        assert_eq!(compare(&without, &with).class(), Class::Addition);
        assert_eq!(compare(&with, &with).class(), Class::Identical);
    }
}
