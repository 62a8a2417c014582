//! Reading by sound, and several hypotheses read together.

mod support;

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use zhiyi::builder;
use zhiyi::dictionary::{Bundle, Source};
use zhiyi::entities;
use zhiyi::recognizer::{Hypothesis, Outcome, Recognition, Recognizer, Utterance};
use zhiyi::text::{Modality, Normalizer};

const TABLES: &[(&str, &str)] = &[
    (
        "accounts.toml",
        "[[account]]\nid = \"a\"\ntitle = \"a\"\npacks = [\"p\"]\ndefault = true\n\n\
         [[account]]\nid = \"b\"\ntitle = \"b\"\npacks = [\"q\"]\n",
    ),
    ("p/pack.toml", "title = \"p\"\n"),
    ("q/pack.toml", "title = \"q\"\n"),
    (
        "p/sounds.csv",
        "id,part,one,other,cost\ns-1,initial,ch,c,0.15\ns-2,initial,n,l,0.2\ns-3,final,in,ing,0.1\ns-4,initial,zh,z,0.15\n",
    ),
    (
        "p/terms.csv",
        "id,group,value,synonyms,sound\nc-1,city,成都,,\nc-2,city,重庆,,\nc-3,city,南宁,,\nc-4,city,伊春,,n\n\
         b-1,brand,格力,,\nb-2,brand,优衣库,,\nk-1,category,空调,,\n\
         w-1,check_in,值机,办登机牌,\nw-2,refund,退票,,\nw-3,discount,优惠,,\nw-4,coupon,优惠券,,\nw-5,itinerary,行程单,,\n",
    ),
    (
        "p/slots.csv",
        "name,title,source,before,after\ndestination,d,gazetteer:city,到|飞,\nbrand,b,gazetteer:brand,,\n\
         category,c,gazetteer:category,,\n",
    ),
    (
        "p/intents.csv",
        "id,title,optional\np.check_in,i,\np.refund,r,\np.discount,d,brand|category\np.coupon,c,\np.itinerary,t,\np.fly,f,destination\n",
    ),
    (
        "p/phrases.csv",
        "id,intent,phrase\nr-1,p.check_in,<check_in>\nr-2,p.refund,<refund>\nr-3,p.discount,<discount>\nr-4,p.coupon,<coupon>\n\
         r-5,p.itinerary,<itinerary>\nr-6,p.fly,(飞|到){destination}\nr-7,p.refund,航班取消\n",
    ),
];

fn recognizer() -> &'static Recognizer {
    static RECOGNIZER: OnceLock<Recognizer> = OnceLock::new();
    RECOGNIZER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (name, text) in TABLES {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
            std::fs::write(path, text).expect("a file can be written");
        }
        let source = Source::read(folder.path()).unwrap_or_else(|e| panic!("{e}"));
        let normalizer = Arc::new(Normalizer::new());
        let bytes = builder::build(&source, &normalizer).unwrap_or_else(|e| panic!("{e}"));
        let bundle = Bundle::from_bytes(Arc::new(bytes)).expect("what was built can be opened");
        Recognizer::new(Arc::new(bundle), normalizer).expect("the bundle is complete")
    })
}

