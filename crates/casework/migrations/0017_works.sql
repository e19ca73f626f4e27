-- 措施成效, 送教上门, the place of a photograph, signed orders.

-- 措施成效 (docs/adr/0025-what-works.md). Derived every night from the cases, the requests and the registers.

-- What followed the first time that something was done for a child.
create table outcome (
    county text not null,
    child text not null,
    deed text not null,              -- rules::works::Deed
    code text not null,              -- of the plan: which help, step, request, placement; empty for what has none
    on_day text not null,
    cause text not null,             -- of the plan; empty while not known
    wait bigint not null,            -- days since the case was opened
    before_came bigint not null,     -- rules::works::Outcome
    before_called bigint not null,
    after_came bigint not null,
    after_called bigint not null,
    back_10 bigint,                  -- 1 in school, 0 not, null not known
    back_30 bigint,
    back_90 bigint,
    settled bigint not null,         -- 1: nothing more will come
    counted_at text not null,
    primary key (county, child, deed, code)
);
create index outcome_day on outcome (county, on_day);

-- 送教上门 (rules::lesson): each lesson at home, only ever added; its id is the page's, so that a form sent twice is one lesson.
create table home_lesson (
    county text not null,
    id text not null,
    child text not null,
    day text not null,
    from_minute bigint not null,     -- of the day
    minutes bigint not null,
    taught_sealed bytea not null,    -- what was taught, and how it went
    confirmed text not null,         -- rules::attendance::Answered of who confirmed it; empty for nobody
    confirmed_sealed bytea,          -- name of who confirmed it
    digest text not null,            -- code over what was sent
    by_account text not null,        -- who taught
    at text not null,
    primary key (county, id)
);
create index home_lesson_child on home_lesson (county, child, day);
create index home_lesson_teacher on home_lesson (county, by_account, day);

-- 走访: where the photograph was taken, only where the visitor wanted that kept.
alter table visit_photo add column position_sealed bytea;

-- 劝返指令, signed (docs/adr/0026-signed-orders.md): null in those that were sent before there were signatures.
alter table case_order add column signed_by text;    -- name of the key
alter table case_order add column signature text;    -- 64 bytes in hex
-- The public keys by which they are checked: so that a key file from before a key was made still checks what it signed.
create table sign_key (
    county text not null,
    id text not null,                -- name of the key
    line text not null,              -- casework::keys::PublicKey::line
    code text not null,              -- authentication code of the line
    primary key (county, id)
);
create index case_order_code on case_order (county, code);
