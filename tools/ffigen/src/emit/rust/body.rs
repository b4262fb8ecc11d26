//! Turning the block of a spec into the body of a function that gives a `Result`.
//!
//! The value of a body is `T`, the function gives `Result<T>`: the last expression is wrapped where it stands, so that
//! neither a reader nor a lint meets `Ok({ .. })`.

use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Block, Expr, Stmt};

/// The statements of a body with its value wrapped in `Ok`. The text was parsed by a rule before.
pub fn wrapped(body: &str, gives_nothing: bool) -> String {
    let statements = Block::parse_within
        .parse_str(body)
        .unwrap_or_else(|error| panic!("a body that was checked does not parse: {error}\n{body}"));
    let Some(tail) = statements.last().and_then(tail_start) else {
        let ends_here = statements.last().is_some_and(diverges);
        let end = if ends_here { "" } else { "\nOk(())" };
        return format!("{body}{end}");
    };
    let (before, value) = body.split_at(tail);
    if gives_nothing {
        return format!("{before}{}\n;\nOk(())", value.trim_end());
    }
    format!("{before}Ok({}\n)", value.trim_end())
}

/// Where the value of a block starts, if its last statement is one.
fn tail_start(statement: &Stmt) -> Option<usize> {
    match statement {
        Stmt::Expr(_, None) => Some(statement.span().byte_range().start),
        Stmt::Macro(item) if item.semi_token.is_none() => Some(statement.span().byte_range().start),
        _ => None,
    }
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

    #[test]
    fn wraps_the_last_expression_only() {
        assert_eq!(wrapped("a(\"é\")?;\nb\n", false), "a(\"é\")?;\nOk(b\n)");
        assert_eq!(wrapped("vec![1]", false), "Ok(vec![1]\n)");
        assert_eq!(wrapped("true // Why.\n", false), "Ok(true // Why.\n)");
    }

    #[test]
    fn a_body_without_value_gives_nothing() {
        assert_eq!(wrapped("a()?;", true), "a()?;\nOk(())");
        assert_eq!(wrapped("a()", true), "a()\n;\nOk(())");
        assert_eq!(wrapped("", true), "\nOk(())");
    }

    #[test]
    fn nothing_follows_a_body_that_never_ends() {
        assert_eq!(wrapped("return fail(code, \"\");", false), "return fail(code, \"\");");
        assert_eq!(wrapped("loop { return Ok(1); }", false), "Ok(loop { return Ok(1); }\n)");
        assert_eq!(wrapped("loop { return Ok(1); };", false), "loop { return Ok(1); };");
    }
}
