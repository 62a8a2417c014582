//! Which classes of the model are whose.

use crate::dictionary::{Content, Intent, NONE};
use std::collections::HashMap;
use std::ops::Range;

/// For one account: which classes of the model are whose.
pub struct Classes {
    pub(super) none: Option<u16>,
    /// Classes of intents that the account does not have.
    pub(super) foreign: Vec<Range<usize>>,
    /// Classes of the account's intents.
    pub(super) own: Vec<Range<usize>>,
    /// For each class of the model the account's intent.
    pub(super) of_class: Vec<Option<Own>>,
    /// The account's intents that the model does not know.
    pub(super) unknown: Vec<Own>,
    /// For each intent of the dictionary what it is in the account.
    pub(super) of_intent: Vec<Option<Own>>,
}

/// An intent of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) intent: u16,
    /// Place of its pack in the account, the most specific pack 0.
    pub(super) place: u16,
    pub(super) class: Option<u16>,
}

impl Classes {
    /// The class of each intent of a dictionary.
    pub fn of_intents(content: &Content, classes: &[String]) -> Vec<Option<u16>> {
        let places: HashMap<&str, u16> = classes.iter().enumerate().map(|(i, c)| (c.as_str(), i as u16)).collect();
        content.intents.iter().map(|intent| places.get(intent.id.as_str()).copied()).collect()
    }

    /// Prepares the classes of a model for an account with these packs, from the class of each intent.
    pub fn new(content: &Content, packs: &[u16], class_of: &[Option<u16>], classes: &[String]) -> Self {
        let own = |(index, intent): (usize, &Intent)| {
            let place = packs.iter().rev().position(|p| *p == intent.pack)? as u16;
            Some(Own { intent: index as u16, place, class: class_of[index] })
        };
        let of_intent: Vec<Option<Own>> = content.intents.iter().enumerate().map(own).collect();
        let mut of_class = vec![None; classes.len()];
        let mut unknown = Vec::new();
        for own in of_intent.iter().flatten() {
            match own.class {
                Some(class) => of_class[usize::from(class)] = Some(*own),
                None => unknown.push(*own),
            }
        }
        let none = classes.iter().position(|c| c == NONE);
        let is_own = |class: usize| of_class[class].is_some();
        let own = ranges((0..classes.len()).filter(|c| is_own(*c)));
        let foreign = ranges((0..classes.len()).filter(|c| !is_own(*c) && none != Some(*c)));
        Self { none: none.map(|c| c as u16), foreign, own, of_class, unknown, of_intent }
    }
}

/// Ascending numbers as ranges.
fn ranges(numbers: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for number in numbers {
        match ranges.last_mut().filter(|last| last.end == number) {
            Some(last) => last.end += 1,
            None => ranges.push(number..number + 1),
        }
    }
    ranges
}
