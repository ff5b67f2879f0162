//! The sandbox: what its IAM answers, what its environment keeps out, and what it leaves behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::{fs, thread, time::Duration};

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::StatusType;

use crate::fake::{self, Fake};
use crate::{CREATE, LAST_USED, LIST, SIGNER, Sandbox};
use crate::{client, command, example, folder, program, run};

const GUIDE: (&str, &str) = ("IAM_USER_NAME", "AKIAIOSFODNN7EXAMPLE");

/// The status and code of a refusal.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, SdkError<E>>,
) -> (u16, String) {
    let error = result.unwrap_err();
    (error.raw_response().unwrap().status().as_u16(), error.code().unwrap().to_string())
}

/// Sends raw bytes and returns the whole answer.
fn raw(url: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A form, signed by the sandbox's key unless `authorization` says otherwise.
fn post(url: &str, authorization: &str, body: &str) -> String {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let length = body.len();
    raw(url, format!("{head}{authorization}Content-Length: {length}\r\n\r\n{body}").as_bytes())
}

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=AKIAI44QH8DHBEXAMPLE/20260102/\
    us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00\r\n";

#[test]
fn the_first_command_of_the_readme_prints_the_guides_key() {
    let stdout = run(command(&program("sandbox")).arg(program(LIST.name))).ok();
    let lines: Vec<_> = stdout.lines().collect();
    let key = ["UserName: IAM_USER_NAME", "AccessKeyId: AKIAIOSFODNN7EXAMPLE", "Status: Active"];
    assert_eq!((lines[0], &lines[1..4]), ("Success", &key[..]), "{stdout}");
    assert!(lines[4].starts_with("CreateDate: 20") && lines[4].ends_with('Z'), "{stdout}");
}

#[tokio::test]
async fn user_name_is_the_signers_where_it_is_left_out() {
    let sandbox = Sandbox::start();
    let iam = client(&sandbox.url, SIGNER, "us-east-1");
    let key = iam.create_access_key().send().await.unwrap().access_key.unwrap();
    assert_eq!(key.user_name, "sandbox");
    let listed = iam.list_access_keys().send().await.unwrap().access_key_metadata;
    let ids: Vec<_> = listed.iter().map(|key| key.access_key_id().unwrap()).collect();
    assert_eq!(ids, [SIGNER.0, key.access_key_id()], "in the order of their making");
    let (id, inactive) = (key.access_key_id(), StatusType::Inactive);
    iam.update_access_key().access_key_id(id).status(inactive).send().await.unwrap();
    iam.delete_access_key().access_key_id(id).send().await.unwrap();
    assert_eq!(iam.list_access_keys().send().await.unwrap().access_key_metadata.len(), 1);
}

#[tokio::test]
async fn lists_are_cut_into_pages() {
    let sandbox = Sandbox::start();
    let iam = client(&sandbox.url, SIGNER, "us-east-1");
    let new = iam.create_access_key().user_name(GUIDE.0).send().await.unwrap().access_key.unwrap();
    let page = iam.list_access_keys().user_name(GUIDE.0).max_items(1);
    let first = page.clone().send().await.unwrap();
    assert!(first.is_truncated);
    assert_eq!(first.access_key_metadata[0].access_key_id(), Some(GUIDE.1));
    let second = page.clone().set_marker(first.marker).send().await.unwrap();
    assert_eq!((second.is_truncated, second.marker), (false, None));
    assert_eq!(second.access_key_metadata[0].access_key_id(), Some(new.access_key_id()));
    let wrong = [page.clone().max_items(0), page.clone().max_items(1001), page.marker("here")];
    for request in wrong {
        assert_eq!(refusal(request.send().await), (400, "ValidationError".into()));
    }
}

#[tokio::test]
async fn refusals_have_iams_codes_and_statuses() {
    let sandbox = Sandbox::start();
    let iam = client(&sandbox.url, SIGNER, "us-east-1");
    let invalid = (400, "ValidationError".to_string());
    let missing = (404, "NoSuchEntity".to_string());

    let long = "x".repeat(129);
    for name in ["a b", "a/b", "ü", "", &long] {
        assert_eq!(refusal(iam.list_access_keys().user_name(name).send().await), invalid, "{name}");
    }
    assert_eq!(refusal(iam.create_user().user_name("x".repeat(65)).send().await), invalid);
    iam.create_user().user_name("x".repeat(64)).send().await.unwrap();
    iam.create_user().user_name("A_+=,.@-z").send().await.unwrap();
    let exists = refusal(iam.create_user().user_name("a_+=,.@-Z").send().await);
    assert_eq!(exists, (409, "EntityAlreadyExists".into()));

    for id in ["AKIA00000000000", "AKIA-000000000000000", &long] {
        let used = iam.get_access_key_last_used().access_key_id(id).send().await;
        assert_eq!(refusal(used), invalid, "{id}");
        assert_eq!(refusal(iam.delete_access_key().access_key_id(id).send().await), invalid);
    }
    for status in ["active", "Expired", ""] {
        let update = iam.update_access_key().access_key_id(GUIDE.1).user_name(GUIDE.0);
        assert_eq!(refusal(update.status(status.into()).send().await), invalid, "{status}");
    }
    // A key of somebody else
    let delete = iam.delete_access_key().access_key_id(GUIDE.1).user_name("sandbox");
    assert_eq!(refusal(delete.send().await), missing);

    iam.create_access_key().user_name(GUIDE.0).send().await.unwrap();
    let third = iam.create_access_key().user_name(GUIDE.0).send().await;
    assert_eq!(refusal(third), (409, "LimitExceeded".into()));

    let other = iam.list_users().send().await.unwrap_err();
    assert_eq!(other.code(), Some("InvalidAction"));
    assert!(other.message().unwrap().contains("ListUsers"), "{other:?}");
    assert_eq!(other.raw_response().unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn only_active_keys_sign() {
    let sandbox = Sandbox::start();
    let iam = client(&sandbox.url, SIGNER, "us-east-1");
    let locked = (403, "InvalidClientTokenId".to_string());
    let stranger = client(&sandbox.url, ("AKIA0000000000000000", "x"), "us-east-1");
    assert_eq!(refusal(stranger.list_access_keys().send().await), locked);

    // Deactivating the key of the sandbox itself locks its owner out, but not the other user
    let off = iam.update_access_key().access_key_id(SIGNER.0).status(StatusType::Inactive);
    off.send().await.unwrap();
    assert_eq!(refusal(iam.list_access_keys().send().await), locked);
    let guide = client(&sandbox.url, (GUIDE.1, "any"), "us-east-1");
    let on = guide.update_access_key().access_key_id(SIGNER.0).user_name("sandbox");
    on.status(StatusType::Active).send().await.unwrap();
    iam.list_access_keys().send().await.unwrap();

    let unsigned = post(&sandbox.url, "", "Action=ListAccessKeys&Version=2010-05-08");
    assert!(unsigned.starts_with("HTTP/1.1 403 "), "{unsigned}");
    assert!(unsigned.contains("<Code>MissingAuthenticationToken</Code>"), "{unsigned}");
    let garbled = post(&sandbox.url, "Authorization: Basic eDp5\r\n", "Action=ListAccessKeys");
    assert!(garbled.contains("<Code>IncompleteSignature</Code>"), "{garbled}");
}

#[tokio::test]
async fn the_last_use_of_a_key_is_noted() {
    let sandbox = Sandbox::start();
    let never = run(example(LAST_USED.name, &sandbox.url).arg(GUIDE.1)).ok();
    let none = "LastUsedDate: N/A\nServiceName: N/A\nRegion: N/A\n";
    assert_eq!(never, format!("Success\nUserName: IAM_USER_NAME\n{none}"));
    let guide = client(&sandbox.url, (GUIDE.1, "any"), "eu-west-1");
    guide.list_access_keys().send().await.unwrap();
    let used = run(example(LAST_USED.name, &sandbox.url).arg(GUIDE.1)).ok();
    assert!(used.contains("LastUsedDate: 20"), "{used}");
    assert!(used.ends_with("ServiceName: iam\nRegion: eu-west-1\n"), "{used}");
}

#[test]
fn verbose_shows_each_request_and_no_secret() {
    let ran = run(command(&program("sandbox")).arg("-v").arg(program(CREATE.name)));
    assert_eq!(ran.stderr, "CreateAccessKey UserName=IAM_USER_NAME -> 200\n");
    let secret = ran.stdout.lines().find_map(|line| line.strip_prefix("SecretAccessKey: "));
    assert_eq!(secret.unwrap().len(), 40);

    let ran =
        run(command(&program("sandbox")).args(["-v"]).arg(program(LIST.name)).arg("no\u{1b}"));
    let shown = ran.stderr.lines().next().unwrap();
    assert_eq!(shown, "ListAccessKeys UserName=no  MaxItems=5 -> 400 ValidationError");
}

#[cfg(unix)]
#[test]
fn verbose_shows_no_password_of_an_operation_that_it_does_not_know() {
    let mut sandbox = command(&program("sandbox"));
    sandbox.args(["-v", "sh", "-c", "echo $AWS_ENDPOINT_URL; cat"]).stdin(Stdio::piped());
    let mut child = sandbox.spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let form = "Action=ChangePassword&OldPassword=hunter1&NewPassword=hunter2&Version=2010-05-08";
    let answer = post(url.trim(), SIGNED, form);
    assert!(answer.contains("<Code>InvalidAction</Code>"), "{answer}");
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(shown, "ChangePassword -> 400 InvalidAction\n");
}

#[test]
fn the_exit_code_is_the_commands_own() {
    let exit = |code: &str| {
        let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
        run(command(&program("sandbox")).args(shell).arg(format!("exit {code}")))
    };
    for code in [0, 1, 2, 77] {
        let ran = exit(&code.to_string());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""));
    }
    if cfg!(unix) {
        let ran = run(command(&program("sandbox")).args(["sh", "-c", "kill -9 $$"]));
        assert_eq!(ran.code, Some(128 + 9));
    }
}

#[test]
fn a_command_that_does_not_exist_is_an_error() {
    let ran = run(command(&program("sandbox")).arg("no-such-command"));
    assert!(ran.readable().contains("cannot run no-such-command"));
    let ran = run(command(&program("sandbox")).arg("--frobnicate"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("Usage: cargo sandbox [-v] [COMMAND...]"), "{ran:?}");
    assert!(run(command(&program("sandbox")).arg("--help")).ok().contains("Usage: cargo sandbox"));
}

#[test]
fn without_a_command_it_opens_the_users_shell() {
    let mut sandbox = command(&program("sandbox"));
    let (variable, shell) =
        if cfg!(windows) { ("COMSPEC", "cmd.exe") } else { ("SHELL", "/bin/sh") };
    let mut child = sandbox.env(variable, shell).stdin(Stdio::piped()).spawn().unwrap();
    let print = if cfg!(windows) {
        "echo %AWS_ENDPOINT_URL%\nexit 3\n"
    } else {
        "echo $AWS_ENDPOINT_URL\nexit 3\n"
    };
    child.stdin.take().unwrap().write_all(print.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 3, "{stderr}");
    assert!(stderr.contains("http://127.0.0.1:") && stderr.contains("exit"), "{stderr}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("http://127.0.0.1:"));
}

/// Everything in the caller's environment and files that could lead a request elsewhere.
fn hostile(trap: &str, sandbox: &mut Command) {
    let folder = folder("hostile");
    let config = folder.join("config");
    let profile = "aws_access_key_id = AKIAREAL000000000000\naws_secret_access_key = real\n";
    let text = format!(
        "[default]\n{profile}endpoint_url = {trap}\nservices = s\nuse_fips_endpoint = true\n\
         [profile real]\n{profile}endpoint_url = {trap}\nregion = eu-west-1\n\
         [services s]\niam =\n  endpoint_url = {trap}\n"
    );
    fs::write(&config, text).unwrap();
    fs::create_dir_all(folder.join(".aws")).unwrap();
    fs::copy(&config, folder.join(".aws/config")).unwrap();
    sandbox.env("HOME", &folder).env("USERPROFILE", &folder);
    sandbox.env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &config);
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS"] {
        sandbox.env(name, trap);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
    {
        sandbox.env(name, trap);
    }
    for name in [
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
    ] {
        sandbox.env(name, "true");
    }
    sandbox.env("AWS_PROFILE", "real").env("AWS_DEFAULT_PROFILE", "real");
    sandbox.env("AWS_ACCESS_KEY_ID", "AKIAREAL000000000000");
    sandbox.env("AWS_SECRET_ACCESS_KEY", "real-secret").env("AWS_SESSION_TOKEN", "real-token");
    sandbox.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", trap);
    sandbox.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", trap).env("AWS_REGION", "cn-north-1");
    sandbox.env("AWS_EC2_METADATA_DISABLED", "false");
}

#[test]
fn nothing_inside_reaches_another_host() {
    let trap = Fake::always(fake::error(403, "Trap", "reached"));
    let mut sandbox = command(&program("sandbox"));
    hostile(&trap.url, sandbox.arg(program(LIST.name)));
    let stdout = run(&mut sandbox).ok();
    assert!(stdout.contains("AccessKeyId: AKIAIOSFODNN7EXAMPLE"), "{stdout}");
    assert!(trap.asked().is_empty());
}

#[test]
fn no_real_credential_is_in_the_environment_of_the_command() {
    let mut sandbox = command(&program("sandbox"));
    hostile("http://trap.invalid", &mut sandbox);
    let print: &[&str] = if cfg!(windows) { &["cmd", "/C", "set"] } else { &["env"] };
    // Not AWS's service but its cryptography: it would be compiled again, were this taken away
    let stdout = run(sandbox.env("AWS_LC_SYS_NO_ASM", "0").args(print)).ok();
    for secret in ["AKIAREAL", "real-secret", "real-token", "trap.invalid"] {
        assert!(!stdout.contains(secret), "{secret} in {stdout}");
    }
    let names = stdout.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let mut aws: Vec<_> = names.filter(|name| name.to_uppercase().starts_with("AWS_")).collect();
    aws.sort();
    let expected = [
        "AWS_ACCESS_KEY_ID",
        "AWS_CONFIG_FILE",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_LC_SYS_NO_ASM",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SHARED_CREDENTIALS_FILE",
    ];
    assert_eq!(aws, expected);
}

#[test]
fn bad_clients_are_answered_and_change_nothing() {
    let sandbox = Sandbox::start();
    let big = format!("Action=ListAccessKeys&Version=2010-05-08&UserName={}", "x".repeat(10 << 20));
    let no_form = "\u{1}\u{2}{\"Action\": \"ListAccessKeys\"}";
    for (body, code) in [
        (no_form, "MissingAction"),
        ("", "MissingAction"),
        ("Action=", "MissingAction"),
        ("Action=ListAccessKeys", "InvalidAction"),
        ("Action=List%41ccess%FFKeys&Version=2010-05-08", "InvalidAction"),
        ("Action=<script>%00%1b&Version=2010-05-08", "InvalidAction"),
        (&big, "ValidationError"),
    ] {
        let answer = post(&sandbox.url, SIGNED, body);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
        assert!(!answer.contains('\0') && !answer.contains('\u{1b}'), "{answer:?}");
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let head = format!("{method} /?Action=DeleteAccessKey HTTP/1.1\r\nHost: x\r\n");
        let answer = raw(&sandbox.url, format!("{head}Connection: close\r\n\r\n").as_bytes());
        assert!(answer.contains("<Code>MalformedHttpRequestException</Code>"), "{answer}");
    }
    // One that stops in the middle of its body holds up nobody
    let mut stuck = TcpStream::connect(sandbox.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\n{SIGNED}Content-Length: 9999\r\n\r\nAction");
    stuck.write_all(head.as_bytes()).unwrap();
    let stdout = run(&mut example(LIST.name, &sandbox.url)).ok();
    assert_eq!(stdout.matches("AccessKeyId: ").count(), 1, "{stdout}");
}

#[test]
fn many_requests_one_after_another_and_at_once() {
    let sandbox = Sandbox::start();
    let list = "Action=ListAccessKeys&Version=2010-05-08&UserName=IAM_USER_NAME";
    for _ in 0..1_000 {
        let answer = post(&sandbox.url, SIGNED, list);
        assert!(answer.contains("AKIAIOSFODNN7EXAMPLE"), "{answer}");
    }
    let user = |at| format!("Action=CreateUser&Version=2010-05-08&UserName=user{at}");
    let created = crate::at_once(0..50, |at| post(&sandbox.url, SIGNED, &user(at)));
    assert!(created.iter().all(|answer| answer.starts_with("HTTP/1.1 200 ")));
    let again = crate::at_once(0..50, |at| post(&sandbox.url, SIGNED, &user(at)));
    assert!(again.iter().all(|answer| answer.contains("<Code>EntityAlreadyExists</Code>")));
}

#[test]
fn nothing_is_left_when_the_command_ends() {
    let sandbox = Sandbox::start();
    let address = sandbox.url.strip_prefix("http://").unwrap().to_string();
    TcpStream::connect(&address).unwrap();
    drop(sandbox);
    TcpStream::connect(&address).unwrap_err();
}

/// Ctrl-C goes to all of a terminal's foreground processes, the sandbox among them: it stays as
/// long as its command does.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_command_and_not_the_sandbox() {
    use std::os::unix::process::CommandExt;
    let script = "trap 'echo interrupted' INT; echo $AWS_ENDPOINT_URL; sleep 60; cat";
    let mut sandbox = command(&program("sandbox"));
    sandbox.args(["sh", "-c", script]).stdin(Stdio::piped()).process_group(0);
    let mut child = sandbox.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = stdout.next().unwrap().unwrap();
    thread::sleep(Duration::from_millis(200));
    let interrupt = format!("kill -INT -{}", child.id());
    assert!(Command::new("sh").args(["-c", &interrupt]).status().unwrap().success());
    assert_eq!(stdout.next().unwrap().unwrap(), "interrupted");
    let answer = post(&url, SIGNED, "Action=ListAccessKeys&Version=2010-05-08");
    assert!(answer.contains("AKIAI44QH8DHBEXAMPLE"), "{answer}");
    drop(child.stdin.take());
    child.wait().unwrap();
}
