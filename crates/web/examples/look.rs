//! Serves the look by itself: `cargo run -p web --example look` and open http://127.0.0.1:8099/style. For whoever
//! works on style or runs a browser over it; it reads no database and is no part of the product.

use std::io;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use axum::routing::get;
use web::look::{DemoRole, ErrorPage, SignIn, style_page};

/// The policy that the product sends.
const POLICY: &str = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

const ROLES: &[(&str, &str, &str)] = &[
    ("director", "控辍保学专班", "全县一张图：多少人、在哪里、该谁动、超了几天"),
    ("bureau", "教体局", "核证、派单、督办；七件今天要办的事"),
    ("inspector", "督学", "抽查学校和乡镇，写督导意见"),
    ("township", "乡镇（南涧镇）", "四步劝返和文书；分派包保人"),
    ("village", "村委会", "摸排本村孩子，陪同入户"),
    ("group", "村民小组", "报告谁家孩子不在校"),
    ("cadre", "包保干部", "手机上记入户，没有信号也能记"),
    ("head", "校长", "核证旷课三天的孩子，上报"),
    ("teacher", "班主任", "一分钟点名，看谁旷课第几天"),
    ("police", "公安", "两下答复：户籍、出境、查无此人"),
    ("civil", "民政", "孤儿、困境儿童救助"),
    ("labour", "人社", "童工线索核查"),
    ("justice", "司法", "法律援助和文书审核"),
    ("disabled", "残联", "残疾评估和安置意见"),
    ("health", "卫健", "因病休学的核实"),
    ("market", "市场监管", "用工单位检查"),
    ("admin", "系统管理", "账号、学年、名单导入"),
    ("security", "安全管理", "谁看过什么，谁导出过什么"),
    ("auditor", "审计", "只读；核对审计链"),
];

fn sign_in(error: Option<&str>, demo: bool) -> SignIn {
    let role = |(username, label, line): &(&str, &str, &str)| DemoRole {
        username: (*username).to_owned(),
        label: (*label).to_owned(),
        line: (*line).to_owned(),
    };
    SignIn {
        demo: demo.then(|| ROLES.iter().map(role).collect()),
        error: error.map(str::to_owned),
        next: "/".to_owned(),
        totp: !demo,
        county: "南涧彝族自治县".to_owned(),
        title: "保学：一个孩子都不能少".to_owned(),
        ..SignIn::default()
    }
}

fn page(template: &impl Template) -> Html<String> {
    Html(template.render().unwrap_or_else(|problem| problem.to_string()))
}

async fn policy(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let router: Router = Router::new()
        .route("/style", get(|| async { Html(style_page()) }))
        .route("/sign-in", get(|| async { page(&sign_in(None, true)) }))
        .route(
            "/sign-in/refused",
            get(|| async {
                page(&sign_in(Some("账号、密码或验证码不对。再错 3 次将锁定 15 分钟。"), false))
            }),
        )
        .route("/error/404", get(|| async { page(&ErrorPage::not_found()) }))
        .route("/error/500", get(|| async { page(&ErrorPage::broken("7A2C-0193")) }))
        .route("/error/503", get(|| async { page(&ErrorPage::unavailable()) }))
        .route("/error/413", get(|| async { page(&ErrorPage::too_large("20 MB")) }))
        .route("/error/429", get(|| async { page(&ErrorPage::too_many("5 分钟")) }))
        .route("/error/401", get(|| async { page(&ErrorPage::session_ended()) }))
        .merge(web::assets::router())
        .layer(from_fn(policy));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    axum::serve(listener, router).await
}
