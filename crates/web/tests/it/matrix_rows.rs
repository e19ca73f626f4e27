//! How each route is addressed by the access matrix: what its path names, a form that it can read, and by which right
//! it answers. A route without a row fails the matrix.
// long because: one row for each route; a second file would hide a route that is missing.

use rules::access::{Action, Field, Sight};

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
    /// A village group: whoever is tied to one of its children.
    Group,
    /// The village group of a child; in no path.
    InGroup,
    Household,
    Session,
    Import,
    Announcement,
    /// A change of the roll, by the side that gives.
    Move,
    /// A change of the roll, by who asked for it.
    MoveOf,
    BreakGlass,
    HandOver,
    Invitation,
    /// An account that was approved and not yet set up.
    Invited,
    Job,
    Schedule,
    /// A kind of list.
    Kind,
    /// A secret: only that another's answers as one that is not there.
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
    /// As [`By::Policy`], for this action, where the route itself is open to all who are signed in.
    Right(Action),
    /// Whoever may do one or the other.
    Either(Action, Action),
    /// Whose it is.
    Owner,
    /// Whose it is, and whoever may do it to the unit that keeps the account.
    OwnerOr(Action),
    /// As [`By::Policy`], where the reader sees the field of this child at least so.
    Sees(Field, Sight),
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

use By::{Either, Everybody, Itself, Owner, OwnerOr, Part, Policy, Right, Sees};
use Target::{
    Account, Announcement, BreakGlass, Child, Finding, Group, HandOver, Household, Import, Invitation,
    Invited, Job, Kind, Move, MoveOf, Nothing, Other, Post, Schedule, Session, Unit,
};

