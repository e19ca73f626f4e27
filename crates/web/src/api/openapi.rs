//! `/api/openapi.json`: what the API is, as OpenAPI 3.1, made of the handlers' own attributes and types. A test holds it
//! against the route table and against the copy in docs/openapi.json.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder, Type,
};
use utoipa::{Modify, OpenApi};

use super::problem::Problem;
use super::{
    audit, bulletins, cases, children, comparisons, figures, findings, imports, lessons, me, moves, papers,
    phone, province, registers, regular, requests, session, units, visits,
};
use crate::route::{Policy, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/openapi.json", Policy::Open, answer)]
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "baoxue 保学",
        description = "The acts of the county's system for programs. Signing in gives a bearer token; every answer \
                       goes by the same rights as the pages: what one may not see is absent, and what one may not do \
                       answers like what is not there. See docs/how-to/api.md.",
    ),
    paths(
        session::open,
        session::close,
        me::me,
        me::day,
        me::notices,
        me::notices_read,
        children::list,
        children::one,
        units::tops,
        units::one,
        units::classes,
        moves::list,
        moves::agree,
        moves::back,
        moves::withdraw,
        registers::one,
        registers::submit,
        registers::absences,
        registers::suspects,
        phone::key,
        phone::unseal,
        phone::book,
        province::list,
        province::upload,
        province::one,
        province::errors,
        province::apply,
        province::drop_one,
        province::undo,
        province::differences,
        province::decide,
        visits::write,
        imports::list,
        imports::upload,
        imports::one,
        imports::errors,
        imports::apply,
        imports::drop_one,
        imports::undo,
        comparisons::campaigns,
        comparisons::ask,
        findings::list,
        findings::one,
        findings::decide,
        findings::assign,
        findings::report,
        findings::reopen,
        cases::list,
        cases::one,
        cases::event,
        lessons::write,
        requests::list,
        requests::one,
        requests::answer,
        requests::hand_in,
        requests::file,
        papers::one,
        figures::list,
        bulletins::list,
        regular::list,
        regular::one,
        audit::list,
    ),
    components(schemas(Problem)),
    security(("token" = [])),
    modifiers(&Common)
)]
struct Api;

/// What every call has in common, so that no handler says it again.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        if let Some(components) = document.components.as_mut() {
            let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
            components.add_security_scheme("token", bearer);
        }
        for (path, item) in &mut document.paths.paths {
            let every = [
                (HttpMethod::Get, &mut item.get),
                (HttpMethod::Post, &mut item.post),
                (HttpMethod::Delete, &mut item.delete),
            ];
            for (method, operation) in every {
                let Some(operation) = operation else { continue };
                refusals(operation, path.contains('{'));
                if method == HttpMethod::Post && path != "/api/v1/session" {
                    operation.parameters.get_or_insert_with(Vec::new).push(once());
                }
            }
        }
    }
}

/// The refusals that any call can meet.
fn refusals(operation: &mut Operation, names: bool) {
    let problem = |text: &str| {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        RefOr::T(
            ResponseBuilder::new().description(text).content("application/problem+json", content).build(),
        )
    };
    let responses = &mut operation.responses.responses;
    let mut add = |status: &str, text: &str| {
        let at = responses.entry(status.to_owned()).or_insert_with(|| problem(text));
        if let RefOr::T(response) = at
            && response.content.is_empty()
            && status.starts_with('4')
        {
            *at = problem(&response.description);
        }
    };
    if names {
        add("404", "not there, or not for this account: the same answer");
    }
    add("422", "parameters or fields that cannot be taken as they are");
    add("429", "too many tries");
    add("default", "any other refusal");
    if operation.security.is_none() {
        add("401", "not signed in, or the session has ended");
    }
}

/// The header under which a write is done once.
fn once() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A new UUID for each act. The same request under the same key within a day is done once and answered \
             alike; another request under it is refused (422).",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)).build()))
        .build()
}

/// The whole document.
///
/// # Errors
/// None that the program can cause: it is made of its own types.
pub fn openapi() -> Result<String, serde_json::Error> {
    Api::openapi().to_pretty_json().map(|text| text + "\n")
}

async fn answer() -> Response {
    let text = match openapi() {
        Ok(text) => text,
        Err(error) => return crate::failed::fault(&format!("openapi: {error}")),
    };
    let mut response = super::give::tagged(text);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response.into_response()
}
