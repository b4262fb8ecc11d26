//! Modules: what is declared, what is defined, and for which target.
//!
//! JIT and object modules are one thing until the end: a table of functions and data with compiled
//! code and relocations. A JIT module links them into memory ([`jit`](crate::jit)), an object
//! module writes them to an object file ([`object`](crate::object)).
//!
//! Functions are compiled outside of the module's lock, so that many threads can compile functions
//! of one module at once.
//!
//! Invariant: the index of an item is that of its declaration; order of output is order of
//! declaration, whichever thread was quicker.

mod compile;
mod place;
mod queue;
mod shape;
mod text;

use crate::data::DataItem;
use crate::declarations::{Declarations, FunctionDeclaration};
use crate::function::FinishedFunction;
use crate::isa::{self, Kind, Options};
use crate::jit::Image;
use crate::line::Locations;
use crate::record::{self, Record};
use crate::types::Linkage;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::TargetIsa;
use ffi_rt::{ErrorCode, Result, fail};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use target_lexicon::Triple;

pub use compile::{CallSite, Compiled, Handler};
pub(crate) use compile::{compile, compile_for, panic_text};
pub use text::TEXT_MAX;
pub(crate) use text::read;

/// The longest name of a function or data object, in bytes.
pub const NAME_MAX: usize = 1 << 16;

/// A module as its handle owns it: closed when the handle is freed.
pub struct Module(Arc<Shared>);

impl std::ops::Deref for Module {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        drop(self.0.close("was freed"));
        if let Some(record) = &self.0.record {
            record.end();
        }
    }
}

/// What a module is made of; it lives as long as a call uses it.
pub struct Shared {
    name: String,
    kind: Kind,
    declarations: Arc<Declarations>,
    options: Options,
    locations: Arc<Locations>,
    state: Mutex<State>,
    record: Option<Record>,
}

/// What changes in a module.
#[derive(Default)]
pub(crate) struct State {
    /// Why the module can take no more, once it cannot.
    closed: Option<&'static str>,
    /// By index; as long as somebody asked for.
    functions: Vec<FunctionItem>,
    data: Vec<DataItem>,
    /// The string data that exists, by content.
    pub strings: HashMap<Vec<u8>, u32>,
    /// Addresses that the program gave for imported names.
    pub symbols: HashMap<String, usize>,
    pub image: Image,
    queue: Vec<queue::Queued>,
}

/// A function of a module beside its declaration.
#[derive(Default)]
pub(crate) struct FunctionItem {
    pub body: Body,
    /// Where it is in memory, once linked.
    pub address: Option<usize>,
    /// Whether the program declared it, so that an object must define it.
    pub is_declared: bool,
}

/// How far a function's definition is.
#[derive(Default)]
pub(crate) enum Body {
    #[default]
    None,
    /// Somebody compiles it just now, or it waits in the queue.
    Pending,
    Compiled(Arc<Compiled>),
}

/// A function as [`Shared::functions`] lists it.
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Who sees it.
    pub linkage: Linkage,
    /// Whether it has code.
    pub is_defined: bool,
    /// The size of its code in bytes, 0 if it has none.
    pub code_size: u64,
}

impl Module {
    /// Makes a module for a triple with settings, each `name=value`.
    ///
    /// # Errors
    /// As for [`isa::target`]; `INVALID_ARGUMENT` for a name that no module can have; if the files
    /// of a recording cannot be written.
    pub fn new(name: &str, kind: Kind, triple: Triple, settings: &[&str]) -> Result<Module> {
        if name.contains('\0') || name.len() > NAME_MAX {
            return fail(ErrorCode::InvalidArgument, "the module's name has a NUL or is too long");
        }
        let path = |setting: &&str| {
            let (name, value) = setting.split_once('=')?;
            (name.trim() == record::SETTING).then(|| value.trim().to_owned())
        };
        let paths: Vec<String> = settings.iter().filter_map(path).collect();
        let settings: Vec<&str> =
            settings.iter().copied().filter(|setting| path(setting).is_none()).collect();
        let target = isa::target(triple.clone(), kind, &settings)?;
        // The last setting of a name counts.
        let record = paths.last().filter(|path| !path.is_empty()).map(|path| {
            let made = record::Made { name, kind, triple: &triple, settings: &settings };
            Record::start(path, &made, &*target.isa)
        });
        let record = record.transpose()?;
        Ok(Module(Arc::new(Shared {
            name: name.to_owned(),
            kind,
            declarations: Arc::new(Declarations::new(target.isa)),
            options: target.options,
            locations: Arc::default(),
            state: Mutex::default(),
            record,
        })))
    }

    /// Takes all that the module holds out of it, which leaves it with nothing to give.
    pub(crate) fn into_parts(self, why: &'static str) -> (Arc<Shared>, State) {
        let shared = Arc::clone(&self.0);
        let state = shared.close(why);
        (shared, state)
    }
}

