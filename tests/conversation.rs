//! Conversations over a real server: what a context carries, what is refused, and the rules of `src/context`.
//!
//! The dictionary is the small one of `tests/fixtures/tiny` with `tests/fixtures/talk` laid over it.

mod support;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use zhiyi::context::{self, Location as Position, PastMenu, PastRequest, Seal, State};
use zhiyi::recognizer::{Outcome as Became, Utterance};
use zhiyi::service::Server;
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;
use zhiyi::text::Modality;

fn start(folder: &Path, keys: &[&str]) -> Server {
    let loaded = support::load(folder).unwrap_or_else(|e| panic!("the dictionary loads: {e:?}"));
    let mut config = support::config();
    let file = tempfile::NamedTempFile::new().expect("a file");
    if !keys.is_empty() {
        std::fs::write(file.path(), keys.join("\n")).expect("keys are written");
        config.context_keys = Some(file.path().to_owned());
    }
    Server::start(loaded, &config).expect("the server starts")
}

/// One server without a key for all tests that only ask.
fn shared() -> SocketAddr {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| start(support::talk(), &[])).address()
}

async fn client(address: SocketAddr) -> RecognizerClient<Channel> {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).expect("a URL");
    RecognizerClient::new(endpoint.connect().await.expect("the server listens"))
}

fn request(text: &str, context: &str, minutes: i64) -> RecognizeRequest {
    RecognizeRequest {
        text: text.into(),
        context: context.into(),
        reference_time: Some(prost_types::Timestamp { seconds: support::NOW + 60 * minutes, nanos: 0 }),
        ..RecognizeRequest::default()
    }
}

fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    details.bad_request().map(|b| b.field_violations.iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
}

/// An answer in a line: outcome, intents with slots (`~` before one from earlier), what it refers to, the rule, the menu.
fn told(answer: &RecognizeResponse) -> String {
    let lower = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
    let mut parts = vec![lower(answer.outcome().as_str_name(), "OUTCOME_")];
    for intent in &answer.intents {
        parts.push(intent.id.clone());
        for slot in &intent.slots {
            let from = if slot.source() == ValueSource::Context { "~" } else { "" };
            let wrong = if slot.valid { String::new() } else { format!("({})", slot.invalid_reason) };
            parts.push(format!("{from}{}={}{wrong}", slot.name, slot.value));
        }
        if !intent.prompt.is_empty() {
            parts.push(format!("?{}", intent.prompt));
        }
        if !intent.refers_to.is_empty() {
            parts.push(format!("of:{}", intent.refers_to));
        }
    }
    parts.extend(answer.alternatives.iter().map(|a| format!("or:{}", a.id)));
    if answer.continuation() != Continuation::Unspecified {
        parts.push(format!("[{}]", lower(answer.continuation().as_str_name(), "CONTINUATION_")));
    }
    if let Some(menu) = &answer.menu {
        let options: Vec<String> = menu.options.iter().map(|o| format!("{}{}", o.number, o.label)).collect();
        parts.push(format!("menu:{}({})", menu.id, options.join(",")));
    }
    parts.join(" ")
}

/// Holds a conversation: each line a message, the minutes since the last one, and what must be told.
async fn converse(lines: &[(&str, i64, &str)]) {
    let mut client = client(shared()).await;
    let (mut context, mut minutes) = (String::new(), 0);
    for (at, (text, later, wanted)) in lines.iter().enumerate() {
        minutes += later;
        let mut asked = request(text, &context, minutes);
        if let Some(place) = text.strip_prefix('@') {
            let (latitude, longitude) = place.split_once(',').expect("a position");
            let degrees = |t: &str| t.parse().expect("degrees");
            asked.text = String::new();
            asked.location = Some(Location { latitude: degrees(latitude), longitude: degrees(longitude) });
        }
        let answer = client.recognize(asked).await.unwrap_or_else(|e| panic!("{text}: {e}")).into_inner();
        assert_eq!(told(&answer), *wanted, "line {at}: {text}");
        for slot in answer.intents.iter().flat_map(|i| &i.slots) {
            assert_eq!(slot.raw.is_empty(), slot.span.is_none(), "{text}: {slot:?}");
        }
        context = answer.context;
        assert!(context.len() <= context::LONGEST);
    }
}

