//! The examples: what they send, what they print, and what an IAM knows afterwards.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, io::Read, thread};

use aws_sdk_iam::{Client, types::StatusType};

use crate::fake::{self, Fake, Form};
use crate::{CREATE, DELETE, EXAMPLES, Example, LAST_USED, LIST, SIGNER, Sandbox, UPDATE};
use crate::{client, example, run};

/// What an example sends, with these values for its parameters.
fn sent(example: &Example, values: &[&str]) -> Form {
    let names = example.parameters.iter().map(|(name, _)| *name);
    let fixed = [("Action", example.action), ("Version", "2010-05-08")];
    let all = names.zip(values.iter().copied()).chain(example.constant.iter().copied());
    let all = all.chain(fixed).map(|(name, value)| (name.to_string(), value.to_string()));
    let mut form: Form = all.collect();
    form.sort();
    form
}

#[test]
fn without_arguments_each_sends_the_request_of_the_guide() {
    for it in &EXAMPLES {
        let iam = Fake::always(fake::success(it));
        let stdout = run(&mut example(it.name, &iam.url)).ok();
        assert_eq!(iam.asked(), [sent(it, &it.placeholders())], "{}", it.name);
        assert!(stdout.starts_with("Success\n"), "{stdout}");
    }
}

#[test]
fn arguments_stand_for_the_parameters_in_their_order() {
    for it in &EXAMPLES {
        for given in 1..=it.args.len() {
            let iam = Fake::always(fake::success(it));
            run(example(it.name, &iam.url).args(&it.args[..given])).ok();
            let mut values = it.placeholders();
            values[..given].copy_from_slice(&it.args[..given]);
            assert_eq!(iam.asked(), [sent(it, &values)], "{}", it.name);
        }
    }
}

#[test]
fn arguments_are_data() {
    let long = "x".repeat(5_000);
    let odd =
        ["a&Action=DeleteUser", "a b\nc", &long, "ünï/文", "\u{1b}[31m\u{7}\u{9b}2J", "%41+%"];
    for value in odd {
        for it in &EXAMPLES {
            // It comes back as IAM would say it
            let refusal = move |_, form: &Form| {
                let value = form.iter().find(|(name, _)| name != "Action" && name != "MaxItems");
                let text = value.unwrap().1.chars().map(|c| format!("&#{};", u32::from(c)));
                let text: String = text.collect();
                fake::error(400, "ValidationError", &format!("1 error: Value '{text}' is wrong"))
            };
            let iam = Fake::new(refusal);
            let error = run(example(it.name, &iam.url).arg(value)).readable();
            let shown: String = value.chars().filter(|c| !c.is_control()).take(9).collect();
            let said: String = error.chars().filter(|c| !c.is_control()).collect();
            assert!(said.starts_with("Error: ValidationError: 1 error: Value '"), "{error}");
            assert!(said.replace(' ', "").contains(&shown.replace(' ', "")), "{error}");
            let mut values = it.placeholders();
            values[0] = value;
            assert_eq!(iam.asked(), [sent(it, &values)], "{}", it.name);
        }
    }
}

#[test]
fn wrong_usage_sends_nothing() {
    for it in &EXAMPLES {
        let iam = Fake::always(fake::success(it));
        let too_many = [it.args, &["more"]].concat();
        for args in [&too_many[..], &["--frobnicate"], &["-x"], &["-\u{1b}[2J"], &[""]] {
            let ran = run(example(it.name, &iam.url).args(args));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?} {ran:?}");
            assert!(ran.stderr.starts_with("Error: "), "{ran:?}");
            assert!(ran.stderr.contains(&format!("Usage: {} [{}]", it.name, it.parameters[0].0)));
            assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
        }
        for flag in ["-h", "--help"] {
            let usage = run(example(it.name, &iam.url).arg(flag)).ok();
            assert!(usage.starts_with(&format!("Usage: {}", it.name)), "{usage}");
            assert!(it.parameters.iter().all(|(name, _)| usage.contains(name)), "{usage}");
        }
        assert_eq!(iam.asked(), [] as [Form; 0]);
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_wrong_usage() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    for it in &EXAMPLES {
        let iam = Fake::always(fake::success(it));
        let ran = run(example(it.name, &iam.url).arg(OsStr::from_bytes(b"a\xff")));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("Usage: "), "{ran:?}");
        assert_eq!(iam.asked(), [] as [Form; 0]);
    }
}