impl Shared {
    /// The module's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the module is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The names of the module, which contexts share.
    pub fn declarations(&self) -> &Arc<Declarations> {
        &self.declarations
    }

    /// The module's target.
    pub fn isa(&self) -> &dyn TargetIsa {
        &**self.declarations.isa()
    }

    /// The settings that are not Cranelift's.
    pub fn options(&self) -> Options {
        self.options
    }

    /// What source locations mean.
    pub fn locations(&self) -> &Arc<Locations> {
        &self.locations
    }

    /// The module's recording, if it has one.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while the state is half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of a module that still takes items.
    pub(crate) fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        match state.closed {
            None => Ok(state),
            Some(why) => {
                let message = format!("module `{}` {why}", self.name);
                fail(ErrorCode::InvalidArgument, message)
            }
        }
    }

    /// Lets the module take no more and gives what it holds.
    fn close(&self, why: &'static str) -> State {
        let closed = State { closed: Some(why), ..State::default() };
        std::mem::replace(&mut *self.lock(), closed)
    }

    /// Declares a function and gives its number; one that is known keeps it.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if the name is declared as something else, `INVALID_ARGUMENT` for an
    /// impossible name.
    pub fn declare_function(
        &self,
        name: &str,
        linkage: Linkage,
        signature: Signature,
    ) -> Result<i64> {
        check_name(name)?;
        let mut state = self.open()?;
        if let Some((index, old)) = self.function_named(name)? {
            let is_defined = !matches!(state.function(index).body, Body::None);
            if is_defined && linkage != old.linkage {
                let (old, new) = (linkage_name(old.linkage), linkage_name(linkage));
                let message = format!("function `{name}` is defined as {old}, not {new}");
                return fail(ErrorCode::AlreadyExists, message);
            }
        }
        let name = name.to_owned();
        let declaration = FunctionDeclaration { name, signature, linkage };
        let index = self.declarations.declare_function(declaration)?;
        state.function(index).is_declared = true;
        Ok(self.declarations.function_id(index))
    }

    /// The index and declaration of a named function, if the name is declared.
    fn function_named(&self, name: &str) -> Result<Option<(u32, FunctionDeclaration)>> {
        use crate::declarations::Symbol;
        match self.declarations.symbol(name) {
            Some(Symbol::Function(index)) => Ok(Some((index, self.declared(index)?))),
            Some(Symbol::Data(_)) => {
                fail(ErrorCode::WrongKind, format!("`{name}` is data, not a function"))
            }
            None => Ok(None),
        }
    }

    /// The declaration with this index.
    pub(crate) fn declared(&self, index: u32) -> Result<FunctionDeclaration> {
        match self.declarations.function(index) {
            Some(declaration) => Ok(declaration),
            None => fail(ErrorCode::NotFound, format!("function {index} is not declared")),
        }
    }

    /// The number of a function by its name.
    ///
    /// # Errors
    /// `NOT_FOUND` if the module has no such function, `WRONG_KIND` if it is data.
    pub fn find_function(&self, name: &str) -> Result<i64> {
        drop(self.open()?);
        match self.function_named(name)? {
            Some((index, _)) => Ok(self.declarations.function_id(index)),
            None => {
                let message = format!("module `{}` has no function `{name}`", self.name);
                fail(ErrorCode::NotFound, message)
            }
        }
    }

    /// Compiles a function and defines it. `declared` is the number of the function that it
    /// defines; without one, it is declared under its name for export unless that is declared.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if it is defined, imported or declared otherwise, `INVALID_ARGUMENT` if it
    /// was built for another module; what the compiler reports. The module stays usable.
    pub fn define(&self, finished: FinishedFunction, declared: Option<i64>) -> Result<i64> {
        let index = self.start(&finished, declared)?;
        let result = compile(self, finished, index);
        self.finish(index, result)?;
        Ok(self.declarations.function_id(index))
    }

    /// Every function of the module, in order of declaration.
    ///
    /// # Errors
    /// If the module is closed.
    pub fn functions(&self) -> Result<Vec<FunctionInfo>> {
        let mut state = self.open()?;
        let (count, _) = self.declarations.counts();
        let one = |index: u32| {
            let declaration = self.declared(index)?;
            let code = state.function(index).code();
            Ok(FunctionInfo {
                name: declaration.name,
                linkage: declaration.linkage,
                is_defined: code.is_some(),
                code_size: code.map_or(0, |code| code.code.len() as u64),
            })
        };
        (0..count as u32).map(one).collect()
    }

    /// The compiled form of a function.
    ///
    /// # Errors
    /// `NOT_FOUND` if the function has no code (yet).
    pub fn compiled(&self, id: i64) -> Result<(String, Arc<Compiled>)> {
        let mut state = self.open()?;
        let index = self.declarations.function_index("function", id)?;
        let name = self.declared(index)?.name;
        match state.function(index).code() {
            Some(code) => Ok((name, Arc::clone(code))),
            None => fail(ErrorCode::NotFound, format!("function `{name}` has no code")),
        }
    }

    /// Checks a definition against the declarations and claims the function for it.
    fn start(&self, finished: &FinishedFunction, declared: Option<i64>) -> Result<u32> {
        let mut state = self.open()?;
        let name = &*finished.name;
        let signature = &finished.func.signature;
        let is_foreign = |other: &Arc<Declarations>| !Arc::ptr_eq(other, &self.declarations);
        if finished.declarations.as_ref().is_some_and(is_foreign) {
            let message = format!("function `{name}` was built for another module");
            return fail(ErrorCode::InvalidArgument, message);
        }
        let index = match declared {
            Some(id) => self.declarations.function_index("function", id)?,
            None => match self.function_named(name)? {
                Some((index, _)) => index,
                None => {
                    check_name(name)?;
                    self.declarations.declare_function(FunctionDeclaration {
                        name: name.to_owned(),
                        signature: signature.clone(),
                        linkage: Linkage::Export,
                    })?
                }
            },
        };
        let declaration = self.declared(index)?;
        let name = &declaration.name;
        let refuse =
            |why: String| fail(ErrorCode::AlreadyExists, format!("function `{name}` is {why}"));
        if declaration.linkage == Linkage::Import {
            return refuse("declared as imported".to_owned());
        }
        if declaration.signature != *signature {
            let old = &declaration.signature;
            return refuse(format!("declared with {old}, not with {signature}"));
        }
        let body = &mut state.function(index).body;
        match body {
            Body::None => *body = Body::Pending,
            Body::Pending => return refuse("being defined".to_owned()),
            Body::Compiled(_) => return refuse("defined already".to_owned()),
        }
        Ok(index)
    }

    /// Stores what compiling gave, or takes the claim back.
    fn finish(&self, index: u32, result: Result<Compiled>) -> Result<()> {
        let mut state = match self.open() {
            Ok(state) => state,
            // A module that was freed meanwhile says so; a failure to compile counts more.
            Err(closed) => return result.and(Err(closed)),
        };
        let body = &mut state.function(index).body;
        let (new, result) = match result {
            Ok(compiled) => (Body::Compiled(Arc::new(compiled)), Ok(())),
            Err(error) => (Body::None, Err(error)),
        };
        *body = new;
        result
    }
}

