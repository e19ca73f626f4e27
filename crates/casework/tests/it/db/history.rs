//! H05: what many clients saw when they read and wrote at random is a history that some order of the transactions, one
//! after the other, explains. Lists that only grow tell the order of their writes themselves, so that lost updates, dirty
//! reads and cycles (Adya's G0, G1, G-single, G2) can be found by looking (as Elle does, Kingsbury and Alvaro 2020).
// long because: the clients, the checker and the checker's own tests are of no use without each other.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use casework::db::{Db, DbError, Engine, Migration, Tx};
use casework::params;

use super::C;

const LISTS: &[Migration] = &[(
    "0001_lists",
    "create table list (county text not null, key bigint not null, value text not null, primary key (county, key));
     create table entry (county text not null, key bigint not null, at bigint not null, value bigint not null,
         primary key (county, key, at));",
)];

/// One step of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Append(i64, i64),
    Read(i64, Vec<i64>),
}

/// A transaction as its client saw it.
#[derive(Debug, Clone)]
struct Seen {
    steps: Vec<Step>,
    /// Whether it was acknowledged; `None`: its fate is not known.
    done: Option<bool>,
    /// Whether it only read.
    reads: bool,
    began: Instant,
    ended: Instant,
}

/// What is wrong with a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// An acknowledged append that the last read does not have.
    Lost,
    /// A read has what was never committed, or half of what one transaction appended (G1a, G1b).
    Dirty,
    /// Two reads of one list of which neither begins with the other, or a value twice.
    Torn,
    /// A transaction does not see its own append.
    Own,
    /// A cycle of writes (G0).
    Writes,
    /// A cycle of writes and what was read from them (G1c).
    Information,
    /// A cycle with exactly one read that was overtaken (G-single): lost update, read skew.
    Skew,
    /// A cycle with several of them (G2): write skew.
    WriteSkew,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Edge {
    /// The next writer of a list; or what began after this was answered.
    After,
    /// A reader of what was written.
    Read,
    /// The writer of what a read did not see yet.
    Overtaken,
}

/// Looks through a history. `last` is what stood in each list at the end.
fn check(history: &[Seen], last: &BTreeMap<i64, Vec<i64>>) -> Vec<(Wrong, String)> {
    let mut wrong = Vec::new();
    // Who appended a value, and which of its own appends to that list it is, from the end.
    let mut writers: HashMap<(i64, i64), (usize, usize)> = HashMap::new();
    for (who, seen) in history.iter().enumerate() {
        let mut own: HashMap<i64, Vec<i64>> = HashMap::new();
        for step in &seen.steps {
            match step {
                Step::Append(key, value) => own.entry(*key).or_default().push(*value),
                Step::Read(key, list) => {
                    let mine = own.get(key).map_or(&[][..], Vec::as_slice);
                    if !list.ends_with(mine) {
                        wrong.push((Wrong::Own, format!("{who}: list {key}")));
                    }
                }
            }
        }
        for (key, values) in own {
            let count = values.len();
            for (at, value) in values.into_iter().enumerate() {
                writers.insert((key, value), (who, count - 1 - at));
            }
        }
        // The last read must have what was acknowledged.
        for step in &seen.steps {
            if let (Step::Append(key, value), Some(true)) = (step, seen.done)
                && !last.get(key).is_some_and(|list| list.contains(value))
            {
                wrong.push((Wrong::Lost, format!("{value} in list {key}")));
            }
        }
    }
    for (key, list) in last {
        let mut sorted = list.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != list.len() {
            wrong.push((Wrong::Torn, format!("list {key} has a value twice")));
        }
    }
    let none = Vec::new();
    let mut edges: Vec<Vec<(usize, Edge)>> = vec![Vec::new(); history.len()];
    let writer = |key: i64, value: i64| writers.get(&(key, value)).map(|(who, _)| *who);
    for (key, list) in last {
        for pair in list.windows(2) {
            if let [a, b] = pair
                && let (Some(a), Some(b)) = (writer(*key, *a), writer(*key, *b))
                && a != b
            {
                edges[a].push((b, Edge::After));
            }
        }
    }
    for (who, seen) in history.iter().enumerate() {
        for step in &seen.steps {
            let Step::Read(key, list) = step else { continue };
            let whole = last.get(key).unwrap_or(&none);
            // Its own appends stand at the end of what it read; others come before them.
            let others =
                list.iter().rposition(|value| writer(*key, *value) != Some(who)).map_or(0, |at| at + 1);
            if seen.done == Some(true) && !whole.starts_with(list) || !whole.starts_with(&list[..others]) {
                let kind =
                    if list.iter().any(|value| !whole.contains(value)) { Wrong::Dirty } else { Wrong::Torn };
                wrong.push((kind, format!("{who}: list {key}: {list:?} of {whole:?}")));
                continue;
            }
            if let Some(value) = list[..others].last()
                && let Some((from, behind)) = writers.get(&(*key, *value))
            {
                if *behind > 0 {
                    wrong.push((Wrong::Dirty, format!("{who}: half of what {from} appended to list {key}")));
                }
                edges[*from].push((who, Edge::Read));
            }
            if seen.done == Some(true)
                && let Some(next) = whole.get(list.len())
                && let Some(next) = writer(*key, *next)
                && next != who
            {
                edges[who].push((next, Edge::Overtaken));
            }
        }
    }
    wrong.extend(cycles(&edges));
    wrong
}

