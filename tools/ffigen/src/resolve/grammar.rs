//! The grammar of types: text of a `type` key to a tree with offsets. It knows no names.
//!
//! Invariant: recursion is bounded by [`MAX_DEPTH`], so that no text overflows the stack.

use std::ops::Range;

/// How deeply types nest at most. Real ones stay below four.
const MAX_DEPTH: usize = 16;

const NO_POINTERS: &str =
    "there are no pointers: write `text`, `bytes`, `[T]`, or a handle as `&Kind`";

/// A type as written. Ranges are byte offsets in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// The forms of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `text`, `FileLock`.
    Name(String),
    /// `[T]`.
    List(Box<Expr>),
    /// `T?`.
    Option(Box<Expr>),
    /// `&T`.
    Shared(Box<Expr>),
    /// `&mut T`.
    Exclusive(Box<Expr>),
    /// `(name: T, ..)`.
    Tuple(Vec<TupleField>),
    /// `fn(A, ..) -> R`.
    Callback(Vec<Expr>, Option<Box<Expr>>),
    /// `owned T`.
    Owned(Box<Expr>),
}

/// One field of a tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TupleField {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_range: Range<usize>,
    /// Its type.
    pub ty: Expr,
}

/// A place where the text stops being a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The place.
    pub range: Range<usize>,
    /// What is wrong with it.
    pub what: String,
    /// What to write.
    pub help: String,
}

/// Reads a type that fills the whole text.
pub fn parse(text: &str) -> Result<Expr, Mistake> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expr = parser.ty()?;
    let Some(next) = parser.peek() else { return Ok(expr) };
    let mut mistake = parser.unexpected("the type ends before this");
    if let Some(help) = forgotten(&expr.kind, next) {
        mistake.help = help.to_owned();
    }
    Err(mistake)
}