pub(crate) const ROWS: &[Row] = &[
    Row("GET", "/", Nothing, Everybody, ""),
    Row("GET", "/healthz", Nothing, Itself, ""),
    Row("GET", "/readyz", Nothing, Itself, ""),
    Row("GET", "/style", Nothing, Itself, ""),
    Row("GET", "/search", Nothing, Everybody, ""),
    Row("GET", "/proofs", Nothing, Policy, ""),
    Row("GET", "/notices", Nothing, Everybody, ""),
    Row("POST", "/notices/read", Nothing, Everybody, ""),
    // attendance: a unit that is no class answers like one that is not there
    // Whoever has one class alone is led to it.
    Row("GET", "/register", Nothing, Part, ""),
    Row("GET", "/register/phone", Nothing, Itself, ""),
    Row("GET", "/sw.js", Nothing, Itself, ""),
    Row("GET", "/register/{class}", Unit, Part, ""),
    Row("POST", "/register/{class}", Unit, Part, "sheet=matrix-sheet&day=2026-11-24&part=whole"),
    Row("GET", "/absences", Nothing, Policy, ""),
    Row("GET", "/suspects", Nothing, Policy, ""),
    Row("GET", "/cases", Nothing, Policy, ""),
    Row("GET", "/cases/{id}", Other, Itself, ""),
    Row("POST", "/cases/{id}/decide", Other, Itself, "kind=confirm&version=0&words=xxxx"),
    Row("POST", "/cases/{id}/order", Other, Itself, "kind=receive&version=0"),
    Row("POST", "/cases/{id}/work", Other, Itself, "kind=visit&version=0&on=2026-11-24&words=xxxx"),
    Row("POST", "/cases/{id}/step", Other, Itself, "kind=skip&version=0&code=penalty&words=xxxx"),
    Row("POST", "/cases/{id}/ask", Other, Itself, "kind=return&version=0&on=2026-11-24&unit=x"),
    Row("POST", "/cases/{id}/answer", Other, Itself, "kind=agree&version=0"),
    Row("GET", "/cases/{id}/papers", Other, Itself, ""),
    Row("GET", "/cases/{id}/papers/{kind}", Other, Itself, ""),
    Row("POST", "/cases/{id}/papers/{kind}", Other, Itself, "place=x"),
    Row("POST", "/cases/{id}/tracks", Other, Itself, "kind=trial&on=2026-11-24&words=xxxx"),
    Row("POST", "/cases/{id}/scans", Other, Itself, ""),
    Row("GET", "/scans/{id}", Other, Itself, ""),
    Row("POST", "/scans/{id}/void", Other, Itself, "why=xx"),
    Row("GET", "/cases/{id}/file.pdf", Other, Itself, ""),
    Row("GET", "/cases/{id}/return-proof", Other, Itself, ""),
    Row("POST", "/cases/{id}/return-proof", Other, Itself, "now=x"),
    Row("GET", "/papers/{id}", Other, Itself, ""),
    Row("POST", "/papers/{id}/stamp", Other, Itself, ""),
    Row("POST", "/papers/{id}/school-seal", Other, Itself, ""),
    Row("POST", "/papers/{id}/serve", Other, Itself, "mode=in_person&on=2026-11-24"),
    Row("GET", "/papers/{id}/paper.pdf", Other, Itself, ""),
    Row("GET", "/papers/{id}/paper.docx", Other, Itself, ""),
    Row("GET", "/check/{code}", Other, Itself, ""),
    Row("GET", "/penalty", Nothing, Policy, ""),
    Row("POST", "/penalty", Nothing, Part, "norm=x&article=x&organ=x&delegation=x"),
    Row("POST", "/penalty/{id}/review", Other, Itself, "review=xxxx"),
    Row("POST", "/penalty/{id}/end", Other, Itself, ""),
    Row("GET", "/pairs", Nothing, Policy, ""),
    Row("GET", "/visits", Nothing, Policy, ""),
    Row("GET", "/visits/{id}/photo", Other, Itself, ""),
    Row("GET", "/children/{id}/pair", Child, Policy, ""),
    // The child of the matrix has no open case: who may is told so.
    Row("POST", "/children/{id}/pair", Child, Part, "post=x"),
    Row("GET", "/children/{id}/visit", Child, Part, ""),
    Row(
        "POST",
        "/children/{id}/visit",
        Child,
        Part,
        "id=matrix-visit&day=2026-11-24&outcome=not_found&next=2026-11-25",
    ),
    Row("GET", "/children/{id}/case", Child, Policy, ""),
    Row("POST", "/children/{id}/case", Child, Policy, "words=村民反映没有上学"),
    Row("GET", "/requests", Nothing, Policy, ""),
    Row("GET", "/requests/units", Nothing, Policy, ""),
    Row("GET", "/requests/{id}", Other, Itself, ""),
    Row("POST", "/requests/{id}/answer", Other, Itself, "answer=none"),
    Row("POST", "/requests/{id}/back", Other, Itself, "why=不是本单位的事"),
    Row("POST", "/requests/{id}/withdraw", Other, Itself, "why=孩子已经返校"),
    Row("GET", "/children/{id}/request", Child, Policy, ""),
    Row("POST", "/children/{id}/request", Child, Policy, "kind=population&words=请查去了哪里"),
    Row("GET", "/works", Nothing, Policy, ""),
    Row("GET", "/lessons", Nothing, Policy, ""),
    // The child of the matrix is not taught at home.
    Row("GET", "/children/{id}/lessons", Child, Part, ""),
    Row(
        "POST",
        "/children/{id}/lessons",
        Child,
        Part,
        "id=matrix-lesson&day=2026-11-24&from=09:00&minutes=60&taught=识字两课",
    ),
    Row("GET", "/warnings", Nothing, Policy, ""),
    Row("GET", "/children/{id}/warnings", Child, Policy, ""),
    Row("POST", "/children/{id}/warnings", Child, Policy, "did=电话&until=2026-11-27"),
    Row("GET", "/children/{id}/class", Child, Policy, ""),
    Row("POST", "/children/{id}/class", Child, Policy, "to_class=h-SP-2&effective=2026-11-24&reason=x"),
    Row("GET", "/children/{id}/absence", Child, Policy, ""),
    Row("POST", "/children/{id}/contacts", Child, Policy, "way=visit&outcome=nobody_home&next=2026-11-25"),
    Row("POST", "/children/{id}/leave", Child, Policy, "kind=sick&from=2026-11-24&until=2026-11-24&why=x"),
    Row("GET", "/leave", Nothing, Policy, ""),
    Row("POST", "/leave/{id}/answer", Other, Itself, "good=1"),
    Row("POST", "/leave/{id}/end", Other, Itself, "last=2026-11-24"),
    Row("POST", "/suspects/{id}/report", Other, Itself, "whereabouts=x&cause=x&evidence=x"),
    Row("GET", "/reports", Nothing, Policy, ""),
    Row("GET", "/reports/{id}", Other, Itself, ""),
    Row("GET", "/safeguarding", Nothing, Policy, ""),
    Row("GET", "/safeguarding/passed", Nothing, Everybody, ""),
    Row("GET", "/safeguarding/{id}", Other, Itself, ""),
    Row("POST", "/safeguarding/{id}/receive", Other, Itself, "done=xx"),
    Row("GET", "/reports/{id}/report.pdf", Other, Itself, ""),
    Row("GET", "/reports/{id}/report.docx", Other, Itself, ""),
    Row("POST", "/reports/{id}/receive", Other, Itself, ""),
    Row("GET", "/school-days", Nothing, Policy, ""),
    Row("POST", "/school-days", Nothing, Part, "day=2026-11-27&lessons=0&why=x"),
    Row("POST", "/school-days/markets", Nothing, Part, "township=P&name=x&first=2026-11-24&every=5"),
    Row("GET", "/samples", Nothing, Policy, ""),
    Row("POST", "/samples", Nothing, Part, "school=&wanted=1"),
    Row("GET", "/samples/{id}", Other, Itself, ""),
    Row("GET", "/samples/{id}/pool.csv", Other, Itself, ""),
    Row("GET", "/samples/{id}/classes/{class}", Other, Itself, ""),
    Row("POST", "/samples/{id}/classes/{class}", Other, Itself, "seen=1"),
    Row("GET", "/calling", Nothing, Part, ""),
    // A unit that is no school answers like one that is not there.
    Row("GET", "/calling/{school}", Unit, Part, ""),
    Row("POST", "/calling/{school}", Unit, Part, "source=here&parts=whole&evenings=none"),
    Row("GET", "/province", Nothing, Policy, ""),
    Row("POST", "/province", Nothing, Part, ""),
    Row("GET", "/province/differences", Nothing, Policy, ""),
    Row("POST", "/province/differences/{child}/{day}", Other, Itself, "how=ours&why=x"),
    Row("GET", "/province/{id}", Other, Itself, ""),
    Row("GET", "/province/{id}/errors.xlsx", Other, Itself, ""),
    Row("POST", "/province/{id}/apply", Other, Itself, ""),
    Row("POST", "/province/{id}/drop", Other, Itself, ""),
    Row("POST", "/province/{id}/undo", Other, Itself, ""),
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
    Row("POST", "/account/sessions/{id}/end", Session, Owner, ""),
    // accounts of others
    Row("GET", "/accounts", Nothing, Policy, ""),
    Row(
        "POST",
        "/accounts",
        Nothing,
        Policy,
        "name=段新来&username=xinlai&post=h-P/h-post-vacant&reason=任职文件",
    ),
    Row("GET", "/accounts/new", Nothing, Policy, ""),
    Row("GET", "/accounts/new/table", Nothing, Policy, ""),
    Row(
        "POST",
        "/accounts/new/table",
        Nothing,
        Policy,
        "lines=试点学校,缺人岗位,段新来,xinlai2&reason=任职文件",
    ),
    Row("POST", "/accounts/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/accounts/invitations", Nothing, Either(Action::InviteAccount, Action::ApproveAccount), ""),
    Row("POST", "/accounts/invitations", Nothing, Policy, ""),
    Row("POST", "/accounts/links", Nothing, Policy, ""),
    Row("POST", "/accounts/invitations/{id}", Invitation, Policy, "answer=refuse"),
    Row("GET", "/accounts/{id}", Account, Policy, ""),
    Row("POST", "/accounts/{id}/link", Invited, Right(Action::InviteAccount), ""),
    Row("POST", "/accounts/{id}/reset", Account, Policy, "reason=x"),
    Row("POST", "/accounts/{id}/end", Account, Policy, ""),
    Row("POST", "/accounts/{id}/disable", Account, Policy, "reason=x"),
    Row("POST", "/accounts/{id}/enable", Account, Policy, ""),
    Row("GET", "/online", Nothing, Policy, ""),
    Row("POST", "/online/export", Nothing, Policy, "purpose=check"),
    Row("POST", "/online/{id}/end", Session, OwnerOr(Action::EndSession), ""),
    Row("GET", "/sign-ins", Nothing, Policy, ""),
    Row("POST", "/sign-ins/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/security", Nothing, Policy, ""),
    Row("POST", "/security", Nothing, Policy, "profile=asvs&second_factor=off"),
    // reaching people outside of the program
    Row("GET", "/channels", Nothing, Either(Action::KeepChannels, Action::EnableChannel), ""),
    Row("GET", "/channels/new", Nothing, Policy, ""),
    Row(
        "POST",
        "/channels",
        Nothing,
        Policy,
        "kind=webhook&name=州级平台&url=https://x.example/&secret=a-secret-that-both-of-them-know",
    ),
    Row("POST", "/channels/{id}/enable", Other, Itself, ""),
    Row("POST", "/channels/{id}/test", Other, Itself, ""),
    Row("POST", "/channels/{id}/stop", Other, Itself, ""),
    Row("GET", "/outbox", Nothing, Policy, ""),
    Row("POST", "/outbox/{id}/resend", Other, Itself, ""),
    Row("GET", "/keys", Nothing, Policy, ""),
    Row(
        "POST",
        "/keys",
        Nothing,
        Policy,
        "name=州级平台&purpose=州教体局数据对接协议&unit=h-P&actions=list_children&until=2027-10-31",
    ),
    Row("POST", "/keys/{id}/approve", Other, Itself, ""),
    Row("POST", "/keys/{id}/take", Other, Itself, ""),
    Row("POST", "/keys/{id}/end", Other, Itself, ""),
    Row("GET", "/account/notify", Nothing, Everybody, ""),
    Row("POST", "/account/notify", Nothing, Everybody, "kind=email&address=x"),
    Row("POST", "/account/notify/confirm", Nothing, Everybody, "kind=email&code=000000"),
    Row("POST", "/account/notify/off", Nothing, Everybody, "kind=email"),
    Row("GET", "/break-glass", Nothing, Either(Action::BreakGlass, Action::ApproveBreakGlass), ""),
    Row(
        "POST",
        "/break-glass",
        Nothing,
        Policy,
        "number=539999201601010015&name=段小一&reason=接到失踪警情，要联系家长",
    ),
    Row("POST", "/break-glass/{id}/approve", BreakGlass, Right(Action::ApproveBreakGlass), "hours=1"),
    Row("POST", "/break-glass/{id}/refuse", BreakGlass, Right(Action::ApproveBreakGlass), ""),
    Row("POST", "/break-glass/{id}/end", BreakGlass, OwnerOr(Action::ApproveBreakGlass), ""),
    // units and posts
    Row("GET", "/units", Nothing, Policy, ""),
    Row("POST", "/units/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/posts", Nothing, Policy, ""),
    Row("POST", "/posts/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/units/gaps", Nothing, Policy, ""),
    Row("GET", "/units/{id}", Unit, Policy, ""),
    Row("POST", "/units/{id}/phone", Unit, Policy, "phone=0872-8521234"),
    Row("POST", "/units/{id}/posts", Unit, Policy, "role={role}&title=新岗位"),
    Row("POST", "/units/plan", Nothing, Policy, ""),
    Row("GET", "/units/{id}/new", Unit, Policy, ""),
    Row("POST", "/units/{id}/new", Unit, Part, "kind=class&lines=三年级 2"),
    Row("POST", "/units/{id}/close", Unit, Part, ""),
    Row("GET", "/posts/{id}/hand-over", Post, Policy, ""),
    Row("POST", "/posts/{id}/hand-over", Post, Policy, "from={holder}&to={spare}&reason=调离"),
    Row("POST", "/posts/{id}/close", Post, Policy, "unit=x"),
    Row("POST", "/posts/{id}/appoint", Post, Policy, "account={spare}&unit=x"),
    Row("POST", "/posts/{id}/vacate", Post, Policy, "unit=x"),
    Row("GET", "/hand-overs/{id}", HandOver, Policy, ""),
    // comparison
    Row("GET", "/comparison", Nothing, Policy, ""),
    Row("POST", "/comparison", Nothing, Policy, "title=春季比对&semester=2027-1"),
    Row("POST", "/comparison/{id}/close", Other, Itself, ""),
    Row("GET", "/comparison/{id}/lists", Other, Itself, ""),
    Row("POST", "/comparison/{id}/lists", Other, Itself, ""),
    Row("POST", "/comparison/{id}/take", Other, Itself, "slot=roll&earlier=list:x"),
    Row("POST", "/comparison/{id}/drop", Other, Itself, "slot=roll"),
    Row("GET", "/comparison/{id}/lists/{list}/errors.xlsx", Other, Itself, ""),
    Row("POST", "/comparison/{id}/runs", Other, Itself, "as_of=2026-11-24"),
    Row("GET", "/comparison/runs/{id}", Other, Itself, ""),
    Row("POST", "/comparison/runs/{id}/cancel", Other, Itself, ""),
    Row("GET", "/comparison/runs/{id}/files/{name}", Other, Itself, ""),
    Row("GET", "/findings", Nothing, Policy, ""),
    Row("GET", "/findings/bulk", Nothing, Policy, ""),
    Row("POST", "/findings/bulk/assign", Nothing, Policy, "to=village~0&due=2026-11-27&note="),
    Row("POST", "/findings/bulk/remind", Nothing, Policy, "expected=1000"),
    Row("GET", "/findings/{id}", Finding, Policy, ""),
    Row("POST", "/findings/{id}/decide", Finding, Policy, "decision=suspected&note=&version=1"),
    Row("POST", "/findings/{id}/reopen", Finding, Policy, "note=x&version=1"),
    Row("POST", "/findings/{id}/assign", Finding, Policy, "unit={checker}&due=2026-12-01&version=1"),
    Row("POST", "/findings/{id}/report", Finding, Policy, "found=elsewhere&note=&version=1"),
    Row("GET", "/door", Nothing, Policy, ""),
    Row("GET", "/door/{id}", Group, Policy, ""),
    Row("POST", "/door/{id}/check", Household, Policy, "result=found"),
    // platforms of province and state
    Row("GET", "/platforms", Nothing, Policy, ""),
    Row("POST", "/platforms/export", Nothing, Policy, "on=rescue&purpose=platform"),
    Row("GET", "/platforms/check", Nothing, Policy, ""),
    Row("POST", "/platforms/check", Nothing, Part, ""),
    Row("POST", "/platforms/differences/{id}", Other, Itself, "how=same&version=1"),
    Row("GET", "/children/{id}/platform", Child, Policy, ""),
    Row("POST", "/children/{id}/platform", Child, Policy, "on=rescue&step=entered&version=0"),
    Row("POST", "/children/{id}/platform/reveal", Child, Policy, "on=rescue&purpose=platform"),
    // told to people, the record, running it
    Row("GET", "/announcements", Nothing, Policy, ""),
    Row("POST", "/announcements", Nothing, Policy, "title=通知&body=开会&from_day=&until_day="),
    Row("POST", "/announcements/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/announcements/{id}", Announcement, Policy, ""),
    Row("POST", "/announcements/{id}/read", Announcement, Policy, ""),
    Row("POST", "/announcements/{id}/withdraw", Announcement, Policy, ""),
    Row("GET", "/audit", Nothing, Policy, ""),
    Row("POST", "/audit/export", Nothing, Policy, "purpose=check"),
    Row("POST", "/audit/seal", Nothing, Policy, "month=2026-10"),
    Row("GET", "/audit/months/{month}", Other, Itself, ""),
    Row("POST", "/audit/watermark", Nothing, Policy, "reason=x"),
    Row("GET", "/codes", Nothing, Policy, ""),
    Row("POST", "/codes/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/codes/{table}/{code}", Other, Itself, ""),
    Row("POST", "/codes/{table}", Other, Itself, "act=end&code=x&why=x"),
    Row("GET", "/health", Nothing, Policy, ""),
    Row("POST", "/health/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/metrics", Nothing, Itself, ""),
    Row("GET", "/jobs", Nothing, Policy, ""),
    Row("POST", "/jobs/export", Nothing, Policy, "purpose=check"),
    Row("POST", "/jobs/{id}/retry", Job, Policy, ""),
    Row("POST", "/schedules/{name}/run", Schedule, Policy, ""),
    // lists
    Row("GET", "/imports", Nothing, Policy, ""),
    Row("POST", "/imports", Nothing, Part, ""),
    Row("GET", "/imports/templates/{kind}", Kind, Policy, ""),
    Row("GET", "/imports/{id}", Import, Policy, ""),
    Row("GET", "/imports/{id}/errors.xlsx", Import, Policy, ""),
    Row("POST", "/imports/{id}/apply", Import, Policy, ""),
    Row("POST", "/imports/{id}/drop", Import, Policy, ""),
    Row("POST", "/imports/{id}/undo", Import, Policy, ""),
    Row("POST", "/imports/{id}/rows/{number}", Import, Policy, "choice=leave"),
    // children
    Row("GET", "/children", Nothing, Policy, ""),
    Row("POST", "/children/export", Nothing, Policy, "purpose=visit"),
    // who may take out lists, and sees this one
    Row("POST", "/absences/export", Nothing, Part, "purpose=check"),
    Row("POST", "/suspects/export", Nothing, Policy, "purpose=check"),
    Row("POST", "/findings/export", Nothing, Policy, "purpose=check"),
    Row("GET", "/children/new", Nothing, Policy, ""),
    Row(
        "POST",
        "/children/new",
        Nothing,
        Policy,
        "name=段新生&sex=1&birth=2017-05-05&ethnicity=&id_kind=&id_number=&student_number=&registration=local&home=h-P11&address=&boarding=&version=0&sure=1",
    ),
    Row("GET", "/children/elsewhere", Nothing, Policy, ""),
    Row("GET", "/children/{id}", Child, Policy, ""),
    Row(
        "POST",
        "/children/{id}/reveal",
        Child,
        Sees(Field::Phone, Sight::OnRequest),
        "field=phone&purpose=contact",
    ),
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
        Policy,
        "name=段改名&sex=1&birth={birth}&ethnicity=&id_kind=1&id_number=&student_number=&registration=local&home={home}&address=&boarding=&version={version}&sure=1",
    ),
    Row(
        "POST",
        "/children/{id}/guardians",
        Child,
        Policy,
        "name=段某某&relation=祖母&phone=13800000009&away=",
    ),
    Row("POST", "/children/{id}/guardians/{guardian}/end", Child, Policy, ""),
    Row("POST", "/children/{id}/household", Child, Policy, "book=8800&head=段某"),
    Row(
        "POST",
        "/children/{id}/groups",
        Child,
        Sees(Field::Migrant, Sight::Clear),
        "group=migrant&from=2026-09-01&detail=&source=户口簿",
    ),
    Row(
        "POST",
        "/children/{id}/groups/{fact}/end",
        Child,
        Sees(Field::Migrant, Sight::Clear),
        "until=2026-11-24",
    ),
    Row(
        "POST",
        "/children/{id}/elsewhere",
        Child,
        Policy,
        "school=某小学&place=某市&proof=就读证明&number=1&from=2026-09-01&expires=",
    ),
    Row("POST", "/children/{id}/elsewhere/{fact}/end", Child, Policy, "until=2026-11-24"),
    Row("POST", "/children/{id}/merge", Child, Policy, "gone={other}&reason=户口簿核对"),
    Row("POST", "/children/{id}/unmerge", Child, Policy, "merge=a-fact&reason=并错了"),
    Row(
        "POST",
        "/children/{id}/move",
        Child,
        Policy,
        "kind=transfer_out&to_school=&other_place=某市某小学&effective=2026-12-24&until=&reason=搬家&paper=1",
    ),
    // changes of the roll
    Row("GET", "/moves", Nothing, Policy, ""),
    Row("POST", "/moves/{id}/agree", Move, Policy, "side=giving&class=&answer="),
    Row("POST", "/moves/{id}/back", Move, Policy, "side=giving&class=&answer=资料不全"),
    Row("POST", "/moves/{id}/withdraw", MoveOf, Owner, ""),
];

