-- 新学年 (docs/adr/0038-turnover.md): what a school said becomes of its classes, and when that was carried out; 义务教育法第二条, 五(九).

create table turnover (
    county text not null,
    id text not null,
    school text not null,
    year bigint not null,            -- 2026 for 2026-2027
    firsts bigint not null,          -- new classes of grade one
    sevenths bigint not null,        -- new classes of grade seven, for pupils from elsewhere
    state text not null,             -- planned | done | withdrawn
    by_account text not null,
    by_unit text not null,
    at text not null,
    done_at text,
    primary key (county, id)
);
create unique index turnover_once on turnover (county, school, year) where state <> 'withdrawn';

-- 不随班升级: by name, with the reason.
create table turnover_stay (
    county text not null,
    id text not null,
    turnover text not null,
    child text not null,
    why_sealed bytea not null,
    primary key (county, id)
);
create unique index turnover_stay_once on turnover_stay (county, turnover, child);

-- What became of a class.
create table turnover_class (
    county text not null,
    turnover text not null,
    class text not null,
    made text,                       -- the class of the new year; null: finished
    moved bigint not null,
    left_behind bigint not null,
    primary key (county, turnover, class)
);
