//! Pages for everybody, without an account (四(二十)(二十一)；hazards F01–F10): 举报, 求助, the receipt, the family's page, and what the county tells
//! the public. They name no child, keep nothing in the browser, and work without scripts; codes stand in no log.

mod family;
mod receipt;
mod tell;

use std::net::IpAddr;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use rules::family::{LAWS, Law};
use rules::plan::Target;

use crate::app::App;
use crate::pages::sign_in::Visitor;
use crate::route::{Policy, Route, html};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/public", Policy::Open, page),
        Route::get("/tip", Policy::Open, tell::tip),
        Route::post("/tip", Policy::Open, tell::tell_tip).body_limit(tell::MOST),
        Route::get("/help", Policy::Open, tell::help),
        Route::post("/help", Policy::Open, tell::ask_help).body_limit(tell::MOST),
        Route::get("/receipt", Policy::Open, receipt::page),
        Route::post("/receipt", Policy::Open, receipt::look),
        Route::get("/f", Policy::Open, family::door),
        Route::post("/f", Policy::Open, family::knock),
        Route::get("/f/{code}", Policy::Open, family::page),
        Route::post("/f/{code}", Policy::Open, family::answer),
        Route::get("/f-sound/{language}", Policy::Open, family::sound),
    ]
}

/// Not for search engines and not for archives (F07); `no-store` stands on every page.
fn unlisted(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow, noarchive"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The address by which submissions are counted: of the newer kind the network alone, since one household has a network of them.
fn source(visitor: &Visitor) -> String {
    match visitor.origin.source.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [one, two, three, four, ..] = address.segments();
                format!("{one:x}:{two:x}:{three:x}:{four:x}::/64")
            }
        },
        _ => visitor.origin.source.clone(),
    }
}

#[derive(Template)]
#[template(path = "public/page.html")]
struct PublicPage {
    county: String,
    document: String,
    targets: Vec<Target>,
    laws: [Law; 5],
}

async fn page(State(app): State<App>) -> Response {
    let plan = app.plan();
    unlisted(html(&PublicPage {
        county: plan.county().name.clone(),
        document: plan.document().number.clone(),
        targets: plan.targets().to_vec(),
        laws: LAWS,
    }))
}
