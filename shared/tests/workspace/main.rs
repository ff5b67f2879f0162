//! The tests of the whole workspace: they run the real binaries against something that answers on
//! loopback, and look at what the other side then knows.
//!
//! With `IAM_TEST_ENDPOINT=URL` the tests called `life_cycle` ask that IAM instead of the sandbox.

mod examples;
mod fake;
mod faults;
#[cfg(unix)]
mod readme;
mod sandbox;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use aws_sdk_iam::Client;
use aws_sdk_iam::config::{BehaviorVersion, Config, Credentials, Region};

/// The key that the sandbox's environment signs with.
const SIGNER: (&str, &str) = ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");

/// An example: its operation, what it sends without arguments, and other arguments of which each
/// stands for the parameter at the same place.
struct Example {
    name: &'static str,
    action: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    args: &'static [&'static str],
    /// What it sends beside that, always.
    constant: &'static [(&'static str, &'static str)],
    /// The XML of a result.
    result: &'static str,
}

const CREATE: Example = Example {
    name: "iam_createaccesskeys",
    action: "CreateAccessKey",
    parameters: &[("UserName", "IAM_USER_NAME")],
    args: &["alice"],
    constant: &[],
    result: "<AccessKey><UserName>alice</UserName><AccessKeyId>AKIA0000000000000001</AccessKeyId>\
        <Status>Active</Status><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\
        </SecretAccessKey><CreateDate>2026-01-02T03:04:05Z</CreateDate></AccessKey>",
};
const LIST: Example = Example {
    name: "iam_listaccesskeys",
    action: "ListAccessKeys",
    parameters: &[("UserName", "IAM_USER_NAME")],
    args: &["alice"],
    constant: &[("MaxItems", "5")],
    result: "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>",
};
const LAST_USED: Example = Example {
    name: "iam_accesskeylastused",
    action: "GetAccessKeyLastUsed",
    parameters: &[("AccessKeyId", "ACCESS_KEY_ID")],
    args: &["AKIA0000000000000001"],
    constant: &[],
    result: "<UserName>alice</UserName><AccessKeyLastUsed><ServiceName>N/A</ServiceName>\
        <Region>N/A</Region></AccessKeyLastUsed>",
};
const UPDATE: Example = Example {
    name: "iam_updateaccesskey",
    action: "UpdateAccessKey",
    parameters: &[
        ("AccessKeyId", "ACCESS_KEY_ID"),
        ("Status", "Active"),
        ("UserName", "USER_NAME"),
    ],
    args: &["AKIA0000000000000001", "Inactive", "alice"],
    constant: &[],
    result: "",
};
const DELETE: Example = Example {
    name: "iam_deleteaccesskey",
    action: "DeleteAccessKey",
    parameters: &[("AccessKeyId", "ACCESS_KEY_ID"), ("UserName", "USER_NAME")],
    args: &["AKIA0000000000000001", "alice"],
    constant: &[],
    result: "",
};
const EXAMPLES: [Example; 5] = [CREATE, LIST, LAST_USED, UPDATE, DELETE];

impl Example {
    /// The guide's placeholders: what the parameters are without arguments.
    fn placeholders(&self) -> Vec<&'static str> {
        self.parameters.iter().map(|(_, value)| *value).collect()
    }
}

/// Where `cargo` put the programs. Builds them first: `cargo test` alone does not, for a test of
/// another package.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let programs = env::current_exe().unwrap().ancestors().nth(2).unwrap().to_path_buf();
        let profile = match programs.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            other => other,
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        cargo.args(["build", "--workspace", "--bins", "--examples", "--profile", profile]);
        let status = cargo.arg("--target-dir").arg(programs.parent().unwrap()).status();
        assert!(status.unwrap().success(), "cargo build");
        programs
    })
}

fn program(name: &str) -> PathBuf {
    let folder = if name == "sandbox" { programs().join("examples") } else { programs().into() };
    folder.join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// A command in an environment that has nothing of the caller's for AWS in it, and all that could
/// make a program talkative.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let upper = name.to_string_lossy().to_uppercase();
        if upper.starts_with("AWS_") || upper.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-home");
    command.env("HOME", &nowhere).env("USERPROFILE", &nowhere);
    command.env("AWS_CONFIG_FILE", nowhere.join("config"));
    command.env("AWS_SHARED_CREDENTIALS_FILE", nowhere.join("credentials"));
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("RUST_BACKTRACE", "1").env("RUST_LOG", "trace");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// An example that talks to the IAM at `url`.
fn example(name: &str, url: &str) -> Command {
    let mut command = command(&program(name));
    command.env("AWS_ENDPOINT_URL", url);
    command.env("AWS_ACCESS_KEY_ID", SIGNER.0).env("AWS_SECRET_ACCESS_KEY", SIGNER.1);
    command
}

/// A second client of the IAM at `url`, beside the examples.
fn client(url: &str, (id, secret): (&str, &str), region: &'static str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(region))
        .credentials_provider(Credentials::new(id, secret, None, None, "test"));
    Client::from_conf(config.build())
}

/// What a program left behind.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Ran {
    fn ok(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self.stdout
    }

    /// The error, after it was checked to be one that a person can read.
    fn readable(self) -> String {
        let error = &self.stderr;
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{error}");
        assert!(error.starts_with("Error: "), "{error}");
        assert!(error.lines().count() <= 8 && error.chars().count() <= 700, "{error}");
        for debug in ["Some(", "ServiceError(", "SdkBody", "panicked", "backtrace", "{ "] {
            assert!(!error.contains(debug), "{debug} in {error}");
        }
        assert!(!error.chars().any(|c| c.is_control() && c != '\n'), "{error:?}");
        assert!(!error.contains(SIGNER.1), "{error}");
        self.stderr
    }
}

fn run(command: &mut Command) -> Ran {
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let Output { status, stdout, stderr } = output;
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr), took }
}

/// A sandbox that stays until it is dropped.
struct Sandbox {
    child: Child,
    url: String,
}

impl Sandbox {
    fn start() -> Self {
        let hold: [&str; 3] = if cfg!(windows) {
            ["cmd", "/C", "echo %AWS_ENDPOINT_URL%&& more"]
        } else {
            ["sh", "-c", "echo $AWS_ENDPOINT_URL; cat"]
        };
        let mut command = command(&program("sandbox"));
        let child = command.args(hold).stdin(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = child.unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().into() }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs all at the same time, for what takes long because it waits.
fn at_once<T: Send, R: Send>(
    all: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = all.into_iter().map(|one| scope.spawn(move || work(one))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
