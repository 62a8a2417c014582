//! Which atoms stand in a window, and where.

/// A set of numbers, a bit for each.
#[derive(Default)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// Empties the set; it has room for numbers below `most`.
    pub(super) fn clear(&mut self, most: usize) {
        self.0.clear();
        self.0.resize(most.div_ceil(64), 0);
    }

    #[inline]
    pub(super) fn add(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    /// Adds the numbers of another set.
    #[inline]
    pub(super) fn add_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    #[inline]
    pub(super) fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 == 1
    }

    /// The numbers that another set has too, ascending.
    #[inline]
    pub(super) fn common(&self, other: &Self) -> impl Iterator<Item = u32> {
        self.0.iter().zip(&other.0).zip(0u32..).flat_map(|((a, b), word)| {
            let mut left = a & b;
            std::iter::from_fn(move || {
                let first = (left != 0).then(|| word * 64 + left.trailing_zeros());
                left &= left.wrapping_sub(1);
                first
            })
        })
    }
}

/// Where an atom stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) atom: u32,
}

/// Where atoms stand, by start.
#[derive(Default)]
pub(super) struct Occurrences {
    /// As they were found.
    found: Vec<Occurrence>,
    /// By start.
    ordered: Vec<Occurrence>,
    /// For each place of the window where those begin in `ordered` that start there, and where the last ones end.
    places: Vec<u32>,
    /// Start of the window.
    from: u32,
}

impl Occurrences {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.found.clear();
    }

    /// Notes one, which must lie inside the window that they are put in [`order`](Self::order) for.
    #[inline]
    pub(super) fn note(&mut self, occurrence: Occurrence) {
        self.found.push(occurrence);
    }

    /// Puts those that were noted in order.
    pub(super) fn order(&mut self, window: (u32, u32)) {
        let Self { found, ordered, places, from } = self;
        *from = window.0;
        places.clear();
        places.resize(window.1.saturating_sub(window.0) as usize + 3, 0);
        // Counted one place behind the next one, so that filling moves each place to where it belongs.
        found.iter().for_each(|o| places[(o.start - *from) as usize + 2] += 1);
        let mut sum = 0;
        for place in &mut *places {
            sum += *place;
            *place = sum;
        }
        ordered.resize(found.len(), Occurrence::default());
        for o in found {
            let place = &mut places[(o.start - *from) as usize + 1];
            ordered[*place as usize] = *o;
            *place += 1;
        }
    }

    /// All, by start.
    #[inline]
    pub(super) fn all(&self) -> &[Occurrence] {
        &self.ordered
    }

    /// Those that start at a place.
    #[inline]
    pub(super) fn starting_at(&self, at: u32) -> &[Occurrence] {
        match self.places.get(at.wrapping_sub(self.from) as usize..) {
            Some([from, to, ..]) => &self.ordered[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn occurrences_are_found_where_they_start(
            window in (0..20u32, 1..20u32).prop_map(|(start, length)| (start, start + length)),
            noted in proptest::collection::vec((0..40u32, 0..5u32, 0..9u32), 0..30),
        ) {
            let mut occurrences = Occurrences::default();
            // Twice, since the buffers are used again.
            for _ in 0..2 {
                occurrences.clear();
                let inside = noted.iter().map(|(start, length, atom)| Occurrence { start: *start, end: start + length, atom: *atom });
                let inside: Vec<Occurrence> = inside.filter(|o| window.0 <= o.start && o.end <= window.1).collect();
                inside.iter().for_each(|o| occurrences.note(*o));
                occurrences.order(window);
                prop_assert!(occurrences.all().is_sorted_by_key(|o| o.start) && occurrences.all().len() == inside.len());
                for at in 0..45 {
                    let wanted: Vec<Occurrence> = inside.iter().filter(|o| o.start == at).copied().collect();
                    prop_assert_eq!(occurrences.starting_at(at), wanted.as_slice(), "at {}", at);
                }
            }
        }
    }

    #[test]
    fn marks_are_those_that_were_added() {
        let (mut few, mut many) = (Marks::default(), Marks::default());
        for _ in 0..2 {
            few.clear(200);
            many.clear(200);
            [3, 63, 64, 199].into_iter().for_each(|n| few.add(n));
            (60..200).for_each(|n| many.add(n));
            assert_eq!((0..200).filter(|n| few.has(*n)).collect::<Vec<_>>(), [3, 63, 64, 199]);
            assert_eq!(few.common(&many).collect::<Vec<_>>(), [63, 64, 199]);
        }
    }

    #[test]
    fn a_set_that_is_emptied_has_nothing() {
        let mut marks = Marks::default();
        marks.clear(200);
        [3, 64, 199, 64].into_iter().for_each(|n| marks.add(n));
        assert!([3, 64, 199].iter().all(|n| marks.has(*n)));
        marks.clear(200);
        assert!((0..200).all(|n| !marks.has(n)));
    }
}
