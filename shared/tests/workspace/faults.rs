//! An IAM that misbehaves, wrong credentials, hostile environments: each example says what went
//! wrong, and CreateAccessKey is sent once.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use crate::fake::{self, Fake, Reply};
use crate::{CREATE, EXAMPLES, Example, LIST, at_once, command, example, folder, program, run};

const LIMIT: Duration = Duration::from_secs(30);

/// The words with which create's error sends its reader to look before trying again.
const LOOK_FIRST: &str = "cargo run -p iam_listaccesskeys IAM_USER_NAME";

fn creates(it: &Example) -> bool {
    it.action == CREATE.action
}

/// The URL of a port that was free a moment ago.
fn refused() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The errors of the five, run at once, each against its own server, which always misbehaves in this
/// way; of create also that it was sent once and, if `lost`, says to look first.
fn errors(reply: &Reply, lost: bool) -> Vec<String> {
    at_once(&EXAMPLES, |it| {
        let iam = Fake::always(reply.clone());
        let ran = run(&mut example(it.name, &iam.url));
        assert!(ran.took < LIMIT, "{} took {:?}", it.name, ran.took);
        let error = ran.readable();
        if creates(it) {
            assert_eq!(iam.asked().len(), 1, "create was sent again: {error}");
            assert_eq!(error.contains(LOOK_FIRST), lost, "{error}");
        } else {
            assert!(!error.contains(LOOK_FIRST), "{error}");
        }
        error
    })
}

#[test]
fn refused_connections_name_the_endpoint() {
    for url in [&*refused(), "http://no-such-name.invalid:4566"] {
        for error in at_once(&EXAMPLES, |it| run(&mut example(it.name, url)).readable()) {
            assert!(error.contains("AWS_ENDPOINT_URL") && error.contains(url), "{error}");
            assert!(!error.contains(LOOK_FIRST), "nothing was sent: {error}");
        }
    }
}

#[test]
fn the_variable_of_the_service_is_named_before_the_general_one() {
    let url = refused();
    let mut command = example(LIST.name, "http://no-such-name.invalid:4566");
    let error = run(command.env("AWS_ENDPOINT_URL_IAM", &url)).readable();
    assert!(error.contains(&format!("AWS_ENDPOINT_URL_IAM is `{url}`")), "{error}");
}

#[test]
fn a_password_in_the_endpoint_is_not_printed() {
    let url = refused().replace("http://", "http://me:hunter2@");
    let error = run(&mut example(LIST.name, &url)).readable();
    assert!(error.contains("is `127.0.0.1:") && !error.contains("hunter2"), "{error}");
}

#[test]
fn endpoints_that_are_no_url_are_named() {
    for url in
        ["not a url", "127.0.0.1:4566", "localhost", "http://", "ftp://localhost", "http://a b"]
    {
        for error in at_once(&EXAMPLES, |it| run(&mut example(it.name, url)).readable()) {
            assert!(error.contains("AWS_ENDPOINT_URL") && error.contains(url), "{error}");
            assert!(!error.contains("Action="), "a dump of the request: {error}");
            assert!(!error.contains(LOOK_FIRST), "nothing was sent: {error}");
        }
    }
    for it in &EXAMPLES {
        let error = run(&mut example(it.name, "")).readable();
        assert!(error.contains("AWS_ENDPOINT_URL is empty"), "{error}");
    }
}

#[test]
fn reset_connections() {
    for error in errors(&Reply::Reset, true) {
        assert!(error.to_lowercase().contains("connection"), "{error}");
    }
}

#[test]
fn servers_that_never_answer() {
    for error in errors(&Reply::Silence, true) {
        assert!(error.contains("time"), "{error}");
    }
}

#[test]
fn one_fault_is_recovered_from_but_create_is_sent_once() {
    let throttled = || fake::error(400, "Throttling", "Rate exceeded");
    for (fault, throttling) in
        [(Reply::Reset, false), (fake::http(500, ""), false), (throttled(), true)]
    {
        at_once(&EXAMPLES, |it| {
            let (fault, then) = (fault.clone(), fake::success(it));
            let once = move |number, _: &_| if number == 0 { fault.clone() } else { then.clone() };
            let iam = Fake::new(once);
            let ran = run(&mut example(it.name, &iam.url));
            if creates(it) {
                assert_eq!(iam.asked().len(), 1, "{ran:?}");
                assert_eq!(ran.readable().contains(LOOK_FIRST), !throttling);
            } else {
                assert!(ran.ok().starts_with("Success\n"));
                assert_eq!(iam.asked().len(), 2);
            }
        });
    }
}

#[test]
fn answers_cut_off_in_the_middle() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n<ListAccessKeysResponse><ListAcc";
    errors(&Reply::Bytes(whole.into()), true);
    errors(&Reply::Bytes("HTTP/1.1 200 OK\r\nContent-Le".into()), true);
}

#[test]
fn answers_of_something_else_than_iam() {
    for (status, lost) in [(503, true), (407, false), (302, true)] {
        for error in errors(&fake::http(status, ""), lost) {
            assert!(error.contains(&format!("HTTP {status}")), "{error}");
        }
    }
    let portal = "<!DOCTYPE html><html><head><title>Hotel</title></head><body>Log in</body></html>";
    for body in [portal.as_bytes(), b"", b"\xff\xfe\xc3\x28", b"{\"json\": 1}", b"ok"] {
        for error in errors(&fake::http(200, body), true) {
            assert!(error.contains("HTTP 200, but not from IAM"), "{error}");
        }
    }
}

