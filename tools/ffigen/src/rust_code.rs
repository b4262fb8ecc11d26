//! The Rust that a spec's author wrote, on its way into the crate: completed and formatted.
//!
//! The value of a body is `T`, the function gives `Result<T>`: the last expression is wrapped where
//! it stands, so that neither a reader nor a lint meets `Ok({ .. })`. Formatting is prettyplease's,
//! so that no external formatter is part of a build; it drops comments that document nothing, which
//! stay in the spec. The rule that parses the code hands it over, so that nothing is parsed twice.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{Block, Expr, ExprCall, ExprMacro, ExprPath, ExprTuple, File, Item, ItemFn, Path, Stmt};

/// A body as the formatted lines between the braces of its function.
pub fn body_lines(stmts: Vec<Stmt>, gives_nothing: bool) -> Vec<String> {
    let mut function: ItemFn =
        syn::parse_str("fn f() {}").unwrap_or_else(|error| panic!("`fn f() {{}}`: {error}"));
    function.block.stmts = stmts;
    wrap(&mut function.block, gives_nothing);
    let mut lines = lines(vec![Item::Fn(function)]);
    // Neither the signature nor the closing brace; `wrap` leaves no block empty.
    lines.pop();
    lines.remove(0);
    lines
}

/// The longest line that prettyplease leaves whole.
const LINE_WIDTH: usize = 89;

/// A function's signature as formatted lines, up to the opening brace. It is spelled as prettyplease would spell it, so
/// only one that is too long for a line has to be parsed.
pub fn signature_lines(signature: &str) -> Vec<String> {
    if signature.len() + " {".len() <= LINE_WIDTH {
        return vec![format!("{signature} {{")];
    }
    let function: ItemFn = syn::parse_str(&format!("{signature} {{}}"))
        .unwrap_or_else(|error| panic!("a signature does not parse: {error}\n{signature}"));
    let mut lines = lines(vec![Item::Fn(function)]);
    if let Some(last) = lines.last_mut() {
        last.truncate(last.trim_end_matches('}').len());
    }
    lines
}

/// Items, as formatted lines with an empty one between those that are more than a line.
pub fn item_lines(items: Vec<Item>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = None;
    for item in items {
        let kind = std::mem::discriminant(&item);
        let item = lines(vec![item]);
        let is_apart = item.len() > 1 || before != Some(kind);
        if is_apart && !out.is_empty() {
            out.push(String::new());
        }
        before = (item.len() == 1).then_some(kind);
        out.extend(item);
    }
    out
}

fn lines(items: Vec<Item>) -> Vec<String> {
    let file = File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
    // `split`, not `lines`: a string literal may hold a carriage return.
    prettyplease::unparse(&file).trim_end().split('\n').map(str::to_owned).collect()
}

/// Makes a block that gives `T` give `Result<T>`.
fn wrap(block: &mut Block, gives_nothing: bool) {
    let value = match block.stmts.pop() {
        Some(Stmt::Expr(value, None)) => value,
        Some(Stmt::Macro(item)) if item.semi_token.is_none() => {
            Expr::Macro(ExprMacro { attrs: item.attrs, mac: item.mac })
        }
        Some(last) => {
            let ends_here = diverges(&last);
            block.stmts.push(last);
            if !ends_here {
                block.stmts.push(Stmt::Expr(ok(None), None));
            }
            return;
        }
        None => {
            block.stmts.push(Stmt::Expr(ok(None), None));
            return;
        }
    };
    if gives_nothing {
        block.stmts.push(Stmt::Expr(value, Some(Default::default())));
        block.stmts.push(Stmt::Expr(ok(None), None));
    } else {
        block.stmts.push(Stmt::Expr(ok(Some(value)), None));
    }
}

