-- The county: units, people, children, what is done and who did it. One text for SQLite and PostgreSQL (docs/sql.md).
-- Every key begins with the county. Times are text: days as 2026-11-24, moments as 2026-11-24T08:00:00.123+08:00.
-- bytea columns named *_sealed are personal fields, encrypted per field; *_index are keyed blind indexes of them.

-- Units, posts and who holds them: 双线四级, 五(一)

create table unit (
    county text not null,
    id text not null,
    kind text not null,              -- county township village group bureau school class department office
    line text not null,              -- government | education | department: which of the two trees
    name text not null,
    short text not null,
    parent text,
    township text,                   -- of a school or class: the township it lies in
    code text,                       -- 行政区划代码, 学校标识码
    sort bigint not null,
    from_day text not null,
    until_day text,                  -- closed
    primary key (county, id)
);
create index unit_parent on unit (county, parent, sort, id);
create index unit_kind on unit (county, kind, sort, id);
create unique index unit_code on unit (county, kind, code);

create table school (
    county text not null,
    unit text not null,
    kind text not null,              -- 小学 教学点 初中 九年一贯 特教 …
    boarding bigint not null,        -- 0 | 1
    primary key (county, unit)
);

create table class (
    county text not null,
    unit text not null,
    school text not null,
    grade bigint not null,           -- 1..9
    number bigint not null,          -- (2)班
    school_year bigint not null,     -- 2026 for 2026-2027
    primary key (county, unit)
);
create unique index class_place on class (county, school, school_year, grade, number);

create table post (
    county text not null,
    id text not null,
    unit text not null,
    role text not null,              -- rules::access::Role
    standing text not null,          -- leads | serves
    duty text not null,              -- chain: the unit's answerable person in 双线四级; staff: others
    title text not null,             -- 分管副镇长, 数学
    sort bigint not null,
    closed_at text,
    primary key (county, id)
);
create index post_unit on post (county, unit, sort, id);

create table tenure (
    county text not null,
    id text not null,
    post text not null,
    account text not null,
    from_day text not null,
    until_day text,
    by_account text not null,
    made_at text not null,
    primary key (county, id)
);
create unique index tenure_open on tenure (county, post) where until_day is null;
create index tenure_account on tenure (county, account, until_day);
create index tenure_post on tenure (county, post, from_day);

create table hand_over (
    county text not null,
    id text not null,
    from_account text not null,
    to_account text,                 -- null: nobody yet, the post is vacant
    post text not null,
    reason text not null,
    by_account text not null,
    made_at text not null,
    primary key (county, id)
);
create table hand_over_item (
    county text not null,
    hand_over text not null,
    sort bigint not null,
    kind text not null,              -- finding, share, move, …
    subject text not null,
    label text not null,
    primary key (county, hand_over, sort)
);

-- Accounts: 四(十四) 各部门管理员自主维护账号信息

create table account (
    county text not null,
    id text not null,
    username text not null,
    name text not null,
    initials text not null,
    unit text not null,              -- the unit that keeps it
    phone_sealed bytea,
    state text not null,             -- invited | approved | active | disabled
    password text,                   -- Argon2id, PHC string
    password_at text,
    totp_sealed bytea,
    totp_step bigint,
    seen_at text,
    made_at text not null,
    made_by text not null,
    primary key (county, id)
);
create unique index account_username on account (county, username);
create index account_unit on account (county, unit, username);

create table password_past (
    county text not null, account text not null, at text not null, password text not null,
    primary key (county, account, at)
);
create table recovery_code (
    county text not null, account text not null, code text not null, used_at text,
    primary key (county, account, code)
);

create table invitation (
    county text not null,
    id text not null,
    account text not null,
    post text,
    kind text not null,              -- first | invite | reset
    token text not null,             -- keyed hash of the link's token
    state text not null,             -- asked | approved | refused | used
    reason text not null,
    asked_by text not null,
    asked_at text not null,
    answered_by text,
    answered_at text,
    expires_at text,
    used_at text,
    primary key (county, id)
);
create unique index invitation_token on invitation (token);
create index invitation_state on invitation (county, state, asked_at);

