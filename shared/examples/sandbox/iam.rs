//! An IAM in memory: the five operations on access keys, and CreateUser.
//!
//! What it answers is what the [IAM API Reference] says. Signatures are not verified: whoever
//! names an active key is taken for its owner.
//!
//! [IAM API Reference]: https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html

use std::hash::{BuildHasher, RandomState};
use std::{ops::RangeInclusive, time::SystemTime};

use aws_sdk_iam::primitives::DateTime;

/// The user that the guide's placeholder names, and its key.
const GUIDE: (&str, &str) = ("IAM_USER_NAME", "AKIAIOSFODNN7EXAMPLE");

/// The user whose key signs the sandbox's requests, the key, and its secret.
pub const SIGNER: (&str, &str) = ("sandbox", "AKIAI44QH8DHBEXAMPLE");
pub const SIGNER_SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";

/// The access keys that a user may have, see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const QUOTA: usize = 2;

const VERSION: &str = "2010-05-08";

/// What a parameter may be: its name, its lengths, and its characters beside letters and digits.
type Rule = (&'static str, RangeInclusive<usize>, &'static str);
const NEW_USER_NAME: Rule = ("UserName", 1..=64, "_+=,.@-");
const USER_NAME: Rule = ("UserName", 1..=128, "_+=,.@-");
const ACCESS_KEY_ID: Rule = ("AccessKeyId", 16..=128, "_");

/// A request's parameters, by name.
pub type Form = [(String, String)];

