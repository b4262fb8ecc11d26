//! Every name and string of a Cargo package.

/// The package of a module.
pub fn package(module: &str) -> String {
    format!("ffi_{module}")
}

/// A TOML basic string.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' | '\\' => {
                out.push('\\');
                out.push(ch);
            }
            '\n' => out.push_str("\\n"),
            ch if ch.is_control() => out.push_str(&format!("\\u{:04X}", ch as u32)),
            ch => out.push(ch),
        }
    }
    out.push('"');
    out
}

/// The value of a dependency: a version alone, or with features.
pub fn requirement(version: &str, features: &[String]) -> String {
    if features.is_empty() {
        return string(version);
    }
    let features: Vec<_> = features.iter().map(|feature| string(feature)).collect();
    format!("{{ version = {}, features = [{}] }}", string(version), features.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted() {
        assert_eq!(requirement("0.3", &[]), "\"0.3\"");
        let features = ["fs".to_owned(), "time".to_owned()];
        assert_eq!(
            requirement("1", &features),
            "{ version = \"1\", features = [\"fs\", \"time\"] }"
        );
        assert_eq!(string("a \"b\" \\ \u{1}\n"), "\"a \\\"b\\\" \\\\ \\u0001\\n\"");
    }
}
