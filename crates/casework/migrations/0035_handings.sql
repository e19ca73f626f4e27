-- 报送 of the regular reports (docs/adr/0035-four-reports.md): each handing in stays as it was, also one that was sent back. The children behind it
-- belong to their handing in and are only ever added.

create table regular_handing (
    county text not null,
    report text not null,
    nth bigint not null,             -- 1, 2 ...: the so-manieth handing in of this version
    content text not null,           -- rules::regular::Content as the reviewer saw it
    situation text not null,
    problems text not null,
    next_steps text not null,
    zero bigint not null,            -- 1: nought was declared
    by_account text not null,
    at text not null,
    primary key (county, report, nth)
);

-- Of what was handed in before this table was there, the last handing in is known where nobody has counted it anew since.
insert into regular_handing (county, report, nth, content, situation, problems, next_steps, zero, by_account, at)
select r.county, r.id,
       (select cast(count(*) as bigint) from regular_act a where a.county = r.county and a.report = r.id and a.act = 'submit'),
       r.content, r.situation, r.problems, r.next_steps, r.zero, r.sent_by, r.sent_at
from regular_report r
where r.state in ('submitted', 'frozen') and r.sent_by is not null and r.sent_at is not null;

create table regular_named (
    county text not null,
    report text not null,
    nth bigint not null,             -- of which handing in
    child text not null,             -- the child of that moment; a file that was merged since is followed when it is read
    why text not null,               -- rules::regular::Why
    primary key (county, report, nth, child, why)
);

insert into regular_named (county, report, nth, child, why)
select c.county, c.report,
       (select cast(count(*) as bigint) from regular_act a where a.county = c.county and a.report = c.report and a.act = 'submit'),
       c.child, c.why
from regular_child c;

drop table regular_child;