/// An error of IAM's: HTTP status, code and message.
pub type Refusal = (u16, &'static str, String);

struct AccessKey {
    number: usize,
    user_name: String,
    id: String,
    status: String,
    create_date: String,
    /// XML: what GetAccessKeyLastUsed returns of it.
    last_used: String,
}

/// The account: its users, and its keys in the order in which they were made.
#[derive(Default)]
pub struct Iam {
    users: Vec<String>,
    keys: Vec<AccessKey>,
}

impl Iam {
    /// The account as it is when the sandbox starts.
    pub fn new() -> Self {
        let mut iam = Self::default();
        for (user_name, id) in [GUIDE, SIGNER] {
            iam.users.push(user_name.into());
            iam.add(user_name.into(), id.into());
        }
        iam
    }

    /// Answers a request.
    ///
    /// In: the `Authorization` header (empty: there is none) and the parameters. Out: the XML of
    /// the operation's result, empty for an operation that has none.
    ///
    /// # Errors
    ///
    /// IAM's own, of the operation's page in the reference and of
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>.
    pub fn answer(&mut self, authorization: &str, form: &Form) -> Result<String, Refusal> {
        let signer = &*self.signer(authorization)?;
        let action = get(form, "Action").unwrap_or_default();
        let version = get(form, "Version").unwrap_or("NO_VERSION_SPECIFIED");
        let result = match action {
            "CreateUser" if version == VERSION => self.create_user(form)?,
            "CreateAccessKey" if version == VERSION => self.create_access_key(form, signer)?,
            "ListAccessKeys" if version == VERSION => self.list_access_keys(form, signer)?,
            "GetAccessKeyLastUsed" if version == VERSION => self.get_access_key_last_used(form)?,
            "UpdateAccessKey" if version == VERSION => self.update_access_key(form, signer)?,
            "DeleteAccessKey" if version == VERSION => self.delete_access_key(form, signer)?,
            "" => return refuse(400, "MissingAction", "The request names no Action"),
            _ => {
                let message = format!("Could not find operation {action} for version {version}");
                return refuse(400, "InvalidAction", &message);
            }
        };
        Ok(if result.is_empty() { result } else { element(&format!("{action}Result"), &result) })
    }

    /// The user whose key signed the request; notes that the key was used.
    fn signer(&mut self, authorization: &str) -> Result<String, Refusal> {
        if authorization.is_empty() {
            let message = "Request is missing Authentication Token";
            return refuse(403, "MissingAuthenticationToken", message);
        }
        let credential = authorization.split_once("Credential=").unwrap_or_default().1;
        let scope: Vec<&str> = credential.split([',', '/']).collect();
        let [id, _date, region, service, "aws4_request", ..] = scope[..] else {
            return refuse(400, "IncompleteSignature", "Authorization header has no Credential");
        };
        let mut keys = self.keys.iter_mut();
        let Some(key) = keys.find(|key| key.id == id && key.status == "Active") else {
            let message = "The security token included in the request is invalid.";
            return refuse(403, "InvalidClientTokenId", message);
        };
        let (service, region) = (("ServiceName", service), ("Region", region));
        key.last_used = elements(&[("LastUsedDate", &now()), service, region]);
        Ok(key.user_name.clone())
    }

    fn create_user(&mut self, form: &Form) -> Result<String, Refusal> {
        let name = string(form, NEW_USER_NAME)?;
        if self.users.iter().any(|user| user.eq_ignore_ascii_case(name)) {
            let message = format!("User with name {name} already exists.");
            return refuse(409, "EntityAlreadyExists", &message);
        }
        self.users.push(name.into());
        let path = get(form, "Path").unwrap_or("/");
        let arn = format!("arn:aws:iam::123456789012:user{path}{name}");
        let id = format!("AIDA{}EXAMPLE", random(10));
        let (path, name, id) = (("Path", path), ("UserName", name), ("UserId", &*id));
        let user = elements(&[path, name, id, ("Arn", &arn), ("CreateDate", &now())]);
        Ok(element("User", &user))
    }

    fn create_access_key(&mut self, form: &Form, signer: &str) -> Result<String, Refusal> {
        let owner = self.user(form, signer)?.to_string();
        if self.keys.iter().filter(|key| key.user_name == owner).count() >= QUOTA {
            let message = format!("Cannot exceed quota for AccessKeysPerUser: {QUOTA}");
            return refuse(409, "LimitExceeded", &message);
        }
        // EXAMPLE marks what opens nothing, as in AWS's own documentation
        let id = format!("AKIA{}EXAMPLE", random(9));
        let secret = format!("{}EXAMPLEKEY", random(30));
        let key = self.add(owner, id).xml();
        Ok(element("AccessKey", &(key + &elements(&[("SecretAccessKey", &secret)]))))
    }

    fn list_access_keys(&self, form: &Form, signer: &str) -> Result<String, Refusal> {
        let most = get(form, "MaxItems").unwrap_or("100").parse().unwrap_or(0);
        if !(1..=1000).contains(&most) {
            return Err(invalid(form, "MaxItems", "be between 1 and 1000"));
        }
        let Ok(after) = get(form, "Marker").unwrap_or("0").parse() else {
            return Err(invalid(form, "Marker", "be the Marker of an earlier answer"));
        };
        let owner = self.user(form, signer)?;
        let rest = self.keys.iter().filter(|key| key.number > after && key.user_name == owner);
        let rest: Vec<_> = rest.collect();
        let page = &rest[..rest.len().min(most)];
        let members: String = page.iter().map(|key| element("member", &key.xml())).collect();
        let marker = page.last().map(|key| key.number.to_string()).unwrap_or_default();
        let more = [("IsTruncated", "true"), ("Marker", &marker)];
        let end = if page.len() < rest.len() { &more[..] } else { &[("IsTruncated", "false")] };
        Ok(element("AccessKeyMetadata", &members) + &elements(end))
    }

    fn get_access_key_last_used(&self, form: &Form) -> Result<String, Refusal> {
        let id = string(form, ACCESS_KEY_ID)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == id)
            .ok_or_else(|| nothing(&format!("Access Key with id {id}")))?;
        Ok(elements(&[("UserName", &key.user_name)])
            + &element("AccessKeyLastUsed", &key.last_used))
    }

    fn update_access_key(&mut self, form: &Form, signer: &str) -> Result<String, Refusal> {
        let Some(status @ ("Active" | "Inactive")) = get(form, "Status") else {
            return Err(invalid(form, "Status", "satisfy enum value set: [Active, Inactive]"));
        };
        let at = self.key(form, signer)?;
        self.keys[at].status = status.into();
        Ok(String::new())
    }

    fn delete_access_key(&mut self, form: &Form, signer: &str) -> Result<String, Refusal> {
        let at = self.key(form, signer)?;
        self.keys.remove(at);
        Ok(String::new())
    }

    /// The user whom the request names, else the one who signed it.
    fn user<'a>(&self, form: &'a Form, signer: &'a str) -> Result<&'a str, Refusal> {
        let name = match get(form, "UserName") {
            Some(_) => string(form, USER_NAME)?,
            None => signer,
        };
        let known = self.users.iter().any(|user| user == name);
        known.then_some(name).ok_or_else(|| nothing(&format!("user with name {name}")))
    }

    /// Where the key stands that the request names.
    fn key(&self, form: &Form, signer: &str) -> Result<usize, Refusal> {
        let id = string(form, ACCESS_KEY_ID)?;
        let owner = self.user(form, signer)?;
        let at = self.keys.iter().position(|key| key.id == id && key.user_name == owner);
        at.ok_or_else(|| nothing(&format!("Access Key with id {id}")))
    }

    fn add(&mut self, user_name: String, id: String) -> &AccessKey {
        let number = self.keys.last().map_or(1, |last| last.number + 1);
        let (status, create_date) = ("Active".into(), now());
        let last_used = elements(&[("ServiceName", "N/A"), ("Region", "N/A")]);
        self.keys.push(AccessKey { number, user_name, id, status, create_date, last_used });
        &self.keys[self.keys.len() - 1]
    }
}

