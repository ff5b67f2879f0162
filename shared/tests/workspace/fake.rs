//! A server that writes down what it is asked and answers what a test tells it to, wrong as that
//! may be.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::Example;

/// A request's parameters, sorted.
pub type Form = Vec<(String, String)>;

/// What the server does with a request.
#[derive(Clone)]
pub enum Reply {
    /// Sends this and closes the connection.
    Bytes(Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Never answers.
    Silence,
}

pub struct Fake {
    pub url: String,
    asked: Arc<Mutex<Vec<Form>>>,
}

impl Fake {
    /// `reply` decides about each request, by its number (from 0) and its parameters.
    pub fn new(reply: impl Fn(usize, &Form) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heard, reply) = (Arc::clone(&asked), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (heard, reply) = (Arc::clone(&heard), Arc::clone(&reply));
                thread::spawn(move || serve(stream.unwrap(), &heard, &*reply));
            }
        });
        Self { url, asked }
    }

    pub fn always(reply: Reply) -> Self {
        Self::new(move |_, _| reply.clone())
    }

    pub fn asked(&self) -> Vec<Form> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, heard: &Mutex<Vec<Form>>, reply: &dyn Fn(usize, &Form) -> Reply) {
    let Some(form) = peek(&stream) else { return };
    let number = {
        let mut heard = heard.lock().unwrap();
        heard.push(form.clone());
        heard.len() - 1
    };
    match reply(number, &form) {
        // A socket that is closed while there is something left to read resets its connection
        Reply::Reset => drop(stream),
        Reply::Silence => thread::sleep(Duration::from_secs(60)),
        Reply::Bytes(bytes) => drop(send(stream, &bytes)),
    }
}

fn send(mut stream: TcpStream, bytes: &[u8]) -> io::Result<usize> {
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new())
}

/// Waits for a whole request and leaves it in the socket.
fn peek(stream: &TcpStream) -> Option<Form> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = stream.peek(&mut buffer).ok().filter(|length| *length > 0)?;
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let (_, rest) = head.split_once("content-length: ")?;
            if body.len() >= rest.lines().next()?.parse().ok()? {
                let mut form: Form = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                form.sort();
                return Some(form);
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
}

pub fn http(status: u16, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
    Reply::Bytes([head.as_bytes(), body].concat())
}

/// The answer that an example hopes for.
pub fn success(example: &Example) -> Reply {
    result(example.action, example.result)
}

pub fn result(action: &str, result: &str) -> Reply {
    let result = format!("<{action}Result>{result}</{action}Result>");
    let metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>";
    let namespace = "https://iam.amazonaws.com/doc/2010-05-08/";
    let xml = format!("<{action}Response xmlns=\"{namespace}\">{result}{metadata}");
    http(200, format!("{xml}</{action}Response>"))
}

pub fn error(status: u16, code: &str, message: &str) -> Reply {
    let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
    let xml = format!("<ErrorResponse><Error>{error}</Error><RequestId>r</RequestId>");
    http(status, format!("{xml}</ErrorResponse>"))
}
