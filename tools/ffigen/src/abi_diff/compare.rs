//! The comparison: item by item, part by part.

use super::{Change, Class, Report};
use crate::emit::manifest::{CParam, Enum, ErrorCase, Function, Handle, Manifest, Struct};
use crate::model::{BOUND_END, BOUND_START};

/// Compares two manifests of one module.
pub fn compare(old: &Manifest, new: &Manifest) -> Report {
    let mut changes = Changes::default();
    changes.module(old, new);
    changes.handles(&old.handles, &new.handles);
    changes.enums(&old.enums, &new.enums);
    changes.structs(&old.structs, &new.structs);
    changes.functions(&old.functions, &new.functions);
    changes.predecessors(old, new);
    changes.unknown(old, new);
    let mut changes = changes.0;
    changes.sort_by_key(|change| std::cmp::Reverse(change.class));
    Report { module: new.module.clone(), changes }
}

/// One part of an item that has a place: a parameter or a field.
struct Part<'a> {
    name: &'a str,
    ty: &'a str,
    doc: &'a str,
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, class: Class, text: String) {
        self.0.push(Change { class, text });
    }

    /// Notes a value that changed.
    fn value<T: PartialEq + std::fmt::Display>(
        &mut self,
        class: Class,
        what: &str,
        old: &T,
        new: &T,
    ) {
        if old != new {
            self.push(class, format!("{what} changed from {old} to {new}"));
        }
    }

    /// Notes words that changed.
    fn doc(&mut self, what: &str, old: &str, new: &str) {
        if old != new {
            self.push(Class::DocsOnly, format!("{what} changed"));
        }
    }

    fn module(&mut self, old: &Manifest, new: &Manifest) {
        self.value(Class::AbiBreak, "the module's name", &old.module, &new.module);
        self.value(Class::DocsOnly, "the provider", &old.provider, &new.provider);
        self.doc("the module's documentation", &old.doc, &new.doc);
        self.errors("the module", &old.errors, &new.errors);
    }

    /// Pairs items by name; notes those that left, came, or stand in another order. Gives the pairs.
    fn pairs<'a, T>(
        &mut self,
        what: &str,
        old: &'a [T],
        new: &'a [T],
        name: fn(&T) -> &str,
    ) -> Vec<(&'a T, &'a T)> {
        for item in old.iter().filter(|item| !new.iter().any(|other| name(other) == name(item))) {
            self.push(Class::AbiBreak, format!("{}: {what} removed", name(item)));
        }
        for item in new.iter().filter(|item| !old.iter().any(|other| name(other) == name(item))) {
            self.push(Class::Addition, format!("{}: {what} added", name(item)));
        }
        let find = |item: &T| new.iter().position(|other| name(other) == name(item));
        let places: Vec<(&T, usize)> =
            old.iter().filter_map(|item| Some((item, find(item)?))).collect();
        if !places.is_sorted_by_key(|(_, place)| *place) {
            self.push(
                Class::DocsOnly,
                format!("the declarations of {what}s stand in another order"),
            );
        }
        places.into_iter().map(|(item, place)| (item, &new[place])).collect()
    }

    fn handles(&mut self, old: &[Handle], new: &[Handle]) {
        for (old, new) in self.pairs("handle", old, new, |item| &item.name) {
            let name = &old.name;
            self.value(Class::AbiBreak, &format!("{name}: tag"), &old.tag, &new.tag);
            self.value(Class::AbiBreak, &format!("{name}: free function"), &old.free, &new.free);
            self.value(Class::SourceBreak, &format!("{name}: macro"), &old.c_macro, &new.c_macro);
            self.bound(name, bound(&old.doc), bound(&new.doc));
            self.doc(&format!("{name}: documentation"), &old.doc, &new.doc);
        }
    }

    /// Notes that a handle belongs to a thread for a longer or shorter time.
    fn bound(&mut self, name: &str, old: Option<&str>, new: Option<&str>) {
        match new {
            _ if old == new => {}
            Some(until) => {
                let text = format!("{name}: it belongs to the thread that made it {until}");
                self.push(Class::AbiBreak, text);
            }
            None => {
                self.push(Class::Addition, format!("{name}: it belongs to no thread any more"));
            }
        }
    }

    fn enums(&mut self, old: &[Enum], new: &[Enum]) {
        for (old, new) in self.pairs("enum", old, new, |item| &item.name) {
            let name = &old.name;
            self.value(Class::SourceBreak, &format!("{name}: C type"), &old.c_type, &new.c_type);
            self.doc(&format!("{name}: documentation"), &old.doc, &new.doc);
            self.enum_values(old, new);
        }
    }

    fn enum_values(&mut self, old: &Enum, new: &Enum) {
        let name = &old.name;
        for value in &old.values {
            let Some(same) = new.values.iter().find(|other| other.name == value.name) else {
                let number = value.value;
                let is_new = |other: &str| !old.values.iter().any(|value| value.name == other);
                let heir =
                    new.values.iter().find(|other| other.value == number && is_new(&other.name));
                match heir {
                    Some(heir) => {
                        let text =
                            format!("{name}: value `{}` renamed to `{}`", value.name, heir.name);
                        self.push(Class::SourceBreak, text);
                    }
                    None => self
                        .push(Class::AbiBreak, format!("{name}: value `{}` removed", value.name)),
                }
                continue;
            };
            let what = format!("{name}: value `{}`", value.name);
            self.value(Class::AbiBreak, &what, &value.value, &same.value);
            self.value(Class::SourceBreak, &format!("{what}: C name"), &value.c_name, &same.c_name);
            self.doc(&format!("{what}: documentation"), &value.doc, &same.doc);
        }
        for value in &new.values {
            let is_known = |other: &crate::emit::manifest::EnumValue| {
                let was_renamed = other.value == value.value
                    && !new.values.iter().any(|new| new.name == other.name);
                other.name == value.name || was_renamed
            };
            if !old.values.iter().any(is_known) {
                self.push(Class::Addition, format!("{name}: value `{}` added", value.name));
            }
        }
        let names = |item: &'_ Enum| -> Vec<String> {
            item.values.iter().map(|value| value.name.clone()).collect()
        };
        let (before, after) = (names(old), names(new));
        self.order(&format!("{name}: values"), before.iter(), after.iter());
    }

    fn structs(&mut self, old: &[Struct], new: &[Struct]) {
        for (old, new) in self.pairs("struct", old, new, |item| &item.c_type) {
            let name = &old.c_type;
            self.value(Class::SourceBreak, &format!("{name}: name"), &old.name, &new.name);
            if old.tuple != new.tuple {
                let text = format!(
                    "{name}: it is {} a tuple in Simple",
                    if new.tuple { "now" } else { "no longer" }
                );
                self.push(Class::SourceBreak, text);
            }
            if old.result_of != new.result_of {
                self.push(
                    Class::AbiBreak,
                    format!("{name}: the function that it is the result of changed"),
                );
            }
            self.value(
                Class::AbiBreak,
                &format!("{name}: size in bytes"),
                &old.size_bytes,
                &new.size_bytes,
            );
            self.value(
                Class::AbiBreak,
                &format!("{name}: alignment in bytes"),
                &old.align_bytes,
                &new.align_bytes,
            );
            self.doc(&format!("{name}: documentation"), &old.doc, &new.doc);
            let parts = |item| Struct::fields_as_parts(item);
            self.parts(name, "field", &parts(old), &parts(new));
            for field in &old.fields {
                let Some(same) = new.fields.iter().find(|other| other.name == field.name) else {
                    continue;
                };
                let what = format!("{name}: field `{}`", field.name);
                self.value(
                    Class::AbiBreak,
                    &format!("{what}: offset"),
                    &field.offset_bytes,
                    &same.offset_bytes,
                );
                if field.ty == same.ty {
                    self.value(
                        Class::AbiBreak,
                        &format!("{what}: C type"),
                        &field.c_type,
                        &same.c_type,
                    );
                }
            }
        }
    }

    /// Compares parts whose order counts. A part of the same type at the same place under a new name was renamed.
    fn parts(&mut self, item: &str, what: &str, old: &[Part], new: &[Part]) {
        let is_in = |parts: &[Part], name: &str| parts.iter().any(|part| part.name == name);
        for (index, part) in old.iter().enumerate() {
            let Some(same) = new.iter().find(|other| other.name == part.name) else {
                let heir =
                    new.get(index).filter(|heir| heir.ty == part.ty && !is_in(old, heir.name));
                match heir {
                    Some(heir) => {
                        let text =
                            format!("{item}: {what} `{}` renamed to `{}`", part.name, heir.name);
                        self.push(Class::SourceBreak, text);
                    }
                    None => self
                        .push(Class::AbiBreak, format!("{item}: {what} `{}` removed", part.name)),
                }
                continue;
            };
            if unnamed(part.ty) != unnamed(same.ty) {
                let what = format!("{item}: {what} `{}`", part.name);
                self.value(Class::AbiBreak, &what, &part.ty, &same.ty);
            }
            self.doc(
                &format!("{item}: documentation of {what} `{}`", part.name),
                part.doc,
                same.doc,
            );
        }
        for (index, part) in new.iter().enumerate() {
            let was_renamed =
                old.get(index).is_some_and(|from| from.ty == part.ty && !is_in(new, from.name));
            if !is_in(old, part.name) && !was_renamed {
                self.push(Class::AbiBreak, format!("{item}: {what} `{}` added", part.name));
            }
        }
        let names = |parts: &[Part], others: &[Part]| -> Vec<String> {
            parts
                .iter()
                .filter(|part| is_in(others, part.name))
                .map(|part| part.name.to_owned())
                .collect()
        };
        let (before, after) = (names(old, new), names(new, old));
        if before != after {
            let text = format!(
                "{item}: order of {what}s changed from ({}) to ({})",
                before.join(", "),
                after.join(", ")
            );
            self.push(Class::AbiBreak, text);
        }
    }

    /// Notes another order of names where it means nothing.
    fn order<'a>(
        &mut self,
        what: &str,
        old: impl Iterator<Item = &'a String>,
        new: impl Iterator<Item = &'a String>,
    ) {
        let (old, new): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
        let common = |names: &[&'a String], others: &[&'a String]| -> Vec<&'a String> {
            names.iter().filter(|name| others.contains(name)).copied().collect()
        };
        if common(&old, &new) != common(&new, &old) {
            self.push(Class::DocsOnly, format!("{what} stand in another order"));
        }
    }

    fn functions(&mut self, old: &[Function], new: &[Function]) {
        for (old, new) in self.pairs("function", old, new, |item| &item.name) {
            let name = &old.name;
            let breaks_before = self.count(Class::AbiBreak);
            self.parts(name, "parameter", &old.params_as_parts(), &new.params_as_parts());
            if unnamed(&old.result) != unnamed(&new.result) {
                self.value(Class::AbiBreak, &format!("{name}: result"), &old.result, &new.result);
            }
            if self.count(Class::AbiBreak) == breaks_before {
                self.value(
                    Class::AbiBreak,
                    &format!("{name}: C result"),
                    &old.c_result,
                    &new.c_result,
                );
                let (before, after) = (types(&old.c_params), types(&new.c_params));
                self.value(
                    Class::AbiBreak,
                    &format!("{name}: types of the C parameters"),
                    &before,
                    &after,
                );
            }
            self.value(Class::AbiBreak, &format!("{name}: role"), &old.role, &new.role);
            self.value(
                Class::AbiBreak,
                &format!("{name}: value on failure"),
                &old.failure,
                &new.failure,
            );
            self.value(
                Class::AbiBreak,
                &format!("{name}: function that frees the result"),
                &free(old),
                &free(new),
            );
            self.value(
                Class::AbiBreak,
                &format!("{name}: keeps_error"),
                &old.keeps_error,
                &new.keeps_error,
            );
            self.errors(name, &old.errors, &new.errors);
            self.wrappers(name, &old.wrappers, &new.wrappers);
            self.doc(&format!("{name}: documentation"), &old.doc, &new.doc);
            let words = |text: &Option<String>| text.clone().unwrap_or_default();
            self.doc(
                &format!("{name}: note about threads"),
                &words(&old.threads),
                &words(&new.threads),
            );
            self.doc(&format!("{name}: example"), &words(&old.example), &words(&new.example));
        }
    }

    fn count(&self, class: Class) -> usize {
        self.0.iter().filter(|change| change.class == class).count()
    }

    fn errors(&mut self, name: &str, old: &[ErrorCase], new: &[ErrorCase]) {
        for error in old {
            let what = format!("{name}: error {}", error.code);
            match new.iter().find(|other| other.code == error.code) {
                Some(same) => {
                    self.value(Class::AbiBreak, &what, &error.number, &same.number);
                    self.doc(&format!("{what}: documentation"), &error.when, &same.when);
                }
                // A caller that handles it waits in vain, which harms nobody.
                None => self.push(Class::DocsOnly, format!("{what} no longer documented")),
            }
        }
        for error in new.iter().filter(|error| !old.iter().any(|other| other.code == error.code)) {
            self.push(Class::Addition, format!("{name}: error {} added", error.code));
        }
        let codes = |errors| <[ErrorCase]>::iter(errors).map(|error| &error.code);
        self.order(&format!("{name}: errors"), codes(old), codes(new));
    }

    fn wrappers(&mut self, name: &str, old: &[String], new: &[String]) {
        for wrapper in old.iter().filter(|wrapper| !new.contains(wrapper)) {
            self.push(Class::SourceBreak, format!("{name}: wrapper `{wrapper}` removed"));
        }
        for wrapper in new.iter().filter(|wrapper| !old.contains(wrapper)) {
            self.push(Class::Addition, format!("{name}: wrapper `{wrapper}` added"));
        }
        self.order(&format!("{name}: wrappers"), old.iter(), new.iter());
    }

    /// Earlier ABIs: what was compiled against one of them must still link.
    fn predecessors(&mut self, old: &Manifest, new: &Manifest) {
        let links = |hash: &String| *hash == new.abi_hash || new.predecessors.contains(hash);
        let linked = |hash: &&String| **hash == old.abi_hash || old.predecessors.contains(*hash);
        for hash in old.predecessors.iter().filter(|hash| !links(hash)) {
            self.push(
                Class::AbiBreak,
                format!("programs compiled against the ABI {hash} no longer link"),
            );
        }
        for hash in new.predecessors.iter().filter(|hash| !linked(hash)) {
            self.push(Class::Addition, format!("programs compiled against the ABI {hash} link"));
        }
    }

    /// The net under all of the above: what differs without having been noted is an ABI break.
    fn unknown(&mut self, old: &Manifest, new: &Manifest) {
        let worst = self.0.iter().map(|change| change.class).max().unwrap_or(Class::Identical);
        let known = Manifest { generated: old.generated.clone(), ..new.clone() };
        if old.abi_hash != new.abi_hash && worst < Class::Addition {
            self.value(
                Class::AbiBreak,
                "the hash over the whole ABI",
                &old.abi_hash,
                &new.abi_hash,
            );
        } else if worst == Class::Identical && *old != known {
            self.push(
                Class::AbiBreak,
                "the manifests differ in a way that this ffigen does not know".to_owned(),
            );
        }
    }
}