create table session (
    county text not null,
    id text not null,
    account text not null,
    token text not null,             -- keyed hash
    kind text not null,              -- browser | api
    stage text not null,             -- full | code | enrol | password: how far signing in has come
    made_at text not null,
    seen_at text not null,
    ends_at text not null,
    confirmed_at text,               -- step-up
    device text not null,            -- keyed hash of the device cookie
    browser text not null,           -- Chrome 120 · Windows
    source text not null,            -- address it came from
    ended_at text,
    ended_by text,
    primary key (county, id)
);
create unique index session_token on session (token);
create index session_account on session (county, account, ended_at);
create index session_open on session (county, ended_at, seen_at);

create table sign_in (
    county text not null,
    id text not null,
    at text not null,
    account text,                    -- null: no such user
    username_index text not null,
    source text not null,
    device text not null,
    known bigint not null,           -- 1: the account was signed in from this device before
    outcome text not null,           -- trying | done | waits | proof | wrong | code | locked | disabled
    primary key (county, id)
);
create index sign_in_account on sign_in (county, username_index, at);
create index sign_in_source on sign_in (county, source, at);
create index sign_in_person on sign_in (county, account, at);
create index sign_in_at on sign_in (county, at);

create table break_glass (
    county text not null,
    id text not null,
    account text not null,
    child text not null,
    reason text not null,
    asked_at text not null,
    state text not null,             -- asked | approved | refused | ended
    answered_by text,
    answered_at text,
    until_at text,
    primary key (county, id)
);
create index break_glass_state on break_glass (county, state, asked_at);

-- Children: 适龄儿童台账

create table household (
    county text not null,
    id text not null,
    book_index text,                 -- 户号
    book_sealed bytea,
    head text not null,
    township text, village text, village_group text,
    address_sealed bytea,
    primary key (county, id)
);
create index household_book on household (county, book_index);
create index household_group on household (county, village_group, id);

create table child (
    county text not null,
    id text not null,
    name text not null,
    spelling text not null,          -- lixiaoming: order and search
    initials text not null,          -- lxm
    sex text not null,               -- rules::codes::Sex code
    birth text not null,
    ethnicity text not null,         -- rules::codes::Ethnicity code, empty where unknown
    id_kind text not null,           -- rules::codes::IdKind code; empty: has none
    id_sealed bytea,
    id_index text,
    id_tail text,                    -- blind index of the last four
    student_sealed bytea,            -- 学籍号
    student_index text,
    registration text not null,      -- local | elsewhere | none | unknown: 户籍
    household text,
    township text, village text, village_group text,
    address_sealed bytea,
    school text, school_township text, class text,
    grade bigint,
    boarding text not null,          -- rules::codes::Boarding code, empty where unknown
    standing text not null,          -- enrolled | never | absent | elsewhere | deferred | suspended | finished | dead | abroad | moved_away | unknown
    group_bits bigint not null,      -- projection of child_group, for filters
    merged_into text,
    version bigint not null,
    made_at text not null,
    changed_at text not null,
    primary key (county, id)
);
create unique index child_id_number on child (county, id_index) where merged_into is null;
create index child_id_tail on child (county, id_tail);
create index child_student on child (county, student_index);
create index child_name on child (county, name, birth);
create index child_household on child (county, household);
create index child_initials on child (county, initials);
create index child_spelling on child (county, spelling, id);
create index child_without_number on child (county, spelling, id) where id_index is null;
create index child_unregistered on child (county, spelling, id) where registration = 'none';

-- Who has to do with a child: the only ground on which anybody sees it. One row for each standing tie
-- (rules::access::ties) and for each that was granted. name, spelling and standing are copies for ordered lists.
create table child_tie (
    county text not null,
    unit text not null,              -- a unit, or an account for paired and emergency
    tie text not null,               -- rules::access::Tie
    child text not null,
    spelling text not null,
    standing text not null,
    group_bits bigint not null,
    until_at text,                   -- of granted ties
    ground text,                     -- id of the finding, request or break-glass that granted it
    primary key (county, child, unit, tie)
);
create index child_tie_list on child_tie (county, unit, tie, spelling, child);
create index child_tie_groups on child_tie (county, unit, tie, spelling, child, group_bits) where group_bits <> 0;
create index child_tie_standing on child_tie (county, unit, tie, standing, spelling, child);