/// The worst cycle of each knot of transactions: cycles of writes alone first, then with reads, then with what was
/// overtaken.
fn cycles(edges: &[Vec<(usize, Edge)>]) -> Vec<(Wrong, String)> {
    let mut found = Vec::new();
    for (most, wrong) in [(Edge::After, Wrong::Writes), (Edge::Read, Wrong::Information)] {
        if let Some(knot) = knots(edges, most).first() {
            found.push((wrong, format!("{knot:?}")));
        }
    }
    for knot in knots(edges, Edge::Overtaken) {
        let inside = |who: &usize| knot.binary_search(who).is_ok();
        // One overtaken read, closed by a way back of writes and reads alone?
        let single = knot.iter().any(|from| {
            edges[*from].iter().filter(|(to, edge)| *edge == Edge::Overtaken && inside(to)).any(|(to, _)| {
                let (mut open, mut been) = (vec![*to], vec![*to]);
                while let Some(at) = open.pop() {
                    if at == *from {
                        return true;
                    }
                    for (next, edge) in &edges[at] {
                        if *edge < Edge::Overtaken && inside(next) && !been.contains(next) {
                            been.push(*next);
                            open.push(*next);
                        }
                    }
                }
                false
            })
        });
        found.push((if single { Wrong::Skew } else { Wrong::WriteSkew }, format!("{knot:?}")));
    }
    found
}

/// Strongly connected transactions, more than one each, by edges up to `most` (Tarjan, without recursion).
fn knots(edges: &[Vec<(usize, Edge)>], most: Edge) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut index, mut low, mut on) =
        (vec![NEW; edges.len()], vec![0; edges.len()], vec![false; edges.len()]);
    let (mut next, mut stack, mut found) = (0, Vec::new(), Vec::new());
    for root in 0..edges.len() {
        if index[root] != NEW {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((at, edge)) = work.pop() {
            if edge == 0 {
                (index[at], low[at], on[at]) = (next, next, true);
                next += 1;
                stack.push(at);
            }
            let mut step = edge;
            let mut deeper = None;
            while let Some((to, kind)) = edges[at].get(step) {
                step += 1;
                if *kind > most {
                    continue;
                }
                if index[*to] == NEW {
                    deeper = Some(*to);
                    break;
                }
                if on[*to] {
                    low[at] = low[at].min(index[*to]);
                }
            }
            if let Some(to) = deeper {
                // Comes back to the same edge afterwards, with the child's low mark.
                work.push((at, step));
                work.push((to, 0));
                continue;
            }
            if low[at] == index[at] {
                let mut knot = Vec::new();
                while let Some(one) = stack.pop() {
                    on[one] = false;
                    knot.push(one);
                    if one == at {
                        break;
                    }
                }
                if knot.len() > 1 {
                    knot.sort_unstable();
                    found.push(knot);
                }
            }
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
        }
    }
    found
}

fn read(tx: &mut Tx<'_>, key: i64) -> Result<Vec<i64>, DbError> {
    if key % 2 == 0 {
        let sql = "select value from list where county = $1 and key = $2";
        let text = tx.optional(sql, &params![C, key], |row| row.get::<String>(0))?.unwrap_or_default();
        return Ok(text.split(',').filter_map(|value| value.parse().ok()).collect());
    }
    let sql = "select value from entry where county = $1 and key = $2 order by at";
    tx.query(sql, &params![C, key], |row| row.get(0))
}

/// Appends by reading and writing back, where a lost update would show; odd lists are rows, one for each value.
fn append(tx: &mut Tx<'_>, key: i64, value: i64) -> Result<(), DbError> {
    if key % 2 == 1 {
        tx.execute(
            "insert into entry (county, key, at, value)
             select $1, $2, coalesce(max(at), 0) + 1, $3 from entry where county = $1 and key = $2",
            &params![C, key, value],
        )?;
        return Ok(());
    }
    let mut list = read(tx, key)?;
    list.push(value);
    let text: Vec<String> = list.iter().map(ToString::to_string).collect();
    tx.execute(
        "insert into list (county, key, value) values ($1, $2, $3)
         on conflict (county, key) do update set value = excluded.value",
        &params![C, key, text.join(",")],
    )?;
    Ok(())
}

