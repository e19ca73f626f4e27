//! One inspection: its places, and how it was drawn.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use casework::inspections::{self, InspectionFile};

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Head, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "inspections/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: InspectionFile,
    heads: [Head; 3],
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let one = app.look(&session, move |desk| inspections::inspection(desk, &id)).await?;
    Ok(html(&OnePage {
        shell: app.shell(&session, "/inspections").await?,
        way: [
            Crumb { label: "督导检查".to_owned(), href: Some("/inspections".to_owned()) },
            Crumb { label: one.line.kind.label().to_owned(), href: None },
        ],
        one,
        heads: [Head::text("单位"), Head::text("检查表"), Head::text("问题")],
    }))
}
