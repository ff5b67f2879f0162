//! `cargo sandbox [-v] [COMMAND...]`: runs COMMAND, else a shell, in an environment whose IAM is in
//! this process.
//!
//! ```sh
//! cargo sandbox cargo run -p iam_listaccesskeys
//! ```

mod iam;

use std::ffi::OsString;
use std::{env, io, io::Write, process::exit, sync::mpsc, thread};

use iam::{Iam, element, elements};
use shared::{Error, wrong_usage};
use tiny_http::{Method, Request, Response, Server};
use tokio::process::Command;

const USAGE: &str = "Usage: cargo sandbox [-v] [COMMAND...]

Runs COMMAND, or a shell, with an IAM for trying things out. With -v each request is shown.";

const GREETING: &str =
    "It has users IAM_USER_NAME and sandbox. All AWS tools in this shell talk to it.
To leave, and forget it: exit";

/// The variable that names the user's shell, and the shell of a user who has none.
const SHELL: [&str; 2] = if cfg!(windows) { ["COMSPEC", "cmd.exe"] } else { ["SHELL", "/bin/sh"] };

/// What may be shown of a request: the parameters of the operations that the sandbox knows, none
/// of which is a secret.
const SHOWN: [&str; 6] = ["UserName", "Path", "AccessKeyId", "Status", "MaxItems", "Marker"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut args: Vec<OsString> = env::args_os().skip(1).collect();
    let verbose = args.first().is_some_and(|arg| arg == "-v" || arg == "--verbose");
    args.drain(..usize::from(verbose));
    match args.first().and_then(|arg| arg.to_str()) {
        Some("-h" | "--help") => exit(writeln!(io::stdout(), "{USAGE}").is_err().into()),
        Some("--") => drop(args.remove(0)),
        Some(flag) if flag.starts_with('-') => wrong_usage(&format!("unknown flag\n{USAGE}")),
        _ => {}
    }

    let server = Server::http("127.0.0.1:0").map_err(|err| Error::new(&err.to_string(), ""))?;
    let url = format!("http://{}", server.server_addr());
    serve(server, verbose);
    if args.is_empty() {
        let _ = writeln!(io::stderr(), "The sandbox's IAM is at {url}\n{GREETING}");
        args.push(env::var_os(SHELL[0]).unwrap_or(SHELL[1].into()));
    }

    let mut command = Command::new(&args[0]);
    isolate(&mut command, &url);
    let child = command.args(&args[1..]).spawn();
    let no_command = |err| Error::new(&format!("cannot run {}: {err}", args[0].display()), "");
    // Ctrl-C is the command's: if that lives on, so does its IAM
    tokio::spawn(tokio::signal::ctrl_c());
    let status = async { child?.wait().await }.await.map_err(no_command)?;
    #[cfg(unix)]
    let code = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let code = None;
    exit(status.code().or(code).unwrap_or(1))
}

/// Gives the command an environment in which all of AWS is at `url`, whatever the caller's says.
fn isolate(command: &mut Command, url: &str) {
    for (name, _) in env::vars_os() {
        let upper = name.to_string_lossy().to_uppercase();
        // AWS_LC_ is for building the SDK: a change would build it again
        let aws = upper.starts_with("AWS_") && !upper.starts_with("AWS_LC_");
        if aws || ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].contains(&&*upper) {
            command.env_remove(name);
        }
    }
    let no_file = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command.envs([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", iam::SIGNER.1),
        ("AWS_SECRET_ACCESS_KEY", iam::SIGNER_SECRET),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_CONFIG_FILE", no_file),
        ("AWS_SHARED_CREDENTIALS_FILE", no_file),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "127.0.0.1"),
    ]);
}

/// Answers requests in turn. Their bodies are read beside that, so that a client that stops in the
/// middle of one holds up nobody else.
fn serve(server: Server, verbose: bool) {
    let (read, bodies) = mpsc::channel();
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let read = read.clone();
            thread::spawn(move || {
                let mut body = Vec::new();
                if request.as_reader().read_to_end(&mut body).is_ok() {
                    let _ = read.send((request, body));
                }
            });
        }
    });
    thread::spawn(move || {
        let mut iam = Iam::new();
        for (number, (request, body)) in bodies.into_iter().enumerate() {
            respond(&mut iam, request, &body, number, verbose);
        }
    });
}

fn respond(iam: &mut Iam, request: Request, body: &[u8], number: usize, verbose: bool) {
    let form: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
    let signed = request.headers().iter().find(|header| header.field.equiv("Authorization"));
    let answer = match request.method() {
        Method::Post => iam.answer(signed.map_or("", |header| header.value.as_str()), &form),
        other => Err((400, "MalformedHttpRequestException", format!("{other} instead of POST"))),
    };

    let action = iam::get(&form, "Action").unwrap_or_default();
    let id = format!("00000000-0000-4000-8000-{number:012}");
    let request_id = elements(&[("RequestId", &id)]);
    let metadata = element("ResponseMetadata", &request_id);
    let (status, code, root, xml) = match answer {
        Ok(xml) => (200, "", &*format!("{action}Response"), xml + &metadata),
        Err((status, code, message)) => {
            let error = elements(&[("Type", "Sender"), ("Code", code), ("Message", &message)]);
            (status, code, "ErrorResponse", element("Error", &error) + &request_id)
        }
    };
    if verbose {
        let shown = form.iter().filter(|(name, _)| SHOWN.contains(&name.as_str()));
        let shown: String = shown.map(|(name, value)| format!(" {name}={value:.128}")).collect();
        let line =
            format!("{action:.128}{shown} -> {status} {code}").replace(char::is_control, " ");
        let _ = writeln!(io::stderr(), "{}", line.trim());
    }
    let xml = format!("<{root} xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">{xml}</{root}>");
    let headers = ["Content-Type: text/xml", &format!("x-amzn-RequestId: {id}")];
    let headers = headers.iter().filter_map(|header| header.parse().ok()).collect();
    let response = Response::new(status.into(), headers, xml.as_bytes(), Some(xml.len()), None);
    let _ = request.respond(response);
}
