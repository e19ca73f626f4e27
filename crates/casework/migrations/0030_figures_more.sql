-- 当年花名册, 初中三年巩固率, 年报推算的辍学率, causes and steps behind the numbers (docs/adr/0027-figures.md).

alter table figure_cohort add column grade bigint;    -- 1 or 7: rules::figures::Cohort
update figure_cohort set grade = 1;
create index figure_cohort_child on figure_cohort (county, child);

-- Who stands on an old list and is not in the ledger. Once the ledger has somebody of that number, it counts there.
create table cohort_name (
    county text not null,
    id text not null,
    year bigint not null,            -- 2018 for 2018-2019
    grade bigint not null,           -- 1 or 7: rules::figures::Cohort
    name text not null,
    spelling text not null,
    birth text not null,             -- empty where the list does not say
    id_index text,
    student_index text,
    school text,                     -- the school of then, where it is still one of the county
    school_name text not null,
    township text,
    import text not null,
    made_at text not null,
    primary key (county, id)
);
create index cohort_name_list on cohort_name (county, year, grade, spelling, id);
-- What became of such a one; only ever added, the latest holds.
create table cohort_fate (
    county text not null,
    id text not null,
    name text not null,              -- cohort_name
    standing text not null,          -- rules::figures::FATES
    proof_sealed bytea,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index cohort_fate_name on cohort_fate (county, name, at);

-- 年报推算的辍学率 has nine numbers; of the others this is empty.
alter table figure_entry add column terms text;
update figure_entry set terms = '';

-- Of a child that is to be brought back: why it stays away, and how far on the way it is (rules::figures::Step).
alter table figure_member add column cause text;
alter table figure_member add column step bigint;

-- Which figures a row counts otherwise in than the row before it, and whether another row follows on it: 1. Null where that is not known: by
-- these the changes between two snapshots are found without comparing everybody.
alter table figure_member add column turned text;
alter table figure_member add column followed bigint;
drop index figure_member_from;
create index figure_member_from on figure_member (county, basis, from_number, turned, ref);
create index figure_member_last on figure_member (county, basis, until_number, ref)
    where followed is null and until_number < 9000000000;

-- Lists of names stand in the order in which they are read, with all that chooses among them: a page reads its own hundred and no more.
drop index figure_member_listed;
create index figure_member_names on figure_member (county, basis, spelling, ref, until_number, from_number, marks, township,
                                                   village) where listed = 1;
create index figure_member_return on figure_member (county, spelling, ref, until_number, from_number, cause, step, marks,
                                                    township) where basis = 'return';