impl State {
    /// The function with this index, which is declared.
    pub(crate) fn function(&mut self, index: u32) -> &mut FunctionItem {
        grown(&mut self.functions, index)
    }

    /// The data object with this index, which is declared.
    pub(crate) fn data(&mut self, index: u32) -> &mut DataItem {
        grown(&mut self.data, index)
    }

    /// The function with this index, if somebody asked for it.
    pub(crate) fn function_at(&self, index: u32) -> Option<&FunctionItem> {
        self.functions.get(index as usize)
    }

    /// The data object with this index, if somebody asked for it.
    pub(crate) fn data_at(&self, index: u32) -> Option<&DataItem> {
        self.data.get(index as usize)
    }

    /// The functions that somebody asked for, by index.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (u32, &FunctionItem)> {
        (0..).zip(&self.functions)
    }

    /// The data objects that somebody asked for, by index.
    pub(crate) fn data_items(&self) -> impl Iterator<Item = (u32, &DataItem)> {
        (0..).zip(&self.data)
    }

    /// A function that waits to be compiled.
    pub(crate) fn pending(&self) -> Option<u32> {
        self.functions().find(|(_, item)| matches!(item.body, Body::Pending)).map(|found| found.0)
    }
}

/// The item with this index, made if it is not there yet.
fn grown<T: Default>(items: &mut Vec<T>, index: u32) -> &mut T {
    let index = index as usize;
    if items.len() <= index {
        items.resize_with(index + 1, T::default);
    }
    &mut items[index]
}

impl FunctionItem {
    /// The compiled form, if it has one.
    pub(crate) fn code(&self) -> Option<&Arc<Compiled>> {
        match &self.body {
            Body::Compiled(code) => Some(code),
            _ => None,
        }
    }
}

/// Whether a linker can have the name: not empty, no NUL, not too long.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let wrong = if name.is_empty() {
        "is empty"
    } else if name.contains('\0') {
        "has a NUL byte"
    } else if name.len() > NAME_MAX {
        "is longer than 65536 bytes"
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    fail(ErrorCode::InvalidArgument, format!("the name `{shown}` {wrong}"))
}

/// The word for a linkage.
pub fn linkage_name(linkage: Linkage) -> &'static str {
    match linkage {
        Linkage::Export => "exported",
        Linkage::Import => "imported",
        Linkage::Local => "local",
    }
}

#[cfg(test)]
mod tests;
