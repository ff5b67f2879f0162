//! Shows when, and for which service, an access key was last used.
//!
//! Ports `iam_accesskeylastused.ts` of the guide's section [Getting the last use for access keys]. The
//! operation is [GetAccessKeyLastUsed].
//!
//! ```sh
//! cargo run -p iam_accesskeylastused AKIAIOSFODNN7EXAMPLE
//! ```
//!
//! [Getting the last use for access keys]: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/iam-examples-managing-access-keys.html#iam-examples-managing-access-keys-last-used
//! [GetAccessKeyLastUsed]: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html

use std::io::{self, Write};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    // Set the parameters
    let [access_key_id] = shared::parameters([("AccessKeyId", "ACCESS_KEY_ID")]);

    // Create the IAM client
    let client = shared::client().await?;

    // Send the command
    let command = client.get_access_key_last_used().access_key_id(&access_key_id);
    let data = command.send().await?;

    // Print the result
    let used = data.access_key_last_used();
    let date = used.and_then(|used| used.last_used_date()).map(ToString::to_string);
    let mut out = io::stdout().lock();
    writeln!(out, "Success")?;
    writeln!(out, "UserName: {}", data.user_name().unwrap_or("N/A"))?;
    writeln!(out, "LastUsedDate: {}", date.as_deref().unwrap_or("N/A"))?;
    writeln!(out, "ServiceName: {}", used.map_or("N/A", |used| used.service_name()))?;
    writeln!(out, "Region: {}", used.map_or("N/A", |used| used.region()))?;
    Ok(())
}