/// What a client is going to do.
fn plan(dice: &mut impl FnMut(u64) -> u64, value: &AtomicI64, fresh: i64) -> Vec<Step> {
    let steps = 1 + dice(4);
    let reads = dice(4) == 0;
    (0..steps)
        .map(|_| {
            // A few lists are in use at a time; they are left when they are long.
            let key = fresh + i64::try_from(dice(6)).expect("small");
            if reads || dice(2) == 0 {
                Step::Read(key, Vec::new())
            } else {
                Step::Append(key, value.fetch_add(1, Ordering::Relaxed))
            }
        })
        .collect()
}

fn carry_out(tx: &mut Tx<'_>, steps: &[Step]) -> Result<Vec<Step>, DbError> {
    steps
        .iter()
        .map(|step| match step {
            Step::Append(key, value) => append(tx, *key, *value).map(|()| step.clone()),
            Step::Read(key, _) => Ok(Step::Read(*key, read(tx, *key)?)),
        })
        .collect()
}

/// Clients that read and write at random until so many steps are done; what they saw.
fn play(db: &Db, clients: u64, steps: i64) -> Vec<Seen> {
    let (value, done, began) = (AtomicI64::new(1), AtomicI64::new(0), Instant::now());
    let given = std::env::var("BAOXUE_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    let limit = Duration::from_secs(given.unwrap_or(600));
    thread::scope(|scope| {
        let client = |seed: u64| {
            let (db, value, done) = (db, &value, &done);
            move || {
                let mut state = seed;
                let mut dice = move |limit: u64| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 33) % limit
                };
                let mut seen = Vec::new();
                while done.load(Ordering::Relaxed) < steps && began.elapsed() < limit {
                    let steps = plan(&mut dice, value, value.load(Ordering::Relaxed) / 200 * 6);
                    done.fetch_add(i64::try_from(steps.len()).expect("few"), Ordering::Relaxed);
                    let reads = steps.iter().all(|step| matches!(step, Step::Read(..)));
                    // Now and then it changes its mind, and must leave nothing.
                    let gives_up = !reads && dice(20) == 0;
                    let (own, began) = (steps.clone(), Instant::now());
                    let outcome = if reads {
                        db.read(|tx| carry_out(tx, &own))
                    } else {
                        db.write(move |tx| {
                            let done = carry_out(tx, &own)?;
                            if gives_up { Err(DbError::NotFound) } else { Ok(done) }
                        })
                    };
                    let (steps, done) = match outcome {
                        Ok(steps) => (steps, Some(true)),
                        Err(DbError::NotFound | DbError::Busy(_)) => (only_appends(steps), Some(false)),
                        Err(other) => panic!("{other}"),
                    };
                    seen.push(Seen { steps, done, reads, began, ended: Instant::now() });
                }
                seen
            }
        };
        let threads: Vec<_> = (0..clients).map(|seed| scope.spawn(client(seed + 1))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a client")).collect()
    })
}

/// What a transaction that was undone read does not count; that nobody sees what it appended does.
fn only_appends(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().filter(|step| matches!(step, Step::Append(..))).collect()
}

fn final_lists(db: &Db) -> BTreeMap<i64, Vec<i64>> {
    let keys = "select key from list union select key from entry order by key";
    let lists: Result<_, DbError> = db.read(|tx| {
        let keys: Vec<i64> = tx.query(keys, &[], |row| row.get(0))?;
        keys.into_iter().map(|key| Ok((key, read(tx, key)?))).collect()
    });
    lists.expect("the lists can be read")
}

/// Steps: a bounded part in `make test`, a million in `make soak`, where PostgreSQL has as long as it is given.
fn amount(engine: Engine) -> i64 {
    match (std::env::var("BAOXUE_TEST_SECONDS").is_ok(), engine) {
        (true, _) => 1_000_000,
        (false, Engine::Sqlite) => 20_000,
        (false, Engine::Postgres) => 3_000,
    }
}

