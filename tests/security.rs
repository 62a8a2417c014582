//! Who may connect and who may do what: TLS, client certificates, tokens, and services that are not offered.

mod support;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::client::{channel, eventually, metric, request};
use tempfile::TempDir;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use zhiyi::config::{Config, TlsConfig};
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;
use zhiyi::service::{ServeError, Server};

fn start(change: impl FnOnce(&mut Config)) -> Server {
    try_start(change).expect("the server starts")
}

fn try_start(change: impl FnOnce(&mut Config)) -> Result<Server, ServeError> {
    let mut config = Config { metrics_listen: Some(support::free()), ..support::config() };
    change(&mut config);
    Server::start(support::load(&support::fixture("tiny")).expect("the dictionary loads"), &config)
}

/// An authority that signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    fn certificate(&self) -> String {
        self.0.pem()
    }

    /// A certificate and its key.
    fn sign(&self, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
        let mut params = CertificateParams::new(vec!["zhiyi.test".to_owned(), "127.0.0.1".to_owned()]).expect("names");
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    fn server(&self) -> (String, String) {
        self.sign(ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn client(&self) -> Identity {
        let (certificate, key) = self.sign(ExtendedKeyUsagePurpose::ClientAuth);
        Identity::from_pem(certificate, key)
    }
}

/// The files that a server with TLS reads.
struct Files(TempDir);

impl Files {
    fn new((certificate, key): (String, String)) -> Self {
        let files = Self(tempfile::tempdir().expect("a folder"));
        files.write(&certificate, &key);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, certificate: &str, key: &str) {
        std::fs::write(self.path("certificate.pem"), certificate).expect("it can be written");
        std::fs::write(self.path("key.pem"), key).expect("it can be written");
    }

    fn config(&self) -> TlsConfig {
        TlsConfig { certificate: self.path("certificate.pem"), key: self.path("key.pem"), client_ca: None }
    }
}

/// Connects over TLS as somebody who trusts `authority`, and asks once.
async fn ask(address: SocketAddr, authority: &Authority, identity: Option<Identity>) -> Result<Channel, String> {
    let trusted = Certificate::from_pem(authority.certificate());
    let mut tls = ClientTlsConfig::new().ca_certificate(trusted).domain_name("zhiyi.test");
    if let Some(identity) = identity {
        tls = tls.identity(identity);
    }
    let endpoint = Endpoint::from_shared(format!("https://{address}")).expect("a URL").tls_config(tls).expect("TLS");
    let channel = endpoint.connect().await.map_err(|e| format!("{e:?}"))?;
    let answer = RecognizerClient::new(channel.clone()).recognize(request("格力优惠")).await;
    let answer = answer.map_err(|e| format!("{e:?}"))?.into_inner();
    assert_eq!(answer.intents[0].id, "shop.promotion");
    Ok(channel)
}

#[tokio::test]
async fn tls_is_for_those_who_trust_the_certificate() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let files = Files::new(authority.server());
    let server = start(|c| c.tls = Some(files.config()));
    ask(server.address(), &authority, None).await.expect("an answer");
    ask(server.address(), &stranger, None).await.expect_err("an authority that the client does not know");
    let plain = Endpoint::from_shared(format!("http://{}", server.address())).expect("a URL").connect_lazy();
    RecognizerClient::new(plain).recognize(request("格力优惠")).await.expect_err("no TLS");
    let metrics = server.metrics_address().expect("there are metrics");
    eventually("handshakes that fail are counted", async || {
        (metric(metrics, "zhiyi_failed_handshakes_total") == 2.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn mutual_tls_is_for_those_with_a_certificate_of_the_authority() {
    let (authority, clients, stranger) = (Authority::new(), Authority::new(), Authority::new());
    let files = Files::new(authority.server());
    std::fs::write(files.path("clients.pem"), clients.certificate()).expect("it can be written");
    let tls = TlsConfig { client_ca: Some(files.path("clients.pem")), ..files.config() };
    let server = start(|c| c.tls = Some(tls));
    ask(server.address(), &authority, Some(clients.client())).await.expect("an answer");
    ask(server.address(), &authority, None).await.expect_err("no certificate");
    ask(server.address(), &authority, Some(stranger.client())).await.expect_err("a stranger's certificate");
}

#[tokio::test]
async fn certificates_change_without_a_restart() {
    let (old, new) = (Authority::new(), Authority::new());
    let files = Files::new(old.server());
    let server = start(|c| c.tls = Some(files.config()));
    let open = ask(server.address(), &old, None).await.expect("an answer");
    let metrics = server.metrics_address().expect("there are metrics");

    std::fs::write(files.path("key.pem"), "half a ke").expect("it can be written");
    eventually("the fault is counted", async || {
        (metric(metrics, "zhiyi_secret_reloads_total{result=\"failed\"}") > 0.0).then_some(())
    })
    .await;
    ask(server.address(), &old, None).await.expect("the old certificate stays");

    let (certificate, key) = new.server();
    files.write(&certificate, &key);
    eventually("the new certificate serves", async || ask(server.address(), &new, None).await.ok()).await;
    ask(server.address(), &old, None).await.expect_err("the old one is gone");
    RecognizerClient::new(open).recognize(request("格力优惠")).await.expect("open connections go on");
}

#[test]
fn certificates_that_cannot_be_used_keep_the_server_from_starting() {
    let authority = Authority::new();
    let files = Files::new(authority.server());
    let (_, foreign) = authority.server();
    let mut cases = Vec::new();
    cases.push((TlsConfig { key: files.path("nothing.pem"), ..files.config() }, "nothing.pem"));
    std::fs::write(files.path("empty.pem"), "").expect("it can be written");
    cases.push((TlsConfig { certificate: files.path("empty.pem"), ..files.config() }, "no certificate in it"));
    std::fs::write(files.path("foreign.pem"), foreign).expect("it can be written");
    cases.push((TlsConfig { key: files.path("foreign.pem"), ..files.config() }, "foreign.pem"));
    cases.push((TlsConfig { client_ca: Some(files.path("empty.pem")), ..files.config() }, "empty.pem"));
    let tokens = files.path("tokens");
    std::fs::write(&tokens, "recognize short\n").expect("it can be written");
    for (tls, told) in cases {
        let error = try_start(|c| {
            c.tls = Some(tls);
            c.tokens = Some(tokens.clone());
        })
        .err()
        .expect("it does not start")
        .to_string();
        assert!(error.contains(told), "{told}: {error}");
        assert!(error.contains("tokens:1: the token has fewer than 16 characters"), "all at once: {error}");
    }
}

/// The program calls a server that wants TLS and a token: exit code, standard output, standard error.
fn zhiyi(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zhiyi"));
    let run = command.args(arguments).env("LC_ALL", "C").output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (run.status.code(), text(&run.stdout), text(&run.stderr))
}

#[test]
fn the_command_line_asks_over_tls_and_sends_a_token() {
    let authority = Authority::new();
    let files = Files::new(authority.server());
    let write = |name: &str, text: &str| {
        std::fs::write(files.path(name), text).expect("it can be written");
        files.path(name).to_str().expect("a path").to_owned()
    };
    let (ca, foreign) =
        (write("ca.pem", &authority.certificate()), write("foreign.pem", &Authority::new().certificate()));
    let accepted = write("tokens", "recognize reader-token-0123456789\n");
    let (token, empty) = (write("token", "reader-token-0123456789\n"), write("empty", "\n"));
    let messages = write("messages", "格力优惠\n");
    let server = start(|c| {
        c.tls = Some(files.config());
        c.tokens = Some(accepted.into());
    });
    let (safe, plain) = (format!("https://{}", server.address()), format!("http://{}", server.address()));
    let load = ["load", "--rate", "20", "--duration", "1s", "--connections", "1", "--messages", &messages];
    for (server, options, code, told) in [
        (&safe, &["--ca", &ca, "--token-file", &token][..], 0, "shop.promotion"),
        (&safe, &["--token-file", &token], 2, "name the authority of its certificate with --ca FILE"),
        (&safe, &["--ca", &foreign, "--token-file", &token], 2, "invalid peer certificate"),
        (&safe, &["--ca", &token, "--token-file", &token], 2, "no certificate in the file of --ca"),
        (&safe, &["--ca", &ca], 2, "token"),
        (&safe, &["--ca", &ca, "--token-file", &empty], 2, "the first line is no token"),
        (&plain, &["--ca", &ca, "--token-file", &token], 2, "--ca is for TLS; write https://"),
    ] {
        for command in [&["recognize", "格力优惠"][..], &["explain", "格力优惠"], &load] {
            let (got, out, err) = zhiyi(&[command, &["--server", server], options].concat());
            let told = if command[0] == "load" && code == 0 { "all answered" } else { told };
            // A load is refused message by message, which is a finding.
            let code = if command[0] == "load" && options.len() == 2 && told == "token" { 1 } else { code };
            assert_eq!(got, Some(code), "{command:?} {options:?}: {out}{err}");
            assert!(out.contains(told) || err.contains(told), "{command:?} {options:?}: {out}{err}");
        }
    }
}

/// The codes that calls with a token get: Recognize, GetStatus, health, reflection.
async fn codes(channel: &Channel, token: Option<&str>) -> [Code; 4] {
    fn asked<T>(message: T, token: Option<&str>) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().expect("ASCII");
            request.metadata_mut().insert("authorization", value);
        }
        request
    }
    fn code<T>(result: &Result<T, Status>) -> Code {
        result.as_ref().map_or_else(Status::code, |_| Code::Ok)
    }
    let mut reader = RecognizerClient::new(channel.clone());
    let mut dictionary = DictionaryClient::new(channel.clone());
    let mut health = HealthClient::new(channel.clone());
    let mut reflection = ServerReflectionClient::new(channel.clone());
    let questions = tokio_stream::once(ServerReflectionRequest::default());
    [
        code(&reader.recognize(asked(request("格力优惠"), token)).await),
        code(&dictionary.get_status(asked(GetStatusRequest {}, token)).await),
        code(&health.check(asked(HealthCheckRequest::default(), token)).await),
        code(&reflection.server_reflection_info(asked(questions, token)).await),
    ]
}

#[tokio::test]
async fn tokens_allow_what_their_role_says() {
    let (reader, keeper) = ("reader-token-0123456789", "keeper-token-0123456789");
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("tokens");
    std::fs::write(&file, format!("recognize {reader}\nadminister {keeper}\n")).expect("it can be written");
    let server = start(|c| c.tokens = Some(file.clone()));
    let channel = channel(server.address()).await;
    let (ok, nobody, forbidden) = (Code::Ok, Code::Unauthenticated, Code::PermissionDenied);
    assert_eq!(codes(&channel, None).await, [nobody, nobody, ok, nobody]);
    assert_eq!(codes(&channel, Some("reader-token-0123456780")).await, [nobody, nobody, ok, nobody]);
    assert_eq!(codes(&channel, Some(reader)).await, [ok, forbidden, ok, ok]);
    assert_eq!(codes(&channel, Some(keeper)).await, [ok, ok, ok, ok]);

    std::fs::write(&file, "nonsense\n").expect("it can be written");
    let metrics = server.metrics_address().expect("there are metrics");
    eventually("the fault is counted", async || {
        (metric(metrics, "zhiyi_secret_reloads_total{result=\"failed\"}") > 0.0).then_some(())
    })
    .await;
    assert_eq!(codes(&channel, Some(reader)).await, [ok, forbidden, ok, ok], "the old tokens stay");
    std::fs::write(&file, "recognize another-token-0123456789\n").expect("it can be written");
    eventually("a withdrawn token is refused", async || {
        (codes(&channel, Some(reader)).await[0] == nobody).then_some(())
    })
    .await;
    assert_eq!(codes(&channel, Some("another-token-0123456789")).await, [ok, forbidden, ok, ok]);
}

#[tokio::test]
async fn administration_is_not_on_a_public_port_unless_guarded() {
    let status = async |address: SocketAddr| {
        let local = SocketAddr::from(([127, 0, 0, 1], address.port()));
        let mut dictionary = DictionaryClient::new(channel(local).await);
        dictionary.get_status(GetStatusRequest {}).await.map_or_else(|s| s.code(), |_| Code::Ok)
    };
    let public = SocketAddr::from(([0, 0, 0, 0], 0));
    let server = start(|c| c.listen = public);
    assert_eq!(status(server.address()).await, Code::Unimplemented);
    let server = start(|_| {});
    assert_eq!(status(server.address()).await, Code::Ok, "this machine alone can reach a loopback address");
    let server = start(|c| {
        c.listen = public;
        c.admin_listen = Some(support::free());
    });
    assert_eq!(status(server.address()).await, Code::Unimplemented);
    let admin = server.admin_address().expect("administration has its own address");
    assert_eq!(status(admin).await, Code::Ok);
    let open = try_start(|c| c.admin_listen = Some(public)).err().expect("everybody could change what is served");
    assert!(open.to_string().starts_with("admin.listen: 0.0.0.0:0 is reached by others"), "{open}");
    let mut reader = RecognizerClient::new(channel(admin).await);
    let answer = reader.recognize(request("格力优惠")).await.expect_err("not the place for messages");
    assert_eq!(answer.code(), Code::Unimplemented);

    let place = tempfile::tempdir().expect("a folder");
    let tokens = |name: &str, text: &str| {
        let file = place.path().join(name);
        std::fs::write(&file, text).expect("it can be written");
        file
    };
    let readers = tokens("readers", "recognize 0123456789abcdef\n");
    let server = start(|c| {
        c.listen = public;
        c.tokens = Some(readers);
    });
    // Without the service, the role is asked for all the same: nobody learns what is offered.
    assert_eq!(status(server.address()).await, Code::Unauthenticated);
    assert_eq!(offered(&server, "0123456789abcdef").await, Code::PermissionDenied);
    let keepers = tokens("keepers", "administer 0123456789abcdef\n");
    let server = start(|c| {
        c.listen = public;
        c.tokens = Some(keepers);
    });
    assert_eq!(offered(&server, "0123456789abcdef").await, Code::Ok);
}

/// What GetStatus gives to the bearer of a token.
async fn offered(server: &Server, token: &str) -> Code {
    let local = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
    codes(&channel(local).await, Some(token)).await[1]
}

#[tokio::test]
async fn reflection_can_be_switched_off() {
    let server = start(|c| c.reflection = false);
    let mut client = ServerReflectionClient::new(channel(server.address()).await);
    let questions = tokio_stream::once(ServerReflectionRequest::default());
    let status = client.server_reflection_info(questions).await.expect_err("it is off");
    assert_eq!(status.code(), Code::Unimplemented);
}

/// A slow handshake keeps nobody waiting and ends by itself; so does a connection that says nothing.
#[tokio::test]
async fn silent_connections_are_cut_off() {
    let authority = Authority::new();
    let files = Files::new(authority.server());
    for tls in [Some(files.config()), None] {
        let encrypted = tls.is_some();
        let server = start(|c| {
            c.tls = tls;
            c.limits.handshake_time = Duration::from_millis(300);
        });
        let mut silent = tokio::net::TcpStream::connect(server.address()).await.expect("it listens");
        if encrypted {
            ask(server.address(), &authority, None).await.expect("others are served meanwhile");
        }
        // The server may say its settings; then it hangs up.
        let mut said = Vec::new();
        let end = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut said);
        let _ = tokio::time::timeout(Duration::from_secs(20), end).await.expect("it is cut off");
    }
}

#[test]
fn files_of_secrets_are_named_and_not_shown() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("tokens");
    std::fs::write(&file, "recognise my-secret-token-1234\n").expect("it can be written");
    let error = try_start(|c| c.tokens = Some(file.clone())).err().expect("the role is misspelt").to_string();
    assert!(error.contains(&shown(&file)) && error.contains(":1: the first word is no role"), "{error}");
    assert!(!error.contains("my-secret"), "{error}");
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