impl AccessKey {
    fn xml(&self) -> String {
        let (user_name, id) = (("UserName", &*self.user_name), ("AccessKeyId", &*self.id));
        elements(&[user_name, id, ("Status", &self.status), ("CreateDate", &self.create_date)])
    }
}

/// The value of a parameter.
pub fn get<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The value of a parameter that must be there.
fn string(form: &Form, (name, lengths, also): Rule) -> Result<&str, Refusal> {
    let value = get(form, name).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
    if lengths.contains(&value.len()) && value.chars().all(fits) {
        return Ok(value);
    }
    Err(invalid(form, name, &format!("have {lengths:?} letters, digits or any of {also}")))
}

fn invalid(form: &Form, name: &str, must: &str) -> Refusal {
    let value = get(form, name).map_or("null".into(), |value| format!("'{value:.200}'"));
    let member = name[..1].to_lowercase() + &name[1..];
    let constraint = format!("at '{member}' failed to satisfy constraint: Member must {must}");
    (400, "ValidationError", format!("1 validation error detected: Value {value} {constraint}"))
}

fn nothing(what: &str) -> Refusal {
    (404, "NoSuchEntity", format!("The {what} cannot be found."))
}

fn refuse<T>(status: u16, code: &'static str, message: &str) -> Result<T, Refusal> {
    Err((status, code, message.into()))
}

/// The date and time in ISO 8601, without fractions of a second, as IAM writes them.
fn now() -> String {
    DateTime::from_secs(DateTime::from(SystemTime::now()).secs()).to_string()
}

/// Random letters and digits of the kind that AWS uses in IDs.
fn random(length: usize) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letter = |at| char::from(letters[RandomState::new().hash_one(at) as usize % letters.len()]);
    (0..length).map(letter).collect()
}

/// An XML element around what is XML already.
pub fn element(name: &str, xml: &str) -> String {
    format!("<{name}>{xml}</{name}>")
}

/// XML elements around text.
pub fn elements(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, text)| element(name, &escape(text))).collect()
}

/// Text as XML; what XML 1.0 cannot hold becomes U+FFFD.
fn escape(text: &str) -> String {
    let escape = |c| match c {
        '<' | '>' | '&' | '\t' | '\n' | '\r' => format!("&#{};", u32::from(c)),
        '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => "\u{FFFD}".to_string(),
        _ => c.to_string(),
    };
    text.chars().map(escape).collect()
}
