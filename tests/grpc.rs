//! The server over a real socket, with the small dictionary of `tests/fixtures/tiny`.

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use support::client::{append, channel, fields, moment, request};
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_types::StatusExt;
use zhiyi::config::{Config, Limits};
use zhiyi::service::Server;
use zhiyi::service::proto::batch_result::Result as ItemResult;
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;

/// Starts a server over a dictionary on any free port.
fn start(dictionary: &Path) -> Server {
    let loaded = support::load(dictionary).expect("the dictionary loads");
    let config =
        Config { limits: Limits { message_chars: 50, batch_messages: 5, ..Limits::default() }, ..support::config() };
    Server::start(loaded, &config).expect("the server starts")
}

/// One server for all tests that only ask.
fn shared() -> SocketAddr {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| start(&support::fixture("tiny"))).address()
}

async fn recognizer() -> RecognizerClient<Channel> {
    RecognizerClient::new(channel(shared()).await)
}

#[tokio::test]
async fn messages_are_answered() {
    use Outcome::{Ambiguous, Incomplete, Matched, Unrecognized};
    let mut client = recognizer().await;
    for (text, outcome, intents, slots, missing) in [
        ("我要值机", Matched, "air.check_in", "", ""),
        ("格力优惠", Matched, "shop.promotion", "brand=格力", ""),
        ("格力優惠", Matched, "shop.promotion", "brand=格力", ""),
        ("CZ3102几点起飞", Matched, "air.flight_status", "flight_no=CZ3102", ""),
        ("明天CZ3102几点起飞", Matched, "air.flight_status", "date=2026-11-22 flight_no=CZ3102", ""),
        ("从广州到北京的机票", Matched, "air.buy", "origin=广州 destination=北京", ""),
        ("查券码123456", Matched, "shop.voucher", "voucher_code=123456", ""),
        ("转人工", Matched, "base.human", "", ""),
        ("查航班动态", Incomplete, "air.flight_status", "", "flight_no"),
        ("买机票", Incomplete, "air.buy", "", "origin destination"),
        ("买去北京的机票", Incomplete, "air.buy", "destination=北京", "origin"),
        ("改时间", Ambiguous, "shop.redeliver", "", ""),
        ("今天天气不错", Unrecognized, "", "", ""),
    ] {
        let answer = client.recognize(request(text)).await.expect(text).into_inner();
        let join = |parts: Vec<String>| parts.join(" ");
        let got_slots = answer.intents.iter().flat_map(|i| &i.slots).map(|s| format!("{}={}", s.name, s.value));
        assert_eq!(answer.outcome(), outcome, "{text}: {answer:#?}");
        assert_eq!(join(answer.intents.iter().map(|i| i.id.clone()).collect()), intents, "{text}");
        assert_eq!(join(got_slots.collect()), slots, "{text}");
        assert_eq!(join(answer.intents.iter().flat_map(|i| i.missing_slots.clone()).collect()), missing, "{text}");
        assert_eq!(answer.dictionary_version.len(), 16);
        assert_eq!(answer.account, "shop", "the default account answers");
    }
}

#[tokio::test]
async fn answers_carry_what_the_dictionary_says() {
    let mut client = recognizer().await;
    let mut ask = async |text: &str| client.recognize(request(text)).await.expect(text).into_inner();

    let incomplete = ask("查航班动态").await;
    assert_eq!(incomplete.intents[0].prompt, "请问航班号是多少？", "the intent's own question");
    assert_eq!(ask("买机票").await.intents[0].prompt, "请问您从哪里出发？", "else the first missing slot's");

    let human = ask("转人工").await;
    assert_eq!(human.intents[0].handling(), Handling::Human);
    assert_eq!(human.intents[0].handling_reason, "要求人工");
    assert_eq!(human.intents[0].metadata.get("queue").map(String::as_str), Some("service"));

    let ambiguous = ask("改时间").await;
    // A tie: the pack that the account names last is the more specific one.
    assert_eq!(ambiguous.intents[0].id, "shop.redeliver");
    assert_eq!(ambiguous.alternatives[0].id, "air.rebook");
    assert_eq!(ambiguous.alternatives[0].alias, "改签机票");

    let city = ask("从广州到北京的机票").await;
    assert_eq!(city.intents[0].slots[0].attributes.get("iata").map(String::as_str), Some("CAN"));
    assert_eq!(city.entities.iter().filter(|e| e.kind == "city").count(), 2);
}