fn read(text: &str, hypotheses: &[Hypothesis<'_>], account: &str, modality: Modality) -> Recognition {
    let utterance = Utterance { text, hypotheses, account, modality, reference: support::later(0), explain: true };
    recognizer().recognize(&utterance).expect("the account is known")
}

fn heard(text: &str, modality: Modality) -> String {
    let words = read(text, &[], "a", modality).sound_readings;
    words.iter().map(|h| format!("{}={}", h.raw, h.word)).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_are_read_by_sound_where_characters_explain_nothing() {
    for (text, voice, typed) in [
        // The same sound, one character right; typed, the same tone too in words of two characters.
        ("帮我办直机", "直机=值机", "直机=值机"),
        ("我想推票", "推票=退票", ""),
        ("要打行成单", "行成单=行程单", "行成单=行程单"),
        ("优衣裤几楼", "优衣裤=优衣库", "优衣裤=优衣库"),
        // No character right, or another sound: by voice alone.
        ("帮我办直鸡", "直鸡=值机", ""),
        ("去从庆", "从庆=重庆", ""),
        ("去兰宁", "兰宁=南宁", ""),
        // A word of the general language: by voice, beside a word that gives the role or beside a value.
        ("飞程度的", "程度=成都", ""),
        ("损坏程度", "", ""),
        ("隔离空调", "隔离=格力", ""),
        ("隔离三天", "", ""),
        // A word that the account knows is completed, never changed.
        ("优惠全", "优惠全=优惠券", "优惠全=优惠券"),
        ("优惠值机退票", "", ""),
        ("成都", "", ""),
        // Sounds that the table does not confuse, and rows that are not read by sound.
        ("去方庆", "", ""),
        ("去一春", "", ""),
        // Literals of phrase rows.
        ("行班取消", "行班取消=航班取消", "行班取消=航班取消"),
    ] {
        assert_eq!(heard(text, Modality::Voice), voice, "{text}, voice");
        assert_eq!(heard(text, Modality::Text), typed, "{text}, typed");
    }
}

#[test]
fn the_answer_tells_what_was_read() {
    let answer = read("嗯从机场飞从庆的票", &[], "a", Modality::Voice);
    let city = answer.entities.iter().find(|e| e.name == "city").expect("a city is read");
    assert_eq!((city.raw.as_str(), city.value.as_str(), city.source), ("从庆", "重庆", entities::Source::Phonetic));
    assert_eq!((city.span.start, city.span.end), (5, 7));
    assert_eq!((answer.sound_readings[0].span, answer.sound_readings[0].raw.as_str()), (city.span, "从庆"));
    let exact = read("飞重庆", &[], "a", Modality::Voice);
    assert_eq!(exact.entities[0].source, entities::Source::Exact);
    assert!(exact.sound_readings.is_empty());
}

#[test]
fn a_row_that_needs_a_word_by_sound_is_weaker() {
    let strength = |text| read(text, &[], "a", Modality::Voice).trace.expect("asked for").rows[0].strength;
    assert!(strength("办直机") < strength("办值机"));
    assert!(strength("直机") < strength("值机"));
}

#[test]
fn words_of_other_accounts_are_not_heard() {
    assert!(read("帮我办直机", &[], "b", Modality::Voice).sound_readings.is_empty());
}

#[test]
fn hypotheses_are_read_together() {
    let of = |texts: &[(&'static str, f32)], text: &str| {
        let hypotheses: Vec<Hypothesis<'_>> =
            texts.iter().map(|(text, score)| Hypothesis { text, score: *score }).collect();
        read(text, &hypotheses, "a", Modality::Voice)
    };
    let name = |r: &Recognition| {
        r.intents.first().map(|i| recognizer().bundle().content.intents[usize::from(i.intent)].id.clone())
    };
    // A likely transcript without sense gives way to a less likely one with it.
    let carried = of(&[("值机", 0.3)], "吃鸡鸭鱼");
    assert_eq!((carried.hypothesis, name(&carried).as_deref()), (1, Some("p.check_in")));
    // Of two that make sense the likelier carries.
    let first = of(&[("退票", 0.1)], "值机");
    assert_eq!((first.hypothesis, name(&first).as_deref()), (0, Some("p.check_in")));
    // Agreement is surer than a lone voice.
    let agreed = of(&[("值机", 0.4)], "我想值机");
    let alone = of(&[("我想吃饭", 0.4)], "我想值机");
    assert!(agreed.intents[0].confidence > alone.intents[0].confidence);
    // Two equally likely ones that want different things are the sender's to choose.
    let torn = of(&[("退票", 0.5)], "值机");
    assert_eq!(torn.outcome, Outcome::Ambiguous);
    assert_eq!(torn.alternatives.len(), 1);
    // Nothing makes sense: nothing is answered, and the text is what spans refer to.
    let nothing = of(&[("呜呜呜", 0.0)], "哇哇哇");
    assert_eq!((nothing.outcome, nothing.hypothesis), (Outcome::Unrecognized, 0));
    // The slots are those of the carrier.
    let slots = of(&[("飞成都", 0.4)], "非常读书");
    assert_eq!(slots.hypothesis, 1);
    assert_eq!(slots.intents[0].slots[0].span.slice("飞成都"), "成都");
}

/// Words, near misses and characters that sound like them.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "直",
        "机",
        "值",
        "鸡",
        "推",
        "退",
        "票",
        "程",
        "度",
        "成",
        "都",
        "从",
        "重",
        "庆",
        "到",
        "飞",
        "隔离",
        "格力",
        "空调",
        "优",
        "惠",
        "劵",
        "券",
        "衣",
        "裤",
        "库",
        "行",
        "航",
        "班",
        "取消",
        "，",
        " ",
        "a",
        "3",
        "我",
        "的",
        "嗯",
        "😀",
        "明天",
        "運(yùn)",
        "\u{200b}",
    ]);
    prop_oneof![
        4 => prop::collection::vec(piece, 0..16).prop_map(|p| p.concat()),
        1 => any::<String>(),
        1 => "[\\u4e00-\\u9fa5]{1,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_heard_is_the_senders_and_new(text in text(), voice: bool, other in text(), score in 0.0f32..=1.0) {
        let modality = if voice { Modality::Voice } else { Modality::Text };
        let answer = read(&text, &[], "a", modality);
        let mut last = 0;
        for h in &answer.sound_readings {
            prop_assert!(last <= h.span.start && h.span.start < h.span.end);
            last = h.span.end;
            prop_assert_eq!(h.span.slice(&text), h.raw.as_str());
            prop_assert_ne!(&h.raw, &h.word);
            // No word of the account stands there already.
            prop_assert!(read(&h.raw, &[], "a", modality).entities.iter().all(|e| e.raw != h.raw || e.source == entities::Source::Phonetic));
        }
        prop_assert_eq!(format!("{answer:?}"), format!("{:?}", read(&text, &[], "a", modality)));

        let hypotheses = [Hypothesis { text: &other, score }];
        let together = read(&text, &hypotheses, "a", modality);
        let carrier = if together.hypothesis == 0 { &text } else { &other };
        for value in together.intents.iter().flat_map(|i| &i.slots).chain(&together.entities) {
            prop_assert_eq!(value.span.slice(carrier), value.raw.as_str());
        }
        for i in &together.intents {
            prop_assert!((0.0..=1.0).contains(&i.confidence));
        }
    }
}

#[test]
fn a_text_made_to_be_slow_is_read_in_time() {
    let started = std::time::Instant::now();
    for piece in ["直", "推行程", "从庆", "行成单优衣裤", "程度"] {
        let text: String = piece.chars().cycle().take(2_000).collect();
        read(&text, &[], "a", Modality::Voice);
    }
    // Each takes some milliseconds.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