#[tokio::test]
async fn a_question_is_answered_by_the_next_message() {
    let ask = "incomplete air.flight_status ?请问航班号是多少？";
    converse(&[
        ("查航班动态", 0, ask),
        ("3102", 5, "matched air.flight_status flight_no=CZ3102 [answer]"),
        ("那后天的呢", 1, "matched air.flight_status ~flight_no=CZ3102 date=2026-11-23 [ellipsis]"),
        ("不对是28号", 1, "matched air.flight_status ~flight_no=CZ3102 date=2026-11-28 [correction]"),
        ("那CZ3105呢", 1, "matched air.flight_status ~date=2026-11-28 flight_no=CZ3105 [ellipsis]"),
        ("CZ3106几点起飞", 1, "matched air.flight_status flight_no=CZ3106"),
    ])
    .await;
    converse(&[
        ("查航班动态", 0, ask),
        ("航班号是3102，明天的", 1, "matched air.flight_status flight_no=CZ3102 date=2026-11-22 [answer]"),
    ])
    .await;
    converse(&[
        ("关注航班", 0, "incomplete talk.follow"),
        ("明天", 0, "incomplete talk.follow date=2026-11-22 [answer]"),
        ("3102", 0, "matched talk.follow ~date=2026-11-22 flight_no=CZ3102 [answer]"),
    ])
    .await;
}

#[tokio::test]
async fn a_value_goes_to_the_slot_that_is_missing() {
    converse(&[
        ("买机票", 0, "incomplete air.buy ?请问您从哪里出发？"),
        ("去北京", 0, "incomplete air.buy destination=北京 ?请问您从哪里出发？ [answer]"),
        ("广州", 0, "matched air.buy ~destination=北京 origin=广州 [answer]"),
        ("不是广州是上海", 0, "matched air.buy ~destination=北京 origin=上海 [correction]"),
        ("换成明天的", 0, "matched air.buy ~destination=北京 ~origin=上海 date=2026-11-22 [ellipsis]"),
        ("不是上海", 0, "incomplete air.buy ~destination=北京 ~date=2026-11-22 ?请问您从哪里出发？ [correction]"),
        ("不是，上海", 0, "matched air.buy ~destination=北京 ~date=2026-11-22 origin=上海 [correction]"),
        ("不去北京，去广州", 0, "matched air.buy ~date=2026-11-22 ~origin=上海 destination=广州 [correction]"),
    ])
    .await;
}

#[tokio::test]
async fn another_subject_and_a_refusal_drop_the_question() {
    let ask = "incomplete air.flight_status ?请问航班号是多少？";
    converse(&[
        ("查航班动态", 0, ask),
        ("格力优惠", 0, "matched shop.promotion brand=格力"),
        ("海尔的呢", 0, "matched shop.promotion brand=海尔 [ellipsis]"),
        ("好的", 0, "matched talk.yes of:shop.promotion [confirmation]"),
        ("算了", 0, "matched talk.no of:shop.promotion [refusal]"),
        ("好的", 0, "matched talk.yes"),
    ])
    .await;
    converse(&[("查航班动态", 0, ask), ("不用了", 0, "matched talk.no of:air.flight_status [refusal]")]).await;
    // A greeting asks for nothing: the question stays.
    converse(&[
        ("查航班动态", 0, ask),
        ("你好", 0, "matched base.greeting"),
        ("3102", 0, "matched air.flight_status flight_no=CZ3102 [answer]"),
    ])
    .await;
}

