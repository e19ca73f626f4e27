//! How each route of 统一登录 and of the answers of 部门协助 is addressed by the access matrix. A platform, a request or a link of the matrix is for the tests of casework: there is none,
//! and who may is told so alike.

use rules::access::Action;

use crate::matrix_rows::By::{Either, Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Account, Nothing, Other};

pub(crate) const REST: &[Row] = &[
    Row("GET", "/sign-in/platform", Nothing, Itself, ""),
    Row("GET", "/sign-in/platform/back", Nothing, Itself, ""),
    Row("GET", "/sign-on", Nothing, Either(Action::KeepSignOn, Action::EnableSignOn), ""),
    Row("GET", "/sign-on/new", Nothing, Policy, ""),
    Row(
        "POST",
        "/sign-on",
        Nothing,
        Policy,
        "name=统一登录&issuer=https://id.example.gov.cn&client=baoxue&secret=a-secret-of-theirs",
    ),
    Row("POST", "/sign-on/{id}/try", Other, Itself, ""),
    Row("POST", "/sign-on/{id}/enable", Other, Itself, ""),
    Row("POST", "/sign-on/{id}/stop", Other, Itself, ""),
    Row("GET", "/accounts/sign-on", Nothing, Either(Action::InviteAccount, Action::ApproveAccount), ""),
    Row("POST", "/accounts/sign-on/{id}", Other, Itself, "answer=refuse"),
    Row("POST", "/accounts/{id}/sign-on", Account, Part, "code=ABCD2345"),
    Row("POST", "/accounts/{id}/sign-on/end", Account, Policy, ""),
    Row("POST", "/requests/{id}/files", Other, Itself, ""),
    Row("GET", "/requests/{id}/files/{file}", Other, Itself, ""),
    Row("GET", "/lessons/{id}/photo", Other, Itself, ""),
    Row(
        "PUT",
        "/api/v1/children/{id}/lessons/{lesson}",
        Other,
        Itself,
        "{\"day\":\"2026-11-23\",\"from\":\"14:30\",\"minutes\":90,\"taught\":\"识字两课\"}",
    ),
    Row("GET", "/api/v1/requests", Nothing, Policy, ""),
    Row("GET", "/api/v1/requests/{id}", Other, Itself, ""),
    Row("POST", "/api/v1/requests/{id}/files", Other, Itself, ""),
    Row("GET", "/api/v1/requests/{id}/files/{file}", Other, Itself, ""),
    Row("POST", "/scans/{id}/looked", Other, Itself, ""),
    Row("POST", "/api/v1/requests/{id}/answer", Other, Itself, r#"{"answer":"found","words":"在邻县"}"#),
];

/// Acts that need a platform or a file, and where they are shown.
pub(crate) const SHOWN_REST: &[(&str, &str)] = &[
    ("/sign-on", "crates/web/tests/it/sign_on.rs"),
    ("/sign-on/{id}/try", "crates/web/tests/it/sign_on.rs"),
    ("/sign-on/{id}/enable", "crates/web/tests/it/sign_on.rs"),
    ("/sign-on/{id}/stop", "crates/web/tests/it/sign_on.rs"),
    ("/accounts/sign-on/{id}", "crates/web/tests/it/sign_on.rs"),
    ("/accounts/{id}/sign-on", "crates/web/tests/it/sign_on.rs"),
    ("/accounts/{id}/sign-on/end", "crates/web/tests/it/sign_on.rs"),
    ("/requests/{id}/files", "crates/web/tests/it/requests.rs"),
    ("/api/v1/requests/{id}/files", "crates/web/tests/it/requests.rs"),
    ("/scans/{id}/looked", "crates/casework/tests/it/case_scans.rs"),
];