/// What an act leaves behind: the query counts it, and its answer differs once the act is done. What is needed before is
/// written first, in the same transaction. `$1` is the county, `$2` the id in the path; nothing of it is kept.
pub(crate) struct Act {
    pub(crate) path: &'static str,
    pub(crate) given: &'static [&'static str],
    pub(crate) seen: &'static str,
    /// How an act that was done answers: 303, a page, or that a rule forbids it now.
    pub(crate) status: u16,
    /// Whether it stands on the record.
    pub(crate) recorded: bool,
}

const fn act(path: &'static str, given: &'static [&'static str], seen: &'static str) -> Act {
    Act { path, given, seen, status: 303, recorded: true }
}

const VACANT: &str = "update tenure set until_day = '2026-11-01' where county = $1 and post = $2";
const STATE: &str =
    "update finding set state = 'decided', decision = 'suspected' where county = $1 and id = $2";
const ASSIGNED: &str =
    "update finding set state = 'assigned', assigned_to = 'h-P1' where county = $1 and id = $2";
const APPLIED: &str = "update import set state = 'applied' where county = $1 and id = $2";
const GUARDIAN: &str = "insert into guardian (county, id, child, sort, name, relation, away)
     values ($1, 'a-fact', $2, 9, '段某某', '祖母', 0)";
const GROUP: &str = "insert into child_group (county, id, child, code, from_day, source, by_account, made_at)
     values ($1, 'a-fact', $2, 'migrant', '2026-09-01', '', '', '')";
const ELSEWHERE: &str =
    "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day,
                                                by_account, made_at)
     values ($1, 'a-fact', $2, '某小学', '某市', '就读证明', '', '2026-09-01', '', '')";
