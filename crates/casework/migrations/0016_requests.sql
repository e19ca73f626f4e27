-- 部门协助, 四(五)–(十八): what was asked of a member unit for a child, and its one answer. A row is asked once and ends once; what
-- follows from an answer is a row of its own that names it.

create table request (
    county text not null,
    id text not null,
    year bigint not null,
    number bigint not null,          -- 〔2026〕3号, without a gap
    kind text not null,              -- code of the plan's [[request]]
    child text not null,
    case_id text,                    -- the open case of the child when it was asked
    unit text not null,              -- which is asked
    confidential bigint not null,    -- 1: nobody but the asking and the asked unit knows of it
    follows text,                    -- the request whose answer led to it
    asked_by text not null,
    asked_unit text not null,
    asked_role text not null,
    asked_at text not null,
    words_sealed bytea,
    due_at text not null,
    state text not null,             -- rules::request::State
    answer text,
    answer_sealed bytea,             -- what was written with the answer, or why it was sent back or withdrawn
    ended_by text,
    ended_at text,
    reminded_at text,
    primary key (county, id)
);
create unique index request_number on request (county, year, number);
create unique index request_open on request (county, child, kind) where state = 'asked';
create index request_unit on request (county, unit, state, due_at, id);
create index request_asker on request (county, asked_unit, state, due_at, id);
create index request_state on request (county, state, due_at, id);
create index request_child on request (county, child, asked_at);
