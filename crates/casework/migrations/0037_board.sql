-- 今天点名 of a county asks for every open class and whether anybody is in it: both are read from these indexes alone, where each
-- class had its unit's row and its members' rows looked up (docs/adr/0005-storage.md).

drop index unit_open;
create index unit_open on unit (county, kind, until_day, sort, id, from_day);
drop index class_member_class;
create index class_member_class on class_member (county, class, until_day, from_day);