#[tokio::test]
async fn spans_count_characters_and_utf16_units() {
    let mut client = recognizer().await;
    for (text, slot, raw, span) in [
        ("CZ3102几点起飞", "flight_no", "CZ3102", (0, 6, 0, 6)),
        ("请问CZ3102几点起飞", "flight_no", "CZ3102", (2, 8, 2, 8)),
        ("😀😀CZ3102几点起飞", "flight_no", "CZ3102", (2, 8, 4, 10)),
        ("👍🏽格力优惠", "brand", "格力", (2, 4, 4, 6)),
        ("有ＧＲＥＥ優惠吗", "brand", "ＧＲＥＥ", (1, 5, 1, 5)),
    ] {
        let answer = client.recognize(request(text)).await.expect(text).into_inner();
        let slots: Vec<&Slot> = answer.intents.iter().flat_map(|i| &i.slots).filter(|s| s.name == slot).collect();
        let [slot] = slots.as_slice() else { panic!("{text}: {answer:#?}") };
        let s = slot.span.as_ref().expect("a slot has a span");
        assert_eq!(slot.raw, raw, "{text}");
        assert_eq!((s.char_start, s.char_end, s.utf16_start, s.utf16_end), span, "{text}");
    }
}

#[tokio::test]
async fn an_explanation_comes_where_asked_for() {
    let mut client = recognizer().await;
    let plain = client.recognize(request("格力优惠")).await.expect("an answer").into_inner();
    assert_eq!(plain.explanation, None);
    let asked = RecognizeRequest { explain: true, request_id: "r-1".into(), ..request("格力优惠") };
    let answer = client.recognize(asked).await.expect("an answer").into_inner();
    assert_eq!(answer.request_id, "r-1");
    let explanation = answer.explanation.expect("it was asked for");
    assert_eq!(explanation.keywords.iter().map(|k| k.row.as_str()).collect::<Vec<_>>(), ["br-1", "w-02"]);
    assert_eq!(explanation.candidates[0].id, "shop.promotion");
    assert_eq!(explanation.phrases[0].row, "pr-1");
}

#[tokio::test]
async fn phrase_rows_count_while_they_are_valid() {
    let mut client = recognizer().await;
    for (seconds, strength) in [(support::NOW, true), (support::NOW - 60 * 86_400, false)] {
        let asked = RecognizeRequest { reference_time: moment(seconds), explain: true, ..request("年终大促") };
        let answer = client.recognize(asked).await.expect("an answer").into_inner();
        let rows = answer.explanation.expect("it was asked for").phrases;
        assert_eq!(rows.iter().any(|r| r.row == "pr-3"), strength, "{rows:?}");
    }
}

#[tokio::test]
async fn time_zones_shift_days() {
    let mut client = recognizer().await;
    // 2026-11-21 23:00 in China is still the morning of that day in New York.
    let late = support::NOW + 13 * 3600;
    for (zone, date) in [("", "2026-11-22"), ("Asia/Tokyo", "2026-11-23"), ("America/New_York", "2026-11-22")] {
        let asked =
            RecognizeRequest {
                reference_time: moment(late), time_zone: zone.into(), ..request("明天CZ3102几点起飞")
            };
        let answer = client.recognize(asked).await.expect("an answer").into_inner();
        let dates: Vec<&str> =
            answer.intents[0].slots.iter().filter(|s| s.name == "date").map(|s| s.value.as_str()).collect();
        assert_eq!(dates, [date], "{zone}");
    }
}

/// Requests that are wrong by themselves, with the status and the field they are refused with.
fn bad_requests() -> Vec<(&'static str, RecognizeRequest, Code, &'static str)> {
    let invalid = Code::InvalidArgument;
    vec![
        ("empty text", request(""), invalid, "text"),
        ("blank text", request(" 　\n"), invalid, "text"),
        ("over-long text", request(&"我".repeat(51)), invalid, "text"),
        (
            "unknown account",
            RecognizeRequest { account: "nobody".into(), ..request("值机") },
            Code::NotFound,
            "account",
        ),
        ("bad time zone", RecognizeRequest { time_zone: "Mars/Base".into(), ..request("值机") }, invalid, "time_zone"),
        ("unknown modality", RecognizeRequest { modality: 9, ..request("值机") }, invalid, "modality"),
        (
            "time out of range",
            RecognizeRequest { reference_time: moment(i64::MAX), ..request("值机") },
            invalid,
            "reference_time",
        ),
        (
            "time before 1900",
            RecognizeRequest { reference_time: moment(-9_000_000_000), ..request("值机") },
            invalid,
            "reference_time",
        ),
        ("over-long id", RecognizeRequest { request_id: "x".repeat(129), ..request("值机") }, invalid, "request_id"),
    ]
}

