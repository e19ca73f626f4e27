-- 统一登录: the province's platform by which people may sign in, sign-ins that are under way there, who came from there without being
-- linked, and which account is whose. Why it is so: docs/adr/0037-oidc.md.

create table sign_on (
    county text not null,
    id text not null,
    name text not null,
    issuer text not null,
    client text not null,            -- 应用编号 at the platform
    secret_sealed bytea not null,    -- 应用密钥
    factors text not null,           -- rules::sign_on::Factors: what counts as a second factor; empty for nothing
    ends text not null,              -- JSON: where the platform answers what, as it was last read; empty before the first trial
    state text not null,             -- asked | on | off
    made_by text not null,
    made_at text not null,
    on_by text,
    on_at text,
    off_by text,
    off_at text,
    last_at text,                    -- the last trial
    last_ok bigint,
    last_said text,
    primary key (county, id)
);
create unique index sign_on_one on sign_on (county) where state = 'on';

-- A sign-in that was begun: good for ten minutes, for one browser, once.
create table sign_on_try (
    county text not null,
    id text not null,
    sign_on text not null,
    state text not null,             -- keyed hash
    browser text not null,           -- keyed hash of the cookie
    secret_sealed bytea not null,    -- nonce and verifier
    next text not null,
    source text not null,
    made_at text not null,
    used_at text,
    primary key (county, id)
);
create unique index sign_on_try_state on sign_on_try (state);
create index sign_on_try_at on sign_on_try (county, made_at);

-- Somebody whom the platform let in and whom nobody has linked: a code to tell the administrator. The platform's name for the
-- person (sub) is kept as a keyed hash alone.
create table sign_on_stranger (
    county text not null,
    id text not null,
    subject text not null,           -- keyed hash of issuer and sub
    code text not null,              -- keyed hash
    name_sealed bytea not null,      -- what the platform calls the person
    made_at text not null,
    used_at text,
    primary key (county, id)
);
create unique index sign_on_stranger_code on sign_on_stranger (code);
create index sign_on_stranger_subject on sign_on_stranger (county, subject);

create table sign_on_link (
    county text not null,
    id text not null,
    account text not null,
    subject text not null,           -- keyed hash of issuer and sub
    name_sealed bytea not null,      -- what the platform calls the person, for whoever approves
    state text not null,             -- asked | on | refused | off
    asked_by text not null,
    asked_at text not null,
    answered_by text,
    answered_at text,
    off_by text,
    off_at text,
    primary key (county, id)
);
create unique index sign_on_link_account on sign_on_link (county, account) where state in ('asked', 'on');
create unique index sign_on_link_subject on sign_on_link (county, subject) where state in ('asked', 'on');

alter table sign_in add column way text;     -- null: by password; platform
alter table session add column way text;     -- null: by password; platform

-- What a unit hands in with its answer to a request (部门协助): the content lies sealed in file_part under a name that says nothing.
create table request_file (
    county text not null,
    id text not null,                -- of the file
    request text not null,
    number bigint not null,          -- 附件1, 附件2
    kind text not null,              -- pdf | jpg | png
    hash text not null,              -- of what was handed in: the same sent twice is one
    bytes bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index request_file_hash on request_file (county, request, hash);
create unique index request_file_number on request_file (county, request, number);

-- 送教上门: a photograph of the lesson.
create table lesson_photo (
    county text not null,
    lesson text not null,
    image_sealed bytea not null,     -- a JPEG without anything but its picture
    primary key (county, lesson)
);
