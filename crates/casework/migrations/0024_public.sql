-- The public, 四(二十)(二十一): what is told and asked without an account, and what a family reads and answers by a code. Codes are kept
-- as keyed indexes alone; what was written and by whom is sealed, the latter in a table of its own.

create table tip_off (
    county text not null,
    id text not null,
    code_index text not null,        -- of the receipt code
    form_index text not null,        -- of the form that it came by: the same form is taken once
    digest text not null,            -- keyed, of what the form held
    errand text not null,            -- tip | help
    kind text not null,              -- rules::tip_off::Kind
    about text not null,             -- rules::tip_off::About
    against text,                    -- unit that it is about: never reads it, never closes it
    township text,
    school text,
    apart bigint not null,           -- 1: a child may be harmed; only those who are named for it read it
    what_sealed bytea,               -- text, place and child as written
    same text not null,              -- keyed, of the bare text: equal for what is sent again and again
    shape bigint not null,           -- hidden fingerprint, near for near texts
    at text not null,
    state text not null,             -- rules::tip_off::State
    why text not null,               -- rules::tip_off::Why or Found, once it has ended
    main text,                       -- the one that it was joined to
    child text,                      -- once it is known whom it is about
    case_id text,
    answer_sealed bytea,             -- for whoever wrote it
    due_at text not null,            -- until when it is sorted, then until when it is answered
    reminded_at text,
    ended_at text,
    primary key (county, id)
);
create unique index tip_off_code on tip_off (county, code_index);
create unique index tip_off_form on tip_off (county, form_index);
create index tip_off_state on tip_off (county, state, due_at, id);
create index tip_off_same on tip_off (county, same, id);
create index tip_off_child on tip_off (county, child);

-- Who wrote it, for those alone who may see it.
create table tip_off_reporter (
    county text not null,
    tip_off text not null,
    name_sealed bytea,
    phone_sealed bytea,
    primary key (county, tip_off)
);

-- The units that have it before them.
create table tip_off_unit (
    county text not null,
    tip_off text not null,
    unit text not null,
    role text not null,
    leads bigint not null,           -- 1: sorts and answers it
    at text not null,
    due_at text not null,
    reported_at text,
    primary key (county, tip_off, unit)
);
create index tip_off_unit_unit on tip_off_unit (county, unit, tip_off);

-- What was done with it, in order; never changed.
create table tip_off_event (
    county text not null,
    tip_off text not null,
    seq bigint not null,
    kind text not null,              -- take refuse join hand apart report case close reopen
    unit text not null,              -- to which it was handed, or which reports
    code text not null,
    words_sealed bytea,
    by_account text not null,
    at text not null,
    primary key (county, tip_off, seq)
);

-- How many came, for a day: from where, keyed, and not which.
create table public_form (
    county text not null,
    id text not null,
    source text not null,
    what text not null,              -- form | code: taken, or a receipt code that was not known
    at text not null,
    primary key (county, id)
);
create index public_form_here on public_form (county, what, source, at);
create index public_form_all on public_form (county, what, at);

-- The code that a family was given.
create table family_code (
    county text not null,
    id text not null,
    code_index text not null,
    form_index text not null,        -- a double click is one code
    child text not null,
    reason text not null,            -- rules::family::Reason
    by_day text,                     -- by when the family is asked to answer
    unit text not null,              -- which gave it, and reads the answers
    made_by text not null,
    made_at text not null,
    ends_at text not null,
    revoked_at text,
    revoked_by text,
    primary key (county, id)
);
create unique index family_code_code on family_code (county, code_index);
create unique index family_code_form on family_code (county, form_index);
create index family_code_child on family_code (county, child, made_at);

-- What the family answered; never changed but that it was seen to.
create table family_answer (
    county text not null,
    id text not null,
    code text not null,
    form_index text not null,
    child text not null,
    unit text not null,
    kind text not null,              -- rules::family::Answer
    on_day text,
    words_sealed bytea,
    at text not null,
    done_by text,
    done_at text,
    done_sealed bytea,
    primary key (county, id)
);
create unique index family_answer_form on family_answer (county, form_index);
create index family_answer_unit on family_answer (county, unit, at) where done_at is null;
create index family_answer_child on family_answer (county, child, at);
