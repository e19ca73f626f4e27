-- 个案 (docs/adr/0020-the-case.md): what happened, only ever added; where each case stands, as it follows from that; 劝返指令.

create table child_case (
    county text not null,
    id text not null,
    child text not null,
    source text not null,            -- report | finding | hand | relapse
    source_id text not null,         -- id of the report, finding or earlier case; empty by hand
    why_sealed bytea,                -- by hand: what is known
    before_case text,                -- the child's case before this one
    against text,                    -- unit that a tip-off is about
    state text not null,             -- rules::case::State
    must_role text,                  -- who must act: rules::access::Role; null when it has ended
    must_unit text not null,         -- the unit; empty for the county's own offices, and when it has ended
    act text not null,               -- rules::case::Act; empty when it has ended
    due_at text,
    basis text not null,             -- of the deadline
    since_at text not null,          -- since when it stands like this
    order_id text,                   -- the 劝返指令 that holds
    school text,                     -- that has taken the child back
    version bigint not null,         -- how many events there are
    opened_at text not null,
    opened_by text not null,
    ended_at text,
    primary key (county, id)
);
create unique index child_case_open on child_case (county, child) where ended_at is null;
create index child_case_child on child_case (county, child, opened_at);
create index child_case_due on child_case (county, due_at, id) where ended_at is null;
create index child_case_must on child_case (county, must_role, must_unit, due_at) where ended_at is null;

-- What happened. The key refuses the second of two people at once.
create table case_event (
    county text not null,
    case_id text not null,
    seq bigint not null,             -- 1, 2, 3 ...
    kind text not null,              -- rules::case::Kind
    on_day text,                     -- the day of which it speaks
    until_day text,                  -- of a term, of a pause
    unit text not null,              -- order, school
    code text not null,              -- help, step, placement, what is asked
    detail text not null,            -- what exactly is asked
    flag bigint not null,            -- 1: met, clean, applied for
    words_sealed bytea,
    by_account text not null,
    by_unit text not null,
    by_role text not null,           -- empty: the program
    at text not null,
    primary key (county, case_id, seq)
);

-- 劝返指令: numbered by year without a gap, bound to case, child and unit.
create table case_order (
    county text not null,
    id text not null,
    case_id text not null,
    child text not null,
    year bigint not null,
    number bigint not null,
    unit text not null,
    by_place text not null,          -- rules::case::persuader::ByPlace; empty: against the rule, agreed by a second person
    reason text not null,            -- the rule's reason
    letters text not null,           -- letters that go with it
    code text not null,              -- authentication code over all of the above
    issued_at text not null,
    issued_by text not null,
    received_at text,
    received_by text,
    ended_at text,
    ended_why text not null,         -- sent_back | recalled | done; empty while it holds
    primary key (county, id)
);
create unique index case_order_number on case_order (county, year, number);
create index case_order_case on case_order (county, case_id, issued_at);

create table case_counter (
    county text not null,
    kind text not null,              -- order
    year bigint not null,
    last bigint not null,
    primary key (county, kind, year)
);
