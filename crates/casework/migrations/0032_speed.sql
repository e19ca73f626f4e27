-- Children of a village group by birthday: a season's pages ask for the group's, and for those whom nobody has met, group by group.
-- Without it each reads every child of the county (docs/adr/0005-storage.md).

create index child_group_birth on child (county, village_group, birth, standing, id) where merged_into is null;

-- Who is away, the longest first, read in that order and only as far as a page: without it a page of a hundred sorts everybody who is away,
-- with name, school and class.
create index clock_counting on clock (county, away desc, child) where open = 1 and suspected_day is null;
