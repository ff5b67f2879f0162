//! What the five examples have in common: the parameters, the client and the error.
//!
//! To take an example into a project of your own, copy this file beside its `main.rs` as
//! `shared.rs` and add `mod shared;`.

use std::error::Error as StdError;
use std::{env, fmt, io, io::Write, iter, process::exit, time::Duration};

use aws_config::{BehaviorVersion, environment, meta::region::RegionProviderChain, profile};
use aws_sdk_iam::config::{self, Intercept, ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_iam::{Client, error::BoxError, error::ProvideErrorMetadata, error::SdkError};

/// The Region where neither the environment nor the profile names one.
const REGION: &str = "us-east-1";

const SIGN_IN: &str = "sign in with `aws login` or `aws sso login`, or name a profile in \
    AWS_PROFILE; without an AWS account, put `cargo sandbox` before the command";

/// Takes the parameters from the command line.
///
/// In: for each parameter its name, and the value that it keeps if the command line gives none.
/// Out: the values, in the same order.
///
/// `-h` and `--help` print the usage and end the program with exit code 0. An unknown flag, an
/// argument too many, an empty one or one that is not UTF-8 ends it like [`wrong_usage`].
pub fn parameters<const N: usize>(defaults: [(&str, &str); N]) -> [String; N] {
    let names = defaults.map(|(name, _)| format!(" [{name}]")).concat();
    let program = env::current_exe().unwrap_or_default();
    let usage = format!("Usage: {}{names}", program.file_stem().unwrap_or_default().display());
    let wrong = |what: &str| wrong_usage(&format!("{}\n{usage}", one_line(what, 200)));
    let mut values = defaults.map(|(_, value)| value.to_string());
    let mut free = values.iter_mut();
    for arg in env::args_os().skip(1) {
        match (arg.to_str(), free.next()) {
            (Some("-h" | "--help"), _) => exit(writeln!(io::stdout(), "{usage}").is_err().into()),
            (Some(flag), _) if flag.starts_with('-') => wrong(&format!("unknown flag {flag}")),
            (Some("") | None, _) => wrong("an argument is empty or not UTF-8"),
            (_, None) => wrong("too many arguments"),
            (Some(arg), Some(value)) => *value = arg.to_string(),
        }
    }
    values
}

/// Says on stderr what is wrong with the command line and ends the program with exit code 2.
pub fn wrong_usage(problem: &str) -> ! {
    let _ = writeln!(io::stderr(), "Error: {problem}");
    exit(2)
}

/// Makes the IAM client.
///
/// The Region is that of the environment (`AWS_REGION`, `AWS_DEFAULT_REGION`), else that of the
/// profile, else `us-east-1`: IAM is one service for all Regions of a partition, see
/// <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>. An attempt may last 10
/// seconds, an operation with all its attempts 25.
///
/// The credentials are those of the SDK's default chain, see
/// <https://docs.aws.amazon.com/sdk-for-rust/latest/dg/credproviders.html>. They are loaded here,
/// once: within a request its time limits would cut short a sign-in that asks for an MFA code. A
/// program that outlives its credentials leaves that out, and the SDK renews them.
///
/// # Errors
///
/// Where credentials are missing or do not load, or the variable with the endpoint is empty.
pub async fn client() -> Result<Client, Error> {
    if let Some((name, _)) = endpoint_variable().filter(|(_, url)| url.is_empty()) {
        return Err(Error::new(&format!("{name} is empty, and so no URL"), "unset it"));
    }
    let variables = environment::EnvironmentVariableRegionProvider::new();
    let profile = profile::ProfileFileRegionProvider::new();
    let region = RegionProviderChain::first_try(variables).or_else(profile).or_else(REGION);
    let timeouts = aws_config::timeout::TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(25));
    let loader = aws_config::defaults(BehaviorVersion::latest()).region(region);
    let config = loader.timeout_config(timeouts.build()).load().await;
    let mut iam = config::Builder::from(&config).interceptor(OnlyIam);
    if let Some(provider) = config.credentials_provider() {
        let credentials = provider.provide_credentials().await.map_err(no_credentials)?;
        iam = iam.credentials_provider(SharedCredentialsProvider::new(credentials));
    }
    Ok(Client::from_conf(iam.build()))
}

