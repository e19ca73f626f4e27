//! How long a client is waited for, and how long a client waits. Bodies are bounded by how fast they come and not by how
//! long that takes, so that an honest list on a slow line arrives and a client that only holds on is cut (hazards E05, J03).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::failed::{self, ProblemText};

/// The bounds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From a connection's beginning, or its last answer, until a request's head is there.
    pub head: Duration,
    /// Longest silence within a body.
    pub silence: Duration,
    /// What a body may be late altogether before its speed counts.
    pub grace: Duration,
    /// Slowest body, in bytes a second of waiting for it.
    pub speed: u32,
    /// Longest time from the last byte of a body that came to the answer.
    pub answer: Duration,
    /// Longest time in which a client takes nothing of an answer.
    pub taking: Duration,
    /// How long requests under way are waited for when the program stops.
    pub stopping: Duration,
}

impl Default for Patience {
    /// A list of 20 MB at the slowest speed takes 43 minutes; a slow telephone line carries four times as much.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            grace: Duration::from_secs(30),
            speed: 8 * 1024,
            answer: Duration::from_secs(120),
            taking: Duration::from_secs(60),
            stopping: Duration::from_secs(30),
        }
    }
}

/// Bounds a request: its body by speed, its answer by time.
pub(crate) async fn bounded(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    let pace = Arc::new(Mutex::new(Pace { last: Instant::now(), cut: false }));
    let own = Arc::clone(&pace);
    let request = request.map(|body| {
        if body.is_end_stream() { body } else { Body::from_stream(Paced::new(body, patience, own)) }
    });
    let mut answer = std::pin::pin!(next.run(request));
    loop {
        let until = look(&pace).last + patience.answer;
        match timeout_at(until, &mut answer).await {
            Ok(_) if look(&pace).cut => return too_slow(),
            Ok(response) => return response,
            // Something came in the meantime.
            Err(_) if look(&pace).last + patience.answer > until => {}
            Err(_) => return too_long(),
        }
    }
}

/// How a request's body comes.
#[derive(Clone, Copy)]
struct Pace {
    /// When something came last.
    last: Instant,
    /// It came too slowly, and was cut.
    cut: bool,
}

fn look(pace: &Mutex<Pace>) -> Pace {
    *pace.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body that ends with an error when it comes too slowly. Only the time in which it is waited for counts.
struct Paced {
    body: BodyDataStream,
    patience: Patience,
    pace: Arc<Mutex<Pace>>,
    came: u64,
    waited: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    fn new(body: Body, patience: Patience, pace: Arc<Mutex<Pace>>) -> Self {
        Self { body: body.into_data_stream(), patience, pace, came: 0, waited: Duration::ZERO, waiting: None }
    }

    /// How long the next bytes may take.
    fn allowance(&self) -> Duration {
        let earned =
            Duration::from_millis(self.came.saturating_mul(1000) / u64::from(self.patience.speed.max(1)));
        self.patience.silence.min((self.patience.grace + earned).saturating_sub(self.waited))
    }

    fn note(&self, cut: bool) {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = Pace { last: Instant::now(), cut };
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(came) = Pin::new(&mut self.body).poll_next(cx) {
            if let Some((since, _)) = self.waiting.take() {
                self.waited += since.elapsed();
            }
            if let Some(Ok(bytes)) = &came {
                self.came += u64::try_from(bytes.len()).unwrap_or_default();
            }
            self.note(false);
            return Poll::Ready(came);
        }
        let allowance = self.allowance();
        let (_, sleep) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + allowance)))
        });
        ready!(sleep.as_mut().poll(cx));
        self.note(true);
        Poll::Ready(Some(Err(axum::Error::new("the body came too slowly"))))
    }
}

/// Not 408: browsers send the whole again by themselves when they read that.
fn too_slow() -> Response {
    let text = ProblemText {
        kind: "slow",
        title: "没有传完".to_owned(),
        what: "网络太慢，内容没有传完整，什么都没有保存。".to_owned(),
        todo: "请换一个网络再试；名单可以分成几份上传。".to_owned(),
        ..ProblemText::default()
    };
    let mut response = failed::tell(StatusCode::BAD_REQUEST, text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn too_long() -> Response {
    let text = ProblemText {
        kind: "busy",
        title: "现在办不了".to_owned(),
        what: "系统太忙，等得太久。".to_owned(),
        todo: "请稍后先看看是否已经办好，再决定要不要重新办。".to_owned(),
        ..ProblemText::default()
    };
    failed::tell(StatusCode::SERVICE_UNAVAILABLE, text)
}