const MERGED: &str = "insert into child_merge (county, id, kept, gone, reason, by_account, at)
     select cast($1 as text), 'a-fact', cast($2 as text), max(id), '', '', '' from child where county = $1 and id <> $2";
const WARNED: &str = "insert into warning (county, child, kind, about, field, alone, fact, said, since_at)
     values ($1, $2, 'month', '', 'schooling', 1, '', '本月缺课', '2026-11-01')";
const UNREAD: &str = "insert into notification (county, id, account, at, kind, subject, text, href)
     select county, 'n-' || id, id, '2026-11-24', 'x', '', '', '/' from account where county = $1";
const GRANTED: &str = "update break_glass set state = 'approved', until_at = '2026-11-24T09:00:00.000+08:00'
     where county = $1 and id = $2";
const OFF: &str = "update account set state = 'disabled' where county = $1 and id = $2";

const SECOND: &str = "insert into session (county, id, account, token, kind, stage, made_at, seen_at, ends_at, device, browser,
                                          source)
     select county, 'second-' || id, id, 'second-' || id, 'browser', 'full', '2026-11-24T07:59:00.000+08:00',
            '2026-11-24T07:59:00.000+08:00', '2026-11-24T19:00:00.000+08:00', '', '', ''
     from account where county = $1";
const OPEN_SESSIONS: &str =
    "select cast(count(*) as bigint) from session where county = $1 and ended_at is null";
