//! Random sequences of operations on a small table, each outcome compared with that of a plain
//! model.

use super::*;
use std::collections::HashMap;

/// What the model knows of a handle that was given out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Live(u64),
    Gone,
}

/// A use that is going on.
enum Use<'a> {
    Shared(i64, Ref<'a, u64>),
    Exclusive(i64, RefMut<'a, u64>),
}

impl Use<'_> {
    fn handle(&self) -> i64 {
        match self {
            Use::Shared(handle, _) | Use::Exclusive(handle, _) => *handle,
        }
    }

    fn value(&self) -> u64 {
        match self {
            Use::Shared(_, value) => **value,
            Use::Exclusive(_, value) => **value,
        }
    }
}

struct Model<'a> {
    table: &'a Handles<u64>,
    slots: usize,
    states: HashMap<i64, State>,
    /// The keys of `states`, in the order in which they were given out.
    given: Vec<i64>,
    uses: Vec<Use<'a>>,
    retired: usize,
}

impl<'a> Model<'a> {
    fn live(&self) -> usize {
        self.states.values().filter(|state| matches!(state, State::Live(_))).count()
    }

    /// The outcome that a use of `handle` must have: `None` is success.
    fn expected(&self, handle: i64, is_exclusive: bool) -> Option<ErrorCode> {
        match self.states.get(&handle) {
            None if handle <= 0 => Some(ErrorCode::InvalidHandle),
            None if Parts::unpack(handle as u64).tag != self.table.tag => {
                Some(ErrorCode::WrongKind)
            }
            None => Some(ErrorCode::InvalidHandle),
            Some(State::Gone) => Some(ErrorCode::StaleHandle),
            Some(State::Live(_)) => {
                let is_in_the_way = |one: &Use| {
                    one.handle() == handle && (is_exclusive || matches!(one, Use::Exclusive(..)))
                };
                self.uses.iter().any(is_in_the_way).then_some(ErrorCode::HandleBusy)
            }
        }
    }

    fn insert(&mut self, value: u64) {
        let is_full = self.live() + self.retired >= self.slots;
        match self.table.insert(value) {
            Ok(handle) => {
                assert!(!is_full, "a full table took a value");
                assert!(
                    self.states.insert(handle, State::Live(value)).is_none(),
                    "a handle came twice"
                );
                self.given.push(handle);
            }
            Err(error) => {
                assert!(is_full, "a table with room refused a value");
                assert_eq!(error.code(), ErrorCode::LimitReached);
            }
        }
    }

    fn share(&mut self, handle: i64) {
        let expected = self.expected(handle, false);
        match self.table.get("h", handle) {
            Ok(value) => {
                assert_eq!(expected, None);
                assert_eq!(self.states[&handle], State::Live(*value));
                self.uses.push(Use::Shared(handle, value));
            }
            Err(error) => assert_eq!(expected, Some(error.code()), "{error}"),
        }
    }

    fn change(&mut self, handle: i64, to: u64) {
        let expected = self.expected(handle, true);
        match self.table.get_mut("h", handle) {
            Ok(mut value) => {
                assert_eq!(expected, None);
                assert_eq!(self.states.insert(handle, State::Live(to)), Some(State::Live(*value)));
                *value = to;
                self.uses.push(Use::Exclusive(handle, value));
            }
            Err(error) => assert_eq!(expected, Some(error.code()), "{error}"),
        }
    }

    fn take(&mut self, handle: i64) {
        let expected = self.expected(handle, true);
        match self.table.take("h", handle) {
            Ok(value) => {
                assert_eq!(expected, None);
                assert_eq!(self.states.insert(handle, State::Gone), Some(State::Live(value)));
                let generation = Parts::unpack(handle as u64).generation;
                self.retired += usize::from(generation == self.table.limits.last_generation);
            }
            Err(error) => assert_eq!(expected, Some(error.code()), "{error}"),
        }
    }

    /// A handle: mostly one given out lately, sometimes an old one, sometimes a forged one.
    fn some_handle(&self, random: &mut Random) -> i64 {
        let given = &self.given;
        match random.below(10) {
            0 => random.next() as i64,
            1 => {
                let parts = Parts {
                    tag: self.table.tag,
                    generation: random.below(8) as u32,
                    index: random.below(12) as u32,
                };
                parts.pack()
            }
            2 if !given.is_empty() => given[random.below(given.len())] ^ (1 << random.below(64)),
            3 if !given.is_empty() => given[random.below(given.len())],
            _ if !given.is_empty() => {
                let recent = given.len().min(12);
                given[given.len() - 1 - random.below(recent)]
            }
            _ => 0,
        }
    }
}

fn run(table: &Handles<u64>, slots: usize, seed: u64, length: usize) {
    let mut random = Random::new(seed);
    let mut model = Model {
        table,
        slots,
        states: HashMap::new(),
        given: Vec::new(),
        uses: Vec::new(),
        retired: 0,
    };
    for step in 0..length as u64 {
        let handle = model.some_handle(&mut random);
        match random.below(12) {
            0..=2 => model.insert(step),
            3 | 4 => model.share(handle),
            5 => model.change(handle, step),
            6 | 7 => model.take(handle),
            _ if !model.uses.is_empty() => {
                drop(model.uses.swap_remove(random.below(model.uses.len())));
            }
            _ => {}
        }
        assert_eq!(table.live(), model.live() as u64);
        for one in &model.uses {
            assert_eq!(model.states[&one.handle()], State::Live(one.value()));
        }
    }
    model.uses.clear();
    for handle in std::mem::take(&mut model.given) {
        model.take(handle);
    }
    assert_eq!(table.live(), 0);
}

#[test]
fn random_operations_agree_with_the_model() {
    for seed in 0..steps(300) as u64 {
        let slots = 1 + (seed % 9) as u32;
        let table = small(4030, slots, 2 + (seed % 7) as u32);
        run(&table, slots as usize, seed + 1, steps(400));
    }
}

#[test]
fn a_long_random_sequence_agrees_with_the_model() {
    let table = small(4031, 200, 1000);
    run(&table, 200, 77, steps(20_000));
}
