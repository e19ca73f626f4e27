-- What is asked every day goes by an index to what stands or is recent, however many school years lie behind it. SQLite plans
-- without counting rows and takes the index of which a query fixes most columns: those that are null stand in it too.
create index unit_open on unit (county, kind, until_day, sort, id);
create index class_member_made on class_member (county, made_at);
create index class_member_until on class_member (county, until_day) where until_day is not null;
drop index sheet_day;
create index sheet_day on sheet (county, day, child, taken_back_at, class);
create index sheet_late on sheet (county, by_account, at) where late = 1;
create index mark_day on mark (county, day);
create index clock_day on clock (county, day) where open = 0;
create index suspected_waits on suspected (county, cleared_at, climbed_at, id);
create index suspected_cleared on suspected (county, since_day, id) where cleared_at is not null;
create index child_change_boarding on child_change (county, at) where field = 'boarding';
create index roll_move_done on roll_move (county, effective_day) where state = 'done';

-- 街天: a market of a township and its rhythm, as an office entered it; of two rows about one market the later holds.
create table market (
    county text not null,
    township text not null,
    name text not null,              -- 南涧街
    at text not null,
    first_day text not null,         -- a day on which it was held: the others follow from it
    every bigint not null,           -- days from one to the next; 0: it is no longer held
    by_account text not null,
    primary key (county, township, name, at)
);