#[tokio::test]
async fn bad_requests_are_refused_with_details() {
    let mut client = recognizer().await;
    for (what, bad, code, field) in bad_requests() {
        let status = client.recognize(bad).await.expect_err(what);
        assert_eq!(status.code(), code, "{what}");
        assert_eq!(fields(&status), [field], "{what}");
        assert!(status.message().len() > field.len(), "{what}: {}", status.message());
    }
}

/// A request whose text is any bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct Bytes {
    #[prost(bytes = "vec", tag = "1")]
    text: Vec<u8>,
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused() {
    let utf8 = "你好".as_bytes();
    for (method, text, encoding, expected) in [
        ("Recognize", utf8, "identity", None),
        ("Recognize", &[0xff, 0xfe][..], "identity", Some((Code::Internal, "UTF-8"))),
        ("Recognize", utf8, "gzip", Some((Code::Unimplemented, "gzip"))),
        ("Recognise", utf8, "identity", Some((Code::Unimplemented, ""))),
    ] {
        let mut client = tonic::client::Grpc::new(channel(shared()).await);
        client.ready().await.expect("the server takes calls");
        let mut request = tonic::Request::new(Bytes { text: text.into() });
        request.metadata_mut().insert("grpc-encoding", encoding.parse().expect("a value"));
        let path = format!("/zhiyi.v1.Recognizer/{method}").parse().expect("a path");
        let codec = tonic_prost::ProstCodec::<Bytes, RecognizeResponse>::default();
        let status = client.unary(request, path, codec).await.err();
        let told = status.as_ref().map(|s| (s.code(), s.message()));
        assert_eq!(
            told.map(|(code, _)| code),
            expected.map(|(code, _)| code),
            "{method} {text:x?} {encoding}: {told:?}"
        );
        assert!(told.is_none_or(|(_, message)| message.contains(expected.map_or("", |(_, part)| part))), "{told:?}");
    }
}

#[tokio::test]
async fn texts_at_the_limit_are_read() {
    let mut client = recognizer().await;
    for text in ["我".repeat(50), "😀".repeat(50)] {
        client.recognize(request(&text)).await.expect("50 characters are allowed");
    }
}

#[tokio::test]
async fn a_batch_answers_in_order_and_faults_stay_with_their_item() {
    let mut client = recognizer().await;
    let item = |text: &str, id: &str| RecognizeRequest { request_id: id.into(), ..request(text) };
    let faulty = RecognizeRequest { account: "nobody".into(), ..item("值机", "3") };
    let requests = vec![item("我要值机", "1"), item("", "2"), faulty, item("格力优惠", "4")];
    let results =
        client.batch_recognize(BatchRecognizeRequest { requests }).await.expect("a batch").into_inner().results;
    let told: Vec<String> = results.into_iter().map(|r| told(&r.result.expect("each has a result"))).collect();
    assert_eq!(told, ["1 air.check_in", "2 code 3 text", "3 code 5 account", "4 shop.promotion"]);
}

/// An item's result in a few words.
fn told(result: &ItemResult) -> String {
    match result {
        ItemResult::Response(r) => {
            format!("{} {}", r.request_id, r.intents.iter().map(|i| i.id.as_str()).collect::<Vec<_>>().join(","))
        }
        ItemResult::Error(e) => {
            assert!(!e.message.is_empty());
            format!("{} code {} {}", e.request_id, e.code, e.field)
        }
    }
}

#[tokio::test]
async fn batches_have_a_size() {
    let mut client = recognizer().await;
    for n in [0, 6] {
        let requests = vec![request("值机"); n];
        let status = client.batch_recognize(BatchRecognizeRequest { requests }).await.expect_err("a bad size");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["requests".to_owned()]), "{n}");
    }
    let requests = vec![request("值机"); 5];
    let answer = client.batch_recognize(BatchRecognizeRequest { requests }).await.expect("five are allowed");
    assert_eq!(answer.into_inner().results.len(), 5);
}

