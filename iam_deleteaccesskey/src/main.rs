//! Deletes an access key of an IAM user.
//!
//! Ports `iam_deleteaccesskey.ts` of the guide's section [Deleting access keys]. The
//! operation is [DeleteAccessKey].
//!
//! ```sh
//! cargo run -p iam_deleteaccesskey AKIAIOSFODNN7EXAMPLE IAM_USER_NAME
//! ```
//!
//! [Deleting access keys]: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/iam-examples-managing-access-keys.html#iam-examples-managing-access-keys-deleting
//! [DeleteAccessKey]: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html

use std::io::{self, Write};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    // Set the parameters
    let [access_key_id, user_name] =
        shared::parameters([("AccessKeyId", "ACCESS_KEY_ID"), ("UserName", "USER_NAME")]);

    // Create the IAM client
    let client = shared::client().await?;

    // Send the command
    let command = client.delete_access_key().access_key_id(&access_key_id);
    command.user_name(&user_name).send().await?;

    // Print the result
    let mut out = io::stdout().lock();
    writeln!(out, "Success")?;
    writeln!(out, "AccessKeyId: {access_key_id}")?;
    writeln!(out, "UserName: {user_name}")?;
    Ok(())
}