#[tokio::test]
async fn one_of_several_readings_is_chosen() {
    let ask = "ambiguous shop.redeliver or:air.rebook";
    for (choice, chosen) in [
        ("第二个", "air.rebook"),
        ("2", "air.rebook"),
        ("第一个", "shop.redeliver"),
        ("前面那个", "shop.redeliver"),
        ("后面那个", "air.rebook"),
        ("改签机票", "air.rebook"),
        ("好的", "shop.redeliver"),
    ] {
        converse(&[("改时间", 0, ask), (choice, 0, &format!("matched {chosen} [choice]"))]).await;
    }
    let out = "incomplete talk.option option=3(out_of_range) ?请回复编号。 [out_of_range]";
    converse(&[("改时间", 0, ask), ("第三个", 0, out), ("第二个", 0, "matched air.rebook [choice]")]).await;
}

#[tokio::test]
async fn menus_lead_down_and_every_label_works_everywhere() {
    let (main, own) = ("menu:main(1自助,2停车)", "menu:self(1品牌优惠,2问地址)");
    let brands = "menu:brands(1格力优惠,2海尔优惠,3苹果优惠)";
    converse(&[
        ("菜单", 0, &format!("matched talk.menu {main}")),
        ("1", 0, &format!("matched talk.menu [menu_number] {own}")),
        ("回复1", 0, &format!("matched shop.promotion [menu_number] {brands}")),
        ("1", 0, "matched shop.promotion ~brand=格力 [menu_number]"),
        ("2", 0, "matched shop.promotion ~brand=海尔 [menu_number]"),
        ("9", 0, &format!("incomplete talk.option option=9(out_of_range) ?请回复编号。 [out_of_range] {brands}")),
        ("格力", 0, "matched shop.promotion ~brand=格力 [menu_word]"),
        ("停车", 0, "matched shop.parking"),
        ("自助", 0, &format!("matched talk.menu [menu_word] {own}")),
        ("苹果优惠", 0, "matched shop.promotion brand=苹果"),
        ("今天天气不错", 0, &format!("unrecognized {own}")),
        ("算了", 0, "matched talk.no of:shop.promotion [refusal]"),
        ("1", 0, "matched talk.option option=1"),
    ])
    .await;
    // A label works without any menu; an entry's further words do not.
    converse(&[("自助", 0, &format!("matched talk.menu [menu_word] {own}"))]).await;
    converse(&[("我要自助！", 0, &format!("matched talk.menu [menu_word] {own}"))]).await;
    converse(&[("自助餐厅", 0, "unrecognized")]).await;
    converse(&[("品牌优惠", 0, &format!("matched shop.promotion {brands}"))]).await;
    converse(&[("优惠", 0, &format!("matched shop.promotion {brands}"))]).await;
}

#[tokio::test]
async fn menus_and_contexts_expire() {
    let main = "matched talk.menu menu:main(1自助,2停车)";
    converse(&[("菜单", 0, main), ("2", 9, "matched shop.parking [menu_number]")]).await;
    converse(&[("菜单", 0, main), ("2", 10, "matched talk.option option=2")]).await;
    let status = "matched air.flight_status flight_no=CZ3102";
    let again = "matched air.flight_status ~flight_no=CZ3102 date=2026-11-25 [ellipsis]";
    converse(&[("CZ3102几点起飞", 0, status), ("那后天的呢", 48 * 60 - 1, again)]).await;
    converse(&[("CZ3102几点起飞", 0, status), ("那后天的呢", 48 * 60, "unrecognized")]).await;
    // Values that nobody asked for complete a request for half an hour.
    let buy = "matched air.buy origin=广州 destination=北京";
    let with_date = "matched air.buy ~origin=广州 ~destination=北京 date=2026-11-22 [ellipsis]";
    converse(&[("从广州到北京的机票", 0, buy), ("明天", 29, with_date)]).await;
}