create table guardian (
    county text not null,
    id text not null,
    child text not null,
    sort bigint not null,
    name text not null,
    relation text not null,
    phone_sealed bytea,
    phone_index text,
    id_sealed bytea,
    id_index text,
    away bigint not null,            -- 1: works away from home
    until_at text,
    primary key (county, id)
);
create index guardian_child on guardian (county, child, sort);

-- Special groups by date: 四(一)(八)(十七)
create table child_group (
    county text not null,
    id text not null,
    child text not null,
    code text not null,              -- rules::groups::Special
    detail_sealed bytea,             -- card number, category
    from_day text not null,
    until_day text,
    source text not null,            -- import id, or the unit that said so
    by_account text not null,
    made_at text not null,
    ended_by text,
    primary key (county, id)
);
create index child_group_child on child_group (county, child, until_day);
create index child_group_code on child_group (county, code, until_day);

create table elsewhere (
    county text not null,
    id text not null,
    child text not null,
    school text not null,
    place text not null,
    proof text not null,             -- 就读证明, 学籍截图, 电话核实, none
    proof_number text not null,
    from_day text not null,
    expires_day text,
    ended_day text,
    by_account text not null,
    made_at text not null,
    primary key (county, id)
);
create index elsewhere_child on elsewhere (county, child, made_at);
create index elsewhere_expiry on elsewhere (county, expires_day);

-- Membership of a class by date, and changes of the roll: 转学 needs both schools
create table class_member (
    county text not null,
    id text not null,
    child text not null,
    school text not null,
    class text not null,
    from_day text not null,
    until_day text,
    ground text not null,            -- roll_move or import id
    made_at text not null,
    primary key (county, id)
);
create index class_member_class on class_member (county, class, until_day);
create index class_member_child on class_member (county, child, from_day);

create table roll_move (
    county text not null,
    id text not null,
    child text not null,
    kind text not null,              -- rules::roll::Change code
    state text not null,             -- waiting | done | refused | withdrawn
    from_school text,
    to_school text,
    to_class text,
    other_place text not null,       -- school outside the county
    effective_day text not null,
    until_day text,                  -- of 休学
    reason text not null,
    paper text not null,             -- number of the proof
    asked_by text not null,
    asked_at text not null,
    from_by text, from_at text,      -- the giving school acted
    to_by text, to_at text,          -- the receiving school acted
    county_by text, county_at text,  -- 教体局核准 where the kind needs it
    answer text not null,
    primary key (county, id)
);
create index roll_move_child on roll_move (county, child, asked_at);
create index roll_move_from on roll_move (county, from_school, state);
create index roll_move_to on roll_move (county, to_school, state);
create index roll_move_state on roll_move (county, state, asked_at);

