//! Mutations: every way to change a manifest, at every place where it can happen, and the class that it must get.

use super::*;
use crate::emit::manifest::{self, CParam, ErrorCase, Field, Function, Param};
use diag::SourceFile;

/// A module with something of everything. It is its own base, so that it can name its error codes.
const SAMPLE: &str = r#"
[module]
name = "base"
doc = "A sample."
provider = "hand_written"

[[handle]]
name = "Lock"
tag = 7
doc = "A lock."
sample = 'rt_lock_new(RT_STR("a"))'

[[enum]]
name = "Error"
doc = "Errors."
values = [
  { name = "OK", value = 0, doc = "Fine." },
  { name = "NOT_FOUND", value = 30, doc = "Not there." },
  { name = "IO", value = 49, doc = "Other." },
]

[[struct]]
name = "Pair"
doc = "A pair."
tuple = true
fields = [
  { name = "key", type = "text", doc = "The key." },
  { name = "value", type = "text", doc = "The value." },
  { name = "count", type = "i32", doc = "How many." },
]

[[function]]
name = "rt_lock_new"
doc = "Makes a lock."
params = [{ name = "path", type = "text", doc = "Where." }]
result = "Lock"
errors = { NOT_FOUND = "`path` is not there", IO = "the disk breaks" }
wrappers = ["lock_new", "lock"]
example = 'rt_lock_free(rt_lock_new(RT_STR("a")));'

[[function]]
name = "rt_lock_copy"
doc = "Copies."
params = [
  { name = "src", type = "text", doc = "From." },
  { name = "dst", type = "text", doc = "To." },
  { name = "count", type = "i64", doc = "How many." },
]
result = "i64"
failure = -1
threads = "One at a time."
example = 'assert(rt_lock_copy(RT_STR("a"), RT_STR("b"), 1) == 1);'

[[function]]
name = "rt_lock_pairs"
doc = "Lists."
params = [{ name = "lock", type = "&Lock", doc = "The lock." }]
result = "[Pair]"
example = 'rt_list_pair_free(rt_lock_pairs(0));'

[[function]]
name = "rt_lock_stat"
doc = "Looks."
params = [{ name = "limit", type = "i32?", doc = "At most." }]
result = "(first: text, second: i64)"
example = 'rt_lock_stat_result out; rt_lock_stat(false, 0, &out); rt_lock_stat_result_free(&out);'
"#;