#[test]
fn update_takes_active_and_inactive_alone() {
    let iam = Fake::always(fake::success(&UPDATE));
    for status in ["active", "Expired", "ACTIVE", "Inactive "] {
        let ran = run(example(UPDATE.name, &iam.url).args(["AKIA0000000000000001", status]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("Active") && ran.stderr.contains("Inactive"), "{ran:?}");
    }
    assert_eq!(iam.asked(), [] as [Form; 0]);
}

#[test]
fn results_are_printed_under_their_names() {
    let iam = Fake::always(fake::success(&CREATE));
    let created = "Success\nUserName: alice\nAccessKeyId: AKIA0000000000000001\nStatus: Active\n\
        SecretAccessKey: wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n\
        CreateDate: 2026-01-02T03:04:05Z\n";
    assert_eq!(run(&mut example(CREATE.name, &iam.url)).ok(), created);

    let iam = Fake::always(fake::success(&LIST));
    let none = run(example(LIST.name, &iam.url).arg("alice")).ok();
    assert_eq!(none, "Success\nalice has no access keys\n");

    let never = "Success\nUserName: alice\nLastUsedDate: N/A\nServiceName: N/A\nRegion: N/A\n";
    let iam = Fake::always(fake::success(&LAST_USED));
    assert_eq!(run(&mut example(LAST_USED.name, &iam.url)).ok(), never);
    let iam = Fake::always(fake::result(LAST_USED.action, "<UserName>alice</UserName>"));
    assert_eq!(run(&mut example(LAST_USED.name, &iam.url)).ok(), never);
    let used = "<UserName>alice</UserName><AccessKeyLastUsed>\
        <LastUsedDate>2026-01-02T03:04:05Z</LastUsedDate><ServiceName>s3</ServiceName>\
        <Region>eu-west-1</Region></AccessKeyLastUsed>";
    let iam = Fake::always(fake::result(LAST_USED.action, used));
    let printed = "Success\nUserName: alice\nLastUsedDate: 2026-01-02T03:04:05Z\n\
        ServiceName: s3\nRegion: eu-west-1\n";
    assert_eq!(run(&mut example(LAST_USED.name, &iam.url)).ok(), printed);

    let iam = Fake::always(fake::success(&UPDATE));
    let printed = "Success\nAccessKeyId: AKIA0000000000000001\nStatus: Inactive\nUserName: alice\n";
    assert_eq!(run(example(UPDATE.name, &iam.url).args(UPDATE.args)).ok(), printed);

    let iam = Fake::always(fake::success(&DELETE));
    let printed = "Success\nAccessKeyId: AKIA0000000000000001\nUserName: alice\n";
    assert_eq!(run(example(DELETE.name, &iam.url).args(DELETE.args)).ok(), printed);
}

#[test]
fn list_follows_three_pages() {
    let iam = Fake::new(|number, _| {
        let key = |at| {
            format!(
                "<member><UserName>alice</UserName><AccessKeyId>AKIA{at:016}</AccessKeyId>\
                 <Status>Active</Status><CreateDate>2026-01-02T03:04:05Z</CreateDate></member>"
            )
        };
        let keys = if number < 2 { 5 } else { 1 };
        let members: String = (0..keys).map(|at| key(number * 5 + at)).collect();
        let more = match number {
            0 | 1 => format!("<IsTruncated>true</IsTruncated><Marker>m&amp;{number}</Marker>"),
            _ => "<IsTruncated>false</IsTruncated>".into(),
        };
        let keys = format!("<AccessKeyMetadata>{members}</AccessKeyMetadata>{more}");
        fake::result(LIST.action, &keys)
    });
    let stdout = run(example(LIST.name, &iam.url).arg("alice")).ok();
    let first = sent(&LIST, &["alice"]);
    let next = |marker: &str| {
        let mut form = first.clone();
        form.push(("Marker".into(), marker.into()));
        form.sort();
        form
    };
    assert_eq!(iam.asked(), [first.clone(), next("m&0"), next("m&1")]);
    let ids: Vec<_> =
        stdout.lines().filter_map(|line| line.strip_prefix("AccessKeyId: ")).collect();
    let all: Vec<_> = (0..11).map(|at| format!("AKIA{at:016}")).collect();
    assert_eq!(ids, all);
    let keys: Vec<_> = stdout.split("\n\n").collect();
    assert_eq!(keys.len(), 11, "an empty line between two keys");
    let last = "UserName: alice\nAccessKeyId: AKIA0000000000000010\nStatus: Active\n\
        CreateDate: 2026-01-02T03:04:05Z\n";
    assert_eq!(keys[10], last);
}

#[test]
fn the_region_is_the_environments_else_the_profiles_else_us_east_1() {
    let folder = crate::folder("region");
    let config = folder.join("config");
    std::fs::write(&config, "[default]\nregion = eu-north-1\n").unwrap();
    let sandbox = Sandbox::start();
    let mut command = example(LAST_USED.name, &sandbox.url);
    command.arg(SIGNER.0);
    assert!(run(&mut command).ok().ends_with("\nRegion: us-east-1\n"));
    command.env("AWS_CONFIG_FILE", &config);
    assert!(run(&mut command).ok().ends_with("\nRegion: eu-north-1\n"));
    command.env("AWS_REGION", "cn-north-1");
    assert!(run(&mut command).ok().ends_with("\nRegion: cn-north-1\n"));
}

#[test]
fn the_secret_is_printed_once_and_nowhere_else() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz";
    let iam = Fake::always(fake::success(&CREATE));
    let ran = run(&mut example(CREATE.name, &iam.url));
    assert_eq!(ran.stdout.matches(secret).count(), 1);
    assert_eq!(ran.stderr, "");
    // Neither does an error hold it, of an answer that does not arrive whole
    let half = format!("<CreateAccessKeyResponse><SecretAccessKey>{secret}</SecretAccessKey>");
    for answer in [fake::http(200, &half), fake::http(500, &half)] {
        let iam = Fake::always(answer);
        let error = run(&mut example(CREATE.name, &iam.url)).readable();
        assert!(!error.contains(secret), "{error}");
    }
}

