//! 通知到人: `/channels` for those who look after the installation, `/outbox` for what left and what did not, `/account/notify` for everybody's
//! own number and mailbox. What may be entered and sent is casework's.

mod channels;
mod outbox;
mod ways;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/channels", Policy::SignedIn, channels::page),
        Route::get("/channels/new", needs(Action::KeepChannels), channels::form),
        Route::post("/channels", needs(Action::KeepChannels), channels::open),
        Route::post("/channels/{id}/enable", needs(Action::EnableChannel), channels::enable),
        Route::post("/channels/{id}/test", needs(Action::KeepChannels), channels::test),
        Route::post("/channels/{id}/stop", needs(Action::KeepChannels), channels::stop),
        Route::get("/outbox", needs(Action::ReadOutbox), outbox::page),
        Route::post("/outbox/{id}/resend", needs(Action::KeepChannels), outbox::resend),
        Route::get("/account/notify", needs(Action::ManageOwnAccount), ways::page),
        Route::post("/account/notify", needs(Action::ManageOwnAccount), ways::register),
        Route::post("/account/notify/confirm", needs(Action::ManageOwnAccount), ways::confirm),
        Route::post("/account/notify/off", needs(Action::ManageOwnAccount), ways::forget),
    ]
}
