-- 早期提醒 in words (docs/adr/0019-early-warning.md) and 调班.

-- Derived: what is to be said of a child, as casework::warnings::renew made it from the facts. Never a number.
create table warning (
    county text not null,
    child text not null,
    kind text not null,              -- rules::plan::WarningKind
    about text not null,             -- which of several of a kind: a group, a sibling; else empty
    field text not null,             -- rules::access::Field: by whose rights it is seen
    alone bigint not null,           -- 1: lists the child by itself
    fact text not null,              -- while it stays the same nothing new has happened
    said text not null,
    since_at text not null,          -- when this fact was first said
    primary key (county, child, kind, about)
);

-- 已关注: what somebody did about it, and until when it is looked after; only ever added.
create table warning_note (
    county text not null,
    id text not null,
    child text not null,
    did_sealed bytea not null,
    until_day text not null,
    by_account text not null,
    unit text not null,              -- of the post on which it was noted
    at text not null,
    primary key (county, id)
);
create index warning_note_child on warning_note (county, child, at);

-- 调班: the class that gives; both classes are of one school
alter table roll_move add column from_class text;
