//! An HTTP server that behaves in every way a client must bear, with and without TLS, on free ports of
//! the loopback interface: `server DIRECTORY`.
//!
//! It writes the ports and the certificate of its authority into the directory, `ready` last, and ends when its
//! standard input does. Its certificates are made anew each time: a good one, one of another host, an expired one,
//! and one that signs itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

fn main() -> Result<()> {
    let directory = PathBuf::from(env::args().nth(1).context("no directory given")?);
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    fs::write(directory.join("roots.pem"), authority.pem())?;
    let local = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let other = ["elsewhere.test".to_owned()];
    let mut ports = vec![("http", serve(None)?), ("other", serve(None)?)];
    for (name, hosts, is_expired) in
        [("good", &local[..], false), ("wrong", &other[..], false), ("expired", &local[..], true)]
    {
        let mut params = CertificateParams::new(hosts)?;
        if is_expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &authority)?;
        ports.push((name, serve(Some(tls(certificate.der().clone(), &key)?))?));
    }
    let key = KeyPair::generate()?;
    let own = CertificateParams::new(&local[..])?.self_signed(&key)?;
    ports.push(("self", serve(Some(tls(own.der().clone(), &key)?))?));
    // A port that nobody listens at: taken once, so that no other test gets it soon.
    let refused = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    ports.push(("refused", refused));
    ports.push(("reset", reset()?));
    let lines: String = ports.iter().map(|(name, port)| format!("{name} {port}\n")).collect();
    fs::write(directory.join("ports"), lines)?;
    fs::write(directory.join("ready"), "")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A server's part of TLS.
fn tls(
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: &KeyPair,
) -> Result<Arc<ServerConfig>> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    Ok(Arc::new(config.with_single_cert(vec![certificate], key)?))
}

/// Breaks off each connection on a free port once something came in: what is closed before that was read is reset.
fn reset() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.peek(&mut [0]);
        }
    });
    Ok(port)
}

/// Serves on a free port, each connection on a thread.
fn serve(tls: Option<Arc<ServerConfig>>) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = tls.clone();
            // A client that gives up is what some cases are about.
            thread::spawn(move || {
                let _ = match tls {
                    None => answer(stream, port),
                    Some(config) => secured(stream, config, port),
                };
            });
        }
    });
    Ok(port)
}

fn secured(stream: TcpStream, config: Arc<ServerConfig>, port: u16) -> Result<()> {
    let mut stream = StreamOwned::new(ServerConnection::new(config)?, stream);
    answer(&mut stream, port)?;
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}

/// What a client asks for.
struct Request {
    method: String,
    path: String,
    /// The headers that a case looks at, as `name=value;`.
    seen: String,
    /// All headers, each as `name=value;`.
    all: String,
    body: String,
}

fn read_request(reader: &mut impl BufRead) -> Result<Request> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut seen, mut all, mut length) = (String::new(), String::new(), 0);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        let lower = header.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        let shown = lower.trim().replace(": ", "=") + ";";
        if lower.starts_with("x-") || lower.starts_with("content-type:") {
            seen += &shown;
        }
        all += &shown;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { method, path, seen, all, body: String::from_utf8_lossy(&body).into_owned() })
}

/// An answer whose body is no text, and one that leads to what is none.
const BINARY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\x00a";
const NOWHERE: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\n\r\n";

/// Reads one request and answers as its path says.
fn answer(stream: impl Read + Write, port: u16) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let Request { method, path, seen, all, body } = read_request(&mut reader)?;
    let mut stream = reader.into_inner();
    let (name, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let full = |status: &str, more: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let redirect = |to: String| full("302 Found", &format!("Location: {to}\r\n"), "");
    let text = match name {
        "hello" => full("200 OK", "X-Seen: yes\r\n", "hello, \u{e9}\n"),
        "echo" => full("200 OK", "", &format!("{method} {seen} {body}")),
        "empty" => full("204 No Content", "", ""),
        "status" => full(&format!("{rest} Status"), "", "what went wrong"),
        "redirect" if rest == "0" => full("200 OK", "", "arrived"),
        "redirect" => redirect(format!("/redirect/{}", rest.parse::<u32>()? - 1)),
        "loop" => redirect("/loop".to_owned()),
        "elsewhere" => redirect("ftp://127.0.0.1/".to_owned()),
        // Anywhere, as the path says.
        "to" => redirect(rest.to_owned()),
        "all" => full("200 OK", "", &format!("{method} {all}")),
        "again" => full("307 Temporary Redirect", "Location: /echo\r\n", ""),
        "downgrade" => redirect(format!("http://127.0.0.1:{port}/hello")),
        "large" => full("200 OK", "", &"x".repeat(rest.parse()?)),
        "headers" => full("200 OK", &format!("X-Long: {}\r\n", "h".repeat(1 << 20)), ""),
        "binary" | "nowhere" => {
            return Ok(stream.write_all(if name == "binary" { BINARY } else { NOWHERE })?);
        }
        // A body to the end of the connection, and one whose end is missing.
        "unsized" | "cut" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nall that")?;
            stream.flush()?;
            anyhow::ensure!(name == "unsized", "the notice of the end is not sent");
            return Ok(());
        }
        "short" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_owned(),
        "nonsense" => "220 this is no HTTP\r\n".to_owned(),
        "silent" => String::new(),
        "hang" => {
            thread::sleep(Duration::from_secs(20));
            return Ok(());
        }
        // Ever more, slowly or at once, never an end.
        "drip" | "endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            loop {
                let size = if name == "drip" { 1 } else { 10_000 };
                write!(stream, "{size:x}\r\n{}\r\n", "y".repeat(size))?;
                stream.flush()?;
                if name == "drip" {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
        "chunked" => {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
                .to_owned()
        }
        _ => full("404 Not Found", "", "nothing here"),
    };
    stream.write_all(text.as_bytes())?;
    stream.flush()?;
    Ok(())
}
