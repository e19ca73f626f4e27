-- 督导 and 考核, 五(十二), 四(四), 六(四) (docs/adr/0030-inspection.md): what was drawn and how, what was seen, what must be put right, what is
-- published, and the yearly assessment with the word of the assessed. No row names a child, and none holds a mark.

create table inspection (
    county text not null,
    id text not null,
    kind text not null,              -- rules::inspection::Kind
    term text not null,              -- 2026-1
    school text,                     -- of a visit
    seed text not null,              -- hex digits: a place in the draw is SHA-256 over seed, line break and id
    wanted bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index inspection_term on inspection (county, term, kind, at);
create index inspection_school on inspection (county, school, term);

-- Everything that could be drawn, in the order of the draw: schools of a special inspection, classes of a visit.
create table inspection_ticket (
    county text not null,
    inspection text not null,
    unit text not null,
    rank bigint not null,
    drawn bigint not null,           -- 0 | 1
    primary key (county, inspection, unit)
);

-- Where the checklist is filled in.
create table inspection_place (
    county text not null,
    inspection text not null,
    unit text not null,
    place text not null,             -- rules::inspection::Place
    primary key (county, inspection, unit)
);
create index inspection_place_unit on inspection_place (county, unit, inspection);

-- What was seen; only ever added, the latest of a line counts.
create table inspection_answer (
    county text not null,
    inspection text not null,
    seq bigint not null,
    unit text not null,
    item text not null,              -- code of the plan's [[check]]
    seen text not null,              -- rules::inspection::Seen
    words text not null,
    by_account text not null,
    at text not null,
    primary key (county, inspection, seq)
);
create index inspection_answer_unit on inspection_answer (county, inspection, unit, item, seq);

-- What must be put right.
create table inspection_finding (
    county text not null,
    id text not null,
    inspection text not null,
    unit text not null,
    item text not null,
    words text not null,
    evidence text not null,
    due_day text not null,
    state text not null,             -- rules::inspection::Stand
    by_account text not null,
    at text not null,
    reminded_at text,
    primary key (county, id)
);
create index inspection_finding_unit on inspection_finding (county, unit, state, due_day, id);
create index inspection_finding_of on inspection_finding (county, inspection, at, id);
create index inspection_finding_state on inspection_finding (county, state, due_day, id);

create table inspection_finding_act (
    county text not null,
    finding text not null,
    seq bigint not null,
    kind text not null,              -- rules::inspection::Act
    words text not null,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, finding, seq)
);

-- What is said of it to everybody: drafted by one, published by another; a later one replaces it on the page and leaves it here.
create table inspection_result (
    county text not null,
    id text not null,
    inspection text not null,
    title text not null,
    words text not null,
    by_account text not null,
    at text not null,
    signed_by text,
    signed_at text,
    refused_at text,
    refused_why text not null,
    primary key (county, id)
);
create index inspection_result_of on inspection_result (county, inspection, at, id);
create index inspection_result_signed on inspection_result (county, signed_at, id);

-- The yearly assessment: what the assessor says of an item, and what the assessed says to it; only ever added, the latest counts.
create table assessment (
    county text not null,
    year bigint not null,            -- calendar year
    unit text not null,
    item text not null,              -- code of the plan's [[assess]]
    seq bigint not null,
    kind text not null,              -- mark | reply
    mark text not null,              -- rules::inspection::Mark; empty for a reply
    words text not null,
    facts text not null,             -- what the program knew then
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, year, unit, item, seq)
);
