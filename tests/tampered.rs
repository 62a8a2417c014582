//! Bundles that somebody changed and gave a fitting checksum: refused, or readable without a panic.

mod support;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zhiyi::dictionary::Bundle;
use zhiyi::recognizer::{Recognizer, Utterance};
use zhiyi::text::{Modality, Normalizer};

/// Bytes in front of what the checksum covers.
const HEADER: usize = 48;
const SECTIONS: usize = 7;

/// Gives bytes the checksum that they need.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::digest(&bytes[HEADER..]);
    bytes[16..HEADER].copy_from_slice(&digest);
    bytes
}

/// The range of a section: content, word map, postings, terms, ends of strings, strings, model.
fn section(bytes: &[u8], index: usize) -> std::ops::Range<usize> {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize;
    let start = number(HEADER + index * 16);
    start..start + number(HEADER + index * 16 + 8)
}

/// Opens a bundle and, where it opens, reads messages with it.
fn try_it(bytes: Vec<u8>) -> Result<(), String> {
    let bundle = Bundle::from_bytes(Arc::new(bytes)).map_err(|e| e.to_string())?;
    let recognizer = Recognizer::new(Arc::new(bundle), Arc::new(Normalizer::new()))?;
    let reference = support::later(0);
    let accounts: Vec<String> = recognizer.bundle().content.accounts.iter().map(|a| a.id.clone()).collect();
    for account in &accounts {
        for text in ["明天广州飞北京的CZ3102几点起飞，另外格力空调优惠吗", "查券码123456", "改时间", "转人工", "傻逼"]
        {
            let utterance = Utterance {
                text,
                hypotheses: &[],
                account,
                modality: Modality::Text,
                reference: reference.clone(),
                explain: true,
            };
            let recognition = recognizer.recognize(&utterance).map_err(|e| e.to_string())?;
            zhiyi::service::convert::response(&recognizer, text, "", recognition);
            recognizer.moderate(text, account, zhiyi::moderation::Direction::Out).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

#[test]
fn an_honest_bundle_is_opened() {
    let good = support::tiny_bundle().to_vec();
    assert_eq!(sealed(good.clone()), good);
    assert_eq!(try_it(good), Ok(()));
}

#[test]
fn indexes_out_of_range_are_named() {
    let good = support::tiny_bundle();
    for (index, at, told) in [
        // The scope, the group and the value of the first term.
        (3, 0, "scope"),
        (3, 2, "group"),
        (3, 4, "string"),
        // The end of the first string.
        (4, 0, "a string that ends at"),
        (5, 0, "strings: "),
    ] {
        let mut bytes = good.to_vec();
        let start = section(good, index).start + at;
        bytes[start..start + 2].copy_from_slice(&[0xff, 0xfe]);
        let error = try_it(sealed(bytes)).expect_err(told);
        assert!(error.contains(told) && error.contains("damaged"), "{told}: {error}");
    }
}

#[test]
fn a_changed_word_map_is_noticed() {
    let good = support::tiny_bundle();
    let map = section(good, 1);
    let mut bytes = good.to_vec();
    bytes[map.start + map.len() / 2] ^= 0x40;
    let error = try_it(sealed(bytes)).expect_err("the word map was changed");
    assert!(error.contains("word map"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any change of any section, given a fitting checksum.
    #[test]
    fn changed_bundles_are_refused_or_harmless(
        index in 0..SECTIONS,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let good = support::tiny_bundle();
        let range = section(good, index);
        prop_assume!(!range.is_empty());
        let mut bytes = good.to_vec();
        for (place, byte) in places {
            bytes[range.start + place.index(range.len())] = byte;
        }
        // What it says does not matter, only that it says something.
        let _ = try_it(sealed(bytes));
    }

    /// The same for the table of sections.
    #[test]
    fn changed_section_tables_are_refused_or_harmless(
        places in proptest::collection::vec((0..SECTIONS * 16, any::<u8>()), 1..4),
    ) {
        let mut bytes = support::tiny_bundle().to_vec();
        for (place, byte) in places {
            bytes[HEADER + place] = byte;
        }
        let _ = try_it(sealed(bytes));
    }
}
