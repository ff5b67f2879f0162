//! Activates or deactivates an access key of an IAM user.
//!
//! Ports `iam_updateaccesskey.ts` of the guide's section [Updating access key status]. The
//! operation is [UpdateAccessKey].
//!
//! ```sh
//! cargo run -p iam_updateaccesskey AKIAIOSFODNN7EXAMPLE Inactive IAM_USER_NAME
//! ```
//!
//! [Updating access key status]: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/iam-examples-managing-access-keys.html#iam-examples-managing-access-keys-updating
//! [UpdateAccessKey]: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html

use std::io::{self, Write};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    // Set the parameters
    let [access_key_id, status, user_name] = shared::parameters([
        ("AccessKeyId", "ACCESS_KEY_ID"),
        ("Status", "Active"),
        ("UserName", "USER_NAME"),
    ]);
    if !["Active", "Inactive"].contains(&status.as_str()) {
        shared::wrong_usage("Status is either Active or Inactive");
    }

    // Create the IAM client
    let client = shared::client().await?;

    // Send the command
    let command = client.update_access_key().access_key_id(&access_key_id);
    command.status(status.as_str().into()).user_name(&user_name).send().await?;

    // Print the result
    let mut out = io::stdout().lock();
    writeln!(out, "Success")?;
    writeln!(out, "AccessKeyId: {access_key_id}")?;
    writeln!(out, "Status: {status}")?;
    writeln!(out, "UserName: {user_name}")?;
    Ok(())
}