-- History of a child's fields; sealed, because old values are personal too
create table child_change (
    county text not null,
    id text not null,
    child text not null,
    field text not null,
    old_sealed bytea,
    new_sealed bytea,
    source text not null,            -- hand | import:<id> | merge:<id> | move:<id>
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index child_change_child on child_change (county, child, at);
create index child_change_source on child_change (county, source);

create table child_merge (
    county text not null,
    id text not null,
    kept text not null,
    gone text not null,
    reason text not null,
    by_account text not null,
    at text not null,
    undone_by text,
    undone_at text,
    primary key (county, id)
);
create index child_merge_kept on child_merge (county, kept);
create table child_merge_item (
    county text not null,
    merge text not null,
    sort bigint not null,
    table_name text not null,        -- what was moved from gone to kept, so that it can go back
    row_id text not null,
    primary key (county, merge, sort)
);

-- A child suspected of being out of school: what later becomes a case
create table suspected (
    county text not null,
    id text not null,
    child text not null,
    source text not null,            -- finding
    source_id text not null,
    since_day text not null,
    made_at text not null,
    made_by text not null,
    cleared_at text,
    primary key (county, id)
);
create unique index suspected_open on suspected (county, child) where cleared_at is null;

-- Files and imports

create table file (
    county text not null,
    id text not null,
    hash text not null,              -- SHA-256 of the content
    name text not null,
    size bigint not null,
    parts bigint not null,
    made_at text not null,
    made_by text not null,
    primary key (county, id)
);
create table file_part (
    county text not null, file text not null, part bigint not null, body_sealed bytea not null,
    primary key (county, file, part)
);

create table import (
    county text not null,
    id text not null,
    unit text not null,              -- whose import it is
    kind text not null,              -- rules::plan::ListKind key
    title text not null,
    file text not null,
    hash text not null,
    as_of text not null,
    state text not null,             -- read | ready | applying | applied | undoing | undone | failed | dropped
    job text,
    row_count bigint not null,
    added bigint not null,
    changed bigint not null,
    same bigint not null,
    unclear bigint not null,         -- to be looked at side by side
    outside bigint not null,         -- not the importer's
    rejected bigint not null,
    left_out bigint not null,        -- read, and no affair of the ledger's: grown up, or not in it
    kept bigint not null,            -- not undone, because somebody changed them later
    unknown_columns text not null,   -- headings that the plan does not know, a line each
    errors text,                     -- file: the workbook of rows to correct
    problem text not null,
    by_account text not null,
    made_at text not null,
    applied_at text,
    undone_at text,
    primary key (county, id)
);
create unique index import_once on import (county, unit, kind, hash) where state <> 'dropped' and state <> 'undone' and state <> 'failed';
create index import_unit on import (county, unit, made_at);

create table import_row (
    county text not null,
    import text not null,
    number bigint not null,          -- data row of the file, from 1
    outcome text not null,           -- added changed same unclear outside rejected left
    state text not null,             -- waiting | applied | undone | kept
    child text,
    reason text not null,
    before_sealed bytea,             -- the changed fields, for undo and for the preview
    after_sealed bytea,
    child_version bigint,            -- of the child after this import: untouched while it is still so
    primary key (county, import, number)
);
create index import_row_outcome on import_row (county, import, outcome, number);
create index import_row_child on import_row (county, child);

-- 四查三比对: a campaign for each semester

create table campaign (
    county text not null,
    id text not null,
    title text not null,
    semester text not null,          -- 2026-1 spring, 2026-2 autumn: text order is time order
    state text not null,             -- open | closed
    from_day text not null,
    until_day text,
    by_account text not null,
    made_at text not null,
    primary key (county, id)
);
create unique index campaign_semester on campaign (county, semester);
create table campaign_list (
    county text not null, campaign text not null, slot text not null,  -- household roll present poverty or a list's name
    import text not null, chosen_by text not null, chosen_at text not null,
    primary key (county, campaign, slot)
);
create table comparison (
    county text not null,
    id text not null,
    campaign text not null,
    state text not null,             -- queued | running | done | failed
    job text,
    as_of text not null,
    asked_by text not null,
    asked_at text not null,
    done_at text,
    found bigint not null,
    remembered bigint not null,
    cleared bigint not null,         -- open findings that this run no longer finds
    problem text not null,
    primary key (county, id)
);
create index comparison_campaign on comparison (county, campaign, asked_at);

create table finding (
    county text not null,
    id text not null,
    campaign text not null,
    comparison text not null,        -- the run that last found it
    kind text not null,              -- rules::plan::FindingKind key
    same_as text not null,           -- keyed hash of kind and child: the same child next semester
    child text,
    name text not null,
    spelling text not null,
    birth text not null,
    sex text not null,
    id_masked text not null,
    township text, village text, village_group text, school text, class text,
    score bigint not null,           -- certainty in permille; 0 where nothing was compared
    reason text not null,
    state text not null,             -- open | assigned | reported | decided | gone
    decision text,                   -- same not_same suspected elsewhere corrected cleared …
    decided_by text, decided_at text,
    remembered_from text,            -- the finding of an earlier campaign whose decision was taken over
    assigned_to text,                -- unit
    due_day text,
    reported text,                   -- what the village or school found
    platform_number text,
    version bigint not null,
    primary key (county, id)
);
create unique index finding_same on finding (county, campaign, same_as);
create index finding_list on finding (county, campaign, state, kind, spelling, id);
create index finding_child on finding (county, child);
create index finding_assigned on finding (county, assigned_to, state, due_day);
create index finding_memory on finding (county, same_as, decided_at);

create table finding_tie (
    county text not null, unit text not null, tie text not null, finding text not null,
    primary key (county, finding, unit, tie)
);
create index finding_tie_unit on finding_tie (county, unit, tie, finding);

create table finding_side (
    county text not null,
    finding text not null,
    side text not null,              -- household roll present poverty …, further candidates: roll2 …
    row_number bigint not null,
    name text not null,
    sex text not null,
    birth text not null,
    ethnicity text not null,
    id_sealed bytea,
    id_masked text not null,
    place text not null,
    address_sealed bytea,
    school text not null,
    class text not null,
    guardians text not null,
    student_masked text not null,
    primary key (county, finding, side)
);

create table finding_event (
    county text not null,
    id text not null,
    finding text not null,
    at text not null,
    by_account text not null,
    unit text,
    kind text not null,              -- found decided assigned reported reopened remembered gone numbered
    value text not null,
    note_sealed bytea,
    primary key (county, id)
);
create index finding_event_finding on finding_event (county, finding, at);

-- 铁脚板摸排: which households of a group were visited in a campaign
create table door_check (
    county text not null,
    id text not null,
    campaign text not null,
    village_group text not null,
    household text,
    result text not null,            -- found | nobody_home | moved | empty | new_household
    children bigint not null,
    note_sealed bytea,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index door_check_group on door_check (county, campaign, village_group, household);

-- What must stand in the provincial and national platforms too, with the number it has there
create table platform_entry (
    county text not null,
    id text not null,
    platform text not null,          -- rescue | roll | ledger
    child text not null,
    finding text,
    number text not null,
    entered_day text not null,
    by_account text not null,
    at text not null,
    withdrawn_at text,
    primary key (county, id)
);
create index platform_entry_child on platform_entry (county, child, platform);

-- The record

create table audit (
    county text not null,
    id text not null,
    at text not null,
    account text not null,
    session text not null,
    post text not null,
    role text not null,
    action text not null,            -- rules::access::Action
    outcome text not null,           -- done | refused
    subject_kind text not null,      -- child account unit finding import …
    subject text not null,
    purpose text not null,           -- a reason from a closed list, or what was typed
    detail text not null,            -- what happened, without personal fields
    primary key (county, id)
);
create index audit_at on audit (county, at, id);
create index audit_subject on audit (county, subject, at);
create index audit_account on audit (county, account, at);
create index audit_action on audit (county, action, at);

create table audit_seal (
    county text not null,
    number bigint not null,
    audit text not null,
    hash text not null,              -- SHA-256 over the hash before and the row
    primary key (county, number)
);
create unique index audit_seal_row on audit_seal (county, audit);
create table audit_month (
    county text not null, month text not null, last_number bigint not null, hash text not null, mac text not null,
    sealed_at text not null, by_account text not null,
    primary key (county, month)
);

-- Work that runs by itself

create table job (
    county text not null,
    id text not null,
    kind text not null,
    subject text not null,
    actor text not null,             -- the account in whose name it runs
    session text not null,
    state text not null,             -- waiting | running | done | failed | parked
    attempts bigint not null,
    next_at text not null,
    made_at text not null,
    started_at text,
    ended_at text,
    done bigint not null,
    total bigint not null,
    said text not null,
    primary key (county, id)
);
create index job_next on job (county, state, next_at);
create index job_made on job (county, made_at);

-- Told to people

create table notice (
    county text not null, id text not null, title text not null, body text not null,
    from_day text not null, until_day text, by_account text not null, at text not null, withdrawn_at text,
    primary key (county, id)
);
create table notice_read (
    county text not null, notice text not null, account text not null, at text not null,
    primary key (county, notice, account)
);
create table notification (
    county text not null, id text not null, account text not null, at text not null,
    kind text not null, subject text not null, text text not null, href text not null, read_at text,
    primary key (county, id)
);
create index notification_account on notification (county, account, read_at, at);

create table code_entry (
    county text not null, list text not null, code text not null, label text not null, sort bigint not null,
    active bigint not null, changed_by text not null, changed_at text not null,
    primary key (county, list, code)
);
create table setting (
    county text not null, name text not null, value text not null, changed_by text not null, changed_at text not null,
    primary key (county, name)
);
create table idempotency (
    county text not null, account text not null, key text not null, body_hash text not null,
    answer text not null, at text not null,
    primary key (county, account, key)
);
