-- 招生入学季, 五(八) (docs/adr/0028-season.md): the sweep of April, the places of May, the notices of June to August, the first days, and where
-- those who finished went. What was done is only ever added.

-- A season, opened once. It keeps the age rule of that day: a rule that changes later changes no list of before (hazard G05).
create table season (
    county text not null,
    year bigint not null,            -- first calendar year of the school year
    from_years bigint not null,      -- rules::age::SchoolAge
    turned_by text not null,         -- 08-31
    until_years bigint not null,
    opened_by text not null,
    opened_at text not null,
    primary key (county, year)
);

-- A visit of a village group: numbers of households as they are by that day, all visits together.
create table season_visit (
    county text not null,
    id text not null,                -- the page's: a form sent twice is one visit
    year bigint not null,
    village_group text not null,
    day text not null,
    visitors text not null,          -- officers
    households bigint not null,
    asked bigint not null,
    empty bigint not null,
    why text not null,               -- rules::season::Empty; empty for none
    next_day text,
    strangers bigint not null,       -- children found that no ledger knows
    note_sealed bytea,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index season_visit_group on season_visit (county, year, village_group, day, at);

-- Which children of the ledger a visit ascertained.
create table season_seen (
    county text not null,
    id text not null,
    year bigint not null,
    visit text not null,
    child text not null,
    primary key (county, id)
);
create index season_seen_child on season_seen (county, year, child);

-- Places of a school, as they were planned; of several rows the latest holds.
create table season_place (
    county text not null,
    id text not null,
    year bigint not null,
    school text not null,
    first bigint not null,           -- places of the first grade
    junior bigint not null,          -- of the seventh
    beds bigint not null,            -- for boarders of both
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index season_place_school on season_place (county, year, school, at, id);

-- A run in which a township makes its notices.
create table season_batch (
    county text not null,
    id text not null,
    year bigint not null,
    township text not null,
    organ text not null,             -- as it signs
    report_day text not null,
    bring text not null,
    made bigint not null,
    job text not null,
    asked_by text not null,
    asked_at text not null,
    ended_at text,
    primary key (county, id)
);
create unique index season_batch_open on season_batch (county, township) where ended_at is null;

-- 入学、复学通知书: one for a child and a season; numbers without a gap for each township and calendar year.
create table season_notice (
    county text not null,
    id text not null,
    year bigint not null,            -- of the season
    township text not null,
    village text, village_group text,
    batch text not null,
    kind text not null,              -- rules::season::Kind
    child text not null,
    number_year bigint not null,
    number bigint not null,
    word text not null,              -- 发文字号 as it stands in the notice
    day text not null,
    report_day text not null,
    school text,                     -- where the child is expected
    said_sealed bytea not null,      -- what it says, with the family's code
    code_index text not null,        -- keyed index of the family's code
    state text not null,             -- rules::season::State, as it follows from the steps
    made_by text not null,
    made_at text not null,
    primary key (county, id)
);
create unique index season_notice_number on season_notice (county, township, number_year, number);
create unique index season_notice_child on season_notice (county, year, child);
create unique index season_notice_code on season_notice (county, code_index);
create index season_notice_group on season_notice (county, year, township, village_group, state, number);

-- What happened with a notice.
create table season_step (
    county text not null,
    id text not null,
    notice text not null,
    kind text not null,              -- delivered | failed | answered
    day text not null,               -- on which it was delivered, tried, answered
    code text not null,              -- rules::case::service::Mode | rules::season::Why | rules::season::Answer
    words_sealed bytea,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, id)
);
create index season_step_notice on season_step (county, notice, at, id);

-- 九年级毕业去向, as somebody learned it; of several the latest holds.
create table season_leaver (
    county text not null,
    id text not null,
    year bigint not null,
    child text not null,
    went text not null,              -- rules::season::Went
    words_sealed bytea,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, id)
);
create index season_leaver_child on season_leaver (county, child, year, at, id);

-- 延缓入学 for a child without a case: asked by the guardian, entered by one, decided by another (义务教育法第十一条).
create table season_deferral (
    county text not null,
    id text not null,
    child text not null,
    until_day text not null,
    said_sealed bytea not null,      -- who applies, and the child's condition
    state text not null,             -- asked | granted | refused | over
    asked_by text not null,
    asked_unit text not null,
    asked_at text not null,
    decided_by text,
    decided_unit text,
    decided_at text,
    answer_sealed bytea,
    primary key (county, id)
);
create unique index season_deferral_open on season_deferral (county, child) where state = 'asked';
create index season_deferral_state on season_deferral (county, state, until_day, id);
create index season_deferral_child on season_deferral (county, child, asked_at);