#[tokio::test]
async fn a_stream_answers_in_order_and_goes_on_after_a_fault() {
    let mut client = recognizer().await;
    let item = |text: &str, id: usize| StreamRecognizeRequest {
        request: Some(RecognizeRequest { request_id: id.to_string(), ..request(text) }),
    };
    let mut items: Vec<_> = (0..20).map(|n| item(if n % 2 == 0 { "我要值机" } else { "格力优惠" }, n)).collect();
    items[7] = item("", 7);
    items[9] = StreamRecognizeRequest { request: None };
    let mut answers = client.stream_recognize(tokio_stream::iter(items)).await.expect("a stream").into_inner();
    let mut n = 0;
    while let Some(answer) = answers.message().await.expect("the stream goes on") {
        let wanted = match n {
            7 => "7 code 3 text".to_owned(),
            9 => " code 3 text".to_owned(),
            n if n % 2 == 0 => format!("{n} air.check_in"),
            n => format!("{n} shop.promotion"),
        };
        let result = answer.result.and_then(|r| r.result).expect("each has a result");
        assert_eq!(told(&result), wanted);
        n += 1;
    }
    assert_eq!(n, 20);
}

#[tokio::test]
async fn outgoing_texts_are_checked() {
    let mut client = recognizer().await;
    for (text, masked, blocked, flags) in [
        ("您好，已经发货", "您好，已经发货", false, ""),
        ("你这个傻逼", "你这个**", true, "profanity=傻逼@3-5"),
        ("😀傻*逼", "😀***", true, "profanity=傻*逼@1-4"),
        ("我们的最好", "我们的**", false, "advertising=最好@3-5"),
        ("最好的朋友", "最好的朋友", false, ""),
        ("路口交通不是特别好", "路口交通不是特别好", false, ""),
    ] {
        let asked = ModerateRequest { text: text.into(), request_id: "m".into(), ..ModerateRequest::default() };
        let answer = client.moderate(asked).await.expect(text).into_inner();
        let flag = |f: &Flag| {
            let span = f.span.as_ref().expect("a flag has a span");
            format!("{}={}@{}-{}", f.category, f.raw, span.char_start, span.char_end)
        };
        assert_eq!(answer.masked_text, masked, "{text}");
        assert_eq!(answer.blocked, blocked, "{text}");
        assert_eq!(answer.flags.iter().map(flag).collect::<Vec<_>>().join(" "), flags, "{text}");
        assert_eq!(answer.request_id, "m");
    }
    for (text, account, code, field) in
        [("", "", Code::InvalidArgument, "text"), ("你好", "nobody", Code::NotFound, "account")]
    {
        let asked = ModerateRequest { text: text.into(), account: account.into(), ..ModerateRequest::default() };
        let status = client.moderate(asked).await.expect_err("a bad request");
        assert_eq!((status.code(), fields(&status)), (code, vec![field.to_owned()]));
    }
}

#[tokio::test]
async fn customers_words_are_flagged() {
    let mut client = recognizer().await;
    let answer = client.recognize(request("傻逼，转人工")).await.expect("an answer").into_inner();
    assert_eq!(answer.flags.iter().map(|f| f.row.as_str()).collect::<Vec<_>>(), ["se-1"]);
    let answer = client.recognize(request("最好转人工")).await.expect("an answer").into_inner();
    assert!(answer.flags.is_empty(), "a word of outgoing texts alone: {:?}", answer.flags);
}

#[tokio::test]
async fn the_dictionary_tells_about_itself() {
    let mut client = DictionaryClient::new(channel(shared()).await);
    let status = client.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    assert_eq!(status.version.len(), 16);
    assert_eq!((status.packs, status.accounts, status.intents), (4, 3, 11));
    assert!(status.phrases > 10 && status.terms > 20 && status.spellings > 40 && status.bytes > 1000);
    assert_eq!((status.last_fault.as_str(), status.reloads), ("", 0));
    assert!(status.load_time.is_some_and(|t| t.seconds > support::NOW - 5 * 365 * 86_400));

    let accounts = client.list_accounts(ListAccountsRequest {}).await.expect("accounts").into_inner().accounts;
    let told: Vec<String> =
        accounts.iter().map(|a| format!("{} {} {}", a.id, a.packs.join("+"), a.default_account)).collect();
    assert_eq!(told, ["shop base+air+shop true", "air base+air false", "words shop+words false"]);

    let mut intents = async |account: &str| {
        let asked = ListIntentsRequest { account: account.into() };
        client.list_intents(asked).await.map(|r| r.into_inner().intents)
    };
    assert_eq!(intents("").await.expect("all intents").len(), 11);
    let air = intents("air").await.expect("intents of an account");
    let ids: Vec<&str> = air.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["air.buy", "air.check_in", "air.flight_status", "air.rebook", "base.greeting", "base.human"]);
    assert_eq!(air[0].required_slots, ["origin", "destination"]);
    assert_eq!(air[0].optional_slots, ["date"]);
    assert!(air[5].human && air[5].pack == "base");
    let status = intents("nobody").await.expect_err("an unknown account");
    assert_eq!((status.code(), fields(&status)), (Code::NotFound, vec!["account".to_owned()]));
}

