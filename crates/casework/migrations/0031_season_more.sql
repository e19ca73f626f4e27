-- What the season, the public and the conference were still lacking (docs/adr/0028, 0029, 0031, 0033): one truth about places and beds, the table
-- of catchments, an office's telephone, photographs with a tip, the family's page in other languages, files as proof.

-- Places and beds of a school by school year, and of them those planned for new pupils; an entry says the parts that it knows, the later holds.
-- Both the season and the ways read this table. What `school_capacity` and `season_place` held is taken over; nothing reads those any more.
create table school_place (
    county text not null,
    id text not null,
    school text not null,
    school_year bigint not null,     -- 2026 for 2026-2027
    places bigint,                   -- of the whole school
    beds bigint,                     -- of the whole school
    first bigint,                    -- planned for new pupils of grade one
    junior bigint,                   -- of grade seven
    source text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index school_place_school on school_place (county, school, school_year, at, id);
insert into school_place (county, id, school, school_year, places, beds, first, junior, source, by_account, at)
    select county, id, school, school_year, places, beds, null, null, source, by_account, at from school_capacity;
-- Its beds were those for newcomers alone, another number than the beds of a school: they stay in words.
insert into school_place (county, id, school, school_year, places, beds, first, junior, source, by_account, at)
    select county, id, school, year, null, null, first, junior, '招生计划，新生床位' || cast(beds as text) || '张', by_account, at
    from season_place;

-- 学区划片: which place goes to which school, from a school year on until a later year says otherwise.
create table catchment (
    county text not null,
    id text not null,
    year bigint not null,            -- first calendar year of the school year
    place text not null,             -- a village group, a village, or a whole township
    stage text not null,             -- primary | junior
    school text not null,            -- empty: taken out again
    source text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index catchment_place on catchment (county, place, stage, year, at, id);

-- The telephone of an office, for families and for whoever has a receipt; the later holds, empty: none any more.
create table unit_phone (
    county text not null,
    id text not null,
    unit text not null,
    phone text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index unit_phone_unit on unit_phone (county, unit, at, id);

-- Photographs that came with a tip: pictures alone, without place and time, sealed like its text.
create table tip_off_photo (
    county text not null,
    tip_off text not null,
    nth bigint not null,             -- 1, 2, 3
    image_sealed bytea,
    bytes bigint not null,
    primary key (county, tip_off, nth)
);

-- What the county tells its families in another language: a text, a sound or both, with who stands for it; the later holds.
create table family_word (
    county text not null,
    id text not null,
    language text not null,          -- rules::family::Language
    words text not null,
    file text,                       -- the sound; null: none
    sound_kind text not null,        -- audio/mpeg …; empty without a sound
    translator text not null,
    translated_day text not null,
    reviewer text not null,
    is_off bigint not null,          -- 1: taken off the page
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index family_word_language on family_word (county, language, at, id);

-- Files that show what was done for a task of the conference or a duty; only ever added.
create table proof_file (
    county text not null,
    id text not null,
    about text not null,             -- task | duty
    of_id text not null,             -- id of the task; id of the duty's proof
    file text not null,
    file_name text not null,
    sha256 text not null,
    bytes bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index proof_file_of on proof_file (county, about, of_id, at, id);
