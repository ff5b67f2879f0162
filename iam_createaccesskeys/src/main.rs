//! Creates an access key for an IAM user and prints it, with the secret that IAM shows only once.
//!
//! Ports `iam_createaccesskeys.ts` of the guide's section [Creating access keys for a user]. The
//! operation is [CreateAccessKey]. To keep the secret where only you can read it:
//!
//! ```sh
//! (umask 077; cargo run -p iam_createaccesskeys IAM_USER_NAME > newuserkeys.txt)
//! ```
//!
//! [Creating access keys for a user]: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/iam-examples-managing-access-keys.html#iam-examples-managing-access-keys-creating
//! [CreateAccessKey]: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html

use std::{fs, io, io::Write, path::Path};

use aws_sdk_iam::config::{Config, retry::RetryConfig};
use aws_sdk_iam::types::AccessKey;
use shared::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Set the parameters
    let [user_name] = shared::parameters([("UserName", "IAM_USER_NAME")]);

    // Create the IAM client
    let client = shared::client().await?;

    // Send the command, once: where the answer is lost, a repetition would make a second key
    let once = Config::builder().retry_config(RetryConfig::disabled());
    let command = client.create_access_key().user_name(&user_name);
    let data = command.customize().config_override(once).send().await;
    let lost = format!("there may be a new key: cargo run -p iam_listaccesskeys {user_name}");
    let key = data.map_err(|err| Error::of(err, &lost))?.access_key;
    let key = key.ok_or_else(|| Error::new("no AccessKey in IAM's answer", &lost))?;

    // Print the result, or take the key back: nobody would hold its secret
    if let Err(err) = print(&key) {
        let id = key.access_key_id();
        let command = client.delete_access_key().access_key_id(id).user_name(&user_name);
        let help = match command.send().await {
            Ok(_) => format!("the new key {id} is deleted again, for nobody has its secret"),
            Err(_) => format!("delete it: cargo run -p iam_deleteaccesskey {id} {user_name}"),
        };
        return Err(Error::new(&format!("cannot write the new key: {err}"), &help));
    }
    Ok(())
}

fn print(key: &AccessKey) -> io::Result<()> {
    // Rust opens /dev/null in place of a closed stdout
    if fs::canonicalize("/dev/stdout").is_ok_and(|path| path == Path::new("/dev/null")) {
        return Err(io::Error::other("stdout is closed, or /dev/null"));
    }
    let mut out = io::stdout();
    writeln!(out, "Success")?;
    writeln!(out, "UserName: {}", key.user_name())?;
    writeln!(out, "AccessKeyId: {}", key.access_key_id())?;
    writeln!(out, "Status: {}", key.status())?;
    writeln!(out, "SecretAccessKey: {}", key.secret_access_key())?;
    writeln!(out, "CreateDate: {}", key.create_date().map(ToString::to_string).unwrap_or_default())
}
