//! The print run as one ZIP of PDFs, in the order of numbers: a portion is read, set and sent before the next is begun, so that memory follows a
//! portion however long the run is. It is on the record before the first byte leaves.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::desk::Desk;
use casework::season::{self, PrintRun};
use documents::paper::notice::Bundle;
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::app::App;
use crate::failed::Failed;
use crate::pages::papers::address;
use crate::pages::register::unmade;
use crate::session::Session;

/// Pieces that wait for a slow client: setting pages waits meanwhile.
const AHEAD: usize = 4;

/// Bytes of a piece.
const PIECE: usize = 256 * 1024;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    of: String,
}

pub(super) async fn zip(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    let run = app.write(&session, move |desk| season::print_run(desk, &asked.of, &at)).await?;
    // The first portion is made before anything is answered: without a font the page says so.
    let (own, who) = (app.clone(), session.clone());
    let first = app.apart(move || portion(&own, &who, &run, (0, 0)).map(|made| (made, run))).await?;
    let ((bytes, next), run) = first;
    let (send, receive) = mpsc::channel::<Result<Bytes, io::Error>>(AHEAD);
    let own = app.clone();
    drop(tokio::task::spawn_blocking(move || {
        let done =
            write(&own, &session, &run, (bytes, next), Pieces { send: send.clone(), kept: Vec::new() });
        if let Err(error) = done {
            tracing::error!("a print run ended early: {}", error.kind());
            drop(send.blocking_send(Err(error)));
        }
    }));
    // Whoever packs the answer may ask once more behind its end.
    let stream = futures_util::stream::unfold(receive, |mut receive| async move {
        receive.recv().await.map(|piece| (piece, receive))
    })
    .fuse();
    let mut response = Body::from_stream(stream).into_response();
    let all = response.headers_mut();
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    // The name says nothing about anybody: it stays in lists of downloads.
    let name = HeaderValue::from_static("attachment; filename=\"notices.zip\"");
    all.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

type Portion = (Vec<u8>, Option<(i64, i64)>);

/// One PDF, and behind which number the next begins.
fn portion(
    app: &App,
    session: &Session,
    run: &PrintRun,
    after: (i64, i64),
) -> Result<Portion, casework::refused::Refused> {
    let (who, now) = (session.who(), app.now());
    let (set, next) = app.db().read(|tx| {
        let mut desk = Desk { tx, who: &who, now: &now, keys: app.keys(), plan: app.plan() };
        season::print_portion(&mut desk, run, after)
    })?;
    let made = app.press().notices(&set).map_err(|why| unmade(&why))?;
    Ok((made.bytes, next))
}

fn write(app: &App, session: &Session, run: &PrintRun, first: Portion, to: Pieces) -> io::Result<()> {
    let mut bundle = Bundle::new(to);
    let (mut bytes, mut next) = first;
    loop {
        bundle.add(&bytes)?;
        let Some(after) = next else { break };
        (bytes, next) =
            portion(app, session, run, after).map_err(|refused| io::Error::other(refused.to_string()))?;
    }
    bundle.finish()?.flush()
}

/// Gives what is written on to the client in pieces, and waits while it takes none.
struct Pieces {
    send: mpsc::Sender<Result<Bytes, io::Error>>,
    kept: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        if self.kept.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.kept));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.send.blocking_send(Ok(piece)).map_err(gone)
    }
}