const MOVES: &str = "select cast(count(*) as bigint) from roll_move where county = $1 and state = 'waiting' and from_at is null";

/// Every act behind the door.
pub(crate) const ACTS: &[Act] = &[
    Act {
        recorded: false,
        ..act(
            "/notices/read",
            &[UNREAD],
            "select cast(count(*) as bigint) from notification where county = $1 and read_at is null",
        )
    },
    act("/account/sessions/end", &[SECOND], OPEN_SESSIONS),
    act("/account/sessions/{id}/end", &[], OPEN_SESSIONS),
    act("/accounts", &[], "select cast(count(*) as bigint) from invitation where county = $1"),
    act(
        "/accounts/invitations/{id}",
        &[],
        "select cast(count(*) as bigint) from invitation where county = $1 and state = 'refused'",
    ),
    Act {
        status: 200,
        ..act(
            "/accounts/{id}/link",
            &[],
            "select cast(count(*) as bigint) from invitation where county = $1 and expires_at is not null",
        )
    },
    Act {
        status: 200,
        ..act(
            "/accounts/{id}/reset",
            &[],
            "select cast(count(*) as bigint) from invitation where county = $1 and kind = 'reset'",
        )
    },
    act("/accounts/{id}/end", &[], OPEN_SESSIONS),
    act(
        "/accounts/{id}/disable",
        &[],
        "select cast(count(*) as bigint) from account where county = $1 and state = 'disabled'",
    ),
    act(
        "/accounts/{id}/enable",
        &[OFF],
        "select cast(count(*) as bigint) from account where county = $1 and state = 'disabled'",
    ),
    act("/online/{id}/end", &[], OPEN_SESSIONS),
    act(
        "/security",
        &[],
        "select cast(count(*) as bigint) from setting where county = $1 and value in ('asvs', 'off') and changed_by <> ''",
    ),
    act("/break-glass", &[], "select cast(count(*) as bigint) from break_glass where county = $1"),
    act(
        "/break-glass/{id}/approve",
        &[],
        "select cast(count(*) as bigint) from break_glass where county = $1 and state = 'approved'",
    ),
    act(
        "/break-glass/{id}/refuse",
        &[],
        "select cast(count(*) as bigint) from break_glass where county = $1 and state = 'refused'",
    ),
    act(
        "/break-glass/{id}/end",
        &[GRANTED],
        "select cast(count(*) as bigint) from break_glass where county = $1 and state = 'ended'",
    ),
    act("/units/{id}/phone", &[], "select cast(count(*) as bigint) from unit_phone where county = $1"),
    act("/units/{id}/posts", &[], "select cast(count(*) as bigint) from post where county = $1"),
    act("/posts/{id}/hand-over", &[], "select cast(count(*) as bigint) from hand_over where county = $1"),
    act(
        "/posts/{id}/close",
        &[VACANT],
        "select cast(count(*) as bigint) from post where county = $1 and closed_at is null",
    ),
    act(
        "/posts/{id}/appoint",
        &[VACANT],
        "select cast(count(*) as bigint) from tenure where county = $1 and until_day is null",
    ),
    act(
        "/posts/{id}/vacate",
        &[],
        "select cast(count(*) as bigint) from tenure where county = $1 and until_day is null",
    ),
    act("/comparison", &[], "select cast(count(*) as bigint) from campaign where county = $1"),
    act("/season/open", &[], "select cast(count(*) as bigint) from season where county = $1"),
    act(
        "/children/{id}/deferral",
        // Of whom a case is open it is asked there.
        &[
            "update child_case set ended_at = '2026-11-20T08:00:00.000+08:00' where county = $1 and child = $2",
        ],
        "select cast(count(*) as bigint) from season_deferral where county = $1",
    ),
    act(
        "/findings/{id}/decide",
        &[],
        "select cast(count(*) as bigint) from finding where county = $1 and state = 'decided'",
    ),
    act(
        "/findings/{id}/reopen",
        &[STATE],
        "select cast(count(*) as bigint) from finding where county = $1 and state = 'open'",
    ),
    act(
        "/findings/{id}/assign",
        &[],
        "select cast(count(*) as bigint) from finding where county = $1 and state = 'assigned'",
    ),
    act(
        "/findings/{id}/report",
        &[ASSIGNED],
        "select cast(count(*) as bigint) from finding where county = $1 and state = 'reported'",
    ),
    act("/door/{id}/check", &[], "select cast(count(*) as bigint) from door_check where county = $1"),
    act("/announcements", &[], "select cast(count(*) as bigint) from notice where county = $1"),
    Act {
        recorded: false,
        ..act(
            "/announcements/{id}/read",
            &[],
            "select cast(count(*) as bigint) from notice_read where county = $1",
        )
    },
    act(
        "/announcements/{id}/withdraw",
        &[],
        "select cast(count(*) as bigint) from notice where county = $1 and withdrawn_at is not null",
    ),
    // The month of the test has nothing to seal: that a rule says so shows that the right was there.
    Act { status: 409, recorded: false, ..act("/audit/seal", &[], "") },
    act(
        "/jobs/{id}/retry",
        &[],
        "select cast(count(*) as bigint) from job where county = $1 and state = 'waiting'",
    ),
    Act { ..act("/schedules/{name}/run", &[], "") },
    act(
        "/imports/{id}/apply",
        &[],
        "select cast(count(*) as bigint) from import where county = $1 and state = 'applying'",
    ),
    act(
        "/imports/{id}/drop",
        &[],
        "select cast(count(*) as bigint) from import where county = $1 and state = 'dropped'",
    ),
    act(
        "/imports/{id}/undo",
        &[APPLIED],
        "select cast(count(*) as bigint) from import where county = $1 and state = 'undoing'",
    ),
    act(
        "/imports/{id}/rows/{number}",
        &[],
        "select cast(count(*) as bigint) from import_row where county = $1 and outcome = 'left'",
    ),
    Act { status: 200, ..act("/children/export", &[], "") },
    Act { status: 200, ..act("/suspects/export", &[], "") },
    Act { status: 200, ..act("/findings/export", &[], "") },
    act("/children/new", &[], "select cast(count(*) as bigint) from child where county = $1"),
    Act { status: 200, ..act("/children/{id}/reveal", &[], "") },
    act(
        "/children/{id}/edit",
        &[],
        "select cast(coalesce(max(version), 0) as bigint) from child where county = $1 and id = $2",
    ),
    act("/children/{id}/guardians", &[], "select cast(count(*) as bigint) from guardian where county = $1"),
    act(
        "/children/{id}/guardians/{guardian}/end",
        &[GUARDIAN],
        "select cast(count(*) as bigint) from guardian where county = $1 and until_at is null",
    ),
    act("/children/{id}/household", &[], "select cast(count(*) as bigint) from household where county = $1"),
    act("/children/{id}/groups", &[], "select cast(count(*) as bigint) from child_group where county = $1"),
    act(
        "/children/{id}/groups/{fact}/end",
        &[GROUP],
        "select cast(count(*) as bigint) from child_group where county = $1 and until_day is null",
    ),
    act("/children/{id}/elsewhere", &[], "select cast(count(*) as bigint) from elsewhere where county = $1"),
    act(
        "/children/{id}/elsewhere/{fact}/end",
        &[ELSEWHERE],
        "select cast(count(*) as bigint) from elsewhere where county = $1 and ended_day is null",
    ),
    act(
        "/children/{id}/merge",
        &["delete from roll_move where county = $1"],
        "select cast(count(*) as bigint) from child_merge where county = $1",
    ),
    act(
        "/children/{id}/unmerge",
        &[MERGED],
        "select cast(count(*) as bigint) from child_merge where county = $1 and undone_at is null",
    ),
    act(
        "/children/{id}/move",
        &["delete from roll_move where county = $1"],
        "select cast(count(*) as bigint) from roll_move where county = $1",
    ),
    act(
        "/children/{id}/warnings",
        &[WARNED],
        "select cast(count(*) as bigint) from warning_note where county = $1",
    ),
    act("/children/{id}/case", &[], "select cast(count(*) as bigint) from child_case where county = $1"),
    act("/moves/{id}/agree", &[], MOVES),
    act("/moves/{id}/back", &[], MOVES),
    act("/moves/{id}/withdraw", &[], MOVES),
];