/// H05 on both engines, 32 clients.
#[test]
fn what_many_clients_saw_is_explained_by_an_order() {
    super::beside_each_other(LISTS, |db| {
        let began = Instant::now();
        let history = play(&db, 32, amount(db.engine()));
        let took = began.elapsed();
        let last = final_lists(&db);
        let (wrong, steps) =
            (check(&history, &last), history.iter().map(|seen| seen.steps.len()).sum::<usize>());
        let refused = history.iter().filter(|seen| seen.done == Some(false)).count();
        println!(
            "H05 on {:?}: {steps} steps in {} transactions ({refused} undone, {} reading only) by 32 clients, {} lists, {:.1} s, {} wrong",
            db.engine(),
            history.len(),
            history.iter().filter(|seen| seen.reads).count(),
            last.len(),
            took.as_secs_f64(),
            wrong.len(),
        );
        assert_eq!(wrong.first(), None, "of {}", wrong.len());
        assert_eq!(stale(&history, &last), None);
        assert!(refused > 0 && steps > 2_000, "{refused} {steps}");
    });
}

/// Whoever was answered is seen by who begins afterwards: no read is older than what was acknowledged before it began.
fn stale(history: &[Seen], last: &BTreeMap<i64, Vec<i64>>) -> Option<String> {
    let mut answered: HashMap<(i64, i64), Instant> = HashMap::new();
    for seen in history.iter().filter(|seen| seen.done == Some(true)) {
        for step in &seen.steps {
            if let Step::Append(key, value) = step {
                answered.insert((*key, *value), seen.ended);
            }
        }
    }
    for seen in history.iter().filter(|seen| seen.done == Some(true)) {
        for step in &seen.steps {
            let Step::Read(key, list) = step else { continue };
            let next = last.get(key).and_then(|whole| whole.get(list.len()));
            let missed = next.and_then(|value| answered.get(&(*key, *value)));
            if missed.is_some_and(|ended| *ended + Duration::from_micros(1) < seen.began) {
                return Some(format!("list {key}: {list:?} lacks {next:?}, answered before"));
            }
        }
    }
    None
}

/// The checker finds what it is there to find.
#[test]
fn the_checker_knows_each_anomaly() {
    use Step::{Append, Read};
    let now = Instant::now();
    let find = |transactions: &[(&[Step], Option<bool>)], last: &[(i64, &[i64])]| -> Vec<Wrong> {
        let history: Vec<Seen> = transactions
            .iter()
            .map(|(steps, done)| Seen {
                steps: steps.to_vec(),
                done: *done,
                reads: false,
                began: now,
                ended: now,
            })
            .collect();
        let last = last.iter().map(|(key, list)| (*key, list.to_vec())).collect();
        check(&history, &last).into_iter().map(|(wrong, _)| wrong).collect()
    };
    let (done, undone) = (Some(true), Some(false));
    let read = |key: i64, list: &[i64]| Read(key, list.to_vec());
    assert_eq!(find(&[(&[Append(1, 1)], done), (&[read(1, &[1])], done)], &[(1, &[1])]), []);
    assert_eq!(find(&[(&[Append(1, 1)], done)], &[]), [Wrong::Lost]);
    assert_eq!(find(&[(&[Append(1, 1)], undone), (&[read(1, &[1])], done)], &[]), [Wrong::Dirty]);
    let half: (&[Step], _) = (&[Append(1, 1), Append(1, 2)], done);
    assert_eq!(find(&[half, (&[read(1, &[1])], done)], &[(1, &[1, 2])])[0], Wrong::Dirty);
    let torn: (&[Step], _) = (&[read(1, &[2])], done);
    assert_eq!(
        find(&[(&[Append(1, 1)], done), (&[Append(1, 2)], done), torn], &[(1, &[1, 2])]),
        [Wrong::Torn]
    );
    assert_eq!(find(&[(&[Append(1, 1), read(1, &[])], done)], &[(1, &[1])])[0], Wrong::Own);
    // G0: two write two lists in different orders.
    let both = |a: i64, b: i64| vec![Append(1, a), Append(2, b)];
    let (one, two) = (both(1, 3), both(2, 4));
    assert!(find(&[(&one, done), (&two, done)], &[(1, &[1, 2]), (2, &[4, 3])]).contains(&Wrong::Writes));
    // G1c: each reads what the other wrote.
    let (one, two) = (vec![Append(1, 1), read(2, &[2])], vec![Append(2, 2), read(1, &[1])]);
    assert!(find(&[(&one, done), (&two, done)], &[(1, &[1]), (2, &[2])]).contains(&Wrong::Information));
    // G-single, read skew: sees one of two writes.
    let (one, two) = (both(1, 2), vec![read(1, &[1]), read(2, &[])]);
    assert_eq!(find(&[(&one, done), (&two, done)], &[(1, &[1]), (2, &[2])]), [Wrong::Skew]);
    // G2, write skew: each reads what the other writes, before it does.
    let (one, two) = (vec![read(2, &[]), Append(1, 1)], vec![read(1, &[]), Append(2, 2)]);
    assert_eq!(find(&[(&one, done), (&two, done)], &[(1, &[1]), (2, &[2])]), [Wrong::WriteSkew]);
}