#[tokio::test]
async fn a_reload_brings_what_was_written() {
    let folder = support::tiny_copy();
    let server = start(folder.path());
    let channel = channel(server.address()).await;
    let (mut dictionary, mut reader) = (DictionaryClient::new(channel.clone()), RecognizerClient::new(channel));
    let before = dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    let same = dictionary.reload(ReloadRequest {}).await.expect("a reload").into_inner();
    assert_eq!((same.changed, &same.version), (false, &before.version), "nothing was written");
    let answer = reader.recognize(request("班机去哪儿了")).await.expect("an answer").into_inner();
    assert_eq!(answer.outcome(), Outcome::Unrecognized);

    append(&folder.path().join("air/phrases.csv"), "fs-9,air.flight_status,班机去哪儿了,,,,,,\n");
    let reloaded = dictionary.reload(ReloadRequest {}).await.expect("a reload").into_inner();
    assert!(reloaded.changed && reloaded.version != before.version);
    let answer = reader.recognize(request("班机去哪儿了")).await.expect("an answer").into_inner();
    assert_eq!(answer.intents.first().map(|i| i.id.as_str()), Some("air.flight_status"));
    assert_eq!(answer.dictionary_version, reloaded.version);
    let after = dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    assert_eq!((after.reloads, after.phrases), (1, before.phrases + 1));
    drop((dictionary, reader));
    server.stop();
}

#[tokio::test]
async fn a_broken_dictionary_is_not_loaded() {
    let folder = support::tiny_copy();
    let server = start(folder.path());
    let channel = channel(server.address()).await;
    let (mut dictionary, mut reader) = (DictionaryClient::new(channel.clone()), RecognizerClient::new(channel));
    let before = dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    let file = folder.path().join("air/phrases.csv");
    let good = std::fs::read_to_string(&file).expect("the table is there");
    append(&file, "fs-8,air.flight_statu,查班机,,,,,,\nfs-9,air.flight_status,(查班机,,,,,,\n");

    let status = dictionary.reload(ReloadRequest {}).await.expect_err("the table is broken");
    assert_eq!(status.code(), Code::FailedPrecondition);
    let lines = good.lines().count();
    let [first, second] =
        [1, 2].map(|n| format!("air/phrases.csv:{}, column {}", lines + n, ["intent", "phrase"][n - 1]));
    assert_eq!(fields(&status), [first, second], "every fault with its place");
    let details = status.get_error_details();
    let told = &details.bad_request().expect("details").field_violations[0].description;
    assert!(told.contains("air.flight_statu") && told.contains("did you mean `air.flight_status`?"), "{told}");

    let after = dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    assert_eq!((&after.version, after.reloads), (&before.version, 0), "the old one stays");
    assert!(after.last_fault.contains("air.flight_statu") && after.last_fault_time.is_some(), "{}", after.last_fault);
    let answer = reader.recognize(request("我要值机")).await.expect("an answer").into_inner();
    assert_eq!(answer.dictionary_version, before.version);

    std::fs::write(&file, good).expect("the table can be written");
    let repaired = dictionary.reload(ReloadRequest {}).await.expect("a reload").into_inner();
    assert_eq!((repaired.changed, &repaired.version), (false, &before.version));
    let healed = dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
    assert_eq!(healed.last_fault, "");
    drop((dictionary, reader));
    server.stop();
}

