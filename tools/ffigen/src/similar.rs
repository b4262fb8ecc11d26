//! Did-you-mean: the known name that is close enough to an unknown one to be worth a suggestion.

/// The most similar candidate, if any is similar at all; the first one among equals.
pub fn similar<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_ascii_lowercase();
    // One edit per three characters: enough for a slip, too little for another word.
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&folded, &candidate.to_ascii_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["name", "doc", "params", "example"];
        assert_eq!(similar("exmaple", keys), Some("example"));
        assert_eq!(similar("Name", keys), Some("name"));
        assert_eq!(similar("parms", keys), Some("params"));
        assert_eq!(similar("title", keys), None);
        assert_eq!(similar("x", keys), None);
    }
}
