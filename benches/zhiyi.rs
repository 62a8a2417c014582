//! `cargo bench`: what a message costs, in microseconds and as multiples of jieba-rs's own segmentation of the same
//! messages in the same run. Machines are noisy: rounds of all subjects alternate, the medians are printed.
//!
//! `cargo bench -- recognition`, `-- conversation`, `-- matcher` and `-- bundle` run one part.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zhiyi::builder;
use zhiyi::context::{self, Seal, State};
use zhiyi::dictionary::{Bundle, Source};
use zhiyi::files;
use zhiyi::recognizer::{Recognizer, Utterance};
use zhiyi::text::{Modality, NormalizedText, Normalizer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Messages as customers type and say them, by kind; written for this bench.
const TYPED_SHORT: &[&str] = &["值机", "格力优惠", "转人工", "1F", "查积分", "退票", "3102", "谢谢", "停车费", "回复3"];
const TYPED: &[&str] = &[
    "明天广州飞北京的航班几点起飞",
    "想把周五的机票改签到下周一",
    "你们商场有没有格力空调卖",
    "我的订单怎么还没发货呀",
    "可以带两个充电宝上飞机吗",
    "黑卡会员生日有什么权益",
    "帮我选一个靠窗的座位",
    "三楼有什么好吃的火锅店",
    "买的冰箱不制冷了怎么办",
    "行李超重一公斤收多少钱",
    "周末家电有没有满减活动",
    "孩子一个人坐飞机要办什么",
    "昨天买的鞋子想换大一码",
    "怎么绑定实体会员卡呢",
    "航班延误了能开个证明吗",
];
/// Of exactly 15 characters each.
const TYPED_15: &[&str] = &[
    "明天下午广州飞北京航班还有票吗",
    "想把周五早上机票改成下周一晚上",
    "这台空调装好了一点都不冷怎么办",
    "会员积分下月到期能不能先换东西",
    "带折叠的婴儿车上飞机要不要托运",
    "你们商场四楼那家火锅店几点关门",
    "订单显示已签收可是我没收到东西",
    "帮我看看后天去成都的航班延误没",
    "孕妇坐飞机需要带医院开什么证明",
    "我买的电饭煲用了两天就不通电了",
];
const TYPED_LONG: &[&str] = &[
    "你好，我上周在你们店里买了一台格力空调，师傅昨天来装的，今天早上发现一点都不制冷，能不能安排人过来看看，我明天下午两点以后都在家",
    "我妈妈七十多岁了第一次自己坐飞机，明天从哈尔滨飞广州，CZ3626，腿脚不太方便，想问下能不能申请个轮椅，需要提前多久办",
];
const VOICE: &[&str] = &[
    "嗯那个我想问一下明天上午从广州飞上海的航班有哪些啊",
    "呃帮我查一下西贼三幺零二那个航班到没到",
    "就是我那个会员卡里面还有多少积分可以换东西吗",
    "我我昨天买的那个电饭煲它不通电了你们能上门修吗",
];
/// Of exactly 30 characters each.
const VOICE_30: &[&str] = &[
    "嗯那个我想问一下就是明天上午从广州飞上海的航班大概几点起飞啊",
    "呃你好我昨天在你们店里买的那个电饭煲今天突然就不通电了怎么办",
    "就是我那个会员卡里面还有多少积分呀然后能不能换一点什么东西啊",
    "喂我想把后天下午去成都那个机票给它改到大后天的早上要多少钱呢",
    "那个请问一下你们商场地下的停车场停一个小时是要收多少钱来着啊",
    "我我想问下我妈妈七十岁了她一个人坐飞机能不能帮她申请一个轮椅",
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let runs = |part: &str| wanted.is_empty() || wanted.iter().any(|w| part.contains(w.as_str()));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    if runs("recognition") {
        recognition(&folder);
    }
    if runs("conversation") {
        conversation(&folder);
    }
    if runs("bundle") {
        bundle(&folder);
    }
    if runs("matcher") {
        matcher();
    }
}

/// Runs subjects in turn, `rounds` times, and returns the median seconds of one round of each.
fn alternate(rounds: usize, subjects: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times: Vec<Vec<f64>> = vec![Vec::with_capacity(rounds); subjects.len()];
    for round in 0..=rounds {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            let start = Instant::now();
            subject();
            let time = start.elapsed().as_secs_f64();
            // The first round warms caches and is not counted.
            if round > 0 {
                times.push(time);
            }
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn load(folder: &Path) -> Recognizer {
    match builder::load(folder) {
        Ok(loaded) => loaded.recognizer,
        Err(error) => panic!("the shipped dictionaries do not load: {error}"),
    }
}

fn reference() -> jiff::ZonedDateTime {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("the time zone database is bundled");
    jiff::Timestamp::from_second(1_795_226_400).expect("a moment in range").to_zoned_datetime(zone)
}

/// Times a set of messages repeated so often that one round takes some milliseconds.
const REPEAT: usize = 100;
const ROUNDS: usize = 41;

fn recognition(folder: &Path) {
    let recognizer = load(folder);
    let jieba = jieba_rs::Jieba::new();
    let normalizer = Normalizer::new();
    let reference = reference();
    println!("recognition, µs a message on one thread (median of {ROUNDS} alternating rounds)");
    println!(
        "{:<14}{:>8}{:>12}{:>12}{:>14}{:>12}",
        "messages", "chars", "jieba-rs", "normalise", "recognise", "× jieba"
    );
    for (name, messages, modality) in [
        ("typed short", TYPED_SHORT, Modality::Text),
        ("typed", TYPED, Modality::Text),
        ("typed of 15", TYPED_15, Modality::Text),
        ("typed long", TYPED_LONG, Modality::Text),
        ("voice", VOICE, Modality::Voice),
        ("voice of 30", VOICE_30, Modality::Voice),
    ] {
        let each = |work: &mut dyn FnMut(&str)| {
            for _ in 0..REPEAT {
                messages.iter().for_each(|m| work(m));
            }
        };
        let mut text = NormalizedText::default();
        let accounts = ["csair", "department_store", "joycity"];
        let mut turn = 0usize;
        let times = alternate(
            ROUNDS,
            &mut [
                &mut || each(&mut |m| drop(black_box(jieba.cut(black_box(m), false)))),
                &mut || each(&mut |m| normalizer.normalize(black_box(m), modality, &mut text)),
                &mut || {
                    each(&mut |m| {
                        turn += 1;
                        let account = accounts[turn % accounts.len()];
                        let utterance = Utterance {
                            text: black_box(m),
                            hypotheses: &[],
                            account,
                            modality,
                            reference: reference.clone(),
                            explain: false,
                        };
                        let _ = black_box(recognizer.recognize(&utterance));
                    });
                },
            ],
        );
        let calls = (REPEAT * messages.len()) as f64;
        let micros: Vec<f64> = times.iter().map(|t| t / calls * 1e6).collect();
        let chars = messages.iter().map(|m| m.chars().count()).sum::<usize>() as f64 / messages.len() as f64;
        println!(
            "{name:<14}{chars:>8.1}{:>12.2}{:>12.2}{:>14.2}{:>12.1}",
            micros[0],
            micros[1],
            micros[2],
            micros[2] / micros[0]
        );
    }
}

/// What the conversation around a message costs: for a first message, for its context, and for one that brings a context.
fn conversation(folder: &Path) {
    let recognizer = load(folder);
    let reference = reference();
    let seal = Seal::new([b"a key of some length".to_vec()]);
    println!("\nconversation, µs a message on one thread (median of {ROUNDS} alternating rounds)");
    println!("{:<20}{:>16}{:>16}{:>16}{:>16}", "account", "recognise", "first message", "with sealing", "with context");
    for account in ["csair", "department_store"] {
        let utterance = |text| Utterance {
            text,
            hypotheses: &[],
            account,
            modality: Modality::Text,
            reference: reference.clone(),
            explain: false,
        };
        let answer = |text, state: &State| context::answer(&recognizer, &utterance(text), None, state);
        let first = answer(TYPED[0], &State::default()).expect("the account is known");
        let before = seal.close(&first.state);
        let each = |work: &mut dyn FnMut(&'static str)| {
            for _ in 0..REPEAT {
                TYPED.iter().for_each(|m| work(m));
            }
        };
        let times = alternate(
            ROUNDS,
            &mut [
                &mut || each(&mut |m| drop(black_box(recognizer.recognize(&utterance(black_box(m)))))),
                &mut || each(&mut |m| drop(black_box(answer(black_box(m), &State::default())))),
                &mut || {
                    each(&mut |m| {
                        if let Ok(turn) = answer(black_box(m), &State::default()) {
                            black_box(seal.close(&turn.state));
                        }
                    });
                },
                &mut || {
                    each(&mut |m| {
                        let state = seal.open(black_box(&before)).unwrap_or_default();
                        if let Ok(turn) = answer(black_box(m), &state) {
                            black_box(seal.close(&turn.state));
                        }
                    });
                },
            ],
        );
        let calls = (REPEAT * TYPED.len()) as f64;
        let micros: Vec<String> = times.iter().map(|t| format!("{:>16.2}", t / calls * 1e6)).collect();
        println!("{account:<20}{}", micros.concat());
    }
}

fn bundle(folder: &Path) {
    let normalizer = Arc::new(Normalizer::new());
    let source = Source::read(folder).expect("the shipped dictionaries have no faults");
    let start = Instant::now();
    let bytes = builder::build(&source, &normalizer).expect("the shipped dictionaries compile");
    let built = start.elapsed();
    let file = std::env::temp_dir().join(format!("zhiyi-bench-{}.zhiyi", std::process::id()));
    files::write(&file, &bytes).expect("the temporary folder can be written");
    let reference = reference();
    let answer = |r: &Recognizer| {
        let utterance = Utterance {
            text: "我要值机",
            hypotheses: &[],
            account: "",
            modality: Modality::Text,
            reference: reference.clone(),
            explain: false,
        };
        let _ = black_box(r.recognize(&utterance));
    };
    let mut first_answer: Vec<f64> = Vec::new();
    let mut open: Vec<f64> = Vec::new();
    for _ in 0..11 {
        let start = Instant::now();
        drop(black_box(Bundle::open(&file).expect("the bundle opens")));
        open.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let loaded = builder::load(&file).expect("the bundle loads");
        answer(&loaded.recognizer);
        first_answer.push(start.elapsed().as_secs_f64());
    }
    let jieba = Instant::now();
    drop(black_box(jieba_rs::Jieba::new()));
    let jieba = jieba.elapsed();
    let _ = std::fs::remove_file(&file);
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    println!("\nbundle of the shipped dictionaries: {:.1} MB", bytes.len() as f64 / 1e6);
    println!("compile and learn          {:>8.0} ms", ms(built));
    println!("open (map, verify, decode) {:>8.1} ms", median(open) * 1e3);
    println!("bundle to first answer     {:>8.1} ms", median(first_answer) * 1e3);
    println!("jieba-rs dictionary alone  {:>8.1} ms", ms(jieba));
}

/// Words of three to five characters over a small alphabet, all different: worse for a matcher than real words.
fn words(count: usize) -> impl Iterator<Item = String> {
    let alphabet: Vec<char> = "优惠值机航班空调会员积分停车行李退票改签登机座位品牌门店".chars().collect();
    (0..count).map(move |mut n| {
        let length = 3 + n % 3;
        let mut word = String::new();
        for _ in 0..length {
            word.push(alphabet[n % alphabet.len()]);
            n /= alphabet.len();
        }
        // The rest of the number makes the word unique.
        while n > 0 {
            word.push(alphabet[n % alphabet.len()]);
            n /= alphabet.len();
        }
        word
    })
}

fn matcher() {
    println!("\nrecognition of typed messages against the number of terms (no learned model)");
    println!("{:>10}{:>12}{:>14}{:>12}{:>14}", "terms", "bundle MB", "µs a message", "× 1,000", "load ms");
    let normalizer = Arc::new(Normalizer::new());
    let reference = reference();
    let folder = std::env::temp_dir().join(format!("zhiyi-bench-terms-{}", std::process::id()));
    let mut loaded = Vec::new();
    for count in [1_000usize, 10_000, 100_000, 1_000_000] {
        let pack = folder.join("p");
        std::fs::create_dir_all(&pack).expect("the temporary folder can be written");
        let write = |name: &str, text: String| {
            std::fs::write(folder.join(name), text).expect("the temporary folder can be written")
        };
        write("accounts.toml", "[[account]]\nid = \"a\"\ntitle = \"a\"\npacks = [\"p\"]\n".into());
        write("p/pack.toml", "title = \"p\"\n".into());
        write("p/intents.csv", "id,title,optional\np.find,找,product\n".into());
        write("p/slots.csv", "name,title,source\nproduct,商品,gazetteer:product\n".into());
        write("p/phrases.csv", "id,intent,phrase\nf-1,p.find,{product} (哪|多少|怎么)\n".into());
        let mut terms = String::from("id,group,value\n");
        words(count).enumerate().for_each(|(i, w)| terms.push_str(&format!("t-{i},product,{w}\n")));
        write("p/terms.csv", terms);
        let source = Source::read(&folder).expect("the tables have no faults");
        let bytes = builder::build(&source, &normalizer).expect("the tables compile");
        let size = bytes.len();
        let start = Instant::now();
        let bundle = Bundle::from_bytes(Arc::new(bytes)).expect("the bundle opens");
        let recognizer = Recognizer::new(Arc::new(bundle), normalizer.clone()).expect("the bundle is usable");
        loaded.push((count, size, recognizer, start.elapsed()));
    }
    let _ = std::fs::remove_dir_all(&folder);
    let mut subjects: Vec<Box<dyn FnMut()>> = loaded
        .iter()
        .map(|(_, _, recognizer, _)| {
            let reference = reference.clone();
            Box::new(move || {
                for _ in 0..REPEAT {
                    for m in TYPED {
                        let utterance = Utterance {
                            text: black_box(m),
                            hypotheses: &[],
                            account: "",
                            modality: Modality::Text,
                            reference: reference.clone(),
                            explain: false,
                        };
                        let _ = black_box(recognizer.recognize(&utterance));
                    }
                }
            }) as Box<dyn FnMut()>
        })
        .collect();
    let mut borrowed: Vec<&mut dyn FnMut()> = subjects.iter_mut().map(|b| b.as_mut() as &mut dyn FnMut()).collect();
    let times = alternate(21, &mut borrowed);
    let calls = (REPEAT * TYPED.len()) as f64;
    for ((count, size, _, load), time) in loaded.iter().zip(&times) {
        println!(
            "{count:>10}{:>12.1}{:>14.2}{:>12.2}{:>14.0}",
            *size as f64 / 1e6,
            time / calls * 1e6,
            time / times[0],
            load.as_secs_f64() * 1e3
        );
    }
}