#[tokio::test]
async fn a_position_completes_what_needs_one() {
    let position = "@39.990001,116.48";
    converse(&[
        ("附近维修点", 0, "matched talk.repair"),
        (position, 0, "matched talk.repair location=39.99000,116.48000 [location]"),
    ])
    .await;
    converse(&[
        (position, 0, "ambiguous talk.repair location=39.99000,116.48000 or:talk.where [location]"),
        ("第二个", 0, "matched talk.where ~location=39.99000,116.48000 [choice]"),
    ])
    .await;
    let mut client = client(shared()).await;
    let here = |latitude, longitude| Some(Location { latitude, longitude });
    let named = RecognizeRequest { location: here(39.9, 116.4), ..request("西单店旁边", "", 0) };
    let answer = client.recognize(named).await.expect("an answer").into_inner();
    assert_eq!(answer.entities.iter().filter(|e| e.kind == "location").count(), 1, "{answer:#?}");
    let nobody = RecognizeRequest { location: here(39.9, 116.4), account: "air".into(), ..request("", "", 0) };
    let answer = client.recognize(nobody).await.expect("an answer").into_inner();
    assert_eq!(told(&answer), "unrecognized [location]");
    for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        let bad = RecognizeRequest { location: here(latitude, longitude), ..request("", "", 0) };
        let status = client.recognize(bad).await.expect_err("no position");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["location".to_owned()]));
    }
}

#[tokio::test]
async fn a_person_is_suggested_with_the_promised_time() {
    let mut client = client(shared()).await;
    // 2026-11-21 is a Saturday: people work until noon.
    for (minutes, within, seconds) in [(0, true, 3600), (119, true, 3600), (120, false, 86_400)] {
        let answer = client.recognize(request("转人工", "", minutes)).await.expect("an answer").into_inner();
        let handover = answer.handover.expect("a person is asked for");
        assert_eq!((handover.cause(), handover.reason.as_str()), (HandoverCause::Intent, "要求人工"));
        assert_eq!((handover.within_hours, handover.response_time.map(|d| d.seconds)), (Some(within), Some(seconds)));
    }
    let other = RecognizeRequest { account: "other".into(), ..request("转人工", "", 0) };
    let handover = client.recognize(other).await.expect("an answer").into_inner().handover.expect("a person");
    assert_eq!((handover.within_hours, handover.response_time), (None, None), "nothing is promised");

    let mut context = String::new();
    let mut causes = Vec::new();
    for text in ["今天天气不错", "格力优惠", "哈哈哈", "昨天吃了火锅", "讲个笑话"] {
        let answer = client.recognize(request(text, &context, 0)).await.expect("an answer").into_inner();
        causes.push(answer.handover.map(|h| (h.cause() == HandoverCause::NotUnderstood, h.misses)));
        context = answer.context;
    }
    assert_eq!(causes, [None, None, None, Some((true, 2)), Some((true, 3))]);
}

/// A context with a right checksum around any text.
fn checked(head: &str, json: &str) -> String {
    let tag: String = Sha256::digest(format!("{head}.{json}")).iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{head}.{tag}.{json}")
}

#[tokio::test]
async fn what_was_not_made_by_a_server_is_refused() {
    let mut client = client(shared()).await;
    let good = client.recognize(request("查航班动态", "", 0)).await.expect("an answer").into_inner().context;
    let json = good.splitn(3, '.').nth(2).expect("three parts").to_owned();
    assert_eq!(checked("1c", &json), good, "the documented form");
    for (what, bad) in [
        ("no context at all", "hello".to_owned()),
        ("cut", good[..good.len() - 1].to_owned()),
        ("cut in the tag", good[..20].to_owned()),
        ("changed", good.replace("air.flight_status", "air.flight_statuz")),
        ("a checksum in capitals", good.replacen(&good[3..35], &good[3..35].to_uppercase(), 1)),
        ("a made-up signature", good.replacen("1c.", "1h.", 1)),
        ("an unknown kind", good.replacen("1c.", "1x.", 1)),
        ("no JSON", checked("1c", "{")),
        ("an unknown field", checked("1c", r#"{"account":"talk","time":0,"admin":true}"#)),
        ("too long", checked("1c", &format!("{}{}", json, " ".repeat(3000)))),
    ] {
        let status = client.recognize(request("3102", &bad, 0)).await.expect_err(what);
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["context".to_owned()]), "{what}");
        assert!(status.message().contains("leave it out"), "{what}: {}", status.message());
    }
    let other = RecognizeRequest { account: "other".into(), ..request("3102", &good, 0) };
    let status = client.recognize(other).await.expect_err("another account's");
    assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["context".to_owned()]));
    // Another release's format is forgotten, so that releases can be mixed during a roll-out.
    let newer = checked("2c", r#"{"anything":1}"#);
    let answer = client.recognize(request("那后天的呢", &newer, 0)).await.expect("an answer").into_inner();
    assert_eq!(told(&answer), "unrecognized");
}

