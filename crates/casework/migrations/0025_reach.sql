-- 通知到人: by which ways messages leave the program, who is reached how, what waits to be sent, and the keys of other programs. A row of outbox has counts and ids: no
-- name, no number of a child, no cause. Why it is so: docs/adr/0032-reach.md.

create table channel (
    county text not null,
    id text not null,
    kind text not null,              -- rules::reach::Carrier
    name text not null,
    unit text,                       -- whose group it is; null for none
    host text not null,              -- where it leads, without path and key
    set_sealed bytea not null,       -- what it takes to send: address, key, secret
    digest bigint not null,          -- 1: the group has the unit's digest
    state text not null,             -- asked | on | off
    made_by text not null,
    made_at text not null,
    on_by text,
    on_at text,
    off_by text,
    off_at text,
    last_at text,
    last_ok bigint,
    last_said text,
    primary key (county, id)
);
create unique index channel_one on channel (county, kind) where state = 'on' and kind in ('sms', 'email');
create index channel_state on channel (county, state, kind);

create table reach_way (
    county text not null,
    account text not null,
    kind text not null,              -- sms | email
    address_sealed bytea not null,
    state text not null,             -- asked | on | off
    code text,                       -- keyed hash
    code_until text,
    tries bigint not null,
    asked bigint not null,           -- codes that were asked for on that day
    asked_at text not null,
    on_at text,
    off_at text,
    primary key (county, account, kind)
);

create table api_key (
    county text not null,
    id text not null,
    name text not null,              -- the program that has it
    purpose text not null,
    unit text not null,
    actions text not null,           -- codes of rules::access::Action with commas between
    state text not null,             -- asked | approved | on | off
    token text,                      -- keyed hash
    asked_by text not null,
    asked_at text not null,
    approved_by text,
    approved_at text,
    on_at text,
    until_day text not null,         -- the last day
    off_by text,
    off_at text,
    primary key (county, id)
);
create unique index api_key_token on api_key (token);

create table outbox (
    county text not null,
    id text not null,
    channel text,                    -- of a group or another program; null: the county's own of that kind
    kind text not null,              -- rules::reach::Carrier
    account text not null,           -- whom; empty for a group or another program
    form text not null,              -- rules::reach::Form
    event text not null,             -- what another program is told; empty otherwise
    subject text not null,           -- id of what it is about, as in the notification
    n_all bigint not null,
    n_late bigint not null,
    n_near bigint not null,
    code_sealed bytea,               -- the code that confirms an address
    key text not null,               -- the same matter to the same reader on the same day
    state text not null,             -- waiting | sending | sent | dropped | dead
    attempts bigint not null,
    made_at text not null,
    next_at text not null,           -- of one that is being sent: until when it is left to whoever sends it
    ended_at text,
    said text not null,
    primary key (county, id)
);
create unique index outbox_key on outbox (county, key);
create index outbox_due on outbox (county, state, next_at, id);
create index outbox_account on outbox (county, account, ended_at);