/// `Ok(value)`, or `Ok(())`.
fn ok(value: Option<Expr>) -> Expr {
    let nothing = || {
        Expr::Tuple(ExprTuple {
            attrs: Vec::new(),
            paren_token: Default::default(),
            elems: Punctuated::new(),
        })
    };
    let path = Path::from(Ident::new("Ok", Span::call_site()));
    Expr::Call(ExprCall {
        attrs: Vec::new(),
        func: Box::new(Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path })),
        paren_token: Default::default(),
        args: Punctuated::from_iter([value.unwrap_or_else(nothing)]),
    })
}

/// Whether nothing can come after a statement, so that an `Ok` there would be unreachable.
fn diverges(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(Expr::Return(_), _) => true,
        Stmt::Expr(Expr::Loop(item), _) => item.label.is_none() && !has_break(&item.body),
        _ => false,
    }
}

fn has_break(block: &Block) -> bool {
    struct Finder(bool);
    impl<'ast> syn::visit::Visit<'ast> for Finder {
        fn visit_expr_break(&mut self, _: &'ast syn::ExprBreak) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_block(&mut finder, block);
    finder.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, gives_nothing: bool) -> String {
        let stmts = syn::parse::Parser::parse_str(Block::parse_within, text).unwrap();
        body_lines(stmts, gives_nothing)
            .iter()
            .map(|line| line.trim())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn wraps_the_last_expression_only() {
        assert_eq!(body("a(\"\u{e9}\")?;\nb\n", false), "a(\"\u{e9}\")?; Ok(b)");
        assert_eq!(body("vec![1]", false), "Ok(vec![1])");
        assert_eq!(body("true // Why.\n", false), "Ok(true)");
        assert_eq!(body("if a { 1 } else { 2 }", false), "Ok(if a { 1 } else { 2 })");
    }

    #[test]
    fn a_body_without_value_gives_nothing() {
        assert_eq!(body("a()?;", true), "a()?; Ok(())");
        assert_eq!(body("a()", true), "a(); Ok(())");
        assert_eq!(body("drop!(a)", true), "drop!(a); Ok(())");
        assert_eq!(body("", true), "Ok(())");
    }

    #[test]
    fn nothing_follows_a_body_that_never_ends() {
        assert_eq!(body("return fail(code, \"\");", false), "return fail(code, \"\");");
        assert_eq!(body("loop { return Ok(1); };", false), "loop { return Ok(1); };");
    }

    #[test]
    fn items_of_one_line_stay_together() {
        let text =
            "use a::b;\nuse c::d;\nconst A: u8 = 1;\nconst B: u8 = 2;\nfn f() {\n}\nfn g() {}";
        let expected = [
            "use a::b;",
            "use c::d;",
            "",
            "const A: u8 = 1;",
            "const B: u8 = 2;",
            "",
            "fn f() {}",
            "fn g() {}",
        ];
        assert_eq!(item_lines(syn::parse_file(text).unwrap().items), expected);
    }

    #[test]
    fn signatures_end_with_their_brace() {
        assert_eq!(
            signature_lines("pub fn f(a: i64) -> Result<i64>"),
            ["pub fn f(a: i64) -> Result<i64> {"]
        );
        for length in LINE_WIDTH - 5..LINE_WIDTH + 5 {
            let rest = "pub fn (a: i64) -> Result<i64>";
            let name = "f".repeat(length - rest.len() - 2);
            let signature = format!("pub fn {name}(a: i64) -> Result<i64>");
            let whole = lines(syn::parse_file(&format!("{signature} {{}}")).unwrap().items);
            let is_one_line = whole == [format!("{signature} {{}}")];
            assert_eq!(signature_lines(&signature).len() == 1, is_one_line, "{length} bytes");
        }
        let params: Vec<_> = (0..9).map(|index| format!("parameter_{index}: i64")).collect();
        let lines = signature_lines(&format!("pub fn f({}) -> Result<()>", params.join(", ")));
        assert_eq!((lines.len(), lines[10].as_str()), (11, ") -> Result<()> {"));
    }
}