/// Until when a handle belongs to a thread: only its documentation says so in a manifest.
fn bound(doc: &str) -> Option<&str> {
    let (_, rest) = doc.split_once(BOUND_START)?;
    rest.split_once(BOUND_END).map(|(until, _)| until)
}

/// A tuple's type without the names of its parts: those are fields of a struct, which is compared itself.
fn unnamed(ty: &str) -> String {
    let Some(parts) = ty.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return ty.to_owned();
    };
    let types: Vec<&str> =
        parts.split(", ").map(|part| part.split_once(": ").map_or(part, |(_, ty)| ty)).collect();
    format!("({})", types.join(", "))
}

fn types(params: &[CParam]) -> String {
    let types: Vec<&str> = params.iter().map(|param| param.ty.as_str()).collect();
    format!("({})", types.join(", "))
}

fn free(function: &Function) -> String {
    function.free.clone().unwrap_or_else(|| "none".to_owned())
}

impl Struct {
    fn fields_as_parts(&self) -> Vec<Part<'_>> {
        self.fields
            .iter()
            .map(|field| Part { name: &field.name, ty: &field.ty, doc: &field.doc })
            .collect()
    }
}

impl Function {
    fn params_as_parts(&self) -> Vec<Part<'_>> {
        self.params
            .iter()
            .map(|param| Part { name: &param.name, ty: &param.ty, doc: &param.doc })
            .collect()
    }
}