/// What was meant by a type that goes on where it should end.
fn forgotten(before: &Kind, next: char) -> Option<&'static str> {
    Some(match (before, next) {
        (Kind::Name(word), _) if word == "mut" => "write `&mut Kind`",
        (Kind::Name(word), _) if word == "const" => NO_POINTERS,
        (Kind::Name(word), _) if matches!(word.as_str(), "enum" | "struct") => {
            "write the plain name of a type"
        }
        (Kind::Callback(_, None), _) => {
            "the result of a callback stands behind `->`: `fn(A, B) -> R`"
        }
        (_, '[') => "a list is `[T]`",
        (_, ',') => "several results are a tuple: `(status: i64, output: text)`",
        _ => return None,
    })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn ty(&mut self) -> Result<Expr, Mistake> {
        let outer = self.depth;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(
                self.mistake("types nest too deeply", "declare a struct for the inner part")
            );
        }
        let mut expr = self.prefixed()?;
        while self.peek() == Some('?') {
            self.at += 1;
            let range = expr.range.start..self.at;
            expr = Expr { kind: Kind::Option(Box::new(expr)), range };
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.mistake("types nest too deeply", "write one `?`"));
            }
        }
        self.depth = outer;
        Ok(expr)
    }

    fn prefixed(&mut self) -> Result<Expr, Mistake> {
        let first = self.peek();
        let start = self.at;
        let kind = match first {
            Some('&') => {
                self.at += 1;
                if self.word() == Some("mut") {
                    self.at += "mut".len();
                    Kind::Exclusive(Box::new(self.prefixed_inner()?))
                } else {
                    Kind::Shared(Box::new(self.prefixed_inner()?))
                }
            }
            Some('[') => {
                self.at += 1;
                let element = self.ty()?;
                self.expect(']', "the list is not closed", "write a list as `[T]`")?;
                Kind::List(Box::new(element))
            }
            Some('(') => Kind::Tuple(self.tuple()?),
            _ => match self.word() {
                Some("fn") => self.callback()?,
                Some("owned") => {
                    self.at += "owned".len();
                    Kind::Owned(Box::new(self.prefixed_inner()?))
                }
                Some(word) => {
                    let name = word.to_owned();
                    self.at += name.len();
                    Kind::Name(name)
                }
                None => return Err(self.unexpected("a type belongs here")),
            },
        };
        Ok(Expr { kind, range: start..self.at })
    }

    fn prefixed_inner(&mut self) -> Result<Expr, Mistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.mistake("types nest too deeply", "write one `&`"));
        }
        let expr = self.prefixed();
        self.depth -= 1;
        expr
    }

    fn tuple(&mut self) -> Result<Vec<TupleField>, Mistake> {
        self.at += 1;
        let mut fields = Vec::new();
        while self.peek() != Some(')') {
            let name = self.word().map(str::to_owned);
            let start = self.at;
            let name_range = start..start + name.as_ref().map_or(0, String::len);
            let is_named =
                name.is_some() && self.text[name_range.end..].trim_start().starts_with(':');
            let Some(name) = name.filter(|_| is_named) else {
                let ty = self.ty()?;
                return Err(Mistake {
                    range: ty.range,
                    what: "this part of the tuple has no name".to_owned(),
                    help: "name every part: `(status: i64, output: text)`".to_owned(),
                });
            };
            self.at = name_range.end;
            self.expect(':', "a name and a colon belong here", "write `(name: T, ..)`")?;
            fields.push(TupleField { name, name_range, ty: self.ty()? });
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        self.expect(')', "the tuple is not closed", "write `(name: T, ..)`")?;
        Ok(fields)
    }

    fn callback(&mut self) -> Result<Kind, Mistake> {
        self.at += "fn".len();
        self.expect('(', "a callback's parameters belong here", "write `fn(A, B) -> R`")?;
        let mut params = Vec::new();
        while self.peek() != Some(')') {
            params.push(self.ty()?);
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        self.expect(')', "the callback's parameters are not closed", "write `fn(A, B) -> R`")?;
        self.peek();
        let mut result = None;
        if self.text[self.at..].starts_with("->") {
            self.at += 2;
            result = Some(Box::new(self.ty()?));
        }
        Ok(Kind::Callback(params, result))
    }

    /// The next character that is no blank; moves to it.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// The word at the next character, if there is one; does not move past it.
    fn word(&mut self) -> Option<&str> {
        self.peek();
        let rest = &self.text[self.at..];
        let end = rest.find(|ch: char| !ch.is_alphanumeric() && ch != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    fn expect(&mut self, wanted: char, what: &str, help: &str) -> Result<(), Mistake> {
        if self.peek() == Some(wanted) {
            self.at += wanted.len_utf8();
            return Ok(());
        }
        match self.peek() {
            Some('<' | '*') => Err(self.unexpected(what)),
            _ => Err(self.mistake(what, help)),
        }
    }

    fn unexpected(&mut self, what: &str) -> Mistake {
        let help = match self.peek() {
            Some('<') => {
                "there are no generics: a list is `[T]`, an option `T?`, a map is not possible"
            }
            Some('*') => NO_POINTERS,
            Some('\'') => "there are no lifetimes: every parameter is borrowed for the call",
            Some(':') => "there are no paths: write the plain name of a type",
            Some(';') => "there are no arrays of fixed length: write `[T]`",
            Some('?') => "an option is `T?`",
            Some('{') => "there are no maps: write two lists, or a list of structs",
            _ => "the forms of a type are in specs/README.md",
        };
        self.mistake(what, help)
    }

    fn mistake(&mut self, what: &str, help: &str) -> Mistake {
        let width = self.peek().map_or(0, char::len_utf8);
        Mistake { range: self.at..self.at + width, what: what.to_owned(), help: help.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Expr {
        parse(text).unwrap()
    }

    #[test]
    fn forms_are_read() {
        assert_eq!(name("text").kind, Kind::Name("text".to_owned()));
        assert!(
            matches!(name("[ text ]?").kind, Kind::Option(list) if matches!(list.kind, Kind::List(_)))
        );
        assert!(matches!(name("&mut FileLock").kind, Kind::Exclusive(_)));
        assert!(matches!(name("&FileLock?").kind, Kind::Option(_)));
        assert!(matches!(name("owned [i64]").kind, Kind::Owned(_)));
        assert!(
            matches!(name("fn(i64, f64) -> bool").kind, Kind::Callback(params, Some(_)) if params.len() == 2)
        );
        assert!(matches!(name("fn()").kind, Kind::Callback(params, None) if params.is_empty()));
        let Kind::Tuple(fields) = name("(out: text, code: i64?)").kind else { panic!() };
        assert_eq!(fields[1].name, "code");
        assert_eq!(fields[1].name_range, 12..16);
        assert_eq!(fields[1].ty.range, 18..22);
    }

    #[test]
    fn mistakes_have_their_place() {
        let at = |text: &str| parse(text).unwrap_err().range;
        assert_eq!(at(""), 0..0);
        assert_eq!(at("Vec<u8>"), 3..4);
        assert_eq!(at("[text"), 5..5);
        assert_eq!(at("(text, i64)"), 1..5);
        assert_eq!(at("*const u8"), 0..1);
        assert_eq!(at("text text"), 5..9 - 3);
        assert_eq!(at("fn i64"), 3..4);
    }

    #[test]
    fn what_was_meant_is_said() {
        let help = |text: &str| parse(text).unwrap_err().help;
        assert_eq!(help("mut Lock"), "write `&mut Kind`");
        assert!(help("fn(i64) i64").contains("`->`"));
        assert_eq!(help("text[]"), "a list is `[T]`");
        assert!(help("text, i64").contains("tuple"));
        assert_eq!(help("?text"), "an option is `T?`");
        assert!(help("{text: i64}").contains("no maps"));
        assert_eq!(help("text text"), "the forms of a type are in specs/README.md");
    }

    #[test]
    fn depth_is_bounded() {
        for open in ["[", "&", "(a: ", "fn(", "owned ", "fn() -> "] {
            assert!(parse(&open.repeat(100_000)).is_err());
        }
        assert!(parse(&format!("i64{}", "?".repeat(100_000))).is_err());
        assert!(
            parse(
                "(a: i64, b: i64, c: i64?, d: [i64], e: [text], f: i64, g: i64, h: i64, i: [text]?)"
            )
            .is_ok()
        );
    }
}
