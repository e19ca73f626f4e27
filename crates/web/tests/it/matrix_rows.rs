//! How each route is addressed by the access matrix: what its path names, a form that it can read, and by which right
//! it answers. A route without a row fails the matrix.

/// What the placeholder of a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// There is no placeholder.
    Nothing,
    Unit,
    Post,
    Account,
    Child,
    Finding,
    /// A village group.
    Group,
    /// Something whose right stands in other rows too: only that another county's answers as one that is not there.
    Other,
}

/// By which right it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// By the policy of the route: the action, with the target as its subject.
    Policy,
    /// As [`By::Policy`], but it may be that what the rest of the path or the form names is not there: of who may,
    /// nothing is expected.
    Part,
    /// Everybody who is signed in.
    Everybody,
    /// It looks at a token, or at whether it is a demo; nothing is expected of the status.
    Itself,
}

/// A row: method, path, target, right, form. `{account}`, `{child}` and the like in the form are filled in.
pub(crate) struct Row(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) Target,
    pub(crate) By,
    pub(crate) &'static str,
);

use By::{Everybody, Itself, Part, Policy};
use Target::{Account, Child, Finding, Group, Nothing, Other, Post, Unit};

pub(crate) const ROWS: &[Row] = &[
    Row("GET", "/", Nothing, Everybody, ""),
    Row("GET", "/healthz", Nothing, Itself, ""),
    Row("GET", "/readyz", Nothing, Itself, ""),
    Row("GET", "/style", Nothing, Itself, ""),
    Row("GET", "/search", Nothing, Everybody, ""),
    Row("GET", "/proofs", Nothing, Policy, ""),
    Row("GET", "/notices", Nothing, Everybody, ""),
    Row("POST", "/notices/read", Nothing, Everybody, ""),
    // signing in
    Row("GET", "/sign-in", Nothing, Itself, ""),
    Row("POST", "/sign-in", Nothing, Itself, "username=x&password=y"),
    Row("GET", "/sign-in/code", Nothing, Itself, ""),
    Row("POST", "/sign-in/code", Nothing, Itself, ""),
    Row("GET", "/sign-in/enrol", Nothing, Itself, ""),
    Row("POST", "/sign-in/enrol", Nothing, Itself, ""),
    Row("GET", "/sign-in/password", Nothing, Itself, ""),
    Row("POST", "/sign-in/password", Nothing, Itself, ""),
    Row("POST", "/sign-out", Nothing, Itself, ""),
    Row("GET", "/set-up/{token}", Other, Itself, ""),
    Row("POST", "/set-up/{token}", Other, Itself, ""),
    Row("GET", "/first-run/{token}", Other, Itself, ""),
    Row("POST", "/first-run/{token}", Other, Itself, ""),
    // one's own account
    Row("GET", "/account", Nothing, Everybody, ""),
    Row("GET", "/account/confirm", Nothing, Everybody, ""),
    Row("POST", "/account/confirm", Nothing, Everybody, ""),
    Row("GET", "/account/password", Nothing, Everybody, ""),
    Row("POST", "/account/password", Nothing, Everybody, ""),
    Row("GET", "/account/totp", Nothing, Everybody, ""),
    Row("POST", "/account/totp", Nothing, Everybody, ""),
    Row("POST", "/account/totp/drop", Nothing, Everybody, ""),
    Row("POST", "/account/codes", Nothing, Everybody, ""),
    Row("POST", "/account/sessions/end", Nothing, Everybody, ""),
    Row("POST", "/account/sessions/{id}/end", Other, Itself, ""),
    // accounts of others
    Row("GET", "/accounts", Nothing, Policy, ""),
    Row("POST", "/accounts", Nothing, Policy, ""),
    Row("GET", "/accounts/new", Nothing, Policy, ""),
    Row("GET", "/accounts/export", Nothing, Policy, ""),
    Row("GET", "/accounts/invitations", Nothing, Itself, ""),
    Row("POST", "/accounts/invitations/{id}", Other, Itself, "answer=refuse"),
    Row("GET", "/accounts/{id}", Account, Policy, ""),
    Row("POST", "/accounts/{id}/link", Other, Itself, ""),
    Row("POST", "/accounts/{id}/reset", Account, Policy, "reason=x"),
    Row("POST", "/accounts/{id}/end", Account, Policy, ""),
    Row("POST", "/accounts/{id}/disable", Account, Policy, "reason=x"),
    Row("POST", "/accounts/{id}/enable", Account, Policy, ""),
    Row("GET", "/online", Nothing, Policy, ""),
    Row("POST", "/online/{id}/end", Other, Itself, ""),
    Row("GET", "/sign-ins", Nothing, Policy, ""),
    Row("GET", "/sign-ins/export", Nothing, Policy, ""),
    Row("GET", "/security", Nothing, Policy, ""),
    Row("POST", "/security", Nothing, Policy, "profile=x&second_factor=x"),
    Row("GET", "/break-glass", Nothing, Itself, ""),
    Row("POST", "/break-glass", Nothing, Policy, ""),
    Row("POST", "/break-glass/{id}/approve", Other, Itself, "hours=1"),
    Row("POST", "/break-glass/{id}/refuse", Other, Itself, ""),
    Row("POST", "/break-glass/{id}/end", Other, Itself, ""),
    // units and posts
    Row("GET", "/units", Nothing, Policy, ""),
    Row("GET", "/units/gaps", Nothing, Policy, ""),
    Row("GET", "/units/{id}", Unit, Policy, ""),
    Row("POST", "/units/{id}/posts", Unit, Policy, "role=&title="),
    Row("GET", "/posts/{id}/hand-over", Post, Policy, ""),
    Row("POST", "/posts/{id}/hand-over", Post, Policy, "to=&reason="),
    Row("POST", "/posts/{id}/close", Post, Policy, "unit=x"),
    Row("POST", "/posts/{id}/appoint", Post, Policy, "account={account}&unit=x"),
    Row("POST", "/posts/{id}/vacate", Post, Policy, "unit=x"),
    Row("GET", "/hand-overs/{id}", Other, Itself, ""),
    // comparison
    Row("GET", "/comparison", Nothing, Policy, ""),
    Row("POST", "/comparison", Nothing, Policy, "title=&semester="),
    Row("GET", "/findings", Nothing, Policy, ""),
    Row("GET", "/findings/{id}", Finding, Policy, ""),
    Row("POST", "/findings/{id}/decide", Finding, Policy, "decision=noted&note=&version=0"),
    Row("POST", "/findings/{id}/reopen", Finding, Policy, "note=x&version=0"),
    Row("POST", "/findings/{id}/assign", Finding, Policy, "unit=x&due=&version=0"),
    Row("POST", "/findings/{id}/report", Finding, Policy, "found=elsewhere&note=&version=0"),
    Row("GET", "/door", Nothing, Policy, ""),
    Row("GET", "/door/{id}", Group, Itself, ""),
    Row("POST", "/door/{id}/check", Other, Itself, "result=found"),
    // told to people, the record, running it
    Row("GET", "/announcements", Nothing, Policy, ""),
    Row("POST", "/announcements", Nothing, Policy, "title=&body=&from_day=&until_day="),
    Row("GET", "/announcements/{id}", Other, Itself, ""),
    Row("POST", "/announcements/{id}/read", Other, Itself, ""),
    Row("POST", "/announcements/{id}/withdraw", Other, Itself, ""),
    Row("GET", "/audit", Nothing, Policy, ""),
    Row("GET", "/audit/export", Nothing, Policy, ""),
    Row("POST", "/audit/seal", Nothing, Policy, "month=2026-10"),
    Row("GET", "/audit/months/{month}", Other, Itself, ""),
    Row("POST", "/audit/watermark", Nothing, Policy, "reason=x"),
    Row("GET", "/codes", Nothing, Policy, ""),
    Row("GET", "/health", Nothing, Policy, ""),
    Row("GET", "/metrics", Nothing, Itself, ""),
    Row("GET", "/jobs", Nothing, Policy, ""),
    Row("POST", "/jobs/{id}/retry", Other, Itself, ""),
    Row("POST", "/schedules/{name}/run", Other, Itself, ""),
    // lists
    Row("GET", "/imports", Nothing, Policy, ""),
    Row("POST", "/imports", Nothing, Part, ""),
    Row("GET", "/imports/templates/{kind}", Other, Itself, ""),
    Row("GET", "/imports/{id}", Other, Itself, ""),
    Row("GET", "/imports/{id}/errors.xlsx", Other, Itself, ""),
    Row("POST", "/imports/{id}/apply", Other, Itself, ""),
    Row("POST", "/imports/{id}/drop", Other, Itself, ""),
    Row("POST", "/imports/{id}/undo", Other, Itself, ""),
    Row("POST", "/imports/{id}/rows/{number}", Other, Itself, "choice=same"),
    // children
    Row("GET", "/children", Nothing, Policy, ""),
    Row("POST", "/children/export", Nothing, Part, "purpose="),
    Row("GET", "/children/new", Nothing, Policy, ""),
    Row(
        "POST",
        "/children/new",
        Nothing,
        Part,
        "name=&sex=&birth=&ethnicity=&id_kind=&id_number=&student_number=&registration=&home=&address=&boarding=&version=0&sure=",
    ),
    Row("GET", "/children/elsewhere", Nothing, Policy, ""),
    Row("GET", "/children/{id}", Child, Policy, ""),
    Row("POST", "/children/{id}/reveal", Child, Part, "field=phone&purpose="),
    Row("GET", "/children/{id}/looks", Child, Policy, ""),
    Row("GET", "/children/{id}/edit", Child, Policy, ""),
    Row("GET", "/children/{id}/groups", Child, Policy, ""),
    Row("GET", "/children/{id}/elsewhere", Child, Policy, ""),
    Row("GET", "/children/{id}/merge", Child, Policy, ""),
    Row("GET", "/children/{id}/move", Child, Policy, ""),
    Row(
        "POST",
        "/children/{id}/edit",
        Child,
        Part,
        "name=&sex=&birth=&ethnicity=&id_kind=&id_number=&student_number=&registration=&home=&address=&boarding=&version=0&sure=",
    ),
    Row("POST", "/children/{id}/guardians", Child, Part, "name=&relation=&phone=&away="),
    Row("POST", "/children/{id}/guardians/{guardian}/end", Child, Part, ""),
    Row("POST", "/children/{id}/household", Child, Part, "book=&head="),
    Row("POST", "/children/{id}/groups", Child, Part, "group=&from=&detail=&source="),
    Row("POST", "/children/{id}/groups/{fact}/end", Child, Part, "until=2026-11-24"),
    Row("POST", "/children/{id}/elsewhere", Child, Part, "school=&place=&proof=&number=&from=&expires="),
    Row("POST", "/children/{id}/elsewhere/{fact}/end", Child, Part, "until=2026-11-24"),
    Row("POST", "/children/{id}/merge", Child, Part, "gone=&merge=&reason="),
    Row("POST", "/children/{id}/unmerge", Child, Part, "gone=&merge=&reason="),
    Row(
        "POST",
        "/children/{id}/move",
        Child,
        Part,
        "kind=&to_school=&other_place=&effective=&until=&reason=&paper=",
    ),
    // changes of the roll
    Row("GET", "/moves", Nothing, Part, ""),
    Row("POST", "/moves/{id}/agree", Other, Itself, "side=&class=&answer="),
    Row("POST", "/moves/{id}/back", Other, Itself, "side=&class=&answer="),
    Row("POST", "/moves/{id}/withdraw", Other, Itself, "side=&class=&answer="),
];
