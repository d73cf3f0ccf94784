//! What an answer must be before an SDK reads it: bounded, and whole.
//!
//! The SDKs read XML leniently. A document that ends in the middle, or an item that is never closed, is a shorter list
//! to them, and a shorter list would remove resources from the estate. So every answer is read here first, up to a
//! limit, and held against the rules of XML; what a document must have at its top level is told by whoever connects.

use std::error::Error as StdError;
use std::fmt;

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use xmlparser::{ElementEnd, Token, Tokenizer};

/// The most bytes that are taken of one answer. A full page of the largest listing is a quarter of that.
pub(crate) const LONGEST: usize = 32 << 20;
/// The deepest that elements may be nested.
const DEEPEST: usize = 256;

/// Root elements, and the element that each must have right below it.
pub(crate) type Parts = &'static [(&'static str, &'static str)];

/// Why an answer is not handed on.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It is longer than [`LONGEST`].
    TooLong,
    /// The connection ended before the answer did.
    BrokeOff(String),
    /// A question was answered with nothing.
    Empty,
    /// It is not a whole XML document; with the reason.
    Malformed(String),
}

impl Unfit {
    /// Whether the same question may get a better answer.
    pub(crate) fn is_temporary(&self) -> bool {
        !matches!(self, Self::TooLong)
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the answer is longer than {} MB and was not read further", LONGEST >> 20),
            Self::BrokeOff(why) => write!(f, "the answer was cut off: {why}"),
            Self::Empty => f.write_str("the answer is empty"),
            Self::Malformed(why) => write!(f, "the answer is not whole: {why}"),
        }
    }
}

impl StdError for Unfit {}

/// An HTTP client whose answers are checked.
#[derive(Debug)]
pub(crate) struct Checked<C> {
    client: C,
    parts: Parts,
}

impl<C> Checked<C> {
    /// Checks the answers of `client`; a document with a root of `parts` must have the element named there.
    pub(crate) fn new(client: C, parts: Parts) -> Self {
        Self { client, parts }
    }
}

impl<C: HttpClient> HttpClient for Checked<C> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Checked { client: self.client.http_connector(settings, components), parts: self.parts })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

impl HttpConnector for Checked<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asks = matches!(request.method(), "GET" | "POST");
        let (answer, parts) = (self.client.call(request), self.parts);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let checked = match read(&mut answer).await {
                Ok(body) if answer.status().is_success() => check(&body, asks && answer.status().as_u16() != 204, parts).map(|()| body),
                // What the status means is clear without the body.
                read => read,
            };
            let body = checked.map_err(|unfit| ConnectorError::other(unfit.into(), None))?;
            *answer.body_mut() = SdkBody::from(body);
            Ok(answer)
        })
    }
}

