//! Structs have fields, and none contains itself: a by-value struct that did would be infinitely large.

use diag::Diagnostic;

use super::Review;
use crate::code;
use crate::model::{Draft, StructId, StructOrigin, Ty};

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let mut reported = vec![false; draft.structs.len()];
    for (index, item) in draft.structs.iter().enumerate() {
        match item.origin {
            StructOrigin::Declared if item.fields.is_empty() => {
                let mistake = Diagnostic::error(
                    code::NOTHING_INSIDE,
                    format!("struct `{}` has no fields", item.name),
                )
                .label(item.name_span, "C and C++ disagree about the size of nothing")
                .help("add a field, or leave the struct out");
                review.report(mistake);
            }
            StructOrigin::ResultOf(_) if item.fields.len() < 2 => {
                let help = if item.fields.is_empty() {
                    "leave `result` out of a function that gives nothing"
                } else {
                    "write the plain type"
                };
                let mistake =
                    Diagnostic::error(code::NOTHING_INSIDE, "a tuple with fewer than two parts")
                        .label(item.name_span, "a tuple has two or more parts")
                        .help(help);
                review.report(mistake);
            }
            _ => {}
        }
        if !reported[index]
            && let Some(path) = way_back(draft, StructId(index as u32))
        {
            report_cycle(review, &path, &mut reported);
        }
    }
}

/// Whether a struct contains itself.
pub(super) fn is_cyclic(draft: &Draft, id: StructId) -> bool {
    way_back(draft, id).is_some()
}

fn report_cycle(review: &mut Review, path: &[StructId], reported: &mut [bool]) {
    let draft = review.draft;
    for id in path {
        reported[id.0 as usize] = true;
    }
    let Some(start) = path.first() else { return };
    let names: Vec<_> =
        path.iter().chain([start]).map(|id| format!("`{}`", draft.strukt(*id).name)).collect();
    let item = draft.strukt(*start);
    let next = path.get(1).unwrap_or(start);
    let field = item.fields.iter().find(|field| contained(&field.ty) == Some(*next));
    let mistake = Diagnostic::error(code::CYCLE, format!("struct `{}` contains itself", item.name))
        .label(field.map_or(item.name_span, |field| field.ty_span), names.join(" contains "))
        .also(item.name_span, "this struct would be infinitely large")
        .help("break the circle: refer to the other by a handle or an index");
    review.report(mistake);
}

/// The structs on the way from a struct back to itself, the start included; `None` if no way leads back.
fn way_back(draft: &Draft, start: StructId) -> Option<Vec<StructId>> {
    // A search with its own stack: how deeply structs nest is up to the spec.
    let mut came_from = vec![None; draft.structs.len()];
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        for next in draft.strukt(id).fields.iter().filter_map(|field| contained(&field.ty)) {
            if next == start {
                let mut path = vec![id];
                while let Some(previous) = came_from[path[path.len() - 1].0 as usize] {
                    path.push(previous);
                }
                path.reverse();
                return Some(path);
            }
            if came_from[next.0 as usize].is_none() {
                came_from[next.0 as usize] = Some(id);
                open.push(next);
            }
        }
    }
    None
}

fn contained(ty: &Ty) -> Option<StructId> {
    match ty {
        Ty::Struct(id) => Some(*id),
        Ty::List(inner) | Ty::Option(inner) | Ty::Owned(inner) => match **inner {
            Ty::Struct(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};

    fn strukt(name: &str, ty: &str) -> String {
        format!(
            "[[struct]]\nname = \"{name}\"\ndoc = \"D.\"\n\
             fields = [{{ name = \"a\", type = \"{ty}\", doc = \"D.\" }}]\n"
        )
    }

    #[test]
    fn a_circle_is_reported_once() {
        assert_eq!(report(&strukt("A", "A")), [("F0306", "A".to_owned())]);
        let circle = strukt("A", "B") + &strukt("B", "C") + &strukt("C", "A");
        assert_eq!(report(&circle), [("F0306", "B".to_owned())]);
    }

    #[test]
    fn a_way_into_a_circle_is_not_the_circle() {
        let items = strukt("A", "B") + &strukt("B", "B");
        assert_eq!(report(&items), [("F0306", "B".to_owned())]);
    }

    #[test]
    fn nothing_inside_is_refused() {
        let empty = "[[struct]]\nname = \"S\"\ndoc = \"D.\"\nfields = []\n";
        assert_eq!(report(empty), [("F0307", "\"S\"".to_owned())]);
        assert_eq!(report(&function("rt_f", "result = \"()\"")), [("F0307", "()".to_owned())]);
        assert_eq!(
            report(&function("rt_f", "result = \"(a: i64)\"")),
            [("F0307", "(a: i64)".to_owned())]
        );
    }
}