pub(super) fn sample() -> Manifest {
    let file = SourceFile::new("base.toml", SAMPLE);
    let (model, diagnostics) = crate::model(&file, &crate::resolve::Base::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    manifest::manifest(&model.expect("a model without diagnostics"))
}

/// One changed manifest, with words that say what was done.
struct Mutation {
    what: String,
    changed: Manifest,
}

fn mutation(what: impl Into<String>, change: impl FnOnce(&mut Manifest)) -> Mutation {
    let mut changed = sample();
    change(&mut changed);
    Mutation { what: what.into(), changed }
}

fn assert_class(expected: Class, mutations: Vec<Mutation>) {
    assert!(!mutations.is_empty());
    let old = sample();
    for Mutation { what, changed } in mutations {
        let report = compare(&old, &changed);
        assert_eq!(report.class(), expected, "{what}:\n{}", report.render(None));
    }
}

fn function_mutations(words: &str, change: impl Fn(&mut Function)) -> Vec<Mutation> {
    let name = |index: usize| sample().functions[index].name.clone();
    (0..sample().functions.len())
        .map(|index| {
            mutation(format!("{words} of {}", name(index)), |m| change(&mut m.functions[index]))
        })
        .collect()
}

/// Every place of a parameter: function and parameter index.
fn params() -> Vec<(usize, usize)> {
    let sample = sample();
    let of = |(index, function): (usize, &Function)| {
        (0..function.params.len()).map(move |param| (index, param))
    };
    sample.functions.iter().enumerate().flat_map(of).collect()
}

/// Every place of a field: struct and field index.
fn fields() -> Vec<(usize, usize)> {
    let sample = sample();
    let lengths: Vec<usize> = sample.structs.iter().map(|item| item.fields.len()).collect();
    lengths
        .into_iter()
        .enumerate()
        .flat_map(|(index, length)| (0..length).map(move |field| (index, field)))
        .collect()
}

/// Every place of an enumeration's value.
fn values() -> Vec<(usize, usize)> {
    let sample = sample();
    let lengths: Vec<usize> = sample.enums.iter().map(|item| item.values.len()).collect();
    lengths
        .into_iter()
        .enumerate()
        .flat_map(|(index, length)| (0..length).map(move |value| (index, value)))
        .collect()
}

#[test]
fn the_sample_equals_itself() {
    let report = compare(&sample(), &sample());
    assert_eq!(report.class(), Class::Identical);
    assert_eq!(report.render(Some("accept")), "module `base`: identical\n");
}

#[test]
fn functions_that_leave_or_change_shape_break_the_abi() {
    let count = sample().functions.len();
    assert_class(
        Class::AbiBreak,
        (0..count).map(|i| mutation("remove", |m| drop(m.functions.remove(i)))).collect(),
    );
    assert_class(Class::AbiBreak, function_mutations("rename", |f| f.name.push_str("_new")));
    assert_class(Class::AbiBreak, function_mutations("result", |f| f.result = "u8".to_owned()));
    assert_class(
        Class::AbiBreak,
        function_mutations("C result", |f| f.c_result = "uint8_t".to_owned()),
    );
    assert_class(Class::AbiBreak, function_mutations("failure", |f| f.failure = "77".to_owned()));
    assert_class(Class::AbiBreak, function_mutations("role", |f| f.role.push('x')));
    assert_class(
        Class::AbiBreak,
        function_mutations("keeps_error", |f| f.keeps_error = !f.keeps_error),
    );
    assert_class(
        Class::AbiBreak,
        function_mutations("free", |f| f.free = Some("rt_other_free".to_owned())),
    );
    let added = Param { name: "more".to_owned(), ty: "bool".to_owned(), doc: String::new() };
    let add = |f: &mut Function, at: usize| f.params.insert(at, added.clone());
    assert_class(Class::AbiBreak, function_mutations("parameter in front", |f| add(f, 0)));
    assert_class(
        Class::AbiBreak,
        function_mutations("parameter at the end", |f| add(f, f.params.len())),
    );
    let c_param = CParam { name: "more".to_owned(), ty: "bool".to_owned() };
    assert_class(
        Class::AbiBreak,
        function_mutations("C parameter", |f| f.c_params.push(c_param.clone())),
    );
}

#[test]
fn parameters_that_leave_move_or_change_type_break_the_abi() {
    let each = |what: &str, change: &dyn Fn(&mut Vec<Param>, usize)| -> Vec<Mutation> {
        let mutate =
            |(f, p): (usize, usize)| mutation(what, |m| change(&mut m.functions[f].params, p));
        params().into_iter().map(mutate).collect()
    };
    assert_class(Class::AbiBreak, each("remove", &|params, p| drop(params.remove(p))));
    assert_class(Class::AbiBreak, each("retype", &|params, p| params[p].ty = "bytes?".to_owned()));
    let swaps = params().into_iter().filter(|(_, p)| *p > 0);
    let swap = |(f, p): (usize, usize)| mutation("swap", |m| m.functions[f].params.swap(p - 1, p));
    assert_class(Class::AbiBreak, swaps.map(swap).collect());
    assert_class(Class::SourceBreak, each("rename", &|params, p| params[p].name.push_str("_new")));
}

#[test]
fn fields_that_leave_move_or_change_type_break_the_abi() {
    let each = |what: &str, change: &dyn Fn(&mut Vec<Field>, usize)| -> Vec<Mutation> {
        let mutate =
            |(s, f): (usize, usize)| mutation(what, |m| change(&mut m.structs[s].fields, f));
        fields().into_iter().map(mutate).collect()
    };
    assert_class(Class::AbiBreak, each("remove", &|fields, f| drop(fields.remove(f))));
    assert_class(Class::AbiBreak, each("retype", &|fields, f| fields[f].ty = "[bool]".to_owned()));
    assert_class(
        Class::AbiBreak,
        each("C type", &|fields, f| fields[f].c_type = "rt_other".to_owned()),
    );
    assert_class(Class::AbiBreak, each("offset", &|fields, f| fields[f].offset_bytes += 8));
    assert_class(
        Class::AbiBreak,
        each("add", &|fields, f| {
            let field = Field { name: "more".to_owned(), ..fields[f].clone() };
            fields.insert(f, field);
        }),
    );
    let swaps = fields().into_iter().filter(|(_, f)| *f > 0);
    let swap = |(s, f): (usize, usize)| mutation("swap", |m| m.structs[s].fields.swap(f - 1, f));
    assert_class(Class::AbiBreak, swaps.map(swap).collect());
    assert_class(Class::SourceBreak, each("rename", &|fields, f| fields[f].name.push_str("_new")));
}

#[test]
fn parts_of_a_tuple_are_fields() {
    let result = |from: &str, to: &str| {
        mutation(format!("{from} -> {to}"), |m| {
            let stat = m.functions.iter_mut().find(|f| f.name == "rt_lock_stat");
            let stat = stat.expect("the sample has it");
            assert!(stat.result.contains(from));
            stat.result = stat.result.replace(from, to);
        })
    };
    // The struct of the result says what a new name means; alone it is a change that nothing explains.
    assert_class(Class::AbiBreak, vec![result("second: i64", "second: i32")]);
    let mut renamed = result("second", "next");
    for item in renamed.changed.structs.iter_mut().filter(|item| item.name.contains("Stat")) {
        item.fields[1].name = "next".to_owned();
    }
    assert_class(Class::SourceBreak, vec![renamed]);
    assert_class(Class::AbiBreak, vec![result("second", "next")]);
}

#[test]
fn structs_and_handles_that_change_break_callers() {
    let structs = 0..sample().structs.len();
    let each = |what: &str, change: &dyn Fn(&mut manifest::Struct)| -> Vec<Mutation> {
        structs.clone().map(|s| mutation(what, |m| change(&mut m.structs[s]))).collect()
    };
    assert_class(
        Class::AbiBreak,
        structs.clone().map(|s| mutation("remove", |m| drop(m.structs.remove(s)))).collect(),
    );
    assert_class(Class::AbiBreak, each("size", &|item| item.size_bytes += 8));
    assert_class(Class::AbiBreak, each("alignment", &|item| item.align_bytes *= 2));
    assert_class(Class::AbiBreak, each("C type", &|item| item.c_type.push_str("_new")));
    assert_class(
        Class::AbiBreak,
        each("result of", &|item| item.result_of = Some("rt_other".to_owned())),
    );
    assert_class(Class::SourceBreak, each("name", &|item| item.name.push_str("New")));
    assert_class(Class::SourceBreak, each("tuple", &|item| item.tuple = !item.tuple));
    assert_class(
        Class::AbiBreak,
        vec![
            mutation("remove the handle", |m| m.handles.clear()),
            mutation("rename the handle", |m| m.handles[0].name.push_str("New")),
            mutation("tag of the handle", |m| m.handles[0].tag = 8),
            mutation("free of the handle", |m| m.handles[0].free.push_str("_new")),
            mutation("thread of the handle", |m| {
                m.handles[0].doc += "\nIt belongs to the thread that made it until dawn; until then another thread ..";
            }),
        ],
    );
    assert_class(
        Class::SourceBreak,
        vec![mutation("macro", |m| m.handles[0].c_macro.push_str("_NEW"))],
    );
}

#[test]
fn enum_values_that_leave_or_change_break_callers() {
    let each = |what: &str, change: &dyn Fn(&mut manifest::Enum, usize)| -> Vec<Mutation> {
        values().into_iter().map(|(e, v)| mutation(what, |m| change(&mut m.enums[e], v))).collect()
    };
    assert_class(Class::AbiBreak, each("remove", &|item, v| drop(item.values.remove(v))));
    assert_class(Class::AbiBreak, each("number", &|item, v| item.values[v].value += 100));
    assert_class(
        Class::AbiBreak,
        each("rename and number", &|item, v| {
            item.values[v].name.push_str("_NEW");
            item.values[v].value += 100;
        }),
    );
    assert_class(
        Class::SourceBreak,
        each("rename", &|item, v| item.values[v].name.push_str("_NEW")),
    );
    assert_class(
        Class::SourceBreak,
        each("C name", &|item, v| item.values[v].c_name.push_str("_NEW")),
    );
    assert_class(Class::AbiBreak, vec![mutation("remove the enum", |m| m.enums.clear())]);
    assert_class(
        Class::SourceBreak,
        vec![mutation("C type", |m| m.enums[0].c_type.push_str("_new"))],
    );
}

#[test]
fn numbers_that_two_values_exchange_break_the_abi() {
    let exchange = mutation("exchange", |m| {
        let first = m.enums[0].values[1].value;
        m.enums[0].values[1].value = m.enums[0].values[2].value;
        m.enums[0].values[2].value = first;
    });
    assert_class(Class::AbiBreak, vec![exchange]);
}

#[test]
fn what_is_added_is_compatible() {
    let added = |m: &mut Manifest, name: &str| {
        let function = Function { name: name.to_owned(), ..m.functions[0].clone() };
        m.functions.insert(1, function);
    };
    let error = ErrorCase { code: "OK".to_owned(), number: 0, when: "never".to_owned() };
    let mut mutations = vec![
        mutation("a function", |m| added(m, "rt_new")),
        mutation("a handle", |m| {
            let handle =
                manifest::Handle { name: "New".to_owned(), tag: 9, ..m.handles[0].clone() };
            m.handles.push(handle);
        }),
        mutation("a struct", |m| {
            let item = manifest::Struct { c_type: "rt_new".to_owned(), ..m.structs[0].clone() };
            m.structs.insert(0, item);
        }),
        mutation("a value", |m| {
            let value = manifest::EnumValue {
                name: "NEW".to_owned(),
                value: 31,
                ..m.enums[0].values[0].clone()
            };
            m.enums[0].values.insert(0, value);
        }),
    ];
    mutations.extend(function_mutations("a wrapper", |f| f.wrappers.insert(0, "more".to_owned())));
    mutations.extend(function_mutations("an error", |f| f.errors.push(error.clone())));
    assert_class(Class::Addition, mutations);
}

#[test]
fn wrappers_that_leave_break_sources() {
    assert_class(
        Class::SourceBreak,
        vec![
            mutation("remove", |m| drop(m.functions[0].wrappers.remove(1))),
            mutation("rename", |m| m.functions[0].wrappers[0].push_str("_new")),
        ],
    );
}

#[test]
fn words_and_order_are_no_break() {
    let mut mutations = vec![
        mutation("module", |m| m.doc.push('!')),
        mutation("provider", |m| m.provider = "generated".to_owned()),
        mutation("handle", |m| m.handles[0].doc.push('!')),
        mutation("enum", |m| m.enums[0].doc.push('!')),
        mutation("order of functions", |m| m.functions.reverse()),
        mutation("order of values", |m| m.enums[0].values.reverse()),
        mutation("order of structs", |m| m.structs.reverse()),
        mutation("order of wrappers", |m| m.functions[0].wrappers.reverse()),
        mutation("order of errors", |m| m.functions[0].errors.reverse()),
        mutation("error", |m| m.functions[0].errors[0].when.push('!')),
        mutation("error removed", |m| drop(m.functions[0].errors.remove(0))),
    ];
    mutations.extend(function_mutations("documentation", |f| f.doc.push('!')));
    mutations.extend(function_mutations("example", |f| f.example = Some("new".to_owned())));
    mutations.extend(function_mutations("threads", |f| f.threads = Some("new".to_owned())));
    mutations.extend(
        params()
            .into_iter()
            .map(|(f, p)| mutation("parameter", |m| m.functions[f].params[p].doc.push('!'))),
    );
    mutations.extend(
        fields()
            .into_iter()
            .map(|(s, f)| mutation("field", |m| m.structs[s].fields[f].doc.push('!'))),
    );
    mutations.extend(
        values()
            .into_iter()
            .map(|(e, v)| mutation("value", |m| m.enums[e].values[v].doc.push('!'))),
    );
    assert_class(Class::DocsOnly, mutations);
}

#[test]
fn a_break_is_never_hidden_by_an_addition() {
    let both = |m: &mut Manifest| {
        let function = Function { name: "rt_new".to_owned(), ..m.functions[0].clone() };
        m.functions.push(function);
        m.functions[1].params[1].ty = "bytes".to_owned();
    };
    assert_class(Class::AbiBreak, vec![mutation("both", both)]);
}

#[test]
fn another_hash_without_a_known_reason_is_a_break() {
    assert_class(
        Class::AbiBreak,
        vec![
            mutation("hash", |m| m.abi_hash = "0".repeat(16)),
            mutation("hash and words", |m| {
                m.abi_hash = "0".repeat(16);
                m.doc.push('!');
            }),
            mutation("symbol", |m| m.abi_symbol.push('x')),
            mutation("module", |m| m.module = "other".to_owned()),
            mutation("error number", |m| m.functions[0].errors[0].number += 1),
        ],
    );
}

#[test]
fn a_report_names_function_and_part_and_the_command() {
    let mut changed = sample();
    changed.functions[1].params[1].ty = "bytes".to_owned();
    changed.functions[0].doc.push('!');
    let report = compare(&sample(), &changed);
    let expected = "module `base`: ABI break\n  \
                    rt_lock_copy: parameter `dst` changed from text to bytes (ABI break)\n  \
                    rt_lock_new: documentation changed (docs only)\n\
                    to accept the new ABI, run: bazel run //ffi:accept_abi\n";
    assert_eq!(report.render(Some("bazel run //ffi:accept_abi")), expected);
    assert_eq!(report.class().exit_code(), 16);
}

#[test]
fn a_changed_spec_has_another_hash_exactly_when_its_abi_changed() {
    let hash = |text: &str| {
        let (model, _) =
            crate::model(&SourceFile::new("base.toml", text), &crate::resolve::Base::default());
        crate::model::hash::abi(&model.expect("a valid spec"))
    };
    let before = hash(SAMPLE);
    for (from, to, is_abi) in [
        ("Copies.", "Copies more.", false),
        ("wrappers = [\"lock_new\", \"lock\"]", "wrappers = []", false),
        ("the disk breaks", "the disk is broken", false),
        ("tuple = true", "tuple = false", false),
        ("name = \"dst\", type = \"text\"", "name = \"dst\", type = \"bytes\"", true),
        ("name = \"dst\"", "name = \"target\"", true),
        ("failure = -1", "failure = -2", true),
        ("tag = 7", "tag = 8", true),
        ("value = 49", "value = 50", true),
        ("\"count\", type = \"i32\"", "\"count\", type = \"u32\"", true),
        ("type = \"&Lock\"", "type = \"&mut Lock\"", true),
    ] {
        assert!(SAMPLE.contains(from), "{from}");
        assert_eq!(hash(&SAMPLE.replace(from, to)) != before, is_abi, "{from} -> {to}");
    }
}

#[test]
fn a_manifest_survives_writing_and_reading() {
    let text = serde_json::to_string_pretty(&sample()).expect("a manifest is JSON");
    assert_eq!(read(&text), Ok(sample()));
}

#[test]
fn what_is_no_manifest_is_refused_with_a_reason() {
    assert!(read("").is_err_and(|error| error.starts_with("this is no ABI manifest")));
    assert!(read("{}").is_err_and(|error| error.contains("format_version")));
    let newer = read("{\"format_version\": 2}");
    assert_eq!(newer, Err("format version 2 is not 1, the one that this ffigen reads".to_owned()));
}
