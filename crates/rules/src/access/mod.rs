//! Who may do what with whom: a closed list of actions, a pure decision, and the ties that limit every query.
//! Deny by default: what no line of [`Action::policy`] allows, nobody may. It knows no session, no SQL and no
//! HTTP; that a refusal looks like "not there" is the web's affair.

mod action;
mod field;
mod role;
mod tie;

pub use action::{Action, Object, Reach};
pub use field::{Field, Sight, sight};
pub use role::Role;
pub use tie::{Places, Tie, ties};

/// A post that somebody holds: a role at a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Id of the post.
    pub id: String,
    /// What its holder is.
    pub role: Role,
    /// Id of the unit at which.
    pub unit: String,
    /// Whether the post leads its unit (单位负责人): it approves what the unit's administrator asks for (四(十四)).
    pub standing: Standing,
}

/// What a post is in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// 单位负责人.
    Leads,
    /// Everybody else.
    Serves,
}

/// Who acts: an account that is signed in, with the posts it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Code of the county; nothing of another county exists for this actor (A28).
    pub county: String,
    /// Id of the account.
    pub account: String,
    /// Id of the session, or empty for work that the program does by itself.
    pub session: String,
    /// The person's name, for the record.
    pub name: String,
    /// The posts held now.
    pub posts: Vec<Post>,
    /// For a program that comes with a key (接口密钥): these actions and no others, and of them what the posts allow. `None` for people.
    pub only: Option<Vec<Action>>,
}

impl Actor {
    /// Whether a key keeps the actor from an action, whatever the posts would allow.
    #[must_use]
    pub fn is_kept_from(&self, action: Action) -> bool {
        self.only.as_ref().is_some_and(|only| !only.contains(&action))
    }
}

/// What a key of another program can be made for: reading, and handing in a list that a person then looks at and applies.
pub const KEY_ACTIONS: &[Action] = &[
    Action::ListChildren,
    Action::ReadChild,
    Action::ReadUnits,
    Action::ReadRegister,
    Action::ReadAbsences,
    Action::ReadSuspects,
    Action::ReadFindings,
    Action::ReadImports,
    Action::ImportList,
];

/// The role by which a key of a unit of this kind reads; `None` for a unit that has no keys.
#[must_use]
pub fn key_role(kind: &str) -> Option<Role> {
    match kind {
        "bureau" => Some(Role::Bureau),
        "township" => Some(Role::Township),
        "school" => Some(Role::Registrar),
        _ => None,
    }
}

/// What an action is done to.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Nothing in particular: the county as a whole, or a list that the query itself limits.
    Nothing,
    /// A child, or a finding about one, by its ties: (unit or account, tie).
    Child(&'a [(String, Tie)]),
    /// A unit or what belongs to it (an account, a post, an import): its id and those above it, itself first.
    Unit(&'a [String]),
    /// Something of one's own: the id of the account that it belongs to.
    Own(&'a str),
}

/// Why an action is allowed: the post it is done on, and the tie to the child if one is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The post; `None` for what every signed-in person may do with what is one's own.
    pub post: Option<&'a Post>,
    /// The tie through which a child is seen.
    pub tie: Option<Tie>,
}

/// The action is not for this actor. It says nothing about whether the subject exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// What was refused.
    pub action: Action,
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "没有“{}”的权限，或者内容不存在", self.action.label())
    }
}

/// One way in which an actor reaches children: through a post, by a tie with a unit (or, for pairing and
/// break-glass, with the account itself).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm<'a> {
    /// The post.
    pub post: &'a Post,
    /// Which tie.
    pub tie: Tie,
    /// Tied to whom: the id of a unit or of the account.
    pub to: &'a str,
}

/// Whether a post of `role` has to do with children to which there is the tie `tie`: it sees at least their names.
#[must_use]
pub fn reaches(role: Role, tie: Tie) -> bool {
    sight(role, tie, Field::Name) != Sight::Absent
}

/// Every way in which `actor` reaches children for `action`. A query shows what is tied by one of these and nothing
/// else; empty means nobody.
#[must_use]
pub fn arms(actor: &Actor, action: Action) -> Vec<Arm<'_>> {
    let mut arms = Vec::new();
    if actor.is_kept_from(action) {
        return arms;
    }
    for post in &actor.posts {
        if action.policy(post.role, post.standing) != Some(Reach::Children) {
            continue;
        }
        for &tie in Tie::ALL {
            let to = match tie {
                Tie::Paired | Tie::Emergency => actor.account.as_str(),
                // A post for the whole county stands at an office of it; its children are tied to the county itself.
                Tie::County => actor.county.as_str(),
                _ => post.unit.as_str(),
            };
            if reaches(post.role, tie) && action.works_by(tie) {
                arms.push(Arm { post, tie, to });
            }
        }
    }
    arms
}

/// Decides whether `actor` may do `action` with `subject`. Of several posts the one that shows most of the child
/// speaks, so that nobody loses by holding two.
///
/// # Errors
/// [`Denied`] when no post allows it.
pub fn may<'a>(actor: &'a Actor, action: Action, subject: &Subject<'_>) -> Result<Grant<'a>, Denied> {
    let denied = Denied { action };
    if actor.is_kept_from(action) {
        return Err(denied);
    }
    match (action.object(), subject) {
        (Object::Own, Subject::Own(owner)) if *owner == actor.account => Ok(Grant { post: None, tie: None }),
        (Object::Own, Subject::Nothing) => Ok(Grant { post: None, tie: None }),
        (Object::Child, Subject::Child(ties)) => arms(actor, action)
            .into_iter()
            .filter(|arm| ties.iter().any(|(to, tie)| *tie == arm.tie && to == arm.to))
            .max_by_key(|arm| breadth(arm.post.role, arm.tie))
            .map(|arm| Grant { post: Some(arm.post), tie: Some(arm.tie) })
            .ok_or(denied),
        // A list: the query limits it by the arms.
        (Object::Child, Subject::Nothing) => {
            arms(actor, action).first().map(|arm| Grant { post: Some(arm.post), tie: None }).ok_or(denied)
        }
        (Object::Unit, Subject::Unit(path)) => actor
            .posts
            .iter()
            .find(|post| match action.policy(post.role, post.standing) {
                Some(Reach::County) => true,
                Some(Reach::OwnUnit) => path.first() == Some(&post.unit),
                Some(Reach::UnitsBelow) => path.contains(&post.unit),
                Some(Reach::Children) | None => false,
            })
            .map(|post| Grant { post: Some(post), tie: None })
            .ok_or(denied),
        (Object::Unit | Object::County, Subject::Nothing) => actor
            .posts
            .iter()
            .find(|post| action.policy(post.role, post.standing).is_some())
            .map(|post| Grant { post: Some(post), tie: None })
            .ok_or(denied),
        _ => Err(denied),
    }
}

/// How much of a child a role sees through a tie, to prefer the post that shows most.
fn breadth(role: Role, tie: Tie) -> usize {
    Field::ALL
        .iter()
        .map(|&field| match sight(role, tie, field) {
            Sight::Absent => 0,
            Sight::Masked => 1,
            Sight::OnRequest => 2,
            Sight::Clear => 3,
        })
        .sum()
}
