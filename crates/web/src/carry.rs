//! Between the outbox and the outside: hands each message that casework gives out to the courier, and says how it went. It decides
//! neither who is told what nor where one may connect.

use casework::jobs::Schedule;
use casework::now::{Now, moment};
use casework::reach::{Letter, Sent, To, send_due};
use courier::{Courier, Event, Failure, Gateway, Mail, Relay, Security, dingtalk, taken, webhook, wecom};
use jiff::SignedDuration;
use rules::reach::Carrier;

/// How often it is looked whether something waits.
const LOOK: SignedDuration = SignedDuration::from_secs(5);

/// Sends what waits, every few seconds.
pub(crate) fn schedule(courier: Courier, link: String) -> Schedule {
    Schedule::new("send", "发出通知", LOOK, move |means| {
        let now = means.now();
        send_due(means, &link, &|letter| carry(&courier, &now, letter))
    })
}

/// Carries one message.
pub(crate) fn carry(courier: &Courier, now: &Now, letter: &Letter) -> Sent {
    match carried(courier, now, letter) {
        Ok(()) => Sent::Well,
        Err(failure) if failure.is_final() => Sent::Never(failure.to_string()),
        Err(failure) => Sent::Later(failure.to_string()),
    }
}

fn carried(courier: &Courier, now: &Now, letter: &Letter) -> Result<(), Failure> {
    let by = &letter.by;
    match &letter.to {
        To::Group(Carrier::Dingtalk) => {
            let millis = now.timestamp().as_millisecond();
            taken(courier.ask(&dingtalk(&by.url, &by.secret, millis, &letter.text))?)
        }
        To::Group(_) => taken(courier.ask(&wecom(&by.url, &letter.text))?),
        To::Program { event, subject } => {
            let event =
                Event { id: &letter.id, kind: event, subject, at: &letter.made_at, county: &letter.county };
            courier.ask(&webhook(&by.url, &by.secret, now.timestamp().as_second(), &event))?.well().map(drop)
        }
        To::Phone(phone) => {
            let gateway = Gateway {
                url: by.url.clone(),
                body: by.body.clone(),
                header: by.header.clone(),
                taken: by.taken.clone(),
            };
            gateway.taken(courier.ask(&gateway.ask(phone, &letter.text)?)?)
        }
        To::Mail(to) => {
            let relay = Relay {
                host: by.host.trim().to_owned(),
                port: by.port,
                security: match by.security.as_str() {
                    "plain" => Security::Plain,
                    "starttls" => Security::StartTls,
                    _ => Security::Tls,
                },
                user: by.user.clone(),
                password: by.password.clone(),
                from: by.from.trim().to_owned(),
            };
            let at = moment(&letter.made_at).unwrap_or_else(|| now.timestamp());
            let date = casework::now::clock(at).strftime("%a, %d %b %Y %H:%M:%S +0800").to_string();
            let mail = Mail { to, subject: letter.subject, text: &letter.text, id: &letter.id, date: &date };
            courier.mail(&relay, &mail)
        }
    }
}