#[tokio::test]
async fn the_server_is_healthy_until_it_stops() {
    let server = start(&support::fixture("tiny"));
    let address = server.address();
    let mut client = HealthClient::new(channel(address).await);
    for service in ["", "zhiyi.v1.Recognizer", "zhiyi.v1.Dictionary"] {
        let answer = client.check(HealthCheckRequest { service: service.into() }).await.expect(service);
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{service}");
    }
    let unknown = client.check(HealthCheckRequest { service: "zhiyi.v1.Nothing".into() }).await;
    assert_eq!(unknown.expect_err("no such service").code(), Code::NotFound);
    drop(client);
    tokio::task::spawn_blocking(move || server.stop()).await.expect("the server stops");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn reflection_describes_the_services() {
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::{
        ServerReflectionRequest, server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let mut client = ServerReflectionClient::new(channel(shared()).await);
    let ask = |message| ServerReflectionRequest { host: String::new(), message_request: Some(message) };
    let asked = vec![
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol("zhiyi.v1.Recognizer".into())),
        ask(MessageRequest::FileContainingSymbol("zhiyi.v1.Dictionary".into())),
        ask(MessageRequest::FileContainingSymbol("google.protobuf.Timestamp".into())),
        ask(MessageRequest::FileContainingSymbol("zhiyi.v1.Nothing".into())),
    ];
    let mut answers =
        client.server_reflection_info(tokio_stream::iter(asked)).await.expect("reflection answers").into_inner();
    let mut next = async || answers.message().await.map(|m| m.and_then(|m| m.message_response));
    let Ok(Some(MessageResponse::ListServicesResponse(list))) = next().await else { panic!("services are listed") };
    let names: Vec<&str> = list.service.iter().map(|s| s.name.as_str()).collect();
    for name in ["zhiyi.v1.Recognizer", "zhiyi.v1.Dictionary", "grpc.health.v1.Health"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    for _ in 0..3 {
        let Ok(Some(MessageResponse::FileDescriptorResponse(files))) = next().await else { panic!("a file comes") };
        assert!(!files.file_descriptor_proto.is_empty());
    }
    let unknown = next().await;
    assert!(
        matches!(unknown, Err(_) | Ok(Some(MessageResponse::ErrorResponse(_)))),
        "an unknown symbol is told so: {unknown:?}"
    );
}

#[tokio::test]
async fn transcripts_are_read_together() {
    let mut client = recognizer().await;
    let hypothesis = |text: &str, score: f32| Hypothesis { text: text.into(), score };
    let spoken = |text: &str, alternatives: Vec<Hypothesis>| RecognizeRequest {
        alternatives,
        modality: Modality::Voice as i32,
        ..request(text)
    };
    let one = client.recognize(spoken("我要值机", vec![])).await.expect("an answer").into_inner();
    assert_eq!(one.hypothesis, 0);
    let carried = spoken("今天天气不错", vec![hypothesis("CZ3102几点起飞", 0.4)]);
    let answer = client.recognize(carried).await.expect("an answer").into_inner();
    assert_eq!((answer.intents[0].id.as_str(), answer.hypothesis), ("air.flight_status", 1), "{answer:#?}");
    // Spans are those of the transcript that carried.
    let span = answer.intents[0].slots[0].span.as_ref().expect("a slot has a span");
    assert_eq!((span.char_start, span.char_end), (0, 6));

    for alternatives in [
        vec![hypothesis("", 0.1)],
        vec![hypothesis("你好", -1.0)],
        vec![hypothesis("你好", f32::NAN)],
        vec![hypothesis("你好", 0.05); 10],
        vec![hypothesis(&"长".repeat(51), 0.1)],
    ] {
        let status = client.recognize(spoken("你好", alternatives)).await.expect_err("a fault");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["alternatives".to_owned()]));
    }
}

#[tokio::test]
async fn words_read_by_sound_are_told() {
    let mut client = recognizer().await;
    let spoken = RecognizeRequest { modality: Modality::Voice as i32, ..request("帮我办理直机") };
    let answer = client.recognize(spoken).await.expect("an answer").into_inner();
    let heard: Vec<(&str, &str)> = answer.heard.iter().map(|h| (h.raw.as_str(), h.read_as.as_str())).collect();
    assert_eq!(heard, [("办理直机", "办理值机")], "{answer:#?}");
    assert_eq!(answer.intents[0].id, "air.check_in");
    assert_eq!(answer.heard[0].span.as_ref().map(|s| (s.char_start, s.char_end)), Some((2, 6)));
}