#[tokio::test]
async fn a_bad_context_is_the_fault_of_its_item_alone() {
    let mut client = client(shared()).await;
    let requests = vec![request("我要值机", "broken", 0), request("格力优惠", "", 0)];
    let results =
        client.batch_recognize(BatchRecognizeRequest { requests }).await.expect("a batch").into_inner().results;
    let [batch_result::Result::Error(first), batch_result::Result::Response(second)] =
        [0, 1].map(|i: usize| results[i].result.clone().expect("each has a result"))
    else {
        panic!("{results:?}")
    };
    assert_eq!((first.code, first.field.as_str()), (Code::InvalidArgument as i32, "context"));
    assert_eq!(told(&second), "matched shop.promotion brand=格力");
}

#[tokio::test]
async fn servers_with_the_same_key_share_conversations() {
    let servers = [
        start(support::talk(), &["the first of the keys"]),
        start(support::talk(), &["the second of the keys", "the first of the keys"]),
    ];
    let (mut old, mut new) = (client(servers[0].address()).await, client(servers[1].address()).await);
    let context = old.recognize(request("查航班动态", "", 0)).await.expect("an answer").into_inner().context;
    assert!(context.starts_with("1h."), "{context}");
    let answer = new.recognize(request("3102", &context, 0)).await.expect("a key that is accepted").into_inner();
    assert_eq!(told(&answer), "matched air.flight_status flight_no=CZ3102 [answer]");
    for forged in [answer.context.as_str(), &context.replacen("1h.", "1c.", 1), &checked("1c", "{}")] {
        let status = old.recognize(request("3102", forged, 0)).await.expect_err("another key");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["context".to_owned()]));
    }
    drop((old, new));
    servers.into_iter().for_each(Server::stop);
}

#[tokio::test]
async fn a_context_outlives_a_reload_and_unknown_ids_are_dropped() {
    let folder = support::tiny_copy();
    support::copy(&support::fixture("talk"), folder.path());
    let server = start(folder.path(), &[]);
    let mut reader = client(server.address()).await;
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", server.address())).expect("a URL");
    let mut admin = DictionaryClient::new(endpoint.connect().await.expect("the server listens"));
    let ask = async |reader: &mut RecognizerClient<Channel>, text: &str, context: &str| {
        reader.recognize(request(text, context, 0)).await.unwrap_or_else(|e| panic!("{text}: {e}")).into_inner()
    };
    let (promotion, flight) = (ask(&mut reader, "苹果优惠", "").await, ask(&mut reader, "CZ3102几点起飞", "").await);
    let menu = ask(&mut reader, "品牌优惠", "").await;
    let edit = |file: &str, from: &str, to: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the table is there");
        assert!(text.contains(from), "{file}");
        std::fs::write(path, text.replace(from, to)).expect("the table can be written");
    };
    edit("shop/terms.csv", "br-5,brand,苹果,apple,苹果汁|苹果醋|红苹果,n,,,\n", "");
    edit("talk/menus.csv", "tm-32,brands,3,苹果优惠,,shop.promotion,brand=苹果,,,talk,\n", "");
    edit("talk/menus.csv", "brands", "names");
    admin.reload(ReloadRequest {}).await.expect("a reload");
    let answer = ask(&mut reader, "那空调呢", &promotion.context).await;
    assert_eq!(told(&answer), "matched shop.promotion category=空调 [ellipsis]", "no brand 苹果 any more");
    let answer = ask(&mut reader, "那后天的呢", &flight.context).await;
    assert_eq!(told(&answer), "matched air.flight_status ~flight_no=CZ3102 date=2026-11-23 [ellipsis]");
    let answer = ask(&mut reader, "1", &menu.context).await;
    assert_eq!(told(&answer), "matched talk.option option=1", "no menu `brands` any more");
    drop((reader, admin));
    server.stop();
}