fn no_credentials(err: impl StdError + 'static) -> Error {
    let mut why = causes(&err);
    // The chain's last link is the metadata service of EC2, IMDS: nothing before it had any
    if why.contains("IMDS") {
        let profile = env::var("AWS_PROFILE").unwrap_or("default".into());
        why = format!("neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY nor profile {profile}");
    }
    Error::new(&format!("no credentials: {why}"), SIGN_IN)
}

/// The endpoint that the environment sets, less a password in it, behind the variable's name.
fn endpoint_variable() -> Option<(&'static str, String)> {
    let ignored = env::var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_ok_and(|is| is == "true");
    let mut names = ["AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL"].into_iter().filter(|_| !ignored);
    names.find_map(|name| Some((name, env::var(name).ok()?.rsplit('@').next()?.into())))
}

/// Takes a success for one only if IAM's XML came with it: where an operation returns nothing the
/// SDK does not look, and a captive portal says 200, too.
#[derive(Debug)]
struct OnlyIam;

impl Intercept for OnlyIam {
    fn name(&self) -> &'static str {
        "OnlyIam"
    }

    fn read_after_execution(
        &self,
        end: &config::interceptors::FinalizerInterceptorContextRef<'_>,
        _: &config::RuntimeComponents,
        _: &mut config::ConfigBag,
    ) -> Result<(), BoxError> {
        let body = end.response().and_then(|response| response.body().bytes()).unwrap_or_default();
        let iam = String::from_utf8_lossy(body).contains("Response");
        let success = matches!(end.output_or_error(), Some(Ok(_)));
        if success && !iam { Err("a success without IAM's XML".into()) } else { Ok(()) }
    }
}

/// What went wrong and, in a line of its own, what to do next: the error that `main` returns.
///
/// Its `Debug` form is for people, because that is what Rust prints when `main` returns it.
pub struct Error(String);

impl Error {
    /// Makes an error of the problem and the next step (empty: there is none).
    pub fn new(problem: &str, help: &str) -> Self {
        let help = if help.is_empty() { "" } else { &format!("\nhelp: {}", one_line(help, 250)) };
        Self(one_line(problem, 420) + help)
    }

    /// Makes an error of what an operation returned: IAM's code and message if IAM answered, else
    /// the causes. `lost` is the next step where IAM may have done what was asked and its answer
    /// did not arrive (empty: the same as otherwise).
    pub fn of<E: StdError + ProvideErrorMetadata + 'static>(err: SdkError<E>, lost: &str) -> Self {
        let problem = match (err.code(), err.raw_response()) {
            (Some(code), _) => format!("{code}: {}", err.message().unwrap_or_default()),
            (_, Some(http)) => {
                format!("HTTP {}, but not from IAM: {}", http.status(), causes(&err))
            }
            (None, None) => causes(&err),
        };
        let unsent = problem.contains("(Connect)") || problem.contains("endpoint");
        let undone = err.raw_response().map_or(unsent, |http| http.status().is_client_error());
        let help = match (err.code(), endpoint_variable()) {
            _ if !(undone || lost.is_empty()) => lost,
            (Some("ExpiredToken" | "InvalidClientTokenId" | "SignatureDoesNotMatch"), _) => SIGN_IN,
            (Some(_), _) => "",
            (None, Some((name, url))) => &format!("{name} is `{url}`: correct it, or unset it"),
            (None, None) => {
                "check the Region and the network: is a proxy or a captive portal in between?"
            }
        };
        Self::new(&problem, help)
    }
}

impl<E: StdError + ProvideErrorMetadata + 'static> From<SdkError<E>> for Error {
    fn from(err: SdkError<E>) -> Self {
        Self::of(err, "")
    }
}

impl From<io::Error> for Error {
    fn from(err: io::Error) -> Self {
        Self::new(&format!("cannot write the result: {err}"), "")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error and its causes, less those that are a `Debug` form or name the SDK's inner workings.
fn causes(err: &(dyn StdError + 'static)) -> String {
    let causes = iter::successors(Some(err), |&err| err.source()).map(|err| err.to_string());
    causes.filter(|c| !c.contains('{') && !c.contains("interceptor")).collect::<Vec<_>>().join(": ")
}

/// The text without what could drive a terminal, and no longer than `most` characters.
fn one_line(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
}
