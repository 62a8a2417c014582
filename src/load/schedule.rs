//! When messages are due.

use crate::random::Random;
use std::time::Duration;

/// A stretch of time with so many messages, at random moments in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Seconds from the start of the run.
    pub start: f64,
    /// Seconds from the start of the run.
    pub end: f64,
    /// Messages due in it.
    pub messages: u64,
    /// The step it counts for.
    pub step: usize,
}

/// One cell for each rate (messages a second), each `duration` long, one behind the other.
pub fn steady_cells(rates: &[f64], duration: Duration) -> Vec<Cell> {
    let seconds = duration.as_secs_f64();
    let cell = |(step, rate): (usize, &f64)| Cell {
        start: step as f64 * seconds,
        end: (step + 1) as f64 * seconds,
        messages: (rate * seconds).round() as u64,
        step,
    };
    rates.iter().enumerate().map(cell).collect()
}

/// Cells of the replayed two hours.
const CELLS: usize = 720;
/// Starts of the rounds, in minutes.
const ROUNDS: [f64; 4] = [0.0, 30.0, 60.0, 90.0];
/// How much the rate at the start of a round stands above the calm rate.
const SURGE: f64 = 2.0;
/// Minutes in which a surge falls to a third.
const DECAY: f64 = 5.0;

/// `messages` over two hours, pressed into `duration`: calm between rounds of sales, three times the calm rate at the
/// start of each of the four rounds, falling to a third of the surge in five minutes. What is known of 9 April 2013 is the
/// sum and the two hours; the rounds are an assumption.
pub fn mifenjie_cells(messages: u64, duration: Duration) -> Vec<Cell> {
    let rate = |minute: f64| -> f64 {
        let surge = |start: &f64| if minute < *start { 0.0 } else { SURGE * (-(minute - start) / DECAY).exp() };
        1.0 + ROUNDS.iter().map(surge).sum::<f64>()
    };
    let weights: Vec<f64> = (0..CELLS).map(|i| rate((i as f64 + 0.5) * 120.0 / CELLS as f64)).collect();
    let total: f64 = weights.iter().sum();
    let width = duration.as_secs_f64() / CELLS as f64;
    let (mut sum, mut given) = (0.0, 0u64);
    weights
        .iter()
        .enumerate()
        .map(|(i, weight)| {
            sum += weight;
            // Rounding the running sum makes the cells add up to exactly `messages`.
            let upto = (messages as f64 * sum / total).round() as u64;
            let cell = Cell { start: i as f64 * width, end: (i + 1) as f64 * width, messages: upto - given, step: 0 };
            given = upto;
            cell
        })
        .collect()
}

/// Which of how many threads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) index: usize,
    pub(super) of: usize,
}

impl Share {
    /// This thread's part of a number; the parts add up to it.
    pub(super) fn part(self, whole: u64) -> u64 {
        let (index, of) = (self.index as u64, self.of.max(1) as u64);
        whole * (index + 1) / of - whole * index / of
    }

    /// The first number of ids: those of different threads differ in their first digits.
    pub(super) fn first_number(self) -> u64 {
        (self.index as u64) << 48
    }
}

/// A call that is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Due {
    /// Seconds from the start of the run.
    pub(super) at: f64,
    /// Messages of the call.
    pub(super) count: usize,
    pub(super) step: usize,
}

/// The calls of one of several threads, in order of time: every thread gets its share of each cell, in calls of `batch`
/// messages. Moments are the order statistics of uniform ones, which is a Poisson process with its count fixed.
pub(super) struct Calls {
    cells: Vec<Cell>,
    batch: u64,
    at: usize,
    /// Messages and calls left in the cell, and where in it the last call was, 0 to 1.
    left: (u64, u64),
    place: f64,
    random: Random,
}

impl Calls {
    pub(super) fn new(cells: &[Cell], share: Share, batch: usize) -> Self {
        let cells = cells.iter().map(|c| Cell { messages: share.part(c.messages), ..*c }).collect();
        let random = Random::new((share.index as u64).wrapping_mul(0xd134_2543_de82_ef95));
        let mut calls = Self { cells, batch: batch.max(1) as u64, at: 0, left: (0, 0), place: 0.0, random };
        calls.enter();
        calls
    }

    fn enter(&mut self) {
        let messages = self.cells.get(self.at).map_or(0, |c| c.messages);
        self.left = (messages, messages.div_ceil(self.batch));
        self.place = 0.0;
    }
}

impl Iterator for Calls {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        loop {
            let cell = *self.cells.get(self.at)?;
            let (messages, calls) = self.left;
            if calls == 0 {
                self.at += 1;
                self.enter();
                continue;
            }
            // The least of n uniform numbers between `place` and 1.
            let step = -(self.random.unit().ln() / calls as f64).exp_m1();
            self.place += (1.0 - self.place) * step;
            let count = messages.min(self.batch);
            self.left = (messages - count, calls - 1);
            let at = cell.start + (cell.end - cell.start) * self.place;
            return Some(Due { at, count: count as usize, step: cell.step });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_messages_are_due_once_in_order_and_in_their_cell() {
        let cells = mifenjie_cells(28_000, Duration::from_secs(60));
        assert_eq!(cells.iter().map(|c| c.messages).sum::<u64>(), 28_000);
        for batch in [1, 7] {
            let mut sum = 0;
            for index in 0..3 {
                let mut last = 0.0;
                for due in Calls::new(&cells, Share { index, of: 3 }, batch) {
                    assert!(due.at >= last && due.at <= 60.0, "{due:?} after {last}");
                    last = due.at;
                    sum += due.count;
                }
            }
            assert_eq!(sum, 28_000, "batches of {batch}");
        }
    }

    #[test]
    fn the_starts_of_rounds_are_peaks() {
        let cells = mifenjie_cells(2_800_000, Duration::from_secs(120));
        let at = |minute: usize| cells[minute * CELLS / 120].messages;
        for round in [0, 30, 60, 90] {
            assert!(at(round) > at(round + 25) * 2, "round at minute {round}");
        }
    }

    #[test]
    fn rates_are_held() {
        let cells = steady_cells(&[1000.0, 3000.0], Duration::from_secs(2));
        let mut counts = [0usize; 4];
        Calls::new(&cells, Share { index: 0, of: 1 }, 1).for_each(|d| counts[(d.at as usize).min(3)] += d.count);
        assert_eq!((counts[0] + counts[1], counts[2] + counts[3]), (2000, 6000));
        // Uniform moments: a half of a cell is within five standard deviations of half its messages.
        assert!((counts[0] as i64 - 1000).abs() < 115 && (counts[2] as i64 - 3000).abs() < 195, "{counts:?}");
    }
}
