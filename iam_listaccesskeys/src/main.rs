//! Lists the access keys of an IAM user.
//!
//! Ports `iam_listaccesskeys.ts` of the guide's section [Listing a user's access keys]. The
//! operation is [ListAccessKeys].
//!
//! ```sh
//! cargo run -p iam_listaccesskeys IAM_USER_NAME
//! ```
//!
//! [Listing a user's access keys]: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/iam-examples-managing-access-keys.html#iam-examples-managing-access-keys-listing
//! [ListAccessKeys]: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html

use std::io::{self, Write};

/// The keys that IAM returns at a time.
const MAX_ITEMS: i32 = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    // Set the parameters
    let [user_name] = shared::parameters([("UserName", "IAM_USER_NAME")]);

    // Create the IAM client
    let client = shared::client().await?;

    // Send the command, again for each page that IAM says there is
    let command = client.list_access_keys().user_name(&user_name).max_items(MAX_ITEMS);
    let keys = command.into_paginator().items().send();
    let keys = keys.collect::<Result<Vec<_>, _>>().await?;

    // Print the result
    let mut out = io::stdout().lock();
    writeln!(out, "Success")?;
    if keys.is_empty() {
        writeln!(out, "{user_name} has no access keys")?;
    }
    for (i, key) in keys.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        writeln!(out, "UserName: {}", key.user_name().unwrap_or_default())?;
        writeln!(out, "AccessKeyId: {}", key.access_key_id().unwrap_or_default())?;
        writeln!(out, "Status: {}", key.status().map_or("", |status| status.as_str()))?;
        writeln!(
            out,
            "CreateDate: {}",
            key.create_date().map_or(String::new(), ToString::to_string)
        )?;
    }
    Ok(())
}