/// Ids of the dictionary, near misses, and anything.
fn id() -> impl Strategy<Value = String> {
    let known = vec![
        "air.flight_status",
        "air.buy",
        "shop.promotion",
        "talk.repair",
        "talk.option",
        "talk.follow",
        "words.mention",
        "flight_no",
        "date",
        "origin",
        "destination",
        "brand",
        "location",
        "option",
        "main",
        "self",
        "brands",
        "",
        "nothing",
    ];
    prop_oneof![8 => proptest::sample::select(known).prop_map(String::from), 1 => any::<String>()]
}

fn state() -> impl Strategy<Value = State> {
    let moment = || prop_oneof![3 => Just(support::NOW), 1 => any::<i64>()];
    let value = prop_oneof![
        4 => proptest::sample::select(vec!["CZ3102", "2026-11-22", "广州", "格力", "4", "39.9,116.4"]).prop_map(String::from),
        1 => any::<String>(),
    ];
    let slots = proptest::collection::vec((id(), value), 0..6);
    let request = (id(), moment(), slots, proptest::option::of(id()), proptest::collection::vec(id(), 0..4));
    let request =
        request.prop_map(|(intent, time, slots, asked, others)| PastRequest { intent, time, slots, asked, others });
    let menu = (id(), any::<i64>()).prop_map(|(id, until)| PastMenu { id, until });
    (moment(), proptest::option::weighted(0.8, request), proptest::option::of(menu), any::<u8>())
        .prop_map(|(time, request, menu, misses)| State { account: "talk".into(), time, request, menu, misses })
}

fn message() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "那",
        "呢",
        "的",
        "不是",
        "是",
        "不对",
        "换成",
        "3102",
        "CZ3105",
        "明天",
        "28号",
        "广州",
        "北京",
        "格力",
        "第二个",
        "4",
        "9",
        "好的",
        "算了",
        "自助",
        "停车",
        "菜单",
        "查航班动态",
        "，",
        "？",
        "😀",
        "前面那个",
    ]);
    prop_oneof![6 => proptest::collection::vec(piece, 0..6).prop_map(|p| p.concat()), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_as_context_is_read_or_refused(text in any::<String>(), keyed: bool) {
        let seal = Seal::new(keyed.then(|| b"key".to_vec()));
        prop_assert!(text.is_empty() || seal.open(&text).is_err(), "a tag was guessed");
    }

    #[test]
    fn any_bytes_behind_a_right_checksum_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Seal::default().open(&checked("1c", &String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn any_state_can_be_answered(state in state(), text in message(), place in proptest::option::of((-90.0..90.0f64, -180.0..180.0f64))) {
        let reference = support::later(0);
        let utterance = Utterance { text: &text, hypotheses: &[], account: "talk", modality: Modality::Text, reference, explain: false };
        let place = place.and_then(|(latitude, longitude)| Position::new(latitude, longitude));
        let answer = || context::answer(support::talker(), &utterance, place, &state).expect("the account is known");
        let turn = answer();
        prop_assert_eq!(format!("{turn:?}"), format!("{:?}", answer()), "the same answer every time");
        prop_assert_eq!(turn.recognition.outcome == Became::Unrecognized, turn.recognition.intents.is_empty());
        for value in turn.recognition.intents.iter().flat_map(|i| &i.slots) {
            prop_assert_eq!(value.raw.as_str(), value.span.slice(&text));
        }
        let seal = Seal::default();
        let closed = seal.close(&turn.state);
        prop_assert!(closed.len() <= context::LONGEST);
        let opened = seal.open(&closed).expect("what was closed can be opened");
        prop_assert!(opened == turn.state || opened == State::default() || closed.len() > context::LONGEST / 2);
    }
}
