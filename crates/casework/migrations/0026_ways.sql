-- 上学路程, 学位和床位, 校点撤并研究 (docs/adr/0033-ways.md): 四(四)(六), 五(五). Facts are only ever added; of two about the same the later day holds.

-- How long it takes from a village group, or a village, to a school, one way.
create table way (
    county text not null,
    id text not null,
    home text not null,              -- unit: a village group or a village
    school text not null,
    minutes bigint not null,
    metres bigint not null,
    means text not null,             -- rules::ways::Means
    season text not null,            -- rules::ways::Season
    source text not null,            -- who measured, how
    day text not null,               -- on which it was measured
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index way_pair on way (county, school, home, day, at, id);

-- Places and beds of a school in a school year.
create table school_capacity (
    county text not null,
    id text not null,
    school text not null,
    school_year bigint not null,     -- 2026 for 2026-2027
    places bigint not null,
    beds bigint not null,
    source text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index school_capacity_school on school_capacity (county, school, school_year, at, id);

-- 校点撤并研究: what closing a school, or some grades of it, would do to whom. It closes nothing.
create table closure_study (
    county text not null,
    id text not null,
    school text not null,
    grades text not null,            -- 1,2,3
    from_day text not null,          -- from when it would be closed
    why text not null,
    stage text not null,             -- rules::ways::Stage
    by_account text not null,        -- who drafted it: another decides
    at text not null,
    heard_by text,                   -- who put it to the hearing
    ended_by text,
    ended_at text,
    primary key (county, id)
);
create index closure_study_stage on closure_study (county, stage, at, id);
create unique index closure_study_open on closure_study (county, school) where stage in ('drafted', 'hearing');

-- Schools that could receive, as the study names them; none for all that have places on record.
create table closure_receiver (
    county text not null,
    study text not null,
    school text not null,
    primary key (county, study, school)
);

-- A reckoning on the ledger of a day, with what went in and what came out: kept, and never changed.
create table closure_run (
    county text not null,
    id text not null,
    study text not null,
    day text not null,
    given text not null,             -- rules::ways::record; children by their ids
    came text not null,
    digest text not null,            -- SHA-256 over both
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index closure_run_study on closure_run (county, study, at, id);

-- What came out for each child.
create table closure_pupil (
    county text not null,
    id text not null,
    run text not null,
    child text not null,
    grade bigint,
    to_school text,
    was text not null,               -- rules::ways::Access
    was_why text not null,
    was_minutes bigint,
    becomes text not null,           -- rules::ways::After
    becomes_minutes bigint,
    needs_bed bigint not null,
    worse bigint not null,
    split bigint not null,
    disability bigint not null,
    left_behind bigint not null,
    hardship bigint not null,
    primary key (county, id)
);
create index closure_pupil_run on closure_pupil (county, run, child);
create index closure_pupil_child on closure_pupil (county, child);

-- What came out for each receiving school.
create table closure_school (
    county text not null,
    run text not null,
    school text not null,
    places bigint not null,          -- free before
    beds bigint not null,
    places_after bigint not null,
    beds_after bigint not null,
    primary key (county, run, school)
);

-- 论证、公示、听证、报批: by day and number.
create table closure_step (
    county text not null,
    id text not null,
    study text not null,
    kind text not null,              -- rules::ways::Procedure
    day text not null,
    number text not null,            -- 文号
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index closure_step_study on closure_step (county, study, day, at, id);

-- What 教体局, 发改局 and the townships said, and why it was decided or withdrawn.
create table closure_note (
    county text not null,
    id text not null,
    study text not null,
    kind text not null,              -- comment | decided | withdrawn
    words_sealed bytea not null,
    by_account text not null,
    unit text not null,              -- of the post on which it was said
    at text not null,
    primary key (county, id)
);
create index closure_note_study on closure_note (county, study, at, id);