async fn read(answer: &mut HttpResponse) -> Result<Vec<u8>, Unfit> {
    let told = answer.headers().get("content-length").and_then(|length| length.parse::<usize>().ok());
    if told.is_some_and(|length| length > LONGEST) {
        return Err(Unfit::TooLong);
    }
    let mut stream = ByteStream::new(answer.take_body());
    let mut body = Vec::with_capacity(told.unwrap_or(0));
    while let Some(part) = stream.try_next().await.map_err(|e| Unfit::BrokeOff(e.to_string()))? {
        if body.len() + part.len() > LONGEST {
            return Err(Unfit::TooLong);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// Checks the body of a success. Only what begins like XML has to be XML: credentials come as JSON.
fn check(body: &[u8], asks: bool, parts: Parts) -> Result<(), Unfit> {
    let body = body.trim_ascii();
    match body.first() {
        None if asks => Err(Unfit::Empty),
        Some(b'<') => {
            let text = std::str::from_utf8(body).map_err(|e| Unfit::Malformed(e.to_string()))?;
            is_whole(text, parts).map_err(Unfit::Malformed)
        }
        _ => Ok(()),
    }
}

/// Whether a text is one XML document, closed to the last element, with what its root must have.
fn is_whole(text: &str, parts: Parts) -> Result<(), String> {
    let mut open: Vec<(&str, &str)> = Vec::new();
    let mut root = None;
    let mut missing = None;
    for token in Tokenizer::from(text) {
        match token.map_err(|e| e.to_string())? {
            Token::ElementStart { prefix, local, .. } => {
                match open.len() {
                    0 if root.is_some() => return Err("a second document follows the first".to_owned()),
                    0 => {
                        root = Some(local.as_str());
                        missing = parts.iter().find(|(root, _)| *root == local.as_str()).map(|(_, part)| *part);
                    }
                    1 => missing = missing.filter(|part| *part != local.as_str()),
                    DEEPEST => return Err("its elements are nested too deep".to_owned()),
                    _ => {}
                }
                open.push((prefix.as_str(), local.as_str()));
            }
            Token::ElementEnd { end: ElementEnd::Empty, .. } => drop(open.pop()),
            Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. } => match open.pop() {
                Some(opened) if opened == (prefix.as_str(), local.as_str()) => {}
                Some((_, opened)) => return Err(format!("<{opened}> is closed by </{local}>")),
                None => return Err(format!("</{local}> closes nothing")),
            },
            _ => {}
        }
    }
    match (open.last(), root, missing) {
        (Some((_, inside)), ..) => Err(format!("it ends inside <{inside}>")),
        (None, None, _) => Err("it has no element".to_owned()),
        (None, Some(root), Some(part)) => Err(format!("its <{root}> has no <{part}>")),
        (None, Some(_), None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Unfit, check};
    use proptest::prelude::*;

    const PARTS: super::Parts = &[("List", "items")];
    const WHOLE: &str =
        r#"<?xml version="1.0"?><List xmlns="http://x/"><items><item a="1">one &amp; two</item><item/></items><!-- c --></List>"#;

    #[test]
    fn only_whole_documents_pass() {
        for fit in [
            WHOLE,
            "\n  <List><items/></List>\n",
            "<Other/>",
            r#"{"json": true}"#,
            r#"<a:List xmlns:a="u"><a:items/></a:List>"#,
            "<List><items><![CDATA[<item>]]></items></List>",
        ] {
            assert!(check(fit.as_bytes(), true, PARTS).is_ok(), "{fit}");
        }
        for (unfit, why) in [
            ("<List><items><item>", "ends inside <item>"),
            ("<List><items><item></items></List>", "<item> is closed by </items>"),
            ("<List><items/></List></List>", ""),
            ("<List><items/></List><List><items/></List>", ""),
            ("<List><other/></List>", "its <List> has no <items>"),
            ("<List><other><items/></other></List>", "its <List> has no <items>"),
            ("<List/>", "its <List> has no <items>"),
            ("<List><items/></List", ""),
            ("<!-- nothing -->", "no element"),
        ] {
            let told = check(unfit.as_bytes(), true, PARTS).unwrap_err();
            assert!(matches!(&told, Unfit::Malformed(text) if text.contains(why)), "{unfit}: {told}");
        }
        assert!(matches!(check(b" ", true, PARTS), Err(Unfit::Empty)));
        assert!(check(b"", false, PARTS).is_ok());
        assert!(check("<a>".repeat(10_000).as_bytes(), true, PARTS).is_err());
        assert!(check(b"<List>\xff</List>", true, PARTS).is_err());
    }

    proptest! {
        #[test]
        fn no_cut_passes(at in 1..WHOLE.len()) {
            prop_assert!(check(&WHOLE.as_bytes()[..at], true, PARTS).is_err());
        }

        #[test]
        fn no_text_panics(text in "[<>/a-c \"=&;!\\-\\[\\]?]{0,60}") {
            let _ = check(text.as_bytes(), true, PARTS);
        }
    }
}