/// Acts that need what no row can hold, a password, a code or a file, and where they are shown.
pub(crate) const SHOWN_ELSEWHERE: &[(&str, &str)] = &[
    ("/season/sweep/{id}", "crates/casework/tests/it/season.rs"),
    ("/season/plan/{id}", "crates/casework/tests/it/season.rs"),
    ("/turnover/{id}", "crates/casework/tests/it/turnover.rs"),
    ("/turnover/{id}/withdraw", "crates/casework/tests/it/turnover.rs"),
    ("/turnover/{id}/arrivals", "crates/casework/tests/it/turnover.rs"),
    ("/season/catchments", "crates/casework/tests/it/catchments.rs"),
    // A file is read into the form; nothing is kept of it.
    ("/season/catchments/file", "crates/web/tests/it/season.rs"),
    ("/languages", "crates/web/tests/it/public.rs"),
    ("/languages/{language}/off", "crates/web/tests/it/public.rs"),
    ("/season/notices", "crates/casework/tests/it/season.rs"),
    ("/season/notices/in/{id}", "crates/casework/tests/it/season.rs"),
    ("/season/notices/{id}/deliver", "crates/casework/tests/it/season.rs"),
    ("/season/notices/{id}/fail", "crates/casework/tests/it/season.rs"),
    ("/season/notices/{id}/answer", "crates/casework/tests/it/season.rs"),
    ("/season/transitions/{id}", "crates/casework/tests/it/season.rs"),
    ("/season/deferrals/{id}", "crates/casework/tests/it/season.rs"),
    ("/account/confirm", "crates/casework/tests/it/accounts/second.rs"),
    ("/account/password", "crates/casework/tests/it/accounts/ends.rs"),
    ("/account/totp", "crates/casework/tests/it/accounts/second.rs"),
    ("/account/totp/drop", "crates/casework/tests/it/accounts/second.rs"),
    ("/account/codes", "crates/casework/tests/it/accounts/second.rs"),
    ("/account/notify", "crates/casework/tests/it/reach/channels.rs"),
    ("/account/notify/confirm", "crates/casework/tests/it/reach/channels.rs"),
    ("/account/notify/off", "crates/casework/tests/it/reach/channels.rs"),
    ("/keys", "crates/web/tests/it/keys.rs"),
    ("/keys/{id}/approve", "crates/web/tests/it/keys.rs"),
    ("/keys/{id}/take", "crates/web/tests/it/keys.rs"),
    ("/keys/{id}/end", "crates/web/tests/it/keys.rs"),
    ("/channels", "crates/casework/tests/it/reach/channels.rs"),
    ("/channels/{id}/enable", "crates/casework/tests/it/reach/channels.rs"),
    ("/channels/{id}/test", "crates/casework/tests/it/reach/channels.rs"),
    ("/channels/{id}/stop", "crates/casework/tests/it/reach/channels.rs"),
    ("/outbox/{id}/resend", "crates/casework/tests/it/reach/sending.rs"),
    ("/imports", "crates/web/tests/it/imports.rs"),
    ("/accounts/new/table", "crates/casework/tests/it/accounts/invited_many.rs"),
    ("/accounts/invitations", "crates/casework/tests/it/accounts/invited_many.rs"),
    ("/accounts/links", "crates/casework/tests/it/accounts/invited_many.rs"),
    ("/units/plan", "crates/casework/tests/it/founding.rs"),
    ("/units/{id}/new", "crates/casework/tests/it/founding.rs"),
    ("/units/{id}/close", "crates/casework/tests/it/founding.rs"),
    ("/register/{class}", "crates/web/tests/it/registers.rs"),
    ("/children/{id}/contacts", "crates/casework/tests/it/attendance/following.rs"),
    ("/children/{id}/class", "crates/casework/tests/it/attendance/class_change.rs"),
    ("/children/{id}/leave", "crates/casework/tests/it/attendance/following.rs"),
    ("/leave/{id}/answer", "crates/casework/tests/it/attendance/following.rs"),
    ("/absences/export", "crates/casework/tests/it/attendance/lists.rs"),
    ("/leave/{id}/end", "crates/casework/tests/it/attendance/following.rs"),
    ("/suspects/{id}/report", "crates/casework/tests/it/attendance/following.rs"),
    ("/reports/{id}/receive", "crates/casework/tests/it/attendance/following.rs"),
    ("/samples", "crates/web/tests/it/samples.rs"),
    ("/samples/{id}/classes/{class}", "crates/web/tests/it/samples.rs"),
    ("/calling/{school}", "crates/web/tests/it/province.rs"),
    ("/province", "crates/web/tests/it/province.rs"),
    ("/province/differences/{child}/{day}", "crates/web/tests/it/province.rs"),
    ("/province/{id}/apply", "crates/web/tests/it/province.rs"),
    ("/province/{id}/drop", "crates/casework/tests/it/attendance/province.rs"),
    ("/province/{id}/undo", "crates/web/tests/it/province.rs"),
    ("/safeguarding/{id}/receive", "crates/casework/tests/it/attendance/safeguarding.rs"),
    ("/cases/{id}/decide", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/order", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/work", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/step", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/ask", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/answer", "crates/casework/tests/it/cases.rs"),
    ("/cases/{id}/papers/{kind}", "crates/casework/tests/it/case_papers.rs"),
    ("/cases/{id}/scans", "crates/casework/tests/it/case_scans.rs"),
    ("/scans/{id}/void", "crates/casework/tests/it/case_scans.rs"),
    ("/cases/{id}/tracks", "crates/casework/tests/it/case_papers.rs"),
    ("/cases/{id}/return-proof", "crates/casework/tests/it/case_letters.rs"),
    ("/papers/{id}/stamp", "crates/casework/tests/it/case_papers.rs"),
    ("/papers/{id}/school-seal", "crates/casework/tests/it/case_letters.rs"),
    ("/papers/{id}/serve", "crates/casework/tests/it/case_papers.rs"),
    ("/penalty", "crates/casework/tests/it/case_papers.rs"),
    ("/penalty/{id}/review", "crates/casework/tests/it/case_papers.rs"),
    ("/penalty/{id}/end", "crates/casework/tests/it/case_papers.rs"),
    ("/requests/{id}/answer", "crates/casework/tests/it/requests.rs"),
    ("/requests/{id}/back", "crates/casework/tests/it/requests.rs"),
    ("/requests/{id}/withdraw", "crates/casework/tests/it/requests.rs"),
    ("/children/{id}/request", "crates/casework/tests/it/requests.rs"),
    ("/tips/{id}/sort", "crates/casework/tests/it/tips.rs"),
    ("/tips/{id}/report", "crates/casework/tests/it/tips.rs"),
    ("/tips/{id}/reporter", "crates/casework/tests/it/tips.rs"),
    ("/children/{id}/family", "crates/casework/tests/it/families.rs"),
    ("/family/{id}/revoke", "crates/casework/tests/it/families.rs"),
    ("/family/{id}/done", "crates/casework/tests/it/families.rs"),
    ("/children/{id}/lessons", "crates/casework/tests/it/lessons.rs"),
    ("/ways/new", "crates/casework/tests/it/ways.rs"),
    ("/ways/places", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/reckon", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/step", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/hearing", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/withdraw", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/comment", "crates/casework/tests/it/ways.rs"),
    ("/ways/studies/{id}/decide", "crates/casework/tests/it/ways.rs"),
    ("/figures/renew", "crates/casework/tests/it/figures.rs"),
    ("/figures/freeze", "crates/casework/tests/it/figures.rs"),
    ("/figures/yearbook", "crates/casework/tests/it/figures.rs"),
    ("/cohorts/{id}", "crates/casework/tests/it/cohorts.rs"),
    ("/figures/export", "crates/casework/tests/it/figures.rs"),
    ("/children/{id}/pair", "crates/casework/tests/it/pairs.rs"),
    ("/children/{id}/visit", "crates/casework/tests/it/pairs.rs"),
    ("/school-days", "crates/casework/tests/it/attendance/following.rs"),
    ("/school-days/markets", "crates/casework/tests/it/attendance/calling.rs"),
    ("/audit/watermark", "crates/casework/tests/it/watermark.rs"),
    ("/accounts/export", "crates/casework/tests/it/exports.rs"),
    ("/announcements/export", "crates/casework/tests/it/exports.rs"),
    ("/audit/export", "crates/casework/tests/it/exports.rs"),
    ("/codes/export", "crates/casework/tests/it/exports.rs"),
    ("/health/export", "crates/casework/tests/it/exports.rs"),
    ("/jobs/export", "crates/casework/tests/it/exports.rs"),
    ("/online/export", "crates/casework/tests/it/exports.rs"),
    ("/posts/export", "crates/casework/tests/it/exports.rs"),
    ("/units/export", "crates/casework/tests/it/exports.rs"),
    ("/sign-ins/export", "crates/casework/tests/it/exports.rs"),
    ("/platforms/export", "crates/casework/tests/it/exports.rs"),
    ("/children/{id}/platform", "crates/casework/tests/it/ledger/platforms.rs"),
    ("/children/{id}/platform/reveal", "crates/casework/tests/it/ledger/platforms.rs"),
    ("/platforms/check", "crates/casework/tests/it/ledger/platforms.rs"),
    ("/platforms/differences/{id}", "crates/casework/tests/it/ledger/platforms.rs"),
    ("/codes/{table}", "crates/casework/tests/it/codes.rs"),
    ("/comparison/{id}/close", "crates/casework/tests/it/comparing.rs"),
    ("/comparison/{id}/lists", "crates/casework/tests/it/comparing.rs"),
    ("/comparison/{id}/take", "crates/casework/tests/it/comparing.rs"),
    ("/comparison/{id}/drop", "crates/casework/tests/it/comparing.rs"),
    ("/comparison/{id}/runs", "crates/casework/tests/it/comparing.rs"),
    ("/comparison/runs/{id}/cancel", "crates/casework/tests/it/comparing.rs"),
    ("/findings/bulk/assign", "crates/casework/tests/it/comparing.rs"),
    ("/findings/bulk/remind", "crates/casework/tests/it/comparing.rs"),
];

/// Every row of the matrix, of every file: whoever walks over routes walks over all of them.
pub(crate) fn every_row() -> impl Iterator<Item = &'static Row> {
    use crate::{
        matrix_rows_api, matrix_rows_bulletin, matrix_rows_council, matrix_rows_figures, matrix_rows_public,
        matrix_rows_reports, matrix_rows_rest, matrix_rows_season, matrix_rows_turnover, matrix_rows_ways,
    };
    ROWS.iter()
        .chain(matrix_rows_api::API)
        .chain(matrix_rows_ways::WAYS)
        .chain(matrix_rows_figures::FIGURES)
        .chain(matrix_rows_season::SEASON)
        .chain(matrix_rows_council::COUNCIL)
        .chain(matrix_rows_public::PUBLIC)
        .chain(matrix_rows_bulletin::BULLETIN)
        .chain(matrix_rows_turnover::TURNOVER)
        .chain(matrix_rows_reports::REPORTS)
        .chain(matrix_rows_rest::REST)
}
