//! `/security`: which password profile holds and whether a second factor is asked for; the security administrator's.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use casework::accounts::security::{self, SecondFactor, Settings, profile_code};
use casework::password::{Factors, Guard, Profile};
use rules::access::Action;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Shell, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/security", Policy::Needs(Action::SetSecurity), page),
        Route::post("/security", Policy::Needs(Action::SetSecurity), set),
    ]
}

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct SecurityPage {
    shell: Shell,
    profiles: Vec<Choice>,
    second_factors: Vec<Choice>,
    changed: Option<(String, String)>,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let page = app.read(&session, security::show).await?;
    let profiles = Profile::ALL
        .into_iter()
        .map(|profile| {
            let policy = profile.policy();
            let guard = match policy.guard {
                Guard::Lock { failures, minutes } => format!("连续输错 {failures} 次，锁定 {minutes} 分钟。"),
                Guard::Delay { free, longest, .. } => {
                    format!("输错 {free} 次后，每次等待的时间加倍，最长 {} 分钟。", longest / 60)
                }
            };
            Choice::new(profile_code(profile), policy.name, profile_code(page.settings.profile)).hint(
                format!(
                    "{}{guard}{} 分钟没有操作要重新登录。",
                    policy.says(Factors::Password),
                    policy.idle_minutes
                ),
            )
        })
        .collect();
    let now = page.settings.second_factor.code();
    let second_factors = vec![
        Choice::new("on", "要求动态口令", now).hint("能看到本班以外孩子的岗位，登录时都要动态口令"),
        Choice::new("off", "不要求", now).hint("只用于演示和培训，不要用于真实数据"),
    ];
    Ok(html(&SecurityPage {
        shell: app.shell(&session, "/security").await?,
        profiles,
        second_factors,
        changed: page.changed.into_iter().next(),
    }))
}

#[derive(Deserialize)]
struct SecurityForm {
    profile: String,
    second_factor: String,
}

async fn set(
    State(app): State<App>,
    session: Session,
    Form(form): Form<SecurityForm>,
) -> Result<Response, Failed> {
    // Whatever is not one of the two is the stricter one.
    let wanted = Settings {
        profile: form.profile.parse().unwrap_or_default(),
        second_factor: if form.second_factor == "off" { SecondFactor::Off } else { SecondFactor::On },
    };
    app.write(&session, move |desk| security::set(desk, wanted)).await?;
    Ok(see_other("/security#saved"))
}