/// A file on a disk that has no room.
#[cfg(target_os = "linux")]
fn full_disk() -> Stdio {
    std::fs::File::options().write(true).open("/dev/full").unwrap().into()
}

/// A new key whose secret cannot be written is deleted again.
fn taken_back(stdout: Stdio, prepare: impl FnOnce(&mut std::process::Child)) {
    let iam = Fake::new(|number, _| {
        if number == 0 {
            // Time for the reader to go away
            thread::sleep(Duration::from_millis(500));
        }
        fake::success([&CREATE, &DELETE][number])
    });
    let mut child = example(CREATE.name, &iam.url).arg("alice").stdout(stdout).spawn().unwrap();
    prepare(&mut child);
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let asked = [sent(&CREATE, &["alice"]), sent(&DELETE, &["AKIA0000000000000001", "alice"])];
    assert_eq!(iam.asked(), asked);
    assert!(error.starts_with("Error: "), "{error}");
    assert!(error.contains("AKIA0000000000000001") && error.contains("deleted"), "{error}");
    assert!(!error.contains("panicked") && !error.contains("wJalr"), "{error}");
}

#[test]
fn a_key_that_a_closed_pipe_swallows_is_taken_back() {
    taken_back(Stdio::piped(), |child| drop(child.stdout.take()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_that_a_full_disk_swallows_is_taken_back() {
    taken_back(full_disk(), |_| {});
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_that_a_closed_stdout_swallows_is_taken_back() {
    let iam = Fake::new(|number, _| fake::success([&CREATE, &DELETE][number]));
    let script = format!("exec {} alice >&-", crate::program(CREATE.name).display());
    let mut shell = crate::command("sh".as_ref());
    let shell = shell.args(["-c", &script]).env("AWS_ENDPOINT_URL", &iam.url);
    let ran = run(shell.env("AWS_ACCESS_KEY_ID", SIGNER.0).env("AWS_SECRET_ACCESS_KEY", SIGNER.1));
    assert_eq!(iam.asked().len(), 2, "{ran:?}");
    assert!(ran.readable().contains("AKIA0000000000000001"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_that_cannot_be_taken_back_is_named() {
    let iam = Fake::new(|number, _| match number {
        0 => fake::success(&CREATE),
        _ => fake::error(403, "AccessDenied", "no"),
    });
    let error = run(example(CREATE.name, &iam.url).arg("alice").stdout(full_disk())).readable();
    let help = "cargo run -p iam_deleteaccesskey AKIA0000000000000001 alice";
    assert!(error.contains(help), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_no_panic() {
    for it in &EXAMPLES[1..] {
        let iam = Fake::always(fake::success(it));
        let error = run(example(it.name, &iam.url).stdout(full_disk())).readable();
        assert!(error.contains("cannot write the result"), "{error}");
    }
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    for it in &EXAMPLES[1..] {
        let reply = fake::success(it);
        let iam = Fake::new(move |_, _| {
            thread::sleep(Duration::from_millis(500));
            reply.clone()
        });
        let mut child = example(it.name, &iam.url).spawn().unwrap();
        drop(child.stdout.take());
        let ran = child.wait_with_output().unwrap();
        let error = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{error}");
        assert!(error.starts_with("Error: cannot write the result"), "{error}");
    }
}

/// The IAM of the life-cycle tests and a second client of it.
struct Account {
    client: Client,
    url: String,
    _sandbox: Option<Sandbox>,
}

impl Account {
    /// With a new user of this name.
    async fn with_user(name: &str) -> (Self, String) {
        let (url, sandbox) = match env::var("IAM_TEST_ENDPOINT") {
            Ok(url) => (url, None),
            Err(_) => {
                let sandbox = Sandbox::start();
                (sandbox.url.clone(), Some(sandbox))
            }
        };
        let client = client(&url, SIGNER, "us-east-1");
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let user_name = format!("{name}-{since}");
        client.create_user().user_name(&user_name).send().await.unwrap();
        (Self { client, url, _sandbox: sandbox }, user_name)
    }

    /// The user's keys, as IAM knows them: AccessKeyId and Status.
    async fn keys(&self, user_name: &str) -> Vec<(String, StatusType)> {
        let keys = self.client.list_access_keys().user_name(user_name).send().await.unwrap();
        let keys = keys.access_key_metadata.into_iter();
        keys.map(|key| (key.access_key_id.unwrap(), key.status.unwrap())).collect()
    }

    fn ok(&self, name: &str, args: &[&str]) -> String {
        run(example(name, &self.url).args(args)).ok()
    }

    fn error(&self, name: &str, args: &[&str]) -> String {
        run(example(name, &self.url).args(args)).readable()
    }
}

/// The value of a line `name: value`.
fn value(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("{name} in {text}")).into()
}

#[tokio::test]
async fn life_cycle_of_a_key() {
    use StatusType::{Active, Inactive};
    let (account, user) = Account::with_user("learner").await;
    assert_eq!(account.ok(LIST.name, &[&user]), format!("Success\n{user} has no access keys\n"));

    let created = account.ok(CREATE.name, &[&user]);
    let id = value(&created, "AccessKeyId");
    assert_eq!(account.keys(&user).await, [(id.clone(), Active)]);
    assert_eq!(value(&created, "UserName"), user);
    assert_eq!((id.len(), value(&created, "SecretAccessKey").len()), (20, 40));

    let listed = account.ok(LIST.name, &[&user]);
    let (status, date) = (value(&created, "Status"), value(&created, "CreateDate"));
    let expected = format!("UserName: {user}\nAccessKeyId: {id}\nStatus: {status}\n");
    assert_eq!(listed, format!("Success\n{expected}CreateDate: {date}\n"));

    let used = account.ok(LAST_USED.name, &[&id]);
    let never = "LastUsedDate: N/A\nServiceName: N/A\nRegion: N/A\n";
    assert_eq!(used, format!("Success\nUserName: {user}\n{never}"));

    account.ok(UPDATE.name, &[&id, "Inactive", &user]);
    assert_eq!(account.keys(&user).await, [(id.clone(), Inactive)]);
    assert_eq!(value(&account.ok(LIST.name, &[&user]), "Status"), "Inactive");
    account.ok(UPDATE.name, &[&id, "Active", &user]);
    assert_eq!(account.keys(&user).await, [(id.clone(), Active)]);

    let second = value(&account.ok(CREATE.name, &[&user]), "AccessKeyId");
    assert_eq!(account.keys(&user).await, [(id.clone(), Active), (second.clone(), Active)]);

    account.ok(DELETE.name, &[&id, &user]);
    assert_eq!(account.keys(&user).await, [(second.clone(), Active)]);
    account.ok(DELETE.name, &[&second, &user]);
    assert_eq!(account.keys(&user).await, []);
}

#[tokio::test]
async fn life_cycle_errors_are_iams() {
    let (account, user) = Account::with_user("full").await;
    for _ in 0..2 {
        account.ok(CREATE.name, &[&user]);
    }
    let quota = "Error: LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2\n";
    assert_eq!(account.error(CREATE.name, &[&user]), quota);
    assert_eq!(account.keys(&user).await.len(), 2);

    let nobody = "Error: NoSuchEntity: The user with name nobody cannot be found.\n";
    assert_eq!(account.error(CREATE.name, &["nobody"]), nobody);
    assert_eq!(account.error(LIST.name, &["nobody"]), nobody);
    let id = "AKIA0000000000000000";
    for (name, args) in [
        (LAST_USED.name, &[id][..]),
        (UPDATE.name, &[id, "Active", &user]),
        (DELETE.name, &[id, &user]),
    ] {
        let error = account.error(name, args);
        assert!(error.starts_with("Error: NoSuchEntity: "), "{error}");
        assert!(error.contains(id), "{error}");
    }
}
