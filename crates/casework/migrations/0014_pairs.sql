-- 结对包保 (docs/adr/0023-pairing.md): who is paired with which child, only ever added to and ended; visits at the door as they were
-- written down, each with its event of the case; their photographs.

create table pair (
    county text not null,
    id text not null,
    child text not null,
    account text not null,
    post text not null,              -- on which the person is paired: it goes with the post at a hand-over
    why_sealed bytea,                -- why somebody else than before
    from_at text not null,
    by_account text not null,
    ended_at text,
    ended_by text,
    ended_why text not null,         -- rules::pairing::Ending; empty while it holds
    primary key (county, id)
);
create unique index pair_of_child on pair (county, child) where ended_at is null;
create index pair_child on pair (county, child, from_at);
create index pair_account on pair (county, account, child) where ended_at is null;
create index pair_post on pair (county, post, child) where ended_at is null;

create table visit (
    county text not null,
    id text not null,                -- made by the phone: sent again it is answered again
    child text not null,
    case_id text not null,
    seq bigint not null,             -- the event of the case
    day text not null,
    hour text not null,              -- 16:30; empty where it was not said
    outcome text not null,           -- rules::pairing::Outcome
    met text not null,               -- rules::attendance::Answered; empty where nobody was met
    cause text not null,             -- a code of the plan's causes; empty where it was not said
    promised text,                   -- the day for which coming back was promised
    late bigint not null,            -- 1: entered on a later day
    said_sealed bytea,               -- place, the child's words, the parents' words, what else
    digest text not null,            -- code over what was sent
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index visit_event on visit (county, case_id, seq);
create index visit_child on visit (county, child, day);

create table visit_photo (
    county text not null,
    visit text not null,
    image_sealed bytea not null,     -- a JPEG without anything but its picture
    primary key (county, visit)
);
