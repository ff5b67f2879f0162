//! The README's walk-through, run as it stands.

use std::{env, fs};

use crate::{command, program, run};

/// The texts between a line that is ```` ```LANGUAGE ```` and the next fence.
fn blocks(text: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Without what differs from run to run: dates, and the new key.
fn steady(text: &str) -> Vec<&str> {
    let line = |line| match str::split_once(line, ": ") {
        Some(("CreateDate" | "LastUsedDate", date)) if date.starts_with("20") => "a date",
        Some(("AccessKeyId", id)) if !id.starts_with("AKIAIOSFODNN7") => "the new key",
        Some(("SecretAccessKey", secret)) if secret.len() == 40 => "its secret",
        _ => line,
    };
    text.lines().map(line).collect()
}

#[test]
fn the_walk_through_prints_what_it_says() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let readme = fs::read_to_string(format!("{root}/README.md")).unwrap();
    let (_, section) = readme.split_once("## Walk-through\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let commands = blocks(section, "sh").replace("rm newuserkeys.txt", "");
    let folder = crate::folder("walk");
    // `cargo run` finds the workspace from here as well, and the file stays out of it
    let script = format!("cd '{}'\n{commands}", folder.display()).replace(
        "cargo run",
        &format!(
            "cargo run --manifest-path '{root}/Cargo.toml' --target-dir '{}'",
            crate::programs().parent().unwrap().display()
        ),
    );
    let mut sandbox = command(&program("sandbox"));
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME"] {
        env::var_os(name).map(|value| sandbox.env(name, value));
    }
    let ran = run(sandbox.args(["sh", "-e", "-c", &script]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(steady(&ran.stdout), steady(&blocks(section, "text")));

    use std::os::unix::fs::PermissionsExt;
    let file = fs::metadata(folder.join("newuserkeys.txt")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600, "only its owner can read it");
}
