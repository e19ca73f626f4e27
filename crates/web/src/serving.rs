//! Connections: accepted, bounded in how long they may say or take nothing, and finished in order (hazards I10, J03). What
//! a request means is the router's affair.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
use tower::Layer as _;

use crate::patience::Patience;

/// Serves `router` on `listener` until `stop` is ready; requests that are under way are then finished, as far as the
/// patience goes.
pub(crate) async fn serve(
    router: Router,
    patience: Patience,
    mut listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let (stopping, stopped) = watch::channel(());
    let (mut connections, mut stop) = (JoinSet::new(), pin!(stop));
    loop {
        tokio::select! {
            () = &mut stop => break,
            // What has ended is let go.
            Some(_) = connections.join_next() => {}
            // A machine without descriptors left waits here and goes on when some are given back.
            (stream, from) = Listener::accept(&mut listener) => {
                let stream = Taking::new(stream, patience.taking);
                connections.spawn(connection(router.clone(), patience, stream, from, stopped.clone()));
            }
        }
    }
    drop((listener, stopping));
    let finished = timeout(patience.stopping, async { while connections.join_next().await.is_some() {} });
    if finished.await.is_err() {
        tracing::warn!(connections = connections.len(), "requests under way were cut by the stop");
    }
}

async fn connection(
    router: Router,
    patience: Patience,
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    from: SocketAddr,
    mut stopped: watch::Receiver<()>,
) {
    let service = Extension(ConnectInfo(from)).layer(router);
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.head);
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut serving = pin!(serving);
    tokio::select! {
        // Who hangs up or is cut is no news.
        _ = &mut serving => return,
        _ = stopped.changed() => {}
    }
    serving.as_mut().graceful_shutdown();
    drop(serving.await);
}

/// A stream whose other side must take something of what is written within a time.
struct Taking<S> {
    stream: S,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncWrite + Unpin> Taking<S> {
    const fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, waiting: None }
    }

    fn bounded<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = write(Pin::new(&mut self.stream), cx) {
            self.waiting = None;
            return Poll::Ready(done);
        }
        let patience = self.patience;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taking<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taking<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.bounded(cx, |stream, cx| stream.poll_write(cx, from))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.bounded(cx, |stream, cx| stream.poll_write_vectored(cx, from))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::sync::watch;
    use tokio::time::timeout;

    use super::{Taking, connection};
    use crate::patience::Patience;

    /// J03: who asks for a page and takes nothing of it is hung up on; who takes it gets the whole.
    #[test]
    fn who_takes_nothing_is_cut() {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = Router::new().route("/", get(|| async { vec![b'a'; 1 << 20] }));
        rt.block_on(async {
            for takes in [true, false] {
                let (mut client, server) = duplex(1024);
                let (_stop, stopped) = watch::channel(());
                let server = Taking::new(server, Duration::from_millis(200));
                let from = "127.0.0.1:9".parse().unwrap();
                let serving =
                    tokio::spawn(connection(router.clone(), Patience::default(), server, from, stopped));
                client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
                let mut answer = Vec::new();
                if takes {
                    client.read_to_end(&mut answer).await.unwrap();
                }
                timeout(Duration::from_secs(20), serving).await.expect("it ends").unwrap();
                client.read_to_end(&mut answer).await.unwrap();
                assert_eq!(answer.len() > 1 << 20, takes, "{} bytes", answer.len());
            }
        });
    }
}