#[test]
fn refusals_are_iams_code_and_message_and_the_next_step() {
    let sign_in = Some("aws login");
    for (code, status, step) in [
        ("AccessDenied", 403, None),
        ("ExpiredToken", 403, sign_in),
        ("InvalidClientTokenId", 403, sign_in),
        ("SignatureDoesNotMatch", 403, sign_in),
        ("LimitExceeded", 409, None),
        ("NoSuchEntity", 404, None),
    ] {
        for error in errors(&fake::error(status, code, "What IAM has to say."), false) {
            let said = format!("Error: {code}: What IAM has to say.\n");
            match step {
                None => assert_eq!(error, said),
                Some(step) => assert!(error.starts_with(&said) && error.contains(step), "{error}"),
            }
        }
    }
}

#[test]
fn a_failure_of_iams_own_is_told_as_such() {
    // The last has words in it that stand in the SDK's own errors, where nothing was sent
    for message in ["Internal error", "Internal error: endpoint (Connect)"] {
        for error in errors(&fake::error(500, "ServiceFailure", message), true) {
            let said = format!("Error: ServiceFailure: {message}\n");
            assert!(error.starts_with(&said), "{error}");
        }
    }
}

#[test]
fn long_and_hostile_messages_are_made_harmless() {
    let message = format!("&#27;[2J{}\u{9b}31m\u{7f}", "very long ".repeat(500));
    for error in errors(&fake::error(400, "ValidationError", &message), false) {
        assert!(error.starts_with("Error: ValidationError: "), "{error}");
    }
}

/// An example without the credentials of the other tests.
fn without_credentials(it: &Example, url: &str) -> Command {
    let mut command = command(&program(it.name));
    command.env("AWS_ENDPOINT_URL", url);
    command
}

#[test]
fn missing_and_wrong_credentials_say_so_and_how_to_sign_in() {
    let folder = folder("credentials");
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).into_os_string().into_string().unwrap()
    };
    let broken = file("broken", "[default\naws_secret_access_key hunter2\n");
    let half = file("half", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n");
    let process = file("process", "[default]\ncredential_process = exit 7\n");
    let expired = file(
        "sso",
        "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\n\
         sso_region = us-east-1\nsso_start_url = https://example.com/start\n",
    );
    let login = file("login", "[default]\nlogin_session = arn:aws:iam::123456789012:user/x\n");
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[], "AWS_ACCESS_KEY_ID"),
        (&[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")], "AWS_SECRET_ACCESS_KEY"),
        (&[("AWS_SECRET_ACCESS_KEY", "hunter2")], "AWS_ACCESS_KEY_ID"),
        (&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")], "AWS_ACCESS_KEY_ID"),
        (&[("AWS_PROFILE", "nobodys")], "profile nobodys"),
        (&[("AWS_CONFIG_FILE", &broken)], "could not parse profile file"),
        (&[("AWS_SHARED_CREDENTIALS_FILE", &half)], "profile missing aws_secret_access_key"),
        (&[("AWS_CONFIG_FILE", &process)], "external process"),
        (&[("AWS_CONFIG_FILE", &expired)], "SSO token"),
        (&[("AWS_CONFIG_FILE", &login)], "login"),
    ];
    for (environment, why) in cases {
        for it in &EXAMPLES {
            let iam = Fake::always(fake::success(it));
            let mut command = without_credentials(it, &iam.url);
            let error = run(command.envs(environment.iter().copied())).readable();
            assert!(error.starts_with("Error: no credentials: "), "{error}");
            assert!(error.contains(why), "{why} in {error}");
            assert!(error.contains("aws login") && error.contains("cargo sandbox"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
            assert!(iam.asked().is_empty());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_slow_sign_in_is_waited_for() {
    let folder = folder("slow");
    let config = folder.join("config");
    let process = folder.join("process");
    let json = "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"B\"}";
    fs::write(&process, format!("sleep 12; echo '{json}'; echo >> '{}.ran'\n", process.display()))
        .unwrap();
    let profile = format!("[default]\ncredential_process = sh '{}'\n", process.display());
    fs::write(&config, profile).unwrap();
    let iam = Fake::always(fake::success(&CREATE));
    let mut command = without_credentials(&CREATE, &iam.url);
    run(command.env("AWS_CONFIG_FILE", &config)).ok();
    assert_eq!(fs::read_to_string(folder.join("process.ran")).unwrap(), "\n", "asked twice");
}

/// The chain's last link, the metadata service of EC2, where nothing answers in its place.
#[test]
fn a_metadata_service_that_swallows_packets_is_given_up_soon() {
    let silent = Fake::always(Reply::Silence);
    for it in &EXAMPLES {
        let mut command = without_credentials(it, &refused());
        command.env_remove("AWS_EC2_METADATA_DISABLED");
        let ran = run(command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &silent.url));
        assert!(ran.took < Duration::from_secs(10), "{ran:?}");
        let error = ran.readable();
        assert!(error.starts_with("Error: no credentials: neither"), "{error}");
        assert!(!error.contains("timeout") && !error.contains("dispatch"), "{error}");
    }
}
